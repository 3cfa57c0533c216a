"""The waiting list: in what order people stand, what an act of the council changes."""

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.models import WaitingRule
from referrals.placing import waiting
from tests.factories_referring import WaitingPriorityFactory, WaitingRuleFactory
from tests.referrals.lines import full_service, waits

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def service(sliven):
    with municipality_scope(sliven):
        yield full_service(sliven)


def priority(here, /, order=1, **of_rule):
    of_rule = {"valid_from": TODAY() - dt.timedelta(days=30), **of_rule}
    rule = WaitingRuleFactory(municipality=here.municipality, **of_rule)
    return WaitingPriorityFactory(municipality=here.municipality, rule=rule, order=order)


def test_who_asked_first_is_first_whenever_they_came_into_line(service):
    late, early = waits(service, 1), waits(service, 9)
    assert list(waiting.line(service)) == [early, late]
    assert [waiting.position(one) for one in (early, late)] == [1, 2]


def test_who_passed_on_an_offer_stands_behind_who_did_not(service):
    passed, new = waits(service, 9, passed_over=1), waits(service, 1)
    assert list(waiting.line(service)) == [new, passed]


def test_only_who_waits_for_this_service_stands_in_its_line(service, sliven):
    other = full_service(sliven)
    here, there = waits(service, 1), waits(other, 9)
    sent = waits(service, 20, state="sent", waiting_since=None)
    assert list(waiting.line(service)) == [here]
    assert waiting.positions([here, there, sent]) == {here.pk: 1, there.pk: 1}
    assert waiting.position(sent) is None


def test_positions_of_several_lines_take_one_query(service, sliven, django_assert_num_queries):
    other = full_service(sliven)
    rows = [waits(service, day) for day in (3, 2)] + [waits(other, day) for day in (5, 4)]
    with django_assert_num_queries(1):
        assert list(waiting.positions(rows).values()) == [1, 2, 1, 2]


def test_an_act_in_force_goes_before_the_order_of_request(service):
    asked_first = waits(service, 9)
    alone = waits(service, 1, priority=priority(service))
    assert list(waiting.line(service)) == [alone, asked_first]


@pytest.mark.parametrize(
    "act",
    [
        {"is_on": False},
        {"valid_to": TODAY() - dt.timedelta(days=1)},
        {"valid_from": TODAY() + dt.timedelta(days=1)},
        "of another service",
    ],
    ids=["off", "over", "to come", "of another service"],
)
def test_an_act_that_is_not_in_force_here_changes_nothing(service, sliven, act):
    if act == "of another service":
        act = {"service": full_service(sliven)}
    asked_first = waits(service, 9)
    alone = waits(service, 1, priority=priority(service, **act))
    assert list(waiting.line(service)) == [asked_first, alone]
    assert waiting.rule_for(service) is None


def test_an_act_for_the_service_takes_the_place_of_the_one_for_all(service):
    of_all = priority(service)
    own = priority(service, order=5, service=service, valid_from=TODAY() - dt.timedelta(days=90))
    by_all, by_own = waits(service, 9, priority=of_all), waits(service, 1, priority=own)
    assert waiting.rule_for(service) == own.rule
    assert list(waiting.line(service)) == [by_own, by_all]


def test_of_two_acts_the_newer_counts(service):
    old = priority(service, valid_from=TODAY() - dt.timedelta(days=90))
    new = priority(service)
    by_old, by_new = waits(service, 9, priority=old), waits(service, 1, priority=new)
    assert list(waiting.line(service)) == [by_new, by_old]
    assert waiting.rule_for(service) == new.rule


# The page for everybody


def test_the_page_says_the_order_in_plain_words(client, sliven, service):
    said = client.get("/chakashti/sliven/").content.decode()
    assert "По реда на заявяване" in said
    own = priority(service, service=service)
    WaitingRule.objects.filter(pk=own.rule_id).update(text="Първо са хората без близки наблизо.")
    said = client.get("/chakashti/sliven/").content.decode()
    assert "Първо са хората без близки наблизо." in said
    assert "Дневен център" in said
    assert "Живее сам" in said
    assert "За всички други услуги: по реда на заявяване." in said


def test_the_page_names_no_act_that_is_not_in_force_and_no_hidden_service(client, sliven, service):
    hidden = full_service(sliven)
    hidden.status = "draft"
    hidden.save(update_fields=["status"])
    for facts in ({"is_on": False}, {"service": hidden}):
        priority(service, **facts)
    said = client.get("/chakashti/sliven/").content.decode()
    assert "Решение № 12" not in said


def test_the_page_is_of_municipalities_that_use_the_portal(client, sliven, elena):
    elena.is_active = False
    elena.save(update_fields=["is_active"])
    assert client.get("/chakashti/nyama/").status_code == 404
    assert client.get("/chakashti/elena/").status_code == 404
