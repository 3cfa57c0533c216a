"""National identifiers: what a typed one means, whether it can be right, how it is shown.

Pure functions, no database. The same ten digits may pass as ЕГН and as ЛНЧ, so the kind is always
said by a person, never guessed. Rules: python-stdnum (bg.egn, bg.pnf).
"""

from __future__ import annotations

import datetime as dt
import re
from types import ModuleType

from django.db import models
from django.utils.translation import gettext as _told
from django.utils.translation import gettext_lazy as _
from stdnum.bg import egn, pnf
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError

LENGTH = 10
SHOWN_DIGITS = 2
HIDDEN = "•"
SERVICE_PREFIX = "С-"
# Written with a Cyrillic or a Latin letter, with or without the leading zeros.
_SERVICE_NUMBER = re.compile(r"\s*[СсCc]\s*[-–]?\s*0*([1-9][0-9]{0,8})\s*")
# As people write a number into a box; anything else stays and makes it wrong.
_SEPARATORS = re.compile(r"[\s.\-–/]+")


class IdentifierKind(models.TextChoices):
    EGN = "egn", _("ЕГН")
    LNCH = "lnch", _("ЛНЧ")
    SERVICE = "service", _("Служебен номер")
    NONE = "none", _("Без номер")


NATIONAL: dict[str, ModuleType] = {IdentifierKind.EGN: egn, IdentifierKind.LNCH: pnf}


class WrongIdentifier(ValueError):
    """The typed text cannot be an identifier of this kind; ``args[0]`` says why, in Bulgarian."""


def compact(text: str) -> str:
    """Return ``text`` without the spaces, dots and dashes people put into a number."""
    return _SEPARATORS.sub("", text)


def _passes(kind: str, digits: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{10}", digits)) and NATIONAL[kind].is_valid(digits)


def check(kind: str, text: str, *, today: dt.date) -> str:
    """Return the ten digits of a ЕГН or ЛНЧ typed as ``text``; raises WrongIdentifier."""
    name = IdentifierKind(kind).label
    digits = compact(text)
    if not re.fullmatch(r"[0-9]+", digits):
        raise WrongIdentifier(_("%(kind)s се пише само с цифри.") % {"kind": name})
    if len(digits) != LENGTH:
        raise WrongIdentifier(
            _("%(kind)s има 10 цифри, а тук са %(count)s.") % {"kind": name, "count": len(digits)}
        )
    try:
        NATIONAL[kind].validate(digits)
        if kind == IdentifierKind.EGN and egn.get_birth_date(digits) > today:
            raise InvalidComponent
    except InvalidComponent as error:
        raise WrongIdentifier(
            _("В това ЕГН няма възможна рождена дата. Проверете първите шест цифри.")
        ) from error
    except InvalidChecksum as error:
        raise WrongIdentifier(_checksum_message(kind, digits)) from error
    except ValidationError as error:
        raise WrongIdentifier(_("Това не е %(kind)s.") % {"kind": name}) from error
    return digits


def _checksum_message(kind: str, digits: str) -> str:
    other = IdentifierKind.LNCH if kind == IdentifierKind.EGN else IdentifierKind.EGN
    if _passes(other, digits):
        return _told(
            "Последната цифра не отговаря на %(kind)s, но отговаря на %(other)s. "
            "Проверете вида на номера."
        ) % {"kind": IdentifierKind(kind).label, "other": other.label}
    return _told(
        "Последната цифра не отговаря на останалите. Проверете дали номерът е преписан вярно."
    )


def birth_date(digits: str) -> dt.date:
    """Return the birth date that a right ЕГН tells."""
    return egn.get_birth_date(digits)


def kinds_of(text: str) -> list[str]:
    """Return the national kinds that ``text`` may be: both, one, or none."""
    digits = compact(text)
    return [kind for kind in NATIONAL if _passes(kind, digits)]


def may_be_national(text: str) -> bool:
    """Say whether ``text`` is a national identifier, or one with a mistyped digit.

    Such a text is looked for by its blind index only and never sent to the database as it is. Ten
    digits that begin with 0 are a telephone unless a birth date can be read in them: no mobile
    number can be read as one, its third digit being 7, 8 or 9.
    """
    digits = compact(text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    try:
        egn.get_birth_date(digits)
    except ValidationError:
        return not digits.startswith("0")
    return True


def holds_egn(text: str) -> bool:
    """Say whether a right ЕГН stands somewhere in free text."""
    return any(egn.is_valid(run) for run in re.findall(r"(?<![0-9])[0-9]{10}(?![0-9])", text))


def mask(digits: str) -> str:
    """Return the identifier with all but its last two digits hidden.

    The first six digits of a ЕГН are the birth date, so only its end may stay.
    """
    return HIDDEN * max(len(digits) - SHOWN_DIGITS, 0) + digits[-SHOWN_DIGITS:]


def written_service_number(number: int) -> str:
    """Return a service number as it is written: С-000012."""
    return f"{SERVICE_PREFIX}{number:06d}"


def read_service_number(text: str) -> int | None:
    """Return the number of a typed „С-12“, „с000012“, or None."""
    match = _SERVICE_NUMBER.fullmatch(text)
    return int(match[1]) if match else None
