"""Invitations: who gets in by one, how often, and what a wrong link learns."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import runpy
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from gunicorn.config import Config as gunicorn_config

from config.logs import HideTokens
from municipalities import invitations, mails, tasks
from municipalities.models import Invitation, Membership, Role, User
from municipalities.tenancy import INVITATION_SETTING, municipality_scope, set_local
from tests import factories
from tests.support import people
from tests.support.house import ROOT
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db

GOOD_PASSWORD = "жълта круша под стария мост"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


def invited(municipality, *, by=None, **facts) -> Invitation:
    """Return an invitation as it is before its mail is written."""
    facts = {
        "email": "nova@example.bg",
        "name": "Нова Колежка",
        "role": Role.SPECIALIST,
        **facts,
    }
    with municipality_scope(municipality):
        return Invitation.objects.create(
            municipality=municipality, invited_by=by or factories.UserFactory(), **facts
        )


def link_of(invitation: Invitation) -> str:
    """Mail the invitation; return the path of the link in the mail."""
    tasks.send_invitation(municipality=invitation.municipality_id, invitation=invitation.pk)
    return link_in(mail.outbox[-1])


def link_in(message) -> str:
    (token,) = re.findall(r"http://testserver/pokana/([\w-]+)/", message.body)
    return f"/pokana/{token}/"


def answers() -> dict:
    return {"name": "Нова Колежка", "password1": GOOD_PASSWORD, "password2": GOOD_PASSWORD}


def reread(invitation: Invitation) -> Invitation:
    with municipality_scope(invitation.municipality):
        return Invitation.objects.get(pk=invitation.pk)


def roles(municipality, email: str) -> list[str]:
    with municipality_scope(municipality):
        return [m.role for m in Membership.objects.current().filter(user__email=email)]


# The way in


def test_an_invited_stranger_makes_a_password_signs_in_and_is_at_work(client, sliven):
    invitation = invited(sliven)
    opened = client.get(link_of(invitation))
    assert opened.url == "/pokana/"
    page = client.get("/pokana/")
    assert "специалист в община Сливен" in page.content.decode()
    assert client.post("/pokana/", answers()).url == "/accounts/login/"
    person = User.objects.get(email="nova@example.bg")
    assert person.check_password(GOOD_PASSWORD)
    assert person.emailaddress_set.get().verified
    assert roles(sliven, person.email) == [Role.SPECIALIST]
    assert reread(invitation).accepted_at
    assert people.signed_in(person).get("/vhod/").url == "/rabotno-myasto/"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"password1": "кратка", "password2": "кратка"}, "15"),
        ({"password2": "друга парола за проба"}, "Двете пароли се различават"),
        ({"name": ""}, "Напишете името си"),
        ({"password1": "nova@example.bg", "password2": "nova@example.bg"}, "е-поща"),
    ],
)
def test_a_poor_password_makes_no_account(client, sliven, change, fault):
    client.get(link_of(invited(sliven)))
    answer = client.post("/pokana/", {**answers(), **change})
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert not User.objects.filter(email="nova@example.bg").exists()


def test_a_link_works_once(client, sliven):
    link = link_of(invited(sliven))
    client.get(link)
    client.post("/pokana/", answers())
    assert client.get("/pokana/").status_code == 404
    assert StrictClient().get(link).status_code == 404


def test_accepting_twice_makes_one_account_and_one_membership(sliven):
    invitation = invited(sliven)
    link = link_of(invitation)
    first, second = StrictClient(), StrictClient()
    for browser in (first, second):
        browser.get(link)
    first.post("/pokana/", answers())
    assert second.post("/pokana/", answers()).status_code == 404
    with municipality_scope(sliven), pytest.raises(invitations.InvitationError):
        invitations.accept_as_new(invitation, "Втора", GOOD_PASSWORD)
    assert User.objects.filter(email="nova@example.bg").count() == 1
    assert roles(sliven, "nova@example.bg") == [Role.SPECIALIST]


def test_somebody_with_an_account_signs_in_first_and_gets_the_role_beside_their_own(sliven, elena):
    known = people.member(elena, Role.SPECIALIST)
    link = link_of(invited(sliven, email=known.user.email, role=Role.HEAD))
    stranger = StrictClient()
    stranger.get(link)
    assert "/accounts/login/?next=/pokana/" in stranger.get("/pokana/").content.decode()
    stranger.post("/pokana/", answers())
    assert roles(sliven, known.user.email) == []
    known.get(link)
    known.post("/pokana/")
    assert roles(sliven, known.user.email) == [Role.HEAD]
    assert roles(elena, known.user.email) == [Role.SPECIALIST]
    known.user.refresh_from_db()
    assert known.user.is_staff  # a head keeps the registry in the admin


@pytest.mark.parametrize("has_account", [True, False])
def test_an_invitation_for_another_cannot_be_accepted(colleague, sliven, has_account):
    if has_account:
        factories.UserFactory(email="nova@example.bg")
    colleague.get(link_of(invited(sliven, role=Role.ADMINISTRATOR)))
    colleague.post("/pokana/", answers())
    assert roles(sliven, colleague.user.email) == [Role.SPECIALIST]
    assert roles(sliven, "nova@example.bg") == []


def test_an_invitation_gives_only_what_its_municipality_gave(client, sliven, elena):
    client.get(link_of(invited(sliven)))
    client.post("/pokana/", {**answers(), "municipality": elena.pk, "role": Role.ADMINISTRATOR})
    assert roles(sliven, "nova@example.bg") == [Role.SPECIALIST]
    assert roles(elena, "nova@example.bg") == []


def test_the_officer_for_data_protection_gets_no_second_role(sliven, dpo):
    dpo.get(link_of(invited(sliven, email=dpo.user.email, role=Role.ADMINISTRATOR)))
    dpo.post("/pokana/")
    assert roles(sliven, dpo.user.email) == [Role.DATA_PROTECTION_OFFICER]


# Wrong links


def wrong_links(sliven, elena) -> dict[str, str]:
    """Return links that cannot be used, each for another reason."""
    used = invited(sliven, email="a@example.bg")
    revoked = invited(sliven, email="b@example.bg")
    expired = invited(sliven, email="c@example.bg")
    replaced = invited(sliven, email="d@example.bg")
    gone = invited(elena, email="e@example.bg")
    links = {
        "used": link_of(used),
        "revoked": link_of(revoked),
        "expired": link_of(expired),
        "replaced": link_of(replaced),
        "of a municipality that left": link_of(gone),
        "invented": "/pokana/" + "x" * 43 + "/",
        "naughty": "/pokana/%00%ff';--/",
    }
    link_of(replaced)
    now = dt.datetime.now(dt.UTC)
    with municipality_scope(sliven):
        Invitation.objects.filter(pk=used.pk).update(accepted_at=now)
        Invitation.objects.filter(pk=revoked.pk).update(revoked_at=now)
        Invitation.objects.filter(pk=expired.pk).update(expires_at=now)
    elena.is_active = False
    elena.save()
    return links


def test_wrong_links_answer_alike(sliven, elena):
    seen = set()
    for link in wrong_links(sliven, elena).values():
        answer = StrictClient().get(link)
        body = answer.content.decode().replace(answer["X-Request-ID"], "")
        seen.add((answer.status_code, answer.headers["Referrer-Policy"], body))
    assert len(seen) == 1
    assert seen.pop()[:2] == (404, "strict-origin")


def test_two_hundred_guesses_are_stopped_and_then_even_the_right_link_waits(client, sliven):
    link = link_of(invited(sliven))
    statuses = [client.get(f"/pokana/{n:043d}/").status_code for n in range(200)]
    assert statuses == [404] * 20 + [429] * 180
    assert client.get(link).status_code == 429
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        assert client.get(link).status_code == 302


def test_right_links_are_not_counted(sliven):
    for n in range(25):
        client = StrictClient()
        client.get(link_of(invited(sliven, email=f"n{n}@example.bg")))
        assert client.get("/pokana/").status_code == 200


# The token


def test_the_token_is_in_the_mail_alone(client, sliven):
    link = link_of(invited(sliven))
    token = link.split("/")[2]
    assert token not in mail.outbox[-1].subject
    with municipality_scope(sliven), connection.cursor() as cursor:
        cursor.execute("SELECT i::text FROM municipalities_invitation i")
        assert token not in cursor.fetchone()[0]
    answer = client.get(link)
    assert answer["Referrer-Policy"] == "strict-origin"
    assert token not in answer.url
    assert token not in client.get("/pokana/").content.decode()
    assert token not in str(dict(client.session.items()))


def test_an_invitation_is_seen_by_its_hash_alone(sliven, elena):
    mine = reread(invitation := invited(sliven))
    link_of(invitation)
    link_of(invited(elena, email="druga@example.bg"))
    mine = reread(invitation)
    assert not Invitation.by_token.exists()
    for guess in ("", "NULL", "%", mine.token_hash[:-1], mine.token_hash.upper()):
        set_local(INVITATION_SETTING, guess)
        assert not Invitation.by_token.exists()
    set_local(INVITATION_SETTING, mine.token_hash)
    assert list(Invitation.by_token.all()) == [mine]
    assert Invitation.by_token.update(role=Role.ADMINISTRATOR) == 0
    assert Invitation.by_token.all().delete()[0] == 0


def test_an_unsent_invitation_cannot_be_found(sliven):
    invited(sliven)
    assert invitations.find_open("") is None
    set_local(INVITATION_SETTING, "")
    assert not Invitation.by_token.exists()


def test_no_log_holds_a_token(rf):
    link = "/pokana/0123456789abcdefABCDEF-_/"
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: %s", (link,), None)
    assert HideTokens().filter(record)
    assert record.getMessage() == "Not Found: /pokana/…/"
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["request_id", "tokens"]
    gunicorn = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    logger = gunicorn["QuietLogger"](gunicorn_config())
    request = SimpleNamespace(headers=[])
    response = SimpleNamespace(status="404 Not Found", headers=[], sent=0)
    environ = rf.get(link).environ | {"RAW_URI": link}
    atoms = logger.atoms(response, request, environ, dt.timedelta())
    assert gunicorn["access_log_format"].count("%(U)s") == 1
    assert atoms["U"] == "/pokana/…/"


# Mail


def test_the_mail_is_plain_bulgarian_and_its_subject_names_nobody(sliven):
    by = factories.UserFactory(name="Петър Примеров")
    link_of(invited(sliven, by=by))
    (message,) = mail.outbox
    assert message.subject == "[Фронт-офис] Покана за работа в портала"
    assert message.to == ["nova@example.bg"]
    assert "Петър Примеров ви кани" in message.body
    assert "специалист в община Сливен" in message.body
    assert not message.alternatives


def test_a_closed_invitation_is_not_mailed(sliven):
    invitation = invited(sliven)
    with municipality_scope(sliven):
        invitations.revoke(invitation)
    tasks.send_invitation(municipality=sliven.pk, invitation=invitation.pk)
    tasks.send_invitation(municipality=sliven.pk, invitation=0)
    assert mail.outbox == []


def test_a_mail_that_could_not_be_sent_leaves_the_old_link_working(sliven, monkeypatch):
    invitation = invited(sliven)
    link = link_of(invitation)

    def fail(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    with pytest.raises(mails.MailRefused, match="ConnectionRefusedError"):
        tasks.send_invitation(municipality=sliven.pk, invitation=invitation.pk)
    assert StrictClient().get(link).status_code == 302


def test_with_a_worker_the_mail_waits_in_the_queue_of_the_same_transaction(
    sliven, settings, django_capture_on_commit_callbacks
):
    settings.TASKS_INLINE = False
    with django_capture_on_commit_callbacks(execute=True), municipality_scope(sliven):
        made = invitations.invite(
            municipality=sliven,
            by=factories.UserFactory(),
            email="Nova@Example.bg ",
            name="Нова",
            role=Role.SPECIALIST,
        )
    assert mail.outbox == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs")
        ((name, arguments),) = cursor.fetchall()
    assert name == "municipalities.send_invitation"
    assert "nova" not in str(arguments).lower()
    tasks.send_invitation(**(arguments if isinstance(arguments, dict) else json.loads(arguments)))
    assert mail.outbox[0].to == [made.email] == ["nova@example.bg"]


def test_the_night_forgets_invitations_closed_long_ago(sliven):
    old, new = invited(sliven), invited(sliven, email="druga@example.bg")
    with municipality_scope(sliven):
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=91)
        Invitation.objects.filter(pk=old.pk).update(expires_at=long_ago)
    tasks.tidy(timestamp=0)
    with municipality_scope(sliven):
        assert list(Invitation.objects.all()) == [new]
