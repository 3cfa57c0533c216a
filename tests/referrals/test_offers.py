"""A place that became free: who is offered it, until when, and where it goes next."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from frontoffice.models import FollowUp
from municipalities.tenancy import municipality_scope
from referrals.models import Offer, Referral, ReferralEvent, ReferringPolicy
from referrals.placing import tasks, waiting
from referrals.placing.referring import withdraw
from referrals.provider import answering
from referrals.workflow.machine import CITIZEN, Actor, StepRefused, Who
from services_registry import free_places
from services_registry.provider_changes import capacity_version, newest_capacity, save_capacity
from tests.referrals.lines import free, fresh, full_service, offer_of, waits

pytestmark = pytest.mark.django_db
PROVIDER = Actor(Who.PROVIDER)
TODAY = timezone.localdate


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        yield


@pytest.fixture
def service(sliven, scope):
    return full_service(sliven, free=1)


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """Do what a transaction leaves for after its commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def states(*referrals) -> list[str]:
    return [fresh(one).state for one in referrals]


def told(referral) -> list[str]:
    return list(
        ReferralEvent.objects.filter(referral=referral)
        .exclude(told="")
        .values_list("kind", flat=True)
    )


def past(offer: Offer) -> Offer:
    offer.until = TODAY() - dt.timedelta(days=1)
    offer.save(update_fields=["until"])
    return offer


# Offering


def test_the_first_in_line_is_offered_the_place_and_it_is_held(service):
    second, first = waits(service, 1), waits(service, 5)
    offer = waiting.offer_next(service)
    assert offer.referral == first
    assert states(first, second) == ["offered", "waiting"]
    assert fresh(first).holds_place
    assert free(service)[0] == 0
    assert waiting.position(fresh(second)) == 1
    assert told(first) == ["offered"]


def test_the_deadline_is_in_working_days_by_the_rules_of_the_municipality(
    service, sliven, monkeypatch
):
    # A Friday before the Christmas holidays: 24 to 26 December, and the 28th for the Saturday.
    monkeypatch.setattr(timezone, "localdate", lambda *args: dt.date(2026, 12, 18))
    ReferringPolicy.objects.create(municipality=sliven, offer_days=4)
    referral = waits(service)
    offer = waiting.offer_next(service)
    assert offer.until == dt.date(2026, 12, 29)
    assert fresh(referral).due_on == offer.until


@pytest.mark.parametrize("why", ["no place", "no places written", "nobody", "not published"])
def test_nothing_is_offered_where_there_is_no_place_or_nobody(service, why):
    referral = waits(service) if why != "nobody" else None
    if why == "no place":
        free_places.take(service)
    elif why == "no places written":
        service.capacities.all().delete()
    elif why == "not published":
        service.status = "draft"
        service.save(update_fields=["status"])
    assert waiting.offer_next(service) is None
    assert not referral or states(referral) == ["waiting"]


def test_as_many_are_offered_as_there_are_places(sliven, scope):
    service = full_service(sliven, free=2)
    rows = [waits(service, day) for day in (3, 2, 1)]
    tasks.offer_places(municipality=sliven.pk, service=service.pk)
    tasks.offer_places(municipality=sliven.pk, service=service.pk)
    assert states(*rows) == ["offered", "offered", "waiting"]


def test_a_place_is_offered_at_once_when_the_provider_writes_that_it_is_free(sliven, scope):
    service = full_service(sliven)
    referral = waits(service)
    row = newest_capacity(service)
    version = capacity_version(row.places, row.free, row.waiting, as_of=row.as_of)
    save_capacity(service, places=10, free=1, waiting=1, version=version)
    assert states(referral) == ["offered"]
    assert free(service)[0] == 0


def test_a_place_is_offered_when_somebody_leaves_it(sliven, scope):
    service = full_service(sliven, free=1)
    leaves = waits(service, 9, state="sent", waiting_since=None)
    answering.accept(referral=leaves, actor=PROVIDER)
    referral = waits(service, 1)
    withdraw(referral=fresh(leaves), actor=CITIZEN, reason="wish")
    assert states(referral) == ["offered"]
    assert free(service)[0] == 0


# Answering


def test_accepted_the_place_stays_held_and_the_provider_is_told(service, run):
    service.provider.email = "centar@example.bg"
    service.provider.save()
    referral = waits(service)
    with run():
        waiting.offer_next(service)
    mail.outbox.clear()
    with run():
        taken = waiting.take_offer(referral=referral, actor=CITIZEN)
    assert (taken.state, taken.holds_place) == ("accepted", True)
    assert offer_of(referral, "accepted").closed_at
    assert free(service)[0] == 0
    assert [one.to for one in mail.outbox] == [["centar@example.bg"]]
    with pytest.raises(StepRefused):  # pressed twice
        waiting.take_offer(referral=referral, actor=CITIZEN)


def test_passed_the_place_goes_down_the_line_once_and_comes_back_to_nobody(service):
    first, second = waits(service, 9), waits(service, 1)
    waiting.offer_next(service)
    waiting.pass_offer(referral=first, actor=CITIZEN)
    assert states(first, second) == ["waiting", "offered"]
    assert fresh(first).passed_over == 1
    waiting.pass_offer(referral=second, actor=CITIZEN)
    assert states(first, second) == ["waiting", "waiting"]
    assert free(service)[0] == 1
    # Nor does the hourly round ask them again about a place that they have just passed on.
    tasks.offer_places(municipality=service.municipality_id, service=service.pk, is_new=False)
    assert states(first, second) == ["waiting", "waiting"]
    # Another place is another matter; so is the same one that still stands free after a month.
    Offer.objects.update(closed_at=timezone.now() - dt.timedelta(days=31))
    tasks.offer_places(municipality=service.municipality_id, service=service.pk, is_new=False)
    assert states(first, second) == ["offered", "waiting"]


def test_whoever_came_after_the_pass_is_asked_about_the_place(service):
    first = waits(service, 9)
    waiting.offer_next(service)
    waiting.pass_offer(referral=first, actor=CITIZEN)
    new = waits(service, 1)
    tasks.offer_places(municipality=service.municipality_id, service=service.pk, is_new=False)
    assert states(first, new) == ["waiting", "offered"]


def test_another_freed_place_is_offered_to_who_passed_before(service):
    referral = waits(service, 9)
    waiting.offer_next(service)
    waiting.pass_offer(referral=referral, actor=CITIZEN)
    leaves = waits(service, 1, state="started", holds_place=True)
    answering.end(referral=leaves, actor=PROVIDER, on=TODAY(), reason="wish")
    assert states(referral) == ["offered"]


def test_refused_is_withdrawn_and_the_next_is_offered(service):
    first, second = waits(service, 9), waits(service, 1)
    offer = waiting.offer_next(service)
    waiting.refuse_offer(referral=first, actor=CITIZEN, offer=offer.pk)
    assert states(first, second) == ["withdrawn", "offered"]
    assert fresh(first).withdraw_reason == "wish"
    assert offer_of(first, "refused")
    assert free(service)[0] == 0


def test_an_answer_to_one_offer_is_none_to_another(service):
    referral = waits(service, 9)
    old = waiting.offer_next(service)
    waiting.pass_offer(referral=referral, actor=CITIZEN, offer=old.pk)
    waiting.offer_next(service)
    for verb in (waiting.take_offer, waiting.pass_offer, waiting.refuse_offer):
        with pytest.raises(StepRefused):
            verb(referral=referral, actor=CITIZEN, offer=old.pk)
    assert states(referral) == ["offered"]


# Running out


def test_what_ran_out_goes_to_the_next_and_only_once(service, run):
    first, second = waits(service, 9), waits(service, 1)
    past(waiting.offer_next(service))
    for _again in range(2):
        with run():
            tasks.keep_lines()
    assert states(first, second) == ["waiting", "offered"]
    assert offer_of(first, "lapsed")
    assert fresh(first).passed_over == 1
    assert Offer.objects.count() == 2
    assert told(first) == ["offered", "offer_lapsed"]


def test_the_last_day_still_counts_and_the_day_after_does_not(service):
    referral = waits(service)
    offer = waiting.offer_next(service)
    offer.until = TODAY()
    offer.save(update_fields=["until"])
    assert not waiting.lapse(offer)
    past(offer)
    with pytest.raises(StepRefused, match="изтече"):
        waiting.take_offer(referral=referral, actor=CITIZEN)
    assert waiting.lapse(offer)
    assert states(referral) == ["waiting"]


def test_alone_in_line_nobody_is_offered_the_same_place_every_week(service, run):
    referral = waits(service)
    past(waiting.offer_next(service))
    for _again in range(3):
        with run():
            tasks.keep_lines()
    assert states(referral) == ["waiting"]
    assert free(service)[0] == 1


def test_the_round_offers_what_stands_free_and_every_municipality_has_its_own(service, elena, run):
    referral = waits(service)
    with municipality_scope(elena):
        theirs = waits(full_service(elena, free=1))
    with run():
        tasks.keep_lines()
    assert states(referral, theirs) == ["offered", "offered"]


# Telling


def test_the_person_is_mailed_without_names_and_without_the_service(service, run):
    referral = waits(service, email="penka@example.bg")
    with run():
        offer = waiting.offer_next(service)
    (sent,) = mail.outbox
    assert sent.to == ["penka@example.bg"]
    words = f"{sent.subject} {sent.body}"
    assert f"{offer.until:%d.%m.%Y}" in words
    assert f"/prosledyavane/sliven/{referral.assessment.application.public_id}/" in words
    for secret in ("Дневен център", referral.person.given_name, referral.person.family_name):
        assert secret not in words


def test_without_an_address_the_desk_owes_a_call_once(service, run, specialist):
    referral = waits(service, owner=specialist.user)
    with run():
        offer = waiting.offer_next(service)
    tasks.tell_offer(municipality=service.municipality_id, offer=offer.pk)
    (task,) = FollowUp.objects.all()
    assert (task.owner, task.person) == (specialist.user, referral.person)
    assert task.due_on <= offer.until
    assert referral.assessment.application.phone_list[0] in task.note
    assert not mail.outbox
    heard = Actor(Who.SPECIALIST, specialist.user)
    waiting.take_offer(referral=referral, actor=heard, offer=offer.pk)
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("done", specialist.user)


def test_an_offer_that_was_answered_meanwhile_is_not_told(service, specialist):
    waits(service, email="penka@example.bg")
    offer = waiting.offer_next(service)
    waiting.take_offer(referral=offer.referral, actor=CITIZEN)
    tasks.tell_offer(municipality=service.municipality_id, offer=offer.pk)
    assert not mail.outbox
    assert not FollowUp.objects.exists()


def test_news_of_what_others_did_is_mailed_and_says_nothing(service, run):
    referral = waits(service, email="penka@example.bg", state="sent", waiting_since=None)
    with run():
        answering.decline(referral=referral, actor=PROVIDER, reason="not_target")
    (sent,) = mail.outbox
    assert sent.to == ["penka@example.bg"]
    assert referral.assessment.application.number in sent.body
    for secret in ("Дневен", "отказ", referral.person.family_name):
        assert secret not in f"{sent.subject} {sent.body}"


def test_what_the_person_did_is_no_news_to_them(service, run):
    referral = waits(service, email="penka@example.bg")
    with run():
        withdraw(referral=referral, actor=CITIZEN, reason="wish")
    assert not [one for one in mail.outbox if one.to == ["penka@example.bg"]]


# At once


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_offer_and_lapse_it_once(sliven):
    with municipality_scope(sliven):
        service = full_service(sliven, free=1)
        rows = [waits(service, day) for day in (3, 2, 1)]
    _at_once(6, lambda: tasks.offer_places(municipality=sliven.pk, service=service.pk))
    assert states(*rows) == ["offered", "waiting", "waiting"]
    with municipality_scope(sliven):
        offer = past(Offer.objects.get())
    _at_once(6, lambda: tasks.lapse_offer(municipality=sliven.pk, offer=offer.pk))
    assert states(*rows) == ["waiting", "offered", "waiting"]
    with municipality_scope(sliven):
        assert Offer.objects.count() == 2
        assert Referral.objects.filter(holds_place=True).count() == 1
    assert free(service)[0] == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts(sliven):
    with municipality_scope(sliven):
        service = full_service(sliven, free=1)
        referral = waits(service)
        offer = waiting.offer_next(service)
    verbs = [waiting.take_offer, waiting.pass_offer, waiting.refuse_offer] * 3
    refused = []

    def answer() -> None:
        try:
            with municipality_scope(sliven):
                verbs.pop()(referral=referral, actor=CITIZEN, offer=offer.pk)
        except StepRefused:
            refused.append(1)

    _at_once(len(verbs), answer)
    assert len(refused) == 8
    state = states(referral)[0]
    assert (state, free(service)[0]) in {("accepted", 0), ("waiting", 1), ("withdrawn", 1)}


def _at_once(count, work) -> None:
    gate, faults = threading.Barrier(count), []

    def one() -> None:
        try:
            gate.wait(20)
            work()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
