"""Provinces, municipalities and settlements: check a file of them and load it, all or nothing.

Source of the data: the national classification ЕКАТТЕ of НСИ. A fault stops the whole file; a
remark says how a dubious value was read. An empty cell means "not known" and never erases what
the database knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify

from municipalities.models import Municipality, Province, Settlement
from municipalities.territory_cells import RULES, BadCell, Cell
from municipalities.territory_file import (
    Note,
    Table,
    TerritoryError,
    count,
    read_table,
    show_or_empty,
)

__all__ = [
    "Checked",
    "Note",
    "Report",
    "Table",
    "TerritoryError",
    "check",
    "import_table",
    "read_table",
]

BATCH = 1000
EXAMPLES = 10
NO_PARENTS = (
    "В базата няма нито една област или община, в която да влязат редовете. "
    "Първо изпълнете „manage.py reference_data“."
)
Progress = Callable[[int], None]  # is told how many per cent are done, never going back


@dataclass(frozen=True)
class Kind:
    """One of the three tables: where its rows go and what they hang on."""

    title: str
    model: type[Any]
    key: str
    parent: str = ""
    parent_model: type[Any] | None = None


KINDS = {
    "provinces": Kind("Области", Province, "code"),
    "municipalities": Kind("Общини", Municipality, "code", "province", Province),
    "settlements": Kind("Населени места", Settlement, "ekatte", "municipality", Municipality),
}


@dataclass
class Checked:
    """What a check found: ``records`` by key (row number and values), faults and remarks."""

    records: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    faults: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """A value that the file has and the database had otherwise."""

    key: str
    name: str
    column: str
    before: Any
    after: Any

    def __str__(self) -> str:
        values = f"{show_or_empty(self.before)} → {show_or_empty(self.after)}"
        return f"{self.key} {self.name}, {self.column}: {values}"


@dataclass
class Report:
    """What an import did. ``missing`` are "key name" of rows that only the database has.

    ``rows`` counts the rows of the file, ``total`` the places in them.
    """

    title: str
    rows: int
    total: int
    created: list[str]
    changes: list[Change]
    unchanged: int
    missing: list[str]
    remarks: list[Note]
    kept: bool = False

    @property
    def changed(self) -> int:
        """How many rows changed, each counted once."""
        return len({change.key for change in self.changes})

    def summary(self) -> str:
        """Return the import in one line of Bulgarian."""
        new, old = len(self.created), self.total - len(self.created)
        if self.kept:
            differ = f", от тях {self.changed} се различават и са оставени" if self.changed else ""
            return f"{self.title}: нови {new}, налични {old}{differ}"
        repeated = f" от {self.rows} реда" if self.rows != self.total else ""
        return (
            f"{self.title}: {self.total}{repeated} "
            f"(нови {new}, променени {self.changed}, без промяна {self.unchanged})"
        )

    def lines(self) -> Iterator[str]:
        """Yield the whole report in Bulgarian, with examples."""
        yield self.summary()
        if self.changes:
            columns = Counter(change.column for change in self.changes)
            yield "  Променено по колони: " + ", ".join(
                f"{c} – {n}" for c, n in columns.most_common()
            )
            yield from _examples(map(str, self.changes), len(self.changes))
        if self.missing:
            yield f"  В базата, но не и във файла: {len(self.missing)} (не се изтриват)"
            yield from _examples(self.missing, len(self.missing))
        if self.remarks:
            yield f"  Забележки по файла: {len(self.remarks)}"
            yield from (f"    {remark}" for remark in self.remarks[:50])
            yield from _rest(len(self.remarks), 50)


def _examples(lines: Iterable[str], total: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == EXAMPLES:
            break
        yield f"    {line}"
    yield from _rest(total, EXAMPLES)


def _rest(total: int, shown: int) -> Iterator[str]:
    if total > shown:
        yield f"    … и още {total - shown}"


def check(table: Table, parents: Mapping[str, Any], *, progress: Progress | None = None) -> Checked:
    """Check every row and every column; never raises and never asks the database.

    ``parents`` are the known codes of provinces (for municipalities) or municipalities (for
    settlements). A file with faults is not to be loaded, whatever the records say.
    """
    checked = Checked()
    seen: dict[str, tuple[int, dict[str, Any]]] = {}
    for done, row in enumerate(table.rows):
        if progress and done % 500 == 0:
            progress(done * 100 // len(table.rows))
        record = _check_row(table, row.number, row.values, parents, checked)
        key = record.get(KINDS[table.kind].key)
        if key is None:
            continue
        if key in seen:
            record = _settle_repetition(table.kind, row.number, record, seen[key], checked)
        seen[key] = (row.number, record)
    checked.records = seen
    return checked


def _check_row(table, number, values, parents, checked) -> dict[str, Any]:
    """Return the values that are sound, and note what is not."""
    surplus = len(values) - len(table.columns)
    if surplus < 0 or any(value.strip() for value in values[len(table.columns) :]):
        found = count(len(values), "стойност", "стойности")
        checked.faults.append(
            Note(f"редът има {found}, а колоните са {len(table.columns)}.", number)
        )
        return {}
    record: dict[str, Any] = {}
    for column, raw in zip(table.columns, values, strict=False):
        cell = Cell(
            column=column, row=number, kind=table.kind, parents=parents, remarks=checked.remarks
        )
        try:
            record[column] = RULES[table.kind][column](cell, cell.clean(raw))
        except BadCell as bad:
            checked.faults.append(Note(str(bad), number, column))
    checked.faults.extend(_row_faults(table.kind, number, record))
    if table.kind == "settlements":
        _drop_kind_from_name(record, number, checked)
    return record


def _row_faults(kind: str, number: int, record: dict[str, Any]) -> Iterator[Note]:
    """Yield what is wrong between the columns of a row, each of which is sound by itself."""
    code, province = record.get("code"), record.get("province")
    if code and province and code[:3] != province:
        yield Note(f"община с код {code} не може да е в област {province}.", number, "province")
    if kind == "settlements" and {"longitude", "latitude"} <= record.keys():
        for column, other in (("longitude", "latitude"), ("latitude", "longitude")):
            if record[column] is None and record[other] is not None:
                yield Note(f"липсва, а {other} е дадена.", number, column)


def _drop_kind_from_name(record: dict[str, Any], number: int, checked: Checked) -> None:
    kind, name = record.get("kind"), record.get("name", "")
    if kind and name.startswith(f"{kind} "):
        checked.remarks.append(Note("видът е повторен в името; махнат е оттам.", number, "name"))
        record["name"] = name.removeprefix(f"{kind} ")


def _settle_repetition(kind, number, record, earlier, checked) -> dict[str, Any]:
    """A code that comes again: the same place written twice, or two places one of which is wrong.

    The national list has eleven places twice, with figures of two dates; the later one is newer.
    """
    key = KINDS[kind].key
    first_number, first = earlier
    same = record == first or (
        kind == "settlements"
        and record.get("longitude") is not None
        and all(record.get(c) == first.get(c) for c in ("kind", "longitude", "latitude"))
    )
    if not same:
        text = f"кодът {record[key]} вече е даден на ред {first_number}."
        checked.faults.append(Note(text, number, key))
        return record
    differs = [
        f"{column} {show_or_empty(first[column])} → {show_or_empty(value)}"
        for column, value in record.items()
        if column in first and value not in (None, "", first[column])
    ]
    how = "различава се " + ", ".join(differs) if differs else "без разлика"
    text = f"същото място е и на ред {first_number}; важи по-долният ред ({how})."
    checked.remarks.append(Note(text, number, key))
    return first | {column: value for column, value in record.items() if value not in (None, "")}


def import_table(
    table: Table, *, keep_existing: bool = False, progress: Progress | None = None
) -> Report:
    """Load a table in one transaction and report; the second time it changes nothing.

    Rows are matched by code and never deleted. With ``keep_existing`` only new rows are written
    and the differences of the others are reported. What the portal itself keeps about a
    municipality (address, activity, website) is never touched. Raises ``TerritoryError`` with
    every fault of the file, having written nothing.
    """
    kind = KINDS[table.kind]
    with transaction.atomic():
        _lock(kind)
        parents = _parents(kind)
        if kind.parent and not parents:
            raise TerritoryError([Note(NO_PARENTS)])
        half = (lambda percent: progress(percent // 2)) if progress else None
        checked = check(table, parents, progress=half)
        if checked.faults:
            raise TerritoryError(checked.faults)
        known = _known_rows(kind, table.columns)
        report, writable = _compare(table, checked, known)
        if keep_existing:
            report.kept = True
            writable = {key: record for key, record in writable.items() if key not in known}
        _write(table, writable, parents, known, progress)
    if progress:
        progress(100)
    return report


def _lock(kind: Kind) -> None:
    """Let two imports, or an import and an operator's edit, wait for each other; readers do not."""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(kind.model._meta.db_table)
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def _parents(kind: Kind) -> dict[str, Any]:
    """Return what rows of the kind can hang on, by code."""
    return {row.code: row for row in kind.parent_model.objects.all()} if kind.parent_model else {}


def _known_rows(kind: Kind, columns: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of the database by key, with the file's columns (and the slug)."""
    names = {column: f"{column}__code" if column == kind.parent else column for column in columns}
    slug = ["slug"] if kind.model is Municipality else []
    rows = {}
    for values in kind.model.objects.order_by(kind.key).values(*names.values(), *slug):
        row = {column: values[name] for column, name in names.items()}
        rows[row[kind.key]] = row | {name: values[name] for name in slug}
    return rows


def _compare(table: Table, checked: Checked, known) -> tuple[Report, dict[str, dict[str, Any]]]:
    """Return the report and the rows to write, by key."""
    created, changes, writable = [], [], {}
    for key, (_number, record) in checked.records.items():
        old = known.get(key)
        if old is None:
            created.append(f"{key} {record['name']}")
            writable[key] = record
            continue
        new = {c: v for c, v in record.items() if v not in (None, "") and v != old[c]}
        if new:
            writable[key] = old | new
            changes += [Change(key, record["name"], c, old[c], v) for c, v in new.items()]
    report = Report(
        title=KINDS[table.kind].title,
        rows=len(table.rows),
        total=len(checked.records),
        created=created,
        changes=changes,
        unchanged=len(checked.records) - len(writable),
        missing=[
            f"{key} {row['name']}" for key, row in known.items() if key not in checked.records
        ],
        remarks=checked.remarks,
    )
    return report, writable


def _write(table: Table, writable, parents, known, progress: Progress | None) -> None:
    """Insert or update the rows, ``BATCH`` at a time, one statement each."""
    kind = KINDS[table.kind]
    if kind.model is Municipality:
        _give_slugs(writable, parents, known)
    columns = [column for column in table.columns if column != kind.key]
    records = list(writable.values())
    for start in range(0, len(records), BATCH):
        rows = [
            kind.model(
                **record | ({kind.parent: parents[record[kind.parent]]} if kind.parent else {})
            )
            for record in records[start : start + BATCH]
        ]
        kind.model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=[kind.key], update_fields=columns
        )
        if progress:
            progress(50 + min(start + BATCH, len(records)) * 50 // len(records))


def _give_slugs(writable, parents, known) -> None:
    """Give new municipalities their address in the portal; an address once given never changes.

    The name in Latin letters; where two municipalities share it, with the province's, and where
    they share that too, with the code.
    """
    rows = known | writable
    plain = Counter(slugify(row["name_en"]) for row in rows.values())

    def with_province(row):
        return f"{slugify(row['name_en'])}-{slugify(parents[row['province']].name_en)}"

    long = Counter(with_province(row) for row in rows.values())
    taken = {row["slug"] for row in known.values()}
    for code, record in sorted(writable.items()):
        if code in known:
            continue
        slug = slugify(record["name_en"])
        if plain[slug] > 1 or slug in taken:
            slug = with_province(record)
            if long[slug] > 1 or slug in taken:
                slug = f"{slug}-{code.lower()}"
        record["slug"] = slug
        taken.add(slug)
