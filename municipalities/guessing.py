"""What stands against guessing at numbers and second secrets.

A secret has 60 bits, so no amount of guessing helps; the limits keep guessing from being cheap
and are the same for numbers that exist and that do not. A network address may be wrong
``WRONG_OF_ADDRESS`` times in ten minutes. A number may be guessed at by all addresses together
``WRONG_OF_NUMBER`` times a minute; then only addresses that guessed nothing wrong for an hour are
still answered, up to ``WRONG_OF_NUMBER_AT_ALL``. So whoever guesses from a few addresses does not
keep the owner out, and whoever has thousands keeps them out only while they are spent, minute by
minute.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest

from municipalities.models import Municipality

WRONG_OF_ADDRESS, ADDRESS_WINDOW = 15, 600  # seconds
CLEAN_AFTER = 3600  # seconds without a wrong guess
WRONG_OF_NUMBER, WRONG_OF_NUMBER_AT_ALL, NUMBER_WINDOW = 10, 30, 60
# Latin letters that look the same as the Cyrillic ones of a number.
_LOOKALIKES = str.maketrans("ABEKMHOPCTXY", "АВЕКМНОРСТХУ")
_HEAD = re.compile(r"^\s*ВХ(?:[.\s]+|\s*№)\s*")  # „вх. №“
_NUMBER = re.compile(r"([А-Я]{1,6})([0-9]{4})([0-9]{1,9})")
Found = TypeVar("Found")


class TooManyGuesses(Exception):
    """So many were wrong that even a right one has to wait."""


@dataclass(frozen=True)
class Number:
    """A registration number in its parts; an unreadable one is of no series, and is not there."""

    series: str = ""
    year: int = 0
    sequence: int = 0


def read_number(typed: str) -> Number:
    """Return the number in what was typed: „су 2026 123“, with Latin letters, without zeros."""
    plain = _HEAD.sub("", typed.upper().translate(_LOOKALIKES))
    parts = _NUMBER.fullmatch(re.sub(r"[^А-Я0-9]", "", plain))
    return Number(parts[1], int(parts[2]), int(parts[3])) if parts else Number()


@transaction.atomic
def opened(
    request: HttpRequest,
    *,
    municipality: Municipality,
    number: str,
    open_with: Callable[[Number], Found | None],
) -> Found | None:
    """Return what ``open_with`` returns of the number, and count it as a wrong guess where nothing.

    ``open_with`` checks the secret, at the same cost whether the number is there or not. Needs the
    municipality's scope. Raises TooManyGuesses, without asking it.
    """
    wanted = read_number(number)
    address, target = _address_key(request), _number_key(municipality, wanted)
    _take_turns(address, target)
    now = time.time()
    kept = cache.get_many([address, target])
    of_address, of_number = kept.get(address, []), kept.get(target, [])
    _refuse_too_many(of_address, of_number, now)
    found = open_with(wanted)
    if found is None:
        cache.set(address, [*of_address, now][-WRONG_OF_ADDRESS:], CLEAN_AFTER)
        cache.set(target, [*of_number, now][-WRONG_OF_NUMBER_AT_ALL:], NUMBER_WINDOW)
    return found


def _refuse_too_many(of_address: list[float], of_number: list[float], now: float) -> None:
    lately = sum(at > now - ADDRESS_WINDOW for at in of_address)
    at_number = sum(at > now - NUMBER_WINDOW for at in of_number)
    is_clean = not any(at > now - CLEAN_AFTER for at in of_address)
    most = WRONG_OF_NUMBER_AT_ALL if is_clean else WRONG_OF_NUMBER
    if lately >= WRONG_OF_ADDRESS or at_number >= most:
        raise TooManyGuesses


def _take_turns(*keys: str) -> None:
    """Let guesses of one address or at one number come one after another, so that all count."""
    numbers = sorted(int(hashlib.sha256(key.encode()).hexdigest()[:15], 16) for key in keys)
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _address_key(request: HttpRequest) -> str:
    """Return where guesses of an address are counted; it is personal and kept hashed.

    One household or server has a whole /64 of IPv6.
    """
    address = get_adapter().get_client_ip(request)
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        pass
    else:
        if place.version == 6:
            address = str(ipaddress.ip_network(f"{place}/64", strict=False))
    return f"track:address:{hashlib.sha256(address.encode()).hexdigest()[:32]}"


def _number_key(municipality: Municipality, wanted: Number) -> str:
    words = f"{municipality.pk}/{wanted.series}/{wanted.year}/{wanted.sequence}"
    return f"track:number:{hashlib.sha256(words.encode()).hexdigest()[:32]}"
