"""The document of a report for a period: made from what the portal has, kept as it was made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from municipalities import typeset
from municipalities.models import User
from municipalities.uploads import CheckedFile, PrivateStorage, discard, stored_with_rows
from projects.models import PeriodReport, Project, ProjectDocument
from projects.publicity.emblem import union_of
from projects.reports.financial import financial
from projects.reports.sections import Section, for_document
from projects.reports.technical import technical
from projects.risks import Level, risks_of

PDF = "application/pdf"
TEMPLATE = "period_report.typ"
Kind = PeriodReport.Kind
LEVELS: dict[Level, str] = {
    "late": "Закъснява, липсва или е надхвърлено",
    "due": "Предстои или се очертава",
}


class NotMade(Exception):
    """The report has no document yet."""


def make(report: PeriodReport, *, by: User) -> PeriodReport:
    """Make the document of ``report`` as everything stands now; return the report with it.

    Needs the scope. A document made before gives its place and is gone once this one is there; a
    copy of it put into the archive stays.
    """
    with stored_with_rows() as keep:
        held = PeriodReport.objects.select_for_update().get(pk=report.pk)
        pdf = typeset.render(TEMPLATE, report_data(held, by=by))
        path = keep(held.municipality, CheckedFile(pdf, file_name(held), PDF))
        before, held.path = held.path, path
        held.size, held.made_at, held.made_by = len(pdf), timezone.now(), by
        held.save(update_fields=["path", "size", "made_at", "made_by"])
        transaction.on_commit(lambda: discard(before))
    return held


def draft(report: PeriodReport, *, by: User) -> bytes:
    """Return the document as it would be now, with „ПРОЕКТ“ across the page; keeps nothing."""
    return typeset.render(TEMPLATE, report_data(report, by=by) | {"is_draft": True})


def archive(report: PeriodReport, *, by: User) -> ProjectDocument:
    """Put a copy of the document into the project's archive; once for each document made.

    Raises NotMade where there is none.
    """
    with stored_with_rows() as keep:
        held = PeriodReport.objects.select_for_update().get(pk=report.pk)
        if held.made_at is None:
            raise NotMade
        if there := archived(held):
            return there
        with PrivateStorage().open(held.path) as file:
            data = ContentFile(file.read()).read()
        path = keep(held.municipality, CheckedFile(data, file_name(held), PDF))
        return ProjectDocument.objects.create(
            municipality=held.municipality, project=held.project,
            kind=ProjectDocument.Kind.REPORT, title=_archived_title(held),
            issued_on=timezone.localdate(held.made_at), name=file_name(held),
            content_type=PDF, size=held.size, path=path, added_by=by,
        )  # fmt: skip


def archived(report: PeriodReport) -> ProjectDocument | None:
    """Return the copy of the report's document in the archive, where it has one."""
    if report.made_at is None:
        return None
    return ProjectDocument.objects.filter(
        project=report.project_id,
        kind=ProjectDocument.Kind.REPORT,
        title=_archived_title(report),
    ).first()


def _archived_title(report: PeriodReport) -> str:
    made = timezone.localtime(report.made_at)
    return f"{capitalised(str(report))}, изготвен на {made:%d.%m.%Y в %H:%M:%S}"


def file_name(report: PeriodReport) -> str:
    """Return what the document is called as a file."""
    return f"otchet-{report.period_from:%Y-%m-%d}-{report.period_to:%Y-%m-%d}.pdf"


def capitalised(text: str) -> str:
    """Return ``text`` with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def sections_of(report: PeriodReport) -> tuple[list[Section], list[Section]]:
    """Return the technical and the financial tables that ``report`` has by its kind."""
    of = (report.project, report.period_from, report.period_to)
    return (
        technical(*of) if report.kind != Kind.FINANCIAL else [],
        financial(*of) if report.kind != Kind.TECHNICAL else [],
    )


def report_data(report: PeriodReport, *, by: User) -> dict[str, Any]:
    """Return what the document says, as data for its Typst template."""
    project = report.project
    name = f"Община {project.municipality.name}"
    told, counted = sections_of(report)
    period = f"{report.period_from:%d.%m.%Y} – {report.period_to:%d.%m.%Y}"
    today = timezone.localdate()
    return {
        "title": f"{capitalised(report.get_kind_display())} {period}",
        "footer": f"{name} · {capitalised(report.get_kind_display())} {period}",
        "is_draft": False,
        "head": {"municipality": name, "office": "", "lines": []},
        "eu": union_of(project),
        "heading": capitalised(report.get_kind_display()),
        "period": period,
        "facts": _facts(project, period),
        "done": _paragraphs(report.done),
        "problems": _paragraphs(report.problems),
        "ahead": _paragraphs(report.ahead),
        "technical": [for_document(section) for section in told],
        "financial": [for_document(section) for section in counted],
        "risks": _risks(project, today),
        "made": f"Изготвен в портала „Фронт-офис“ на {today:%d.%m.%Y} г. от {by.name}.",
    }


def _facts(project: Project, period: str) -> list[list[str]]:
    number = f"№ {project.contract_number}" if project.contract_number else ""
    known = [
        ["Проект", project.name],
        ["Договор", number],
        ["Програма", str(project.programme)],
        ["Процедура", str(project.procedure) if project.procedure else ""],
        ["Бенефициент", f"Община {project.municipality.name}"],
        ["Партньор", "; ".join(str(row) for row in project.partners.all())],
        [capitalised(str(project.get_amount_kind_display())), project.amount_text()],
        ["Срок на проекта", project.period_text()],
        ["Отчетен период", period],
    ]
    return [[name, value] for name, value in known if value]


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def _risks(project: Project, today: dt.date) -> list[dict[str, Any]]:
    """Return what threatens the project today, the worse first, under words for how bad it is."""
    found = risks_of(project, today)
    said = [
        {"title": title, "items": [risk.words for risk in found if risk.level == level]}
        for level, title in LEVELS.items()
    ]
    return [one for one in said if one["items"]]
