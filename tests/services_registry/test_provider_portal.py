"""The provider's portal: what changes in two presses, for whom, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from services_registry.forms_provider import TimeBox
from services_registry.models import (
    Capacity,
    Confirmation,
    ServiceSite,
    SiteException,
)
from services_registry.upkeep.models import Side
from tests import factories
from tests.support import people
from tests.support.html import without_marks

TODAY = timezone.localdate


@pytest.fixture
def service(sliven, provider):
    return factories.ServiceFactory(
        municipality=sliven, provider=provider.provider, name="Дневен център"
    )


@pytest.fixture
def site(sliven, service):
    return factories.ServiceSiteFactory(municipality=sliven, service=service, name="Центърът")


@pytest.fixture
def foreign(sliven):
    """A service of another provider of the same municipality, with a place."""
    other = factories.ServiceFactory(municipality=sliven, name="Чужда услуга")
    factories.ServiceSiteFactory(municipality=sliven, service=other, phone="044 1")
    factories.CapacityFactory(municipality=sliven, service=other)
    return other


def rows(sliven, model, **found):
    with municipality_scope(sliven):
        return list(model.objects.filter(**found))


def history(sliven, service):
    """Return what is kept with the changes of the service, [what, before, after], in order."""
    events = service.pgh_event_model
    with municipality_scope(sliven):
        found = events.objects.filter(pgh_obj_id=service.pk, pgh_context__isnull=False)
        kept = [e.pgh_context.metadata for e in found.order_by("pk").select_related("pgh_context")]
    return [row for metadata in kept for row in metadata.get("record", [])]


# Free places


def places(service):
    return f"/dostavchik/uslugi/{service.pk}/mesta/"


def numbers(service, free, waiting, total, version=""):
    values = {"free": free, "waiting": waiting, "places": total, "version": version}
    return {f"u{service.pk}-{name}": value for name, value in values.items()}


def version_on_page(client, service):
    page = client.get("/dostavchik/").context["cards"]
    (card,) = [card for card in page if card["service"].pk == service.pk]
    return card["form"].initial["version"]


def test_free_places_are_written_for_today_and_stay_when_pressed_twice(provider, service, sliven):
    old = factories.CapacityFactory(
        municipality=sliven, service=service, as_of=TODAY() - dt.timedelta(days=40)
    )
    assert "Чака ви преглед" in provider.get("/dostavchik/").content.decode()
    sent = numbers(service, "3", "7", "30", version_on_page(provider, service))
    for _press in range(2):
        answer = provider.post(places(service), sent)
        assert answer.status_code == 302
    page = provider.get(answer.url.partition("#")[0]).content.decode()
    assert "Записано." in page
    written = rows(sliven, Capacity, service=service)
    assert [(c.as_of, c.free, c.waiting, c.places) for c in written] == [
        (TODAY(), 3, 7, 30),
        (old.as_of, 4, 0, 30),
    ]
    assert [after[:22] for _what, _before, after in history(sliven, service)] == [
        "свободни 3, чакащи 7, "
    ]


def test_what_a_provider_changes_is_read_in_the_history_of_the_record(
    provider, service, specialist
):
    sent = numbers(service, "3", "7", "30", version_on_page(provider, service))
    assert provider.post(places(service), sent).status_code == 302
    page = specialist.get(f"/registar/uslugi/{service.pk}/istoriya/").content.decode()
    assert f"Променена от {provider.user.name}" in page
    assert "Свободни места" in page
    assert "свободни 3, чакащи 7" in page


def test_the_same_numbers_today_are_said_anew(provider, service, sliven):
    yesterday = TODAY() - dt.timedelta(days=1)
    factories.CapacityFactory(municipality=sliven, service=service, as_of=yesterday)
    provider.post(places(service), numbers(service, "4", "0", "30", "каквото и да е"))
    assert [c.as_of for c in rows(sliven, Capacity, service=service)] == [TODAY(), yesterday]


def test_more_free_than_places_is_told_by_the_field_and_keeps_what_was_typed(provider, service):
    answer = provider.post(places(service), numbers(service, "31", "0", "30"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Грешка:" in page
    assert f'id="id_u{service.pk}-free_error"' in page
    assert 'value="31"' in page


@pytest.mark.parametrize(
    "wrong", ["", "-1", "9" * 30, "9" * 5000, "2,5", "три", "\x00", str(2**63), "100000"]
)
def test_what_is_no_count_of_places_is_refused(provider, service, sliven, wrong):
    for name in ("free", "waiting", "places"):
        sent = {**numbers(service, "1", "1", "9"), f"u{service.pk}-{name}": wrong}
        assert provider.post(places(service), sent).status_code == 422
    assert provider.post(places(service), {}).status_code == 422
    assert rows(sliven, Capacity, service=service) == []


def test_two_tabs_do_not_overwrite_each_other_in_silence(provider, service, sliven):
    factories.CapacityFactory(municipality=sliven, service=service)
    version = version_on_page(provider, service)
    provider.post(places(service), numbers(service, "1", "0", "30", version))
    answer = provider.post(places(service), numbers(service, "2", "0", "30", version))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "свободни 1, чакащи 0, всичко места 30" in page
    assert 'value="2"' in page
    assert [c.free for c in rows(sliven, Capacity, service=service)] == [1]
    again = numbers(service, "2", "0", "30", answer.context["form"]["version"].value())
    assert provider.post(places(service), again).status_code == 302
    assert [c.free for c in rows(sliven, Capacity, service=service)] == [2]


# Whose


def test_what_is_anothers_is_as_missing_as_what_never_was(provider, sliven, foreign, elena):
    theirs = factories.ServiceFactory(municipality=elena)
    site = rows(sliven, ServiceSite, service=foreign)[0]
    with municipality_scope(sliven):
        day = SiteException.objects.create(
            municipality=sliven, site=site, first_day=TODAY(), last_day=TODAY()
        )
    missing = provider.get("/dostavchik/uslugi/999999/")
    assert missing.status_code == 404
    for pk in (foreign.pk, theirs.pk, 2**80):
        for path in ("", "mesta/", "vyarno/", "kontakti/", "predlozhenie/"):
            url = f"/dostavchik/uslugi/{pk}/{path}"
            answer = provider.get(url) if path in ("", "predlozhenie/") else provider.post(url)
            assert answer.status_code == 404, url
            if not path:
                assert without_marks(answer) == without_marks(missing)
    for path in ("kontakti/", "vreme/", "dni/", f"dni/{day.pk}/mahni/"):
        answer = provider.post(f"/dostavchik/mesta/{site.pk}/{path}", {f"k{site.pk}-phone": "1"})
        assert answer.status_code == 404, path
    assert rows(sliven, SiteException) == [day]
    assert rows(sliven, ServiceSite, pk=site.pk)[0].phone == "044 1"


def test_days_are_not_removed_through_ones_own_place(provider, site, sliven, foreign):
    other = rows(sliven, ServiceSite, service=foreign)[0]
    with municipality_scope(sliven):
        day = SiteException.objects.create(
            municipality=sliven, site=other, first_day=TODAY(), last_day=TODAY()
        )
    provider.post(f"/dostavchik/mesta/{site.pk}/dni/{day.pk}/mahni/")
    assert rows(sliven, SiteException) == [day]


def test_a_draft_is_its_providers_and_a_closed_service_nobodys(provider, service, sliven):
    url = f"/dostavchik/uslugi/{service.pk}/"
    colleague = people.person_of_provider(sliven)
    for status, seen in (("draft", 200), ("review", 200), ("closed", 404)):
        service.status = status
        with municipality_scope(sliven):
            service.save(update_fields=["status"])
        assert provider.get(url).status_code == seen
        assert colleague.get(url).status_code == 404


def test_staff_have_no_way_into_the_portal_of_a_provider(head, service):
    assert head.get(f"/dostavchik/uslugi/{service.pk}/").status_code == 403
    assert head.post(places(service), {}).status_code == 403


# Still true


def test_one_press_confirms_and_a_second_adds_nothing(provider, service, sliven):
    url = f"/dostavchik/uslugi/{service.pk}/vyarno/"
    assert "Чака ви преглед" in provider.get("/dostavchik/").content.decode()
    for _press in range(2):
        assert provider.post(url).status_code == 302
    assert [c.side for c in rows(sliven, Confirmation, service=service)] == [Side.PROVIDER]
    assert "Чака ви преглед" not in provider.get("/dostavchik/").content.decode()


# Contacts


def test_contacts_of_a_place_and_of_the_provider(provider, site, sliven):
    url = f"/dostavchik/uslugi/{site.service_id}/"
    page = provider.get(url).context
    version = page["places"][0]["contacts"].initial["version"]
    key = f"k{site.pk}"
    sent = {f"{key}-phone": "044 61 11 48", f"{key}-email": "", f"{key}-version": version}
    for _press in range(2):
        assert provider.post(f"/dostavchik/mesta/{site.pk}/kontakti/", sent).status_code == 302
    assert rows(sliven, ServiceSite, pk=site.pk)[0].phone == "044 61 11 48"
    stale = {**sent, f"{key}-phone": "112"}
    answer = provider.post(f"/dostavchik/mesta/{site.pk}/kontakti/", stale)
    assert answer.status_code == 422
    assert "Сега е записано: 044 61 11 48" in answer.content.decode()

    version = page["provider_form"].initial["version"]
    sent = {"p-phone": "0888 1", "p-email": "centar@example.bg", "p-version": version}
    assert provider.post(f"{url}kontakti/", sent).status_code == 302
    provider.provider.refresh_from_db()
    assert provider.provider.email == "centar@example.bg"
    assert provider.post(f"{url}kontakti/", {**sent, "p-phone": "2"}).status_code == 422


@pytest.mark.parametrize("phone", ["няма", "\x00", "1" * 41, "<b>1</b>"])
def test_what_is_no_phone_is_refused(provider, site, phone):
    answer = provider.post(f"/dostavchik/mesta/{site.pk}/kontakti/", {f"k{site.pk}-phone": phone})
    assert answer.status_code == 422


# Hours


def hours(provider, site, **times):
    page = provider.get(f"/dostavchik/uslugi/{site.service_id}/").context["places"][0]
    sent = {f"v{site.pk}-version": page["week"].initial["version"]}
    sent |= {f"v{site.pk}-{name}": value for name, value in times.items()}
    return sent


def week_of(sliven, site):
    with municipality_scope(sliven):
        return [(h.weekday, f"{h.opens:%H:%M}-{h.closes:%H:%M}") for h in site.hours.all()]


def test_a_week_is_written_and_only_over_the_week_that_was_seen(provider, site, sliven):
    url = f"/dostavchik/mesta/{site.pk}/vreme/"
    sent = hours(
        provider,
        site,
        d1a_opens="8.30",
        d1a_closes="12:00",
        d1b_opens="12:30",
        d1b_closes="17:00",
        d6a_opens="09:00",
        d6a_closes="13:00",
    )
    for _press in range(2):
        assert provider.post(url, sent).status_code == 302
    week = [(1, "08:30-12:00"), (1, "12:30-17:00"), (6, "09:00-13:00")]
    assert week_of(sliven, site) == week
    stale = {**sent, f"v{site.pk}-d6a_opens": "10:00"}
    answer = provider.post(url, stale)
    assert answer.status_code == 422
    assert "събота: 9:00 – 13:00" in answer.content.decode()
    assert week_of(sliven, site) == week
    (change,) = history(sliven, site.service)
    assert change[0] == "Работно време: Центърът"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("8", dt.time(8)),
        ("08", dt.time(8)),
        ("830", dt.time(8, 30)),
        ("1700", dt.time(17)),
        ("8,30", dt.time(8, 30)),
        (" 8.30 ", dt.time(8, 30)),
        ("24:00", dt.time(23, 59)),
        ("24", dt.time(23, 59)),
    ],
)
def test_hours_are_read_as_people_write_them(typed, meant):
    assert TimeBox("от").clean(typed) == meant


@pytest.mark.parametrize("typed", ["25", "8:60", "8:5", "12345", "осем", "٨", "-8", "8:30 PM"])
def test_what_is_no_hour_is_refused(typed):
    with pytest.raises(ValidationError):
        TimeBox("от").clean(typed)


def test_hours_are_shown_as_they_may_be_written():
    shown = [TimeBox("от").prepare_value(dt.time(*at)) for at in ((8, 5), (23, 59))]
    assert shown == ["8:05", "24:00"]


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"d1a_opens": "08:00"}, "d1a_closes"),
        ({"d1a_closes": "08:00"}, "d1a_opens"),
        ({"d1a_opens": "09:00", "d1a_closes": "09:00"}, "d1a_closes"),
        (
            {
                "d1a_opens": "9:00",
                "d1a_closes": "13:00",
                "d1b_opens": "12:00",
                "d1b_closes": "14:00",
            },
            "d1b_opens",
        ),
        ({"d1a_opens": "\x00", "d1a_closes": "12:00"}, "d1a_opens"),
        ({"d1a_opens": "99:99", "d1a_closes": "12:00"}, "d1a_opens"),
    ],
)
def test_a_week_that_cannot_be_is_refused_by_its_field(provider, site, sliven, times, field):
    answer = provider.post(f"/dostavchik/mesta/{site.pk}/vreme/", hours(provider, site, **times))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert week_of(sliven, site) == []


def test_monday_is_copied_to_the_working_days_and_saved_by_the_next_press(provider, site, sliven):
    url = f"/dostavchik/mesta/{site.pk}/vreme/"
    sent = hours(provider, site, d1a_opens="08:00", d1a_closes="16:00", d7a_opens="10:00")
    answer = provider.post(url, {**sent, "kato-ponedelnik": "1"})
    form = answer.context["places"][0]["week"]
    assert answer.status_code == 200
    assert form.initial["d5a_closes"] == "16:00"
    assert form.initial["d6a_opens"] == ""
    assert form.initial["d7a_opens"] == "10:00"
    assert week_of(sliven, site) == []
    sent = {f"v{site.pk}-{name}": value for name, value in form.initial.items()}
    assert provider.post(url, {**sent, f"v{site.pk}-d7a_opens": ""}).status_code == 302
    assert [day for day, _times in week_of(sliven, site)] == [1, 2, 3, 4, 5]


# Exceptional days


def days(site, first, last="", opens="", closes="", reason=""):
    values = {"first_day": first, "last_day": last, "opens": opens, "closes": closes}
    return {f"d{site.pk}-{name}": value for name, value in {**values, "reason": reason}.items()}


def test_days_are_added_once_and_taken_away(provider, site, sliven):
    url = f"/dostavchik/mesta/{site.pk}/dni/"
    soon = TODAY() + dt.timedelta(days=10)
    for _press in range(2):
        answer = provider.post(url, days(site, f"{soon:%d.%m.%Y}", reason="ремонт"))
        assert answer.status_code == 302
    (day,) = rows(sliven, SiteException, site=site)
    assert (day.first_day, day.last_day, day.opens) == (soon, soon, None)
    clash = provider.post(url, days(site, f"{soon:%d.%m.%Y}", "", "9:00", "12:00"))
    assert clash.status_code == 422
    assert "вече е записано" in clash.content.decode()
    for _press in range(2):
        assert provider.post(f"{url}{day.pk}/mahni/").status_code == 302
    assert rows(sliven, SiteException, site=site) == []
    assert [after == "" for _what, _before, after in history(sliven, site.service)] == [False, True]


@pytest.mark.parametrize(
    ("first", "last", "opens", "closes"),
    [
        ("", "", "", ""),
        ("01.01.0001", "", "", ""),
        ("31.12.9999", "", "", ""),
        ("\x00", "", "", ""),
        ("31.02.2026", "", "", ""),
        ("{soon}", "01.01.2026", "", ""),
        ("{soon}", "няма", "", ""),
        ("{soon}", "", "9:00", ""),
        ("{soon}", "", "12:00", "9:00"),
    ],
)
def test_days_that_cannot_be_are_refused(provider, site, sliven, first, last, opens, closes):
    soon = f"{TODAY() + dt.timedelta(days=3):%d.%m.%Y}"
    sent = days(site, first.replace("{soon}", soon), last, opens, closes)
    assert provider.post(f"/dostavchik/mesta/{site.pk}/dni/", sent).status_code == 422
    assert rows(sliven, SiteException) == []


# Queries


def test_the_page_of_a_service_takes_the_same_queries_for_many_places(
    provider, service, sliven, queries
):
    def make(count):
        for _ in range(count):
            place = factories.ServiceSiteFactory(municipality=sliven, service=service)
            with municipality_scope(sliven):
                place.hours.create(
                    municipality=sliven, weekday=1, opens=dt.time(8), closes=dt.time(12)
                )
                place.exceptions.create(municipality=sliven, first_day=TODAY(), last_day=TODAY())
                service.changeproposals.create(
                    municipality=sliven, after={"summary": "ново"}, state="withdrawn"
                )

    url = f"/dostavchik/uslugi/{service.pk}/"
    queries.assert_same(provider, url, make, name="dostavchik: a service", at_most=20)
