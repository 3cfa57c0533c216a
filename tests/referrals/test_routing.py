"""Who refers: the shipped rows, which of them wins, and what is said of it."""

from __future__ import annotations

import datetime as dt

import pytest

from municipalities.models import LegalNorm
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from referrals.models import RoutingRow
from referrals.routing import shipped
from referrals.routing.deciding import decide
from services_registry.models import ServiceKind
from services_registry.reference import load
from tests.factories import ServiceFactory
from tests.factories_referring import RoutingRowFactory

pytestmark = pytest.mark.django_db
ASSISTANT = "assistant_support"


@pytest.fixture
def scope(sliven):
    list(load())
    with municipality_scope(sliven):
        yield sliven


@pytest.fixture
def begun(scope):
    begin(scope)
    return scope


def service(sliven, *kinds: str, scope="specialised", financing="state"):
    made = ServiceFactory(municipality=sliven, scope=scope, financing=financing)
    made.kinds.set(ServiceKind.objects.filter(code__in=kinds))
    return made


def row(sliven, authority="municipality", **facts) -> RoutingRow:
    return RoutingRowFactory(municipality=sliven, authority=authority, **facts)


@pytest.mark.parametrize(
    ("width", "financing", "kind", "measure", "authority", "code"),
    [
        ("specialised", "state", ASSISTANT, False, "municipality", "assistant-support"),
        ("specialised", "municipal", ASSISTANT, False, "municipality", "assistant-support"),
        ("specialised", "private", ASSISTANT, False, "nobody", "assistant-support-private"),
        ("specialised", "municipal", "day_care", False, "municipality", "specialised-municipal"),
        ("specialised", "state", "day_care", False, "unclear", "specialised-state"),
        ("specialised", "project", "day_care", False, "unclear", "specialised-project"),
        ("specialised", "private", "day_care", False, "nobody", "private"),
        ("general", "municipal", "community_work", False, "nobody", "general"),
        ("specialised", "municipal", "residential_care", True, "court", "measure"),
        ("specialised", "state", ASSISTANT, True, "court", "measure"),
    ],
)
def test_the_shipped_rows_say_what_the_sources_say(
    begun, width, financing, kind, measure, authority, code
):
    made = service(begun, kind, scope=width, financing=financing)
    decision = decide(service=made, with_measure=measure)
    assert (decision.authority, decision.row.code) == (authority, code)
    assert decision.words.endswith("непотвърдена норма")


def test_nothing_shipped_is_verified_all_of_it_says_where_it_is_from(begun):
    assert not RoutingRow.objects.filter(is_verified=True).exists()
    assert not RoutingRow.objects.filter(source="").exists()
    for each in RoutingRow.objects.all():
        each.full_clean()
    asked = {
        shipped.PROVIDER_ANSWER, shipped.PROVIDER_ASSESSMENT, shipped.START_SERVICE, shipped.APPEAL,
    }  # fmt: skip
    assert asked == set(
        LegalNorm.objects.filter(code__in=asked, is_verified=False).values_list("code", flat=True)
    )


def test_what_somebody_corrected_stays_and_nothing_comes_twice(begun):
    RoutingRow.objects.filter(code="specialised-state").update(
        authority="directorate", is_verified=True, valid_to=dt.date(2026, 1, 31)
    )
    LegalNorm.objects.filter(code="appeal").update(value=30)
    RoutingRow.objects.filter(code="general").delete()
    assert shipped.add_missing(begun) == 1
    assert shipped.add_missing(begun) == 0
    assert RoutingRow.objects.get(code="specialised-state").authority == "directorate"
    assert LegalNorm.objects.get(code="appeal").value == 30


def test_one_kind_is_decided_before_there_is_a_service(begun):
    """As the conclusion of an assessment does, which knows neither provider nor financing."""
    kinds = {kind.code: kind for kind in ServiceKind.objects.all()}
    assert decide(kind=kinds[ASSISTANT]).authority == "municipality"
    unknown = decide(kind=kinds["day_care"])
    assert (unknown.authority, unknown.row, unknown.is_verified) == ("unclear", None, False)


def test_where_no_row_is_about_it_the_answer_is_that_it_is_unclear(scope):
    decision = decide(service=service(scope))
    assert decision.authority == "unclear"
    assert decision.words == "Кой насочва, се уточнява, няма правило за такава услуга"
    kept = decision.kept()
    assert (kept["row"], kept["code"], kept["legal_basis"]) == (None, "", "")


def test_the_narrowest_row_wins_however_late_it_is_in_order(scope):
    day_care = ServiceKind.objects.get(code="day_care")
    asked = service(scope, "day_care", "shelter")
    rows = [
        row(scope, "nobody", order=1),
        row(scope, "municipality", scope="specialised", order=2),
        row(scope, "directorate", scope="specialised", financing="state", order=3),
        row(scope, "municipality", age="child", order=4),
        row(scope, "directorate", kind=day_care, order=5),
        row(scope, "municipality", kind=day_care, age="child", order=6),
        row(scope, "court", with_measure=True, order=7),
    ]
    child = {"service": asked, "is_child": True}
    assert decide(**child, with_measure=True).row == rows[6]
    assert decide(**child).row == rows[5]
    assert decide(service=asked, is_child=False).row == rows[4]
    assert decide(service=asked).row == rows[4]  # of an unknown age
    others = service(scope, "shelter")
    assert decide(service=others, is_child=True).row == rows[3]
    assert decide(service=others, is_child=False).row == rows[2]
    assert decide(service=service(scope, financing="municipal")).row == rows[1]
    assert decide(service=service(scope, scope="general")).row == rows[0]


def test_of_equally_narrow_rows_the_first_by_order_wins(scope):
    row(scope, "directorate", scope="specialised", order=2)
    first = row(scope, "municipality", scope="specialised", order=1)
    row(scope, "court", scope="specialised", order=2)
    assert decide(service=service(scope)).row == first


def test_a_row_without_a_measure_is_not_about_somebody_with_one(scope):
    plain, of_measure = row(scope, with_measure=False, order=1), row(scope, "court", order=2)
    assert decide(with_measure=True).row == of_measure
    assert decide().row == plain


@pytest.mark.parametrize(("days", "wins"), [(-1, False), (0, True), (10, True), (11, False)])
def test_a_row_counts_from_its_first_day_to_its_last(scope, days, wins):
    begins = dt.date(2027, 1, 1)
    made = row(
        scope, scope="specialised", valid_from=begins, valid_to=begins + dt.timedelta(days=10)
    )
    plain = row(scope, "nobody")
    decision = decide(service=service(scope), day=begins + dt.timedelta(days=days))
    assert decision.row == (made if wins else plain)


@pytest.mark.parametrize(
    ("birth_date", "authority"),
    [
        (dt.date(2008, 11, 23), "directorate"),  # eighteen tomorrow
        (dt.date(2008, 11, 22), "municipality"),  # today
        (dt.date(2008, 2, 29), "municipality"),
        (None, "municipality"),
    ],
)
def test_whoever_is_eighteen_is_no_child(scope, birth_date, authority):
    row(scope, "directorate", age="child")
    row(scope, "municipality")
    assert decide(birth_date=birth_date, day=dt.date(2026, 11, 22)).authority == authority


def test_a_verified_basis_is_said_without_a_doubt_and_kept_as_it_was(scope):
    made = row(scope, legal_basis="чл. 5 от пробния закон", is_verified=True, code="mine")
    kept = decide(day=dt.date(2026, 11, 22)).kept()
    assert kept == {
        "authority": "municipality",
        "words": "Насочва общината: чл. 5 от пробния закон",
        "legal_basis": "чл. 5 от пробния закон",
        "is_verified": True,
        "source": "",
        "row": made.pk,
        "code": "mine",
        "on": "2026-11-22",
    }


def test_a_municipality_decides_by_its_own_rows(scope, elena):
    row(elena, "directorate", with_measure=False)
    mine = row(scope)
    assert decide().row == mine
