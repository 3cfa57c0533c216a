"""The sheet a citizen takes along, and a day outside the office line by line."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core import mail

from frontoffice.models import Consultation, ConsultationTopic, Draft, FollowUp
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from tests import factories, factories_desk, factories_people
from tests.support.people import rows_of

SHEET = "/rabotno-myasto/konsultatsii/list/"
DAY = "/rabotno-myasto/konsultatsii/priemna/"


@pytest.fixture
def lunch(sliven) -> Service:
    return factories.ServiceFactory(municipality=sliven, name="Топъл обяд")


def talk(specialist, sliven, lunch, **facts) -> Consultation:
    return factories.ConsultationFactory(
        municipality=sliven, specialist=specialist.user, services=[lunch], **facts
    )


def test_the_sheet_shows_services_before_anything_is_recorded(specialist, lunch):
    page = specialist.get(f"{SHEET}?u={lunch.pk}").content.decode()
    assert "Топъл обяд" in page
    assert "<svg" in page, "the QR code that leads back to the page"


@pytest.mark.parametrize("asked", ["", "?u=", "?u=x&u=%00", f"?u={'9' * 40}", "?u=²", "?u=0"])
def test_a_sheet_of_nothing_says_so(specialist, asked):
    response = specialist.get(f"{SHEET}{asked}")
    assert response.status_code == 200
    assert "Няма обсъдени услуги" in response.content.decode()


def test_drafts_and_other_municipalities_are_not_on_it(specialist, sliven, elena):
    draft = factories.ServiceFactory(municipality=sliven, name="Чернова", status="draft")
    foreign = factories.ServiceFactory(municipality=elena, name="Чуждата")
    page = specialist.get(f"{SHEET}?u={draft.pk}&u={foreign.pk}").content.decode()
    assert "Няма обсъдени услуги" in page
    assert "Чуждата" not in page


def test_the_sheet_of_a_talk_says_when_we_hear_from_each_other(specialist, sliven, lunch):
    consultation = talk(specialist, sliven, lunch)
    follow_up = factories_desk.FollowUpFactory(
        municipality=sliven,
        owner=specialist.user,
        consultation=consultation,
        title="Да се обадя за решението",
    )
    page = specialist.get(f"/rabotno-myasto/konsultatsii/{consultation.pk}/list/").content.decode()
    assert f"{follow_up.due_on:%d.%m.%Y}" in page
    assert "решението" not in page, "what we wrote for ourselves is not on the citizen's paper"


def test_a_foreign_talk_has_no_sheet(specialist, elena):
    consultation = factories.ConsultationFactory(municipality=elena)
    url = f"/rabotno-myasto/konsultatsii/{consultation.pk}/list/"
    assert specialist.get(url).status_code == 404


def test_the_sheet_is_mailed_without_names_and_the_sending_is_on_record(
    specialist, sliven, lunch, django_capture_on_commit_callbacks
):
    person = factories_people.PersonFactory(
        municipality=sliven, given_name="Примера", email="primera@example.bg"
    )
    consultation = talk(specialist, sliven, lunch, person=person)
    url = f"/rabotno-myasto/konsultatsii/{consultation.pk}/list/"
    assert "primera@example.bg" in specialist.get(url).content.decode(), "filled in"
    with django_capture_on_commit_callbacks(execute=True):
        assert specialist.post(url, {"email": "primera@example.bg"}).status_code == 302
    (sent,) = mail.outbox
    assert sent.to == ["primera@example.bg"]
    assert "ТОПЪЛ ОБЯД" in sent.body
    assert lunch.get_absolute_url() in sent.body
    assert "Примера" not in sent.body + sent.subject
    events = rows_of(sliven, AccessEvent)
    assert [e.action for e in events if e.reason == "изпратен лист с услуги"] == ["printed"]


@pytest.mark.parametrize("email", ["", "не е поща", "a@b", "x" * 300 + "@example.bg", "a\x00@b.bg"])
def test_a_wrong_address_is_told_and_nothing_is_sent(specialist, lunch, email):
    response = specialist.post(f"{SHEET}?u={lunch.pk}", {"email": email})
    assert response.status_code == 422
    assert response.context["form"].errors["email"]
    assert mail.outbox == []


# A day outside the office


@pytest.fixture
def topic(db) -> ConsultationTopic:
    return factories.ConsultationTopicFactory()


def day(sliven, *lines: dict, **facts) -> dict:
    place = factories.SettlementFactory(municipality=sliven)
    data = {
        "day": "20.11.2026",
        "settlement": place.pk,
        "form_key": str(uuid.uuid4()),
        "red-TOTAL_FORMS": len(lines),
        "red-INITIAL_FORMS": len(lines),
        **facts,
    }
    for number, line in enumerate(lines):
        usual = {"subject": "self", "outcome": "informed", "duration_minutes": 5}
        data |= {f"red-{number}-{name}": value for name, value in {**usual, **line}.items()}
    return data


def test_the_lines_with_a_topic_become_anonymous_talks_there(specialist, sliven, topic):
    sent = day(
        sliven,
        {"topic": topic.pk, "note": "Пита за майка си", "duration_minutes": 20},
        {"topic": "", "duration_minutes": ""},
        {"topic": topic.pk, "outcome": "elsewhere", "duration_minutes": ""},
    )
    assert specialist.post(DAY, sent).status_code == 302
    first, second = sorted(rows_of(sliven, Consultation), key=lambda row: row.held_at)
    assert (first.channel, first.note, first.duration_minutes) == (
        "outreach",
        "Пита за майка си",
        20,
    )
    assert (second.outcome, second.duration_minutes) == ("elsewhere", 5)
    assert first.settlement_id == second.settlement_id == sent["settlement"]
    assert first.person is None


def test_a_day_sent_twice_is_recorded_once(specialist, sliven, topic):
    sent = day(sliven, {"topic": topic.pk}, {"topic": topic.pk})
    specialist.post(DAY, sent)
    page = specialist.post(DAY, sent, follow=True).content.decode()
    assert len(rows_of(sliven, Consultation)) == 2
    assert "вече бяха записани" in page


def test_one_wrong_line_records_none_and_keeps_what_was_typed(specialist, sliven, topic):
    sent = day(
        sliven,
        {"topic": topic.pk, "note": "Първият"},
        {"topic": "", "note": "Без тема"},
        {"topic": topic.pk, "duration_minutes": 9999},
    )
    response = specialist.post(DAY, sent)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Първият" in page
    assert "Ред 2, тема" in page
    assert "Ред 3, минути" in page
    assert rows_of(sliven, Consultation) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"day": "1.1.2090"},
        {"day": "1.1.0001"},
        {"day": ""},
        {"settlement": "999999999999999999999"},
        {"form_key": "x"},
        {"red-TOTAL_FORMS": "100000"},
        {"red-TOTAL_FORMS": "x"},
        {"red-0-topic": "\x00"},
    ],
)
def test_a_day_that_cannot_be_is_refused(specialist, sliven, topic, facts):
    response = specialist.post(DAY, {**day(sliven, {"topic": topic.pk}), **facts})
    assert response.status_code == 422
    assert rows_of(sliven, Consultation) == []


def test_a_place_of_another_municipality_is_refused(specialist, sliven, elena, topic):
    place = factories.SettlementFactory(municipality=elena)
    response = specialist.post(DAY, day(sliven, {"topic": topic.pk}, settlement=place.pk))
    assert response.context["form"].errors["settlement"]


def test_the_page_of_the_day_has_lines_ready(specialist, topic):
    page = specialist.get(DAY).content.decode()
    assert page.count('name="red-11-topic"') == 1
    assert "Изнесена приемна" in page


def test_lines_that_are_not_sent_yet_are_kept_and_come_back(specialist, sliven, topic):
    page = specialist.get(DAY).content.decode()
    hidden = dict(re.findall(r'name="(draft_\w+)" value="([^"]*)"', page))
    sent = day(sliven, {"topic": topic.pk, "note": "Започнато"}, {"topic": "", "note": "Второ"})
    answer = specialist.post("/rabotno-myasto/chernovi/zapis/", {**hidden, **sent})
    assert answer.status_code == 200, answer.content.decode()
    again = specialist.get(f"{DAY}?chernova={hidden['draft_tab']}").content.decode()
    assert "Започнато" in again
    assert "Второ" in again
    assert "Изберете тема" not in again, "nothing is said of what is not sent"
    back = dict(re.findall(r'name="(draft_\w+)" value="([^"]*)"', again))
    sent["red-1-topic"] = topic.pk
    assert specialist.post(DAY, {**back, **sent}).status_code == 302
    assert len(rows_of(sliven, Consultation)) == 2
    with municipality_scope(sliven):
        assert Draft.objects.get().closed_at


def test_while_one_talks_the_sheet_is_a_press_away(specialist, lunch):
    part = specialist.get(
        f"/rabotno-myasto/konsultatsii/uslugi/?u={lunch.pk}", HTTP_HX_REQUEST="true"
    ).content.decode()
    assert f"{SHEET}?u={lunch.pk}" in part


def test_no_follow_up_comes_of_a_day(specialist, sliven, topic):
    specialist.post(DAY, day(sliven, {"topic": topic.pk, "outcome": "follow_up"}))
    with municipality_scope(sliven):
        assert not FollowUp.objects.exists()


def test_the_sheet_costs_the_same_for_few_and_many_services(specialist, sliven, queries):
    services = [factories.ServiceFactory(municipality=sliven) for _ in range(6)]
    few = queries.of(specialist, f"{SHEET}?u={services[0].pk}")
    many = queries.of(specialist, SHEET + "?" + "&".join(f"u={s.pk}" for s in services))
    assert len(few) == len(many)


def test_a_line_filled_in_later_is_the_one_that_is_added(specialist, sliven, topic):
    lines = [{"topic": topic.pk, "note": "Първи"}, {"topic": ""}, {"topic": topic.pk}]
    sent = day(sliven, *lines)
    specialist.post(DAY, sent)
    came_back = {**sent, "red-1-topic": topic.pk, "red-1-note": "Забравен"}
    specialist.post(DAY, came_back)
    notes = sorted(row.note for row in rows_of(sliven, Consultation))
    assert notes == ["", "Забравен", "Първи"]
