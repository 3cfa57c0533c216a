"""The measuring of pages runs and says what it measured; how long anything takes is not judged."""

from __future__ import annotations

import sys

import pytest

from tests.support.house import ROOT


@pytest.fixture(scope="module")
def bench():
    """The module scripts/bench.py, which is run and not imported otherwise."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import bench

        yield bench
    finally:
        sys.path.remove(str(ROOT / "scripts"))


def test_every_question_is_answered_at_both_sizes_and_stands_in_the_table(bench, db):
    sizes = (bench.Size(1, 2), bench.Size(2, 4))
    found = bench.measure(sizes, repeats=1)
    assert all(len(taken) == 2 and min(taken) > 0 for taken in found.values())
    lines = bench.table(found, sizes).splitlines()
    assert len(lines) == 1 + len(found) > 10
    assert "1 / 2" in lines[0]
    assert "2 / 4" in lines[0]


def test_an_answer_that_is_none_is_not_measured(bench, client, db):
    missing = bench.Question("няма такава", lambda: client.get("/nyama/"))
    with pytest.raises(bench.WrongAnswer, match="няма такава: 404"):
        bench.median_ms(missing, 1)
