"""What is wrong with the facts of expenses: of many at once, in a fixed number of queries.

The eligible period, the legal currency of the day, VAT, repetitions, the budget line. The last two
are noticed and not forbidden: with a reason in words the expense is written.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from municipalities.templatetags.portal import money
from projects.models_project import Project
from projects.money import CENT, Currency
from projects.spending.converting import column_in, converted
from projects.spending.duplicates import duplicates
from projects.spending.facts import Facts
from projects.spending.models import Expense

EURO_SINCE = dt.date(2026, 1, 1)  # the day Bulgaria took the euro; levs stopped being money
HIGHEST_VAT = Decimal("0.20")  # ЗДДС, чл. 66
ROUNDING = Decimal("0.05")  # of an invoice that rounds the VAT of each of its lines
LONGEST = {
    name: getattr(Expense._meta.get_field(name), "max_length", 0)
    for name in ("document_number", "description", "duplicate_reason", "overrun_reason")
}
LARGEST = Decimal(10) ** 12

Faults = dict[str, list[str]]


@dataclass(frozen=True)
class Eligible:
    """The days in which a project's expenses may be; None: not known."""

    first: dt.date | None
    last: dt.date | None

    def __contains__(self, day: dt.date) -> bool:
        return (not self.first or day >= self.first) and (not self.last or day <= self.last)

    def __str__(self) -> str:
        first = f"от {self.first:%d.%m.%Y}" if self.first else ""
        last = f"до {self.last:%d.%m.%Y}" if self.last else ""
        return " ".join(filter(None, (first, last)))


def eligible_of(project: Project) -> Eligible:
    """Return the eligible days of a project: those contracted, else from its start to its end."""
    end = project.planned_end
    return Eligible(
        project.eligible_from or project.starts_on,
        project.eligible_to or (end.day if end else None),
    )


def checks(
    facts: Sequence[Facts],
    *,
    project: Project,
    but: Iterable[int] = (),
    numbers: Sequence[int] = (),
) -> list[Faults]:
    """Return what is wrong with each of ``facts`` of ``project``: words by the name of the field.

    Rows are judged in their order: each adds to what its line has spent and may repeat an earlier
    one. ``but`` are keys of expenses to leave out, as the one that is being changed.
    ``numbers`` are those of the rows where they came from, for the words; else 1, 2, 3…
    """
    left_out = list(but)
    eligible = eligible_of(project)
    found = [_alone(row, project, eligible) for row in facts]
    for faults, same in zip(found, duplicates(facts, but=left_out), strict=True):
        if same:
            faults["duplicate_reason"].append(_repeats(same, project, numbers))
    for row, faults in zip(facts, found, strict=True):
        if row.duplicate_reason.strip():
            faults.pop("duplicate_reason", None)
    _over_the_lines(facts, found, project, left_out)
    _over_the_contracts(facts, found, left_out)
    return [dict(faults) for faults in found]


def currency_fault(currency: str, day: dt.date) -> str:
    """Say why a document of ``day`` cannot be in ``currency``; "" where it can."""
    if currency == Currency.BGN and day >= EURO_SINCE:
        return "От 01.01.2026 документите са в евро."
    return ""


def _alone(row: Facts, project: Project, eligible: Eligible) -> defaultdict[str, list[str]]:
    """Judge a row by itself, without a query."""
    faults: defaultdict[str, list[str]] = defaultdict(list)
    today = timezone.localdate()
    if row.document_on > today:
        faults["document_on"].append("Датата е в бъдещето.")
    elif row.document_on not in eligible:
        faults["document_on"].append(f"Допустими са разходите {eligible}.")
    if row.paid_on and row.paid_on > today:
        faults["paid_on"].append("Датата е в бъдещето.")
    if words := currency_fault(row.currency, row.document_on):
        faults["currency"].append(words)
    _of_the_parts(row, project, faults)
    _of_the_sums(row, faults)
    for name, longest in LONGEST.items():
        if len(getattr(row, name)) > longest:
            faults[name].append(f"Напишете го с най-много {longest} знака.")
    return faults


def _of_the_parts(row: Facts, project: Project, faults: Faults) -> None:
    if row.line.project_id != project.pk:
        faults["line"].append("Перото е от друг проект.")
    if row.activity and row.activity.project_id != project.pk:
        faults["activity"].append("Дейността е от друг проект.")
    elif row.activity and row.line.activity_id not in (
        None,
        row.activity.pk,
        row.activity.parent_id,
    ):
        faults["activity"].append(f"Перото „{row.line}“ е за друга дейност.")
    if row.contract and row.contract.project_id != project.pk:
        faults["contract"].append("Договорът е по друг проект.")
    elif row.contract and row.supplier_id != row.contract.supplier_id:
        faults["contract"].append("Договорът е с друг изпълнител.")
    if row.method == Expense.Method.DOCUMENT:
        if not row.document:
            faults["document"].append("Изберете какъв е документът.")
        if not row.document_number.strip():
            faults["document_number"].append("Напишете номера на документа.")
        if row.document == Expense.Document.INVOICE and row.supplier is None:
            faults["supplier"].append("Фактурата има изпълнител.")
    if not row.description.strip():
        faults["description"].append("Напишете за какво е разходът.")


def _of_the_sums(row: Facts, faults: Faults) -> None:
    for name in ("net", "vat"):
        amount = getattr(row, name)
        if not amount.is_finite() or amount < 0 or amount >= LARGEST:
            faults[name].append("Сумата не е възможна.")
            return
        if amount != amount.quantize(CENT):
            faults[name].append("Сумата е с най-много два знака след запетаята.")
            return
    if not 0 < row.amount < LARGEST:
        faults["net"].append("Сумата трябва да е по-голяма от нула и възможна.")
    elif row.vat > row.net * HIGHEST_VAT + ROUNDING:
        most = money((row.net * HIGHEST_VAT).quantize(CENT), row.currency)
        faults["vat"].append(f"ДДС е най-много 20 % от сумата без него: {most}.")


def _repeats(same: Sequence[Expense | int], project: Project, numbers: Sequence[int]) -> str:
    first = same[0]
    if isinstance(first, int):
        number = numbers[first] if numbers else first + 1
        return f"Повтаря ред {number} от същия списък. Ако не е същият разход, напишете защо."
    elsewhere = f", по проект „{first.project}“" if first.project_id != project.pk else ""
    return (
        f"Прилича на вече записан разход: {first}, {money(first.amount, first.currency)}"
        f" от {first.document_on:%d.%m.%Y}{elsewhere}."
        " Ако не е същият, напишете защо (например фактура, разделена по пера)."
    )


def spent_by_line(project: Project, *, but: Iterable[int] = ()) -> dict[int, Decimal]:
    """Return what each line of ``project`` has spent, in the project's currency, in one query."""
    rows = (
        Expense.objects.counted()
        .filter(project=project)
        .exclude(pk__in=list(but))
        .order_by()
        .values("line")
        .annotate(spent=Sum(column_in(project.currency)))
    )
    return {row["line"]: row["spent"] for row in rows}


def _over_the_lines(
    facts: Sequence[Facts], found: list, project: Project, left_out: list[int]
) -> None:
    spent = defaultdict(Decimal, spent_by_line(project, but=left_out)) if facts else {}
    for row, faults in zip(facts, found, strict=True):
        if "net" in faults or "vat" in faults:
            continue
        spent[row.line.pk] += converted(row.amount, row.currency, project.currency)
        over = spent[row.line.pk] - row.line.amount
        if over > 0 and not row.overrun_reason.strip():
            faults["overrun_reason"].append(
                f"Перото „{row.line}“ е {money(row.line.amount, project.currency)}; с този разход"
                f" похарченото става {money(spent[row.line.pk], project.currency)}"
                f" ({money(over, project.currency)} повече). Напишете защо се записва."
            )


def _over_the_contracts(facts: Sequence[Facts], found: list, left_out: list[int]) -> None:
    contracts = {row.contract.pk: row.contract for row in facts if row.contract}
    if not contracts:
        return
    paid: dict[int, Decimal] = defaultdict(Decimal)
    rows = Expense.objects.counted().filter(contract__in=contracts).exclude(pk__in=left_out)
    in_each = {currency: Sum(column_in(currency)) for currency in Currency.values}
    for row in rows.order_by().values("contract").annotate(**in_each):
        paid[row["contract"]] = row[contracts[row["contract"]].currency]
    for row, faults in zip(facts, found, strict=True):
        if row.contract is None or "net" in faults or "vat" in faults:
            continue
        contract = row.contract
        paid[contract.pk] += converted(row.amount, row.currency, contract.currency)
        over = paid[contract.pk] - contract.amount
        if over > 0 and not row.overrun_reason.strip():
            faults["overrun_reason"].append(
                f"Договорът {contract} е за {money(contract.amount, contract.currency)};"
                f" с този разход по него са {money(paid[contract.pk], contract.currency)}"
                f" ({money(over, contract.currency)} повече). Напишете защо се записва."
            )
