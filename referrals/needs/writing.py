"""The verbs of analyses of needs: begin one, count it again, write its parts, save a version.

All need the municipality's scope. What is counted and what is written are apart: counting again
leaves every word as it was, and whoever writes is never in the way of whoever counts.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from municipalities.models import Municipality, User
from projects.models import Project
from referrals.needs import counting
from referrals.needs.contents import content_of
from referrals.needs.models import NeedsAnalysis, NeedsSection, NeedsVersion

OPENING, PROBLEMS, ANSWERS = "За анализа", "Проблеми", "Предложения"
MOST_PARTS = 60


class PartChanged(Exception):
    """Somebody else saved the part after this page was opened; ``current`` is what they saved."""

    def __init__(self, current: NeedsSection) -> None:
        super().__init__("part changed")
        self.current = current


class AnalysisChanged(Exception):
    """Somebody else changed what the analysis is; ``current`` is what they saved."""

    def __init__(self, current: NeedsAnalysis) -> None:
        super().__init__("analysis changed")
        self.current = current


class TooManyParts(Exception):
    """The analysis has as many parts as it may."""


class HasVersions(Exception):
    """An analysis with saved versions stays."""


def begin(
    *,
    municipality: Municipality,
    by: User,
    form_key: uuid.UUID,
    title: str,
    since: dt.date,
    upto: dt.date,
    project: Project | None = None,
) -> tuple[NeedsAnalysis, bool]:
    """Begin an analysis with all its parts counted; return it and whether it is new.

    The same ``form_key`` again returns the first one unchanged.
    """
    sent = NeedsAnalysis.objects.filter(form_key=form_key)
    if earlier := sent.first():
        return earlier, False
    analysis = NeedsAnalysis(
        municipality=municipality, title=title, since=since, upto=upto, project=project,
        made_by=by, form_key=form_key, counted_at=timezone.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            analysis.save()
            _add_parts(analysis)
    except IntegrityError:
        if earlier := sent.first():
            return earlier, False
        raise
    return analysis, True


def _add_parts(analysis: NeedsAnalysis) -> None:
    """Add the opening, what is counted, and at the end the places of problems and proposals."""
    counted = counting.count_all(analysis.since, analysis.upto, analysis.municipality)
    parts: list[tuple[str, str, str, dict]] = [("", OPENING, opening(analysis), {})]
    parts += [(code, counting.SECTIONS[code].title, "", data) for code, data in counted.items()]
    parts += [("", PROBLEMS, "", {}), ("", ANSWERS, "", {})]
    NeedsSection.objects.bulk_create(
        NeedsSection(
            municipality=analysis.municipality, analysis=analysis, order=order, code=code,
            title=title, text=text, data=data,
        )
        for order, (code, title, text, data) in enumerate(parts, start=1)
    )  # fmt: skip


def opening(analysis: NeedsAnalysis) -> str:
    """Return the words with which a new analysis begins, for its author to change."""
    days = f"{analysis.since:%d.%m.%Y} г. – {analysis.upto:%d.%m.%Y} г."
    return (
        f"Анализът показва от какви социални услуги имат нужда жителите на община "
        f"{analysis.municipality.name}, какво има и какво липсва. Той обхваща периода {days}\n\n"
        "Числата са от фронт-офиса на общината:\n\n"
        "- консултациите, заявленията и насочванията през периода;\n"
        "- местата и чакащите в услугите;\n"
        "- търсенето в каталога на услугите;\n"
        "- населението по населени места.\n\n"
        "Малките числа не се показват, за да не може никой да бъде разпознат."
    )


@transaction.atomic
def change_analysis(
    analysis: NeedsAnalysis,
    *,
    version: int,
    title: str,
    since: dt.date,
    upto: dt.date,
    project: Project | None,
) -> NeedsAnalysis:
    """Save what the analysis is; another period is counted at once.

    Raises AnalysisChanged when ``version`` is no longer the stored one.
    """
    locked = _locked(analysis)
    if locked.version != version:
        raise AnalysisChanged(locked)
    is_other_period = (locked.since, locked.upto) != (since, upto)
    locked.title, locked.since, locked.upto, locked.project = title, since, upto, project
    locked.version += 1
    locked.save()
    return recount(locked) if is_other_period else locked


@transaction.atomic
def recount(analysis: NeedsAnalysis) -> NeedsAnalysis:
    """Count everything again; titles, texts and order stay. A new kind of counting comes last."""
    locked = _locked(analysis)
    counted = counting.count_all(locked.since, locked.upto, locked.municipality)
    parts = list(locked.sections.select_for_update(of=("self",)))
    for part in parts:
        if part.code in counted:
            part.data = counted[part.code]
            part.save(update_fields=["data"])
    known = {part.code for part in parts}
    last = max((part.order for part in parts), default=0)
    for order, code in enumerate((code for code in counted if code not in known), start=last + 1):
        NeedsSection.objects.create(
            municipality=locked.municipality, analysis=locked, order=order, code=code,
            title=counting.SECTIONS[code].title, data=counted[code],
        )  # fmt: skip
    locked.counted_at = timezone.now()
    locked.save(update_fields=["counted_at"])
    return locked


def _locked(analysis: NeedsAnalysis) -> NeedsAnalysis:
    rows = NeedsAnalysis.objects.select_for_update(of=("self",))
    return rows.select_related("municipality", "project").get(pk=analysis.pk)


# Parts


@transaction.atomic
def change_part(part: NeedsSection, *, version: int, title: str, text: str) -> NeedsSection:
    """Save what is written; raises PartChanged when ``version`` is no longer the stored one."""
    locked = NeedsSection.objects.select_for_update(of=("self",)).get(pk=part.pk)
    if locked.version != version:
        raise PartChanged(locked)
    locked.title, locked.text = title, text
    locked.version += 1
    locked.save(update_fields=["title", "text", "version"])
    return locked


@transaction.atomic
def include(part: NeedsSection, *, is_included: bool) -> None:
    """Say whether the part is in the document."""
    locked = NeedsSection.objects.select_for_update(of=("self",)).get(pk=part.pk)
    if locked.is_included != is_included:
        locked.is_included = is_included
        locked.save(update_fields=["is_included"])


@transaction.atomic
def move(part: NeedsSection, *, by: int) -> None:
    """Move the part up (``by`` -1) or down (1) by one place; from an end it goes no further."""
    _locked(part.analysis)
    parts = list(part.analysis.sections.order_by("order", "pk"))
    here = next((place for place, one in enumerate(parts) if one.pk == part.pk), None)
    if here is None or not 0 <= here + by < len(parts):
        return
    parts[here], parts[here + by] = parts[here + by], parts[here]
    for order, one in enumerate(parts, start=1):
        if one.order != order:
            one.order = order
            one.save(update_fields=["order"])


@transaction.atomic
def add_part(analysis: NeedsAnalysis, *, title: str) -> NeedsSection:
    """Add a part of one's own at the end; an empty one with the same title is that one.

    Raises TooManyParts.
    """
    locked = _locked(analysis)
    if same := locked.sections.filter(code="", title=title, text="").first():
        return same
    if locked.sections.count() >= MOST_PARTS:
        raise TooManyParts
    last = locked.sections.aggregate(last=models.Max("order"))["last"] or 0
    return NeedsSection.objects.create(
        municipality=locked.municipality, analysis=locked, order=last + 1, title=title
    )


@transaction.atomic
def remove_part(part: NeedsSection) -> None:
    """Delete a part of one's own with its text; what is counted is only left out of the document.

    Raises ValueError for a counted one.
    """
    if part.code:
        raise ValueError("counted parts stay")
    NeedsSection.objects.filter(pk=part.pk).delete()


# Versions


def save_version(
    *, analysis: NeedsAnalysis, by: User, form_key: uuid.UUID, note: str = ""
) -> NeedsVersion:
    """Freeze the document as it stands, under the next number; the same form gives the same one."""
    sent = NeedsVersion.objects.filter(form_key=form_key, analysis=analysis)
    if earlier := sent.first():
        return earlier
    try:
        with transaction.atomic():
            locked = _locked(analysis)
            last = locked.versions.aggregate(last=models.Max("number"))["last"] or 0
            return NeedsVersion.objects.create(
                municipality=locked.municipality, analysis=locked, number=last + 1, note=note,
                content=content(locked), made_by=by, form_key=form_key,
            )  # fmt: skip
    except IntegrityError:
        if earlier := sent.first():
            return earlier
        raise


def content(analysis: NeedsAnalysis) -> dict[str, Any]:
    """Return the document as it stands now; see ``contents``."""
    return content_of(analysis, list(analysis.sections.all()))


@transaction.atomic
def remove(analysis: NeedsAnalysis) -> None:
    """Delete an analysis of which nothing was kept; raises HasVersions for any other."""
    locked = _locked(analysis)
    if locked.study_id or locked.versions.exists():
        raise HasVersions
    NeedsAnalysis.objects.filter(pk=locked.pk).delete()
