"""The verbs of importing expenses: begin, check again, load all or none, forget."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.models import User
from municipalities.spreadsheets import Rows, data_rows, heading_place
from projects.models import Expense, ExpenseImport, Project
from projects.spending.checks import checks
from projects.spending.importing_columns import BY_CODE, columns_of
from projects.spending.importing_rows import Read, read_rows
from projects.spending.models import Supplier
from projects.spending.spending import lock, record_all

MOST_PROBLEMS = 2000
OVERRUN = "overrun_reason"
FORM_KEYS = uuid.UUID("6f2f9f3e-6a51-4c39-9a53-0d8f6b1a2c55")  # of expenses that a file brought


class NotLoaded(Exception):
    """The file cannot be loaded now; the message says why, in Bulgarian."""


def begin(*, project: Project, rows: Rows, file_name: str, by: User) -> ExpenseImport:
    """Keep and check a file that was read; return its import with whatever is wrong in it."""
    return ExpenseImport.objects.create(
        municipality_id=project.municipality_id,
        project=project,
        file_name=file_name[:120],
        rows=rows,
        problems=check(project, rows).problems,
        total=sum(1 for _ in data_rows(rows)),
        made_by=by,
    )


def check(project: Project, rows: Rows) -> Read:
    """Read the rows and judge them as expenses are judged, in a fixed number of queries.

    The checks of money run only once every cell can be read: they add the rows up.
    """
    read = read_rows(project, rows, MOST_PROBLEMS)
    if read.problems:
        return read
    found = checks(read.facts, project=project, numbers=read.numbers)
    for number, faults in zip(read.numbers, found, strict=True):
        for name, listed in faults.items():
            read.problems += [_problem(read, rows, number, name, words) for words in listed]
        if len(read.problems) >= MOST_PROBLEMS:
            break
    return read


def _problem(read: Read, rows: Rows, number: int, name: str, words: str) -> dict[str, Any]:
    column = read.places.get(name, 0)
    cells = rows[number - 1]
    value = cells[column - 1] if 0 < column <= len(cells) else ""
    found = {"row": number, "column": column, "value": value[:200], "message": words}
    return {**found, "field": name}


@transaction.atomic
def check_again(run: ExpenseImport) -> ExpenseImport:
    """Check a kept file against the project as it is now. Raises NotLoaded for a loaded one."""
    current = _held(run)
    current.problems = check(current.project, current.rows).problems
    current.save(update_fields=["problems"])
    return current


@transaction.atomic
def explain(run: ExpenseImport, reason: str) -> ExpenseImport:
    """Write why lines are exceeded into every row that has to say it, and check again.

    Raises NotLoaded for a loaded file.
    """
    current = _held(run)
    rows = current.rows
    heading = rows[heading_place(rows)]
    column = columns_of(heading).get(OVERRUN)
    if column is None:
        heading.append(BY_CODE[OVERRUN].title)
        column = len(heading)
    for number in {found["row"] for found in current.problems if found.get("field") == OVERRUN}:
        row = rows[number - 1]
        row.extend("" for _ in range(column - len(row)))
        row[column - 1] = reason
    current.problems = check(current.project, rows).problems
    current.save(update_fields=["rows", "problems"])
    return current


@transaction.atomic
def load(run: ExpenseImport, *, by: User) -> list[Expense]:
    """Write every row as an expense and forget the rows; twice is the same as once.

    Where the project has changed so that the file no longer fits, nothing is written, what is
    wrong stands on the import, and the list is empty. Raises NotLoaded for a loaded one.
    """
    current = _held(run)
    project = current.project
    lock(project)
    read = check(project, current.rows)
    if read.problems:
        current.problems = read.problems
        current.save(update_fields=["problems"])
        return []
    _write_suppliers(read)
    key = uuid.uuid5(FORM_KEYS, str(current.pk))
    written = record_all(read.facts, project=project, actor=by, form_key=key)
    current.state, current.loaded_at = ExpenseImport.State.LOADED, timezone.now()
    current.rows, current.problems = [], []
    current.save(update_fields=["state", "loaded_at", "rows", "problems"])
    return written


@transaction.atomic
def forget(run: ExpenseImport) -> None:
    """Throw away a file that was not loaded. Raises NotLoaded for a loaded one."""
    _held(run).delete()


def _held(run: ExpenseImport) -> ExpenseImport:
    rows = ExpenseImport.objects.select_for_update(of=("self",)).select_related("project")
    current = rows.filter(pk=run.pk).first()
    if current is None or current.state == ExpenseImport.State.LOADED:
        raise NotLoaded("Файлът вече е зареден или премахнат.")
    return current


def _write_suppliers(read: Read) -> None:
    """Write the new suppliers, each under a key of its own from now on."""
    for supplier in read.new_suppliers:
        supplier.pk = None
    Supplier.objects.bulk_create(read.new_suppliers)
