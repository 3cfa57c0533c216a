"""The budget of a project as annexes change it: the verb, and what it was after each of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from municipalities.models import User
from municipalities.templatetags.portal import money
from projects.models import Activity, BudgetAnnex, BudgetChange, BudgetLine, FundingSource, Project
from projects.spending.spending import lock
from projects.spending.sums import LineSums, Sums, sums_of

ZERO = Decimal(0)
LARGEST = Decimal("999999999999.99")  # what an AmountField holds


class BudgetRefused(Exception):
    """The annex cannot be written so; ``problems`` are {field, or "" of the whole: words}.

    A line's field is „line_<pk>“, a source's „source_<pk>“, a new line's „new_<number>“.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class NewLine:
    """A line that an annex brings."""

    code: str
    name: str
    amount: Decimal
    activity: Activity | None = None


@dataclass(frozen=True)
class Annex:
    """What an annex says. ``amounts`` are of every line; ``total`` only where it changes.

    ``sources`` are {pk of a source of funding: amount}, asked for with ``total`` alone.
    """

    number: str
    signed_on: dt.date
    reason: str
    amounts: Mapping[int, Decimal]
    new_lines: Sequence[NewLine] = ()
    total: Decimal | None = None
    sources: Mapping[int, Decimal] = field(default_factory=dict)


def seen_as(project: Project, lines: Iterable[BudgetLine]) -> str:
    """Return a mark of the budget as somebody sees it, to notice that it changed meanwhile."""
    parts = [f"{line.pk}:{line.amount:.2f}" for line in sorted(lines, key=lambda line: line.pk)]
    whole = f"{project.pk}:{project.amount:.2f}|" + ";".join(parts)
    return hashlib.blake2s(whole.encode(), digest_size=12).hexdigest()


@transaction.atomic
def sign_annex(
    *,
    project: Project,
    annex: Annex,
    by: User,
    form_key: uuid.UUID,
    seen: str,
    below_is_known: bool = False,
) -> BudgetAnnex:
    """Write an annex, what it changes line by line, and the budget after it; return the annex.

    Sent twice it is written once. ``seen`` is ``seen_as`` of the page that was filled in;
    ``below_is_known`` says that lines may fall below what is already spent on them. Raises
    BudgetRefused, with nothing written.
    """
    lock(project)
    current = Project.objects.get(pk=project.pk)
    earlier = list(current.annexes.order_by("signed_on", "pk"))
    if again := next((one for one in earlier if one.form_key == form_key), None):
        return again
    lines = list(current.budget_lines.order_by("code", "pk"))
    if seen_as(current, lines) != seen:
        raise BudgetRefused(
            {"": "Междувременно бюджетът е променен. Вижте новите суми и опитайте пак."}
        )
    problems = (
        _of_the_day(current, annex, earlier)
        | _of_the_lines(lines, annex)
        | _of_the_sum(current, annex)
        | _of_the_sources(current, annex)
    )
    if not problems and not below_is_known:
        problems = _below_spent(current, annex)
    if problems:
        raise BudgetRefused(problems)
    return _write(current, lines, annex, by, form_key)


def _of_the_day(project: Project, annex: Annex, earlier: list[BudgetAnnex]) -> dict[str, str]:
    day = annex.signed_on
    if day > timezone.localdate():
        return {"signed_on": "Денят е в бъдещето."}
    if project.contract_signed_on and day < project.contract_signed_on:
        return {
            "signed_on": f"Договорът е подписан на {project.contract_signed_on:%d.%m.%Y} г.; "
            "анексът не може да е преди него."
        }
    if earlier and day < earlier[-1].signed_on:
        return {
            "signed_on": f"Последният анекс е от {earlier[-1].signed_on:%d.%m.%Y} г. "
            "Анексите се записват по реда на подписването."
        }
    if any(one.number == annex.number for one in earlier):
        return {"number": "Вече има анекс с този номер."}
    return {}


def _of_the_lines(lines: list[BudgetLine], annex: Annex) -> dict[str, str]:
    problems = {}
    if {line.pk for line in lines} != set(annex.amounts):
        return {"": "Междувременно перата са променени. Отворете страницата наново."}
    codes = {line.code for line in lines}
    for number, new in enumerate(annex.new_lines):
        if new.code in codes:
            problems[f"new_{number}"] = f"Вече има перо с код {new.code}."
        codes.add(new.code)
    same = all(annex.amounts[line.pk] == line.amount for line in lines)
    if same and not annex.new_lines:
        problems[""] = "Анексът не променя нито едно перо."
    return problems


def _of_the_sum(project: Project, annex: Annex) -> dict[str, str]:
    whole = project.amount if annex.total is None else annex.total
    parts = sum(annex.amounts.values(), ZERO) + sum((new.amount for new in annex.new_lines), ZERO)
    if parts == whole:
        return {}
    gap, how = abs(parts - whole), "повече" if parts > whole else "по-малко"
    currency = project.currency
    words = (
        f"Перата са общо {money(parts, currency)}: с {money(gap, currency)} {how} от сумата на"
        f" проекта ({money(whole, currency)})."
    )
    if annex.total is None:
        words += " Ако анексът променя и нея, напишете новата сума."
    return {"": words}


def _of_the_sources(project: Project, annex: Annex) -> dict[str, str]:
    """The sources add up to the new amount, so that whose money an expense is stays known."""
    sources = list(project.funding.order_by("pk"))
    if annex.total is None or not sources:
        return {}
    if {source.pk for source in sources} != set(annex.sources):
        return {"total": "Напишете и колко става всеки източник на финансиране."}
    parts = sum(annex.sources.values(), ZERO)
    if parts == annex.total:
        return {}
    return {
        f"source_{sources[-1].pk}": f"Източниците са общо {money(parts, project.currency)}, а"
        f" новата сума е {money(annex.total, project.currency)}."
    }


def _below_spent(project: Project, annex: Annex) -> dict[str, str]:
    return {
        f"line_{row.line.pk}": f"По перото вече са похарчени {row.text('spent')}."
        for row in sums_of(project).lines
        if row.line and annex.amounts[row.line.pk] < row.spent
    }


def _write(
    project: Project, lines: list[BudgetLine], annex: Annex, by: User, form_key: uuid.UUID
) -> BudgetAnnex:
    owner = {"municipality_id": project.municipality_id}
    written = BudgetAnnex.objects.create(
        **owner,
        project=project,
        number=annex.number,
        signed_on=annex.signed_on,
        reason=annex.reason,
        made_by=by,
        form_key=form_key,
    )
    changed = [line for line in lines if annex.amounts[line.pk] != line.amount]
    changes = [
        BudgetChange(
            **owner, annex=written, line=line, before=line.amount, after=annex.amounts[line.pk]
        )
        for line in changed
    ]
    for line in changed:
        line.amount = annex.amounts[line.pk]
    BudgetLine.objects.bulk_update(changed, ["amount"])
    made = BudgetLine.objects.bulk_create(
        BudgetLine(
            **owner,
            project=project,
            code=new.code,
            name=new.name,
            activity=new.activity,
            amount=new.amount,
        )
        for new in annex.new_lines
    )
    changes += [BudgetChange(**owner, annex=written, line=line, after=line.amount) for line in made]
    BudgetChange.objects.bulk_create(changes)
    if annex.total is not None:
        _write_total(project, annex, annex.total)
    return written


def _write_total(project: Project, annex: Annex, total: Decimal) -> None:
    project.amount = total
    project.save(update_fields=["amount"])
    sources = list(project.funding.order_by("pk"))
    for source in sources:
        source.amount = annex.sources[source.pk]
    FundingSource.objects.bulk_update(sources, ["amount"])


# The history


@dataclass(frozen=True)
class BudgetRow:
    """A line: what it was at first (None: not there yet) and after each annex, and its sums."""

    line: BudgetLine
    first: Decimal | None
    after: list[Decimal | None]
    moved: list[bool]
    sums: LineSums

    @property
    def cells(self) -> list[tuple[Decimal | None, bool]]:
        """Return (amount, whether this annex changed it) for every annex."""
        return list(zip(self.after, self.moved, strict=True))


@dataclass(frozen=True)
class BudgetHistory:
    """The budget with a column an annex; ``totals`` are of the first budget and of each annex.

    ``whole`` are the sums of all lines as they are now.
    """

    annexes: list[BudgetAnnex]
    rows: list[BudgetRow]
    totals: list[Decimal]
    whole: Sums


def history_of(project: Project) -> BudgetHistory:
    """Return the budget of ``project`` after each annex, in a fixed number of queries."""
    changes = Prefetch("changes", queryset=BudgetChange.objects.order_by("pk"))
    annexes = list(
        project.annexes.order_by("signed_on", "pk")
        .select_related("made_by")
        .prefetch_related(changes)
    )
    by_annex = [{change.line_id: change for change in annex.changes.all()} for annex in annexes]
    sums = sums_of(project)
    rows = [_row(row.line, row, by_annex) for row in sums.lines if row.line]
    columns = [[row.first for row in rows]]
    columns += [[row.after[place] for row in rows] for place in range(len(annexes))]
    totals = [sum((amount for amount in column if amount), ZERO) for column in columns]
    return BudgetHistory(annexes, rows, totals, sums.total)


def _row(line: BudgetLine, sums: LineSums, by_annex: list[dict[int, BudgetChange]]) -> BudgetRow:
    mine = [changes.get(line.pk) for changes in by_annex]
    earliest = next((change for change in mine if change), None)
    amount = first = earliest.before if earliest else line.amount
    after = []
    for change in mine:
        amount = change.after if change else amount
        after.append(amount)
    return BudgetRow(line, first, after, [change is not None for change in mine], sums)
