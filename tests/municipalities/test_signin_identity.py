"""The door of an identity provider: who comes in through it, and what does not."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.exceptions import ImproperlyConfigured

from config.identity import providers_from
from municipalities.models import User
from tests import factories
from tests.support.html import StrictClient
from tests.support.identity import CLIENT_ID, SECRET, Provider

DOOR = "/vhod/s/gateway/"
FAILED = "Входът не стана"


@pytest.fixture
def provider():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def door(provider, settings):
    """The provider, with a door to it in the portal."""
    entry = {
        "id": "gateway",
        "name": "еАвтентикация",
        "server_url": provider.issuer,
        "client_id": CLIENT_ID,
        "secret": SECRET,
    }
    settings.SOCIALACCOUNT_PROVIDERS = providers_from(json.dumps([entry]))
    return provider


@pytest.fixture
def user(sliven, office):
    user = factories.UserFactory(email="sluzhitel@example.bg")
    factories.MembershipFactory(municipality=sliven, office=office, user=user)
    return user


def go_through(client, provider, *, door=DOOR, change=None):
    """Press the button, be recognised by the provider, come back."""
    away = client.get(door)
    assert away.status_code == 302, away.content.decode()
    query = dict(parse_qsl(urlsplit(away["Location"]).query))
    back = provider.authorize({**query, **(change or {})})
    return client.get(back.partition("testserver")[2])


def test_without_a_provider_there_is_no_door(client, db):
    assert "Вход с" not in client.get("/accounts/login/").content.decode()
    assert client.get(DOOR).status_code == 404
    assert client.get(DOOR + "obratno/?code=1&state=2").status_code == 404


def test_a_person_with_an_account_comes_in(client, door, user):
    page = client.get("/accounts/login/?next=/profil/").content.decode()
    assert "Вход с еАвтентикация" in page
    assert 'href="/vhod/s/gateway/?next=%2Fprofil%2F"' in page
    response = go_through(client, door, door=DOOR + "?next=/profil/")
    assert response["Location"] == "/profil/"
    assert client.get("/rabotno-myasto/").status_code == 200


def test_their_password_stays_and_nothing_of_the_provider_is_kept(client, door, user):
    go_through(client, door)
    user.refresh_from_db()
    assert user.check_password(factories.PASSWORD)
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


def test_the_second_factor_is_asked_for_all_the_same(client, door, user):
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert go_through(client, door)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/profil/").status_code == 302


def test_and_has_to_be_set_up(client, door, user, settings):
    settings.REQUIRE_MFA = True
    go_through(client, door)
    assert client.get("/rabotno-myasto/")["Location"] == "/accounts/2fa/"


def test_nobody_is_registered(client, door, db):
    response = go_through(client, door)
    assert response.status_code == 403
    assert "няма профил с потвърдения там адрес" in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("said", [False, None, "true", "false", 1])
def test_an_address_that_is_not_confirmed_opens_nothing(client, door, user, said):
    door.claims["email_verified"] = said
    assert go_through(client, door).status_code == 403
    assert client.get("/profil/").status_code == 302


def test_a_provider_of_confirmed_addresses_only_may_be_trusted(client, provider, user, settings):
    entry = {"id": "gateway", "name": "Мост", "server_url": provider.issuer, "trusts_email": True}
    entry |= {"client_id": CLIENT_ID, "secret": SECRET}
    settings.SOCIALACCOUNT_PROVIDERS = providers_from(json.dumps([entry]))
    del provider.claims["email_verified"]
    assert go_through(client, provider)["Location"] == "/vhod/"


def test_an_account_that_was_closed_stays_closed(client, door, user):
    User.objects.update(is_active=False)
    assert go_through(client, door).status_code == 403


def test_an_answer_to_somebody_elses_question_is_refused(client, door, user):
    """The state of another browser: signing a victim in as the attacker."""
    theirs = StrictClient()
    away = theirs.get(DOOR)
    query = dict(parse_qsl(urlsplit(away["Location"]).query))
    back = door.authorize(query).partition("testserver")[2]
    response = client.get(back)
    assert response.status_code == 401
    assert FAILED in response.content.decode()
    assert theirs.get(back).status_code == 302  # it was good, for its owner
    assert FAILED in theirs.get(back).content.decode()  # once


WRONG = {
    "another nonce": {"nonce": "чужд"},
    "no nonce": {"nonce": None},
    "for another client": {"aud": "somebody-else"},
    "for several, not by us": {"aud": [CLIENT_ID, "x"], "azp": "x"},
    "of another issuer": {"iss": "https://other.example"},
    "expired": {"exp": 1_000_000},
    "without an end": {"exp": None},
    "of nobody": {"sub": None},
    "nonsense": {"exp": "утре"},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_identity_token_is_refused(client, door, user, what):
    door.wrong = WRONG[what]
    response = go_through(client, door)
    assert response.status_code == 401
    assert FAILED in response.content.decode()
    assert client.get("/profil/").status_code == 302


def test_a_token_signed_by_somebody_else_is_refused(client, door, user):
    door.sign_with_a_foreign_key()
    assert FAILED in go_through(client, door).content.decode()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_nobody_or_anybody_could_have_signed_is_refused(client, door, user, algorithm):
    door.algorithm = algorithm
    assert FAILED in go_through(client, door).content.decode()


def test_the_two_answers_have_to_speak_of_one_person(client, door, user):
    door.userinfo = {"sub": "43", "email": "sluzhitel@example.bg", "email_verified": True}
    assert FAILED in go_through(client, door).content.decode()


def test_without_proof_of_having_asked_the_code_is_worth_nothing(client, door, user):
    assert FAILED in go_through(client, door, change={"code_challenge": "x"}).content.decode()


def test_a_provider_that_is_down_gets_a_page(client, door, user):
    door.is_down = True
    assert FAILED in client.get(DOOR).content.decode()
    door.close()
    assert FAILED in client.get(DOOR).content.decode()


def test_one_may_change_ones_mind(client, door, user):
    door.cancels = True
    response = go_through(client, door)
    assert "Отказахте входа" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("query", ["?process=connect", "?auth_params=nonce%3D1", "?scope=all"])
def test_the_address_of_the_door_changes_nothing(client, door, user, query):
    assert go_through(client, door, door=DOOR + query)["Location"] == "/vhod/"
    asked = door.asked[-1]
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert len(asked["nonce"]) > 20
    assert asked["code_challenge_method"] == "S256"
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "?code=1", "?state=x&code=%00", "?error=x&state=y", "?state=%ed%a0%80&code=a"]
)
def test_strange_ways_back_get_a_page(client, door, query):
    response = client.get(DOOR + "obratno/" + query)
    assert (response.status_code, FAILED in response.content.decode()) == (401, True)


GOOD = {"id": "a", "name": "A", "server_url": "https://x", "client_id": "c", "secret": "s"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "не е JSON"),
        ("{}", "списък"),
        ('[{"id": "a"}]', "липсва name"),
        (json.dumps([{**GOOD, "server_url": "http://x.bg"}]), "не е https"),
        (json.dumps([{**GOOD, "id": "А b"}]), "id „А b“"),
        (json.dumps([{**GOOD, "trust_email": True}]), "непознато trust_email"),
        (json.dumps([GOOD, GOOD]), "еднакво id"),
    ],
)
def test_a_wrong_setting_is_said_at_the_start(text, fault):
    with pytest.raises(ImproperlyConfigured, match=fault):
        providers_from(text)
