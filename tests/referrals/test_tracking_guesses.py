"""Guessing at numbers and codes: nothing is hit, nothing is told, and the owner is not kept out."""

from __future__ import annotations

import itertools
import re
import threading

import pytest
from django.core.cache import cache
from django.db import connection

from municipalities import guessing, second_secrets
from municipalities.tenancy import municipality_scope
from referrals import secrets
from referrals.tracking import guarding
from referrals.tracking.guarding import Number, TooManyGuesses, read_number
from tests.factories_applications import SECRET, ApplicationFactory, ApplicationKindFactory
from tests.support.html import StrictClient

TRACK = "/zayavlenie/prosledyavane/"
WRONG = "ZZZZ-ZZZZ-ZZZZ"
NUMBER = "СУ-2026-000007"
_addresses = itertools.count(1)


def new_address() -> str:
    """Return an address from which nothing has been guessed."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def made(municipality, **facts):
    with municipality_scope(municipality):
        kind = ApplicationKindFactory(municipality=municipality, nature=facts.pop("nature", "wish"))
        return ApplicationFactory(
            municipality=municipality, kind=kind, number_series="СУ", number_seq=7, **facts
        )


def guess(address=None, secret=WRONG, number=NUMBER, municipality="sliven", client=None):
    data = {"obshtina": municipality, "nomer": number, "kod": secret}
    client = client or StrictClient()
    return client.post(TRACK, data, REMOTE_ADDR=address or new_address())


def shape(answer) -> bytes:
    """Return the page without what differs in every answer by itself, and what was typed."""
    page = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", answer.content)
    page = re.sub(rb'(name="(?:nomer|kod)") value="[^"]*"', rb"\1", page)
    return re.sub(rb"\b[0-9a-f]{8}\b", b"", page)


def told(answer) -> tuple:
    by_themselves = {"X-Request-ID", "Content-Length", "Expires"}
    fixed = {name: value for name, value in answer.headers.items() if name not in by_themselves}
    return answer.status_code, fixed, sorted(answer.cookies), shape(answer)


# Indistinguishable


@pytest.fixture
def nothing(sliven, elena):
    """The answer where no application is at all."""
    return told(guess())


def test_a_wrong_code_is_answered_like_a_number_that_is_not_there(nothing, sliven):
    made(sliven)
    answer = guess()
    assert told(answer) == nothing
    assert answer.status_code == 422
    assert "Не намерихме заявление" in answer.content.decode()


def test_an_alert_is_answered_like_a_number_that_is_not_there(nothing, sliven):
    made(sliven, nature="alert", secret_hash="")
    assert told(guess()) == nothing
    assert told(guess(secret="")) == nothing


def test_an_alert_does_not_open_even_with_a_secret_of_its_own(nothing, sliven):
    made(sliven, nature="alert")
    assert told(guess(secret=SECRET)) == nothing


def test_the_number_of_another_municipality_is_not_there(nothing, sliven, elena):
    made(elena)
    assert told(guess(secret=SECRET)) == nothing
    # The same code kept in another municipality opens nothing here.
    made(sliven, secret_hash=secrets.hash_of_secret(SECRET, elena))
    assert told(guess(secret=SECRET)) == nothing


@pytest.mark.parametrize(
    "number", ["", "\x00", "СУ-2026-999999999", "СУ-2026-" + "9" * 99, "7", "😀"]
)
@pytest.mark.parametrize("secret", ["", "\x00", WRONG, "я" * 10_000, "'; --"])
def test_whatever_is_typed_the_answer_is_the_same(nothing, sliven, number, secret):
    made(sliven)
    assert told(guess(number=number, secret=secret)) == nothing


def test_without_a_municipality_or_with_a_strange_one_the_answer_is_the_same(sliven):
    made(sliven)
    answers = [
        told(guess(municipality=slug, secret=secret))
        for slug in ("", "nyama", "\x00", "x" * 9999)
        for secret in (SECRET, WRONG)
    ]
    assert answers.count(answers[0]) == len(answers)
    assert answers[0][0] == 422


def test_missing_and_doubled_fields_are_answered_too(sliven):
    made(sliven)
    for data in ({}, {"kod": [SECRET, WRONG]}, {"obshtina": ["sliven", "x"], "nomer": [NUMBER]}):
        assert StrictClient().post(TRACK, data, REMOTE_ADDR=new_address()).status_code == 422


@pytest.mark.parametrize("world", ["nothing", "a wish", "an alert"])
def test_every_guess_does_the_same_work(sliven, monkeypatch, world, django_assert_num_queries):
    if world != "nothing":
        made(sliven, **({"nature": "alert", "secret_hash": ""} if world == "an alert" else {}))
    hashed = []
    real = second_secrets.hash_of_secret

    def counted(*args, **named):
        hashed.append(1)
        return real(*args, **named)

    monkeypatch.setattr(second_secrets, "hash_of_secret", counted)
    client = StrictClient()
    guess(client=client)  # what is asked for once is at hand from now on
    hashed.clear()
    with django_assert_num_queries(WORK):
        guess(client=client)
    assert hashed == [1]


WORK = 22  # queries of one wrong guess, most of them of the counting


# Throttled


def test_one_address_may_be_wrong_a_few_times(sliven):
    made(sliven)
    address = new_address()
    numbers = [f"СУ-2026-{n:06d}" for n in range(7, 27)]
    answers = [guess(address, number=number).status_code for number in numbers]
    assert answers == [422] * guessing.WRONG_OF_ADDRESS + [429] * 5
    # The right one waits then too, and another address does not.
    assert guess(address, SECRET).status_code == 429
    assert guess(secret=SECRET).status_code == 302


def test_being_throttled_tells_nothing_either(sliven):
    address = new_address()
    for n in range(guessing.WRONG_OF_ADDRESS):
        guess(address, number=f"СУ-2026-{n + 100:06d}")
    missing = told(guess(address))
    made(sliven)
    wrong, right = told(guess(address)), told(guess(address, SECRET))
    assert missing == wrong == right
    assert missing[0] == 429


def test_what_was_typed_stays_while_one_waits(sliven):
    address = new_address()
    for n in range(guessing.WRONG_OF_ADDRESS):
        guess(address, number=f"СУ-2026-{n + 100:06d}")
    page = guess(address, SECRET).content.decode()
    assert "Изчакайте малко" in page
    assert f'value="{NUMBER}"' in page


def test_the_wait_of_an_address_ends(sliven, monkeypatch):
    made(sliven)
    address = new_address()
    for n in range(guessing.WRONG_OF_ADDRESS):
        guess(address, number=f"СУ-2026-{n + 100:06d}")
    later(monkeypatch, guessing.ADDRESS_WINDOW - 5)
    assert guess(address, SECRET).status_code == 429
    later(monkeypatch, 10)
    assert guess(address, SECRET).status_code == 302


def test_guesses_from_one_household_count_together(sliven):
    made(sliven)
    answers = [
        guess(f"2001:db8:1:2::{n:x}", number=f"СУ-2026-{n:06d}").status_code
        for n in range(100, 120)
    ]
    assert answers.count(429) == 5
    assert guess("2001:db8:1:3::1", SECRET).status_code == 302


def test_opening_rightly_uses_up_no_guesses(sliven):
    made(sliven)
    address = new_address()
    for _time in range(guessing.WRONG_OF_ADDRESS + 5):
        assert guess(address, SECRET).status_code == 302


def test_one_who_guesses_does_not_keep_the_owner_out(sliven):
    """The owner comes from an address of their own and types the code rightly."""
    made(sliven)
    attackers = [new_address() for _n in range(3)]
    answers = [guess(attackers[n % 3]).status_code for n in range(60)]
    assert answers.count(422) == guessing.WRONG_OF_NUMBER
    assert guess(secret=SECRET).status_code == 302


def test_many_addresses_at_one_number_wait_and_the_wait_is_a_minute(sliven, monkeypatch):
    made(sliven)
    answers = [guess().status_code for _n in range(60)]
    assert answers.count(422) == guessing.WRONG_OF_NUMBER_AT_ALL
    assert guess(secret=SECRET).status_code == 429
    assert guess(number="СУ-2026-000008").status_code == 422, "other numbers do not wait"
    later(monkeypatch, guessing.NUMBER_WINDOW + 1)
    assert guess(secret=SECRET).status_code == 302


def later(monkeypatch, seconds: float) -> None:
    """Let the clock of the guessing go on by ``seconds``."""
    now = guessing.time.time()
    monkeypatch.setattr(guessing.time, "time", lambda: now + seconds)


class TestTenThousand:
    """By the verb itself, which the page calls: ten thousand pages would take minutes."""

    @pytest.fixture
    def tried(self, sliven, rf):
        def go(address: str, number: str, secret: str):
            request = rf.post(TRACK, REMOTE_ADDR=address)
            return guarding.find(request, municipality=sliven, number=number, secret=secret)

        return go

    def test_guesses_hit_nothing_and_are_throttled(self, sliven, tried):
        """Half from twenty addresses, half from as many as guesses."""
        made(sliven)
        hits = refused = 0
        few = [new_address() for _n in range(20)]
        with municipality_scope(sliven):
            for n in range(10_000):
                address = few[n % 20] if n < 5_000 else new_address()
                try:
                    hits += tried(address, NUMBER, secrets.new_secret()) is not None
                except TooManyGuesses:
                    refused += 1
        assert hits == 0
        assert refused > 9_500


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_all_counted(sliven):
    made(sliven)
    answers = []
    address = new_address()

    def work():
        for n in range(6):
            answers.append(guess(address, number=f"СУ-2026-{n + 50:06d}").status_code)
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(422) == guessing.WRONG_OF_ADDRESS
    assert answers.count(429) == 30 - guessing.WRONG_OF_ADDRESS


def test_addresses_are_not_kept_readable(sliven):
    guess("198.51.100.77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM portal_cache")
        kept = str(cursor.fetchall())
    assert "track:address:" in kept
    assert "198.51.100.77" not in kept
    cache.clear()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("СУ-2026-000123", Number("СУ", 2026, 123)),
        ("  cy – 2026 – 123 ", Number("СУ", 2026, 123)),
        ("Вх. № СУ-2026-1", Number("СУ", 2026, 1)),
        ("вх.СУ-2026-1", Number("СУ", 2026, 1)),
        ("ВХ-2026-1", Number("ВХ", 2026, 1)),
        ("СУ-2026", Number()),
        ("СУ-26-1", Number()),
        ("2026-1", Number()),
        ("ЩЩЩЩЩЩЩ-2026-1", Number()),
        ("СУ-2026-1234567890", Number()),
        ("", Number()),
    ],
)
def test_numbers_are_read(typed, number):
    assert read_number(typed) == number
