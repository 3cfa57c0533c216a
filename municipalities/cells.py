"""What a cell may hold: one small rule a kind of value, each with a message that says what may be.

A rule takes the text of a cell, which is not empty, and returns the value for the database; it
raises BadCell with a sentence in Bulgarian.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from municipalities.spreadsheets import BROKEN_LETTER

MOST_NUMBER = 2_147_483_647  # of PostgreSQL's integer
MOST_MONEY = Decimal("999999.99")
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
LISTED = 12  # allowed values that a message names; the rest are in the sample file
_FORMULA_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)")
_YES, _NO = {"да", "yes", "1", "true", "вярно"}, {"не", "no", "0", "false", "невярно"}


class BadCell(ValueError):
    """The value cannot be taken; the message says why, in Bulgarian."""


def key(text: str) -> str:
    """Return a name as it is compared: small letters, single spaces, no quotes, no full stop."""
    plain = re.sub(r"[„“”\"'«»]", "", text.casefold())
    return re.sub(r"\s+", " ", plain).strip(" .,;")


def pieces(text: str) -> list[str]:
    """Return the parts of a cell that holds several, divided by semicolons or lines."""
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def listed(names: Iterable[str]) -> str:
    """Return allowed values for a message: „а“, „б“ … cut short where there are many."""
    every = list(names)
    shown = ", ".join(f"„{name}“" for name in every[:LISTED])
    return f"{shown} и още {len(every) - LISTED} (вижте образеца)" if len(every) > LISTED else shown


def refuse_damage(text: str) -> None:
    """Refuse what is no text: an unreadable letter, or the error of a formula."""
    if BROKEN_LETTER in text:
        raise BadCell("Има знак, който не може да се прочете. Напишете стойността наново.")
    if _FORMULA_ERROR.fullmatch(text):
        raise BadCell("Това е грешка от формула. Напишете самата стойност.")


def words(text: str, longest: int | None) -> str:
    """A text of at most ``longest`` characters."""
    if longest is not None and len(text) > longest:
        raise BadCell(f"Текстът е {len(text)} знака, а може най-много {longest}.")
    return text


def line(text: str, longest: int | None) -> str:
    """A text on one line."""
    return words(re.sub(r"\s+", " ", text), longest)


def one_of(text: str, names: Mapping[str, Any], allowed: Iterable[str]) -> Any:
    """The value whose name (as ``key`` makes it) is written."""
    found = names.get(key(text))
    if found is None:
        near = difflib.get_close_matches(key(text), names, n=1, cutoff=0.75)
        shown = list(allowed)
        if near:
            meant = next((name for name in shown if key(name) == near[0]), near[0])
            raise BadCell(f"Няма такава стойност. Може би „{meant}“? Допустими: {listed(shown)}.")
        raise BadCell(f"Няма такава стойност. Допустими: {listed(shown)}.")
    return found


def several(text: str, names: Mapping[str, Any], allowed: Iterable[str]) -> list[Any]:
    """The values whose names are written, each once, in the order written."""
    shown = list(allowed)
    found = []
    for part in pieces(text):
        try:
            value = one_of(part, names, shown)
        except BadCell as bad:
            raise BadCell(f"„{part[:60]}“: {bad}") from None
        if value not in found:
            found.append(value)
    return found


def number(text: str) -> int:
    """A whole number, zero or more."""
    plain = re.sub(r"[\s\xa0]", "", text)
    if not re.fullmatch(r"[0-9]{1,12}", plain) or int(plain) > MOST_NUMBER:
        raise BadCell("Очаква се цяло число, нула или повече.")
    return int(plain)


def money(text: str) -> Decimal:
    """An amount in euro with at most two decimals."""
    plain = re.sub(r"(?:€|евро|eur)\.?$", "", re.sub(r"[\s\xa0]", "", text.casefold()))
    if plain.endswith(("лв", "лв.", "лева", "bgn")):
        raise BadCell("Сумата е в левове. Напишете я в евро.")
    try:
        if not re.fullmatch(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?", plain):
            raise InvalidOperation
        amount = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise BadCell("Очаква се сума в евро като 12,50.") from None
    if amount > MOST_MONEY:
        raise BadCell("Сумата е твърде голяма.")
    return amount


def day(text: str) -> dt.date:
    """A day written 1.3.2026, 01.03.2026 г. or 2026-03-01."""
    plain = re.sub(r"\s*(?:г\.?|год\.?)$", "", text.strip())
    plain = re.sub(r"\s+00:00(?::00)?$", "", plain)
    ours = re.fullmatch(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})", plain)
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", plain)
    try:
        if ours:
            found = dt.date(int(ours[3]), int(ours[2]), int(ours[1]))
        elif iso:
            found = dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
        else:
            raise ValueError
    except ValueError:
        raise BadCell("Очаква се ден като 21.11.2026.") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise BadCell("Годината трябва да е между 1900 и 2100.")
    return found


def yes_or_no(text: str) -> bool:
    """„да“ or „не“."""
    if key(text) in _YES | _NO:
        return key(text) in _YES
    raise BadCell("Очаква се „да“ или „не“.")


def email(text: str) -> str:
    """An e-mail address."""
    try:
        validate_email(text)
    except ValidationError:
        raise BadCell("Очаква се е-поща като ime@obshtina.bg.") from None
    return words(text, 254)


def phone(text: str) -> str:
    """A telephone number, with an extension or a word beside it; Excel may have eaten its zero."""
    plain = line(text, 40)
    if len(re.sub(r"\D", "", plain)) < 5:
        raise BadCell("Очаква се телефон като 044 000 100.")
    # A whole book column of numbers loses the zero in front; nobody dials such a number.
    if re.fullmatch(r"[1-9][0-9]{7,8}", plain) and not plain.startswith("359"):
        return f"0{plain}"
    return plain


def steps(text: str) -> list[str]:
    """The steps, one a line or divided by semicolons."""
    found = [re.sub(r"^\s*(?:[0-9]{1,2}[.)]|[-–•])\s*", "", part) for part in pieces(text)]
    for step in found:
        if len(step) > 300:
            raise BadCell(f"Стъпка е {len(step)} знака, а може най-много 300.")
    return [step for step in found if step]
