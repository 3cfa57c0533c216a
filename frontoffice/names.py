"""Names of people and telephones, made comparable however they were written.

Pure functions, no database. A name in Cyrillic and the same name in Latin letters come to one key:
Cyrillic is transliterated (Закон за транслитерацията), then everything that people write in more
than one way is written in one (Yordan, Jordan, Iordan; Mariya, Maria, Mariq).
"""

from __future__ import annotations

import re

from services_registry.spelling import allowed_distance, distance
from services_registry.text import plain, tokenise

MAX_WORDS = 6
SHORTEST_PHONE_PART = 6
LONGEST_PHONE = 16

_TO_LATIN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True)),
        **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "yu", "я": "ya"},
    }
)
# In this order; „4“, „6“ and „q“ are of the everyday „шльокавица“.
_ONE_WAY = (
    ("6t", "щ"), ("sht", "щ"), ("sch", "ш"), ("sh", "ш"), ("6", "ш"),
    ("chr", "hr"), ("tch", "ч"), ("ch", "ч"), ("4", "ч"), ("dzh", "дж"), ("dj", "дж"), ("zh", "ж"),
    ("tz", "ц"), ("ts", "ц"), ("ph", "f"), ("th", "t"), ("kh", "h"), ("ck", "k"),
    ("ou", "u"), ("w", "v"), ("q", "ia"), ("x", "h"), ("c", "ц"),
    ("ja", "ia"), ("jo", "io"), ("ju", "iu"), ("j", "ж"), ("y", "i"),
)  # fmt: skip
_REPEATED = re.compile(r"(.)\1+")


def key(word: str) -> str:
    """Return the key of one lower-case word; equal for the usual ways to write one name."""
    word = word.translate(_TO_LATIN)
    for written, one in _ONE_WAY:
        word = word.replace(written, one)
    return _REPEATED.sub(r"\1", word)


def keys(text: str) -> list[str]:
    """Return the keys of the words of a name or a question, in order, without repetitions."""
    # A hyphen joins two family names and an apostrophe stands inside one.
    text = plain(text).replace("'", "").replace("’", "")
    return list(dict.fromkeys(filter(None, map(key, tokenise(text, keep_stop_words=True)))))


def name_key(*names: str) -> str:
    """Return what is stored beside a name to find it by: its keys, between spaces."""
    return f" {' '.join(keys(' '.join(names)))} "


def mismatch(asked: list[str], name: str) -> float | None:
    """Return how far a stored ``name`` (of ``name_key``) is from the words ``asked``.

    0 when every word is there, a little more when only its beginning is, more with typing
    mistakes; None when a word is not there at all. The order of words does not matter.
    """
    free, total = name.split(), 0.0
    for word in asked:
        costs = [(_cost(word, own), own) for own in free]
        best = min(costs, default=(99.0, ""))
        if best[0] > max(allowed_distance(word), 1.0):
            return None
        total += best[0]
        free.remove(best[1])
    return total


def _cost(asked: str, own: str) -> float:
    if asked == own:
        return 0.0
    if own.startswith(asked):
        return 0.1
    # Words of three letters may miss one: Ана, Иво.
    return distance(asked, own) if min(len(asked), len(own)) > 2 else 99.0


def phone(text: str) -> str:
    """Return a telephone as its digits, Bulgarian ones with a leading 0, foreign ones with +.

    Empty when there are too few or too many digits for one, or anything but digits and signs.
    """
    text = plain(text)
    if not re.fullmatch(r"[0-9+()\s./\-–]+", text):
        return ""
    digits = re.sub(r"[^0-9]", "", text)
    is_foreign = text.startswith("+") or (digits.startswith("00") and len(digits) > 10)
    digits = digits.removeprefix("00") if is_foreign else digits
    if is_foreign and digits.startswith("359"):
        # +359 (0)88… is written too
        digits, is_foreign = "0" + digits.removeprefix("359").removeprefix("0"), False
    if not SHORTEST_PHONE_PART <= len(digits) < LONGEST_PHONE:
        return ""
    return f"+{digits}" if is_foreign else digits


def phones(text: str) -> list[str]:
    """Return the telephones of a text, one a line or between commas; "" for what is none."""
    parts = [part for part in re.split(r"[,;\n]", text) if part.strip()]
    return list(dict.fromkeys(phone(part) for part in parts))


def phone_end(text: str) -> str:
    """Return the digits a stored telephone must end with to be the one asked for, or ""."""
    digits = phone(text)
    is_whole = digits.startswith("+") or len(digits) > 8
    return digits.lstrip("+0") if is_whole else digits


def written_phone(digits: str) -> str:
    """Return a stored telephone as people read it: 0888 123 456."""
    head = 4 if len(digits) == 10 and digits.startswith("0") else 3
    if digits.startswith("+") or len(digits) < 9:
        return digits
    rest = digits[head:]
    return " ".join([digits[:head], *(rest[i : i + 3] for i in range(0, len(rest), 3))])
