"""Alerts of third parties: a contact and a duty, never a service."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from frontoffice.models import Person
from municipalities.tenancy import municipality_scope
from referrals.models import Application, ApplicationEvent
from tests.factories import ServiceFactory
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindQuestionFactory,
)
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

NEW = "/rabotno-myasto/zayavleniya/signal/"


@pytest.fixture
def kind(sliven):
    return ApplicationKindFactory(
        municipality=sliven, nature="alert", code="alert", name="Сигнал", asks_service=False
    )


def typed(**more) -> dict:
    """What a specialist sends for an alert by telephone; None leaves a field out."""
    sent = {
        "kind": "alert",
        "reporter": "neighbour",
        "channel": "phone",
        "names": "Димо Непознат",
        "need": "Не е излизал от седмица.",
        "form_key": str(uuid.uuid4()),
        "save": "1",
        **more,
    }
    return {name: value for name, value in sent.items() if value is not None}


def text_of(response) -> str:
    return response.content.decode()


def page_of(application) -> str:
    return f"/rabotno-myasto/zayavleniya/{application.pk}/"


def test_an_alert_is_registered_without_writing_anybody_down(specialist, sliven, kind):
    response = specialist.post(NEW, typed(), follow=True)
    (made,) = rows_of(sliven, Application)
    assert made.number in text_of(response)
    assert (made.nature, made.on_behalf, made.person_id) == ("alert", "other", None)
    assert (made.full_name, made.applicant_name) == ("Димо Непознат", "")
    assert (made.state, made.owner, made.secret_hash) == ("in_work", specialist.user, "")
    assert rows_of(sliven, Person) == []
    assert "Код за проследяване" not in text_of(response)
    assert "Отпечатай протокола" not in text_of(response)


def test_nothing_of_an_alert_is_told_to_a_citizen(specialist, sliven, kind):
    specialist.post(NEW, typed())
    (made,) = rows_of(sliven, Application)
    specialist.post(f"{page_of(made)}promyana/", edited(made, need="Друго"))
    with municipality_scope(sliven):
        assert set(ApplicationEvent.objects.values_list("told", flat=True)) == {""}


def test_an_alert_takes_no_service(specialist, sliven, kind):
    service = ServiceFactory(municipality=sliven)
    page = text_of(specialist.get(NEW))
    assert 'name="service"' not in page
    assert "Услуга започва само ако самият човек" in page
    specialist.post(NEW, typed(service=service.pk))
    (made,) = rows_of(sliven, Application)
    assert made.service_id is None


def test_the_duty_for_a_child_at_risk_is_said_with_its_source(specialist, kind):
    page = text_of(specialist.get(NEW))
    for words in ("„Закрила на детето“", "ДАЗД", "МВР", "чл. 7", "не е сверено"):
        assert words in page


def test_a_child_at_risk_nobody_was_told_of_stands_out(specialist, sliven, kind):
    page = specialist.post(NEW, typed(is_child_at_risk="on"), follow=True)
    assert "още никой не е уведомен" in text_of(page)
    (made,) = rows_of(sliven, Application)
    sent = edited(made, is_child_at_risk="on", notified="dsp")
    page = specialist.post(f"{page_of(made)}promyana/", sent, follow=True)
    (made,) = rows_of(sliven, Application)
    assert (made.notified, made.notified_on) == ("dsp", timezone.localdate())
    assert "ДСП, отдел „Закрила на детето“" in text_of(page)
    page = text_of(specialist.get(f"{page_of(made)}prieto/"))
    assert "още никой не е уведомен" not in page
    assert "Уведомени са ДСП, отдел „Закрила на детето“" in page


def edited(application, **more) -> dict:
    sent = {
        "reporter": application.reporter,
        "names": application.full_name,
        "need": application.need,
        "version": application.version,
    }
    return {**sent, **more}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"reporter": ""}, "Изберете кой сигнализира"),
        ({"need": ""}, "Напишете за какво е сигналът"),
        ({"names": ""}, "за кого е или поне къде"),
        ({"notified_on": "1.3.2026"}, "Изберете кого уведомихте"),
        ({"notified": "dsp", "notified_on": "31.12.2999"}, "Този ден още не е дошъл"),
        ({"channel": "post", "received_on": "31.02.2026"}, "Напишете деня като"),
        ({"kind": "wish"}, "Този вид вече не се приема"),
    ],
)
def test_what_is_wrong_is_said(specialist, sliven, kind, sent, words):
    ApplicationKindFactory(municipality=sliven, code="wish")
    response = specialist.post(NEW, typed(**sent))
    assert response.status_code == 422
    assert words in text_of(response)
    assert rows_of(sliven, Application) == []


def test_an_alert_about_somebody_on_record(specialist, sliven, kind):
    penka = PersonFactory(municipality=sliven, given_name="Пенка", address="ул. „Първа“ 1")
    found = specialist.post(NEW, typed(names=None, person_query="Пенка", save=None))
    assert f'value="{penka.pk}"' in text_of(found)
    specialist.post(NEW, typed(names=None, person=penka.pk))
    (made,) = rows_of(sliven, Application)
    assert (made.person_id, made.given_name, made.address) == (penka.pk, "Пенка", "ул. „Първа“ 1")


def test_questions_of_the_alert_are_kept(specialist, sliven, kind):
    question = KindQuestionFactory(
        municipality=sliven, kind=kind, label="Има ли опасност?", only_for=["other"]
    )
    assert "Има ли опасност?" in text_of(specialist.get(NEW))
    specialist.post(NEW, typed(**{f"q{question.pk}": "да"}))
    (made,) = rows_of(sliven, Application)
    assert [one["value"] for one in made.answers] == ["да"]


def test_sent_twice_it_is_one(specialist, sliven, kind):
    sent = typed()
    assert specialist.post(NEW, sent)["Location"] == specialist.post(NEW, sent)["Location"]
    assert len(rows_of(sliven, Application)) == 1


def test_the_way_to_a_wish_is_offered_and_other_pages_are_not(specialist, sliven, kind):
    page = specialist.post(NEW, typed(), follow=True)
    (made,) = rows_of(sliven, Application)
    assert f"novo/?signal={made.pk}" in text_of(page)
    assert specialist.get(f"{page_of(made)}protokol/").status_code == 404
    assert specialist.get(f"{page_of(made)}kod/").status_code == 302


def test_a_person_of_another_municipality_is_not_taken(specialist, elena, sliven, kind):
    foreign = PersonFactory(municipality=elena)
    assert specialist.get(f"{NEW}?lice={foreign.pk}").status_code == 404
    assert specialist.post(NEW, typed(person=foreign.pk)).status_code == 422
    assert rows_of(sliven, Application) == []


@pytest.mark.parametrize("value", ["\x00", "9" * 40, "<b>", "а" * 10_000, "31.12.9999"])
def test_nonsense_in_any_field_is_answered(specialist, kind, value):
    names = (
        "kind", "reporter", "channel", "names", "need", "form_key", "person", "person_query",
        "settlement", "address", "phones", "notified", "notified_on", "received_on",
        "is_child_at_risk", "applicant_name", "relative", "new-names",
    )  # fmt: skip
    for name in names:
        sent = typed(**{"channel": "post", name: value})
        assert specialist.post(NEW, sent).status_code in (200, 302, 422), name


def test_an_open_alert_is_a_warning_beside_a_wish(specialist, sliven, kind):
    ApplicationKindFactory(municipality=sliven, code="wish")
    penka = PersonFactory(municipality=sliven, given_name="Пенка")
    alert = ApplicationFactory(municipality=sliven, kind=kind, person=penka)
    page = specialist.get(f"/rabotno-myasto/zayavleniya/novo/?lice={penka.pk}")
    assert f"Има отворен сигнал вх. № {alert.number}" in text_of(page)
