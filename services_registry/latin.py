"""Words typed in Latin letters: their Cyrillic readings.

Both the streamlined system of the Закон за транслитерацията and the everyday „шльокавица“
(4 = ч, 6 = ш, q = я, w = в, j = ж or й) are read backwards. Most letters have more than one
reading, so a word has several; the search lets its vocabulary choose among them.
"""

import heapq
from collections.abc import Iterator
from functools import lru_cache

from services_registry.text import is_latin

MAX_CANDIDATES = 12
_VOWELS = "аъоуеиюя"

# Letters typed in Latin → (Cyrillic, cost). The cheap reading is the streamlined system of the
# Закон за транслитерацията or the commonest „шльокавица“; dearer ones are tried after it.
_READINGS: dict[str, tuple[tuple[str, float], ...]] = {
    "dzh": (("дж", 0.0),),
    "tsk": (("тск", 0.0), ("цк", 0.5)),
    "iya": (("ия", 0.0),),
    "ija": (("ия", 0.1), ("ижа", 0.8)),
    "sht": (("щ", 0.0), ("шт", 0.5)),
    "6t": (("щ", 0.1), ("шт", 0.4)),
    "ch": (("ч", 0.0),),
    "ck": (("к", 0.2),),
    "dj": (("дж", 0.0),),
    "ia": (("ия", 0.0), ("я", 0.3), ("иа", 0.9)),
    "io": (("ьо", 0.2), ("ио", 0.3), ("йо", 0.3)),
    "iq": (("ия", 0.0),),
    "iu": (("ю", 0.1), ("иу", 0.6)),
    "ja": (("жа", 0.2), ("я", 0.2), ("жъ", 0.5)),
    "jo": (("жо", 0.3), ("йо", 0.3), ("ьо", 0.6)),
    "ju": (("ю", 0.2), ("жу", 0.3), ("жъ", 0.6)),
    "sh": (("ш", 0.0), ("сх", 0.9)),
    "ts": (("ц", 0.0), ("тс", 0.4)),
    "tz": (("ц", 0.0),),
    "ya": (("я", 0.0),),
    "yo": (("йо", 0.0), ("ьо", 0.2)),
    "yu": (("ю", 0.0),),
    "zh": (("ж", 0.0),),
    "4": (("ч", 0.0),),
    "6": (("ш", 0.0),),
    "a": (("а", 0.0), ("ъ", 0.4)),
    "b": (("б", 0.0),),
    "c": (("ц", 0.0), ("к", 0.5)),
    "d": (("д", 0.0),),
    "e": (("е", 0.0),),
    "f": (("ф", 0.0),),
    "g": (("г", 0.0),),
    "h": (("х", 0.0),),
    "i": (("и", 0.0), ("й", 0.5)),
    "j": (("ж", 0.0), ("й", 0.3), ("дж", 0.9)),
    "k": (("к", 0.0),),
    "l": (("л", 0.0),),
    "m": (("м", 0.0),),
    "n": (("н", 0.0),),
    "o": (("о", 0.0),),
    "p": (("п", 0.0),),
    "q": (("я", 0.0),),
    "r": (("р", 0.0),),
    "s": (("с", 0.0),),
    "t": (("т", 0.0),),
    "u": (("у", 0.0), ("ъ", 0.3), ("ю", 0.8)),
    "v": (("в", 0.0), ("ж", 1.5)),
    "w": (("в", 0.0),),
    "x": (("х", 0.0), ("кс", 0.4)),
    "y": (("й", 0.2), ("ъ", 0.3), ("и", 0.6)),
    "z": (("з", 0.0),),
}
_SPLIT_COST = 0.35  # reading "sh" as two letters when a pair exists
_BEAM = 48


@lru_cache(maxsize=4096)
def latin_candidates(word: str) -> tuple[str, ...]:
    """Return Cyrillic readings of a word typed in Latin letters, the likeliest first.

    At most MAX_CANDIDATES. Which of them is meant, the vocabulary decides. A word that is not
    Latin has no readings.
    """
    if not is_latin(word):
        return ()
    beams: list[dict[str, float]] = [{} for _ in range(len(word) + 1)]
    beams[0][""] = 0.0
    for at in range(len(word)):
        best = heapq.nsmallest(_BEAM, beams[at].items(), key=lambda item: (item[1], item[0]))
        for length, readings, extra in _readings_at(word, at):
            onward = beams[at + length]
            for written, cost in best:
                for letters, price in readings:
                    reading = written + letters
                    total = cost + price + extra + _oddity(written, letters, at + length, word)
                    if total < onward.get(reading, 99.0):
                        onward[reading] = total
    ranked = heapq.nsmallest(MAX_CANDIDATES, beams[-1].items(), key=lambda item: (item[1], item[0]))
    return tuple(reading for reading, _ in ranked)


def _readings_at(word: str, at: int) -> Iterator[tuple[int, tuple[tuple[str, float], ...], float]]:
    """Yield (letters taken, readings, extra cost) for the pieces that begin at `at`."""
    lengths = [n for n in (3, 2, 1) if word[at : at + n] in _READINGS and at + n <= len(word)]
    for length in lengths:
        extra = 0.0 if length == lengths[0] else _SPLIT_COST
        yield length, _READINGS[word[at : at + length]], extra


def _oddity(written: str, letters: str, end: int, word: str) -> float:
    """Extra cost of a reading that Bulgarian spelling hardly knows: й or ь in the wrong place."""
    after_vowel = written != "" and written[-1] in _VOWELS
    if letters[0] == "й":
        if after_vowel:
            return -0.2 if letters == "й" else 0.0
        return 0.0 if written == "" else 2.0
    if letters[0] == "ь":
        return 0.0 if written and not after_vowel else 2.0
    if letters[-1] == "ъ" and (written == "" or end == len(word) or after_vowel):
        return 1.0
    return 0.0
