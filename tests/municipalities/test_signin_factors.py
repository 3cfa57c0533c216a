"""The second factor: asked for before any page with data, set up, used, lost and replaced."""

from __future__ import annotations

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import override_settings

from config.guard import refuse_unsafe_production
from municipalities.signin.factors import rotate_secrets
from tests import factories
from tests.support.house import routes
from tests.support.html import StrictClient

INDEX = "/accounts/2fa/"
ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.REQUIRE_MFA = True


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-23 12:00:05+02:00", tick=False) as traveller:
        yield traveller


def code_for(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(user, client=None):
    client = client or StrictClient()
    data = {"login": user.email, "password": factories.PASSWORD}
    return client, client.post("/accounts/login/", data)


@pytest.fixture
def newcomer(clock, sliven, office):
    """Somebody with a role and without a second factor, just signed in."""
    user = factories.MembershipFactory(municipality=sliven, office=office).user
    client, response = sign_in(user)
    assert response["Location"] == "/vhod/"
    client.user = user
    return client


def set_up(client) -> str:
    """Set up an authenticator as a person does; return its secret."""
    page = client.get(ACTIVATE).content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)[1]
    response = client.post(ACTIVATE, {"code": code_for(secret)})
    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


# Nothing before it is set up


def test_no_page_with_data_is_reached_without_it(newcomer):
    for page in ("/rabotno-myasto/", "/rabotno-myasto/konsultatsii/", "/vhod/", "/admin/"):
        response = newcomer.get(page, follow=True)
        assert response.redirect_chain[-1][0] == INDEX, page
        assert "Включете я, преди да продължите" in response.content.decode()
    sent = newcomer.post("/rabotno-myasto/konsultatsii/nova/", {"note": "x"})
    assert sent["Location"] == INDEX
    script = newcomer.get("/rabotno-myasto/", headers={"Accept": "application/json"})
    assert script.status_code == 403


def test_everything_that_asks_for_sign_in_asks_for_it_except_ones_own_account(newcomer):
    """Every address without parameters, as the URL configuration has it today."""
    open_ones = set()
    for route in routes():
        if not route.needs_sign_in or "<" in route.pattern or "(?P" in route.pattern:
            continue
        response = newcomer.get("/" + route.pattern.strip("^$"))
        if response.status_code != 302 or response["Location"] != INDEX:
            open_ones.add(route.name)
    assert open_ones <= {
        "landing",  # leads on, and from there here
        "profile",
        "session_again",
        "session_end_all",
        "session_stay",
        *(name for name in open_ones if name.startswith(("account_", "mfa_"))),
    }


def test_ones_own_account_and_public_pages_stay_open(newcomer):
    for page in ("/", "/uslugi/", "/profil/", INDEX, "/accounts/password/change/"):
        assert newcomer.get(page).status_code == 200, page
    assert "Включете втора защита" in newcomer.get("/profil/").content.decode()
    assert newcomer.post("/accounts/logout/").status_code == 302


@pytest.mark.parametrize("who", ["manager", "administrator", "dpo", "provider", "operator"])
def test_every_kind_of_staff_needs_it(request, who):
    client = request.getfixturevalue(who)
    assert client.get("/admin/")["Location"] == INDEX


def test_the_demo_and_the_tests_may_do_without(newcomer):
    with override_settings(REQUIRE_MFA=False):
        assert newcomer.get("/rabotno-myasto/").status_code == 200


def test_production_does_not_start_without_it():
    good = {
        "secret_key": "x" * 60,
        "debug": False,
        "allowed_hosts": ["portal.example.bg"],
        "database_url": "postgres://db/portal",
        "data_keys": ["bm90LWEtcmVhbC1rZXktYnV0LTMyLWJ5dGVzLWxvbmc="],
        "index_key": "y" * 60,
    }
    refuse_unsafe_production(**good, require_mfa=True)
    with pytest.raises(Exception, match="REQUIRE_MFA"):
        refuse_unsafe_production(**good, require_mfa=False)


# Setting up and using


@pytest.mark.django_db(transaction=True)
def test_it_is_set_up_and_the_desk_opens(newcomer):
    set_up(newcomer)
    page = newcomer.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", page)) == 10
    assert newcomer.get("/rabotno-myasto/").status_code == 200
    assert "Включено е приложение" in mail.outbox[0].subject
    assert "[Фронт-офис]" in mail.outbox[0].subject


def test_a_wrong_code_does_not_set_it_up(newcomer):
    page = newcomer.get(ACTIVATE).content.decode()
    response = newcomer.post(ACTIVATE, {"code": "000000"})
    assert "Кодът не е верен" in response.content.decode()
    # The same secret is still there to be scanned.
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)[1]
    assert secret in response.content.decode()
    assert not Authenticator.objects.exists()


def test_from_then_on_a_code_is_asked_for_at_sign_in(newcomer, clock):
    secret = set_up(newcomer)
    clock.shift(120)
    client, response = sign_in(newcomer.user)
    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/rabotno-myasto/").status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert "Още една стъпка" in page
    assert "Използвай ключ" not in page  # there is none
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "123"})
    assert "Кодът не е верен" in wrong.content.decode()
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert client.get("/rabotno-myasto/").status_code == 200


def test_a_code_is_good_once_even_a_minute_later(newcomer, clock):
    secret = set_up(newcomer)
    clock.shift(120)
    code = code_for(secret, steps=1)  # of a telephone that is ahead
    client, _response = sign_in(newcomer.user)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/profil/").status_code == 200
    clock.shift(40)  # allauth alone would take it again now
    thief, _response = sign_in(newcomer.user)
    thief.post("/accounts/2fa/authenticate/", {"code": code})
    assert thief.get("/profil/").status_code == 302


def test_a_recovery_code_opens_once(newcomer, clock):
    set_up(newcomer)
    page = newcomer.get("/accounts/2fa/recovery-codes/").content.decode()
    code = re.search(r"<code>(\d{8})</code>", page)[1]
    for expected in (200, 302):
        client, _response = sign_in(newcomer.user)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert client.get("/profil/").status_code == expected


def test_guessing_codes_is_throttled(newcomer, clock):
    secret = set_up(newcomer)
    clock.shift(120)
    client, _response = sign_in(newcomer.user)
    for n in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"{n:06d}"})
    right = client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert "Твърде много" in right.content.decode()
    assert client.get("/profil/").status_code == 302


def test_in_place_the_code_is_asked_for_too(newcomer, clock):
    secret = set_up(newcomer)
    page = newcomer.get("/rabotno-myasto/").content.decode()
    who = {"X-Who": re.search(r'data-who="([^"]*)"', page)[1]}
    clock.shift(31 * 60)
    first = newcomer.post("/vhod/pak/", {"password": factories.PASSWORD}, headers=who)
    assert first.json()["needs_code"]
    assert newcomer.get("/profil/").status_code == 302
    data = {"password": factories.PASSWORD, "code": code_for(secret)}
    assert newcomer.post("/vhod/pak/", data, headers=who).json()["signed_in"]
    assert newcomer.get("/rabotno-myasto/").status_code == 200


# Changing it


def test_changing_it_later_asks_who_it_is(newcomer, clock):
    set_up(newcomer)
    assert newcomer.get("/accounts/2fa/totp/deactivate/").status_code == 200
    clock.shift(10 * 60)
    for page in (
        "totp/deactivate/",
        "webauthn/add/",
        "recovery-codes/",
        "recovery-codes/generate/",
    ):
        response = newcomer.get(INDEX + page, follow=True)
        assert "Потвърдете, че сте вие" in response.content.decode(), page
    again = f"/accounts/reauthenticate/?next={INDEX}totp/deactivate/"
    wrong = newcomer.post(again, {"password": "не е тази парола 1"})
    assert "Паролата не е вярна" in wrong.content.decode()
    newcomer.post(again, {"password": factories.PASSWORD})
    newcomer.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert newcomer.get("/rabotno-myasto/")["Location"] == INDEX


def test_secrets_are_encrypted_and_take_a_new_key(newcomer, clock, settings):
    secret = set_up(newcomer)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    old = settings.DATA_KEYS
    settings.DATA_KEYS = ["bm90LWEtcmVhbC1rZXktYnV0LTMyLWJ5dGVzLWxvbmc=", *old]
    assert rotate_secrets() == 2
    settings.DATA_KEYS = settings.DATA_KEYS[:1]
    clock.shift(120)
    client, _response = sign_in(newcomer.user)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert client.get("/rabotno-myasto/").status_code == 200


def test_pages_of_keys_are_there_and_bulgarian(newcomer):
    page = newcomer.get("/accounts/2fa/webauthn/add/").content.decode()
    assert "Нов ключ за сигурност" in page
    assert "&quot;creation_options&quot;" in page
    for broken in ("", "{", "5", "[]", '"x"', "null", '{"id": 1}', '{"id": "AA", "rawId": "AA"}'):
        bad = newcomer.post("/accounts/2fa/webauthn/add/", {"credential": broken})
        assert bad.status_code == 200
        assert "Опитайте пак" in bad.content.decode() or "не е верен" in bad.content.decode(), (
            broken
        )
    assert "Още нямате ключове" in newcomer.get("/accounts/2fa/webauthn/").content.decode()
