"""The journal: what is found, counted and taken out of it."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from frontoffice.forms_journal import stems
from frontoffice.models import Consultation, Person
from municipalities.audit import AccessEvent
from municipalities.models import Role
from tests.factories import (
    ConsultationFactory,
    ConsultationTopicFactory,
    MembershipFactory,
    OfficeFactory,
    ServiceFactory,
    SettlementFactory,
)
from tests.factories_desk import DeskPolicyFactory
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

JOURNAL = "/rabotno-myasto/konsultatsii/"
EXPORT = f"{JOURNAL}iznos/"


@pytest.fixture
def talk(specialist, sliven):
    """Make a consultation of the specialist, with some facts given."""

    def make(**facts) -> Consultation:
        return ConsultationFactory(
            **{"municipality": sliven, "specialist": specialist.user} | facts
        )

    return make


def found(client, **query) -> list[Consultation]:
    answer = client.get(JOURNAL, query)
    assert not answer.context["form"].errors
    return list(answer.context["page_obj"])


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "facts"),
        [
            ({"za": "relative"}, {"subject": "relative"}),
            ({"izhod": "elsewhere"}, {"outcome": "elsewhere"}),
            ({"kanal": "email"}, {"channel": "email"}),
        ],
    )
    def test_by_what_was_answered(self, specialist, talk, query, facts):
        plain = {"subject": "self", "outcome": "informed", "channel": "phone"}
        talk(**plain)
        right = talk(**plain | facts)
        assert found(specialist, **query) == [right]

    def test_by_colleague_office_and_place(self, specialist, colleague, talk, sliven):
        place = SettlementFactory(municipality=sliven)
        office = OfficeFactory(municipality=sliven)
        mine = talk(settlement=place)
        theirs = talk(specialist=colleague.user, office=office)
        assert found(specialist, specialist=colleague.user.pk) == [theirs]
        assert found(specialist, ofis=office.slug) == [theirs]
        assert found(specialist, myasto=place.ekatte) == [mine]
        assert found(specialist, moi="on") == [mine]

    def test_a_colleague_who_left_is_still_in_the_list(self, specialist, talk, sliven):
        left = MembershipFactory(municipality=sliven, role=Role.SPECIALIST, ended_at=timezone.now())
        theirs = talk(specialist=left.user)
        assert found(specialist, specialist=left.user.pk) == [theirs]

    def test_by_person_and_the_look_is_kept(self, specialist, talk, sliven):
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        talk()
        right = talk(person=person)
        assert found(specialist, litse=person.pk) == [right]
        (look,) = rows_of(sliven, AccessEvent)
        assert (look.action, look.subject_id) == ("viewed", person.pk)
        page = specialist.get(JOURNAL, {"litse": person.pk}).content.decode()
        assert "Вяра Измислена" in page
        assert f'name="litse" value="{person.pk}"' in page

    def test_the_page_of_a_person_leads_to_theirs(self, specialist, talk, sliven):
        person = PersonFactory(municipality=sliven)
        talk(person=person)
        page = specialist.get(reverse("person", args=[person.pk])).content.decode()
        assert f'href="{JOURNAL}?litse={person.pk}"' in page

    def test_another_municipalitys_person_is_missing(self, specialist, elena):
        foreign = PersonFactory(municipality=elena)
        assert specialist.get(JOURNAL, {"litse": foreign.pk}).status_code == 404
        assert specialist.get(JOURNAL, {"litse": 10**30}).status_code == 404

    @pytest.mark.parametrize(
        "query",
        [
            {"specialist": "x"},
            {"specialist": "9" * 40},
            {"ofis": "\x00"},
            {"myasto": "няма"},
            {"litse": "Вяра"},
            {"litse": "-1"},
            {"za": "куче"},
        ],
    )
    def test_a_wrong_filter_is_told_and_the_rest_shown(self, specialist, talk, query):
        talk()
        answer = specialist.get(JOURNAL, query)
        assert answer.status_code == 200
        assert "Има проблем" in answer.content.decode()
        assert len(answer.context["page_obj"]) == 1

    def test_the_folded_filters_open_when_one_is_used(self, specialist):
        folded, used = (
            specialist.get(JOURNAL, query).content.decode() for query in ({}, {"za": "self"})
        )
        assert '<details class="more">' in folded
        assert '<details class="more" open>' in used

    def test_filters_stay_in_the_pages_links(self, specialist, talk):
        for _ in range(51):
            talk(channel="email", note="Топъл обяд")
        page = specialist.get(JOURNAL, {"kanal": "email", "q": "обяд"}).content.decode()
        assert "kanal=email&amp;q=%D0%BE%D0%B1%D1%8F%D0%B4&amp;page=2" in page

    def test_the_sum_of_minutes_is_of_everything_found(self, specialist, talk):
        for _ in range(60):
            talk(duration_minutes=7)
        talk(duration_minutes=100, channel="email")
        page = specialist.get(JOURNAL, {"kanal": "phone"}).content.decode()
        assert "7\xa0ч" in page.split('id="found"')[1].split("</h2>")[0]

    def test_the_same_queries_with_every_filter(self, specialist, talk, queries, sliven):
        person = PersonFactory(municipality=sliven)
        topic = ConsultationTopicFactory(code="tema")
        place = SettlementFactory(municipality=sliven)

        def rows(count):
            for _ in range(count):
                service = ServiceFactory(municipality=sliven)
                talk(
                    topics=[topic], services=[service], person=person, settlement=place, note="обяд"
                )

        address = f"{JOURNAL}?litse={person.pk}&tema=tema&myasto={place.ekatte}&q=обяд&moi=on"
        specialist.get(address)  # the look is kept once
        queries.assert_same(specialist, address, rows, name="konsultatsii?vsichko")


class TestWords:
    @pytest.mark.parametrize(
        ("asked", "note"),
        [
            ("супата", "Пита за СУПИ."),
            ("супа", "Супата не стига."),
            ("деца", "Сам с дете на три."),
            ("роднина", "Няма роднини наблизо."),
            ("болен", "Майка му е болна."),
            ("пенсия обяд", "Топъл обяд за пенсиите."),
            ("8812", "Блок 8812."),
            ("на", "Живее на етажа."),
            ("%", "Плаща 30 % от доходите."),
        ],
    )
    def test_a_word_is_found_in_another_form(self, specialist, talk, asked, note):
        right = talk(note=note)
        talk(note="Нещо съвсем друго, без съвпадение.")
        assert found(specialist, q=asked) == [right]

    @pytest.mark.parametrize(
        ("asked", "note"),
        [
            ("обяд", "Необядвал."),
            ("супа обяд", "Само супа."),
            ("(супа|обяд)", "Само обяд."),
            (".*", "Каквото и да е"),
        ],
    )
    def test_what_is_not_there_is_not_found(self, specialist, talk, asked, note):
        talk(note=note)
        assert found(specialist, q=asked) == []

    def test_very_many_words_are_no_burden(self, specialist, talk):
        right = talk(note="дума")
        assert found(specialist, q="дума " * 40) == [right]

    def test_the_shorter_beginning_stands_for_both(self):
        assert stems("супата") == ["суп"]
        assert stems("деца") == ["дет", "дец"]


class TestExport:
    def sheet(self, client, **data):
        answer = client.post(EXPORT, data)
        assert answer.status_code == 200, answer.content.decode()[:300]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        heading, *rows = sheet.iter_rows(values_only=True)
        return [dict(zip(heading, row, strict=True)) for row in rows]

    def test_what_is_found_is_exported_and_kept(self, specialist, talk, sliven):
        topic = ConsultationTopicFactory(name="Топъл обяд")
        talk(channel="email")
        held = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
        talk(channel="phone", topics=[topic], note="=1+1", duration_minutes=9, held_at=held)
        (row,) = self.sheet(specialist, kanal="phone")
        assert row["Кога"] == dt.datetime(2026, 3, 2, 11, 30)
        assert (row["Теми"], row["Бележка"], row["Минути"]) == ("Топъл обяд", "=1+1", 9)
        (kept,) = rows_of(sliven, AccessEvent)
        assert (kept.action, kept.subject_kind, kept.rows) == (
            "exported",
            Consultation._meta.label_lower,
            1,
        )

    def test_a_persons_name_stays_inside(self, specialist, head, talk, sliven):
        talk(person=PersonFactory(municipality=sliven, given_name="Вяра"))
        for client in (specialist, head):
            (row,) = self.sheet(client)
            assert row["С лице"] == "да"
            assert "Вяра" not in " ".join(map(str, row.values()))
            assert "Лице" not in row

    def test_a_head_may_take_the_names_and_that_is_kept_too(self, head, talk, sliven):
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        talk(person=person)
        talk(person=person)
        talk()
        rows = self.sheet(head, imena="on")
        assert sorted(row["Лице"] or "" for row in rows) == [
            "",
            "Вяра Измислена",
            "Вяра Измислена",
        ]
        kept = {(e.subject_kind, e.rows) for e in rows_of(sliven, AccessEvent)}
        assert kept == {(Consultation._meta.label_lower, 3), (Person._meta.label_lower, 1)}

    def test_a_specialist_may_not_take_the_names(self, specialist, talk, sliven):
        talk()
        specialist.raise_request_exception = False
        assert specialist.post(EXPORT, {"imena": "on"}).status_code == 403
        assert rows_of(sliven, AccessEvent) == []
        assert "имената на хората" not in specialist.get(JOURNAL).content.decode()

    def test_wrong_filters_export_nothing(self, specialist, talk, sliven):
        talk()
        answer = specialist.post(EXPORT, {"kanal": "гълъб"}, follow=True)
        assert "Поправете филтрите" in answer.content.decode()
        assert rows_of(sliven, AccessEvent) == []

    def test_too_many_rows_are_refused(self, specialist, talk, sliven, monkeypatch):
        monkeypatch.setattr("frontoffice.exports.MOST_EXPORTED", 1)
        talk(), talk()
        answer = specialist.post(EXPORT, follow=True)
        assert "по-кратък период" in answer.content.decode()
        assert rows_of(sliven, AccessEvent) == []

    def test_only_the_own_municipalitys(self, specialist, talk, elena):
        ConsultationFactory(municipality=elena)
        assert self.sheet(specialist) == []

    @pytest.mark.parametrize("role", ["manager", "administrator", "dpo", "provider", "operator"])
    def test_nobody_else_takes_it_out(self, request, talk, role, sliven):
        talk()
        client = request.getfixturevalue(role)
        client.raise_request_exception = False
        assert client.post(EXPORT).status_code == 403
        assert rows_of(sliven, AccessEvent) == []

    def test_it_is_no_link(self, specialist):
        assert specialist.get(EXPORT).status_code == 405


class TestReading:
    def test_a_consultation_leads_on(self, specialist, talk, sliven):
        person = PersonFactory(municipality=sliven)
        mine = talk(person=person, settlement=SettlementFactory(municipality=sliven))
        page = specialist.get(reverse("consultation", args=[mine.pk])).content.decode()
        assert reverse("consultation_edit", args=[mine.pk]) in page
        assert reverse("person", args=[person.pk]) in page
        assert "Поправя я само" not in page

    @pytest.mark.parametrize("page", ["consultation", "consultation_edit", "consultation_versions"])
    def test_why_a_person_is_looked_at_is_asked_first(self, specialist, talk, sliven, page):
        DeskPolicyFactory(municipality=sliven, asks_reason="always", reasons=["Обажда се"])
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        mine = talk(person=person)
        address = reverse(page, args=[mine.pk])
        asked = specialist.get(address)
        assert asked.url.startswith(reverse("person_reason", args=[person.pk]))
        specialist.post(asked.url, {"choice": "Обажда се"})
        assert specialist.get(address).status_code == 200

    def test_the_journal_leads_to_it(self, specialist, talk):
        mine = talk()
        page = specialist.get(JOURNAL).content.decode()
        assert reverse("consultation", args=[mine.pk]) in page
