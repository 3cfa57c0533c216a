"""Relatives and representatives of people: recorded once, read from both sides."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from frontoffice.dossier.models import PersonRelation
from frontoffice.models import Draft
from tests.factories_desk import PersonRelationFactory
from tests.factories_people import PersonFactory
from tests.frontoffice.test_dossier import EGN, page_of, read, sources
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(sliven):
    return PersonFactory(municipality=sliven, given_name="Вяра")


def close(**changed) -> dict:
    return {
        "kind": "child",
        "name": "Дъщеря Измислена",
        "form_key": str(uuid.uuid4()),
        **changed,
    }


class TestClosePeople:
    def address(self, person) -> str:
        return reverse("person_relation_new", args=[person.pk])

    def test_somebody_by_name_and_telephone(self, specialist, sliven, person):
        sent = close(phones="0888 123 456", is_representative="on", basis="пълномощно № 7")
        assert specialist.post(self.address(person), sent).url == page_of(person)
        specialist.post(self.address(person), sent)
        (made,) = rows_of(sliven, PersonRelation)
        assert (made.phones, made.created_by) == ("0888123456", specialist.user)
        page = read(specialist, person)
        for words in ("Дъщеря Измислена", "дете", "представлява лицето", "0888\xa0123\xa0456",
                      "пълномощно № 7"):  # fmt: skip
            assert words in page

    def test_somebody_on_record_is_found_first_and_read_from_both_sides(
        self, specialist, sliven, person
    ):
        other = PersonFactory(municipality=sliven, given_name="Невена")
        asked = specialist.post(self.address(person), close(name="", person_query="nevena"))
        page = asked.content.decode()
        assert asked.status_code == 200
        assert f'name="other" value="{other.pk}"' in page
        assert rows_of(sliven, PersonRelation) == []
        sent = close(name="", person_query="nevena", person_asked="nevena", other=other.pk)
        specialist.post(self.address(person), sent)
        here, there = read(specialist, person), read(specialist, other)
        assert re.search(r"Невена Измислена</a> – дете", here)
        assert re.search(r"Вяра Измислена</a> – родител", there)
        again = specialist.post(self.address(person), {**sent, "form_key": str(uuid.uuid4())})
        assert "вече е записано така" in again.content.decode()

    @pytest.mark.parametrize("other", [False, True], ids=["by name", "on record"])
    def test_what_is_typed_is_kept_until_it_is_saved(self, specialist, sliven, person, other):
        page = specialist.get(self.address(person)).content.decode()
        hidden = dict(re.findall(r'name="(draft_\w+)" value="([^"]*)"', page))
        found = PersonFactory(municipality=sliven, given_name="Невена")
        asked = {"person_query": "невена", "person_asked": "невена", "other": found.pk}
        sent = close(basis="пълномощно № 7", **({"name": "", **asked} if other else {}))
        saved = specialist.post(reverse("draft_save"), {**hidden, **sent})
        assert saved.status_code == 200, saved.content.decode()
        assert "Нов близък" in specialist.get(reverse("drafts")).content.decode()
        again = specialist.get(f"{self.address(person)}?chernova={hidden['draft_tab']}")
        assert "пълномощно № 7" in again.content.decode()
        back = dict(re.findall(r'name="(draft_\w+)" value="([^"]*)"', again.content.decode()))
        assert specialist.post(self.address(person), {**sent, **back}).status_code == 302
        (made,) = rows_of(sliven, PersonRelation)
        assert made.other_id == (found.pk if other else None)
        (draft,) = rows_of(sliven, Draft)
        assert draft.data is None

    def test_one_is_not_close_to_oneself(self, specialist, sliven, person):
        asked = specialist.post(self.address(person), close(name="", person_query="Вяра"))
        assert f'name="other" value="{person.pk}"' not in asked.content.decode()
        answer = specialist.post(self.address(person), close(name="", other=person.pk))
        assert answer.status_code == 422
        assert rows_of(sliven, PersonRelation) == []

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"kind": ""}, "Изберете какъв е на лицето."),
            ({"kind": "стрина"}, "Направете валиден избор"),
            ({"name": ""}, "Напишете името или изберете записано лице."),
            ({"is_representative": "on"}, "Напишете на какво основание"),
            ({"phones": "не помни"}, "Напишете телефона с цифри"),
            ({"valid_until": "31.02.2026"}, "дата"),
            ({"basis": f"пълномощно, ЕГН {EGN}"}, "Тук има ЕГН."),
            ({"other": "9" * 30}, "Това лице не е намерено."),
            ({"name": "\x00"}, "знак, който не може"),
        ],
    )
    def test_what_is_wrong_is_told(self, specialist, sliven, person, wrong, message):
        answer = specialist.post(self.address(person), close(**wrong))
        assert answer.status_code == 422
        assert message.lower() in answer.content.decode().lower()
        assert rows_of(sliven, PersonRelation) == []

    def test_a_right_that_ended_is_marked(self, specialist, sliven, person):
        PersonRelationFactory(
            municipality=sliven,
            person=person,
            is_representative=True,
            basis="пълномощно",
            valid_until=timezone.localdate() - dt.timedelta(days=1),
        )
        assert "изтекло" in read(specialist, person)

    def test_corrected_with_a_difference_and_ended(self, specialist, colleague, sliven, person):
        made = PersonRelationFactory(municipality=sliven, person=person)
        address = reverse("person_relation", args=[person.pk, made.pk])
        assert "Дъщеря Измислена" in specialist.get(address).content.decode()
        colleague.post(address, close(note="живее в друг град", version="1"))
        answer = specialist.post(address, close(note="идва сама", version="1"))
        assert answer.status_code == 422
        assert "живее в друг град" in answer.content.decode()
        specialist.post(address, close(note="идва сама", version="2"))
        assert rows_of(sliven, PersonRelation)[0].note == "идва сама"
        end = reverse("person_relation_end", args=[person.pk, made.pk])
        assert "Да се прекрати ли?" in specialist.get(end).content.decode()
        specialist.post(end)
        page = read(specialist, person)
        assert "Прекратени (1)" in page
        assert specialist.get(address).status_code == 404
        assert sources(specialist, person, vid="blizki") == ["ended", "relation"]

    def test_it_is_corrected_from_its_own_side_and_missing_elsewhere(
        self, specialist, elena_specialist, sliven, person
    ):
        other = PersonFactory(municipality=sliven)
        made = PersonRelationFactory(municipality=sliven, person=person, other=other, name="")
        address = reverse("person_relation", args=[other.pk, made.pk])
        assert specialist.get(address).url == reverse("person_relation", args=[person.pk, made.pk])
        third = PersonFactory(municipality=sliven)
        for name in ("person_relation", "person_relation_end"):
            assert specialist.get(reverse(name, args=[third.pk, made.pk])).status_code == 404
            assert elena_specialist.get(reverse(name, args=[person.pk, made.pk])).status_code == 404

    def test_the_same_queries_for_any_number(self, specialist, sliven, person, queries):
        specialist.get(page_of(person))

        def rows(n):
            for _ in range(n):
                PersonRelationFactory(
                    municipality=sliven,
                    person=person,
                    other=PersonFactory(municipality=sliven),
                    name="",
                )

        queries.assert_same(
            specialist, page_of(person, vid="blizki"), rows, name="litse: blizki", at_most=25
        )
