"""When a place is open: exceptional days, holidays, nights, changes of the clock."""

import datetime as dt

import pytest

from municipalities.hours import holiday_name, hours_from, open_state
from municipalities.models import Office, OfficeException
from municipalities.tenancy import municipality_scope
from services_registry.models import Service, ServiceSite, SiteException
from tests import factories
from tests.support.weeks import NIGHTS, OFFICE, ROUND_THE_CLOCK, SOFIA, week_of

OVER_MIDNIGHT = [{"days": "1-7", "opens": "18:00", "closes": "08:00"}]
SMALL_HOURS = [{"days": "1-7", "opens": "03:30", "closes": "06:00"}]
UNTIL_THE_REPEATED_HOUR = [{"days": "1-7", "opens": "01:00", "closes": "03:30"}]


def exception(days: str, times: str = "", reason: str = "") -> SiteException:
    first, _to, last = days.partition("/")
    opens, _to, closes = times.partition("-")
    return SiteException(
        first_day=dt.date.fromisoformat(first),
        last_day=dt.date.fromisoformat(last or first),
        opens=dt.time.fromisoformat(opens) if opens else None,
        closes=dt.time.fromisoformat(closes) if closes else None,
        reason=reason,
    )


def in_sofia(written: str, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=SOFIA, fold=fold)


def words(hours, moment: str, *exceptions: SiteException, fold: int = 0) -> str:
    return open_state(week_of(hours), in_sofia(moment, fold), exceptions).words()


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (OFFICE, "2026-11-20 08:29", "затворено, отваря в 8:30"),
        (OFFICE, "2026-11-20 08:30", "отворено до 12:00"),
        (OFFICE, "2026-11-20 12:00", "затворено, отваря в 12:30"),
        (OFFICE, "2026-11-20 16:59:59", "отворено до 17:00"),
        (OFFICE, "2026-11-19 17:00", "затворено, отваря утре в 8:30"),
        (OFFICE, "2026-11-20 17:00", "затворено, отваря в понеделник в 8:30"),
        (OFFICE, "2026-11-22 23:59", "затворено, отваря утре в 8:30"),
        ([{"days": "2", "opens": "09:00", "closes": "10:00"}], "2026-11-20 09:00",
         "затворено, отваря във вторник в 9:00"),
        # A day a week: the same weekday again is told by its date.
        ([{"days": "5", "opens": "09:00", "closes": "10:00"}], "2026-11-20 11:00",
         "затворено, отваря на 27.11 в 9:00"),
    ],
)  # fmt: skip
def test_next_opening(hours, moment, expected):
    assert words(hours, moment) == expected


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (OFFICE, "2026-12-23 17:00", "затворено, отваря във вторник в 8:30"),
        # Christmas on a Saturday is made up for on the Monday, which is the 28th here.
        (OFFICE, "2026-12-25 10:00", "затворено: Рождество Христово, отваря във вторник в 8:30"),
        (OFFICE, "2026-12-28 10:00", "затворено: Рождество Христово, отваря утре в 8:30"),
        (OFFICE, "2026-04-12 10:00", "затворено: Великден, отваря във вторник в 8:30"),
        (OFFICE, "2026-05-06 10:00", "затворено: Гергьовден, отваря утре в 8:30"),
        (OFFICE, "2026-03-03 10:00",
         "затворено: Ден на Освобождението на България от османско иго, отваря утре в 8:30"),
        (NIGHTS, "2026-12-25 22:00", "отворено до 8:00"),
        (ROUND_THE_CLOCK, "2027-01-01 00:00", "отворено денонощно"),
        (OVER_MIDNIGHT, "2026-12-26 03:00", "отворено до 8:00"),
    ],
)  # fmt: skip
def test_holidays(hours, moment, expected):
    assert words(hours, moment) == expected


def test_long_names_of_holidays_are_cut():
    assert holiday_name(dt.date(2026, 5, 24)) == "Ден на светите братя Кирил и Методий"
    assert holiday_name(dt.date(2027, 5, 1)) == "Велика събота"
    assert holiday_name(dt.date(2026, 9, 7)) == "Ден на Съединението"
    assert holiday_name(dt.date(2026, 11, 23)) == ""


CHRISTMAS = exception("2026-12-24/2026-12-27", reason="Коледа")


@pytest.mark.parametrize(
    ("hours", "exceptions", "moment", "expected"),
    [
        # Closed on a working day, with its reason or without.
        (OFFICE, [exception("2026-11-23", reason="ремонт")], "2026-11-23 10:00",
         "затворено: ремонт, отваря утре в 8:30"),
        (OFFICE, [exception("2026-11-23")], "2026-11-23 10:00", "затворено, отваря утре в 8:30"),
        (OFFICE, [exception("2026-11-23", reason="ремонт")], "2026-11-20 17:00",
         "затворено, отваря във вторник в 8:30"),
        # Both ends belong to it, the days around do not.
        (OFFICE, [exception("2026-11-24/2026-11-25")], "2026-11-23 10:00", "отворено до 12:00"),
        (OFFICE, [exception("2026-11-24/2026-11-25")], "2026-11-25 10:00",
         "затворено, отваря утре в 8:30"),
        (OFFICE, [exception("2026-11-24/2026-11-25")], "2026-11-26 10:00", "отворено до 12:00"),
        # Other hours, also on a weekend and on a holiday, also of several stretches.
        (OFFICE, [exception("2026-11-23", "10:00-14:00")], "2026-11-23 09:00",
         "затворено, отваря в 10:00"),
        (OFFICE, [exception("2026-11-23", "10:00-14:00")], "2026-11-23 12:15", "отворено до 14:00"),
        (OFFICE, [exception("2026-11-23", "10:00-14:00", "кратък ден")], "2026-11-23 15:00",
         "затворено, отваря утре в 8:30"),
        (OFFICE, [exception("2026-11-21", "09:00-11:00")], "2026-11-21 10:00", "отворено до 11:00"),
        (OFFICE, [exception("2026-12-25", "09:00-11:00")], "2026-12-25 10:00", "отворено до 11:00"),
        (OFFICE, [exception("2026-11-23", "14:00-16:00"), exception("2026-11-23", "09:00-11:00")],
         "2026-11-23 12:00", "затворено, отваря в 14:00"),
        # Of two that overlap, the one of fewer days; of equal ones, „затворено“.
        (OFFICE, [CHRISTMAS, exception("2026-12-24", "08:30-12:00")], "2026-12-24 10:00",
         "отворено до 12:00"),
        (OFFICE, [exception("2026-12-01/2026-12-31", "10:00-14:00"), CHRISTMAS],
         "2026-12-24 10:00", "затворено: Коледа, отваря в понеделник в 10:00"),
        (OFFICE, [exception("2026-11-23", "10:00-14:00"), exception("2026-11-23")],
         "2026-11-23 11:00", "затворено, отваря утре в 8:30"),
        # A place of nights and one that never closes.
        (NIGHTS, [exception("2026-11-21", reason="дезинфекция")], "2026-11-20 22:00",
         "отворено до 0:00"),
        (NIGHTS, [exception("2026-11-21", reason="дезинфекция")], "2026-11-21 20:00",
         "затворено: дезинфекция, отваря утре в 0:00"),
        (OVER_MIDNIGHT, [exception("2026-11-21")], "2026-11-21 07:00", "отворено до 8:00"),
        (ROUND_THE_CLOCK, [exception("2026-11-25")], "2026-11-20 22:00", "отворено денонощно"),
        (ROUND_THE_CLOCK, [exception("2026-11-25")], "2026-11-24 22:00", "отворено до 0:00"),
        (ROUND_THE_CLOCK, [exception("2026-11-25")], "2026-11-25 22:00",
         "затворено, отваря утре в 0:00"),
        # Beyond two weeks nothing is said of the next opening.
        (OFFICE, [exception("2026-11-23/2027-02-01", reason="ремонт")], "2026-11-23 10:00",
         "затворено: ремонт"),
        (OFFICE, [exception("2026-11-23/2027-02-01")], "2026-11-23 10:00", "сега е затворено"),
        (OFFICE, [exception("2026-11-23/2026-12-06", reason="ремонт")], "2026-11-23 10:00",
         "затворено: ремонт, отваря на 07.12 в 8:30"),
        # Nothing known of the week, and yet something of the day.
        ([], [exception("2026-11-23", reason="ремонт")], "2026-11-23 10:00", "затворено: ремонт"),
        ([], [exception("2026-11-23", "09:00-12:00")], "2026-11-23 10:00", "отворено до 12:00"),
    ],
)  # fmt: skip
def test_exceptions(hours, exceptions, moment, expected):
    assert words(hours, moment, *exceptions) == expected


def test_exception_of_another_day_says_nothing_of_a_place_without_hours():
    assert open_state([], in_sofia("2026-11-24 10:00"), [exception("2026-11-23")]) is None


@pytest.mark.parametrize(
    ("hours", "moment", "fold", "expected"),
    [
        # 29 March 2026: from 3:00 the clocks go to 4:00, so there is no 3:30.
        (NIGHTS, "2026-03-29 02:59", 0, "отворено до 8:00"),
        (NIGHTS, "2026-03-29 04:00", 0, "отворено до 8:00"),
        (SMALL_HOURS, "2026-03-29 02:59", 0, "затворено, отваря в 4:30"),
        (SMALL_HOURS, "2026-03-29 04:29", 0, "затворено, отваря в 4:30"),
        (SMALL_HOURS, "2026-03-29 04:30", 0, "отворено до 6:00"),
        (ROUND_THE_CLOCK, "2026-03-29 04:00", 0, "отворено денонощно"),
        (OFFICE, "2026-03-28 10:00", 0, "затворено, отваря в понеделник в 8:30"),
        # 25 October 2026: from 4:00 the clocks go back to 3:00, so there are two 3:30.
        (SMALL_HOURS, "2026-10-25 03:20", 0, "затворено, отваря в 3:30"),
        (SMALL_HOURS, "2026-10-25 03:40", 0, "отворено до 6:00"),
        (SMALL_HOURS, "2026-10-25 03:10", 1, "отворено до 6:00"),
        (UNTIL_THE_REPEATED_HOUR, "2026-10-25 03:20", 0, "отворено до 3:30"),
        (UNTIL_THE_REPEATED_HOUR, "2026-10-25 03:40", 0, "затворено, отваря утре в 1:00"),
        (UNTIL_THE_REPEATED_HOUR, "2026-10-25 03:10", 1, "затворено, отваря утре в 1:00"),
        (NIGHTS, "2026-10-24 22:00", 0, "отворено до 8:00"),
        (OFFICE, "2026-10-23 17:00", 0, "затворено, отваря в понеделник в 8:30"),
        (ROUND_THE_CLOCK, "2026-10-25 03:30", 1, "отворено денонощно"),
    ],
)
def test_daylight_saving(hours, moment, fold, expected):
    assert words(hours, moment, fold=fold) == expected


@pytest.mark.parametrize("utc", ["2026-03-29 05:29", "2026-10-25 06:29"])
def test_opening_is_by_the_clock_of_its_own_day(utc):
    """The Sunday's 8:30 is 5:30 in UTC in summer and 6:30 in winter."""
    hours = week_of([{"days": "7", "opens": "08:30", "closes": "12:00"}])
    moment = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert not open_state(hours, moment).is_open
    assert open_state(hours, moment + dt.timedelta(minutes=1)).is_open


def test_what_touches_is_one_stretch():
    hours = [
        {"days": "1", "opens": "08:00", "closes": "12:00"},
        {"days": "1", "opens": "12:00", "closes": "18:00"},
    ]
    assert words(hours, "2026-11-23 09:00") == "отворено до 18:00"


def test_state_tells_today_and_later_days_apart():
    later = open_state(week_of(OFFICE), in_sofia("2026-11-20 17:00"))
    assert (later.at, later.on, later.on_at) == (None, dt.date(2026, 11, 23), dt.time(8, 30))
    today = open_state(week_of(OFFICE), in_sofia("2026-11-20 08:00"))
    assert (today.at, today.on, today.on_at) == (dt.time(8, 30), None, None)


@pytest.mark.django_db
def test_a_service_brings_its_exceptions_with_the_page(django_assert_num_queries, time_machine):
    time_machine.move_to(in_sofia("2026-11-23 10:00"))
    site = factories.ServiceSiteFactory()
    with municipality_scope(site.municipality):
        for weekday in range(1, 6):
            site.hours.create(
                municipality=site.municipality, weekday=weekday, opens="08:30", closes="17:00"
            )
        for days in ("2026-11-22", "2026-11-23/2026-11-24", "2027-01-22", "2027-01-23"):
            row = exception(days, reason="ремонт")
            row.site, row.municipality = site, site.municipality
            row.save()
    [brought] = Service.public.for_page().get(pk=site.service_id).sites.all()
    with django_assert_num_queries(0):
        assert brought.open_state().words() == "затворено: ремонт, отваря в сряда в 8:30"
        coming = [row.first_day.isoformat() for row in brought.coming_exceptions()]
    assert coming == ["2026-11-23", "2027-01-22"]
    alone = ServiceSite.public.get(pk=site.pk)
    assert [row.pk for row in alone.coming_exceptions()] == [
        row.pk for row in brought.coming_exceptions()
    ]


@pytest.mark.django_db
def test_an_evening_that_was_cancelled_stays_so_past_its_midnight(sliven, time_machine):
    # Monday, two in the morning: the hours of Sunday evening would still run.
    time_machine.move_to(in_sofia("2026-11-23 02:00"), tick=False)
    site = factories.ServiceSiteFactory(municipality=sliven)
    with municipality_scope(sliven):
        for row in hours_from(OVER_MIDNIGHT):
            site.hours.create(municipality=sliven, **row)
        assert ServiceSite.public.get(pk=site.pk).open_state().words() == "отворено до 8:00"
        row = exception("2026-11-22", reason="ремонт")
        row.site, row.municipality = site, sliven
        row.save()
        for found in (
            ServiceSite.public.get(pk=site.pk),
            Service.public.for_page().get(pk=site.service_id).sites.all()[0],
        ):
            assert found.open_state().words() == "затворено, отваря в 18:00"
            assert found.coming_exceptions() == []


@pytest.mark.django_db
def test_an_office_keeps_other_hours_on_its_days(
    sliven, client, time_machine, django_assert_num_queries
):
    time_machine.move_to(in_sofia("2026-11-23 10:00"), tick=False)
    office = factories.OfficeFactory(municipality=sliven)
    for weekday in range(1, 6):
        factories.OfficeHoursFactory(municipality=sliven, office=office, weekday=weekday)
    assert "отворено до 17:00" in client.get("/obshtini/sliven/").content.decode()
    with municipality_scope(sliven):
        for first, last, times in (
            ("2026-11-21", "2026-11-22", {}),
            ("2026-11-23", "2026-11-24", {}),
            ("2026-11-25", "2026-11-25", {"opens": "10:00", "closes": "12:00"}),
        ):
            OfficeException.objects.create(
                municipality=sliven,
                office=office,
                first_day=first,
                last_day=last,
                reason="обучение",
                **times,
            )
    [brought] = Office.public.for_public([sliven])
    with django_assert_num_queries(0):
        assert brought.open_state().words() == "затворено: обучение, отваря в сряда в 10:00"
        assert [row.first_day.day for row in brought.coming_exceptions()] == [23, 25]
    for address in ("/", "/obshtini/sliven/"):
        page = client.get(address).content.decode()
        assert "затворено: обучение, отваря в сряда в 10:00" in page
        assert "25.11.2026: 10:00 – 12:00" in page
        assert "21.11.2026" not in page
