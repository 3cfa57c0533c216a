"""Places of a service: the last one taken by many at once, each given back exactly once."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection
from django.urls import reverse

from municipalities.tenancy import municipality_scope
from referrals.models import Referral
from referrals.placing import referring, waiting
from referrals.provider import answering
from referrals.workflow.machine import BY_LINK, CITIZEN, StepRefused
from referrals.workflow.referral import REFERRAL
from services_registry import free_places
from services_registry.models import Capacity
from tests.factories import CapacityFactory, ServiceFactory
from tests.factories_applications import ApplicationFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.services_registry.test_admin_record import as_shown

THREADS = 20
CLAIMS = 200


@pytest.fixture
def service(sliven):
    return ServiceFactory(municipality=sliven, status="published")


@pytest.fixture
def of_service(sliven, service):
    """Make referrals to the service: to the portal each is somebody else's."""
    application = ApplicationFactory(municipality=sliven, person=PersonFactory(municipality=sliven))
    facts = {"municipality": sliven, "application": application, "person": application.person}

    def make() -> Referral:
        assessment = AssessmentFactory(**facts, done=True)
        return ReferralFactory(
            municipality=sliven, service=service, assessment=assessment, state="sent"
        )

    return make


def counted(service) -> tuple[int, int]:
    """Return free places and how many wait, as they are written now."""
    with municipality_scope(service.municipality):
        row = Capacity.objects.filter(service=service).order_by("-as_of", "-pk").first()
    return row.free, row.waiting


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_at_once_one_has_the_last_place(sliven, service, of_service):
    CapacityFactory(municipality=sliven, service=service, places=30, free=1, waiting=0)
    referrals = [of_service() for _n in range(CLAIMS)]
    gate, unasked, answers = threading.Barrier(THREADS), list(referrals), Counter()

    def claim() -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            while unasked:
                try:
                    referral = unasked.pop()
                except IndexError:
                    return
                try:
                    with municipality_scope(sliven):
                        answering.accept(referral=referral, actor=BY_LINK)
                    answers["прието"] += 1
                except StepRefused as refused:
                    answers[f"{type(refused).__name__}: {refused}"] += 1
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(claim) for _n in range(THREADS)]:
            done.result(120)
    assert answers == {"прието": 1, f"NoPlace: {answering.NO_PLACE}": CLAIMS - 1}
    assert counted(service) == (0, 0)
    with municipality_scope(sliven):
        (winner,) = Referral.objects.filter(state="accepted")
        assert winner.holds_place
        assert Referral.objects.filter(state="sent", holds_place=False).count() == CLAIMS - 1
        assert winner.events.filter(kind="accepted").count() == 1


def _steps(referral: Referral) -> list:
    """What may happen to a referral, from every side; likelier ways stand twice."""
    day, one = referral.requested_on, {"referral": referral}
    provider, citizen = {**one, "actor": BY_LINK}, {**one, "actor": CITIZEN}
    return [
        *[partial(answering.accept, **provider)] * 2,
        *[partial(answering.put_in_line, **provider)] * 2,
        partial(answering.decline, **provider, reason="papers"),
        *[partial(answering.start, **provider, on=day, contract_on=day)] * 2,
        *[partial(answering.end, **provider, on=day, reason="goal")] * 2,
        partial(referring.withdraw, **citizen, reason="wish"),
        *[partial(waiting.take_offer, **citizen)] * 2,
        partial(waiting.pass_offer, **citizen),
    ]


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_at_once_as_many_places_are_taken_as_are_held(sliven, service, of_service):
    """From six sides at once, offers to whoever waits included; a deadlock would be an error."""
    CapacityFactory(municipality=sliven, service=service, places=4, free=4, waiting=0)
    referrals, threads = [of_service() for _n in range(24)], 6
    gate = threading.Barrier(threads)

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            connection.ensure_connection()
            gate.wait(30)
            for _n in range(40):
                step = chance.choice(_steps(chance.choice(referrals)))
                with contextlib.suppress(StepRefused), municipality_scope(sliven):
                    step()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, seed) for seed in range(threads)]:
            done.result(120)
    with municipality_scope(sliven):
        states = Counter(Referral.objects.values_list("state", flat=True))
        held = Referral.objects.filter(holds_place=True).count()
    assert counted(service) == (4 - held, states["waiting"])
    assert held == states["offered"] + states["accepted"] + states["started"]
    assert states["ended"] + states["declined"] + states["withdrawn"] > 0, "it moved at all"


LEAVING = {
    "decline": {"by": BY_LINK, "decline_reason": "other"},
    "withdraw": {"by": CITIZEN, "withdraw_reason": "wish"},
}


@pytest.mark.parametrize("step", LEAVING)
def test_a_place_is_given_back_once_whoever_ends_it(sliven, service, of_service, step, monkeypatch):
    CapacityFactory(municipality=sliven, service=service, places=3, free=1, waiting=4)
    told = []
    monkeypatch.setattr(free_places, "_freed", [told.append])
    referral = of_service()
    with municipality_scope(sliven):
        accepted = answering.accept(referral=referral, actor=BY_LINK)
        assert (counted(service), told) == ((0, 4), [])
        REFERRAL.make(accepted, step, **LEAVING[step])
        with pytest.raises(StepRefused):
            REFERRAL.make(accepted, step, **LEAVING[step])
    assert counted(service) == (1, 4)
    assert told == [service]


def test_a_place_is_held_until_the_service_ends(sliven, service, of_service):
    CapacityFactory(municipality=sliven, service=service, places=1, free=1, waiting=0)
    referral = of_service()
    with municipality_scope(sliven):
        accepted = answering.accept(referral=referral, actor=BY_LINK)
        day = accepted.requested_on
        answering.start(referral=accepted, actor=BY_LINK, on=day, contract_on=day)
        assert counted(service) == (0, 0)
        answering.end(referral=accepted, actor=BY_LINK, on=day, reason="goal")
        assert counted(service) == (1, 0)
        with pytest.raises(StepRefused):
            answering.end(referral=accepted, actor=BY_LINK, on=day, reason="goal")
    assert counted(service) == (1, 0)


def test_who_waits_is_counted_and_not_given_a_place_out_of_turn(sliven, service, of_service):
    capacity = CapacityFactory(municipality=sliven, service=service, places=5, free=0, waiting=2)
    first, second = of_service(), of_service()
    with municipality_scope(sliven):
        for referral in (first, second):
            answering.put_in_line(referral=referral, actor=BY_LINK)
        assert counted(service) == (0, 4)
        Capacity.objects.filter(pk=capacity.pk).update(free=1)
        with pytest.raises(StepRefused, match="чакат други"):
            answering.accept(referral=second, actor=BY_LINK)
        answering.accept(referral=first, actor=BY_LINK)
        assert counted(service) == (0, 3)
        answering.decline(referral=second, actor=BY_LINK, reason="no_contact")
    assert counted(service) == (0, 2)


def test_nobody_is_put_in_line_while_places_are_written_as_free(sliven, service, of_service):
    CapacityFactory(municipality=sliven, service=service, places=5, free=2, waiting=0)
    referral = of_service()
    with municipality_scope(sliven), pytest.raises(StepRefused, match="свободни места: 2"):
        answering.put_in_line(referral=referral, actor=BY_LINK)


def test_where_no_places_are_written_none_are_counted(sliven, service, of_service):
    referral = of_service()
    with municipality_scope(sliven):
        accepted = answering.accept(referral=referral, actor=BY_LINK)
        assert not accepted.holds_place
        CapacityFactory(municipality=sliven, service=service, places=3, free=1, waiting=0)
        answering.decline(referral=accepted, actor=BY_LINK, reason="other")
    assert counted(service) == (1, 0), "it gives back nothing that it did not take"


def test_a_place_more_written_by_the_provider_or_by_staff_is_told(
    sliven, service, provider, head, monkeypatch
):
    """Only where there are more than before: saying it again frees nothing."""
    told = []
    monkeypatch.setattr(free_places, "_freed", [told.append])
    with municipality_scope(sliven):
        service.provider = provider.provider
        service.save()
    CapacityFactory(municipality=sliven, service=service, places=4, free=1, waiting=0)
    url, numbers = f"/dostavchik/uslugi/{service.pk}/mesta/", {"places": 4, "waiting": 0}
    for free, times in ((2, 1), (2, 1), (1, 1)):
        (card,) = provider.get("/dostavchik/").context["cards"]
        values = {**numbers, "free": free, "version": card["form"].initial["version"]}
        provider.post(url, {f"u{service.pk}-{name}": value for name, value in values.items()})
        assert len(told) == times, free
    page = f"/registar/uslugi/{service.pk}/kapatsitet/"
    for free, times in ((3, 2), (3, 2), (0, 2)):
        shown = head.get(page)
        assert shown.status_code == 200
        day = shown.context["form"].initial["as_of"]
        head.post(
            page,
            {**numbers, "free": free, "as_of": f"{day:%d.%m.%Y}", "seen": shown.context["seen"]},
        )
        assert counted(service)[0] == free
        assert len(told) == times, free


def test_a_place_more_written_in_the_admin_is_told(sliven, service, administrator, monkeypatch):
    told = []
    monkeypatch.setattr(free_places, "_freed", [told.append])
    CapacityFactory(municipality=sliven, service=service, places=4, free=1, waiting=0)
    url = reverse("admin:services_registry_service_change", args=[service.pk])
    for free, times in ((2, 1), (2, 1), (0, 1)):
        values = as_shown(administrator, url)
        answer = administrator.post(url, {**values, "capacities-0-free": str(free)})
        assert answer.status_code == 302
        assert counted(service)[0] == free
        assert len(told) == times, free
