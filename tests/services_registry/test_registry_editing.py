"""A service in the registry: its page, its sections, their rows and its places."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import transaction
from django.utils import timezone

from municipalities.hours import MIDNIGHT
from municipalities.tenancy import municipality_scope
from services_registry.forms_parts import stretches
from services_registry.models import (
    Capacity,
    Fee,
    RequiredDocument,
    Service,
    ServicePaper,
    ServiceSite,
)
from services_registry.record import SECTIONS
from services_registry.values import PARTS
from tests import factories
from tests.services_registry.editing import form_of, fresh, page
from tests.test_lists import parts_of

CODES = [section.code for section in (*SECTIONS, *PARTS)]


# Who may


@pytest.mark.parametrize("tail", ["", "izgled/", "istoriya/"])
def test_staff_read_a_draft_and_strangers_of_other_places_do_not(
    specialist, elena_specialist, draft, tail
):
    assert specialist.get(page(draft, tail)).status_code == 200
    assert elena_specialist.get(page(draft, tail)).status_code == 404


@pytest.mark.parametrize("code", CODES)
def test_a_specialist_edits_nothing(specialist, service, code):
    assert specialist.get(page(service, f"{code}/")).status_code == 403
    assert specialist.post(page(service, f"{code}/"), {"name": "Друго"}).status_code == 403
    assert "Промени" not in specialist.get(page(service)).text


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "izgled/",
        "istoriya/",
        "nakratko/",
        "taksi/",
        "mesta/",
        "mesta/novo/",
        "kopie/",
        "stapka/spirane/",
    ],
)
def test_a_service_of_another_municipality_is_not_there(head, elena, tail):
    foreign = factories.ServiceFactory(municipality=elena)
    missing = head.get(page(foreign, tail).replace(str(foreign.pk), "999999999"))
    answer = head.get(page(foreign, tail))
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert head.post(page(foreign, tail), {"name": "Моя"}).status_code in (404, 405)
    assert fresh(foreign).status == "published"


@pytest.mark.parametrize("tail", ["nyama/", "stapka/nyama/", "mesta/999999999/"])
def test_what_is_not_a_section_a_step_or_a_place_is_not_there(head, service, tail):
    assert head.get(page(service, tail)).status_code == 404
    assert head.post(page(service, tail)).status_code == 404


def test_a_place_of_another_service_is_not_there(head, service, sliven):
    other = factories.ServiceSiteFactory(
        municipality=sliven, settlement=factories.SettlementFactory(municipality=sliven)
    )
    assert head.get(page(service, f"mesta/{other.pk}/")).status_code == 404
    assert head.post(page(service, f"mesta/{other.pk}/zakrivane/")).status_code == 404
    with municipality_scope(sliven):
        assert ServiceSite.objects.filter(pk=other.pk).exists()


# The page


def test_the_page_shows_what_is_written_and_is_quiet_about_the_rest(specialist, service):
    text = specialist.get(page(service)).text
    assert "Помощ за хора, които имат нужда." in text
    assert "Слънце" in text
    assert "още не е попълнено" in text
    assert "За кого не е</dt>" not in text


def test_the_preview_shows_a_draft_as_citizens_would_see_it(specialist, client, draft):
    text = specialist.get(page(draft, "izgled/")).text
    assert "noindex" in text
    assert "Чернова" in text
    assert "/greshka/" not in text, "what citizens open is not there yet"
    assert "/list/" not in text
    assert client.get(draft.get_absolute_url()).status_code == 404


# Sections


@pytest.mark.parametrize("code", [code for code in CODES if code not in ("mesta", "kapatsitet")])
def test_a_section_saved_as_it_stands_changes_nothing(head, service, code):
    with municipality_scope(service.municipality):
        before = Service.objects.filter(pk=service.pk).values().get()
    answer = head.post(page(service, f"{code}/"), form_of(head, page(service, f"{code}/")))
    assert answer.status_code == 302
    with municipality_scope(service.municipality):
        after = Service.objects.filter(pk=service.pk).values().get()
    gone = ("updated_at", "search_vector")
    assert {k: v for k, v in before.items() if k not in gone} == {
        k: v for k, v in after.items() if k not in gone
    }


def test_a_section_saves_its_own_fields_only_and_the_search_follows(head, client, service):
    data = form_of(head, page(service, "nakratko/"))
    data |= {"summary": "Занимания с керамика.", "status": "closed", "slug": "drugo"}
    answer = head.post(page(service, "nakratko/"), data)
    assert answer["Location"].endswith("#nakratko")
    stored = fresh(service)
    assert (stored.summary, stored.status, stored.slug) == (
        "Занимания с керамика.",
        "published",
        "dneven",
    )
    assert "Дневен център" in client.get("/uslugi/?q=керамика").text


def test_nothing_typed_is_lost_on_an_error(head, service):
    data = form_of(head, page(service, "nakratko/")) | {"name": "", "summary": "Дълго писано."}
    answer = head.post(page(service, "nakratko/"), data)
    assert answer.status_code == 422
    assert "Дълго писано." in answer.text
    assert "Грешка:" in answer.text
    assert "Напишете как се казва услугата." in answer.text
    assert fresh(service).name == "Дневен център"


def test_links_are_ticked_and_kept_in_the_history(head, service):
    group = factories.TargetGroupFactory(name="Хора над 65 години", plain_name="Възрастни")
    data = form_of(head, page(service, "za-kogo/")) | {"target_groups": [group.pk]}
    assert head.post(page(service, "za-kogo/"), data).status_code == 302
    with municipality_scope(service.municipality):
        assert list(fresh(service).target_groups.all()) == [group]
    assert str(group) in head.get(page(service, "istoriya/")).text


def test_somebody_else_saved_the_same_section_meanwhile(head, administrator, service):
    mine = form_of(head, page(service, "nakratko/")) | {"summary": "Моето изречение."}
    theirs = form_of(administrator, page(service, "nakratko/")) | {"summary": "Чуждо изречение."}
    assert administrator.post(page(service, "nakratko/"), theirs).status_code == 302

    answer = head.post(page(service, "nakratko/"), mine)
    assert answer.status_code == 409
    assert "Чуждо изречение." in answer.text
    assert "Моето изречение." in answer.text
    assert fresh(service).summary == "Чуждо изречение."

    seen = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert head.post(page(service, "nakratko/"), mine | {"seen": seen[1]}).status_code == 302
    assert fresh(service).summary == "Моето изречение."


def test_another_section_saved_meanwhile_is_no_conflict(head, administrator, service):
    mine = form_of(head, page(service, "nakratko/")) | {"summary": "Моето изречение."}
    theirs = form_of(administrator, page(service, "lesno/")) | {"easy_read": "Кратко."}
    assert administrator.post(page(service, "lesno/"), theirs).status_code == 302
    assert head.post(page(service, "nakratko/"), mine).status_code == 302
    assert (fresh(service).summary, fresh(service).easy_read) == ("Моето изречение.", "Кратко.")


def test_sent_twice_is_saved_once(head, service):
    data = form_of(head, page(service, "nakratko/")) | {"summary": "Едно и също."}
    assert head.post(page(service, "nakratko/"), data).status_code == 302
    assert head.post(page(service, "nakratko/"), data).status_code == 302
    assert fresh(service).summary == "Едно и също."


def test_the_address_of_a_namesake_is_refused_in_words(head, service, sliven):
    factories.ServiceFactory(municipality=sliven, slug="zaeto")
    data = form_of(head, page(service, "tarsene/")) | {"slug": "zaeto"}
    assert head.post(page(service, "tarsene/"), data).status_code == 422


NASTY = ["\x00", "я" * 100_000, str(2**63), "-1", "<b>", "31.02.2026", "01.01.0001"]


def same_in_every_row(names) -> dict[str, list[str]]:
    """Return the names of fields by what they are called without the number of their row."""
    fields: dict[str, list[str]] = {}
    for name in names:
        fields.setdefault(re.sub(r"-\d+-", "-*-", name), []).append(name)
    return fields


def nasty_in_turn(names) -> list[tuple[str, list[str], str]]:
    """Return (what it is called, its fields, a value): each field gets three of NASTY in turn."""
    return [
        (name, alike, NASTY[(3 * place + n) % len(NASTY)])
        for place, (name, alike) in enumerate(same_in_every_row(names).items())
        for n in range(3)
    ]


@pytest.mark.parametrize("code", [code for code in CODES if code != "mesta"])
def test_nonsense_in_a_section_is_refused_in_words(head, service, code):
    head.is_careful = False
    data = form_of(head, page(service, f"{code}/"))
    for name, alike, value in nasty_in_turn(data):
        wrong = dict.fromkeys(alike, (value, value))
        answer = head.post(page(service, f"{code}/"), data | wrong)
        assert answer.status_code in (302, 409, 422), (name, value)
    assert head.post(page(service, f"{code}/"), {}).status_code in (302, 409, 422)


# Rows


def test_a_fee_with_its_act_and_dates(head, client, service):
    data = form_of(head, page(service, "taksi/"))
    data |= {
        "red-1-user_group": "деца",
        "red-1-kind": "fixed",
        "red-1-amount": "12,50",
        "red-1-per": "month",
        "red-1-legal_act": "Решение 7",
        "red-1-valid_from": "1.1.2026",
        "red-1-valid_to": "31.12.2030",
        "red-1-verified": "on",
    }
    assert head.post(page(service, "taksi/"), data).status_code == 302
    with municipality_scope(service.municipality):
        fee = Fee.objects.get(service=service, user_group="деца")
    assert (str(fee.amount), fee.valid_from, fee.verified) == ("12.50", dt.date(2026, 1, 1), True)
    assert "12,50" in client.get(service.get_absolute_url()).text
    assert "Решение 7" in head.get(page(service, "istoriya/")).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "fixed", "amount": ""}, "Напишете сумата"),
        ({"kind": "fixed", "amount": "-3"}, "по-голяма или равна"),
        ({"kind": "fixed", "amount": "3", "verified": "on"}, "Напишете акта"),
        ({"valid_from": "2.2.2026", "valid_to": "1.2.2026"}, "Краят е преди началото"),
    ],
)
def test_a_fee_that_cannot_be_is_refused_and_kept(head, service, change, said):
    data = form_of(head, page(service, "taksi/")) | {"red-1-user_group": "старци"}
    data |= {"red-1-kind": "free"} | {f"red-1-{name}": value for name, value in change.items()}
    answer = head.post(page(service, "taksi/"), data)
    assert answer.status_code == 422
    assert "старци" in answer.text
    assert said in answer.text
    assert "Грешка: " in answer.text


def test_a_row_of_another_service_cannot_be_taken_over(head, service, sliven):
    foreign = factories.FeeFactory(municipality=sliven, user_group="чужда")
    data = form_of(head, page(service, "taksi/"))
    data |= {"red-0-id": foreign.pk, "red-0-user_group": "моя", "red-0-kind": "free"}
    head.post(page(service, "taksi/"), data)
    with municipality_scope(sliven):
        assert Fee.objects.get(pk=foreign.pk).user_group == "чужда"


def test_papers_are_added_and_deleted(head, service):
    paper = RequiredDocument.objects.create(code="lk", name="Лична карта")
    url = page(service, "dokumenti/")
    data = form_of(head, url) | {"red-0-document": paper.pk, "red-0-note": "за справка"}
    assert head.post(url, data).status_code == 302
    data = form_of(head, url)
    with municipality_scope(service.municipality):
        assert ServicePaper.objects.get(service=service).document == paper
    assert head.post(url, data | {"red-0-DELETE": "on"}).status_code == 302
    with municipality_scope(service.municipality):
        assert not ServicePaper.objects.filter(service=service).exists()


def test_places_of_the_same_day_are_written_over(head, service):
    url = page(service, "kapatsitet/")
    for free in (5, 3):
        data = form_of(head, url) | {"places": 20, "free": free, "waiting": 1}
        assert head.post(url, data).status_code == 302
    with municipality_scope(service.municipality):
        assert list(Capacity.objects.filter(service=service).values_list("free", flat=True)) == [3]
    data |= {"free": 21}
    assert head.post(url, data).status_code == 422


# Places


def test_a_place_is_added_with_its_week_changed_and_closed(head, client, service):
    with municipality_scope(service.municipality):
        settlement = service.sites.get().settlement_id
    url = page(service, "mesta/novo/")
    data = form_of(head, url) | {
        "myasto-name": "Второ място",
        "myasto-settlement": settlement,
        "myasto-lift": "true",
        "chasove-day_1": "8.30-12, 13:00–17:00",
        "chasove-day_7": "денонощно",
        "dni-0-first_day": "24.12.2026",
        "dni-0-last_day": "31.12.2026",
        "dni-0-reason": "ваканция",
    }
    assert head.post(url, data).status_code == 302
    with municipality_scope(service.municipality):
        site = ServiceSite.objects.get(name="Второ място")
        hours = [(h.weekday, h.opens, h.closes) for h in site.hours.all()]
        assert hours == [
            (1, dt.time(8, 30), dt.time(12)),
            (1, dt.time(13), dt.time(17)),
            (7, dt.time(0), MIDNIGHT),
        ]
        assert site.exceptions.get().reason == "ваканция"
        assert (site.lift, site.parking) == (True, None)

    url = page(service, f"mesta/{site.pk}/")
    data = form_of(head, url)
    assert data["chasove-day_1"] == "8:30–12:00, 13:00–17:00"
    data |= {"chasove-day_7": "", "dni-0-DELETE": "on", "myasto-phone": "044 123"}
    assert head.post(url, data).status_code == 302
    with municipality_scope(service.municipality):
        assert site.hours.count() == 2
        assert site.exceptions.count() == 0

    answer = head.post(url, data)
    assert answer.status_code in (409, 422), "what was read is no longer what is stored"
    assert head.get(page(service, f"mesta/{site.pk}/zakrivane/")).status_code == 200
    assert head.post(page(service, f"mesta/{site.pk}/zakrivane/")).status_code == 302
    assert "Второ място" not in client.get(service.get_absolute_url()).text
    assert "Второ място" in head.get(page(service, "istoriya/")).text


def test_a_place_of_another_municipality_is_no_choice(head, service, elena):
    there = factories.SettlementFactory(municipality=elena)
    url = page(service, "mesta/novo/")
    data = form_of(head, url) | {"myasto-settlement": there.pk}
    assert head.post(url, data).status_code == 422


def test_nonsense_in_a_place_is_refused_in_words(head, service):
    head.is_careful = False
    with municipality_scope(service.municipality):
        site = service.sites.get()
    url = page(service, f"mesta/{site.pk}/")
    data = form_of(head, url)
    for name, alike, value in nasty_in_turn(data):
        wrong = dict.fromkeys(alike, (value, value))
        assert head.post(url, data | wrong).status_code in (302, 409, 422), (name, value)


@pytest.mark.parametrize(
    "text", ["утре", "8", "17-8", "8-12, 11-13", "25-26", "8:70-9", "22:00-6:00", "1-2," * 5]
)
def test_hours_that_cannot_be(text):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        stretches(text)


# Queries


def changes_of(service):
    def make(count: int) -> None:
        with municipality_scope(service.municipality), transaction.atomic():
            for number in range(count):
                service.summary = f"{timezone.now()} {number}"
                service.owner = factories.UserFactory()
                service.save(update_fields=["summary", "owner", "updated_at"])

    return make


@pytest.mark.parametrize("tail", ["", "izgled/", "mesta/", "taksi/", "nakratko/", "za-kogo/"])
def test_pages_of_a_service_take_as_many_queries_for_many_rows(head, queries, sliven, tail):
    service = factories.ServiceFactory(municipality=sliven)
    name = f"registar: usluga {tail.strip('/')}".strip()
    queries.assert_same(head, page(service, tail), parts_of(service), name=name, at_most=26)


def test_the_history_takes_as_many_queries_for_many_changes(head, queries, service):
    queries.assert_same(
        head, page(service, "istoriya/"), changes_of(service), name="registar: istoriya", at_most=12
    )
