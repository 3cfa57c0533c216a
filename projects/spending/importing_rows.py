"""From rows of a spreadsheet to facts of expenses, or to what is wrong, named by cell.

Nothing is written here. The same reading serves the check, the preview and the loading.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from municipalities import cells
from municipalities.cells import BadCell, key
from municipalities.checks import check_eik
from municipalities.sheet_rows import SheetRow
from municipalities.spreadsheets import Rows, data_rows, heading_place
from projects.models import Activity, BudgetLine, Expense, Project
from projects.money import Currency
from projects.spending import importing_columns as columns
from projects.spending.checks import EURO_SINCE, LONGEST
from projects.spending.facts import Facts
from projects.spending.importing_columns import REQUIRED, columns_of, numbered
from projects.spending.models import ProjectContract, Supplier

LONGEST_NAME = 200
NOTHING = Decimal(0)


@dataclass
class Known:
    """What the rows may name, read at once."""

    project: Project
    lines: dict[str, BudgetLine] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    by_eik: dict[str, Supplier] = field(default_factory=dict)
    by_name: dict[str, list[Supplier]] = field(default_factory=lambda: defaultdict(list))
    contracts: dict[str, list[ProjectContract]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Read:
    """What was read: facts with the rows they come from, suppliers to be made, what is wrong."""

    known: Known
    facts: list[Facts] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    new_suppliers: list[Supplier] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)


def known_to(project: Project) -> Known:
    """Read what rows of ``project`` may name, in four queries."""
    known = Known(project)
    for line in project.budget_lines.order_by("code", "pk"):
        known.lines[numbered(line.code)] = line
        known.lines.setdefault(key(str(line)), line)
    for activity in project.activities.order_by("position", "pk"):
        for name in (activity.number, activity.title, str(activity)):
            if name:
                known.activities.setdefault(numbered(name), activity)
    known.documents = {key(str(label)): value for value, label in Expense.Document.choices}
    for supplier in Supplier.objects.order_by("pk"):
        _add_supplier(known, supplier)
    rows = ProjectContract.objects.filter(project=project).select_related("supplier")
    for contract in rows.order_by("pk"):
        known.contracts[key(contract.number)].append(contract)
    return known


def _add_supplier(known: Known, supplier: Supplier) -> None:
    known.by_name[key(supplier.name)].append(supplier)
    if supplier.eik:
        known.by_eik[supplier.eik] = supplier


def read_rows(project: Project, rows: Rows, most: int) -> Read:
    """Read every row of a file for ``project``; stops after ``most`` problems.

    A problem is {"row", "column", "value", "message"}, numbered from 1 as in the spreadsheet.
    """
    read = Read(known_to(project))
    start = heading_place(rows)
    read.places = columns_of(rows[start]) if rows else {}
    if missing := [f.title for f in REQUIRED if f.code not in read.places]:
        words = f"В заглавния ред липсва: {', '.join(missing)}. Вземете заглавията от образеца."
        read.problems.append({"row": start + 1, "column": 0, "value": "", "message": words})
        return read
    for number, values in data_rows(rows):
        row = _Row(read, number, values)
        facts = row.facts()
        read.problems += sorted(row.faults, key=lambda fault: fault["column"])
        if not row.faults:
            read.facts.append(facts)
            read.numbers.append(number)
        if len(read.problems) >= most:
            del read.problems[most:]
            break
    return read


class _Row(SheetRow):
    """One row on its way to facts; collects what is wrong in it."""

    required = frozenset(column.code for column in REQUIRED)

    def __init__(self, read: Read, number: int, values: list[str]) -> None:
        super().__init__(number, values, read.places)
        self.read, self.known = read, read.known

    def words(self, code: str) -> str:
        return self.take(code, lambda text: cells.line(text, LONGEST[code]))

    def facts(self) -> Facts:
        """Return what the row says; only to be written where ``faults`` stayed empty."""
        net, of_net = self.take("net", columns.amount, (NOTHING, ""))
        vat, of_vat = self.take("vat", columns.amount, (NOTHING, ""))
        day = self.take("document_on", cells.day, dt.date.min)
        supplier = self._supplier()
        return Facts(
            project=self.known.project,
            line=self.take("line", self._line, None),
            activity=self.take("activity", self._activity, None),
            document=self.take("document", self._document),
            document_number=self.words("document_number"),
            document_on=day,
            paid_on=self.take("paid_on", cells.day, None),
            supplier=supplier,
            contract=self.take("contract", lambda text: self._contract(text, supplier), None),
            description=self.words("description"),
            net=net,
            vat=vat,
            is_vat_eligible=self.take("is_vat_eligible", cells.yes_or_no, True),
            currency=self._currency(day, {of_net, of_vat} - {""}),
            overrun_reason=self.words("overrun_reason"),
            duplicate_reason=self.words("duplicate_reason"),
        )

    def _line(self, text: str) -> BudgetLine:
        found = self.known.lines.get(numbered(text)) or self.known.lines.get(key(text))
        if found is None:
            codes = cells.listed(line.code for line in _once(self.known.lines))
            raise BadCell(f"Проектът няма такова перо. Пера: {codes}.")
        return found

    def _activity(self, text: str) -> Activity:
        found = self.known.activities.get(numbered(text))
        if found is None:
            raise BadCell("Проектът няма такава дейност. Напишете номера или името ѝ.")
        return found

    def _document(self, text: str) -> str:
        return cells.one_of(text, self.known.documents, map(str, Expense.Document.labels))

    def _contract(self, text: str, supplier: Supplier | None) -> ProjectContract:
        found = self.known.contracts.get(key(text), [])
        if supplier is not None:
            found = [row for row in found if row.supplier_id == supplier.pk]
        if len(found) != 1:
            raise BadCell("По проекта няма такъв договор с този изпълнител.")
        return found[0]

    def _currency(self, day: dt.date, written: set[str]) -> str:
        said = self.take("currency", columns.currency)
        if len(written | ({said} - {""})) > 1:
            self.fault("currency", "Валутата тук и до сумите не е една и съща.")
        implied = Currency.EUR if day >= EURO_SINCE else self.known.project.currency
        return said or next(iter(written), "") or str(implied)

    def _supplier(self) -> Supplier | None:
        """Return whom the row names: a known one, one of an earlier row, or a new one."""
        eik = self.take("eik", self._eik)
        name = self.take("supplier", lambda text: cells.line(text, LONGEST_NAME))
        if eik and eik in self.known.by_eik:
            return self.known.by_eik[eik]
        alike = self.known.by_name.get(key(name), []) if name else []
        if not eik and len(alike) == 1:
            return alike[0]
        if not eik and len(alike) > 1:
            self.fault("supplier", "Изпълнителите с това име са няколко. Напишете и ЕИК.")
            return None
        if not name:
            if eik:
                self.fault("eik", "Няма изпълнител с този ЕИК. Напишете и името му.")
            return None
        return self._new_supplier(name, eik)

    def _new_supplier(self, name: str, eik: str) -> Supplier:
        # A key below zero tells it from others until it is written and has its own.
        made = Supplier(
            pk=-1 - len(self.read.new_suppliers),
            municipality_id=self.known.project.municipality_id,
            name=name,
            eik=eik,
        )
        self.read.new_suppliers.append(made)
        _add_supplier(self.known, made)
        return made

    @staticmethod
    def _eik(text: str) -> str:
        eik = columns.digits_of_eik(text)
        try:
            check_eik(eik)
        except ValidationError as wrong:
            raise BadCell(wrong.messages[0]) from None
        return eik


def _once(lines: dict[str, BudgetLine]) -> list[BudgetLine]:
    return list({line.pk: line for line in lines.values()}.values())
