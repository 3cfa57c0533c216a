"""The way of a service to citizens and back, new ones, copies, and the history of all that."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from services_registry.models import (
    RequiredDocument,
    Service,
)
from services_registry.record import SECTIONS
from services_registry.values import PARTS
from tests import factories
from tests.services_registry.editing import form_of, fresh, page

CODES = [section.code for section in (*SECTIONS, *PARTS)]


# The way


def step(client, service, code: str, **data):
    return client.post(page(service, f"stapka/{code}/"), data)


def test_what_is_missing_is_listed_with_links_to_its_sections(head, draft):
    assert step(head, draft, "za-pregled").status_code == 302
    answer = step(head, draft, "publikuvane")
    assert answer.status_code == 422
    for section in ("nakratko", "mesta", "taksi"):
        assert page(draft, f"{section}/") in answer.text
    assert fresh(draft).status == "review"


def test_from_a_draft_to_published_and_what_citizens_see(head, client, service):
    assert step(head, service, "vrashtane").status_code == 302
    assert client.get(service.get_absolute_url()).status_code == 404
    assert step(head, service, "za-pregled").status_code == 302
    assert client.get(service.get_absolute_url()).status_code == 404
    assert step(head, service, "publikuvane", is_checked="on").status_code == 302
    assert client.get(service.get_absolute_url()).status_code == 200
    assert fresh(service).checked_on == timezone.localdate()
    assert "Дневен център" in client.get("/uslugi/?q=дневен").text


def test_a_pause_needs_a_reason_and_ends(head, client, service):
    assert step(head, service, "spirane").status_code == 422
    assert step(head, service, "spirane", reason="ремонт").status_code == 302
    assert "ремонт" in client.get(service.get_absolute_url()).text
    assert step(head, service, "puskane").status_code == 302
    assert (fresh(service).status, fresh(service).paused_reason) == ("published", "")


def test_closing_on_a_day_taken_back_then_at_once_and_opened_again(head, client, service):
    today = timezone.localdate()
    past = f"{today - dt.timedelta(days=1):%d.%m.%Y}"
    assert step(head, service, "srok", last_day=past, note="Питайте.").status_code == 422
    day = today + dt.timedelta(days=30)
    assert (
        step(head, service, "srok", last_day=f"{day:%d.%m.%Y}", note="Питайте.").status_code == 302
    )
    assert (fresh(service).closes_on, fresh(service).status) == (day, "published")
    assert step(head, service, "bez-srok").status_code == 302
    assert fresh(service).closes_on is None
    assert step(head, service, "zakrivane", note="В другия център.").status_code == 302
    assert client.get(service.get_absolute_url()).status_code == 404
    assert step(head, service, "otkrivane").status_code == 302
    assert (fresh(service).status, fresh(service).closes_on) == ("draft", None)


def test_a_step_that_does_not_fit_the_state_is_not_taken(head, specialist, draft):
    assert step(head, draft, "publikuvane").status_code == 302  # back, with the reason
    assert fresh(draft).status == "draft"
    assert step(specialist, draft, "za-pregled").status_code == 403
    head.get(page(draft, "stapka/za-pregled/"))
    assert fresh(draft).status == "draft", "opening the question takes no step"


# New and copied


def test_a_new_service_begins_as_a_draft(head, specialist, sliven, elena):
    provider = factories.ProviderFactory(municipality=sliven)
    foreign = factories.ProviderFactory(municipality=elena)
    data = {"name": "Център „Щъркел“", "provider": provider.pk}
    assert specialist.post("/registar/nova/", data).status_code == 403
    assert head.post("/registar/nova/", data | {"provider": foreign.pk}).status_code == 422
    assert head.post("/registar/nova/", data | {"name": "\x00"}).status_code == 422
    for slug in ("tsentar-shtarkel", "tsentar-shtarkel-2"):
        answer = head.post("/registar/nova/", data)
        assert head.get(answer["Location"]).status_code == 200
        with municipality_scope(sliven):
            made = Service.objects.get(slug=slug)
        assert (made.status, made.owner) == ("draft", head.user)


def test_a_copy_has_all_parts_but_places_and_checks(head, service, sliven):
    kind = factories.ServiceKindFactory()
    document = RequiredDocument.objects.create(code="lk", name="Лична карта")
    factories.CapacityFactory(municipality=sliven, service=service)
    with municipality_scope(sliven):
        service.kinds.add(kind)
        site = service.sites.get()
        site.hours.create(municipality=sliven, weekday=1, opens="08:00", closes="12:00")
        service.papers.create(municipality=sliven, document=document)
        Service.objects.filter(pk=service.pk).update(checked_on="2026-01-01", checked_by="office")
    answer = head.post(page(service, "kopie/"))
    with municipality_scope(sliven):
        made = Service.objects.get(name="Копие на Дневен център")
        assert answer["Location"] == page(made)
        assert (made.status, made.checked_on, made.slug) == (
            "draft",
            None,
            "kopie-na-dneven-tsentar",
        )
        assert made.public_id != service.public_id
        assert list(made.kinds.all()) == [kind]
        assert (made.fees.count(), made.papers.count(), made.capacities.count()) == (1, 1, 0)
        twin = made.sites.get()
        assert (twin.name, twin.hours.count()) == ("Слънце", 1)
        assert twin.public_id != site.public_id
        assert service.sites.get().hours.count() == 1
    assert head.post(page(service, "kopie/")).status_code == 302


# History


def test_the_history_tells_who_changed_what(head, service):
    data = form_of(head, page(service, "nakratko/")) | {"summary": "Помощ за деца."}
    head.post(page(service, "nakratko/"), data)
    text = head.get(page(service, "istoriya/")).text
    assert f"Променена от {head.user.name}" in text
    assert "<del>" in text
    assert "деца" in text
    assert "Вписана" in text


def test_writes_that_change_nothing_are_not_told(head, service):
    with municipality_scope(service.municipality):
        for _ in range(3):
            service.save(update_fields=["updated_at"])
    answer = head.get(page(service, "istoriya/"))
    assert answer.context["page_obj"].paginator.count == 1


@pytest.mark.parametrize("number", ["%00", "0", "99999999999999999999999", "-1", "abc"])
def test_any_page_number_of_the_history_is_answered(head, service, number):
    assert head.get(page(service, f"istoriya/?page={number}")).status_code == 200
