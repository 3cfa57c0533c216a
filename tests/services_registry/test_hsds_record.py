"""Open data of the whole record: languages, days unlike the others, the end, and what moves it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from services_registry.classifiers import RequiredDocument
from services_registry.models import (
    Capacity,
    Fee,
    Provider,
    Service,
    ServicePaper,
    ServiceSite,
    SiteException,
    SiteHours,
)
from tests import factories
from tests.services_registry.hsds import assert_valid, get, rich_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(sliven) -> Service:
    """A service with everything that a service may have."""
    return rich_service(sliven)


def change(service: Service, **columns) -> None:
    with municipality_scope(service.municipality):
        Service.objects.filter(pk=service.pk).update(**columns)


def exceptional(service: Service, first: str, last: str, **facts) -> SiteException:
    with municipality_scope(service.municipality):
        return SiteException.objects.create(
            municipality=service.municipality,
            site=service.sites.get(),
            first_day=first,
            last_day=last,
            **facts,
        )


def given(client, service: Service) -> dict:
    answer = get(client, f"services/{service.public_id}")
    assert_valid(answer, "service")
    return answer


def test_languages(client, rich):
    assert "languages" not in given(client, rich)
    change(rich, languages=["bg", "rom"])
    answer = given(client, rich)
    assert [(one["name"], one["code"]) for one in answer["languages"]] == [
        ("български", "bg"),
        ("ромски", "rom"),
    ]
    assert {one["service_id"] for one in answer["languages"]} == {answer["id"]}


def test_days_unlike_the_others(client, rich, time_machine):
    time_machine.move_to("2026-11-23T10:00:00+02:00")
    exceptional(rich, "2026-11-20", "2026-11-22", reason="минало")
    exceptional(rich, "2026-12-24", "2026-12-27", reason="Коледа")
    exceptional(rich, "2027-06-01", "2027-06-01", opens="09:00", closes="12:00")
    [place] = given(client, rich)["service_at_locations"]
    [week, christmas, summer] = place["schedules"]
    assert "valid_from" not in week
    assert (christmas["valid_from"], christmas["valid_to"]) == ("2026-12-24", "2026-12-27")
    assert christmas["notes"] == "Коледа"
    assert christmas["description"] == "24.12.2026 – 27.12.2026: затворено"
    assert not {"opens_at", "closes_at", "freq", "byday"} & christmas.keys()
    # Its own offset and not the one of the day of the answer.
    assert (summer["opens_at"], summer["closes_at"]) == ("09:00+03:00", "12:00+03:00")
    assert summer["timezone"] == 3
    [alone] = get(client, "service_at_locations", full="true")["contents"]
    assert_valid(alone, "service_at_location")
    assert alone["schedules"] == place["schedules"]


def test_same_days_written_twice_are_given_once(client, rich, time_machine):
    time_machine.move_to("2026-11-23T10:00:00+02:00")
    for _ in range(2):
        exceptional(rich, "2026-12-24", "2026-12-27", reason="Коледа")
    [place] = given(client, rich)["service_at_locations"]
    assert len(place["schedules"]) == 2


def test_what_the_law_says_of_it_is_found_by_term(client, rich):
    change(rich, functions=["supporting"], terms=["long"], intensities=["hourly", "half_day"])
    said = {(a["link_type"], a["value"]) for a in given(client, rich)["attributes"]}
    assert said >= {
        ("function", "подкрепяща"),
        ("term", "дългосрочна"),
        ("intensity", "почасово"),
        ("intensity", "полудневно"),
    }
    terms = {t["code"]: t["id"] for t in get(client, "taxonomy_terms", per_page=100)["contents"]}
    assert get(client, "services", taxonomy_term_id=terms["half_day"])["total_items"] == 1
    assert get(client, "services", taxonomy_term_id=terms["short"])["total_items"] == 0


def test_eligibility_end_and_other_facts(client, rich):
    change(
        rich,
        eligibility="Имате адрес в общината.",
        closes_on=timezone.localdate() + dt.timedelta(days=30),
        closing_note="Обадете се във фронт-офиса.",
        summary_en="A place for the day.",
        easy_read="Може да дойдете тук.",
        opened_on=dt.date(2019, 5, 7),
        legal_act="Решение № 7",
        legal_act_on=dt.date(2019, 4, 1),
    )
    answer = given(client, rich)
    assert answer["eligibility_description"].split("\n\n") == [
        "Хора над 18 г.",
        "Имате адрес в общината.",
        "За кого не е: Хора с остро заболяване",
    ]
    ends = f"{timezone.localdate() + dt.timedelta(days=30):%d.%m.%Y}"
    assert answer["alert"] == f"Последен ден: {ends} г. Обадете се във фронт-офиса."
    said = {a["link_type"]: a["value"] for a in answer["attributes"]}
    assert said["summary_en"] == "A place for the day."
    assert said["easy_read"] == "Може да дойдете тук."
    assert said["opened_on"] == "2019-05-07"
    assert said["legal_act"] == "Решение № 7 от 01.04.2019 г."


# last_modified


def _add_hours(service: Service, site: ServiceSite) -> None:
    SiteHours.objects.create(
        municipality=service.municipality, site=site, weekday=5, opens="08:00", closes="12:00"
    )


def _add_paper(service: Service, site: ServiceSite) -> None:
    document = RequiredDocument.objects.create(code="application", name="Заявление")
    ServicePaper.objects.create(
        municipality=service.municipality, service=service, document=document
    )


CHANGES = {
    "place": lambda service, site: ServiceSite.objects.filter(pk=site.pk).update(lift=True),
    "hours": _add_hours,
    "hours gone": lambda service, site: SiteHours.objects.filter(weekday=1).delete(),
    "exception": lambda service, site: SiteException.objects.create(
        municipality=service.municipality,
        site=site,
        first_day="2027-01-04",
        last_day="2027-01-05",
    ),
    "fee": lambda service, site: Fee.objects.filter(user_group="деца").update(note="за всички"),
    "fee gone": lambda service, site: Fee.objects.filter(user_group="деца").delete(),
    "places": lambda service, site: Capacity.objects.update(free=0),
    "paper": _add_paper,
    "paper gone": lambda service, site: ServicePaper.objects.all().delete(),
    "kinds": lambda service, site: service.kinds.add(factories.ServiceKindFactory(number=3)),
    "kinds gone": lambda service, site: service.kinds.clear(),
    "target groups": lambda service, site: service.target_groups.set(
        [factories.TargetGroupFactory()]
    ),
    "life situations gone": lambda service, site: service.life_situations.clear(),
    "provider": lambda service, site: Provider.objects.filter(pk=service.provider_id).update(
        phone="044 700 700"
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_a_part_is_a_change_of_the_service(client, rich, sliven, name):
    factories.ServiceFactory(municipality=sliven)
    history = Service.pgh_event_model
    with municipality_scope(sliven):
        long_ago = timezone.now() - dt.timedelta(days=9)
        Service.objects.update(updated_at=long_ago)
        kept = history.objects.count()
        since = timezone.now().isoformat()
        CHANGES[name](rich, rich.sites.get())
        # Nothing of its own columns changed, so its history is as it was.
        assert history.objects.count() == kept
    found = get(client, "services", modified_after=since, minimal="true")["contents"]
    assert [row["id"] for row in found] == [str(rich.public_id)]


def test_its_own_change_after_that_of_a_part_is_in_the_history(rich, sliven):
    history = Service.pgh_event_model
    with municipality_scope(sliven):
        kept = history.objects.count()
        Fee.objects.filter(user_group="деца").update(note="за всички")
        rich.refresh_from_db()
        rich.summary = "Друго."
        rich.save()
        assert history.objects.count() == kept + 1


def test_a_service_is_deleted_with_its_parts(rich, sliven):
    with municipality_scope(sliven):
        Service.objects.filter(pk=rich.pk).delete()
        assert not SiteHours.objects.exists()
        assert not Service.objects.filter(pk=rich.pk).exists()
