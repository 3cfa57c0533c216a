"""Registration numbers under load: many at once, some rolled back, and none lost or given twice."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection
from django.db.models import Max
from django.utils import timezone

from frontoffice.models import Person
from municipalities import numbering
from municipalities.models import Municipality, NumberSeries
from municipalities.tenancy import municipality_scope
from referrals.applications.receiving import Received, receive
from referrals.models import Application, ApplicationEvent, ApplicationKind
from tests.factories_applications import ApplicationKindFactory
from tests.factories_people import PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 20
SUBMISSIONS = 200
SOFIA = ZoneInfo("Europe/Sofia")
OLD_YEAR = dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=SOFIA)
NEW_YEAR = dt.datetime(2027, 1, 1, 0, 0, 0, tzinfo=SOFIA)


class ChangedMind(Exception):
    """What undoes a submission after it had its number."""


@dataclass(frozen=True)
class Submission:
    kind: ApplicationKind
    at: dt.datetime | None = None
    fails: bool = False
    person: Person | None = None
    form_key: uuid.UUID = field(default_factory=uuid.uuid4)


@pytest.fixture
def clock(monkeypatch) -> threading.local:
    """The time of each thread: ``clock.now``, or the real one."""
    times, real = threading.local(), timezone.now
    monkeypatch.setattr(timezone, "now", lambda: getattr(times, "now", None) or real())
    return times


@pytest.fixture
def send(clock) -> Callable[[Iterable[Submission]], list]:
    """Make submissions from ``THREADS`` threads, each with a connection of its own.

    Returns what came of each, in their order: ``Received``, or the error.
    """

    def one(submission: Submission) -> Received | Exception:
        clock.now = submission.at
        try:
            with municipality_scope(submission.kind.municipality):
                received = receive(
                    municipality=submission.kind.municipality,
                    kind=submission.kind,
                    channel="online",
                    form_key=submission.form_key,
                    by=None,
                    given_name="Проба",
                    need="Помощ вкъщи",
                    person=submission.person,
                )
                if submission.fails:
                    raise ChangedMind
                return received
        except (ChangedMind, IntegrityError) as error:
            return error

    def many(submissions: Iterable[Submission]) -> list:
        gate = threading.Barrier(THREADS)
        queue, results = list(enumerate(submissions)), {}

        def work() -> None:
            try:
                connection.ensure_connection()
                gate.wait(30)
                while queue:
                    try:
                        order, submission = queue.pop(0)
                    except IndexError:
                        return
                    results[order] = one(submission)
            finally:
                connection.close()

        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(work) for _n in range(THREADS)]:
                done.result(60)  # a deadlock is an error of PostgreSQL's, raised here
        return [results[order] for order in sorted(results)]

    return many


def numbers_of(*municipalities: Municipality) -> dict[tuple[int, str, int], list[int]]:
    """Return the numbers that are in the database by municipality, series and year, in order."""
    found = defaultdict(list)
    for municipality in municipalities:
        with municipality_scope(municipality):
            for row in Application.objects.order_by("number_seq"):
                found[municipality.pk, row.number_series, row.number_year].append(row.number_seq)
    return found


def last_of(municipality: Municipality, series: str) -> dict[int, int]:
    """Return the last number given by year, as the counter has it."""
    with municipality_scope(municipality):
        rows = NumberSeries.objects.filter(series=series)
        return {row.year: row.last for row in rows.order_by("year")}


def kinds_of(municipality: Municipality, count: int = 2) -> list[ApplicationKind]:
    return [ApplicationKindFactory(municipality=municipality) for _n in range(count)]


def test_two_hundred_at_once_have_two_hundred_numbers_in_a_row(sliven, send):
    kind = ApplicationKindFactory(municipality=sliven)
    received = send(Submission(kind, NEW_YEAR) for _n in range(SUBMISSIONS))
    assert numbers_of(sliven) == {
        (sliven.pk, kind.number_code, 2027): list(range(1, SUBMISSIONS + 1))
    }
    told = {one.application.number for one in received}
    assert told == {f"{kind.number_code}-2027-{n:06d}" for n in range(1, SUBMISSIONS + 1)}
    assert len({one.secret for one in received}) == SUBMISSIONS
    with municipality_scope(sliven):
        assert ApplicationEvent.objects.filter(kind="received").count() == SUBMISSIONS


def test_what_is_undone_leaves_no_gap_whatever_runs_beside_it(sliven, elena, send):
    """Two municipalities, two kinds in each, on both sides of New Year, every seventh undone.

    They concern three people of each, so that rows are locked in every order there can be.
    """
    kinds = [*kinds_of(sliven), *kinds_of(elena)]
    people = {
        owner.pk: [PersonFactory(municipality=owner) for _n in range(3)]
        for owner in (sliven, elena)
    }
    sent = [
        Submission(
            kinds[n % 4],
            (OLD_YEAR, NEW_YEAR)[n // 4 % 2],
            fails=n % 7 == 0,
            person=people[kinds[n % 4].municipality_id][n % 3],
        )
        for n in range(SUBMISSIONS)
    ]
    results = send(sent)
    kept, expected = defaultdict(int), {}
    for submission, result in zip(sent, results, strict=True):
        assert isinstance(result, ChangedMind if submission.fails else Received)
        if not submission.fails:
            assert result.application.number_year == submission.at.year
            assert result.application.received_on == submission.at.date()
            kept[submission.kind, submission.at.year] += 1
    for (kind, year), count in kept.items():
        expected[kind.municipality_id, kind.number_code, year] = list(range(1, count + 1))
        assert last_of(kind.municipality, kind.number_code)[year] == count
    assert len(expected) == 8
    assert numbers_of(sliven, elena) == expected


def test_one_form_sent_by_twenty_at_once_is_one_application(sliven, send):
    kind = ApplicationKindFactory(municipality=sliven)
    form_key = uuid.uuid4()
    received = send(Submission(kind, NEW_YEAR, form_key=form_key) for _n in range(THREADS))
    assert len({one.application.pk for one in received}) == 1
    assert [one.is_new for one in received].count(True) == 1
    assert [one.secret for one in received].count(None) == THREADS - 1, "shown once"
    assert last_of(sliven, kind.number_code) == {2027: 1}
    with municipality_scope(sliven):
        assert ApplicationEvent.objects.count() == 1
    send([Submission(kind, NEW_YEAR)] * THREADS)
    assert last_of(sliven, kind.number_code) == {2027: 2}, "the repeats took no numbers"


# Controls: the same measure finds what other ways of numbering do wrong.


def test_this_would_see_a_number_given_twice(sliven, send, monkeypatch):
    kind = ApplicationKindFactory(municipality=sliven)
    gate, given = threading.Barrier(THREADS), []

    def highest_and_one(municipality, series, *, year=None):
        highest = Application.objects.aggregate(highest=Max("number_seq"))["highest"] or 0
        gate.wait(30)  # as it comes about by itself under load
        given.append(highest + 1)
        return 2027, highest + 1

    monkeypatch.setattr(numbering, "take", highest_and_one)
    results = send(Submission(kind) for _n in range(THREADS))
    assert given == [1] * THREADS
    assert sum(isinstance(one, IntegrityError) for one in results) == THREADS - 1
    assert numbers_of(sliven) == {(sliven.pk, kind.number_code, 2027): [1]}


def test_this_would_see_a_number_lost(sliven, send, monkeypatch):
    kind = ApplicationKindFactory(municipality=sliven)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE numbers_of_a_test")

    def of_a_sequence(municipality, series, *, year=None):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('numbers_of_a_test')")
            return 2027, cursor.fetchone()[0]

    monkeypatch.setattr(numbering, "take", of_a_sequence)
    send(Submission(kind, fails=n % 7 == 0) for n in range(28))
    [numbers] = numbers_of(sliven).values()
    assert len(numbers) == 24
    assert numbers != list(range(1, 25))
