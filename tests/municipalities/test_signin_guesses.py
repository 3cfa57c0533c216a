"""Guessing at the door: throttled for all processes together, and told nothing by the answers."""

from __future__ import annotations

import re
import threading

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache, caches
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client

from municipalities.models import User
from municipalities.signin.passwords import LengthValidator
from tests import factories
from tests.support.html import StrictClient

LOGIN = "/accounts/login/"


def guess(
    email: str, password: str = "не е тази парола", address: str = "198.51.100.1", client=None
):
    client = client or StrictClient()
    data = {"login": email, "password": password}
    return client.post(LOGIN, data, REMOTE_ADDR=address)


def shape(response, email: str) -> str:
    """Return the page without what differs from request to request by itself."""
    page = response.content.decode().replace(email, "…")
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return re.sub(r"\b[0-9a-f]{8}\b", "", page)


@pytest.fixture
def user(db):
    return factories.UserFactory(email="poznat@example.bg")


def test_a_known_and_an_unknown_address_get_the_same_answer(user):
    """Through wrong guesses and through the throttle, attempt by attempt."""
    known = [guess("poznat@example.bg") for _n in range(8)]
    unknown = [guess("neznaen@example.bg", address="198.51.100.2") for _n in range(8)]
    for left, right in zip(known, unknown, strict=True):
        assert left.status_code == right.status_code
        assert left.headers.keys() == right.headers.keys()
        assert shape(left, "poznat@example.bg") == shape(right, "neznaen@example.bg")
    assert "Няма профил с такава е-поща и парола." in known[0].content.decode()
    assert "Твърде много неуспешни опити" in known[5].content.decode()


def test_the_right_password_does_not_open_while_throttled(user):
    for _n in range(5):
        guess("poznat@example.bg")
    response = guess("poznat@example.bg", factories.PASSWORD)
    assert "Твърде много неуспешни опити" in response.content.decode()


def test_many_addresses_from_one_place_are_throttled_too(db):
    pages = [guess(f"chovek{n}@example.bg").content.decode() for n in range(14)]
    assert ["Твърде много" in page for page in pages] == [False] * 10 + [True] * 4


def test_flooding_the_page_gets_429_in_our_clothes(user):
    responses = [guess("poznat@example.bg") for _n in range(62)]
    assert responses[59].status_code == 200
    assert responses[61].status_code == 429
    assert "Твърде много опити" in responses[61].content.decode()


def test_another_place_is_not_throttled_for_it(user):
    for n in range(11):
        guess(f"chovek{n}@example.bg")
    response = guess("poznat@example.bg", factories.PASSWORD, address="198.51.100.9")
    assert response.status_code == 302


def test_signing_in_rightly_does_not_use_up_the_guesses(user):
    for _n in range(12):
        assert guess("poznat@example.bg", factories.PASSWORD).status_code == 302


def test_the_address_of_the_client_comes_through_the_proxy_only_where_there_is_one(user, settings):
    client = Client(headers={"x-forwarded-for": "203.0.113.5, 192.0.2.1"})
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    for n in range(11):  # a forged header changes nothing
        client.defaults["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{n}"
        last = guess(f"a{n}@example.bg", client=client)
    assert "Твърде много" in last.content.decode()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert guess("poznat@example.bg", factories.PASSWORD, client=client).status_code == 302


@pytest.mark.parametrize("email", ["poznat@example.bg", "neznaen@example.bg"])
def test_every_guess_costs_one_hash(user, settings, monkeypatch, email):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user.set_password(factories.PASSWORD)
    user.save()
    calls = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(
            Argon2PasswordHasher,
            name,
            lambda self, *args, real=real, **more: calls.append(1) or real(self, *args, **more),
        )
    guess(email)
    assert len(calls) == 1


def test_a_person_without_a_password_costs_the_same(db, settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    User.objects.create_user("bez@example.bg", None, name="Без парола")
    calls = []
    real = Argon2PasswordHasher.encode
    monkeypatch.setattr(
        Argon2PasswordHasher, "encode", lambda self, *a, **k: calls.append(1) or real(self, *a, **k)
    )
    guess("bez@example.bg")
    assert len(calls) == 1


def test_forgotten_password_tells_nothing_either(user):
    pages = [
        StrictClient().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in ("poznat@example.bg", "neznaen@example.bg")
    ]
    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert shape(pages[0], "poznat@example.bg") == shape(pages[1], "neznaen@example.bg")


# The cache that all processes share


def test_it_is_in_the_database_and_needs_nothing_of_the_operator(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('portal_cache')::text")
        assert cursor.fetchone()[0] == "portal_cache"
    call_command("createcachetable", verbosity=0)  # whoever does it anyway harms nothing
    assert caches["default"]._max_entries >= 100_000


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_one_gets_the_lock():
    """What allauth's counting stands on: ``add`` succeeds once, however many try together."""
    for n in range(10):
        won, gate = [], threading.Barrier(6)

        def attempt(key=f"lock-{n}", won=won, gate=gate):
            gate.wait()
            won.append(cache.add(key, True, 10))
            connection.close()

        threads = [threading.Thread(target=attempt) for _n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(won) == [False] * 5 + [True]


@pytest.mark.django_db(transaction=True)
def test_guesses_from_many_processes_are_counted_together():
    factories.UserFactory(email="poznat@example.bg")
    pages = []

    def work():
        for _n in range(3):
            pages.append(guess("poznat@example.bg").content.decode())
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("Няма профил" in page for page in pages) <= 5
    assert sum("Твърде много" in page for page in pages) >= 10


# Passwords


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("четиринайсет14", "нужни са поне 15 знака"),
        ("аааааааааааааааааа", "повтаря знаци"),
        ("паролапаролапарола", "повтаря знаци"),
        ("qwertyuiopasdfghjklzxcvbnm", "върви по клавишите"),
        ("явертъуиопасдфгхй", "върви по клавишите"),
        ("12345678910111213", "върви по клавишите"),
        ("987654321098765", "върви по клавишите"),
        ("я" * 100 + "бвгд" * 30, "твърде дълга"),
        ("маслини и сирене", None),
        ("correct horse battery", None),
        ("ivan.petrov@example.bg", "прилича твърде много на: е-поща"),
    ],
)
def test_a_password_is_long_and_not_everybodys(password, fault, db):
    from django.contrib.auth.password_validation import validate_password

    user = factories.UserFactory(email="ivan.petrov@example.bg")
    if fault is None:
        validate_password(password, user)
        return
    with pytest.raises(ValidationError) as caught:
        validate_password(password, user)
    assert fault in " ".join(caught.value.messages)


def test_with_a_second_factor_eight_are_enough(db):
    from allauth.mfa.models import Authenticator

    user = factories.UserFactory()
    rule = LengthValidator()
    with pytest.raises(ValidationError):
        rule.validate("осемзнак", user)
    Authenticator.objects.create(user=user, type="recovery_codes", data={})
    assert rule.shortest_for(user) == 15
    Authenticator.objects.create(user=user, type="totp", data={})
    rule.validate("осемзнак", user)
    with pytest.raises(ValidationError):
        rule.validate("седемзн", user)
    with pytest.raises(ValidationError):
        rule.validate("осемзнак", None)


def test_the_form_says_what_is_wanted(specialist):
    page = specialist.get("/accounts/password/change/").content.decode()
    assert 'autocomplete="new-password"' in page
    assert "onpaste" not in page
    bad = specialist.post(
        "/accounts/password/change/",
        {"oldpassword": factories.PASSWORD, "password1": "къса", "password2": "къса"},
    )
    assert "нужни са поне 15 знака" in bad.content.decode()
