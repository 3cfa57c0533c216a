"""Rows nobody asked an order for come back in any order, as PostgreSQL may give them one day.

With a few rows in a fresh table PostgreSQL happens to return them as they were written, and a list
without ``order_by`` looks right until it is not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import GET_ITERATOR_CHUNK_SIZE, MULTI

_state = {"on": False}


def is_ordered(query) -> bool:
    """Say whether ``query`` (of SQL) says in which order its rows come."""
    if query.extra_order_by or query.order_by:
        return True
    by_default = query.default_ordering and query.get_meta() and query.get_meta().ordering
    # Grouped rows lose the order of the model.
    return bool(by_default and not query.group_by)


@contextmanager
def as_they_come() -> Iterator[None]:
    """Leave unordered rows alone, for a test that counts on nothing but looks at the plain SQL."""
    before, _state["on"] = _state["on"], False
    try:
        yield
    finally:
        _state["on"] = before


def shuffle_unordered_queries() -> None:
    """Patch the compiler of SELECT statements; does nothing a second time."""
    if getattr(SQLCompiler.execute_sql, "shuffles", False):
        _state["on"] = True
        return
    plain = SQLCompiler.execute_sql

    def execute_sql(
        self, result_type=MULTI, chunked_fetch=False, chunk_size=GET_ITERATOR_CHUNK_SIZE
    ):
        query = self.query
        if not _state["on"] or result_type != MULTI or is_ordered(query):
            return plain(self, result_type, chunked_fetch, chunk_size)
        if query.combinator or query.distinct or query.distinct_fields:
            # Here an ORDER BY of the database would change which rows there are.
            rows = list(chain.from_iterable(plain(self, result_type, False, chunk_size) or ()))
            random.shuffle(rows)
            return iter([rows])
        self.query = query.clone()
        self.query.add_ordering("?")
        return plain(self, result_type, chunked_fetch, chunk_size)

    execute_sql.shuffles = True  # type: ignore[attr-defined]
    SQLCompiler.execute_sql = execute_sql  # type: ignore[method-assign]
    _state["on"] = True
