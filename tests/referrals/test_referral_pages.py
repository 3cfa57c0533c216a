"""The page of a referral at the desk and those of its steps: what they say, who may, what for."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from municipalities.models import AccessEvent
from municipalities.tenancy import municipality_scope
from referrals import clock
from referrals.models import Referral, ReferralEvent
from referrals.placing import referring
from referrals.placing.models import ReferralState
from referrals.placing.steps import STEPS
from referrals.workflow.machine import Actor, Who
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
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

# From where each step is made, so that its page opens.
OPENS_IN = {
    "send": "chosen",
    "withdraw": "sent",
    "prolong": "started",
    "dates": "accepted",
    "start": "accepted",
    "end": "started",
    "priority": "sent",
    "pause": "sent",
    "resume": "sent",
    "hand": "sent",
    "note": "sent",
    "link": "sent",
    "offer": "offered",
}


def text(answer) -> str:
    return answer.content.decode()


def at(referral, step: str = "") -> str:
    if step:
        return reverse("referral_step", args=[referral.pk, step])
    return reverse("referral", args=[referral.pk])


def fresh(referral) -> Referral:
    with municipality_scope(referral.municipality):
        return Referral.objects.select_related("owner", "service").get(pk=referral.pk)


def main_of(answer) -> str:
    said = text(answer).split("<main")[1].split("</main>")[0]
    return re.sub(r'class="code">\w+<', "", said)


@pytest.fixture
def of(sliven, specialist):
    """Make a referral that the specialist has: ``of("sent", …)``."""

    def made(state: str, **facts) -> Referral:
        return ReferralFactory(municipality=sliven, state=state, owner=specialist.user, **facts)

    return made


def test_every_step_has_a_page_and_a_foreign_referral_is_missing_like_none(
    of, elena, specialist, sliven
):
    assert set(OPENS_IN) == set(STEPS)
    foreign = ReferralFactory(municipality=elena, state="sent")
    for step, state in OPENS_IN.items():
        row = of(state)
        assert specialist.get(at(row, step)).status_code == 200, step
        # Nothing was typed.
        sent = specialist.post(at(row, step), {"version": "9" * 30})
        assert sent.status_code == 422, step
        missing = specialist.get(at(foreign, step))
        assert (missing.status_code, main_of(missing)) == (
            404,
            main_of(specialist.get(reverse("referral_step", args=[987654, step]))),
        )
    assert specialist.get(at(of("sent"), "izmisleno")).status_code == 404
    assert specialist.get(at(foreign)).status_code == 404


def test_each_state_is_said_in_a_sentence_of_its_own(of, specialist):
    said = set()
    for state in ReferralState.values:
        lead = re.search(r'<p class="lead">([^<]{15,})</p>', text(specialist.get(at(of(state)))))
        assert lead, state
        said.add(lead.group(1))
    assert len(said) == len(ReferralState.values)


def test_the_page_says_the_clock_the_contacts_the_choice_and_who_refers(of, specialist, sliven):
    NormFactory(
        municipality=sliven, code="provider-answer", value=7, unit="working_days",
        legal_basis="чл. 9 от пробния закон",
    )  # fmt: skip
    provider = factories.ProviderFactory(municipality=sliven, phone="044 123 456")
    service = factories.ServiceFactory(municipality=sliven, provider=provider)
    with municipality_scope(sliven):
        clocked = clock.started("provider-answer", dt.date(2026, 11, 18))
    row = of(
        "sent",
        service=service,
        choice_note="Близо е до дъщеря ѝ.",
        routing={"words": "Насочва общината: чл. 5, непотвърдена норма"},
        **clocked,
    )
    page = text(specialist.get(at(row)))
    assert "7 работни дни от 18.11.2026, чл. 9 от пробния закон, непотвърдена норма" in page
    assert "044 123 456" in page
    assert "Близо е до дъщеря ѝ." in page
    assert "Насочва общината: чл. 5, непотвърдена норма" in page
    assert "Помощ с пазаруване" in page


def test_the_look_is_kept_once_a_moment_for_the_referral_and_the_person(of, specialist, sliven):
    row = of("sent")
    for _n in range(2):
        specialist.get(at(row))
    looks = {(one.subject_kind, one.subject_id) for one in rows_of(sliven, AccessEvent)}
    assert ("referrals.referral", row.pk) in looks
    assert ("frontoffice.person", row.person_id) in looks
    assert len(rows_of(sliven, AccessEvent)) == 2


def test_the_story_is_of_the_application_the_assessment_and_the_referral(of, specialist, sliven):
    row = of("sent")
    mine = {"municipality": sliven}
    with municipality_scope(sliven):
        application = row.assessment.application
        application.events.create(**mine, kind="note", words="бележка по заявлението")
        row.assessment.events.create(**mine, kind="begun", who="specialist", words="по формата")
        row.events.create(**mine, kind="said", who="provider", words="думи на доставчика")
        row.events.create(**mine, kind="withdrawn", who="citizen", told="казано на човека")
    page = text(specialist.get(at(row)))
    order = [
        page.index(one)
        for one in (
            "казано на човека",
            "думи на доставчика",
            "по формата",
            "бележка по заявлението",
        )
    ]
    assert order == sorted(order)
    assert "Започна предварителна оценка" in page
    assert "самият човек" in page


@pytest.mark.parametrize(
    ("state", "step"),
    [("chosen", "send"), ("sent", "link"), ("offered", "offer"), ("accepted", "start"),
     ("declined", "change"), ("waiting", None), ("withdrawn", None), ("ended", None)],
)  # fmt: skip
def test_one_next_step_follows_the_state(of, specialist, state, step):
    row = of(state)
    main = main_of(specialist.get(at(row)))
    next_ones = re.findall(r'<a class="button" href="([^"]+)"', main)
    assert next_ones == ([at(row, step)] if step else [])


def test_nothing_is_next_while_a_provider_who_was_told_thinks(of, specialist, sliven):
    row = of("sent")
    factories.ProviderMembershipFactory(municipality=sliven, provider=row.provider)
    assert '<a class="button" ' not in main_of(specialist.get(at(row)))


def test_a_choice_before_the_assessment_leads_to_it_unless_the_case_is_urgent(
    of, specialist, sliven
):
    draft = AssessmentFactory(municipality=sliven)
    row = of("chosen", assessment=draft)
    page = main_of(specialist.get(at(row)))
    assert f'<a class="button" href="{reverse("assessment", args=[draft.pk])}"' in page
    assert at(row, "send") not in page
    urgent = AssessmentFactory(
        municipality=sliven,
        is_urgent=True,
        urgent_reason="Без подслон.",
        follow_up_on=timezone.localdate(),
    )
    row = of("chosen", assessment=urgent)
    assert at(row, "send") in main_of(specialist.get(at(row)))


def test_a_colleagues_referral_is_read_and_noted_not_worked_on(of, colleague, head):
    row = of("sent")
    main = main_of(colleague.get(at(row)))
    assert "Насочването е у" in main
    assert at(row, "withdraw") not in main
    for step in OPENS_IN:
        if step not in ("note", "resume", "send", "prolong", "dates", "start", "end", "offer"):
            assert colleague.get(at(row, step)).status_code == 403
            assert head.get(at(row, step)).status_code == 200
    assert colleague.post(at(row, "withdraw"), {"reason": "wish"}).status_code == 403
    assert colleague.get(at(row, "change")).status_code == 403
    assert colleague.post(at(row, "note"), {"text": "Обади се синът."}).status_code == 302
    assert "Обади се синът." in text(colleague.get(at(row)))


def test_the_whole_way_on_behalf_of_a_provider_who_only_telephones(
    of, specialist, sliven, django_capture_on_commit_callbacks
):
    today = timezone.localdate()
    written = f"{today:%d.%m.%Y}"
    row = of("accepted", requested_on=today - dt.timedelta(30))
    version = row.version
    for step, said in (
        ("dates", {"provider_assessment_on": written, "support_plan_on": written}),
        ("start", {"on": written, "contract_on": written, "until": "01.12.2030"}),
        ("prolong", {"until": "01.12.2031", "reason": "Помага му."}),
        ("end", {"on": written, "reason": "goal", "note": ""}),
    ):
        version = fresh(row).version
        with django_capture_on_commit_callbacks():
            answer = specialist.post(at(row, step), {**said, "version": version})
        assert answer.status_code == 302, main_of(answer)
    now = fresh(row)
    assert (now.state, now.contract_on, now.end_reason) == ("ended", today, "goal")
    assert now.until == dt.date(2031, 12, 1)
    assert [one.kind for one in rows_of(sliven, ReferralEvent)][:1] == ["dates"]


def test_days_that_cannot_be_are_refused_where_they_were_typed(of, specialist):
    row = of("accepted")
    tomorrow = f"{timezone.localdate() + dt.timedelta(1):%d.%m.%Y}"
    for step, said, field in (
        ("start", {"on": tomorrow, "contract_on": tomorrow}, "id_on"),
        ("start", {"on": "01.01.1990", "contract_on": "няма"}, "id_contract_on"),
        ("dates", {"contract_on": tomorrow}, "id_contract_on"),
    ):
        answer = specialist.post(at(row, step), said | {"version": row.version})
        assert answer.status_code == 422
        assert f'href="#{field}"' in text(answer)
    assert fresh(row).started_on is None


def test_sent_twice_is_one_step_and_somebody_elses_change_is_shown(of, specialist, head, sliven):
    row = of("sent")
    said = {"reason": "solved", "note": "Намериха сами.", "version": row.version}
    with municipality_scope(sliven):
        referring.hand(
            referral=row, actor=Actor(Who.HEAD, head.user), to=specialist.user
        )  # nothing changes hands
        Referral.objects.filter(pk=row.pk).update(owner=None)
        referring.hand(referral=row, actor=Actor(Who.HEAD, head.user), to=specialist.user)
    answer = specialist.post(at(row, "withdraw"), said)
    assert answer.status_code == 422
    page = text(answer)
    assert "Намериха сами." in page
    assert f'name="version" value="{fresh(row).version}"' in page
    assert specialist.user.name in page.split("<table")[1].split("</table>")[0]
    said["version"] = fresh(row).version
    for _n in range(2):
        assert specialist.post(at(row, "withdraw"), said).status_code == 302
    assert [one.kind for one in rows_of(sliven, ReferralEvent)].count("withdrawn") == 1


def test_another_service_is_chosen_and_the_first_is_withdrawn(of, specialist, sliven):
    RoutingRowFactory(municipality=sliven)
    row = of("sent")
    with municipality_scope(sliven):
        type(row.assessment).objects.filter(pk=row.assessment_id).update(owner=specialist.user)
    other = factories.ServiceFactory(municipality=sliven, name="Другата услуга")
    side_by_side = specialist.get(at(row, "change"), follow=True)
    address = reverse("choose_service", args=[row.assessment_id, other.pk])
    assert f"{address}?vmesto={row.pk}" in text(side_by_side)
    said = {
        "form_key": str(uuid.uuid4()),
        "version": row.version,
        "chosen_by": "person",
        "summary": "Грижа през деня.",
    }
    for _n in range(2):
        answer = specialist.post(f"{address}?vmesto={row.pk}", said)
        assert answer.status_code == 302
    new = next(one for one in rows_of(sliven, Referral) if one.pk != row.pk)
    assert answer.headers["Location"] == at(new)
    assert (new.state, new.replaces_id) == ("sent", row.pk)
    assert fresh(row).withdraw_reason == "changed"
    assert "Другата услуга" in text(specialist.get(at(row)))


def test_a_place_is_taken_on_behalf_of_the_person(of, specialist, sliven):
    row = of("offered")
    OfferFactory(municipality=sliven, referral=row)
    page = text(specialist.get(at(row)))
    assert "отговор до" in page
    stale = specialist.post(at(row, "offer"), {"answer": "take", "offer": 987654})
    assert stale.status_code == 422
    assert specialist.post(at(row, "offer"), {"answer": "take"}).status_code == 302
    assert fresh(row).state == "accepted"


def test_place_in_line_rule_and_priority_are_said(of, specialist, sliven):
    first = of("waiting", requested_on=dt.date(2026, 1, 5))
    row = of("waiting", service=first.service, requested_on=dt.date(2026, 2, 5))
    rule = WaitingRuleFactory(municipality=sliven, service=row.service)
    priority = WaitingPriorityFactory(municipality=sliven, rule=rule, name="живее сам")
    page = text(specialist.get(at(row)))
    assert "№ 2 от чакащите" in page
    assert rule.act in page
    answer = specialist.post(at(row, "priority"), {"priority": priority.pk, "version": row.version})
    assert answer.status_code == 302
    page = text(specialist.get(at(row)))
    assert "№ 1 от чакащите" in page
    assert "живее сам" in page


def test_a_link_is_sent_again_once_though_pressed_twice(
    of, specialist, django_capture_on_commit_callbacks
):
    row = of("sent")
    for _n in range(2):
        with django_capture_on_commit_callbacks():
            answer = specialist.post(at(row, "link"), {"email": "dom@example.bg"})
        assert answer.status_code == 302
    with municipality_scope(row.municipality):
        (link,) = row.links.all()
    assert (link.email, link.created_by) == ("dom@example.bg", specialist.user)
    assert "dom@example.bg" in text(specialist.get(at(row)))


def test_a_long_story_takes_as_many_queries_as_a_short_one(of, specialist, sliven, queries):
    row = of("sent")
    specialist.get(at(row))  # the look is kept once

    def make(count: int) -> None:
        with municipality_scope(sliven):
            for number in range(count):
                row.events.create(
                    municipality=sliven, kind="note", words=f"{number}", user=specialist.user
                )
                OfferFactory(municipality=sliven, referral=row, state="lapsed")

    queries.assert_same(specialist, at(row), make, name="referral")
