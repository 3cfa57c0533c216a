"""Why somebody's record is opened, where the municipality asks."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from frontoffice.models import DeskPolicy, PersonMerge
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from tests.factories import ConsultationFactory, ConsultationTopicFactory
from tests.factories_desk import DeskPolicyFactory, FollowUpFactory, PersonNoteFactory
from tests.factories_people import PersonFactory
from tests.frontoffice.test_desk import answers
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

EGN = "9521080015"
ALWAYS, STRANGERS = DeskPolicy.AsksReason.ALWAYS, DeskPolicy.AsksReason.STRANGERS


@pytest.fixture
def person(sliven):
    return PersonFactory(
        municipality=sliven, given_name="Вяра", phones="0888123456", egn=EGN, needs=["large_print"]
    )


def policy(sliven, asks, **facts):
    return DeskPolicyFactory(
        municipality=sliven,
        asks_reason=asks,
        reasons=["Обаждане от лицето", "Проверка на данни"],
        **facts,
    )


def page_of(person) -> str:
    return reverse("person", args=[person.pk])


def why(person) -> str:
    return reverse("person_reason", args=[person.pk])


def kept(sliven) -> list[tuple[str, str]]:
    return [(e.action, e.reason) for e in reversed(rows_of(sliven, AccessEvent))]


def asks(answer, person) -> bool:
    return answer.status_code == 302 and answer.url.startswith(why(person))


def test_nobody_is_asked_where_nothing_was_decided(specialist, person):
    assert specialist.get(page_of(person)).status_code == 200


def test_a_reason_is_asked_kept_and_leads_on(specialist, sliven, person):
    policy(sliven, ALWAYS)
    answer = specialist.get(f"{page_of(person)}?vid=belezhki")
    assert asks(answer, person)
    page = specialist.get(answer.url).content.decode()
    assert "Обаждане от лицето" in page
    for secret in ("0888", "••••", EGN, "едър шрифт", "Измислена, "):
        assert secret not in page
    assert kept(sliven) == []
    sent = specialist.post(answer.url, {"choice": "Проверка на данни"})
    assert sent.url == f"{page_of(person)}?vid=belezhki"
    assert kept(sliven) == [("viewed", "Проверка на данни")]
    assert "Вяра" in specialist.get(sent.url).content.decode()
    specialist.post(reverse("person_reveal", args=[person.pk]))
    assert kept(sliven)[-1] == ("revealed", "Проверка на данни")


def test_every_door_asks(specialist, sliven, person):
    policy(sliven, ALWAYS)
    note = PersonNoteFactory(municipality=sliven, person=person, author=specialist.user)
    for address in (
        page_of(person),
        f"{page_of(person)}namereno/",
        reverse("person_edit", args=[person.pk]),
        reverse("person_note_new", args=[person.pk]),
        reverse("person_note", args=[person.pk, note.pk]),
        reverse("person_relation_new", args=[person.pk]),
        f"{reverse('consultation_new')}?lice={person.pk}",
        f"{reverse('follow_up_new')}?lice={person.pk}",
    ):
        assert asks(specialist.get(address), person), address
    answer = specialist.post(reverse("person_reveal", args=[person.pk]))
    assert asks(answer, person)
    assert EGN not in answer.content.decode()
    assert kept(sliven) == []


def test_found_by_a_search_it_is_kept_as_found_with_the_reason(specialist, sliven, person):
    policy(sliven, ALWAYS)
    answer = specialist.get(f"{page_of(person)}namereno/")
    sent = specialist.post(answer.url, {"choice": "druga", "words": "Писмо от съда"})
    assert sent.url == page_of(person)
    assert kept(sliven) == [("found", "Писмо от съда")]


def test_it_holds_for_a_while_and_for_one_person(specialist, colleague, sliven, person):
    policy(sliven, ALWAYS, reason_holds_minutes=30)
    other = PersonFactory(municipality=sliven)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        specialist.post(why(person), {"choice": "Проверка на данни"})
        assert specialist.get(page_of(person)).status_code == 200
        assert asks(specialist.get(page_of(other)), other)
        assert asks(colleague.get(page_of(person)), person)
        clock.shift(dt.timedelta(minutes=29))
        assert specialist.get(page_of(person)).status_code == 200
        assert kept(sliven)[-1] == ("viewed", "Проверка на данни")
        clock.shift(dt.timedelta(minutes=2))
        assert asks(specialist.get(page_of(person)), person)


def test_what_was_typed_longer_than_a_reason_holds_is_saved(specialist, sliven, person):
    policy(sliven, ALWAYS, reason_holds_minutes=5)
    address = reverse("person_note_new", args=[person.pk])
    sent = {"text": "Дълго писана.", "visibility": "team", "form_key": str(uuid.uuid4())}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        specialist.post(why(person), {"choice": "Проверка на данни"})
        clock.shift(dt.timedelta(minutes=10))
        assert specialist.post(address, sent).url == page_of(person)
        assert asks(specialist.get(page_of(person)), person)


def test_only_for_strangers(specialist, colleague, sliven, person):
    policy(sliven, STRANGERS, known_for_days=90)
    assert asks(specialist.get(page_of(person)), person)
    old = timezone.now() - dt.timedelta(days=91)
    ConsultationFactory(municipality=sliven, person=person, specialist=specialist.user, held_at=old)
    ConsultationFactory(municipality=sliven, person=person, specialist=colleague.user)
    assert asks(specialist.get(page_of(person)), person)
    assert colleague.get(page_of(person)).status_code == 200
    FollowUpFactory(municipality=sliven, person=person, owner=specialist.user)
    assert specialist.get(page_of(person)).status_code == 200
    own = PersonFactory(municipality=sliven, created_by=specialist.user)
    assert specialist.get(page_of(own)).status_code == 200


def test_a_link_in_a_consultation_is_its_own_reason_and_no_other(specialist, sliven, person):
    policy(sliven, ALWAYS)
    ConsultationTopicFactory()
    specialist.post(reverse("consultation_new"), answers(person=person.pk))
    assert kept(sliven) == [("viewed", "консултация")]
    assert asks(specialist.get(page_of(person)), person)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Изберете причина."),
        ({"choice": "druga"}, "Напишете причината."),
        ({"choice": "druga", "words": "   "}, "Напишете причината."),
        ({"choice": "няма такава"}, "Изберете причина от списъка."),
        ({"choice": "druga", "words": f"за {EGN}"}, "Тук има ЕГН."),
        ({"choice": "druga", "words": "я" * 301}, "300"),
        ({"choice": "druga", "words": "\x00"}, "знак, който не може"),
    ],
)
def test_what_is_no_reason_is_told(specialist, sliven, person, sent, message):
    policy(sliven, ALWAYS)
    answer = specialist.post(why(person), sent)
    assert answer.status_code == 422
    assert message.lower() in answer.content.decode().lower()
    assert kept(sliven) == []


def test_without_ready_reasons_there_is_only_the_box(specialist, sliven, person):
    DeskPolicyFactory(municipality=sliven, asks_reason=ALWAYS)
    assert "Друга причина" not in specialist.get(why(person)).content.decode()
    specialist.post(why(person), {"words": "Обаждане"})
    assert kept(sliven) == [("viewed", "Обаждане")]


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)", "\\\\x", ""]
)
def test_it_leads_nowhere_but_to_the_portal(specialist, sliven, person, elsewhere):
    policy(sliven, ALWAYS)
    address = reverse("person_reason", args=[person.pk], query={"kam": elsewhere})
    assert specialist.post(address, {"choice": "Проверка на данни"}).url == page_of(person)


def test_a_foreign_person_is_missing(elena_specialist, person):
    assert elena_specialist.get(why(person)).status_code == 404
    assert elena_specialist.post(why(person), {"words": "Обаждане"}).status_code == 404


@pytest.mark.parametrize("written", ["{}.0", " {}", "%2B{}", "{}%0A", f"{'0' * 20}{{}}"])
def test_the_journal_of_a_person_is_not_opened_by_writing_the_number_otherwise(
    specialist, sliven, person, written
):
    policy(sliven, ALWAYS)
    address = f"{reverse('consultations')}?litse={written.format(person.pk)}"
    answer = specialist.get(address)
    assert asks(answer, person) or "Вяра" not in answer.content.decode()


def test_the_journal_of_a_person_is_not_taken_out_without_a_reason(specialist, sliven, person):
    policy(sliven, ALWAYS)
    ConsultationFactory(municipality=sliven, person=person)
    answer = specialist.post(reverse("consultations_export"), {"litse": str(person.pk)})
    assert asks(answer, person)
    assert kept(sliven) == []


def test_a_number_is_not_shown_by_a_reason_that_is_over(specialist, sliven, person):
    policy(sliven, ALWAYS, reason_holds_minutes=5)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        specialist.post(why(person), {"choice": "Проверка на данни"})
        clock.shift(dt.timedelta(minutes=6))
        answer = specialist.post(reverse("person_reveal", args=[person.pk]))
    assert asks(answer, person)
    assert "revealed" not in [action for action, _reason in kept(sliven)]


def test_a_reason_given_again_holds_again_at_once(specialist, sliven, person):
    policy(sliven, ALWAYS, reason_holds_minutes=5)
    same = {"choice": "Проверка на данни"}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        specialist.post(why(person), same)
        clock.shift(dt.timedelta(minutes=4, seconds=45))
        assert specialist.get(page_of(person)).status_code == 200
        clock.shift(dt.timedelta(seconds=30))
        assert asks(specialist.get(page_of(person)), person)
        specialist.post(why(person), same)
        assert specialist.get(page_of(person)).status_code == 200


def test_whose_a_talk_was_is_not_read_from_a_new_task_after_it(specialist, sliven, person):
    policy(sliven, ALWAYS)
    talk = ConsultationFactory(municipality=sliven, person=person)
    answer = specialist.get(f"{reverse('follow_up_new')}?konsultatsiya={talk.pk}")
    assert asks(answer, person)
    assert kept(sliven) == []


def test_a_merge_is_not_taken_apart_without_a_reason(specialist, sliven, person):
    policy(sliven, ALWAYS)
    old = PersonFactory(municipality=sliven, merged_into=person)
    with municipality_scope(sliven):
        made = PersonMerge.objects.create(
            municipality=sliven, kept=person, merged=old, by=specialist.user
        )
    undo = reverse("person_merge_undo", args=[made.pk])
    assert asks(specialist.get(undo), person)
    assert asks(specialist.post(undo), person)
    assert rows_of(sliven, PersonMerge)[0].undone_at is None
