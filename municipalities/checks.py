"""Checks of identifiers that people type."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.bg import vat


def check_eik(eik: str) -> None:
    """Raise ValidationError unless ``eik`` is empty or a valid ЕИК (9 or 13 digits with checks)."""
    if not eik:
        return
    digits = eik.strip()
    # stdnum's VAT number of a legal entity is the ЕИК of nine digits; its checksum is the same.
    valid = (
        digits.isascii()
        and digits.isdigit()
        and len(digits) in (9, 13)
        and vat.is_valid(digits[:9])
    )
    if valid and len(digits) == 13:
        valid = _branch_check_digit(digits) == int(digits[12])
    if not valid:
        raise ValidationError({"eik": _("ЕИК не е верен: проверете цифрите.")})


def _branch_check_digit(digits: str) -> int:
    """Return the 13th digit of a branch's ЕИК; the stdnum package has no check for branches."""
    tail = [int(d) for d in digits[8:12]]
    for weights in ((2, 7, 3, 5), (4, 9, 5, 7)):
        rest = sum(d * w for d, w in zip(tail, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return 0
