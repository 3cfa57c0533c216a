"""The verbs of follow-ups, what waits for somebody, days in words."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from frontoffice.followups import counting, days, following
from frontoffice.models import FollowUp, Handover
from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.factories_desk import FollowUpFactory
from tests.support.people import rows_of
from tests.support.queries import statements

DAY = dt.timedelta(days=1)


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        yield


def promise(membership, **facts) -> tuple[FollowUp, bool]:
    return following.create_follow_up(
        membership=membership,
        **{
            "form_key": uuid.uuid4(),
            "title": "Обаждане",
            "due_on": timezone.localdate() + DAY,
            **facts,
        },
    )


def reread(row: FollowUp) -> FollowUp:
    return FollowUp.objects.get(pk=row.pk)


# Promising


def test_a_promise_is_ones_own_and_of_the_office(specialist, office, scope):
    row, is_new = promise(specialist.membership)
    assert is_new
    assert (row.owner, row.created_by, row.office) == (specialist.user, specialist.user, office)
    assert row.is_open
    assert not Handover.objects.exists()


def test_the_same_form_twice_is_one_promise(specialist, scope):
    key = uuid.uuid4()
    first, _ = promise(specialist.membership, form_key=key)
    again, is_new = promise(specialist.membership, form_key=key, title="Друго")
    assert (again, is_new, again.title) == (first, False, "Обаждане")
    assert FollowUp.objects.count() == 1


def test_a_promise_for_a_colleague_is_new_for_them(specialist, colleague, scope):
    row, _ = promise(specialist.membership, owner=colleague.user)
    assert row.owner == colleague.user
    given = Handover.objects.get()
    assert (given.given_by, given.given_to, given.seen_at) == (
        specialist.user,
        colleague.user,
        None,
    )


def test_nobody_from_elsewhere_is_given_one(specialist, elena_specialist, manager, provider, scope):
    for stranger in (elena_specialist, manager, provider):
        with pytest.raises(following.NotAColleague):
            promise(specialist.membership, owner=stranger.user)
    row, _ = promise(specialist.membership)
    with pytest.raises(following.NotAColleague):
        following.hand_over(row, membership=specialist.membership, to=elena_specialist.user)


# Correcting


def test_a_correction_needs_the_version_it_was_made_from(specialist, scope):
    row, _ = promise(specialist.membership)
    saved = following.update_follow_up(row, version=1, title="Първо")
    assert (saved.title, saved.version) == ("Първо", 2)
    with pytest.raises(following.FollowUpChanged) as refused:
        following.update_follow_up(row, version=1, title="Второ")
    assert refused.value.current.title == "Първо"
    assert reread(row).title == "Първо"


def test_only_its_facts_are_corrected(specialist, colleague, scope):
    row, _ = promise(specialist.membership)
    with pytest.raises(TypeError):
        following.update_follow_up(row, version=1, owner=colleague.user)


def test_another_day_is_reminded_of_again(specialist, scope):
    row, _ = promise(specialist.membership)
    FollowUp.objects.update(reminded_on=timezone.localdate())
    following.update_follow_up(row, version=1, title="Друго", due_on=row.due_on)
    assert reread(row).reminded_on == timezone.localdate()
    following.update_follow_up(row, version=2, due_on=row.due_on + DAY)
    assert reread(row).reminded_on is None


# Closing


def test_closing_keeps_who_and_how_and_is_done_once(specialist, head, scope):
    row, _ = promise(specialist.membership)
    close = following.close_follow_up
    assert close(row, membership=specialist.membership, state="done", outcome="Има място.")
    assert not close(row, membership=head.membership, state="dropped", outcome="Късно.")
    now = reread(row)
    assert (now.state, now.outcome, now.closed_by) == ("done", "Има място.", specialist.user)
    assert now.closed_at


def test_closing_is_taken_back(specialist, scope):
    row, _ = promise(specialist.membership)
    following.close_follow_up(row, membership=specialist.membership, state="dropped", outcome="Не.")
    assert following.reopen_follow_up(row)
    now = reread(row)
    assert (now.state, now.outcome, now.closed_at, now.closed_by) == ("open", "", None, None)
    assert not following.reopen_follow_up(row)


def test_open_is_not_a_way_to_close(specialist, scope):
    row, _ = promise(specialist.membership)
    with pytest.raises(ValueError, match="open"):
        following.close_follow_up(row, membership=specialist.membership, state="open")


def test_a_closed_one_is_not_corrected_and_not_handed_over(specialist, colleague, scope):
    row, _ = promise(specialist.membership)
    following.close_follow_up(row, membership=specialist.membership, state="done")
    with pytest.raises(following.FollowUpClosed):
        following.update_follow_up(row, version=2, title="Друго")
    with pytest.raises(following.FollowUpClosed):
        following.hand_over(row, membership=specialist.membership, to=colleague.user)


# Handing over


def test_handing_over_moves_it_to_the_others_office(sliven, specialist, scope):
    elsewhere = factories.OfficeFactory(municipality=sliven)
    other = factories.MembershipFactory(municipality=sliven, role=Role.HEAD, office=elsewhere)
    row, _ = promise(specialist.membership)
    FollowUp.objects.update(reminded_on=timezone.localdate())
    given = following.hand_over(
        row, membership=specialist.membership, to=other.user, note="Чака до петък."
    )
    now = reread(row)
    assert (now.owner, now.office, now.reminded_on, now.version) == (
        other.user,
        elsewhere,
        None,
        2,
    )
    assert (given.had_by, given.note, given.seen_at) == (specialist.user, "Чака до петък.", None)


def test_handing_over_twice_is_one_handover(specialist, colleague, scope):
    row, _ = promise(specialist.membership)
    for expected in (True, False):
        given = following.hand_over(row, membership=specialist.membership, to=colleague.user)
        assert (given is not None) is expected
    assert Handover.objects.count() == 1


def test_what_one_takes_over_is_not_new_for_them(specialist, head, scope):
    row, _ = promise(specialist.membership)
    given = following.hand_over(row, membership=head.membership, to=head.user)
    assert given.seen_at
    assert counting.for_today(head.membership).handed_to_me == 0


def test_many_change_hands_at_once_without_the_closed(specialist, colleague, head, scope):
    rows = [promise(specialist.membership)[0] for _ in range(3)]
    rows.append(promise(colleague.membership)[0])
    following.close_follow_up(rows[0], membership=specialist.membership, state="done")
    moved = following.hand_over_many(rows, membership=head.membership, to=colleague.user)
    assert moved == 2
    assert [reread(row).owner for row in rows] == [specialist.user, *[colleague.user] * 3]


def test_who_was_switched_off_is_not_a_colleague(colleague, specialist, scope):
    colleague.user.is_active = False
    colleague.user.save(update_fields=["is_active"])
    assert [row.user for row in following.colleagues()] == [specialist.user]


# What waits


def test_what_waits_is_counted_in_one_query(sliven, specialist, colleague, monkeypatch):
    today = day("2026-11-18")  # a Wednesday
    monkeypatch.setattr(timezone, "localdate", lambda *_: today)
    for due, owner in [
        (today, specialist),
        (today - DAY, specialist),
        (today - 9 * DAY, specialist),
        (today + 4 * DAY, specialist),
        (today + 5 * DAY, specialist),
        (today, colleague),
    ]:
        FollowUpFactory(municipality=sliven, owner=owner.user, due_on=due)
    FollowUpFactory(
        municipality=sliven,
        owner=specialist.user,
        due_on=today,
        state="done",
        closed_at=timezone.now(),
        closed_by=specialist.user,
    )
    with municipality_scope(sliven):
        promise(colleague.membership, owner=specialist.user, due_on=today + 30 * DAY)
        got = []
        sent = statements(lambda: got.append(counting.for_today(specialist.membership)))
    assert got == [counting.Waiting(due=1, late=2, handed_to_me=1, this_week=2)]
    assert len(sent) == 1


def test_what_was_opened_is_no_longer_new(sliven, specialist, colleague, scope):
    row, _ = promise(colleague.membership, owner=specialist.user)
    following.mark_seen(row, membership=colleague.membership)
    assert counting.for_today(specialist.membership).handed_to_me == 1
    following.mark_seen(row, membership=specialist.membership)
    assert counting.for_today(specialist.membership).handed_to_me == 0
    assert rows_of(sliven, Handover)[0].seen_at


# Days


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        # Wednesday: three days later is a Saturday.
        ("2026-11-18", ["утре 19.11", "след 3 дни 23.11", "след седмица 25.11"]),
        # Friday: the next working day and the one three days later are the same Monday.
        ("2026-11-20", ["следващия работен ден 23.11", "след седмица 27.11"]),
        # Before Christmas, whose Saturday is made up for on Monday (чл. 154, ал. 2 КТ).
        ("2026-12-23", ["следващия работен ден 29.12", "след седмица 30.12"]),
    ],
)
def test_quick_days_are_working_ones(today, expected):
    quick = days.quick_days(day(today))
    assert [f"{one.words} {one.day:%d.%m}" for one in quick] == expected
    assert all(days.is_working(one.day) for one in quick)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (-3, "закъснява с 3 дни"),
        (-1, "закъснява с 1 ден"),
        (0, "днес"),
        (1, "утре"),
        (5, "след 5 дни"),
        (30, ""),
    ],
)
def test_a_day_in_words(ahead, words):
    assert days.due_words(day("2026-11-18") + ahead * DAY, day("2026-11-18")) == words
