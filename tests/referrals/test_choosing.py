"""Services side by side: which are shown, what of them, in what order, and the choice itself."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.models import Referral
from referrals.placing import choosing
from services_registry.upkeep.freshness import CAPACITY_HOLDS
from tests import factories
from tests.factories_people import PersonFactory
from tests.factories_referring import (
    AssessmentFactory,
    ReferralFactory,
    RoutingRowFactory,
    WaitingPriorityFactory,
    WaitingRuleFactory,
)
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 18)


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def ours(sliven):
    return RoutingRowFactory(municipality=sliven, legal_basis="чл. 5 от пробния закон")


@pytest.fixture
def kind(db):
    return factories.ServiceKindFactory(name="Дневна грижа")


@pytest.fixture
def home(sliven):
    """Where the person lives."""
    return factories.SettlementFactory(municipality=sliven, latitude=42.68, longitude=26.33)


@pytest.fixture
def assessment(sliven, specialist, kind, home, ours):
    person = PersonFactory(municipality=sliven, settlement=home, birth_date=dt.date(1950, 5, 5))
    row = AssessmentFactory(municipality=sliven, person=person, owner=specialist.user)
    with municipality_scope(sliven):
        row.kinds.set([kind])
    return row


def at(assessment, service=None) -> str:
    if service is None:
        return reverse("choose_services", args=[assessment.pk])
    return reverse("choose_service", args=[assessment.pk, service.pk])


def service_of(sliven, kind, name, **capacity):
    service = factories.ServiceFactory(municipality=sliven, name=name, kinds=[kind])
    if capacity:
        factories.CapacityFactory(municipality=sliven, service=service, **capacity)
    return service


def sent(**facts) -> dict:
    return {
        "form_key": str(uuid.uuid4()),
        "chosen_by": "person",
        "summary": "Обяд и разходка всеки ден.",
        **facts,
    }


def change(row, **facts) -> None:
    with municipality_scope(row.municipality):
        type(row).objects.filter(pk=row.pk).update(**facts)


def names(options) -> list[str]:
    return [one.service.name for one in options]


def test_matching_services_are_shown_and_the_others_when_asked(
    assessment, specialist, sliven, elena, kind
):
    service_of(sliven, kind, "Подходяща")
    service_of(sliven, factories.ServiceKindFactory(number=8), "От друг вид")
    factories.ServiceFactory(municipality=sliven, name="Чернова", kinds=[kind], status="draft")
    factories.ServiceFactory(municipality=elena, name="Еленска", kinds=[kind])
    page = text(specialist.get(at(assessment)))
    assert "Подходяща" in page
    assert "От друг вид" not in page
    everything = text(specialist.get(at(assessment) + "?vsichki=1"))
    assert "От друг вид" in everything
    for other in ("Чернова", "Еленска"):
        assert other not in everything


def test_a_row_says_places_line_distance_fee_access_and_who_refers(
    assessment, specialist, sliven, kind, home
):
    old = timezone.localdate() - CAPACITY_HOLDS - dt.timedelta(1)
    service = service_of(sliven, kind, "Дневен център", places=20, free=3, as_of=old)
    of = {"municipality": sliven, "service": service}
    factories.ServiceSiteFactory(
        **of, settlement=home, latitude=42.77, longitude=26.33, lift=True, parking=False
    )
    factories.FeeFactory(**of, user_group="пълнолетни", kind="fixed", amount=12, per="month")
    ReferralFactory(**of, state="waiting")
    ReferralFactory(**of, state="declined")
    page = text(specialist.get(at(assessment)))
    assert "<strong>3</strong> от 20 свободни" in page
    assert "остаряло" in page
    assert "чакат 1" in page
    assert "10,0 км" in page
    assert "12,00\xa0€ на месец" in page
    assert "непроверена" in page
    assert "асансьор" in page
    assert "без паркомясто" in page
    assert "Насочва общината: чл. 5 от пробния закон, непотвърдена норма" in page


def test_a_secret_address_has_no_distance_and_neither_has_help_at_home(
    assessment, sliven, kind, home
):
    shelter = service_of(sliven, kind, "Приют")
    factories.ServiceSiteFactory(
        municipality=sliven, service=shelter, settlement=home, address="", address_is_secret=True
    )
    factories.ServiceFactory(municipality=sliven, name="Вкъщи", kinds=[kind], settings=["home"])
    with municipality_scope(sliven):
        found = {one.service.name: one for one in choosing.options(assessment)}
    assert found["Приют"].km is None
    assert found["Вкъщи"].is_at_home


def test_put_in_order_by_link_with_what_cannot_be_chosen_last(
    assessment, specialist, sliven, kind, home
):
    far = service_of(sliven, kind, "А далечна", places=9, free=9)
    near = service_of(sliven, kind, "Б близка", places=9, free=0)
    service_of(sliven, kind, "В неизвестна")
    for service, north in ((far, 42.9), (near, 42.69)):
        factories.ServiceSiteFactory(
            municipality=sliven, service=service, settlement=home, latitude=north, longitude=26.33
        )
    private = service_of(sliven, kind, "0 частна", places=9, free=9)
    change(private, financing="private")
    RoutingRowFactory(municipality=sliven, financing="private", authority="nobody")
    with municipality_scope(sliven):
        found = choosing.options(assessment)
        by = {word: names(choosing.in_order(found, word)) for word in choosing.ORDERS}
    assert by["mesta"] == ["А далечна", "В неизвестна", "Б близка", "0 частна"]
    assert by["blizo"] == ["Б близка", "А далечна", "В неизвестна", "0 частна"]
    assert by["ime"] == ["А далечна", "Б близка", "В неизвестна", "0 частна"]
    page = text(specialist.get(at(assessment) + "?red=blizo&page=zzz"))
    assert page.index("Б близка") < page.index("А далечна")
    assert at(assessment, far) in page
    assert at(assessment, private) not in page


def test_a_child_is_routed_as_a_child(assessment, sliven, kind):
    RoutingRowFactory(municipality=sliven, age="child", authority="directorate")
    service_of(sliven, kind, "Дневен център")
    with municipality_scope(sliven):
        assert choosing.options(assessment)[0].can_be_chosen
        assessment.person.birth_date = timezone.localdate() - dt.timedelta(10 * 365)
        assert not choosing.options(assessment)[0].can_be_chosen


def test_as_many_queries_for_five_services_as_for_fifty(
    assessment, specialist, sliven, kind, home, queries
):
    def make(count: int) -> None:
        for number in range(count):
            of = {"municipality": sliven}
            of["service"] = service_of(
                sliven, kind, f"Услуга {number}", places=3, free=1, as_of=TODAY
            )
            factories.ServiceSiteFactory(**of, settlement=home)
            factories.FeeFactory(**of)

    specialist.get(at(assessment))  # the look is kept once
    queries.assert_same(specialist, at(assessment), make, name="choose services")


def test_choosing_keeps_what_was_said_and_several_may_be_chosen(
    assessment, specialist, sliven, kind
):
    first, second = (service_of(sliven, kind, name) for name in ("Първа", "Втора"))
    rule = WaitingRuleFactory(municipality=sliven, service=first)
    priority = WaitingPriorityFactory(municipality=sliven, rule=rule, name="самотни родители")
    page = text(specialist.get(at(assessment, first)))
    assert rule.act in page
    assert "самотни родители" in page
    assert "Без диагнози" in page
    said = sent(choice_note="Близо е.", priority=priority.pk)
    for _n in range(2):  # sent twice
        answer = specialist.post(at(assessment, first), said)
        assert answer.headers["Location"] == at(assessment)
    specialist.post(at(assessment, second), sent())
    made = rows_of(sliven, Referral)
    assert {one.service.name for one in made} == {"Първа", "Втора"}
    kept = next(one for one in made if one.service == first)
    assert (kept.chosen_by, kept.choice_note, kept.priority) == ("person", "Близо е.", priority)
    page = text(specialist.get(at(assessment)))
    assert "Избрано досега" in page
    back = reverse("unchoose_service", args=[kept.pk])
    assert specialist.post(back).status_code == 302
    assert {one.service.name for one in rows_of(sliven, Referral)} == {"Втора"}
    assert specialist.post(back).status_code == 404


def test_where_routing_is_unclear_the_ground_is_asked_and_what_was_typed_stays(
    assessment, specialist, sliven, kind, ours
):
    change(ours, authority="unclear")
    service = service_of(sliven, kind, "Дневен център")
    answer = specialist.post(at(assessment, service), sent(summary="Помощ с лекарствата."))
    assert answer.status_code == 422
    assert "на какво основание" in text(answer)
    assert "Помощ с лекарствата." in text(answer)
    specialist.post(at(assessment, service), sent(routing_note="Заповед № 7"))
    (made,) = rows_of(sliven, Referral)
    assert made.routing_note == "Заповед № 7"


def test_nonsense_is_refused_in_words(assessment, specialist, sliven, kind):
    service = service_of(sliven, kind, "Дневен център")
    for wrong in (
        {},
        sent(form_key="не е ключ"),
        sent(chosen_by="чужденец"),
        sent(summary="ЕГН 7523169263"),
        sent(summary="\x00"),
        sent(intensity="x" * 3000, priority="9" * 40),
    ):
        assert specialist.post(at(assessment, service), wrong).status_code == 422
    assert rows_of(sliven, Referral) == []
    for query in ("?red=x&vsichki=да&page=-1", "?vmesto=", "?myarka=1&red="):
        assert specialist.get(at(assessment) + query).status_code == 200
    for query in ("?vmesto=9999999999999999999999", "?vmesto=x", "?vmesto=1"):
        assert specialist.get(at(assessment) + query).status_code == 404


def test_only_whoever_has_the_assessment_chooses_and_foreign_ones_are_missing(
    assessment, specialist, colleague, head, elena, sliven, kind
):
    service = service_of(sliven, kind, "Дневен център")
    assert "Избери" not in text(colleague.get(at(assessment))).split("<main")[1].split("<table")[1]
    assert colleague.get(at(assessment, service)).status_code == 403
    assert colleague.post(at(assessment, service), sent()).status_code == 403
    assert head.get(at(assessment, service)).status_code == 200
    foreign = AssessmentFactory(municipality=elena)
    foreign_service = factories.ServiceFactory(municipality=elena)
    assert specialist.get(at(foreign)).status_code == 404
    assert specialist.get(at(assessment, foreign_service)).status_code == 404
    assert rows_of(sliven, Referral) == []
