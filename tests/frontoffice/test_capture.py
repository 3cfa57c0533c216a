"""The capture screen: what it brings beside a talk, what it saves at once, whom it writes down."""

import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone

from frontoffice.models import Consultation, FollowUp, Person
from municipalities.tenancy import municipality_scope
from tests.factories import (
    CapacityFactory,
    ConsultationFactory,
    ConsultationTopicFactory,
    FeeFactory,
    ServiceFactory,
    SettlementFactory,
)
from tests.factories_desk import DeskTopicFactory, NoteTemplateFactory
from tests.factories_people import PersonFactory
from tests.frontoffice.test_desk import NEW, answers
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

BESIDE = "/rabotno-myasto/konsultatsii/uslugi/"
CHOICES = "/rabotno-myasto/hora/izbor/"
PART = {"headers": {"HX-Request": "true"}}
EGN = "9521080015"  # of somebody born in 1895


def text_of(answer) -> str:
    return answer.content.decode()


class TestTopics:
    def test_the_desks_own_topics_are_on_the_keys(self, specialist, sliven):
        topics = [ConsultationTopicFactory() for _ in range(10)]
        DeskTopicFactory(municipality=sliven, key=1, topic=topics[9])
        page = text_of(specialist.get(NEW))
        first = re.search(r'<input[^>]*data-key="1"[^>]*>', page).group()
        assert f'value="{topics[9].pk}"' in first

    def test_a_chosen_topic_without_a_key_is_not_hidden(self, specialist):
        topics = [ConsultationTopicFactory() for _ in range(10)]
        answer = specialist.post(NEW, answers(topic=topics[9].pk, outcome=""))
        assert re.search(r"data-more-topics open", text_of(answer))


class TestBesideTheTalk:
    @pytest.fixture
    def service(self, sliven):
        service = ServiceFactory(
            municipality=sliven,
            name="Патронаж",
            referred_by="municipality",
            eligibility="Над 65 години.",
            steps=["Заявление във фронт-офиса."],
        )
        CapacityFactory(municipality=sliven, service=service, places=20, free=3, waiting=4)
        return service

    def test_free_places_and_the_order_of_use(self, specialist, service):
        page = text_of(specialist.get(BESIDE, {"u": service.pk}, **PART))
        for words in (
            "Патронаж", "свободни 3 от 20", "чакащи 4", f"{timezone.localdate():%d.%m.%Y}",
            "Насочва общината", "Над 65 години.", "Заявление във фронт-офиса.",
        ):  # fmt: skip
            assert words in page

    def test_a_service_of_another_municipality_is_not_shown(self, specialist, elena):
        foreign = ServiceFactory(municipality=elena, name="Чужда услуга")
        assert text_of(specialist.get(BESIDE, {"u": foreign.pk}, **PART)).strip() == ""

    @pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 40, "\x00", "١٢"])
    def test_what_is_no_service_shows_nothing(self, specialist, typed):
        answer = specialist.get(BESIDE, {"u": [typed, "1"]}, **PART)
        assert (answer.status_code, text_of(answer).strip()) == (200, "")

    def test_the_same_queries_for_any_number_of_services(self, specialist, sliven, queries):
        def rows(count: int) -> None:
            for _ in range(count):
                service = ServiceFactory(municipality=sliven)
                CapacityFactory(municipality=sliven, service=service)
                FeeFactory(municipality=sliven, service=service)

        first = ServiceFactory(municipality=sliven).pk
        ids = "&".join(f"u={number}" for number in range(first, first + 60))
        url = f"{BESIDE}?{ids}"
        queries.assert_same(specialist, NEW, rows, name="nova konsultatsiya", at_most=24)
        specialist.is_careful = False  # a part of a page
        queries.assert_same(specialist, url, rows, name="uslugi: beside", at_most=20)

    def test_without_scripts_a_button_shows_them_and_saves_nothing(
        self, specialist, sliven, service
    ):
        answer = specialist.post(NEW, {"services": service.pk, "note": "Още пиша.", "look": "1"})
        page = text_of(answer)
        assert answer.status_code == 200
        assert "Говорите за" in page
        assert "Още пиша." in page
        assert "Има проблем" not in page
        assert rows_of(sliven, Consultation) == []

    def test_templates_of_the_desk_and_ones_own_are_listed(self, specialist, colleague, sliven):
        NoteTemplateFactory(municipality=sliven, word="ред", text="Обяснен е редът.")
        NoteTemplateFactory(municipality=sliven, word="мое", owner=specialist.user)
        NoteTemplateFactory(municipality=sliven, word="чуждо", owner=colleague.user)
        page = text_of(specialist.get(NEW))
        assert "/ред" in page
        assert "Обяснен е редът." in page
        assert "/мое" in page
        assert "/чуждо" not in page


class TestRepeating:
    @pytest.fixture
    def last(self, specialist, sliven):
        return ConsultationFactory(
            municipality=sliven,
            specialist=specialist.user,
            channel="email",
            subject="professional",
            outcome="elsewhere",
            topics=[ConsultationTopicFactory(short_name="Топъл обяд")],
            settlement=SettlementFactory(municipality=sliven, name="Кермен"),
            person=PersonFactory(municipality=sliven, given_name="Някоя"),
            note="само за онзи разговор",
        )

    def test_the_last_one_of_today_fills_a_new_one(self, specialist, last):
        answer = specialist.get(NEW, {"povtori": "1"})
        form = answer.context["form"]
        filled = {name: form[name].value() for name in ("channel", "subject", "outcome")}
        assert filled == {"channel": "email", "subject": "professional", "outcome": "elsewhere"}
        assert form["settlement"].value() == last.settlement_id
        page = text_of(answer)
        assert re.search(r"<input[^>]*name=\"topics\"[^>]*checked", page)
        assert "само за онзи разговор" not in page
        assert "Някоя" not in page

    def test_neither_a_colleagues_nor_yesterdays_is_offered(self, colleague, specialist, last):
        assert "data-repeat" in text_of(specialist.get(NEW))
        assert "data-repeat" not in text_of(colleague.get(NEW))
        with municipality_scope(last.municipality):
            Consultation.objects.update(created_at=timezone.now() - dt.timedelta(days=1))
        page = specialist.get(NEW, {"povtori": "1"})
        assert "data-repeat" not in text_of(page)
        assert page.context["form"]["channel"].value() == "in_person"


class TestPromising:
    DAY = "31.12.2099"

    def promised(self, **changed) -> dict:
        return answers(outcome="follow_up", follow_up_on=self.DAY, **changed)

    def test_the_follow_up_is_saved_with_the_consultation(self, specialist, sliven):
        person = PersonFactory(municipality=sliven)
        sent = self.promised(follow_up_title="Обаждане", person=person.pk)
        for _ in range(2):
            specialist.post(NEW, sent)
        (saved,) = rows_of(sliven, Consultation)
        (task,) = rows_of(sliven, FollowUp)
        assert (task.title, task.due_on) == ("Обаждане", dt.date(2099, 12, 31))
        assert (task.owner_id, task.person_id) == (specialist.user.pk, person.pk)
        assert task.consultation_id == saved.pk

    def test_without_words_it_is_another_talk(self, specialist, sliven):
        specialist.post(NEW, self.promised())
        assert rows_of(sliven, FollowUp)[0].title == "Последващ разговор"

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"follow_up_on": "", "follow_up_title": "Обаждане"}, "Напишете до кой ден."),
            ({"follow_up_on": "1.1.2020"}, "Този ден е минал."),
            ({"follow_up_on": "1.1.9999"}, "Този ден е твърде далеч."),
            ({"follow_up_on": "скоро"}, "Напишете деня като 1.3.2026"),
            ({"follow_up_title": EGN}, "Тук има ЕГН"),
        ],
    )
    def test_a_wrong_promise_saves_nothing(self, specialist, sliven, wrong, message):
        answer = specialist.post(NEW, {**self.promised(note="Дълъг разговор."), **wrong})
        assert answer.status_code == 422
        assert message in text_of(answer)
        assert "Дълъг разговор." in text_of(answer)
        assert rows_of(sliven, Consultation) == rows_of(sliven, FollowUp) == []

    def test_with_another_outcome_nothing_is_promised(self, specialist, sliven):
        specialist.post(NEW, {**self.promised(), "outcome": "informed", "follow_up_on": "скоро"})
        assert len(rows_of(sliven, Consultation)) == 1
        assert rows_of(sliven, FollowUp) == []

    def test_saving_leads_to_a_follow_up_of_it(self, specialist, sliven):
        leads = specialist.post(NEW, answers(follow_up="1")).url
        (saved,) = rows_of(sliven, Consultation)
        assert leads == f"/rabotno-myasto/posledvashti/nova/?konsultatsiya={saved.pk}"

    def test_one_already_promised_is_opened(self, specialist, sliven):
        leads = specialist.post(NEW, self.promised(follow_up="1")).url
        (task,) = rows_of(sliven, FollowUp)
        assert leads == f"/rabotno-myasto/posledvashti/{task.pk}/"


class TestSomebodyNew:
    def someone(self, **changed) -> dict:
        return {
            "person_query": "нова", "person_asked": "нова", "new-names": "Нова Измислена",
            "new-phones": "0888 123 456", "new-form_key": str(uuid.uuid4()), "write_down": "1",
            **changed,
        }  # fmt: skip

    def test_they_are_written_down_and_chosen_and_nothing_typed_is_lost(self, specialist, sliven):
        answer = specialist.post(NEW, answers(note="Още пиша.", **self.someone()))
        page = text_of(answer)
        (person,) = rows_of(sliven, Person)
        assert (person.full_name, person.phones) == ("Нова Измислена", "0888123456")
        assert re.search(rf'name="person" value="{person.pk}" checked', page)
        assert "Още пиша." in page
        assert rows_of(sliven, Consultation) == []

    def test_three_names_and_a_number(self, specialist, sliven):
        sent = self.someone(**{"new-names": "вяра на проба", "new-identifier": EGN})
        page = text_of(specialist.post(CHOICES, sent, **PART))
        (person,) = rows_of(sliven, Person)
        assert (person.given_name, person.middle_name, person.family_name) == (
            "вяра", "на", "проба",
        )  # fmt: skip
        assert person.birth_date.year == 1895
        assert EGN not in page

    def test_likely_duplicates_come_first_and_do_not_block(self, specialist, sliven):
        known = PersonFactory(municipality=sliven, given_name="Нова", family_name="Измислена")
        sent = self.someone()
        page = text_of(specialist.post(CHOICES, sent, **PART))
        assert "Още нищо не е записано." in page
        assert "същото име" in page
        assert rows_of(sliven, Person) == [known]
        specialist.post(CHOICES, {**sent, "new-shown": f"{known.pk} "}, **PART)
        assert len(rows_of(sliven, Person)) == 2

    def test_sent_twice_they_are_written_down_once(self, specialist, sliven):
        sent = self.someone()
        for _ in range(2):
            specialist.post(CHOICES, sent, **PART)
        assert len(rows_of(sliven, Person)) == 1

    def test_who_has_the_number_is_offered_instead(self, specialist, sliven):
        known = PersonFactory(municipality=sliven, egn=EGN)
        sent = self.someone(**{"new-identifier": EGN})
        page = text_of(specialist.post(CHOICES, sent, **PART))
        assert "вече има записано лице с този номер" in page
        assert f'name="person" value="{known.pk}"' in page
        assert rows_of(sliven, Person) == [known]

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"new-names": ""}, "Напишете поне едно име."),
            ({"new-names": "12"}, "Напишете име с букви."),
            ({"new-names": "я" * 81}, "най-много 80"),
            ({"new-names": EGN}, "Тук има ЕГН"),
            ({"new-phones": "няма"}, "Напишете телефона с цифри"),
            ({"new-identifier": "123"}, "има 10 цифри"),
            ({"new-form_key": "x"}, "Запиши лицето"),
            ({"new-names": "\x00"}, "Запиши лицето"),
        ],
    )
    def test_a_wrong_one_is_told_and_not_saved(self, specialist, sliven, wrong, message):
        answer = specialist.post(NEW, answers(note="Още пиша.", **self.someone(**wrong)))
        assert answer.status_code == 422
        assert message in text_of(answer)
        assert "Още пиша." in text_of(answer)
        assert rows_of(sliven, Person) == []

    def test_saving_with_somebody_half_written_is_refused(self, specialist, sliven):
        sent = answers(**self.someone())
        del sent["write_down"]
        answer = specialist.post(NEW, sent)
        assert answer.status_code == 422
        assert "Новото лице още не е записано." in text_of(answer)
        assert 'value="0888 123 456"' in text_of(answer)
        assert rows_of(sliven, Consultation) == []

    def test_what_only_the_question_filled_in_does_not_hold_the_record(self, specialist, sliven):
        sent = answers(**self.someone(**{"new-names": "Нова", "new-phones": ""}))
        del sent["write_down"]
        specialist.post(NEW, sent)
        assert rows_of(sliven, Consultation)[0].person_id is None

    def test_a_stranger_writes_nobody_down(self, manager, sliven):
        assert manager.post(CHOICES, self.someone()).status_code == 403
        assert rows_of(sliven, Person) == []


def test_the_clock_of_the_page_comes_back(specialist):
    page = text_of(specialist.post(NEW, answers(outcome="", clock="1700000000000")))
    assert re.search(r'name="clock" value="1700000000000"', page)
