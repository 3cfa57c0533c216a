"""A version given to the town: a study of campaigns, with its report and its tables open.

The study is not shown before the manager finishes it and says so. Publishing again changes its
report and its tables alone: what the manager wrote around them stays.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from campaigns.models import Study, StudyFile, StudyTable
from municipalities.models import User
from municipalities.uploads import CheckedFile, discard, stored_with_rows
from referrals.needs import documents
from referrals.needs.contents import Table, printed, tables_of
from referrals.needs.models import NeedsAnalysis, NeedsVersion

PREFIX = "analiz-na-potrebnostite-"  # of the names of reports that come from here
METHOD = (
    "Преброено е какво са поискали хората от фронт-офиса през периода: консултации, заявления, "
    "насочвания, чакащи и търсене в каталога на услугите. Сравнено е с услугите, които се "
    "предоставят в общината, и с населението по населени места. Малките числа са скрити, за да не "
    "може никой да бъде разпознат."
)


def publish(*, version: NeedsVersion, by: User) -> Study:
    """Make or bring up to date the study of the version's analysis; return it.

    Needs the scope. A version that is published already changes nothing.
    """
    with stored_with_rows() as keep:
        analysis = (
            NeedsAnalysis.objects.select_for_update(of=("self",))
            .select_related("municipality", "project", "study")
            .get(pk=version.analysis_id)
        )
        study = analysis.study or _new_study(analysis, version)
        name = documents.file_name(analysis, "pdf", version.number)
        if study.files.filter(name=name).exists():
            return study
        pdf = documents.pdf(version.content, said=documents.said_of(version), is_draft=False)
        path = keep(analysis.municipality, CheckedFile(pdf, name, documents.PDF))
        _replace_report(study, version, name=name, path=path, size=len(pdf), by=by)
        _replace_tables(study, version)
        if analysis.study_id != study.pk:
            analysis.study = study
            analysis.save(update_fields=["study"])
    return study


def _new_study(analysis: NeedsAnalysis, version: NeedsVersion) -> Study:
    return Study.objects.create(
        municipality=analysis.municipality, kind=Study.Kind.NEEDS, title=version.content["title"],
        project=analysis.project, method=METHOD, is_public=False,
        field_from=version.content["since"], field_to=version.content["upto"],
    )  # fmt: skip


def published_number(study: Study | None) -> int | None:
    """Return which version the study shows, None where it shows none."""
    report = _reports(study).last() if study else None
    return _number_of(report) if report else None


def _reports(study: Study) -> models.QuerySet[StudyFile]:
    return StudyFile.objects.filter(
        study=study, kind=StudyFile.Kind.REPORT, name__startswith=PREFIX
    ).order_by("pk")


def _number_of(report: StudyFile) -> int | None:
    digits = report.name.removesuffix(".pdf").rpartition("-")[2]
    return int(digits) if digits.isdecimal() else None


def _replace_report(
    study: Study, version: NeedsVersion, *, name: str, path: str, size: int, by: User
) -> None:
    for report in _reports(study):
        before = report.path
        report.delete()
        transaction.on_commit(lambda gone=before: discard(gone))
    StudyFile.objects.create(
        municipality=study.municipality, study=study, kind=StudyFile.Kind.REPORT,
        title=f"{version.content['title']}, версия № {version.number}"[-200:],
        name=name[:120], content_type=documents.PDF, size=size, path=path, added_by=by,
    )  # fmt: skip


def _replace_tables(study: Study, version: NeedsVersion) -> None:
    """Bring the study's tables up to the version's; those that came from elsewhere stay."""
    new = titled_tables(version.content)
    for earlier in version.analysis.versions.filter(number__lt=version.number).only("content"):
        gone = [title for title in titled_tables(earlier.content) if title not in new]
        study.tables.filter(title__in=gone).delete()
    there = {table.title: table for table in study.tables.all()}
    for order, (title, table) in enumerate(new.items(), start=1):
        row = there.get(title) or StudyTable(
            municipality=study.municipality, study=study, title=title
        )
        row.order, row.note = order, table.get("note", "")[:400]
        row.columns, row.rows = table["columns"], table["rows"]
        row.save()


def titled_tables(content: dict[str, Any]) -> dict[str, Table]:
    """Return the tables of a content by a title that no two of them have."""
    found: dict[str, Table] = {}
    for part in printed(content):
        for table in tables_of(part):
            title, number = table["title"][:190], 1
            while title in found:
                number += 1
                title = f"{table['title'][:190]} ({number})"
            found[title] = table
    return found
