"""A service in the registry: its page, its sections, its way, its copy and its history."""

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
from tests.test_lists import parts_of

CODES = [section.code for section in (*SECTIONS, *PARTS)]


@pytest.fixture
def service(sliven):
    """A published service of Сливен with a place and a fee."""
    made = factories.ServiceFactory(municipality=sliven, name="Дневен център", slug="dneven")
    settlement = factories.SettlementFactory(municipality=sliven)
    factories.ServiceSiteFactory(
        municipality=sliven, service=made, settlement=settlement, name="Слънце"
    )
    factories.FeeFactory(municipality=sliven, service=made)
    return made


@pytest.fixture
def draft(sliven):
    return factories.ServiceFactory(
        municipality=sliven, name="Чернова", status="draft", summary="", settings=[]
    )


def page(service, tail: str = "") -> str:
    return f"/registar/uslugi/{service.pk}/{tail}"


def form_of(client, url: str) -> dict:
    """Return the fields of the page's own form as they stand, as a browser would send them."""
    from tests.support.forms import forms_of

    response = client.get(url)
    assert response.status_code == 200
    text = response.text
    unchecked = {
        match.group(1)
        for tag in re.findall(r"<input[^>]+>", text)
        if ("checkbox" in tag or "radio" in tag) and (match := re.search(r'name="([^"]+)"', tag))
    }
    checked: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", text):
        name = re.search(r'name="([^"]+)"', tag)
        if name and name[1] in unchecked and "checked" in tag:
            value = re.search(r'value="([^"]*)"', tag)
            checked.setdefault(name[1], []).append(value[1] if value else "on")
    form = next(f for f in forms_of(url, text) if "seen" in f.names or f.action.endswith("novo/"))
    data = {name: value for name, value in form.fields if name not in unchecked}
    for name in re.findall(r'<textarea[^>]+name="([^"]+)"', text):
        field = response.context["form"][name]
        data[name] = field.value() or ""
    return {**data, **checked}


def fresh(service) -> Service:
    with municipality_scope(service.municipality):
        return Service.objects.get(pk=service.pk)


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


@pytest.mark.parametrize("code", [code for code in CODES if code != "mesta"])
def test_nonsense_in_a_section_is_refused_in_words(head, service, code):
    head.is_careful = False
    data = form_of(head, page(service, f"{code}/"))
    for value in NASTY:
        for name in data:
            answer = head.post(page(service, f"{code}/"), data | {name: [value, value]})
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


@pytest.mark.parametrize("value", NASTY)
def test_nonsense_in_a_place_is_refused_in_words(head, service, value):
    head.is_careful = False
    with municipality_scope(service.municipality):
        site = service.sites.get()
    url = page(service, f"mesta/{site.pk}/")
    data = form_of(head, url)
    for name in data:
        assert head.post(url, data | {name: [value] * 2}).status_code in (302, 409, 422), name


@pytest.mark.parametrize(
    "text", ["утре", "8", "17-8", "8-12, 11-13", "25-26", "8:70-9", "22:00-6:00", "1-2," * 5]
)
def test_hours_that_cannot_be(text):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        stretches(text)


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
