"""What the rules on visibility ask of a project and what of it is missing.

For programmes of 2021–2027 the rules are articles 47 and 50 and annex IX of Regulation (EU)
2021/1060; for those before, annex XII of Regulation (EU) No 1303/2013. Both are cited from memory
(``law.md`` §8 of the domain says what was found where), hence every row carries its basis.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import prefetch_related_objects
from django.urls import reverse

from municipalities.norms.deadlines import norm_on
from municipalities.norms.models import LegalNorm
from municipalities.templatetags.portal import money
from projects.models import FundingSource, Project
from projects.norms import PLAQUE_THRESHOLD
from projects.risks import Level, Risk
from projects.visibility import OF_THE_UNION

State = Literal["ok", "late", "due", "spared"]
WORDS: dict[State, str] = {
    "ok": "има",
    "late": "липсва",
    "due": "предстои",
    "spared": "не се изисква",
}
NOT_OF_THE_UNION = (FundingSource.Source.NATIONAL, FundingSource.Source.OWN)


@dataclass(frozen=True)
class Item:
    """One thing that is asked for: whether it is there, why, on what basis, where to mend it."""

    code: str
    name: str
    state: State
    why: str
    basis: str = ""
    url: str = ""

    @property
    def state_words(self) -> str:
        """The state in a word."""
        return WORDS[self.state]

    @property
    def is_missing(self) -> bool:
        """Whether somebody has to do something."""
        return self.state in ("late", "due")


def is_of_the_union(project: Project) -> bool:
    """Say whether the Union pays: by the programme's fund or by a source of the project."""
    return bool(project.programme.eu_fund) or any(
        row.source in OF_THE_UNION for row in project.funding.all()
    )


def check(project: Project, day: dt.date) -> list[Item]:
    """Return everything the rules ask for, each with its state on ``day``.

    Needs the project's scope. Nothing is asked of a project without the Union's money.
    """
    prefetch_related_objects([project], "funding", "indicators")
    if not is_of_the_union(project):
        return []
    is_new = not project.programme.period.startswith("2014")
    site = "Регламент (ЕС) 2021/1060, чл. 50, пар. 1, б. „а“"
    shown = "Регламент (ЕС) 2021/1060, чл. 47 и прил. IX"
    if not is_new:
        site = shown = "Регламент (ЕС) № 1303/2013, прил. XII, т. 2.2"
    return [
        *_on_the_page(project, site),
        _statement(project, shown),
        _site(project, site),
        _poster(project, day, is_new),
        _plaque(project, day, is_new),
    ]


def missing(project: Project, day: dt.date) -> list[Item]:
    """Return what of ``check`` is missing, in the same order."""
    return [item for item in check(project, day) if item.is_missing]


def visibility_risks(project: Project, day: dt.date) -> list[Risk]:
    """Return what is missing as risks of the project, for ``projects.risks``."""
    found: list[Risk] = []
    for item in missing(project, day):
        level: Level = "late" if item.state == "late" else "due"
        words = f"Публичност: {item.name[:1].lower()}{item.name[1:]} – {item.why}"
        found.append(Risk(f"visibility-{item.code}", level, words, item.url))
    return found


def _on_the_page(project: Project, basis: str) -> Iterable[Item]:
    """Return what the page of the project has to say: what, why, with what result and money."""
    yield _known(
        project, "page", "Страница в портала", project.is_public, "проектът не се показва на"
        " гражданите", "гражданите я виждат", "is_public", basis,
    )  # fmt: skip
    yield _known(
        project, "summary", "Кратко описание", bool(project.summary.strip()),
        "не е написано какво ще се направи", "пише какво ще се направи", "summary", basis,
    )  # fmt: skip
    yield _known(
        project, "aim", "Цел", bool(project.aim.strip()), "целта не е написана",
        "целта е написана", "aim", basis,
    )  # fmt: skip
    count = len(project.indicators.all())
    yield _known(
        project, "results", "Резултати", count > 0, "няма нито един планиран резултат",
        f"записани планирани резултати: {count}", "indicators-group", basis,
    )  # fmt: skip
    parts = project.funding.all()
    yield _known(
        project, "support", "Подкрепа от Съюза", any(parts),
        "няма финансиране по източник, затова не личи колко дава Съюзът",
        "сумите са по източник", "funding-group", basis,
    )  # fmt: skip


def _known(
    project: Project, code: str, name: str, there: bool, why: str, so: str, field: str, basis: str
) -> Item:
    return Item(
        code, name, "ok" if there else "late", so if there else why, basis, _field(project, field)
    )


def _statement(project: Project, basis: str) -> Item:
    """Judge the statement by the sources: money that is not the Union's makes it „Съ-“."""
    said = f"„{project.get_eu_statement_display()}“"
    others = [row for row in project.funding.all() if row.source in NOT_OF_THE_UNION and row.amount]
    agrees = project.is_cofinanced or not others
    why = f"{said} стои до емблемата навсякъде, където е проектът"
    if not agrees:
        why = f"пише {said}, а има и {others[0].get_source_display()}"
    return Item(
        "statement", "Емблема и израз", "ok" if agrees else "late", why, basis,
        _field(project, "eu_statement"),
    )  # fmt: skip


def _site(project: Project, basis: str) -> Item:
    there = bool(project.site_url)
    why = project.site_url if there else "няма адрес на страница за проекта в сайта на общината"
    return Item(
        "site", "Страница в сайта на общината", "ok" if there else "due", why, basis,
        _field(project, "site_url"),
    )  # fmt: skip


def _poster(project: Project, day: dt.date, is_new: bool) -> Item:
    basis = (
        "Регламент (ЕС) 2021/1060, чл. 50, пар. 1, б. „г“"
        if is_new
        else "Регламент (ЕС) № 1303/2013, прил. XII, т. 2.2"
    )
    return _placed(
        project, day, "poster", "Плакат А3", project.poster_place, project.poster_on, basis
    )


def _plaque(project: Project, day: dt.date, is_new: bool) -> Item:
    """Judge the plaque: of investments above a sum, which is a norm that the municipality keeps."""
    name, url = "Трайна табела", _field(project, "plaque_place")
    if not is_new or "плюс" not in project.programme.eu_fund:
        why = "нормата в портала е за ЕСФ+ 2021–2027; за този проект сверете с договора"
        return Item("plaque", name, "spared", why, "", url)
    basis = "Регламент (ЕС) 2021/1060, чл. 50, пар. 1, б. „в“"
    if not project.has_investment:
        why = "не е отбелязано да има ремонт или оборудване"
        return Item("plaque", name, "spared", why, basis, _field(project, "has_investment"))
    norm = norm_on(PLAQUE_THRESHOLD, day)
    if norm is None or norm.value is None:
        why = "прагът не е записан сред правните норми; сверете с договора"
        return Item("plaque", name, "spared", why, basis, url)
    basis = norm.legal_basis or basis
    euro = project.amount_eur or 0
    words = f"прагът е {money(norm.value)}{_unverified(norm)}, проектът е {money(euro)}"
    if euro <= norm.value:
        return Item("plaque", name, "spared", words, basis, url)
    item = _placed(project, day, "plaque", name, project.plaque_place, project.plaque_on, basis)
    if item.state == "ok":
        return item
    return Item("plaque", name, item.state, f"{item.why}; {words}", basis, url)


def _unverified(norm: LegalNorm) -> str:
    return "" if norm.is_verified else " (непотвърдена норма)"


def _placed(
    project: Project,
    day: dt.date,
    code: str,
    name: str,
    place: str,
    placed_on: dt.date | None,
    basis: str,
) -> Item:
    """Judge what hangs somewhere since a day; before the start it is only to come."""
    url = _field(project, f"{code}_on" if place else f"{code}_place")
    if place and placed_on and placed_on <= day:
        why = f"{place}, от {placed_on:%d.%m.%Y} г."
        return Item(code, name, "ok", why, basis, _field(project, f"{code}_place"))
    if placed_on and placed_on > day:
        return Item(code, name, "due", f"ще се постави на {placed_on:%d.%m.%Y} г.", basis, url)
    hung = "поставена" if code == "plaque" else "поставен"
    why = "не е записано от кога стои" if place else f"не е записано къде е {hung}"
    begun = project.starts_on is not None and project.starts_on <= day
    ended = project.planned_end is not None and project.planned_end.day < day
    return Item(code, name, "late" if begun or ended else "due", why, basis, url)


def _field(project: Project, field: str) -> str:
    """Return where in the project's form it is written."""
    anchor = field if field.endswith("-group") else f"id_{field}"
    return f"{reverse('admin:projects_project_change', args=[project.pk])}#{anchor}"
