"""What was stated, corrected while the application is open."""

from __future__ import annotations

import uuid

import pytest

from municipalities.tenancy import municipality_scope
from referrals.models import Application, ApplicationEvent
from tests.factories import ServiceFactory
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindPaperFactory,
    KindQuestionFactory,
)
from tests.support.people import rows_of


@pytest.fixture
def wish(sliven):
    return ApplicationKindFactory(municipality=sliven)


@pytest.fixture
def made(sliven, wish):
    return ApplicationFactory(municipality=sliven, kind=wish, channel="oral", phones="0888123456")


def page_of(application) -> str:
    return f"/rabotno-myasto/zayavleniya/{application.pk}/promyana/"


def typed(application, **more) -> dict:
    """The form of ``application`` as it stands, with ``more`` in it."""
    return {
        "given_name": application.given_name,
        "family_name": application.family_name,
        "on_behalf": "self",
        "need": application.need,
        "phones": "0888 123 456",
        "reply_by": "phone",
        "version": application.version,
        "save": "1",
        **more,
    }


def text_of(response) -> str:
    return response.content.decode()


def now(application) -> Application:
    with municipality_scope(application.municipality):
        return Application.objects.get(pk=application.pk)


def test_a_correction_is_saved_told_and_kept_in_the_history(specialist, sliven, made):
    assert "Трудно ми е сама вкъщи." in text_of(specialist.get(page_of(made)))
    response = specialist.post(page_of(made), typed(made, need="Трябва ми асистент."))
    assert response.status_code == 302
    corrected = now(made)
    assert (corrected.need, corrected.version) == ("Трябва ми асистент.", 2)
    with municipality_scope(sliven):
        event = ApplicationEvent.objects.get(kind="changed")
        history = Application.pgh_event_model.objects.filter(pgh_obj_id=made.pk)
        assert "Трудно ми е сама вкъщи." in history.values_list("need", flat=True)
    assert (event.words, event.told) == (
        "от какво има нужда", "Поправихме записаното: от какво има нужда.",
    )  # fmt: skip


def test_nothing_changed_leaves_no_step(specialist, sliven, made):
    response = specialist.post(page_of(made), typed(made), follow=True)
    assert "нищо не е променено" in text_of(response)
    assert now(made).version == 1
    assert rows_of(sliven, ApplicationEvent) == []


def test_what_a_colleague_saved_meanwhile_is_shown(specialist, head, made):
    head.post(page_of(made), typed(made, need="Написа ръководителят."))
    response = specialist.post(page_of(made), typed(made, need="Написа специалистът."))
    assert response.status_code == 422
    page = text_of(response)
    assert "Написа ръководителят." in page
    assert "Написа специалистът." in page
    assert now(made).need == "Написа ръководителят."
    again = typed(now(made), need="Написа специалистът.")
    assert specialist.post(page_of(made), again).status_code == 302
    assert now(made).need == "Написа специалистът."


def test_what_the_citizen_was_asked_online_stays(specialist, sliven, wish, made):
    asked = KindQuestionFactory(municipality=sliven, kind=wish, label="На бюрото?", asked="desk")
    paper = KindPaperFactory(municipality=sliven, kind=wish, name="ТЕЛК")
    kept = {"question": 999999, "label": "Само през интернет?", "value": "да", "given": "yes"}
    with municipality_scope(sliven):
        made.answers = [kept]
        made.save()
    sent = typed(made, papers=[paper.pk], **{f"q{asked.pk}": "Отговор"})
    specialist.post(page_of(made), sent)
    labels = [one["label"] for one in now(made).answers]
    assert labels == ["На бюрото?", "Само през интернет?", "Документ: ТЕЛК"]
    with municipality_scope(sliven):
        assert ApplicationEvent.objects.get(kind="paper").told == "Приехме от вас: ТЕЛК."
    page = text_of(specialist.get(page_of(made)))
    assert "Отговор" in page
    assert f'value="{paper.pk}"' in page


def test_a_service_that_is_no_longer_public_stays(specialist, sliven, made):
    service = ServiceFactory(municipality=sliven, name="Спряна услуга", status="closed")
    with municipality_scope(sliven):
        made.service = service
        made.save()
    assert "Спряна услуга" in text_of(specialist.get(page_of(made)))
    specialist.post(page_of(made), typed(made, service=service.pk, need="Друго"))
    assert now(made).service_id == service.pk


def test_a_colleagues_application_is_not_corrected(specialist, colleague, sliven, made):
    with municipality_scope(sliven):
        made.owner = colleague.user
        made.save()
    response = specialist.post(page_of(made), typed(made, need="Чуждо"), follow=True)
    assert "Заявлението е у колега" in text_of(response)
    assert now(made).need == "Трудно ми е сама вкъщи."


def test_a_closed_one_is_not_corrected(specialist, sliven, wish):
    from django.utils import timezone

    closed = ApplicationFactory(
        municipality=sliven, kind=wish, state="withdrawn", closed_at=timezone.now()
    )
    response = specialist.post(page_of(closed), typed(closed, need="Късно"), follow=True)
    assert "Приключено заявление не се променя" in text_of(response)
    assert now(closed).need == "Трудно ми е сама вкъщи."


@pytest.mark.parametrize("value", ["\x00", "9" * 40, "<b>", "а" * 10_000, "31.12.9999", "-1"])
def test_nonsense_in_any_field_is_answered(specialist, made, value):
    names = (
        "given_name", "birth_date", "on_behalf", "service", "need", "phones", "email",
        "settlement", "reply_by", "version", "papers", "is_signed",
    )  # fmt: skip
    for name in names:
        sent = typed(made, **{name: value})
        assert specialist.post(page_of(made), sent).status_code in (200, 302, 422), name


def test_a_form_sent_again_with_another_key_is_another_application(specialist, sliven, wish):
    """The key makes it once; two wishes of one person are two, with a warning."""
    from tests.factories_people import PersonFactory

    penka = PersonFactory(municipality=sliven, phones="0888123456")
    new = "/rabotno-myasto/zayavleniya/novo/"
    for _each in range(2):
        page = specialist.post(
            new,
            {
                "kind": wish.code, "channel": "oral", "on_behalf": "self", "need": "Помощ",
                "reply_by": "phone", "person": penka.pk, "form_key": str(uuid.uuid4()),
            },
            follow=True,
        )  # fmt: skip
    first, second = sorted(row.number for row in rows_of(sliven, Application))
    assert first != second
    assert f"Вече има отворено вх. № {first}" in text_of(page)
