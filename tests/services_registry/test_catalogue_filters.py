"""The catalogue's filters and their counts, nearness, freshness and the map."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from municipalities.hours import open_state
from municipalities.tenancy import municipality_scope
from services_registry.models import Service, ServiceSite, SiteException, SiteHours
from services_registry.narrowing import CONDITIONS, narrow
from services_registry.open_now import open_at
from services_registry.search import reindex, search
from tests.factories import (
    CapacityFactory,
    FeeFactory,
    LifeSituationFactory,
    MunicipalityFactory,
    ServiceFactory,
    ServiceKindFactory,
    ServiceSiteFactory,
    SettlementFactory,
    TargetGroupFactory,
)

pytestmark = pytest.mark.django_db

SELECTS = ("obshtina", "za", "situatsiya", "vid", "sreda", "tsena")
TICKS = ("mesta", "otvoreno", "vhod")
SOFIA = timezone.get_default_timezone()


def names(client, **params) -> list[str]:
    return [service.name for service in client.get("/uslugi/", params).context["page_obj"]]


def offered(client, **params) -> dict[tuple[str, str], int]:
    """Return (filter, choice) → the number written beside it, of what can be chosen."""
    form = client.get("/uslugi/", params).context["form"]
    found = {}
    for name in SELECTS:
        for value, label in form.fields[name].choices:
            if value:
                found[name, value] = int(re.search(r"\((\d+)\)$", label)[1])
    for field, count, can_be_ticked in form.ticks():
        if can_be_ticked:
            found[field.name, "da"] = count
    return found


class TestCounts:
    @pytest.mark.parametrize(
        "params",
        [
            {},
            {"obshtina": "sliven"},
            {"q": "деца с увреждания", "sreda": "specialised"},
            {"q": "майка ми не може сама", "obshtina": "elena"},
            {"myasto": "с. Бяла", "mesta": "da"},
            {"tsena": "bezplatno", "vhod": "da", "otvoreno": "da"},
            {"vid": "podkrepyashti"},
        ],
        ids=str,
    )
    def test_following_a_choice_gives_as_many_as_it_says(self, demo, client, params):
        choices = offered(client, **params)
        assert choices
        for (name, value), count in choices.items():
            following = {**params, name: value}
            seen = client.get("/uslugi/", following).context
            assert seen["count"] == count, following
            assert len(seen["page_obj"]) == min(count, 20), following

    def test_what_leaves_nothing_is_not_offered_unless_chosen(self, client, sliven, elena):
        kind, other = ServiceKindFactory(number=1), ServiceKindFactory(number=2)
        ServiceFactory(municipality=sliven, kinds=[kind])
        ServiceFactory(municipality=elena, kinds=[other])
        assert offered(client, obshtina="sliven")["vid", kind.code] == 1
        assert ("vid", other.code) not in offered(client, obshtina="sliven")
        both = offered(client, obshtina="sliven", vid=other.code)
        assert both["vid", other.code] == 0
        assert "disabled" in client.get("/uslugi/").content.decode()

    @pytest.mark.parametrize("name", ["tsena", "mesta", "vhod", "otvoreno", "izgled", "sreda"])
    @pytest.mark.parametrize("value", ["няма", "True", "on", "9" * 3000, "da\x00", "' OR 1=1 --"])
    def test_a_wrong_value_is_told_and_left_out(self, client, sliven, name, value):
        ServiceFactory(municipality=sliven)
        answer = client.get("/uslugi/", {name: value})
        assert answer.status_code == 200
        assert "Няма такъв избор" in answer.content.decode()
        assert answer.context["count"] == 1

    def test_the_last_of_a_repeated_parameter_counts(self, client, sliven, elena):
        ServiceFactory(municipality=sliven)
        assert client.get("/uslugi/?obshtina=elena&obshtina=sliven").context["count"] == 1

    def test_price_is_of_fees_in_force(self, client, sliven):
        today = timezone.localdate()
        for name, facts in (
            ("Безплатна", {"kind": "free"}),
            ("Някога безплатна", {"kind": "free", "valid_to": today - dt.timedelta(days=1)}),
            ("Според дохода", {"kind": "income_share", "valid_from": today}),
            ("Неясна", {"kind": "unknown"}),
        ):
            service = ServiceFactory(municipality=sliven, name=name)
            FeeFactory(municipality=sliven, service=service, **facts)
        assert names(client, tsena="bezplatno") == ["Безплатна"]
        assert names(client, tsena="s-taksa") == ["Според дохода"]

    def test_free_places_are_of_the_newest_count_and_not_of_a_paused_service(self, client, sliven):
        today = timezone.localdate()
        for name, counts, status in (
            ("Има", (0, 3), "published"),
            ("Имаше", (3, 0), "published"),
            ("Спряна", (3, 3), "paused"),
        ):
            reason = "Ремонт" if status == "paused" else ""
            service = ServiceFactory(
                municipality=sliven, name=name, status=status, paused_reason=reason
            )
            for days, free in zip((9, 1), counts, strict=True):
                day = today - dt.timedelta(days=days)
                CapacityFactory(municipality=sliven, service=service, free=free, as_of=day)
        assert names(client, mesta="da") == ["Има"]

    def test_a_step_free_entrance_is_one_that_somebody_confirmed(self, client, sliven):
        for name, entrance in (("Без стъпала", True), ("Със", False), ("Не се знае", None)):
            service = ServiceFactory(municipality=sliven, name=name)
            ServiceSiteFactory(municipality=sliven, service=service, step_free_entrance=entrance)
        assert names(client, vhod="da") == ["Без стъпала"]

    def test_every_filter_of_the_form_has_its_condition(self):
        assert set(CONDITIONS) == {*SELECTS, *TICKS}
        assert narrow(Service.public.all(), {}).count() == 0


def week(site, *rows) -> None:
    for weekday, opens, closes in rows:
        SiteHours.objects.create(
            municipality=site.municipality, site=site, weekday=weekday, opens=opens, closes=closes
        )


def special(site, first, last, opens=None, closes=None) -> None:
    SiteException.objects.create(
        municipality=site.municipality,
        site=site,
        first_day=first,
        last_day=last,
        opens=opens,
        closes=closes,
    )


@pytest.fixture
def places(sliven) -> list[ServiceSite]:
    """Places of every sort: by day, with a break, at night, round the clock, with odd days."""
    made = [ServiceSiteFactory(municipality=sliven) for _ in range(9)]
    day, broken, night, always, christmas, shut, nested, clock, _unknown = made
    with municipality_scope(sliven):
        week(day, *((n, "08:30", "17:00") for n in range(1, 6)))
        week(broken, *((n, a, b) for n in range(1, 6) for a, b in (("08", "12"), ("13", "17"))))
        week(night, *((n, "20:00", "23:59") for n in range(1, 8)))
        week(night, *((n, "00:00", "07:00") for n in range(1, 8)))
        week(always, *((n, "00:00", "23:59") for n in range(1, 8)))
        week(christmas, *((n, "09:00", "16:00") for n in range(1, 6)))
        special(christmas, "2026-12-24", "2026-12-24", "10:00", "12:00")
        week(shut, *((n, "00:00", "23:59") for n in range(1, 8)))
        special(shut, "2026-12-22", "2026-12-27")
        week(nested, *((n, "09:00", "16:00") for n in range(1, 8)))
        special(nested, "2026-12-20", "2026-12-31")
        special(nested, "2026-12-24", "2026-12-25", "14:00", "15:00")
        special(nested, "2026-12-25", "2026-12-25")
        special(nested, "2026-12-25", "2026-12-25", "09:00", "11:00")
        week(clock, *((n, a, b) for n in (6, 7) for a, b in (("02:30", "03:30"), ("04:05", "05"))))
    return made


MOMENTS = [
    *(f"2026-12-{day} {time}" for day in range(21, 29) for time in ("00:00", "10:30", "14:30")),
    *(f"2026-11-23 {time}" for time in ("06:59", "08:29", "08:30", "12:00", "12:59", "13:00")),
    *(f"2026-11-23 {time}" for time in ("16:59", "17:00", "20:00", "23:58", "23:59")),
    *(f"2026-11-22 {time}" for time in ("02:00", "10:00", "23:59")),
    *(f"2026-03-03 {time}" for time in ("02:00", "10:00", "21:00")),
    *(f"2027-01-01 {time}" for time in ("00:00", "03:00", "10:00")),
]
# The clock goes an hour on at 1:00 UTC on 28 March 2027, and back at 1:00 UTC on 25 October 2026.
CHANGES = [
    dt.datetime(*day, 0, 5, tzinfo=dt.UTC) + dt.timedelta(minutes=15 * step)
    for day in ((2027, 3, 28), (2026, 10, 25))
    for step in range(14)
]


class TestOpenNow:
    @pytest.mark.parametrize("moment", [*MOMENTS, *CHANGES], ids=str)
    def test_the_database_says_what_the_page_of_the_place_says(self, places, moment):
        if isinstance(moment, str):
            moment = dt.datetime.fromisoformat(moment).replace(tzinfo=SOFIA)
        expected = set()
        for site in ServiceSite.public.all():
            exceptions = SiteException.public.filter(site=site)
            state = open_state(SiteHours.public.filter(site=site), moment, exceptions)
            if state and state.is_open:
                expected.add(site.pk)
        assert set(open_at(ServiceSite.public.all(), moment).values_list("pk", flat=True)) == (
            expected
        )

    def test_the_moments_find_some_open_and_some_closed(self, places):
        seen = {
            open_at(
                ServiceSite.public.all(), dt.datetime.fromisoformat(moment).replace(tzinfo=SOFIA)
            ).count()
            for moment in MOMENTS
        }
        assert len(seen) >= 4

    def test_the_filter_asks_of_now(self, client, sliven):
        always = ServiceFactory(municipality=sliven, name="Денонощна")
        site = ServiceSiteFactory(municipality=sliven, service=always)
        never = ServiceFactory(municipality=sliven, name="Без часове")
        ServiceSiteFactory(municipality=sliven, service=never)
        with municipality_scope(sliven):
            week(site, *((n, "00:00", "23:59") for n in range(1, 8)))
        assert names(client, otvoreno="da") == ["Денонощна"]
        with municipality_scope(sliven):
            special(site, timezone.localdate(), timezone.localdate())
        assert names(client, otvoreno="da") == []


def at(municipality, name, north, east, **facts):
    """Make a service with a place in a settlement of its own at the given degrees."""
    settlement = SettlementFactory(
        municipality=municipality, name=f"Село {name}", latitude=north, longitude=east
    )
    service = ServiceFactory(municipality=municipality, name=name, **facts)
    return ServiceSiteFactory(municipality=municipality, service=service, settlement=settlement)


class TestNearness:
    @pytest.fixture(autouse=True)
    def _town(self, sliven):
        SettlementFactory(municipality=sliven, name="Град", latitude=42.0, longitude=26.0)

    def test_the_nearest_is_first_and_neighbours_come_after(self, client, sliven, elena):
        at(sliven, "Далечна", 42.3, 26.0)
        at(sliven, "Близка", 42.01, 26.0)
        at(elena, "Съседна", 42.0, 26.12)
        at(elena, "Отвъд", 42.0, 27.0)
        ServiceFactory(municipality=sliven, name="Без място")
        assert names(client, myasto="Град") == ["Близка", "Далечна", "Без място", "Съседна"]
        page = client.get("/uslugi/", {"myasto": "Град"})
        assert [s.km and round(s.km) for s in page.context["page_obj"]] == [1, 33, None, 10]
        assert "на 33 км" in page.content.decode()
        assert page.content.decode().count("съседна община") == 1

    def test_help_at_home_is_not_brought_from_another_municipality(self, client, sliven, elena):
        at(elena, "В дома", 42.0, 26.05, settings=["home"])
        at(elena, "В център", 42.0, 26.05, settings=["home", "specialised"])
        assert names(client, myasto="Град") == ["В център"]

    def test_with_words_a_nearer_answer_outweighs_a_slightly_better_one(self, client, sliven):
        at(sliven, "Топъл обяд горе", 42.34, 26.0)
        at(sliven, "Топъл обяд долу", 42.0, 26.0)
        with municipality_scope(sliven):
            reindex(Service.objects.all())
        assert names(client, q="топъл обяд", myasto="Град") == [
            "Топъл обяд долу",
            "Топъл обяд горе",
        ]

    def test_a_mistyped_settlement_has_a_distance_too(self, client, sliven):
        SettlementFactory(municipality=sliven, name="Желю войвода", latitude=42.56, longitude=26.39)
        at(sliven, "Клуб", 42.56, 26.45)
        page = client.get("/uslugi/", {"myasto": "jeliu voivoda"}).content.decode()
        assert "на 5 км" in page

    def test_a_place_outside_the_portal_has_its_nearest_too(self, client, sliven):
        at(sliven, "Далечна", 42.3, 26.0)
        at(sliven, "Близка", 42.02, 26.0)
        at(sliven, "В дома", 42.02, 26.0, settings=["home"])
        at(sliven, "Отвъд", 42.6, 26.0)
        there = MunicipalityFactory(name="Котел", is_active=False)
        SettlementFactory(municipality=there, name="Жеравна", latitude=42.0, longitude=26.0)
        assert names(client, myasto="с. Жеравна") == ["Близка", "Далечна"]
        page = client.get("/uslugi/", {"myasto": "Жеравна"}).content.decode()
        assert "е в община Котел" in page
        assert "на 2 км" in page
        assert "съседна община" not in page

    def test_a_municipality_without_degrees_leads_to_those_of_its_province(self, client, sliven):
        service = ServiceFactory(municipality=sliven)
        MunicipalityFactory(
            name="Котел", is_active=False, province=sliven.province, centre_ekatte="39030"
        )
        page = client.get("/uslugi/", {"myasto": "Котел"})
        assert list(page.context["page_obj"]) == [service]
        assert page.context["elsewhere"].neighbours == [sliven.name]
        assert page.context["chosen"] == []

    def test_a_secret_address_has_no_distance_and_no_point(self, client, sliven, elena):
        for municipality in (sliven, elena):
            site = at(municipality, "Тайна", 42.01, 26.01)
            with municipality_scope(municipality):
                ServiceSite.objects.filter(pk=site.pk).update(address="", address_is_secret=True)
        page = client.get("/uslugi/", {"myasto": "Град"})
        assert [s.km for s in page.context["page_obj"]] == [None]
        drawing = client.get("/uslugi/", {"izgled": "karta"}).context["drawing"]
        assert drawing.marks == drawing.spots == []
        assert len(drawing.elsewhere) == 2

    def test_places_of_one_name_are_all_meant(self, client, sliven, elena):
        SettlementFactory(municipality=elena, name="Град", latitude=43.0, longitude=25.0)
        at(sliven, "Тук", 42.02, 26.0)
        at(elena, "Там", 43.01, 25.0)
        assert names(client, myasto="Град") == ["Там", "Тук"]


class TestFreshness:
    @pytest.fixture
    def two(self, sliven):
        today = timezone.localdate()
        for name, days in (("Обяд А", 400), ("Обяд Б", 10)):
            ServiceFactory(
                municipality=sliven,
                name=name,
                checked_on=today - dt.timedelta(days=days),
                checked_by="office",
            )
        with municipality_scope(sliven):
            reindex(Service.objects.all())

    def test_what_nobody_confirmed_in_time_sinks(self, client, two):
        assert names(client) == ["Обяд Б", "Обяд А"]
        assert names(client, q="обяд") == ["Обяд Б", "Обяд А"]

    def test_elsewhere_an_empty_search_keeps_the_order_of_names(self, two):
        assert [s.name for s in search(Service.public.all(), "")[0]] == ["Обяд А", "Обяд Б"]


class TestMap:
    def test_points_lead_to_services_and_to_the_list_beside(self, client, sliven):
        alone = at(sliven, "Сама", 42.0, 26.0)
        for name in ("Първа", "Втора"):
            at(sliven, name, 42.5, 26.5)
        page = client.get("/uslugi/", {"izgled": "karta"})
        hrefs = {mark.href for mark in page.context["drawing"].marks}
        assert alone.service.get_absolute_url() in hrefs
        (anchor,) = (href for href in hrefs if href.startswith("#"))
        assert f'id="{anchor[1:]}"' in page.content.decode()
        assert "style=" not in page.content.decode()

    def test_one_place_or_none_is_a_map_too(self, client, sliven):
        assert client.get("/uslugi/", {"izgled": "karta"}).status_code == 200
        at(sliven, "Сама", 42.0, 26.0)
        drawing = client.get("/uslugi/", {"izgled": "karta"}).context["drawing"]
        assert [(m.x, m.y) for m in drawing.marks] == [(drawing.width / 2, drawing.height / 2)]

    def test_north_is_up_and_points_stay_on_the_sheet(self, demo, client):
        drawing = client.get("/uslugi/", {"izgled": "karta"}).context["drawing"]
        assert all(0 < m.x < drawing.width and 0 < m.y < drawing.height for m in drawing.marks)
        assert sum(len(spot.services) for spot in drawing.spots) >= 60

    def test_filters_narrow_the_map(self, demo, client):
        drawing = client.get("/uslugi/?izgled=karta&obshtina=elena").context["drawing"]
        assert {spot.municipality for spot in drawing.spots} == {"Елена"}


class TestQueries:
    @pytest.mark.parametrize(
        ("url", "name", "at_most"),
        [
            ("/uslugi/", "uslugi: filters", 5),
            (
                "/uslugi/?q=обяд&myasto=Град&obshtina=sliven&mesta=da&vhod=da&tsena=bezplatno",
                "uslugi: all filters",
                7,
            ),
            ("/uslugi/?izgled=karta", "uslugi: map", 6),
        ],
    )
    def test_as_many_for_few_as_for_many(self, client, queries, sliven, url, name, at_most):
        SettlementFactory(municipality=sliven, name="Град", latitude=42.0, longitude=26.0)

        def make(count):
            for n in range(count):
                facts = {
                    "kinds": [ServiceKindFactory()],
                    "target_groups": [TargetGroupFactory()],
                    "life_situations": [LifeSituationFactory()],
                }
                site = at(sliven, f"Топъл обяд {n}", 42.0 + n / 100, 26.0, **facts)
                CapacityFactory(municipality=sliven, service=site.service)
                FeeFactory(municipality=sliven, service=site.service)
            with municipality_scope(sliven):
                ServiceSite.objects.update(step_free_entrance=True)
                reindex(Service.objects.all())

        queries.assert_same(client, url, make, name=name, at_most=at_most)
