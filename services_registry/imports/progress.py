"""How far a loading is, told to other pages while its one transaction is still open.

The loading is all or nothing, so nothing it writes is seen before its end, and that would include
its own progress. The number of rows done is therefore written over a second connection to the same
database, each time in a short transaction of its own. That connection passes the second fence as
every other does: it says for which municipality it works, for that transaction only (it may go
back to the pool), and row-level security lets it change that municipality's runs alone. The
loading must not hold the run's row meanwhile, or the two would wait for each other; it takes an
advisory lock instead, which also says to every page whether somebody is loading now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from municipalities.tenancy import MUNICIPALITY_SETTING
from services_registry.imports.models import ImportRun

LOCKS = 20_260  # the space of advisory locks of imports; the second key is the run


class Progress:
    """Writes the rows done of one run over a connection of its own."""

    def __init__(self, run: ImportRun) -> None:
        self.run_id, self.municipality_id = run.pk, run.municipality_id
        self._other = connection.copy()

    def tell(self, done: int) -> None:
        """Let everybody see that ``done`` rows are loaded."""
        self._other.ensure_connection()
        raw = self._other.connection
        with raw.transaction(), raw.cursor() as cursor:
            cursor.execute(
                "SELECT set_config(%s, %s, true), set_config('lock_timeout', '2s', true)",
                [MUNICIPALITY_SETTING, str(self.municipality_id)],
            )
            cursor.execute(
                "UPDATE services_registry_importrun SET done = %s WHERE id = %s",
                [done, self.run_id],
            )

    def close(self) -> None:
        self._other.close()


@contextmanager
def progress_of(run: ImportRun) -> Iterator[Progress]:
    """Open a Progress for the time of one loading."""
    progress = Progress(run)
    try:
        yield progress
    finally:
        progress.close()


def claim(run_id: int) -> bool:
    """Take the right to load a run until the transaction ends; False where another has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS, _small(run_id)])
        return cursor.fetchone()[0]


def is_being_loaded(run_id: int) -> bool:
    """Say whether some process is loading the run now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = %s AND objid::bigint = %s)",
            [LOCKS, _small(run_id)],
        )
        return cursor.fetchone()[0]


def _small(run_id: int) -> int:
    return run_id % 2**31
