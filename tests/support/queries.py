"""How many queries a page takes: the same for few rows and for many, and the same as last time.

The counts are kept in ``tests/query_counts.json``. ``QUERY_COUNTS=write pytest …`` writes what is
measured there, so that a change of them is seen in the review of the change.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

BASELINE = Path(__file__).resolve().parent.parent / "query_counts.json"
FEW, MANY = 5, 50
# A test's own transaction makes savepoints of what are BEGIN and COMMIT in life.
_OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def statements(work: Callable[[], Any]) -> list[str]:
    """Return the SQL that ``work`` sends, without that of transactions."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].upper().startswith(_OF_TRANSACTIONS)
    ]


def shape(sql: str) -> str:
    """Return a statement without its values, so that repetitions look alike."""
    return re.sub(r"\s+", " ", re.sub(r"'[^']*'|\b\d+\b", "?", sql))


class QueryCounts:
    """The fixture ``queries``."""

    def __init__(self, rewrite: bool | None = None) -> None:
        self.rewrite = os.environ.get("QUERY_COUNTS") == "write" if rewrite is None else rewrite

    def of(self, client, url: str, **options) -> list[str]:
        """Return the statements of one GET that answers 200."""
        ContentType.objects.clear_cache()  # a page must not look cheap because another was first
        answers = []
        sent = statements(lambda: answers.append(client.get(url, **options)))
        assert answers[0].status_code == 200, f"{url}: {answers[0].status_code}"
        return sent

    def assert_same(
        self,
        client,
        url: str,
        make_rows: Callable[[int], Any],
        *,
        name: str,
        at_most: int | None = None,
    ) -> int:
        """Fail where ``url`` takes more queries with 50 rows than with 5, or than it did before.

        ``make_rows(n)`` makes n rows more that the page shows; ``name`` is the page's line in the
        baseline; ``at_most`` is a limit somebody promised. Returns the count.
        """
        make_rows(FEW)
        few = self.of(client, url)
        make_rows(MANY - FEW)
        many = self.of(client, url)
        if len(few) != len(many):
            grown = Counter(map(shape, many)) - Counter(map(shape, few))
            listed = "\n".join(f"  +{n}: {sql[:300]}" for sql, n in grown.most_common(8))
            pytest.fail(
                f"{url}: {len(few)} queries for {FEW} rows, {len(many)} for {MANY}:\n{listed}"
            )
        if at_most is not None and len(many) > at_most:
            pytest.fail(f"{url}: {len(many)} queries, at most {at_most} were promised")
        self.compare(name, len(many))
        return len(many)

    def compare(self, name: str, count: int) -> None:
        """Fail where the baseline has another number for ``name``; write it when asked to."""
        if self.rewrite:
            _write(name, count)
            return
        known = json.loads(BASELINE.read_text(encoding="utf-8")).get(name)
        assert known == count, (
            f"{name}: {count} queries, {known} in {BASELINE.name}. "
            "If this is meant: QUERY_COUNTS=write pytest <this test>, and commit the file."
        )


def _write(name: str, count: int) -> None:
    with BASELINE.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # workers of one run write into the same file
        counts = {**json.load(file), name: count}
        file.seek(0)
        file.truncate()
        json.dump(counts, file, ensure_ascii=False, indent=2, sort_keys=True)
        file.write("\n")
