"""Which known word a mistyped Bulgarian word was meant to be. Pure functions, no database.

PostgreSQL's pg_trgm finds the neighbourhood, these functions choose in it: trigrams alone take
„зъболекар“ for „лекар“ and rank short words badly, an edit distance does not.
"""

from collections.abc import Iterable
from functools import lru_cache

_MAX_LENGTH = 32  # the distance is quadratic; longer words are compared by their beginnings
# Letters mistaken for each other: unstressed vowels, voiced and voiceless pairs, й and и.
_SOUND_ALIKE = {
    frozenset(pair)
    for pair in (
        "аъ оу еи яа яе юу йи ьй бп вф гк дт жш зс щш чщ цс хг ао".split()  # noqa: SIM905
    )
}
_ALIKE_COST = 0.5
_DROPPED_DOUBLE_COST = 0.5  # „подкреппа“, „денонощщен“
_FIRST_LETTER_COST = 0.25  # people rarely mistake the first letter


def allowed_distance(word: str) -> float:
    """Return how far from `word` a known word may be and still be what was meant."""
    length = len(word)
    if length < 4:
        return 0.0
    return 1.25 if length < 6 else 2.0 if length < 9 else 2.5


def distance(typed: str, known: str) -> float:
    """Return the weighted edit distance; neighbouring letters that changed places cost one."""
    typed, known = typed[:_MAX_LENGTH], known[:_MAX_LENGTH]
    if typed == known:
        return 0.0
    before: list[float] = []
    above = [float(column) for column in range(len(known) + 1)]
    for row, letter in enumerate(typed, start=1):
        current = [float(row)]
        for column, other in enumerate(known, start=1):
            current.append(
                min(
                    above[column] + _removal_cost(typed, row - 1),
                    current[column - 1] + _removal_cost(known, column - 1),
                    above[column - 1] + _swap_cost(letter, other),
                )
            )
            if row > 1 < column and letter == known[column - 2] and typed[row - 2] == other:
                current[column] = min(current[column], before[column - 2] + 1.0)
        before, above = above, current
    return above[-1] + (_FIRST_LETTER_COST if typed[0] != known[0] else 0.0)


def _removal_cost(word: str, at: int) -> float:
    return _DROPPED_DOUBLE_COST if at and word[at] == word[at - 1] else 1.0


@lru_cache(maxsize=2048)
def _swap_cost(letter: str, other: str) -> float:
    if letter == other:
        return 0.0
    return _ALIKE_COST if frozenset((letter, other)) in _SOUND_ALIKE else 1.0


def mend(typed: str, known: Iterable[tuple[str, int]]) -> tuple[str, float] | None:
    """Choose from `known` (word, occurrences) what `typed` was meant to be.

    Returns the word and its distance, or None when nothing is near enough. Among equally near
    words the more frequent one wins, then the alphabet.
    """
    limit = allowed_distance(typed)
    best = min(
        ((distance(typed, word), -occurrences, word) for word, occurrences in known),
        default=None,
    )
    if best is None or best[0] > limit:
        return None
    return best[2], best[0]


def near_spellings(typed: str) -> set[str]:
    """Return spellings one sound-alike letter, one swap or one double letter away.

    Short words share too few trigrams with their misspellings („абяд“ – „обяд“); these are
    looked up as they are. Longer words than seven letters get none: trigrams find them.
    """
    if not 4 <= len(typed) <= 7:
        return set()
    found = set()
    for at, letter in enumerate(typed):
        for pair in _SOUND_ALIKE:
            if letter in pair:
                (other,) = pair - {letter}
                found.add(typed[:at] + other + typed[at + 1 :])
        if at:
            found.add(typed[: at - 1] + letter + typed[at - 1] + typed[at + 1 :])
            if typed[at - 1] == letter:
                found.add(typed[:at] + typed[at + 1 :])
    found.discard(typed)
    return found


def trigrams(word: str) -> frozenset[str]:
    """Return the trigrams of a word as pg_trgm pads them: two spaces before, one after."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def nearest(typed: str, words: Iterable[str], least: float = 0.3) -> list[str]:
    """Return the words that share at least `least` of their trigrams with `typed`."""
    mine = trigrams(typed)
    return [word for word in words if _shared(mine, _trigrams_once(word)) >= least]


@lru_cache(maxsize=8192)
def _trigrams_once(word: str) -> frozenset[str]:
    return trigrams(word)


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
