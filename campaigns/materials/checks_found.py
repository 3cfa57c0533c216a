"""What a check of a file answers with, and what checks of different files say alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from services_registry.models import Service

NAMES = dict(Service.Language.choices)
CYRILLIC = frozenset({"bg"})  # languages whose text has to be in Cyrillic letters
_CYRILLIC_LETTER = re.compile(r"[\u0400-\u04ff]")
_LETTER = re.compile(r"[^\W\d_]")
LEAST_LETTERS = 40  # fewer say nothing of the letters a text is written in


@dataclass(frozen=True)
class Check:
    """One thing looked at: good, bad, or not for a machine to say (None), in words."""

    code: str
    is_good: bool | None
    words: str

    def as_dict(self) -> dict:
        """Return it as MaterialFile.checks keeps it."""
        return asdict(self)


def language_check(written: str, wanted: str, mend: str) -> Check:
    """Return whether the language ``written`` in a file is there and is the ``wanted`` one."""
    code = written.replace("_", "-").partition("-")[0].strip().lower()
    if not code:
        return Check("language", False, f"Не е записано на какъв език е документът. {mend}")
    name = NAMES.get(code, code)
    if wanted and code != wanted:
        return Check(
            "language",
            False,
            f"В документа е записан език „{name}“, а файлът е означен"
            f" „{NAMES.get(wanted, wanted)}“."
            f" Четецът ще го чете с чужд изговор. {mend}",
        )
    return Check("language", True, f"Записан е езикът: {name}.")


def letters_check(text: str, wanted: str) -> Check | None:
    """Return a fault where what is said to be Bulgarian is mostly in other letters, else None.

    Old fonts draw Cyrillic and keep Latin signs behind it; a screen reader reads the signs.
    """
    letters = _LETTER.findall(text)
    if wanted not in CYRILLIC or len(letters) < LEAST_LETTERS:
        return None
    ours = sum(1 for letter in letters if _CYRILLIC_LETTER.match(letter))
    if ours * 2 >= len(letters):
        return None
    return Check(
        "letters",
        False,
        "Текстът не се чете като кирилица (стар шрифт или друг език). Наберете го със съвременен"
        " шрифт, например Noto Sans, и запишете PDF отново.",
    )


def gathered(steps: Iterable[Callable[[], Check | None]]) -> list[Check]:
    """Run the checks; what one cannot read in a broken file is said, and the others go on."""
    found: list[Check] = []
    for step in steps:
        try:
            check = step()
        except Exception:  # of a library that reads what anybody may have written
            check = UNREAD
        if check is not None and check not in found:
            found.append(check)
    return found


UNREAD = Check(
    "unread", None, "Част от файла не можа да се прочете. Проверете го и с друга програма."
)
