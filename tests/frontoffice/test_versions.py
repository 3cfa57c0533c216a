"""What a consultation said before it was corrected, and two people correcting it at once."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from frontoffice.consultations import (
    ConsultationChanged,
    correct_consultation,
    record_consultation,
)
from frontoffice.models import Consultation, ConsultationVersion
from frontoffice.versions import differences_of
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from tests.factories import (
    ConsultationTopicFactory,
    ServiceFactory,
    SettlementFactory,
)
from tests.factories_desk import DeskPolicyFactory
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic():
    return ConsultationTopicFactory(name="Топъл обяд")


@pytest.fixture
def facts(topic) -> dict:
    return {
        "held_at": timezone.now().replace(second=42, microsecond=7),
        "duration_minutes": 5,
        "channel": Consultation.Channel.PHONE,
        "subject": Consultation.Subject.SELF,
        "outcome": Consultation.Outcome.INFORMED,
        "note": "първо",
        "settlement": None,
        "person": None,
        "topics": [topic],
        "services": [],
    }


@pytest.fixture
def saved(specialist, sliven, facts) -> Consultation:
    with municipality_scope(sliven):
        return record_consultation(
            membership=specialist.membership, form_key=uuid.uuid4(), **facts
        )[0]


def correct(saved, client, facts, *, version: int, **changed) -> Consultation:
    with municipality_scope(saved.municipality):
        return correct_consultation(saved, by=client.user, version=version, **facts | changed)


def sent(facts, **changed) -> dict:
    """Return the facts as the form sends them."""
    return {
        "channel": facts["channel"],
        "topics": [topic.pk for topic in facts["topics"]],
        "subject": facts["subject"],
        "outcome": facts["outcome"],
        "note": facts["note"],
        "held_at": f"{timezone.localtime(facts['held_at']):%d.%m.%Y %H:%M}",
        "duration_minutes": facts["duration_minutes"],
        "form_key": str(uuid.uuid4()),
        **changed,
    }


class TestKeeping:
    def test_what_stood_before_is_kept_with_topics_and_services(
        self, saved, specialist, head, facts, sliven, topic
    ):
        service, other = ServiceFactory(municipality=sliven), ConsultationTopicFactory()
        correct(saved, specialist, facts, version=1, services=[service], note="второ")
        correct(saved, head, facts, version=2, topics=[topic, other], note="трето")
        first, second = rows_of(sliven, ConsultationVersion)
        assert (first.version, first.facts["note"], first.facts["services"]) == (1, "първо", [])
        assert (second.facts["note"], second.facts["services"]) == ("второ", [service.pk])
        assert first.facts["topics"] == second.facts["topics"] == [topic.pk]
        assert first.written_by == second.written_by == specialist.user
        assert first.written_at == saved.updated_at
        (now,) = rows_of(sliven, Consultation)
        assert (now.version, now.note, now.changed_by) == (3, "трето", head.user)

    def test_saving_without_a_change_keeps_no_version(self, saved, specialist, facts, sliven):
        same = facts | {"held_at": facts["held_at"].replace(second=0, microsecond=0)}
        correct(saved, specialist, same, version=1)
        assert rows_of(sliven, ConsultationVersion) == []
        assert rows_of(sliven, Consultation)[0].version == 1

    def test_line_ends_of_a_browser_are_no_change(self, saved, specialist, facts, sliven):
        correct(saved, specialist, facts, version=1, note="ред\nред")
        correct(saved, specialist, facts, version=2, note="ред\r\nред")
        assert len(rows_of(sliven, ConsultationVersion)) == 1

    @pytest.mark.parametrize("act", ["update", "delete"])
    def test_the_first_version_stays_for_ever(self, saved, specialist, facts, sliven, act):
        correct(saved, specialist, facts, version=1, note="второ")
        given = {"facts": {}} if act == "update" else {}
        with municipality_scope(sliven):
            change = getattr(ConsultationVersion.objects.all(), act)
            with pytest.raises(DatabaseError), transaction.atomic():
                change(**given)
        assert rows_of(sliven, ConsultationVersion)[0].facts["note"] == "първо"

    def test_the_refusal_brings_what_was_saved(self, saved, specialist, facts):
        correct(saved, specialist, facts, version=1, note="на колегата")
        with pytest.raises(ConsultationChanged) as refused:
            correct(saved, specialist, facts, version=1, note="моята")
        assert refused.value.current.note == "на колегата"


class TestDifferences:
    def test_each_field_is_told_in_words(self, saved, facts, sliven):
        typed = facts | {
            "channel": "email",
            "topics": [ConsultationTopicFactory(name="Лична помощ")],
            "services": [ServiceFactory(municipality=sliven, name="Патронаж")],
            "settlement": SettlementFactory(municipality=sliven, kind="с.", name="Кермен"),
            "person": PersonFactory(municipality=sliven, given_name="Вяра"),
            "duration_minutes": 12,
            "note": "",
        }
        with municipality_scope(sliven):
            told = differences_of(saved, typed)
        assert [(each.label, each.saved, each.typed) for each in told] == [
            ("Лице", "–", "Вяра Измислена"),
            ("Канал", "Телефон", "Е-поща"),
            ("Теми", "Топъл обяд", "Лична помощ"),
            ("Обсъдени услуги", "–", "Патронаж"),
            ("Бележка", "първо", "–"),
            ("Населено място", "–", "с. Кермен"),
            ("Времетраене", "5\xa0минути", "12\xa0минути"),
        ]

    def test_the_same_is_no_difference(self, saved, facts, sliven):
        with municipality_scope(sliven):
            assert differences_of(saved, facts) == []

    def test_the_second_of_two_editors_sees_what_differs(self, saved, specialist, head, facts):
        correct(saved, head, facts, version=1, note="на ръководителя")
        address = reverse("consultation_edit", args=[saved.pk])
        answer = specialist.post(address, sent(facts, note="моето", version="1"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f"{head.user.name} промени консултацията в" in page
        assert "Вижте разликите" in page
        told = answer.context["changed"]
        assert [(d.label, d.saved, d.typed) for d in told] == [
            ("Бележка", "на ръководителя", "моето")
        ]
        again = specialist.post(address, sent(facts, note="моето", version="2"))
        assert again.status_code == 302
        assert "моето" in specialist.get(reverse("consultation", args=[saved.pk])).content.decode()

    def test_who_typed_the_same_is_told_so(self, saved, specialist, head, facts):
        correct(saved, head, facts, version=1, note="едно и също")
        address = reverse("consultation_edit", args=[saved.pk])
        page = specialist.post(address, sent(facts, note="едно и също", version="1"))
        assert "Записано е същото" in page.content.decode()
        assert "<caption>Разлики" not in page.content.decode()


class TestPage:
    def page(self, client, saved, **query) -> str:
        return client.get(reverse("consultation_versions", args=[saved.pk]), query).content.decode()

    def test_corrections_stand_newest_first_and_the_first_record_whole(
        self, saved, specialist, head, facts
    ):
        correct(saved, specialist, facts, version=1, note="второ")
        correct(saved, head, facts, version=2, note="трето", channel="email")
        answer = specialist.get(reverse("consultation_versions", args=[saved.pk]))
        newest, oldest = answer.context["corrections"]
        assert (newest.by, oldest.by) == (head.user, specialist.user)
        assert [(d.label, d.saved, d.typed) for d in newest.changed] == [
            ("Канал", "Телефон", "Е-поща"),
            ("Бележка", "второ", "трето"),
        ]
        assert [(d.saved, d.typed) for d in oldest.changed] == [("първо", "второ")]
        assert ("Бележка", "първо") in answer.context["first"].said

    def test_the_second_page_of_many_goes_on_where_the_first_ended(self, saved, specialist, facts):
        for version in range(1, 23):
            correct(saved, specialist, facts, version=version, note=f"{version}")
        answer = specialist.get(reverse("consultation_versions", args=[saved.pk]), {"page": "2"})
        told = [[(d.saved, d.typed) for d in c.changed] for c in answer.context["corrections"]]
        assert told == [[("1", "2")], [("първо", "1")]]

    def test_one_never_corrected_says_so(self, saved, specialist):
        assert "не е поправяна" in self.page(specialist, saved)

    def test_the_consultation_leads_to_its_corrections(self, saved, specialist, colleague, facts):
        read = reverse("consultation", args=[saved.pk])
        assert "Поправена на" not in colleague.get(read).content.decode()
        correct(saved, specialist, facts, version=1, note="второ")
        page = colleague.get(read).content.decode()
        assert "Поправена на" in page
        assert reverse("consultation_versions", args=[saved.pk]) in page

    def test_the_look_at_a_person_is_kept(self, saved, specialist, facts, sliven):
        person = PersonFactory(municipality=sliven)
        correct(saved, specialist, facts, version=1, person=person)
        self.page(specialist, saved)
        (look,) = rows_of(sliven, AccessEvent)
        assert (look.subject_id, look.user) == (person.pk, specialist.user)

    def test_the_same_queries_for_any_number_of_corrections(
        self, saved, specialist, facts, queries, sliven
    ):
        made = iter(range(1, 1000))

        def rows(count):
            for _ in range(count):
                version = next(made)
                correct(
                    saved,
                    specialist,
                    facts,
                    version=version,
                    note=f"{version}",
                    topics=[ConsultationTopicFactory()],
                    services=[ServiceFactory(municipality=sliven)],
                )

        address = reverse("consultation_versions", args=[saved.pk])
        queries.assert_same(specialist, address, rows, name="konsultatsiya-versii")

    def test_a_person_named_only_by_an_earlier_version_is_looked_at_on_record(
        self, saved, specialist, facts, sliven
    ):
        person = PersonFactory(municipality=sliven, created_by=specialist.user)
        correct(saved, specialist, facts, version=1, person=person)
        correct(saved, specialist, facts, version=2)
        page = reverse("consultation_versions", args=[saved.pk])
        assert person.full_name in specialist.get(page).content.decode()
        assert [look.subject_id for look in rows_of(sliven, AccessEvent)] == [person.pk]
        DeskPolicyFactory(municipality=sliven, asks_reason="always")
        asked = specialist.get(page)
        assert asked.status_code == 302
        assert "prichina" in asked.url
