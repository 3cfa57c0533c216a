"""First numbers of the desk: what is counted, of which days, what is hidden, what goes out."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from municipalities import periods
from tests.factories import (
    ConsultationFactory,
    ConsultationTopicFactory,
    OfficeFactory,
    SettlementFactory,
)
from tests.factories_desk import DeskPolicyFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/rabotno-myasto/chisla/"
EXPORT = f"{ADDRESS}iznos/"
MARCH = {"ot": "01.03.2026", "do": "31.03.2026"}


@pytest.fixture
def talks(specialist, sliven):
    """Make consultations of March: ``talks(7, channel="email")``."""

    def make(count: int, **facts) -> None:
        held = dt.datetime(2026, 3, 10, 8, 0, tzinfo=dt.UTC)
        for _ in range(count):
            ConsultationFactory(
                **{"municipality": sliven, "specialist": specialist.user, "held_at": held} | facts
            )

    return make


def numbers(client, **query):
    answer = client.get(ADDRESS, MARCH | query)
    assert answer.status_code == 200
    return answer.context["numbers"]


def table(client, key: str, **query) -> dict[str, int | None]:
    found = numbers(client, **query).table(key)
    return {row.label: row.count for row in found.rows}


class TestPeriods:
    @pytest.mark.parametrize(
        ("today", "key", "days", "before"),
        [
            ("2026-11-22", "mesets", "01.11.2026 – 22.11.2026", "01.10.2026 – 22.10.2026"),
            ("2026-03-31", "mesets", "01.03.2026 – 31.03.2026", "01.02.2026 – 28.02.2026"),
            ("2026-01-01", "mesets", "01.01.2026", "01.12.2025"),
            ("2026-03-05", "minal-mesets", "01.02.2026 – 28.02.2026", "01.01.2026 – 31.01.2026"),
            ("2026-01-05", "minal-mesets", "01.12.2025 – 31.12.2025", "01.11.2025 – 30.11.2025"),
            ("2026-05-15", "trimesechie", "01.04.2026 – 15.05.2026", "01.01.2026 – 14.02.2026"),
            ("2026-01-09", "trimesechie", "01.01.2026 – 09.01.2026", "01.10.2025 – 09.10.2025"),
            ("2026-12-31", "godina", "01.01.2026 – 31.12.2026", "01.01.2025 – 31.12.2025"),
            ("2024-12-31", "godina", "01.01.2024 – 31.12.2024", "01.01.2023 – 31.12.2023"),
            ("2026-11-22", "нещо", "01.11.2026 – 22.11.2026", "01.10.2026 – 22.10.2026"),
        ],
    )
    def test_by_name(self, today, key, days, before):
        period = periods.named(key, dt.date.fromisoformat(today))
        assert (str(period.days), str(period.before)) == (days, before)

    def test_own_days_are_compared_with_as_many_before(self):
        period = periods.own(dt.date(2026, 3, 10), dt.date(2026, 3, 12))
        assert str(period.before) == "07.03.2026 – 09.03.2026"

    def test_this_month_is_what_opens(self, request):
        with time_machine.travel("2026-11-22 10:00+02:00", tick=False):
            answer = request.getfixturevalue("specialist").get(ADDRESS)
        assert str(answer.context["numbers"].period.days) == "01.11.2026 – 22.11.2026"
        assert 'aria-current="page">Този месец' in answer.content.decode()

    def test_one_date_alone_is_enough(self, request):
        with time_machine.travel("2026-03-20 10:00+02:00", tick=False):
            specialist = request.getfixturevalue("specialist")
            from_day = specialist.get(ADDRESS, {"ot": "15.03.2026"})
            to_day = specialist.get(ADDRESS, {"do": "15.02.2026"})
        assert str(from_day.context["numbers"].period.days) == "15.03.2026 – 20.03.2026"
        assert str(to_day.context["numbers"].period.days) == "01.02.2026 – 15.02.2026"

    @pytest.mark.parametrize(
        "query",
        [
            {"ot": "x"},
            {"ot": "02.03.2026", "do": "01.03.2026"},
            {"ot": "01.01.2010", "do": "01.01.2020"},
            {"ot": "01.01.0001", "do": "02.01.0001"},
            {"ot": "31.12.9999"},
            {"do": "31.12.9999"},
            {"kanal": "гълъб"},
            {"ofis": "\x00"},
            {"period": "век"},
        ],
    )
    def test_a_wrong_one_is_told_and_this_month_is_shown(self, specialist, query):
        answer = specialist.get(ADDRESS, query)
        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert answer.context["numbers"].period.key == "mesets"
        assert specialist.get(EXPORT, query).status_code == 200


class TestCounting:
    def test_how_many_how_long_and_before(self, specialist, talks):
        talks(3, duration_minutes=5)
        talks(1, duration_minutes=45)
        talks(2, held_at=dt.datetime(2026, 2, 26, 8, 0, tzinfo=dt.UTC), duration_minutes=10)
        talks(1, held_at=dt.datetime(2026, 4, 1, 8, 0, tzinfo=dt.UTC))
        found = numbers(specialist)
        assert (found.now.count, found.now.minutes, found.now.median) == (4, 60, 5.0)
        assert (found.before.count, found.before.minutes) == (2, 20)
        page = specialist.get(ADDRESS, MARCH).content.decode()
        assert "1\xa0ч" in page
        assert "+100 %" in page

    def test_a_day_is_the_local_day(self, specialist, talks):
        talks(2, held_at=dt.datetime(2026, 3, 30, 21, 30, tzinfo=dt.UTC))
        days = table(specialist, "by_day")
        assert (days["30.03.2026"], days["31.03.2026"]) == (0, 2)
        assert len(days) == 31

    def test_a_long_period_is_counted_by_month(self, specialist, talks):
        talks(2)
        found = numbers(specialist, ot="01.01.2026", do="31.12.2026")
        assert found.table("by_day") is None
        months = {row.label: row.count for row in found.table("by_month").rows}
        assert len(months) == 12
        assert months["Март 2026"] == 2

    def test_by_hour_and_channel(self, specialist, talks):
        talks(2, channel="email")
        talks(3, channel="phone", held_at=dt.datetime(2026, 3, 11, 17, 5, tzinfo=dt.UTC))
        assert table(specialist, "by_channel") == {"Телефон": 3, "Е-поща": 2}
        hours = table(specialist, "by_hour")
        assert (hours["10:00"], hours["19:00"]) == (2, 3)

    def test_only_the_own_municipalitys(self, specialist, elena):
        held = dt.datetime(2026, 3, 10, 8, 0, tzinfo=dt.UTC)
        ConsultationFactory(municipality=elena, held_at=held)
        assert numbers(specialist).now.count == 0
        assert "няма записани консултации" in specialist.get(ADDRESS, MARCH).content.decode()

    def test_only_a_head_sees_colleagues_and_chooses_one(self, specialist, colleague, head, talks):
        talks(2)
        talks(1, specialist=colleague.user)
        assert numbers(specialist).table("by_specialist") is None
        assert table(head, "by_specialist") == {
            specialist.user.name: 2,
            colleague.user.name: 1,
        }
        assert numbers(head, specialist=colleague.user.pk).now.count == 1
        assert numbers(specialist, specialist=colleague.user.pk).now.count == 3

    def test_a_row_leads_to_its_consultations(self, head, talks):
        topic = ConsultationTopicFactory(code="obyad")
        talks(6, topics=[topic])
        page = head.get(ADDRESS, MARCH).content.decode()
        journal = reverse("consultations")
        for link in (
            "ot=01.03.2026&amp;do=31.03.2026&amp;tema=obyad",
            "ot=10.03.2026&amp;do=10.03",
        ):
            assert f'href="{journal}?{link}' in page
        found = head.get(journal, MARCH | {"tema": "obyad"})
        assert found.context["page_obj"].paginator.count == 6


class TestHiding:
    def test_small_numbers_of_people_are_hidden_and_not_in_the_page(self, specialist, talks):
        talks(20, subject="self")
        talks(3, subject="relative")
        talks(2, subject="professional")
        shown = table(specialist, "by_subject")
        assert shown == {"За себе си": 20, "За близък": None, "Професионалист": None}
        page = specialist.get(ADDRESS, MARCH).content.decode()
        assert page.count("под 5</td>") == 2

    def test_one_small_number_takes_the_next_with_it(self, specialist, talks):
        talks(20, outcome="informed")
        talks(8, outcome="follow_up")
        talks(1, outcome="elsewhere")
        shown = table(specialist, "by_outcome")
        assert shown == {"Информиран": 20, "Последващ разговор": None, "Насочен другаде": None}
        page = specialist.get(ADDRESS, MARCH).content.decode()
        assert page.count("скрит</td>") == 2
        assert "следващият по големина" in page

    def test_places_and_topics_are_protected_too(self, specialist, talks, sliven):
        many, few, fewer = (
            SettlementFactory(municipality=sliven, kind="с.", name=name)
            for name in ("Кермен", "Жельо", "Крушаре")
        )
        topic, rare = (ConsultationTopicFactory(name=name) for name in ("Обяд", "Насилие"))
        talks(9, settlement=many, topics=[topic])
        talks(3, settlement=few, topics=[topic, rare])
        talks(2, settlement=fewer, topics=[topic])
        assert table(specialist, "by_settlement") == {
            "с. Кермен": 9,
            "с. Жельо": None,
            "с. Крушаре": None,
        }
        assert table(specialist, "by_topic") == {"Обяд": 14, "Насилие": None}

    def test_work_is_not_hidden(self, specialist, talks):
        talks(1, channel="email")
        talks(2, channel="phone")
        assert table(specialist, "by_channel") == {"Телефон": 2, "Е-поща": 1}
        assert table(specialist, "by_day")["10.03.2026"] == 3

    def test_very_few_are_not_told_apart(self, specialist, talks):
        talks(2, subject="self")
        talks(2, subject="relative")
        assert table(specialist, "by_subject") == {}
        page = specialist.get(ADDRESS, MARCH).content.decode()
        assert "твърде малко, за да се покажат разпределени" in page
        assert "За близък" not in page

    def test_the_municipality_decides_what_is_small(self, specialist, talks, sliven):
        DeskPolicyFactory(municipality=sliven, smallest_count=1)
        talks(1, subject="self")
        assert table(specialist, "by_subject") == {"За себе си": 1}

    @pytest.mark.parametrize("part", ["kanal", "ofis", "specialist"])
    def test_a_part_of_the_work_shows_nothing_of_people(self, head, talks, sliven, part):
        office = OfficeFactory(municipality=sliven)
        OfficeFactory(municipality=sliven)
        talks(20, channel="phone", office=office, specialist=head.user)
        query = {"kanal": "phone", "ofis": office.slug, "specialist": head.user.pk}
        found = numbers(head, **{part: query[part]})
        assert found.now.count == 20
        assert {t.key for t in found.tables} == {
            "by_day",
            "by_hour",
            "by_channel",
            "by_specialist",
        }
        page = head.get(ADDRESS, MARCH | {part: query[part]}).content.decode()
        assert "се показват само за всички консултации" in page

    def test_nothing_about_people_narrows(self, specialist, talks, sliven):
        talks(20, subject="self")
        place = SettlementFactory(municipality=sliven)
        query = {"za": "relative", "myasto": place.ekatte, "litse": "1", "q": "обяд", "tema": "x"}
        assert numbers(specialist, **query).now.count == 20


class TestExport:
    def book(self, client, **query):
        answer = client.get(EXPORT, MARCH | query)
        assert answer.status_code == 200
        assert "chisla-sliven-2026-03-01-2026-03-31.xlsx" in answer["Content-Disposition"]
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        return {sheet.title: list(sheet.values) for sheet in book.worksheets}

    def test_every_table_goes_out_hidden_as_it_is(self, head, talks):
        talks(20, subject="self", channel="phone")
        talks(3, subject="relative", channel="phone")
        talks(2, subject="professional", channel="phone")
        book = self.book(head)
        assert book["За кого"][1:] == [
            ("За себе си", 20),
            ("За близък", "под 5"),
            ("Професионалист", "под 5"),
        ]
        assert book["По канал"][1:] == [("Телефон", 25)]
        assert len(book["Консултации по дни"]) == 32
        assert ("Консултации", 25, 0) in book["Обобщение"]

    def test_a_part_of_the_work_says_so(self, specialist, talks):
        talks(9, channel="phone")
        book = self.book(specialist, kanal="phone")
        assert "За кого" not in book
        assert ("Само", "Канал: Телефон", None) in book["Обобщение"]


def test_the_same_queries_for_any_number(head, sliven, queries):
    made = iter(range(10_000))

    def rows(count):
        for _ in range(count):
            number = next(made)
            ConsultationFactory(
                municipality=sliven,
                specialist=head.user,
                held_at=dt.datetime(2026, 3, 1 + number % 28, 8, 0, tzinfo=dt.UTC),
                topics=[ConsultationTopicFactory()],
                settlement=SettlementFactory(municipality=sliven),
            )

    address = f"{ADDRESS}?ot=01.03.2026&do=31.03.2026"
    queries.assert_same(head, address, rows, name="chisla")
