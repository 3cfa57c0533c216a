"""The desk: a consultation on one screen, the day, the journal."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from frontoffice.models import Consultation
from municipalities.tenancy import municipality_scope
from tests.factories import (
    CapacityFactory,
    ConsultationFactory,
    ConsultationTopicFactory,
    ServiceFactory,
    SettlementFactory,
)
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

NEW = "/rabotno-myasto/konsultatsii/nova/"
JOURNAL = "/rabotno-myasto/konsultatsii/"


def answers(**changed) -> dict:
    """Return the required answers of the form, changed."""
    filled = {
        "channel": "phone",
        "topics": [changed.pop("topic", None) or ConsultationTopicFactory().pk],
        "subject": "relative",
        "outcome": "informed",
        "held_at": f"{timezone.localtime():%d.%m.%Y %H:%M}",
        "duration_minutes": "7",
        "form_key": str(uuid.uuid4()),
    }
    return {**filled, **changed}


class TestRecording:
    def test_an_anonymous_consultation_is_saved_with_everything_said(self, specialist, sliven):
        service = ServiceFactory(municipality=sliven, name="Патронаж")
        place = SettlementFactory(municipality=sliven, name="Кермен")
        sent = answers(services=[service.pk], note="Пита за майка си.", settlement=place.pk)
        answer = specialist.post(NEW, sent, follow=True)
        assert answer.redirect_chain[-1][0] == "/rabotno-myasto/"
        assert "Консултацията е записана" in answer.content.decode()
        (saved,) = rows_of(sliven, Consultation)
        with municipality_scope(sliven):
            assert saved.specialist == specialist.user
            assert saved.office == specialist.membership.office
            assert list(saved.services.all()) == [service]
            assert (saved.note, saved.settlement, saved.duration_minutes) == (
                "Пита за майка си.",
                place,
                7,
            )

    def test_it_is_in_the_days_journal_and_found_again(self, specialist):
        topic = ConsultationTopicFactory(short_name="Топъл обяд")
        specialist.post(NEW, answers(topic=topic.pk, note="Пита за супа."))
        assert "Топъл обяд" in specialist.get("/rabotno-myasto/").content.decode()
        assert "Топъл обяд" in specialist.get(JOURNAL, {"q": "супа"}).content.decode()
        nothing = specialist.get(JOURNAL, {"q": "пица"}).content.decode()
        assert "Няма консултации по тези условия" in nothing

    def test_save_and_next_opens_an_empty_form(self, specialist):
        assert specialist.post(NEW, answers(next="1")).url == NEW

    def test_sent_twice_it_is_saved_once(self, specialist, sliven):
        sent = answers()
        specialist.post(NEW, sent)
        page = specialist.post(NEW, sent, follow=True).content.decode()
        assert "вече беше записана" in page
        assert len(rows_of(sliven, Consultation)) == 1

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"channel": ""}, "Изберете как се обърна човекът."),
            ({"topics": []}, "Изберете поне една тема."),
            ({"subject": ""}, "Изберете за кого е консултацията."),
            ({"outcome": "летене"}, "Направете валиден избор"),
            ({"held_at": "утре"}, "Напишете деня и часа като 21.11.2026 14:30."),
            ({"held_at": "01.01.2099 10:00"}, "не може да е в бъдещето"),
            ({"held_at": "01.01.0001 00:00"}, "Проверете годината"),
            ({"duration_minutes": "0"}, "по-голяма или равна на 1"),
            ({"duration_minutes": "много"}, "цяло число"),
            ({"topics": ["9" * 30]}, "9999"),
            ({"services": ["<b>"]}, "Някоя от избраните услуги вече не е публикувана."),
            ({"settlement": "999999999999999999999"}, "Направете валиден избор"),
            ({"form_key": "не е ключ"}, "UUID"),
        ],
    )
    def test_a_wrong_answer_is_told_in_bulgarian_and_nothing_typed_is_lost(
        self, specialist, sliven, wrong, message
    ):
        answer = specialist.post(NEW, answers(note="Дълъг разговор.", **wrong))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert message in page
        assert "Дълъг разговор." in page
        assert rows_of(sliven, Consultation) == []

    def test_a_service_of_another_municipality_is_not_offered(self, specialist, sliven, elena):
        foreign = ServiceFactory(municipality=elena, name="Чужда услуга")
        assert "Чужда услуга" not in specialist.get(NEW).content.decode()
        assert specialist.post(NEW, answers(services=[foreign.pk])).status_code == 422

    def test_free_places_stand_beside_the_work(self, specialist, sliven):
        service = ServiceFactory(municipality=sliven, name="Дневен център")
        CapacityFactory(municipality=sliven, service=service, free=3)
        page = specialist.get(NEW).content.decode()
        assert f"Дневен център (свободни 3 към {timezone.localdate():%d.%m.%Y})" in page

    def test_eight_topics_carry_number_keys(self, specialist):
        for _ in range(10):
            ConsultationTopicFactory()
        page = specialist.get(NEW).content.decode()
        assert page.count("data-key=") == 8


class TestCorrecting:
    @pytest.fixture
    def mine(self, specialist, sliven) -> Consultation:
        return ConsultationFactory(
            municipality=sliven,
            specialist=specialist.user,
            topics=[ConsultationTopicFactory()],
            note="първата бележка",
        )

    def test_ones_own_is_corrected(self, specialist, mine, sliven):
        address = f"{JOURNAL}{mine.pk}/promyana/"
        assert "първата бележка" in specialist.get(address).content.decode()
        answer = specialist.post(address, answers(note="поправена", version="1"))
        assert answer.url == f"{JOURNAL}{mine.pk}/"
        assert rows_of(sliven, Consultation)[0].note == "поправена"

    def test_a_colleague_reads_and_cannot_change(self, colleague, mine, sliven):
        address = f"{JOURNAL}{mine.pk}/promyana/"
        page = colleague.get(address, follow=True).content.decode()
        assert "първата бележка" in page
        assert "Поправи</a>" not in page
        assert "<form method" not in page.split("<main", 1)[1].split("</main>")[0]
        colleague.post(address, answers(note="чужда ръка", version="1"))
        assert rows_of(sliven, Consultation)[0].note == "първата бележка"

    def test_the_head_corrects_everybodys(self, head, mine, sliven):
        head.post(f"{JOURNAL}{mine.pk}/promyana/", answers(note="от ръководителя", version="1"))
        assert rows_of(sliven, Consultation)[0].note == "от ръководителя"

    def test_two_editors_are_told_and_the_second_keeps_the_text(self, specialist, mine, sliven):
        address = f"{JOURNAL}{mine.pk}/promyana/"
        specialist.post(address, answers(note="от първия раздел", version="1"))
        answer = specialist.post(address, answers(note="от втория раздел", version="1"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Променихте консултацията в " in page
        assert "от втория раздел" in page
        assert 'name="version" value="2"' in page
        assert rows_of(sliven, Consultation)[0].note == "от първия раздел"

    def test_a_service_no_longer_published_stays_discussed(self, specialist, mine, sliven):
        service = ServiceFactory(municipality=sliven, name="Закрита услуга", status="closed")
        with municipality_scope(sliven):
            mine.services.set([service])
        page = specialist.get(f"{JOURNAL}{mine.pk}/promyana/").content.decode()
        assert "Закрита услуга" in page
        specialist.post(
            f"{JOURNAL}{mine.pk}/promyana/", answers(note="x", version="1", services=[service.pk])
        )
        with municipality_scope(sliven):
            assert list(Consultation.objects.get().services.all()) == [service]

    @pytest.mark.parametrize("pk", ["999999", str(2**63), "9" * 40])
    def test_a_missing_one_is_not_found(self, specialist, pk):
        assert specialist.get(f"{JOURNAL}{pk}/").status_code == 404


class TestJournal:
    def test_filters_by_day_topic_channel_and_person(self, specialist, colleague, sliven):
        topic = ConsultationTopicFactory(code="tema")
        now = timezone.now()
        facts = {"municipality": sliven, "specialist": specialist.user}
        right = ConsultationFactory(**facts, topics=[topic], channel="email", held_at=now)
        ConsultationFactory(**facts, topics=[topic], held_at=now)
        ConsultationFactory(**facts, channel="email", held_at=now - dt.timedelta(days=9))
        ConsultationFactory(municipality=sliven, specialist=colleague.user, channel="email")
        today = f"{timezone.localdate():%d.%m.%Y}"
        found = specialist.get(
            JOURNAL, {"ot": today, "do": today, "tema": "tema", "kanal": "email", "moi": "on"}
        ).context["page_obj"]
        assert list(found) == [right]

    @pytest.mark.parametrize(
        "params",
        [{"ot": "32.13.2026"}, {"tema": "няма"}, {"kanal": "гълъб"}, {"q": "\x00"}],
    )
    def test_a_wrong_filter_is_told_and_the_rest_shown(self, specialist, sliven, params):
        ConsultationFactory(municipality=sliven, specialist=specialist.user)
        answer = specialist.get(JOURNAL, params)
        assert answer.status_code == 200
        assert "Грешка:" in answer.content.decode()
        assert len(answer.context["page_obj"]) == 1

    def test_a_period_that_ends_before_it_begins_is_told(self, specialist):
        page = specialist.get(JOURNAL, {"ot": "2.3.2026", "do": "1.3.2026"}).content.decode()
        assert "Крайната дата е преди началната." in page

    @pytest.mark.parametrize("period", [("01.01.0001", "31.12.9999"), ("", "31.12.9999")])
    def test_the_longest_period_there_is_shows_everything(self, specialist, sliven, period):
        ConsultationFactory(municipality=sliven, specialist=specialist.user)
        found = specialist.get(JOURNAL, {"ot": period[0], "do": period[1]})
        assert len(found.context["page_obj"]) == 1

    def test_a_day_is_the_local_day(self, specialist, sliven):
        late = dt.datetime(2026, 7, 1, 21, 30, tzinfo=dt.UTC)  # half past midnight of 2 July
        ConsultationFactory(municipality=sliven, specialist=specialist.user, held_at=late)
        found = specialist.get(JOURNAL, {"ot": "02.07.2026", "do": "02.07.2026"})
        assert len(found.context["page_obj"]) == 1


class TestQueries:
    def make(self, specialist, sliven):
        topics = [ConsultationTopicFactory() for _ in range(3)]

        def rows(n):
            for _ in range(n):
                service = ServiceFactory(municipality=sliven)
                CapacityFactory(municipality=sliven, service=service)
                ConsultationFactory(
                    municipality=sliven,
                    specialist=specialist.user,
                    topics=topics,
                    services=[service],
                )

        return rows

    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("/rabotno-myasto/", "desk"),
            (JOURNAL, "konsultatsii"),
            (f"{JOURNAL}?q=дума", "konsultatsii?q"),
            (NEW, "konsultatsiya-nova"),
        ],
    )
    def test_the_same_for_any_number_of_rows(self, specialist, sliven, queries, address, name):
        queries.assert_same(specialist, address, self.make(specialist, sliven), name=name)
