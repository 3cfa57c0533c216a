"""The verbs of the desk upon a referral: what each leaves, what each refuses, sent twice."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.models import AssessmentDocument, Referral, ReferralEvent
from referrals.placing import referring
from referrals.placing.models import ReferralState
from referrals.workflow.machine import CITIZEN, Actor, RowChanged, StepRefused, Who
from tests import factories
from tests.factories_applications import NormFactory
from tests.factories_referring import (
    AssessmentFactory,
    OfferFactory,
    ReferralFactory,
    RoutingRowFactory,
    WaitingPriorityFactory,
    WaitingRuleFactory,
)

pytestmark = pytest.mark.django_db

S = ReferralState


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        yield sliven


@pytest.fixture
def actor(specialist) -> Actor:
    return Actor(Who.SPECIALIST, specialist.user)


@pytest.fixture
def ours(scope):
    """The municipality refers for everything."""
    return RoutingRowFactory(municipality=scope)


@pytest.fixture
def service(scope, ours):
    return factories.ServiceFactory(municipality=scope, name="Дневен център „Пробен“")


@pytest.fixture
def draft(scope):
    return AssessmentFactory(municipality=scope)


def chosen(assessment, service, actor, **facts) -> Referral:
    facts = {"chosen_by": "person", "summary": "Обяд всеки ден.", "form_key": uuid.uuid4()} | facts
    return referring.choose(assessment=assessment, service=service, actor=actor, **facts)


def kinds(referral) -> list[str]:
    return list(referral.events.order_by("pk").values_list("kind", flat=True))


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)


# Choosing


def test_a_choice_keeps_who_chose_who_refers_and_since_when_the_person_waits(
    draft, service, actor, ours
):
    type(draft.application).objects.filter(pk=draft.application_id).update(
        received_on=dt.date(2026, 11, 2)
    )
    made = chosen(draft, service, actor, chosen_by="helped", choice_note="Близо е до сестра му.")
    assert (made.state, made.chosen_by, made.ordinal) == (S.CHOSEN, "helped", 1)
    assert made.requested_on == dt.date(2026, 11, 2)
    assert made.routed_to == "municipality"
    assert made.routing["row"] == ours.pk
    assert made.provider == service.provider
    (event,) = made.events.all()
    assert "Близо е до сестра му." in event.words
    assert event.told == ""
    other = chosen(draft, factories.ServiceFactory(municipality=draft.municipality), actor)
    assert other.ordinal == 2


def test_the_same_form_twice_is_one_choice_and_the_same_service_is_not_chosen_again(
    draft, service, actor
):
    key = uuid.uuid4()
    first = chosen(draft, service, actor, form_key=key)
    assert chosen(draft, service, actor, form_key=key) == first
    with pytest.raises(StepRefused, match="вече е избрана"):
        chosen(draft, service, actor)
    other = factories.ServiceFactory(municipality=draft.municipality)
    with pytest.raises(StepRefused, match="Отворете я отново"):
        chosen(draft, other, actor, form_key=key)
    assert Referral.objects.count() == 1
    assert kinds(first) == ["chosen"]


@pytest.mark.parametrize(
    ("authority", "words"),
    [("directorate", "не общината"), ("court", "не общината"), ("nobody", "направо")],
)
def test_what_the_municipality_does_not_refer_to_is_not_chosen(
    draft, service, actor, ours, authority, words
):
    type(ours).objects.update(authority=authority)
    with pytest.raises(StepRefused, match=words):
        chosen(draft, service, actor)


def test_where_nobody_knows_who_refers_the_ground_is_written(draft, service, actor, ours):
    ours.delete()
    with pytest.raises(StepRefused, match="на какво основание"):
        chosen(draft, service, actor)
    made = chosen(draft, service, actor, routing_note="Заповед № 5")
    assert (made.routed_to, made.routing_note) == ("unclear", "Заповед № 5")


def test_a_measure_of_protection_is_routed_by_its_own_row(draft, service, actor):
    RoutingRowFactory(municipality=draft.municipality, authority="court", with_measure=True)
    with pytest.raises(StepRefused, match="не общината"):
        chosen(draft, service, actor, with_measure=True)
    assert chosen(draft, service, actor).routed_to == "municipality"


def test_an_assessment_that_leads_nowhere_and_a_service_that_takes_nobody_refuse(
    scope, service, actor
):
    no_need = AssessmentFactory(municipality=scope, done=True, outcome="no_need")
    with pytest.raises(StepRefused, match="Направете нова"):
        chosen(no_need, service, actor)
    read = AssessmentFactory(municipality=scope, state="review")
    with pytest.raises(StepRefused, match="за преглед"):
        chosen(read, service, actor)
    gone = AssessmentFactory(municipality=scope, state="cancelled")
    with pytest.raises(StepRefused, match="прекратена"):
        chosen(gone, service, actor)
    draft = AssessmentFactory(municipality=scope)
    for facts in ({"status": "draft"}, {"closes_on": timezone.localdate() - dt.timedelta(1)}):
        shut = factories.ServiceFactory(municipality=scope, **facts)
        with pytest.raises(StepRefused, match="не е публикувана"):
            chosen(draft, shut, actor)


def test_a_priority_is_only_of_the_act_in_force_for_that_service(draft, service, actor):
    mine = {"municipality": draft.municipality}
    first = WaitingPriorityFactory(**mine, rule=WaitingRuleFactory(**mine, service=service))
    other = WaitingPriorityFactory(**mine, rule=WaitingRuleFactory(**mine, is_on=False))
    with pytest.raises(StepRefused, match="Предимството"):
        chosen(draft, service, actor, priority=other)
    made = chosen(draft, service, actor, priority=first)
    assert made.priority == first


def test_a_choice_is_taken_back_whole_and_the_assessment_remembers(draft, service, actor):
    made = chosen(draft, service, actor)
    referring.take_back(referral=made, actor=actor)
    referring.take_back(referral=made, actor=actor)  # pressed twice
    assert not Referral.objects.exists()
    assert not ReferralEvent.objects.exists()
    (event,) = draft.events.filter(kind="note")
    assert service.name in event.words


def test_what_was_sent_is_not_taken_back(scope, actor):
    sent = ReferralFactory(municipality=scope, state="sent")
    with pytest.raises(StepRefused, match="Може да се оттегли"):
        referring.take_back(referral=sent, actor=actor)
    assert fresh(sent).state == S.SENT


# Sending


def test_sent_with_a_done_assessment_the_clock_of_the_answer_starts_and_both_are_told(
    scope, actor, django_capture_on_commit_callbacks
):
    NormFactory(municipality=scope, code="provider-answer", value=7, unit="working_days")
    referral = ReferralFactory(municipality=scope)
    with django_capture_on_commit_callbacks(execute=True):
        sent = referring.send(referral=referral, actor=actor, version=referral.version)
    assert sent.state == S.SENT
    assert sent.clock_from == timezone.localdate()
    assert sent.due_on > timezone.localdate()
    assert sent.owner == actor.user
    event = sent.events.get(kind="sent")
    assert referral.service.name in event.told
    with pytest.raises(StepRefused, match="при доставчика"):
        referring.send(referral=referral, actor=actor)
    assert kinds(sent).count("sent") == 1


def test_of_a_provider_that_no_mail_reaches_the_desk_is_asked_to_call(scope, actor):
    silent = factories.ProviderFactory(municipality=scope, phone="044 111 222")
    mailed = factories.ProviderFactory(municipality=scope, email="dostavchik@example.bg")
    for provider, said in ((silent, "обадете се, 044 111 222"), (mailed, "")):
        service = factories.ServiceFactory(
            municipality=scope, provider=provider, status="published"
        )
        referral = ReferralFactory(municipality=scope, service=service)
        words = referring.send(referral=referral, actor=actor).events.get(kind="sent").words
        assert ("обадете се" in words) == bool(said)
        assert said in words


def test_before_the_assessment_is_done_only_an_urgent_case_is_sent(scope, service, actor):
    draft = AssessmentFactory(municipality=scope)
    waits = chosen(draft, service, actor)
    with pytest.raises(StepRefused, match="спешен случай"):
        referring.send(referral=waits, actor=actor)
    urgent = AssessmentFactory(
        municipality=scope,
        is_urgent=True,
        urgent_reason="Без подслон.",
        follow_up_on=timezone.localdate() + dt.timedelta(10),
    )
    sent = referring.send(referral=chosen(urgent, service, actor), actor=actor)
    assert sent.state == S.SENT


def test_sent_to_the_provider_that_the_service_has_on_that_day(scope, actor):
    referral = ReferralFactory(municipality=scope)
    other = factories.ProviderFactory(municipality=scope, name="Друг доставчик")
    type(referral.service).objects.filter(pk=referral.service_id).update(provider=other)
    assert referring.send(referral=referral, actor=actor).provider == other


def test_added_to_a_done_assessment_it_is_sent_with_a_new_edition(scope, service, actor):
    done = AssessmentFactory(municipality=scope, done=True)
    made = chosen(done, service, actor)
    referring.issue_and_send(referral=made, actor=actor)
    assert fresh(made).state == S.SENT
    editions = AssessmentDocument.objects.filter(assessment=done).order_by("edition")
    assert [one.edition for one in editions] == [1, 2]
    assert service.name in editions[1].reason


# Withdrawing, changing


@pytest.mark.parametrize("state", ["sent", "waiting", "offered", "accepted"])
def test_withdrawn_from_wherever_it_stands_its_place_is_free_again(scope, actor, state):
    referral = ReferralFactory(municipality=scope, state=state)
    capacity = factories.CapacityFactory(
        municipality=scope, service=referral.service, places=5, free=0, waiting=1
    )
    if state in ("offered", "accepted"):
        Referral.objects.filter(pk=referral.pk).update(holds_place=True)
    if state == "offered":
        OfferFactory(municipality=scope, referral=referral)
    gone = referring.withdraw(
        referral=fresh(referral), actor=actor, reason="wish", note="Взе я синът ѝ."
    )
    assert (gone.state, gone.withdraw_reason, gone.holds_place) == (S.WITHDRAWN, "wish", False)
    now = type(capacity).objects.filter(service=referral.service).order_by("-as_of").first()
    assert now.free == (1 if state in ("offered", "accepted") else 0)
    assert now.waiting == (0 if state == "waiting" else 1)
    assert not gone.offers.filter(state="open").exists()
    event = gone.events.get(kind="withdrawn")
    assert "Взе я синът ѝ." in event.words
    assert "синът" not in event.told


def test_a_withdrawal_has_a_reason_a_version_and_a_state_to_leave(scope, actor):
    referral = ReferralFactory(municipality=scope, state="sent")
    with pytest.raises(StepRefused, match="Посочете защо"):
        referring.withdraw(referral=referral, actor=actor, reason="")
    with pytest.raises(RowChanged):
        referring.withdraw(referral=referral, actor=actor, reason="wish", version=99)
    started = ReferralFactory(municipality=scope, state="started")
    with pytest.raises(StepRefused):
        referring.withdraw(referral=started, actor=actor, reason="wish")
    own = referring.withdraw(referral=referral, actor=CITIZEN, reason="wish")
    assert own.events.get(kind="withdrawn").told.startswith("Оттеглихте")


def test_changed_to_another_service_in_one_go(scope, service, actor):
    old = ReferralFactory(municipality=scope, state="waiting")
    key = uuid.uuid4()
    facts = {"chosen_by": "person", "summary": "Грижа през деня.", "form_key": key}
    new = referring.change(referral=old, to_service=service, actor=actor, version=1, **facts)
    assert (new.state, new.replaces, new.service) == (S.SENT, old, service)
    assert fresh(old).withdraw_reason == "changed"
    assert AssessmentDocument.objects.filter(assessment=old.assessment).count() == 2
    again = referring.change(referral=old, to_service=service, actor=actor, version=1, **facts)
    assert again == new
    assert Referral.objects.count() == 2


def test_nothing_of_a_change_happens_where_the_new_one_is_refused(scope, service, actor, ours):
    old = ReferralFactory(municipality=scope, state="sent")
    type(ours).objects.update(authority="directorate")
    with pytest.raises(StepRefused):
        referring.change(
            referral=old,
            to_service=service,
            actor=actor,
            chosen_by="person",
            form_key=uuid.uuid4(),
        )
    assert fresh(old).state == S.SENT
    assert Referral.objects.count() == 1


# The rest


def test_prolonged_only_past_what_was_agreed(scope, actor):
    today = timezone.localdate()
    used = ReferralFactory(municipality=scope, state="started", until=today)
    with pytest.raises(StepRefused, match="Новият срок"):
        referring.prolong(referral=used, actor=actor, until=today)
    longer = referring.prolong(
        referral=used, actor=actor, until=today + dt.timedelta(90), reason="Помага му."
    )
    assert longer.until == today + dt.timedelta(90)
    assert "Помага му." not in longer.events.get(kind="prolonged").told


def test_a_clock_stands_and_goes_on_by_as_much(scope, actor):
    today = timezone.localdate()
    norm = {"code": "x", "name": "x", "value": 7, "unit": "calendar_days", "legal_basis": "",
            "is_verified": False}  # fmt: skip
    referral = ReferralFactory(
        municipality=scope, state="sent", clock_from=today, norm=norm, due_on=today
    )
    stopped = referring.pause(referral=referral, actor=actor, reason="Човекът е в болница.")
    assert (stopped.paused_on, stopped.pause_reason) == (today, "Човекът е в болница.")
    with pytest.raises(StepRefused, match="вече е спрян"):
        referring.pause(referral=referral, actor=actor, reason="Пак.")
    Referral.objects.filter(pk=referral.pk).update(paused_on=today - dt.timedelta(7))
    running = referring.resume(referral=stopped, actor=actor)
    assert running.paused_on is None
    assert running.due_on >= today + dt.timedelta(7)
    with pytest.raises(StepRefused, match="не е спрян"):
        referring.resume(referral=running, actor=actor)


def test_handed_over_noted_once_and_given_a_priority(scope, actor, colleague):
    mine = {"municipality": scope}
    referral = ReferralFactory(**mine, state="sent", owner=actor.user)
    handed = referring.hand(referral=referral, actor=actor, to=colleague.user, note="В отпуск съм.")
    assert handed.owner == colleague.user
    for _n in range(2):
        referring.note(referral=referral, actor=actor, text="Обадиха се.")
    priority = WaitingPriorityFactory(
        **mine, rule=WaitingRuleFactory(**mine, service=referral.service)
    )
    first = referring.set_priority(referral=referral, actor=actor, priority=priority)
    assert first.priority == priority
    assert referring.set_priority(referral=first, actor=actor, priority=None).priority is None
    assert kinds(referral) == ["handed", "note", "priority", "priority"]


@pytest.mark.django_db(transaction=True)
def test_pressed_by_many_at_once_a_service_is_chosen_once_and_sent_once(sliven, specialist):
    actor = Actor(Who.SPECIALIST, specialist.user)
    RoutingRowFactory(municipality=sliven)
    service = factories.ServiceFactory(municipality=sliven)
    urgent = AssessmentFactory(
        municipality=sliven,
        is_urgent=True,
        urgent_reason="Без подслон.",
        follow_up_on=timezone.localdate(),
    )
    keys = [uuid.uuid4(), uuid.uuid4()]
    gate, answers = threading.Barrier(6), Counter()

    def press(number: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            with municipality_scope(sliven):
                made = chosen(urgent, service, actor, form_key=keys[number % 2])
                answers["избрана"] += 1
                referring.send(referral=made, actor=actor)
                answers["изпратена"] += 1
        except StepRefused as refused:
            answers[str(refused).split("„")[0].strip()] += 1
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(press, number) for number in range(6)]:
            done.result(60)
    assert answers == {
        "избрана": 3,
        "изпратена": 1,
        "Насочването вече е": 2,
        "Тази услуга вече е избрана.": 3,
    }
    with municipality_scope(sliven):
        (row,) = Referral.objects.all()
        assert kinds(row) == ["chosen", "sent"]
