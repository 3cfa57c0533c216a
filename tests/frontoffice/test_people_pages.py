"""People in the browser's answers: found before written down, one page, every look kept."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.utils import timezone

from frontoffice.models import Consultation, Person
from municipalities.audit import AccessEvent
from tests.factories import ConsultationFactory, ConsultationTopicFactory, SettlementFactory
from tests.factories_people import PersonFactory
from tests.frontoffice.test_desk import JOURNAL, NEW, answers
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

PEOPLE = "/rabotno-myasto/hora/"
NEW_PERSON = f"{PEOPLE}novo/"
EGN = "9521080015"


def page_of(person: Person) -> str:
    return f"{PEOPLE}{person.pk}/"


def known(**changed) -> dict:
    """Return the form of a person, changed."""
    return {
        "given_name": "Мария",
        "family_name": "Измислена",
        "identifier_kind": "none",
        "form_key": str(uuid.uuid4()),
        **changed,
    }


def looks(of) -> list[tuple[str, int]]:
    return [(e.action, e.subject_id) for e in reversed(rows_of(of, AccessEvent))]


class TestFinding:
    def test_the_question_is_not_in_the_address_and_the_answer_is_a_page_to_come_back_to(
        self, specialist, sliven
    ):
        PersonFactory(municipality=sliven, given_name="Мария")
        answer = specialist.post(PEOPLE, {"q": "maria"})
        assert answer.status_code == 302
        assert re.fullmatch(rf"{PEOPLE}\?t=[\w-]{{8}}", answer.url)
        for _ in range(2):
            page = specialist.get(answer.url)
            assert "1\xa0лице" in page.content.decode()
            assert page["Cache-Control"] == "no-store"

    def test_several_questions_live_side_by_side_and_the_oldest_ends(self, specialist, sliven):
        PersonFactory(municipality=sliven, given_name="Мария")
        first = specialist.post(PEOPLE, {"q": "Мария"}).url
        specialist.post(PEOPLE, {"q": "Никой"})
        assert "1\xa0лице" in specialist.get(first).content.decode()
        for _ in range(10):
            specialist.post(PEOPLE, {"q": "Никой"})
        assert "Търсенето е изтекло" in specialist.get(first).content.decode()

    def test_a_colleague_cannot_read_the_question(self, specialist, colleague):
        address = specialist.post(PEOPLE, {"q": "Мария"}).url
        page = colleague.get(address).content.decode()
        assert "Мария" not in page
        assert "Търсенето е изтекло" in page

    def test_an_empty_question_is_told(self, specialist):
        answer = specialist.post(PEOPLE, {"q": "  "})
        assert answer.status_code == 422
        assert "Напишете име, номер или телефон." in answer.content.decode()

    def test_identifiers_are_masked_in_the_list(self, specialist, sliven):
        PersonFactory(municipality=sliven, egn=EGN)
        page = specialist.post(PEOPLE, {"q": EGN}, follow=True).content.decode()
        assert "ЕГН ••••••••15" in page
        assert EGN not in page

    def test_many_are_on_pages(self, specialist, sliven):
        for _ in range(30):
            PersonFactory(municipality=sliven, given_name="Иван")
        address = specialist.post(PEOPLE, {"q": "Иван"}).url
        assert len(specialist.get(address).context["page_obj"]) == 25
        second = specialist.get(f"{address}&page=2")
        assert len(second.context["page_obj"]) == 5
        assert f"{address[-10:]}" in second.content.decode()

    def test_opening_one_is_kept_as_found(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, given_name="Мария")
        page = specialist.post(PEOPLE, {"q": "Мария"}, follow=True).content.decode()
        assert looks(sliven) == []
        assert f'href="{page_of(person)}namereno/"' in page
        assert specialist.get(f"{page_of(person)}namereno/").url == page_of(person)
        specialist.get(page_of(person))
        assert looks(sliven) == [("found", person.pk)]

    def test_somebody_not_found_is_written_down_with_what_was_typed(self, specialist):
        word = specialist.post(PEOPLE, {"q": "мария измислена"}).url.partition("t=")[2]
        page = specialist.post(NEW_PERSON, {"ot-tarsene": word}).content.decode()
        assert 'value="Мария"' in page
        assert 'value="Измислена"' in page
        word = specialist.post(PEOPLE, {"q": EGN}).url.partition("t=")[2]
        page = specialist.post(NEW_PERSON, {"ot-tarsene": word})
        assert f'value="{EGN}"' in page.content.decode()
        assert page["Cache-Control"] == "no-store"


class TestWritingDown:
    def test_everything_said_is_saved(self, specialist, sliven):
        place = SettlementFactory(municipality=sliven)
        sent = known(
            middle_name="Пробна",
            born="1.3.1950",
            phones="0888 123 456, 042/000 121",
            email="m@example.bg",
            settlement=place.pk,
            address="ул. „Примерна“ 1",
            needs=["large_print", "sign_language"],
            language="турски",
            needs_note="говорете бавно",
            note="Идва с дъщеря си.",
        )
        answer = specialist.post(NEW_PERSON, sent)
        (person,) = rows_of(sliven, Person)
        assert answer.url == page_of(person)
        assert person.created_by == specialist.user
        assert (person.birth_date, person.phones) == (
            dt.date(1950, 3, 1), "0888123456 042000121",
        )  # fmt: skip
        page = specialist.get(answer.url).content.decode()
        for words in (
            "Мария Пробна Измислена", "01.03.1950 г.", "0888\xa0123\xa0456", "m@example.bg",
            "едър шрифт, български жестов език; говори на: турски; говорете бавно",
            "Идва с дъщеря си.", "ул. „Примерна“ 1",
        ):  # fmt: skip
            assert words in page

    def test_only_the_year_may_be_known(self, specialist, sliven):
        specialist.post(NEW_PERSON, known(born="1950"))
        (person,) = rows_of(sliven, Person)
        assert (person.birth_date, person.birth_year) == (None, 1950)

    def test_a_service_number_is_given(self, specialist, sliven):
        answer = specialist.post(NEW_PERSON, known(identifier_kind="service"))
        assert "С-000001" in specialist.get(answer.url).content.decode()

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"given_name": ""}, "Напишете поне едно име."),
            ({"given_name": "123"}, "Напишете име с букви."),
            ({"identifier_kind": ""}, "Изберете вида на номера"),
            ({"identifier_kind": "паспорт"}, "Направете валиден избор"),
            ({"identifier_kind": "egn"}, "Напишете номера или изберете „Без номер“."),
            ({"identifier_kind": "egn", "identifier": "952108"}, "ЕГН има 10 цифри, а тук са 6."),
            ({"identifier_kind": "egn", "identifier": "9521080016"}, "Последната цифра"),
            ({"identifier": EGN}, "Изберете дали номерът е ЕГН или ЛНЧ."),
            ({"identifier_kind": "egn", "identifier": EGN, "born": "1950"}, "друга рождена дата"),
            ({"born": "31.02.1950"}, "Напишете датата като 1.3.1950 или само годината."),
            ({"born": "1.1.2099"}, "Рождената дата не е възможна."),
            ({"born": "1500"}, "Годината на раждане не е възможна."),
            ({"born": "0000"}, "Годината на раждане не е възможна."),
            ({"phones": "0888 123 456, не помни"}, "Напишете телефона с цифри"),
            ({"email": "не@"}, "ime@example.bg"),
            ({"settlement": "999999999999999999999"}, "Направете валиден избор"),
            ({"needs": ["летене"]}, "Направете валиден избор"),
            ({"note": f"ЕГН {EGN}"}, "Тук има ЕГН."),
            ({"given_name": f"Мария {EGN}"}, "Тук има ЕГН."),
            ({"form_key": "x"}, "UUID"),
            ({"note": "\x00"}, "знак, който не може"),
        ],
    )
    def test_what_is_wrong_is_told_by_field_and_nothing_typed_is_lost(
        self, specialist, sliven, wrong, message
    ):
        answer = specialist.post(NEW_PERSON, known(**{"address": "ул. „Дълга“ 7", **wrong}))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert message.lower() in page.lower()
        assert "ул. „Дълга“ 7" in page
        assert "<title>Грешка:" in page
        assert rows_of(sliven, Person) == []

    def test_sent_twice_it_is_one_person(self, specialist, sliven):
        sent = known(identifier_kind="egn", identifier=EGN)
        specialist.post(NEW_PERSON, sent)
        page = specialist.post(NEW_PERSON, sent, follow=True).content.decode()
        assert "вече беше записано" in page
        assert len(rows_of(sliven, Person)) == 1

    def test_a_number_already_written_down_is_refused_with_a_way_there(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, egn=EGN, given_name="Вяра")
        answer = specialist.post(NEW_PERSON, known(identifier_kind="egn", identifier=EGN))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "В общината вече има записано лице с този номер." in page
        assert f'href="{page_of(person)}"' in page
        assert len(rows_of(sliven, Person)) == 1

    def test_the_same_number_elsewhere_is_nobodys_business(self, specialist, sliven, elena):
        PersonFactory(municipality=elena, egn=EGN)
        answer = specialist.post(NEW_PERSON, known(identifier_kind="egn", identifier=EGN))
        assert answer.status_code == 302

    def test_likely_duplicates_are_shown_and_do_not_block(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, given_name="Вяра", phones="0888123456")
        sent = known(phones="0888 123 456")
        page = specialist.post(NEW_PERSON, sent).content.decode()
        assert "Може би вече е записано" in page
        assert "същият телефон" in page
        assert "Въпреки това запиши" in page
        assert rows_of(sliven, Person) == [person]
        answer = specialist.post(NEW_PERSON, {**sent, "confirm": "1", "shown": f"{person.pk} "})
        assert answer.status_code == 302
        assert len(rows_of(sliven, Person)) == 2

    def test_a_duplicate_not_yet_shown_is_shown_first(self, specialist, sliven):
        PersonFactory(municipality=sliven, given_name="Мария", family_name="Измислена")
        page = specialist.post(NEW_PERSON, known(confirm="1", shown="")).content.decode()
        assert "същото име" in page
        assert len(rows_of(sliven, Person)) == 1


class TestCorrecting:
    @pytest.fixture
    def person(self, sliven) -> Person:
        return PersonFactory(
            municipality=sliven, given_name="Мария", egn=EGN, birth_date=dt.date(1895, 1, 8)
        )

    def test_the_number_is_not_in_the_form_and_stays(self, specialist, person, sliven):
        page = specialist.get(f"{page_of(person)}promyana/").content.decode()
        assert EGN not in page
        assert "Сега е ЕГН ••••••••15. Оставете празно" in page
        sent = known(identifier_kind="egn", family_name="Нова", version="1")
        assert specialist.post(f"{page_of(person)}promyana/", sent).url == page_of(person)
        (saved,) = rows_of(sliven, Person)
        assert saved.family_name == "Нова"
        assert saved.birth_date == dt.date(1895, 1, 8)
        assert saved.written_identifier == "ЕГН ••••••••15"

    def test_a_colleagues_change_is_shown_beside_ones_own(self, specialist, colleague, person):
        address = f"{page_of(person)}promyana/"
        colleague.post(
            address, known(identifier_kind="egn", family_name="На колегата", version="1")
        )
        sent = known(
            identifier_kind="egn", identifier="9523150024", family_name="Моята", version="1"
        )
        answer = specialist.post(address, sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Колега е променил данните" in page
        changed = [(d.label, d.saved, d.typed) for d in answer.context["changed"]]
        assert ("Фамилно име", "На колегата", "Моята") in changed
        assert ("Номер", "ЕГН ••••••••15", "нов номер") in changed
        assert 'name="version" value="2"' in page
        assert specialist.post(address, {**sent, "version": "2"}).status_code == 302

    def test_anothers_number_is_refused(self, specialist, person, sliven):
        other = PersonFactory(municipality=sliven)
        sent = known(identifier_kind="egn", identifier=EGN, version="1")
        answer = specialist.post(f"{page_of(other)}promyana/", sent)
        assert answer.status_code == 422
        assert "вече има записано лице с този номер" in answer.content.decode()


class TestPersonPage:
    def test_a_refresh_is_the_same_look_and_a_later_one_is_another(self, specialist, sliven):
        person = PersonFactory(municipality=sliven)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            specialist.get(page_of(person))
            specialist.get(page_of(person))
            assert looks(sliven) == [("viewed", person.pk)]
            clock.shift(61)
            specialist.get(page_of(person))
        assert looks(sliven) == [("viewed", person.pk)] * 2

    def test_looks_of_two_people_at_once_are_two(self, specialist, colleague, sliven):
        person = PersonFactory(municipality=sliven)
        specialist.get(page_of(person))
        colleague.get(page_of(person))
        first, second = rows_of(sliven, AccessEvent)
        assert {first.user, second.user} == {specialist.user, colleague.user}
        assert (first.role, first.path) == ("specialist", page_of(person))

    def test_the_number_is_shown_once_by_a_recorded_click(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, egn=EGN)
        assert EGN not in specialist.get(page_of(person)).content.decode()
        answer = specialist.post(f"{page_of(person)}nomer/")
        assert answer.content.decode().count(EGN) == 1
        assert answer["Cache-Control"] == "no-store"
        assert ("revealed", person.pk) in looks(sliven)
        assert EGN not in specialist.get(page_of(person)).content.decode()
        assert specialist.get(f"{page_of(person)}nomer/").status_code == 405

    def test_each_showing_is_kept(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, egn=EGN)
        for _ in range(3):
            specialist.post(f"{page_of(person)}nomer/")
        assert looks(sliven) == [("revealed", person.pk)] * 3

    def test_a_number_that_no_key_reads_is_said_so(self, specialist, sliven, settings):
        person = PersonFactory(municipality=sliven, egn=EGN)
        settings.DATA_KEYS = ["MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="]
        page = specialist.post(f"{page_of(person)}nomer/", follow=True).content.decode()
        assert "Номерът не може да бъде прочетен" in page

    def test_somebody_without_a_number_has_nothing_to_show(self, specialist, sliven):
        person = PersonFactory(municipality=sliven)
        assert specialist.post(f"{page_of(person)}nomer/").url == page_of(person)
        assert looks(sliven) == []

    def test_only_this_persons_consultations_are_there(self, specialist, sliven):
        person = PersonFactory(municipality=sliven)
        mine = ConsultationFactory(municipality=sliven, person=person)
        ConsultationFactory(municipality=sliven, person=PersonFactory(municipality=sliven))
        ConsultationFactory(municipality=sliven)
        events = specialist.get(page_of(person)).context["events"]
        assert [event.row for event in events if event.source == "talk"] == [mine]

    def test_the_same_queries_for_any_number_of_consultations(self, specialist, sliven, queries):
        person, topic = PersonFactory(municipality=sliven, egn=EGN), ConsultationTopicFactory()
        specialist.get(page_of(person))  # the look is kept; what is counted is the reading

        before = timezone.now() - dt.timedelta(days=1)  # that the person was written down is newer

        def rows(n):
            for _ in range(n):
                ConsultationFactory(
                    municipality=sliven, person=person, topics=[topic], held_at=before
                )

        queries.assert_same(specialist, page_of(person), rows, name="litse")

    def test_the_same_queries_for_any_number_of_people_found(self, specialist, sliven, queries):
        address = specialist.post(PEOPLE, {"q": "Иван"}).url
        place = SettlementFactory(municipality=sliven)

        def rows(n):
            for _ in range(n):
                PersonFactory(municipality=sliven, given_name="Иван", settlement=place)

        queries.assert_same(specialist, address, rows, name="hora?t")


class TestConsultationWithAPerson:
    def test_it_is_anonymous_until_somebody_is_added(self, specialist):
        page = specialist.get(NEW).content.decode()
        assert "Добави лице (сега е анонимна)" in page
        assert "Без имена и ЕГН: консултацията е анонимна." in page

    def test_a_person_comes_along_from_their_page(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        page = specialist.get(NEW, {"lice": person.pk}).content.decode()
        assert "Вяра" in page
        assert "кой е човекът, вече се знае" in page
        assert looks(sliven) == [("viewed", person.pk)]
        specialist.post(NEW, answers(person=person.pk))
        (saved,) = rows_of(sliven, Consultation)
        assert saved.person_id == person.pk

    def test_without_scripts_finding_keeps_what_is_typed_and_saves_nothing(
        self, specialist, sliven
    ):
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        sent = answers(note="Дълъг разговор.", person_query="vyara", channel="")
        answer = specialist.post(NEW, {**sent, "find": "1"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Дълъг разговор." in page
        assert f'name="person" value="{person.pk}"' in page
        assert "Грешка:" not in page
        assert rows_of(sliven, Consultation) == []

    def test_a_name_begun_and_not_looked_for_is_not_left_out_in_silence(self, specialist, sliven):
        sent = answers(person_query="Вяра")
        assert "Няма такова лице." in specialist.post(NEW, sent).content.decode()
        assert rows_of(sliven, Consultation) == []
        specialist.post(NEW, {**sent, "person_asked": "Вяра", "person": ""})
        assert rows_of(sliven, Consultation)[0].person is None

    def test_the_part_for_scripts(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        answer = specialist.post(
            f"{PEOPLE}izbor/", {"person_query": "вяра"}, headers={"HX-Request": "true"}
        )
        page = answer.content.decode()
        assert f'value="{person.pk}"' in page
        assert "<html" not in page

    def test_a_correction_adds_and_takes_away(self, specialist, sliven):
        person = PersonFactory(municipality=sliven)
        talk = ConsultationFactory(municipality=sliven, specialist=specialist.user)
        address = f"{JOURNAL}{talk.pk}/promyana/"
        specialist.post(address, answers(person=person.pk, version="1"))
        assert rows_of(sliven, Consultation)[0].person_id == person.pk
        specialist.get(address)
        assert looks(sliven) == [("viewed", person.pk)]
        specialist.post(address, answers(person="", version="2"))
        assert rows_of(sliven, Consultation)[0].person_id is None

    def test_a_foreign_or_missing_person_cannot_be_chosen(self, specialist, sliven, elena):
        foreign = PersonFactory(municipality=elena)
        for pk in (foreign.pk, 999999, "x", "9" * 30):
            answer = specialist.post(NEW, answers(person=pk))
            assert answer.status_code == 422
            assert "Това лице не е намерено" in answer.content.decode()
        for pk in (foreign.pk, 999999, "x", "-1", "9" * 30, "9" * 5000, "²"):
            assert specialist.get(NEW, {"lice": pk}).status_code == 404

    def test_an_egn_in_the_note_is_refused(self, specialist, sliven):
        answer = specialist.post(NEW, answers(note=f"ЕГН {EGN}"))
        assert "Тук има ЕГН." in answer.content.decode()
        assert rows_of(sliven, Consultation) == []

    def test_the_journal_tells_which_and_names_nobody(self, specialist, sliven):
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        talk = ConsultationFactory(municipality=sliven, person=person)
        ConsultationFactory(municipality=sliven)
        answer = specialist.get(JOURNAL, {"lice": "on"})
        assert list(answer.context["page_obj"]) == [talk]
        page = answer.content.decode()
        assert ">с лице<" in page
        assert "Вяра" not in page

    def test_who_only_reads_sees_with_whom_and_it_is_kept(self, colleague, sliven):
        person = PersonFactory(municipality=sliven, given_name="Вяра")
        talk = ConsultationFactory(municipality=sliven, person=person)
        assert "Вяра" in colleague.get(f"{JOURNAL}{talk.pk}/").content.decode()
        assert looks(sliven) == [("viewed", person.pk)]


# Fences


def requests_for(pk) -> list[tuple[str, str]]:
    address = f"{PEOPLE}{pk}/"
    return [
        ("get", PEOPLE),
        ("post", PEOPLE),
        ("get", NEW_PERSON),
        ("post", NEW_PERSON),
        ("post", f"{PEOPLE}izbor/"),
        ("get", address),
        ("get", f"{address}namereno/"),
        ("get", f"{address}promyana/"),
        ("post", f"{address}promyana/"),
        ("post", f"{address}nomer/"),
    ]


@pytest.mark.parametrize("role", ["manager", "administrator", "dpo", "provider", "operator"])
def test_other_roles_see_no_people(request, sliven, role):
    client = request.getfixturevalue(role)
    person = PersonFactory(municipality=sliven, egn=EGN, given_name="Вяра")
    for method, address in requests_for(person.pk):
        answer = getattr(client, method)(address, {"q": "Вяра", "person_query": "Вяра"})
        assert answer.status_code == 403, (method, address)
        assert "Вяра" not in answer.content.decode()
    assert looks(sliven) == []


def test_a_stranger_is_asked_to_sign_in(client, sliven):
    person = PersonFactory(municipality=sliven)
    for method, address in requests_for(person.pk):
        assert getattr(client, method)(address).url.startswith("/accounts/login/")


def test_the_head_sees_people(head, sliven):
    person = PersonFactory(municipality=sliven, given_name="Вяра")
    assert "Вяра" in head.get(page_of(person)).content.decode()


@pytest.mark.parametrize("missing", ["999999", "0", "9" * 30])
def test_a_foreign_person_is_missing_exactly_like_one_that_never_was(
    elena_specialist, sliven, missing
):
    person = PersonFactory(municipality=sliven, egn=EGN)

    def normal(answer) -> tuple:
        body = re.sub(r'"[\w-]{64}"', "token", answer.content.decode())
        body = re.sub(r'class="code">\w+<', "", body)
        return answer.status_code, body

    foreign = requests_for(person.pk)[5:]
    absent = requests_for(missing)[5:]
    with time_machine.travel(timezone.now(), tick=False):  # pages tell when the session ends
        for (method, one), (_method, other) in zip(foreign, absent, strict=True):
            first = getattr(elena_specialist, method)(one, known())
            second = getattr(elena_specialist, method)(other, known())
            assert normal(first) == normal(second)
            assert first.status_code == 404
    assert looks(sliven) == []
