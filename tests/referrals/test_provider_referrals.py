"""A provider's incoming referrals: who sees which, what of a person, what may be answered."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from referrals.models import Referral
from referrals.provider import telling
from referrals.workflow.machine import Actor, Who
from referrals.workflow.referral import REFERRAL
from services_registry.models import Capacity
from tests.factories import CapacityFactory, ProviderFactory, ServiceFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.support.html import without_marks

LIST = "/dostavchik/nasochvaniya/"
TODAY = timezone.localdate
STEPS = ("accept", "line", "decline", "dates", "start", "end", "say")


@pytest.fixture
def service(sliven, provider):
    return ServiceFactory(
        municipality=sliven, provider=provider.provider, status="published", name="Дневен център"
    )


@pytest.fixture
def person(sliven):
    return PersonFactory(
        municipality=sliven,
        given_name="Тодорка",
        family_name="Иванова",
        phones="0888123456",
        birth_date=dt.date(1950, 3, 1),
        address="ул. „Тиха“ 4",
        needs_note="чува трудно",
        note="ВЪТРЕШНО",
    )


@pytest.fixture
def make(sliven, service, person):
    """Make a referral of the person to the provider's service, as it stands in ``state``."""

    def made(state: str = "sent", **facts) -> Referral:
        assessment = AssessmentFactory(municipality=sliven, person=person, done=True)
        facts = {"choice_note": "ИЗБОР", "service": service, **facts}
        return ReferralFactory(municipality=sliven, assessment=assessment, state=state, **facts)

    return made


def page_of(referral: Referral) -> str:
    return f"{LIST}{referral.pk}/"


def step_of(referral: Referral, step: str) -> str:
    return f"{page_of(referral)}stapka/{step}/"


def now(referral: Referral) -> Referral:
    with municipality_scope(referral.municipality):
        return Referral.objects.get(pk=referral.pk)


def told(referral: Referral) -> list[tuple[str, str]]:
    with municipality_scope(referral.municipality):
        return list(referral.events.order_by("pk").values_list("kind", "told"))


def day(value: dt.date) -> str:
    return f"{value:%d.%m.%Y}"


# Who sees which


def test_the_list_is_by_state_with_counts_and_names_nobody(provider, sliven, make):
    sent, waiting = make(), make("waiting")
    earlier = make("waiting", requested_on=TODAY() - dt.timedelta(days=3))
    ReferralFactory(municipality=sliven, state="sent")  # another provider's
    make("chosen")
    make("declined")
    shown = provider.get(LIST)
    assert [row.pk for row in shown.context["page_obj"]] == [sent.pk]
    assert [one["count"] for one in shown.context["states"]] == [1, 2, 0, 0, 1]
    text = shown.content.decode()
    assert sent.written in text
    assert "Тодорка" not in text
    assert "0888123" not in text
    shown = provider.get(f"{LIST}?vid=chakashti")
    line = [(row.pk, row.position) for row in shown.context["page_obj"]]
    assert line == [(earlier.pk, 1), (waiting.pk, 2)]
    portal = provider.get("/dostavchik/")
    assert [(tab.label, tab.count) for tab in portal.context["tabs"]] == [
        ("Нашите услуги", None),
        ("Насочвания", 1),
    ]


def test_the_list_asks_as_much_for_fifty_as_for_five(provider, queries, make):
    def more(count: int) -> None:
        for _n in range(count):
            make()

    queries.assert_same(provider, LIST, more, name="dostavchik: nasochvaniya", at_most=20)


def test_a_provider_reads_what_it_needs_and_the_look_is_on_record(provider, sliven, make, person):
    referral = make()
    other = make()
    text = provider.get(page_of(referral)).content.decode()
    for needed in ("Тодорка", "0888123456", "чува трудно", referral.summary, referral.written):
        assert needed in text
    for kept in ("ВЪТРЕШНО", "ИЗБОР", "Тиха", "1950", other.written):
        assert kept not in text, kept
    provider.get(page_of(referral))
    with municipality_scope(sliven):
        looks = AccessEvent.objects.filter(user=provider.user).order_by("pk")
        assert list(looks.values_list("subject_kind", "subject_id", "role")) == [
            ("referrals.referral", referral.pk, "provider"),
            ("frontoffice.person", person.pk, "provider"),
        ]


def test_less_is_shown_as_it_ends_and_the_address_when_somebody_has_to_go_there(provider, make):
    assert "Тиха" in provider.get(page_of(make("accepted"))).content.decode()
    ended = provider.get(page_of(make("ended"))).content.decode()
    assert "Тодорка" in ended
    assert "0888123" not in ended
    assert "пазаруване" not in ended
    assert "Тодорка" not in provider.get(page_of(make("declined"))).content.decode()


def test_what_is_another_providers_is_not_there(provider, sliven, elena, make):
    missing = without_marks(provider.get(f"{LIST}999999/"))
    foreign = [
        ReferralFactory(municipality=sliven, state="accepted"),
        ReferralFactory(municipality=elena, state="accepted"),
        make("chosen"),
    ]
    for referral in foreign:
        for url in (page_of(referral), *(step_of(referral, step) for step in STEPS)):
            answer = provider.get(url)
            assert answer.status_code == 404
            assert without_marks(answer) == missing
            assert provider.post(url, {"text": "а", "reason": "other"}).status_code in (404, 405)
        assert now(referral).state == referral.state


# Answers


def test_accepting_takes_the_place_and_starts_the_clock_and_twice_is_once(
    provider, sliven, service, make
):
    CapacityFactory(municipality=sliven, service=service, places=3, free=1, waiting=0)
    referral = make()
    for _press in range(2):
        answer = provider.post(step_of(referral, "accept"), {"version": referral.version})
        assert answer.status_code == 302
    accepted = now(referral)
    assert (accepted.state, accepted.holds_place) == ("accepted", True)
    assert accepted.answered_at
    assert accepted.clock_from == accepted.requested_on
    (event,) = told(referral)
    assert event[0] == "accepted"
    assert "„Дневен център“ ви приема" in event[1]
    with municipality_scope(sliven):
        assert Capacity.objects.get(service=service).free == 0


def test_where_no_place_is_free_both_ways_on_are_said(provider, sliven, service, make):
    CapacityFactory(municipality=sliven, service=service, places=3, free=0, waiting=0)
    referral = make()
    answer = provider.post(step_of(referral, "accept"), {"version": referral.version})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Няма свободно място" in text
    assert step_of(referral, "line") in text
    assert f"/dostavchik/#usluga-{service.pk}" in text
    assert now(referral).state == "sent"
    provider.post(step_of(referral, "line"), {"version": referral.version, "note": "през март"})
    waiting = now(referral)
    assert (waiting.state, waiting.due_on) == ("waiting", None)
    with municipality_scope(sliven):
        assert Capacity.objects.get(service=service).waiting == 1


def test_a_refusal_needs_its_reason_and_shows_the_citizen_no_note(provider, make):
    referral = make()
    url = step_of(referral, "decline")
    for wrong in (
        {},
        {"reason": "няма такава"},
        {"reason": "other"},
        {"reason": "papers", "note": "ЕГН 7501010010"},
    ):
        assert provider.post(url, {**wrong, "version": referral.version}).status_code == 422, wrong
    note = "не е от района"
    sent = {"reason": "not_target", "note": note, "version": referral.version}
    assert provider.post(url, sent).status_code == 302
    declined = now(referral)
    assert (declined.state, declined.decline_reason) == ("declined", "not_target")
    ((_kind, words),) = told(referral)
    assert "услугата е за други хора" in words
    assert note not in words


def test_from_dates_to_the_end(provider, make):
    start = TODAY() - dt.timedelta(days=20)
    referral = make("accepted", requested_on=start)
    version = {"version": referral.version}
    late = {"provider_assessment_on": day(TODAY() + dt.timedelta(days=1))}
    assert provider.post(step_of(referral, "dates"), {**version, **late}).status_code == 422
    early = {"support_plan_on": day(start - dt.timedelta(days=1))}
    assert provider.post(step_of(referral, "dates"), {**version, **early}).status_code == 422
    facts = {"provider_assessment_on": day(start), "support_plan_on": day(start)}
    assert provider.post(step_of(referral, "dates"), {**version, **facts}).status_code == 302

    on = {"on": day(start + dt.timedelta(days=2)), "version": now(referral).version}
    refused = provider.post(step_of(referral, "start"), on)
    assert refused.status_code == 422
    assert "договора" in refused.content.decode()
    contract = {"contract_on": day(start + dt.timedelta(days=1))}
    assert provider.post(step_of(referral, "start"), {**on, **contract}).status_code == 302

    end = {"reason": "goal", "version": now(referral).version}
    before = {"on": day(start)}
    assert provider.post(step_of(referral, "end"), {**end, **before}).status_code == 422
    assert provider.post(step_of(referral, "end"), {**end, "on": day(TODAY())}).status_code == 302
    ended = now(referral)
    assert (ended.state, ended.end_reason) == ("ended", "goal")
    assert ended.contract_on
    assert ended.started_on
    assert ended.due_on is None
    assert [kind for kind, _told in told(referral)] == ["dates", "started", "ended"]


def test_who_was_faster_is_said_and_what_was_written_stays(provider, make):
    referral = make("accepted")
    with municipality_scope(referral.municipality):
        desk = Actor(Who.HEAD, None)
        REFERRAL.make(referral, "pause", by=desk, paused_on=TODAY(), pause_reason="болен е")
    sent = {"provider_assessment_on": day(TODAY()), "version": referral.version}
    answer = provider.post(step_of(referral, "dates"), sent)
    assert answer.status_code == 422
    assert "беше променено" in answer.content.decode()
    form = answer.context["form"]
    assert form["provider_assessment_on"].value() == day(TODAY())
    again = {**sent, "version": form["version"].value()}
    assert provider.post(step_of(referral, "dates"), again).status_code == 302
    assert now(referral).provider_assessment_on == TODAY()


def test_a_word_to_the_office_is_kept_once_and_not_told(provider, make):
    referral = make("withdrawn")
    for _press in range(2):
        provider.post(step_of(referral, "say"), {"text": "Обадете ни се."})
    assert told(referral) == [("said", "")]
    assert "Обадете ни се." in provider.get(page_of(referral)).content.decode()


def test_what_cannot_be_made_any_more_is_said(provider, make):
    referral = make("ended")
    assert provider.get(step_of(referral, "accept")).status_code == 302
    answer = provider.post(step_of(referral, "decline"), {"reason": "papers", "version": 1})
    assert answer.status_code == 422
    assert "приключено" in answer.content.decode()


def test_nonsense_is_never_an_error_of_the_server(provider, make):
    referral = make("accepted")
    names = ("version", "note", "text", "reason", "on", "until", "contract_on")
    for value in ("\x00", "9" * 400):
        for name in ("vid", "page"):
            assert provider.get(LIST, {name: value}).status_code == 200
        for step in STEPS:
            answer = provider.post(step_of(referral, step), dict.fromkeys(names, value))
            assert answer.status_code in (302, 422), step


# Mails


def test_a_new_referral_is_mailed_to_the_providers_people_and_names_nobody(
    provider, make, django_capture_on_commit_callbacks
):
    referral = make()
    with (
        django_capture_on_commit_callbacks(execute=True),
        municipality_scope(referral.municipality),
    ):
        assert telling.tell_provider(referral) == telling.Told.PEOPLE
    (sent,) = mail.outbox
    assert sent.to == [provider.user.email]
    assert page_of(referral) in sent.body
    assert referral.written in sent.body
    for kept in ("Тодорка", "Иванова", "0888123", "пазаруване"):
        assert kept not in sent.subject + sent.body


def test_a_provider_without_people_or_address_is_for_the_desk_to_tell(sliven, make):
    alone = ProviderFactory(municipality=sliven, email="")
    service = ServiceFactory(municipality=sliven, provider=alone, status="published")
    referral = make(service=service)
    with municipality_scope(sliven):
        assert telling.tell_provider(referral) == telling.Told.NOBODY
    assert not mail.outbox
