"""Documents that look like one another: charged twice, to one project or to two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CharField, Func, Q
from django.db.models.functions import Trim, Upper

from projects.spending.facts import Facts
from projects.spending.models import Expense

ZEROS = "0 "


class Bare(Func):
    """A document's number without the zeros in front."""

    function = "LTRIM"
    template = f"%(function)s(%(expressions)s, '{ZEROS}')"
    output_field = CharField()


def bare(number: str) -> str:
    """Return a document's number as it is compared: „0000123а“ is „123А“."""
    return number.strip().upper().lstrip(ZEROS)


def _keys(of: Any) -> list[tuple]:
    """Return what two records of one document have in common; ``of`` is facts or an expense.

    A supplier's document is known by its kind and number, or by its day and amount. One without
    a supplier (a payroll, a travel order) is numbered anew each month, in each project.
    """
    number = bare(of.document_number)
    if of.supplier_id is None:
        if not number:
            return []
        return [("own", of.project_id, of.document, number, of.document_on)]
    keys: list[tuple] = [("sum", of.supplier_id, of.document_on, of.amount, of.currency)]
    if number:
        keys.append(("number", of.supplier_id, of.document, number))
    return keys


def _candidates(facts: Sequence[Facts]) -> Iterable[Expense]:
    """Return the expenses of the municipality that may be one of ``facts``, in one query."""
    suppliers = {row.supplier_id for row in facts if row.supplier_id}
    numbers = {bare(row.document_number) for row in facts} - {""}
    days = {row.document_on for row in facts}
    projects = {row.project_id for row in facts}
    return (
        Expense.objects.counted()
        .annotate(bare=Bare(Upper(Trim("document_number"))))
        .filter(
            Q(supplier__in=suppliers) & (Q(bare__in=numbers) | Q(document_on__in=days))
            | Q(supplier=None, project__in=projects, bare__in=numbers, document_on__in=days)
        )
        .select_related("project", "supplier")
        .order_by("pk")
    )


def duplicates(facts: Sequence[Facts], *, but: Iterable[int] = ()) -> list[list[Expense | int]]:
    """Return for each of ``facts`` what it repeats: expenses, or indexes of earlier ``facts``.

    ``but`` are keys of expenses that do not count, as the one that is being changed. One query.
    """
    left_out = set(but)
    known: dict[tuple, list[Expense | int]] = defaultdict(list)
    with_documents = [row for row in facts if row.method == Expense.Method.DOCUMENT]
    if with_documents:
        for expense in _candidates(with_documents):
            if expense.pk not in left_out:
                for key in _keys(expense):
                    known[key].append(expense)
    found: list[list[Expense | int]] = []
    for index, row in enumerate(facts):
        same: list[Expense | int] = []
        if row.method == Expense.Method.DOCUMENT:
            for key in _keys(row):
                same += [other for other in known[key] if other not in same]
                known[key].append(index)
        found.append(same)
    return found
