"""Territory that every installation has: provinces, municipalities, places of the first five.

The files are in ``data/``, their source and corrections in ``data/README.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from municipalities.territory import Progress, Report, Table, import_table, read_table

DATA = Path(__file__).parent / "data"


def bundled_tables() -> Iterator[Table]:
    """Yield the project's own tables in the order in which they hang on one another."""
    for name in ("provinces", "municipalities", "settlements"):
        with (DATA / f"{name}.csv").open("rb") as file:
            yield read_table(file)


def import_bundled(
    *, keep_existing: bool = False, progress: Progress | None = None
) -> list[Report]:
    """Load the project's own tables; the caller opens the transaction around all of them."""
    reports = []
    for number, table in enumerate(bundled_tables()):

        def share(percent: int, done: int = number) -> None:
            if progress:
                progress((done * 100 + percent) // 3)

        reports.append(import_table(table, keep_existing=keep_existing, progress=share))
    return reports


def load() -> Iterator[str]:
    """Add what is missing and yield a line for each table.

    Runs at every start, so it changes nothing that is there: a newer national list, once
    imported, is not undone by this older one.
    """
    for report in import_bundled(keep_existing=True):
        yield report.summary()
