"""What an analysis of needs counts: the numbers, what is hidden of them, what it costs."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.needs import counting
from services_registry.models import UnmetSearch
from tests.factories import (
    CapacityFactory,
    ConsultationFactory,
    ConsultationTopicFactory,
    ServiceFactory,
    ServiceKindFactory,
    ServiceSiteFactory,
    SettlementFactory,
    TargetGroupFactory,
)
from tests.factories_applications import ApplicationFactory, ApplicationKindFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory

pytestmark = pytest.mark.django_db
SINCE, UPTO = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
SMALLEST = 5  # of a municipality that decided nothing else
OLD = (("Сливен", 42.682, 26.323, 90000), ("Желю войвода", 42.594, 26.425, 3000))
FAR = ("Медвен", 42.829, 26.537, 150)


def at(day: int = 2, month: int = 3) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, month, day, 10))


@pytest.fixture
def town(sliven) -> SimpleNamespace:
    """A municipality with day care, which is full, and without a shelter, which is asked for."""
    day_care = ServiceKindFactory(number=7, name="Дневна грижа", code="day")
    shelter = ServiceKindFactory(number=9, name="Осигуряване на подслон", code="shelter")
    group = TargetGroupFactory(name="Хора с увреждания")
    places = [
        SettlementFactory(
            municipality=sliven, kind="с.", name=name, latitude=north, longitude=east,
            population_2013=residents,
        )
        for name, north, east, residents in (*OLD, FAR)
    ]  # fmt: skip
    centre = ServiceFactory(
        municipality=sliven, name="Дневен център", kinds=[day_care], target_groups=[group]
    )
    ServiceSiteFactory(municipality=sliven, service=centre, settlement=places[0])
    CapacityFactory(municipality=sliven, service=centre, places=20, free=0, waiting=7)
    topics = [
        ConsultationTopicFactory(name="Подслон и криза"),
        ConsultationTopicFactory(name="Дневна грижа"),
    ]
    for topic, kind in zip(topics, (shelter, day_care), strict=True):
        topic.kinds.add(kind)
    return SimpleNamespace(
        owner=sliven, day_care=day_care, shelter=shelter, places=places, centre=centre,
        topics=topics, group=group,
    )  # fmt: skip


def talk(town, count: int, topic: int = 0, **facts) -> None:
    facts.setdefault("held_at", at())
    for _ in range(count):
        ConsultationFactory(municipality=town.owner, topics=[town.topics[topic]], **facts)


def wish(town, count: int, kind, **facts) -> None:
    facts.setdefault("registered_at", at())
    for _ in range(count):
        ApplicationFactory(municipality=town.owner, kind=kind, **facts)


def refer(town, count: int, **facts) -> None:
    moment = facts.pop("sent_at", at())
    kind = ApplicationKindFactory(municipality=town.owner, asks_service=False)
    for _ in range(count):
        person = PersonFactory(municipality=town.owner)
        application = ApplicationFactory(
            municipality=town.owner, person=person, confirmed_at=moment, registered_at=moment,
            kind=kind,
        )  # fmt: skip
        assessment = AssessmentFactory(
            municipality=town.owner, person=person, application=application, done=True,
            issued_on=moment.date(),
        )  # fmt: skip
        with municipality_scope(town.owner):
            assessment.kinds.add(town.day_care)
        ReferralFactory(
            municipality=town.owner, assessment=assessment, service=town.centre, sent_at=moment,
            **facts,
        )  # fmt: skip


def data_of(town, *, since=SINCE, upto=UPTO) -> dict[str, dict]:
    with municipality_scope(town.owner):
        data = counting.count_all(since, upto, town.owner)
    assert list(data) == list(counting.SECTIONS)
    for section in data.values():
        for table in section["tables"]:
            assert all(len(row) == len(table["columns"]) for row in table["rows"]), table["title"]
        for chart in section["charts"]:
            assert all(len(bar) == 3 for bar in chart["bars"])
    return json.loads(json.dumps(data))


def table(section: dict, title: str) -> dict[str, list]:
    """Return the rows of the table that begins so, by their first cell."""
    (found,) = [one for one in section["tables"] if one["title"].startswith(title)]
    return {row[0]: row[1:] for row in found["rows"]}


def facts(section: dict) -> dict[str, str]:
    return dict(section["facts"])


def test_nothing_recorded_is_an_analysis_too(town):
    data = data_of(town)
    assert facts(data["consultations"])["Консултации"] == "0"
    assert "няма" in data["referrals"]["note"]
    assert table(data["unmet"], "Видове услуги, които общината няма") == {
        "Осигуряване на подслон": [0, 0, 0, 0]
    }


def test_population_says_of_which_year_it_is(town):
    section = data_of(town)["population"]
    assert "2013" in section["note"]
    assert "2013" in section["tables"][0]["title"]
    assert table(section, "Население") == {
        "с. Сливен": [90000, "96,6 %"],
        "с. Желю войвода": [3000, "3,2 %"],
        "с. Медвен": [150, "0,2 %"],
    }
    assert facts(section)["Живеят извън него"] == "3150 (3,4 %)"


def test_the_heart_says_what_was_asked_for_and_is_not_there(town, elena):
    talk(town, 6, outcome="unmet", missing_kind=town.shelter, settlement=town.places[2])
    talk(town, 12, 1, settlement=town.places[0])
    talk(town, 3, outcome="unmet", missing_kind=town.shelter, settlement=None)
    ConsultationFactory(
        municipality=town.owner, topics=[town.topics[0]], held_at=at(1, 4), outcome="unmet",
        missing_kind=town.shelter,
    )  # fmt: skip
    ConsultationFactory(municipality=elena, topics=[town.topics[0]], held_at=at())
    with municipality_scope(town.owner):
        for month, count in ((1, 8), (3, 3), (4, 100)):
            UnmetSearch.objects.create(
                municipality=town.owner, kind=town.shelter, month=dt.date(2026, month, 1),
                count=count,
            )  # fmt: skip
    TargetGroupFactory(name="Лица с деменция")
    refer(town, 5, state="declined")
    refer(town, 7, state="waiting", waiting_since=timezone.now() - dt.timedelta(days=90))
    section = data_of(town)["unmet"]
    told = facts(section)
    assert table(section, "Видове услуги, които общината няма") == {
        "Осигуряване на подслон": [9, 9, 0, 11]
    }
    assert told["Видове по чл. 15 без нито една услуга в общината"] == "1"
    assert told["Консултации с отговор „няма такава услуга“"] == "9"
    assert told["Най-търсен вид, който общината няма"] == "Осигуряване на подслон (9)"
    assert told["Насочвания, отказани поради липса на място"] == "5"
    assert table(section, "Има услуга, но няма място") == {"Дневен център": [20, 0, 7, "90\xa0дни"]}
    assert table(section, "Целеви групи") == {"Лица с деменция": []}
    assert table(section, "Отказани поради липса") == {"Дневен център": [5]}
    assert section["charts"][0]["bars"] == [["Осигуряване на подслон", 9, ""]]


def test_what_the_municipality_has_is_not_missing_until_it_is_closed(town):
    talk(town, 5, 1, outcome="unmet", missing_kind=town.day_care)
    section = data_of(town)["unmet"]
    assert "Дневна грижа" not in table(section, "Видове услуги, които общината няма")
    assert table(section, "Видове, които общината има") == {"Дневна грижа": [1, 5, 0]}
    town.centre.status = "closed"
    with municipality_scope(town.owner):
        town.centre.save()
    section = data_of(town)["unmet"]
    assert table(section, "Видове услуги, които общината няма")["Дневна грижа"][0] == 5


def test_settlements_without_a_service_within_reach(town, elena):
    SettlementFactory(
        municipality=town.owner, name="Пусто", latitude=42.9, longitude=26.6, population_2013=0
    )
    talk(town, 6, settlement=town.places[2])
    talk(town, 8, settlement=town.places[1])
    section = data_of(town)["unmet"]
    far = table(section, "Населени места без услуга до 10 км")
    # Желю войвода is 13 km away by air, Медвен 24.
    assert far == {
        "с. Желю войвода": [3000, "Сливен", "12,9", 8],
        "с. Медвен": [150, "Сливен", "23,9", 6],
    }
    assert facts(section)["Жители в тях през 2013 г."] == "3150"
    # A centre of the neighbours is a place to go to; help at home of theirs is not for us.
    near = SettlementFactory(municipality=elena, name="Близо", latitude=42.83, longitude=26.53)
    theirs = ServiceFactory(municipality=elena, settings=["home"])
    ServiceSiteFactory(municipality=elena, service=theirs, settlement=near)
    assert "с. Медвен" in table(data_of(town)["unmet"], "Населени места без")
    theirs = ServiceFactory(municipality=elena)
    ServiceSiteFactory(municipality=elena, service=theirs, settlement=near)
    assert list(table(data_of(town)["unmet"], "Населени места без")) == ["с. Желю войвода"]


def test_a_secret_address_is_near_nobody(town):
    refuge = ServiceFactory(municipality=town.owner, kinds=[town.shelter])
    ServiceSiteFactory(
        municipality=town.owner, service=refuge, settlement=town.places[2], address="",
        address_is_secret=True,
    )  # fmt: skip
    section = data_of(town)["unmet"]
    assert "с. Медвен" in table(section, "Населени места без")
    assert "Медвен" not in {row[1] for row in table(section, "Населени места без").values()}


def test_supply_stands_beside_demand(town):
    asking = ApplicationKindFactory(municipality=town.owner, name="Желание", asks_service=True)
    other = ApplicationKindFactory(municipality=town.owner, name="Справка", asks_service=False)
    wish(town, 7, asking, service=town.centre)
    wish(town, 6, asking)
    wish(town, 8, other)
    refer(town, 5, state="started")
    talk(town, 9, 1)
    data = data_of(town)
    # The referrals have applications of a kind that asks for no service.
    assert table(data["applications"], "Заявления по услуга") == {
        "Дневен център": [7], "без посочена услуга": [6],
    }  # fmt: skip
    assert facts(data["applications"])["Други заявления"] == "13"
    assert facts(data["applications"])["Най-търсена услуга"] == "Дневен център (7)"
    assert table(data["supply"], "Какво има, по вид")["Дневна грижа"] == [1, 20, 0, 7]
    assert table(data["supply"], "Какво се търси, по вид")["Дневна грижа"] == [9, 7, 5, 5]
    assert table(data["supply"], "Какво има и какво се търси, по целева") == {
        "Хора с увреждания": [1, 20, 0, 7]
    }
    assert facts(data["capacity"])["Заети"] == "20 (100,0 %)"


def test_small_counts_are_words_everywhere(town):
    asking = ApplicationKindFactory(municipality=town.owner, asks_service=True)
    talk(town, 10, 0, settlement=town.places[0])
    talk(town, 2, 1, settlement=town.places[1], outcome="unmet", missing_kind=town.shelter)
    talk(town, 3, 1, settlement=town.places[2], outcome="elsewhere", subject="relative")
    wish(town, 3, asking, service=town.centre)
    refer(town, 2, state="declined")
    data = data_of(town)
    heart = data["unmet"]
    assert table(heart, "Видове услуги, които")["Осигуряване на подслон"][0] == "под 5"
    assert facts(heart)["Консултации с отговор „няма такава услуга“"] == "скрит"
    assert facts(heart)["Консултации, насочени другаде"] == "под 5"
    assert table(heart, "Населени места без")["с. Медвен"][-1] == "под 5"
    assert "с. Медвен" in table(data["consultations"], "Консултации по населено")
    assert table(data["supply"], "Какво се търси, по вид")["Дневна грижа"] == [
        5, "скрит", "скрит", "скрит",
    ]  # fmt: skip
    assert not data["referrals"]["tables"], "two referrals are not divided"
    for section in ("consultations", "applications", "referrals", "unmet"):
        of_people = [
            one for one in data[section]["tables"]
            if "месец" not in one["title"] and "канал" not in one["title"]
            and "място" not in one["title"].split("по ")[0]
        ]  # fmt: skip
        for one in of_people:
            if one["title"].startswith(("Има услуга", "Населени места", "Видове")):
                continue
            assert not [n for row in one["rows"] for n in row if isinstance(n, int) and 0 < n < 5]


def test_the_same_queries_for_any_number_of_rows(town):
    def counted() -> int:
        with (
            municipality_scope(town.owner),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            counting.count_all(SINCE, UPTO, town.owner)
        return len(asked)

    def grow(count: int) -> None:
        asking = ApplicationKindFactory(municipality=town.owner, asks_service=True)
        talk(town, count, 0, settlement=town.places[0], outcome="unmet", missing_kind=town.shelter)
        wish(town, count, asking, service=town.centre, settlement=town.places[0])
        refer(town, count, state="waiting")
        for _ in range(count):
            service = ServiceFactory(municipality=town.owner, kinds=[town.day_care])
            CapacityFactory(municipality=town.owner, service=service)
            ServiceSiteFactory(municipality=town.owner, service=service)

    grow(5)
    few = counted()
    grow(10)
    assert counted() == few
    assert few <= 45
