"""What a password has to be: long, and not one that everybody tries first.

No rules of composition: NIST SP 800-63B-4, 3.1.1.2, and OWASP ASVS 5.0, 6.2.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST = 200  # more would only cost time to hash
FEWEST_CHARACTERS = 4
# Along which fingers walk: digits, counting, the rows of both keyboards, both alphabets.
WALKS = (
    "1234567890" * 3,
    "".join(map(str, range(1, 60))),
    "qwertyuiopasdfghjklzxcvbnm" * 2,  # pragma: allowlist secret
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "явертъуиопасдфгхйклзьцжбнм" * 2,
    "уеишщксдзцьяаожгтнвмчюйъэфхпрлб" * 2,
    "абвгдежзийклмнопрстуфхцчшщъьюя" * 2,
)


class LengthValidator:
    """At least 15 characters, or 8 for somebody who signs in with a second factor as well."""

    def __init__(self, alone: int = 15, with_second_factor: int = 8):
        self.alone = alone
        self.with_second_factor = with_second_factor

    def shortest_for(self, user) -> int:
        """Return the least length for ``user``, who may be None or not saved yet."""
        from municipalities.signin.factors import has_second_factor

        known = user is not None and user.pk is not None
        return self.with_second_factor if known and has_second_factor(user) else self.alone

    def validate(self, password: str, user=None) -> None:
        """Raise ValidationError for a password that is too short or absurdly long."""
        shortest = self.shortest_for(user)
        if len(password) < shortest:
            raise ValidationError(
                ngettext(
                    "Паролата е твърде къса: нужен е поне %(count)d знак.",
                    "Паролата е твърде къса: нужни са поне %(count)d знака.",
                    shortest,
                )
                % {"count": shortest},
                code="password_too_short",
            )
        if len(password) > LONGEST:
            raise ValidationError(
                _("Паролата е твърде дълга: най-много %(count)d знака.") % {"count": LONGEST},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        """Return the advice shown beside a new password."""
        return _(
            "Поне %(alone)d знака, или %(less)d, ако влизате и с код или ключ. "
            "Може да е изречение, с интервали и на кирилица."
        ) % {"alone": self.alone, "less": self.with_second_factor}


class RepetitionValidator:
    """Not keys held down, a word said twice or a walk over the keyboard.

    The list of common passwords has few of fifteen characters and more.
    """

    def validate(self, password: str, user=None) -> None:
        """Raise ValidationError for a password that has a shorter one in it, or none."""
        small = password.lower()
        repeats = 0 < (small + small).find(small, 1) < len(small)
        walks = any(small in walk or small[::-1] in walk for walk in WALKS)
        if repeats or walks or len(set(small)) < FEWEST_CHARACTERS:
            raise ValidationError(
                _("Паролата повтаря знаци или върви по клавишите и се познава лесно."),
                code="password_repeats",
            )

    def get_help_text(self) -> str:
        """Return the advice shown beside a new password."""
        return _("Да не е дума, написана два пъти, нито ред от клавишите.")
