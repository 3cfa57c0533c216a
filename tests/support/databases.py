"""Databases beside the empty one of the suite: one with the demo in it, and copies to spoil.

Most tests work in a transaction on the empty database. Those that ask for ``demo`` work on another,
loaded once a process and left as it was, because their transactions are rolled back too. Tests with
a live server cannot roll back: each gets a copy, which PostgreSQL makes of a template in a moment,
and throws it away. Nothing has to be emptied, and no test sees another's rows.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

_copies = itertools.count(1)


def _use(name: str) -> str:
    """Make every connection opened from now on go to ``name``; return what it was before.

    The dictionary is the one of all threads, so the live server follows.
    """
    connection.close()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    return before


def _on_server(statement: str, *names: str) -> None:
    quoted = [connection.ops.quote_name(name) for name in names]
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement.format(*quoted))


def _drop(name: str) -> None:
    # FORCE: a thread of the live server may be about to close its connection.
    _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _leave(name: str) -> None:
    """End what is still connected to ``name``: PostgreSQL copies no database in use.

    Playwright's event loop gives this thread another set of Django's connections, and the one
    opened before it can be reached no more.
    """
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """Work on a copy of the database ``template`` for as long as the block lasts."""
    name = f"{template}_copy{next(_copies)}"
    connection.close()
    _drop(name)
    _leave(template)
    # Of files, not of what is in them: three times faster where every write is forgotten anyway.
    how = " STRATEGY file_copy" if connection.pg_version >= 150000 else ""
    _on_server("CREATE DATABASE {} TEMPLATE {}" + how, name, template)
    before = _use(name)
    try:
        yield name
    finally:
        _use(before)
        _drop(name)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Work on the database ``name`` for as long as the block lasts."""
    before = _use(name)
    try:
        yield
    finally:
        _use(before)


@contextmanager
def with_the_demo(template: str) -> Iterator[str]:
    """Copy the empty database, load reference data and demo; yield the name of the result."""
    with copy_of(template) as name:
        call_command("reference_data", stdout=io.StringIO())
        call_command("demo", stdout=io.StringIO())
        _use(template)
        yield name
