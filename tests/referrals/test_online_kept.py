"""A draft of an online application: coming back to it, running out, sending it once."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit
from municipalities.uploads import PrivateStorage
from referrals.models import Application, ApplicationKind, Attachment, OnlineDraft
from referrals.online import access, drafts
from tests.factories import ServiceFactory
from tests.factories_applications import KindPaperFactory
from tests.referrals import online
from tests.support import uploads as made
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(sliven) -> ApplicationKind:
    return online.ready(sliven)


def application(municipality) -> Application:
    with municipality_scope(municipality):
        return Application.objects.select_related("service", "settlement", "notice").get()


def text(response) -> str:
    return response.content.decode()


# Coming back


def test_what_was_answered_waits_behind_the_link_and_the_secret(client, sliven, kind):
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven), to="nuzhda")
    secret = online.kept(token)["secret"]
    assert secret in text(client.get(reverse("apply_later", args=[token])))
    other = StrictClient()
    assert other.get(online.url(token, "litse"))["Location"] == online.url(token)
    page = other.get(online.url(token))
    assert page.status_code == 200
    assert "Пенка" not in text(page)
    answer = other.post(online.url(token), {"secret": secret.lower().replace("-", " ")})
    assert answer["Location"] == online.url(token, "nuzhda")
    assert 'value="Пенка"' in text(other.get(online.url(token, "litse")))


def test_a_wrong_secret_and_a_link_to_nothing_are_answered_alike(client, sliven, kind):
    token = online.begin(client, kind)
    nothing = "A" * 43
    other = StrictClient()

    def page_of(address: str, sent: dict | None) -> tuple[int, str]:
        answer = other.post(address, sent) if sent else other.get(address)
        html = text(answer).replace(token, "").replace(nothing, "")
        return answer.status_code, without_tokens(html)

    for sent in (None, {"secret": "ABCD-EFGH-JKLM"}, {"secret": ""}, {"secret": "я" * 5000}):
        assert page_of(online.url(token), sent) == page_of(online.url(nothing), sent)
    for step in ("litse", "proverka", "zapazeno", "izprateno"):
        first = other.get(f"{online.url(token)}{step}/")
        second = other.get(f"{online.url(nothing)}{step}/")
        assert (first.status_code, second.status_code) == (302, 302)
        assert second["Location"] == first["Location"].replace(token, nothing)


def without_tokens(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


def test_guesses_are_slowed_down_and_then_a_right_secret_waits_too(client, kind, monkeypatch):
    monkeypatch.setattr(access, "WRONG_SECRETS", Limit("test_secret", amount=3, seconds=600))
    token = online.begin(client, kind)
    secret = online.kept(token)["secret"]
    other = StrictClient()
    for _n in range(3):
        assert other.post(online.url(token), {"secret": "AAAA-AAAA-AAAA"}).status_code == 422
    assert other.post(online.url(token), {"secret": secret}).status_code == 429


def test_a_half_typed_page_is_kept_for_later_without_complaint(client, sliven, kind):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="litse")
    answer = client.post(where, {"given_name": "Пенка", "po_kasno": "1"})
    assert answer["Location"] == reverse("apply_later", args=[token])
    page = client.get(client.get(online.url(token))["Location"])
    assert 'value="Пенка"' in text(page)
    assert "Грешка:" not in text(page)
    assert client.post(where, online.PERSON)["Location"] == online.url(token, "nuzhda")


def test_what_is_sent_after_the_browser_forgot_is_kept_once_the_secret_is_given(
    client, sliven, kind
):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="nuzhda")
    secret = online.kept(token)["secret"]
    other = StrictClient()
    answer = other.post(where, {"need": "Писах дълго <b>"})
    assert answer.status_code == 200
    assert 'name="need" value="Писах дълго &lt;b&gt;"' in text(answer)
    assert "nuzhda" not in online.kept(token)["steps"]
    answer = other.post(where, {"need": "Писах дълго <b>", "secret": secret})
    assert answer["Location"] == online.url(token, "usluga")
    assert online.kept(token)["steps"]["nuzhda"] == {"need": ["Писах дълго <b>"]}


def test_a_locked_draft_asks_again(client, sliven, kind):
    token = online.begin(client, kind)
    later = reverse("apply_later", args=[token])
    assert client.post(later, {"zaklyuchi": "1"})["Location"] == online.url(token)
    assert client.get(later)["Location"] == online.url(token)


def test_the_link_is_mailed_without_the_secret(client, sliven, kind, mailoutbox, settings):
    settings.TASKS_INLINE = True
    token = online.begin(client, kind)
    later = reverse("apply_later", args=[token])
    import pytest_django  # noqa: F401

    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(later, {"email": "penka@example.bg"}).status_code == 302
    (mail,) = mailoutbox
    assert mail.to == ["penka@example.bg"]
    assert token in mail.body
    assert online.kept(token)["secret"] not in mail.body
    assert "mail_to" not in online.kept(token)
    assert client.get(online.url(token, "za-kogo")).status_code == 200


@pytest.mark.parametrize("address", ["", "не е поща", "a@b\x00.bg", "a" * 5000])
def test_a_wrong_address_gets_no_mail(client, kind, mailoutbox, address):
    token = online.begin(client, kind)
    answer = client.post(reverse("apply_later", args=[token]), {"email": address})
    assert answer.status_code == 422
    assert not mailoutbox


def test_who_gave_an_address_is_written_to_once(client, sliven, kind, mailoutbox, settings):
    settings.TASKS_INLINE = True
    token = online.begin(client, kind)
    given = online.answers(sliven, vrazka={"email": "penka@example.bg", "reply_by": "email"})
    check = online.fill(client, token, given)
    shown = online.value_of(client.get(check), "shown")
    with TestCase.captureOnCommitCallbacks(execute=True):
        for _n in range(2):
            client.post(check, {"shown": shown})
    (mail,) = mailoutbox
    assert mail.to == ["penka@example.bg"]
    assert application(sliven).number in mail.body
    assert online.kept(token)["sent"] not in mail.body
    assert "вкъщи" not in mail.body


# Running out


def test_a_draft_that_ran_out_is_not_there_and_goes_with_its_files(client, sliven, kind, tmp_path):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="dokumenti")
    client.post(where, {"files": SimpleUploadedFile("молба.pdf", made.pdf()), "dobavi": "1"})
    with municipality_scope(sliven):
        path = Attachment.objects.get().path
        OnlineDraft.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert PrivateStorage().exists(path)
    assert client.get(where)["Location"] == online.url(token)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert drafts.purge(sliven, now=timezone.now()) == 1
    assert not PrivateStorage().exists(path)
    with municipality_scope(sliven):
        assert not OnlineDraft.objects.exists()
        assert not Attachment.objects.exists()


def test_a_sent_draft_goes_and_the_application_keeps_its_files(client, sliven, kind):
    token = online.begin(client, kind)
    given = online.answers(sliven)
    where = online.fill(client, token, given, to="dokumenti")
    client.post(where, {"files": SimpleUploadedFile("молба.pdf", made.pdf()), "dobavi": "1"})
    online.fill(client, token, given)
    online.send(client, token)
    assert drafts.purge(sliven, now=timezone.now() + dt.timedelta(days=31)) == 1
    with municipality_scope(sliven):
        assert Attachment.objects.get().application == Application.objects.get()


def test_answers_are_kept_encrypted(client, sliven, kind):
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven))
    with municipality_scope(sliven):
        raw = bytes(OnlineDraft.objects.get().data)
    assert "Пенка".encode() not in raw
    assert token.encode() not in raw


# Sending once


def test_sent_twice_it_is_one(client, sliven, kind):
    token = online.begin(client, kind)
    check = online.fill(client, token, online.answers(sliven))
    shown = online.value_of(client.get(check), "shown")
    for _n in range(2):
        answer = client.post(check, {"shown": shown})
        assert answer["Location"] == reverse("apply_sent", args=[token])
    application(sliven)


def test_what_was_changed_in_another_tab_is_shown_before_it_is_sent(client, sliven, kind):
    token = online.begin(client, kind)
    check = online.fill(client, token, online.answers(sliven))
    shown = online.value_of(client.get(check), "shown")
    client.post(online.url(token, "nuzhda"), {"need": "Променено в друг прозорец"})
    answer = client.post(check, {"shown": shown})
    assert answer.status_code == 409
    assert "Променено в друг прозорец" in text(answer)
    assert client.post(check, {}).status_code == 409
    with municipality_scope(sliven):
        assert not Application.objects.exists()


def test_after_sending_every_page_leads_to_the_confirmation(client, sliven, kind):
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven))
    online.send(client, token)
    confirmation = reverse("apply_sent", args=[token])
    assert client.post(online.url(token, "litse"), online.PERSON)["Location"] == confirmation
    for name in ("apply_resume", "apply_later", "apply_check"):
        assert client.get(reverse(name, args=[token]))["Location"] == confirmation
    # Whoever lost the connection before seeing it comes back by the link.
    other = StrictClient()
    secret = online.kept(token)["secret"]
    assert other.post(online.url(token), {"secret": secret})["Location"] == confirmation
    assert online.kept(token)["sent"] in text(other.get(confirmation))


def test_two_tabs_keep_both_answers(client, sliven, kind):
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven))
    client.post(online.url(token, "nuzhda"), {"need": "От първия"})
    client.post(online.url(token, "vrazka"), {**online.CONTACT, "phones": "02 123 4567"})
    kept = online.kept(token)["steps"]
    assert kept["nuzhda"]["need"] == ["От първия"]
    assert kept["vrazka"]["phones"] == ["02 123 4567"]


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one(sliven, kind):
    client = StrictClient()
    token = online.begin(client, kind)
    check = online.fill(client, token, online.answers(sliven))
    shown = online.value_of(client.get(check), "shown")
    answers = []

    def press() -> None:
        twin = StrictClient()
        twin.cookies = client.cookies
        answers.append(twin.post(check, {"shown": shown})["Location"])
        connection.close()

    presses = [threading.Thread(target=press) for _n in range(3)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert answers == [reverse("apply_sent", args=[token])] * 3
    application(sliven)


def test_going_back_comes_to_what_was_typed_and_no_other_page_is_stored(client, sliven, kind):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="litse")
    assert "no-store" in client.get(where)["Cache-Control"]
    wrong = client.post(where, {"given_name": "Пенка"})
    assert wrong.status_code == 422
    assert wrong["Cache-Control"] == "private, no-cache"


def test_a_page_takes_as_many_queries_however_much_is_offered(client, sliven, kind, queries):
    token = online.begin(client, kind)
    given = online.answers(sliven)

    def offer(count: int) -> None:
        for _n in range(count):
            ServiceFactory(municipality=sliven)

    where = online.fill(client, token, given, to="usluga")
    queries.assert_same(client, where, offer, name="apply online service")
    files = online.fill(client, token, given, to="dokumenti")
    queries.assert_same(
        client,
        files,
        lambda count: [KindPaperFactory(municipality=sliven, kind=kind) for _n in range(count)],
        name="apply online files",
    )
