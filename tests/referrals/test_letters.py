"""Pages of letters: written at the desk, previewed, numbered, sent; read by whom they are to."""

from __future__ import annotations

import io
import re
import uuid

import pypdf
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from frontoffice.models import Draft
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from referrals.letters import sending
from referrals.letters.writing import letters_for_citizen, write
from referrals.models import ApplicationEvent, Letter, PaperRequest
from tests.factories import UserFactory
from tests.factories_applications import SECRET, ApplicationFactory, ApplicationKindFactory

PDF = "application/pdf"


@pytest.fixture
def application(sliven, office):
    return ApplicationFactory(municipality=sliven, office=office, email="penka@example.bg")


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        yield


def filled(**facts) -> dict:
    return {
        "recipient": "Пенка Измислена",
        "recipient_address": "ул. „Роза“ 5",
        "subject": "Отговор",
        "body": "Отговаряме ви.",
        "form_key": str(uuid.uuid4()),
        **facts,
    }


def address(application, kind: str = "answer") -> str:
    return f"{reverse('letter_new', args=[application.pk])}?vid={kind}"


def made(application, **facts) -> Letter:
    said = {name: value for name, value in filled().items() if name != "form_key"}
    said |= {"kind": "answer", "by": UserFactory(), "form_key": uuid.uuid4(), **facts}
    with municipality_scope(application.municipality):
        return write(application=application, **said)


def file_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def text_of(response) -> str:
    pages = pypdf.PdfReader(io.BytesIO(file_of(response))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


# Writing


def test_the_form_opens_filled_with_what_is_known(specialist, application, scope):
    page = specialist.get(address(application)).content.decode()
    assert "Пенка Измислена" in page
    assert f"Отговор на заявление № {application.number}" in page
    assert AccessEvent.objects.filter(subject_id=application.pk, action="viewed").count() == 1


def test_a_letter_for_papers_lists_those_asked_for(specialist, sliven, application, scope):
    PaperRequest.objects.create(
        municipality=sliven, application=application, papers=["Решение на ТЕЛК", "Акт"],
        until="2026-12-15", asked_by=specialist.user,
    )  # fmt: skip
    page = specialist.get(address(application, "papers")).content.decode()
    assert "– Решение на ТЕЛК\n– Акт" in page
    assert "до 15.12.2026 г." in page
    assert "Срокът не е спрян" not in page


def test_without_a_request_the_page_says_that_the_clock_runs(specialist, application):
    page = specialist.get(address(application, "papers")).content.decode()
    assert "Срокът не е спрян" in page
    assert reverse("application_papers", args=[application.pk]) in page


def test_an_unverified_basis_is_shown_to_staff_as_such(specialist, sliven):
    kind = ApplicationKindFactory(municipality=sliven, legal_basis="чл. 88 от пробния закон")
    page = specialist.get(address(ApplicationFactory(municipality=sliven, kind=kind)))
    assert "чл. 88 от пробния закон <span" in page.content.decode()
    assert "непотвърдено" in page.content.decode()


def test_of_an_alert_the_first_letter_is_about_the_child(specialist, sliven):
    kind = ApplicationKindFactory(municipality=sliven, nature="alert")
    alert = ApplicationFactory(
        municipality=sliven, kind=kind, is_child_at_risk=True, notified="dazd", reporter="school"
    )
    page = specialist.get(reverse("letter_new", args=[alert.pk])).content.decode()
    assert "Държавна агенция за закрила на детето" in page
    assert "Уведомяваме ви за дете" in page
    assert specialist.get(address(alert, "papers")).status_code == 404


@pytest.mark.parametrize("kind", ["няма", "child", "x" * 3000, "\x00"])
def test_a_kind_that_there_is_not_is_not_found(specialist, application, kind):
    url = reverse("letter_new", args=[application.pk])
    assert specialist.get(url, {"vid": kind}).status_code == 404


def test_a_preview_is_a_pdf_without_a_number_and_keeps_nothing(specialist, application, scope):
    response = specialist.post(address(application), filled(pregled="1", body="Тук: […]"))
    assert response["Content-Type"] == PDF
    assert response["Cache-Control"] == "no-store"
    text = text_of(response)
    assert "ПРОЕКТ" in text
    assert "ИЗХ-" not in text
    assert not Letter.objects.exists()


def test_making_it_gives_a_number_and_leads_to_how_it_is_sent(specialist, application, scope):
    response = specialist.post(address(application), filled())
    letter = Letter.objects.get()
    assert response["Location"] == reverse("letter_send", args=[letter.pk])
    assert letter.number == f"ИЗХ-{timezone.localdate().year}-000001"
    assert letter.made_by == specialist.user
    event = ApplicationEvent.objects.get(kind="letter")
    assert letter.number in event.words
    assert event.told == ""


def test_pressed_twice_it_is_one_letter(specialist, application, scope):
    form = filled()
    places = {specialist.post(address(application), form)["Location"] for _press in range(2)}
    assert len(places) == 1
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"recipient": ""}, "Напишете до кого е писмото."),
        ({"subject": "   "}, "Напишете за какво е писмото."),
        ({"body": ""}, "Напишете текста на писмото."),
        ({"body": "Молим до […]."}, "Попълнете мястото"),
        ({"subject": "[…]"}, "Попълнете мястото"),
        ({"body": "ЕГН 7523169263"}, "Тук има ЕГН"),
        ({"recipient": "Пенка 7523169263"}, "Тук има ЕГН"),
        ({"is_refusal": "on", "appeal": ""}, "Напишете пред кого"),
        ({"is_refusal": "on", "appeal": "пред […]"}, "Попълнете мястото"),
        ({"body": "а" * 8001}, "8000"),
        ({"recipient": "а\x00б"}, "Има проблем"),
        ({"form_key": "не е ключ"}, "UUID"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(specialist, application, scope, facts, said):
    response = specialist.post(address(application), filled(**facts))
    assert response.status_code == 422
    assert said.lower() in response.content.decode().lower()
    assert not Letter.objects.exists()


def test_how_to_appeal_is_printed_only_for_a_refusal(specialist, application, scope):
    appeal = "Обжалва се пред Административен съд Сливен."
    with_it = specialist.post(
        address(application), filled(pregled="1", is_refusal="on", appeal=appeal)
    )
    assert appeal in text_of(with_it)
    without = specialist.post(address(application), filled(pregled="1", appeal=appeal))
    assert appeal not in text_of(without)


def test_what_is_typed_is_a_draft_until_the_letter_is_made(specialist, application, scope):
    page = specialist.get(address(application)).content.decode()
    hidden = dict(re.findall(r'name="(draft_\w+)" value="([^"]*)"', page))
    form = filled(**hidden)
    specialist.post(reverse("draft_save"), {**form, "keep_draft": "1"})
    assert Draft.objects.get().form == Draft.Form.LETTER
    specialist.post(address(application), {**form, "pregled": "1"})
    assert Draft.objects.get().closed_at is None
    specialist.post(address(application), form)
    assert Draft.objects.get().closed_at is not None


def test_an_application_of_another_municipality_is_not_there(specialist, elena):
    foreign = ApplicationFactory(municipality=elena)
    letter = made(foreign)
    for url in (
        address(foreign),
        reverse("letter", args=[letter.pk]),
        reverse("letter_send", args=[letter.pk]),
        reverse("letter", args=[10**17]),
    ):
        assert specialist.get(url).status_code == 404
    assert specialist.post(address(foreign), filled()).status_code == 404
    how = {"how": "printed"}
    assert specialist.post(reverse("letter_send", args=[letter.pk]), how).status_code == 404


def test_only_whoever_has_it_and_the_head_write_letters(specialist, colleague, head, application):
    with municipality_scope(application.municipality):
        application.owner = specialist.user
        application.save()
    assert colleague.get(address(application)).status_code == 403
    assert colleague.post(address(application), filled()).status_code == 403
    assert head.get(address(application)).status_code == 200
    letter = made(application)
    assert file_of(colleague.get(reverse("letter", args=[letter.pk]))).startswith(b"%PDF-")
    assert colleague.get(reverse("letter_send", args=[letter.pk])).status_code == 403


# Reading


def test_a_made_letter_is_the_same_file_each_time_each_on_record(specialist, application, scope):
    letter = made(application)
    url = reverse("letter", args=[letter.pk])
    first, second = (file_of(specialist.get(url)) for _time in range(2))
    assert first == second
    assert first.startswith(b"%PDF-")
    looks = AccessEvent.objects.filter(action="printed", subject_id=letter.pk)
    assert looks.filter(subject_kind="referrals.letter").count() == 2


def test_the_name_of_the_file_names_nobody(specialist, application):
    letter = made(application)
    response = specialist.get(reverse("letter", args=[letter.pk]))
    assert "attachment" in response["Content-Disposition"]
    number = letter.number.encode("utf-8")
    assert "".join(f"%{byte:02X}" for byte in number[:2]) in response["Content-Disposition"]
    assert "Penka" not in response["Content-Disposition"]
    assert len(file_of(response)) == letter.size


def test_a_citizen_gets_letters_to_them_once_they_were_sent(sliven, application, rf, scope):
    unsent = made(application)
    to_others = made(application, kind="forward")
    sending.send(letter=to_others, how="printed", by=UserFactory())
    assert list(letters_for_citizen(application)) == []
    sending.send(letter=unsent, how="printed", by=UserFactory())
    assert list(letters_for_citizen(application)) == [unsent]
    assert list(letters_for_citizen(ApplicationFactory(municipality=sliven))) == []


# Sending


def test_by_mail_goes_a_link_and_not_the_letter(
    specialist, application, scope, django_capture_on_commit_callbacks
):
    letter = made(application, subject="Относно лечението ви", body="Тайна на човека.")
    with django_capture_on_commit_callbacks(execute=True):
        specialist.post(reverse("letter_send", args=[letter.pk]), {"how": "email"})
    sent = mail.outbox[-1]
    assert sent.to == ["penka@example.bg"]
    assert str(application.public_id) in sent.body
    assert not sent.attachments
    for words in ("лечението", "Тайна", "Пенка"):
        assert words not in sent.body + sent.subject
    letter.refresh_from_db()
    assert letter.sent_how == "email"


def test_the_citizen_is_told_of_a_letter_when_it_is_sent(specialist, application, scope):
    letter = made(application)
    specialist.post(reverse("letter_send", args=[letter.pk]), {"how": "printed"})
    told = ApplicationEvent.objects.filter(kind="letter").exclude(told="").get().told
    assert told.startswith(f"Изпратихме ви писмо № {letter.number}")


def test_nobody_is_told_of_a_notice_about_a_child(specialist, sliven, scope):
    kind = ApplicationKindFactory(municipality=sliven, nature="alert")
    alert = ApplicationFactory(municipality=sliven, kind=kind, email="a@example.bg")
    letter = made(alert, kind="child")
    url = reverse("letter_send", args=[letter.pk])
    assert specialist.post(url, {"how": "email"}).status_code == 422
    specialist.post(url, {"how": "printed"})
    assert not ApplicationEvent.objects.exclude(told="").exists()
    assert mail.outbox == []


def test_through_the_state_system_goes_its_reference(specialist, application, scope):
    letter = made(application)
    url = reverse("letter_send", args=[letter.pk])
    assert specialist.post(url, {"how": "ssev"}).status_code == 422
    specialist.post(url, {"how": "ssev", "reference": "ССЕВ-77"})
    letter.refresh_from_db()
    assert letter.data["ssev_reference"] == "ССЕВ-77"
    assert ApplicationEvent.objects.filter(words__contains="ССЕВ-77").exists()


def test_sent_twice_is_sent_once(specialist, application, scope):
    letter = made(application)
    url = reverse("letter_send", args=[letter.pk])
    for _press in range(2):
        response = specialist.post(url, {"how": "printed"})
        assert response["Location"] == reverse("application", args=[application.pk])
    assert ApplicationEvent.objects.filter(words__startswith="Пратено").count() == 1


@pytest.mark.parametrize("how", ["", "гълъб", "\x00", "x" * 5000])
def test_a_way_that_there_is_not_sends_nothing(specialist, application, scope, how):
    letter = made(application)
    response = specialist.post(reverse("letter_send", args=[letter.pk]), {"how": how})
    assert response.status_code == 422
    letter.refresh_from_db()
    assert letter.sent_at is None


def test_a_citizen_reads_a_sent_letter_behind_the_second_secret(client, application, scope):
    letter, unsent = made(application, subject="Нужни документи"), made(application)
    sending.send(letter=letter, how="printed", by=UserFactory())
    of_it = [application.municipality.slug, application.public_id]
    page = reverse("track_application", args=of_it)
    url = reverse("track_letter", args=[*of_it, letter.pk])
    assert client.get(url).status_code == 302
    form = {"obshtina": of_it[0], "nomer": application.number, "kod": SECRET}
    client.post(reverse("track"), form)
    assert "Нужни документи" in client.get(page).content.decode()
    assert letter.number in text_of(client.get(url))
    assert client.get(reverse("track_letter", args=[*of_it, unsent.pk])).status_code == 404
    assert client.get(reverse("track_letter", args=[*of_it, 10**17])).status_code == 404
