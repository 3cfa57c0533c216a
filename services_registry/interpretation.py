"""What a query in one's own words asks for.

A query becomes headwords; Latin letters, typing errors and the citizens' words for things
(`SearchSynonym`) are resolved against the vocabulary of published services (`SearchTerm`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from django.db import connection

from services_registry.latin import latin_candidates
from services_registry.models import SearchSynonym
from services_registry.spelling import mend, near_spellings, nearest
from services_registry.text import STOP_WORDS, is_known, is_latin, lemma, phrase, tokenise

MAX_WORDS = 24  # of a query, function words included; what follows is named as ignored
MAX_ALTERNATIVES = 8  # of one term

_SYNONYM = 0.75  # against the very word
_MEANT = 2.0  # the most that a known turn of phrase adds, as rarity: it says what is needed
_RARE = 0.06  # rarer than this share is not more telling: one odd description is no answer
_CIRCUMSTANCE = 0.4  # who and what moves: it narrows the need down but does not name it
_FADED = 0.35  # a word inside a phrase that has its own meaning: „майка“ in „майка ми“
_KIN = 0.5  # a word of the same stem: инвалидност – инвалид
_BEGUN = 0.8  # the beginning of a word: „рехаб“
_NEIGHBOURS = 0.3  # bonus for two words that stand side by side in the name, as in the query
_LOOSE_PHRASE = 3  # words of a phrase that another word may interrupt
_PROBED = 4  # readings of a Latin word whose neighbourhood is searched for misspellings
_COMMON = 0.6  # a word in more than this share of services brings none by itself


# Headwords of people and of light verbs.
_CIRCUMSTANCE_WORDS = """
майка баща мама татко баба дядо син дъщеря съпруг съпруга мъж жена брат сестра внук внучка леля
чичо вуйчо тъща свекърва съсед съседка приятел приятелка близък роднина родител пенсионер инвалид
ходя стана отида остана остане излизане идване започна почина правя взема оставя попитам попитане
кажа знам зная намеря получа живея гледане дойда ден месец
"""
_CIRCUMSTANCES = frozenset(_CIRCUMSTANCE_WORDS.split())
_VOWELS = "аъоуеиюя"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to meet a term: `words` side by side in the service. `worth` grows with rarity."""

    words: tuple[str, ...]
    worth: float
    share: float  # of the published services that have it, about
    is_literal: bool = False  # the word of the query itself, no synonym


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of the query: as typed, as understood, and what it is looked for by."""

    typed: str
    used: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What the search understood of a query.

    `corrections` are (typed, used) pairs to show; `ignored` are words that no service knows;
    `tsquery` finds the candidates and is empty when nothing can be found.
    """

    terms: tuple[Term, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    tsquery: str = ""
    neighbours: tuple[Alternative, ...] = ()
    is_blank: bool = False  # no word in it: the whole catalogue is meant


@dataclass(slots=True)
class _Word:
    typed: str
    readings: tuple[tuple[str, str], ...]  # (as written in Cyrillic, headword), likeliest first
    is_stop: bool
    used: str = ""
    headword: str = ""
    kin: tuple[str, ...] = ()  # known words of the same stem, where the word itself is unknown
    kinship: float = 0.0
    spelled: tuple[str, ...] = ()  # the citizens' words that are spelled alike

    @property
    def options(self) -> set[str]:
        if self.headword:
            return {self.headword}
        return {*(headword for _, headword in self.readings), *self.spelled}

    @property
    def is_certain(self) -> bool:
        """A word of the language, as against a typing error: it is never replaced by another."""
        return any(is_known(written) for written, _ in self.readings)


def interpret(query: str) -> Interpretation:
    """Work out what `query` asks for. Any text is allowed; at most two SQL queries."""
    words, rest = _read(query)
    if not words:
        return Interpretation(is_blank=True)
    synonyms = _Synonyms(SearchSynonym.objects.values_list("term", "expands_to"))
    vocabulary = _consult(words, synonyms)
    for position, word in enumerate(words):
        if not word.is_stop:
            _resolve(word, position, vocabulary, synonyms)
    phrases = synonyms.found_in(words)
    terms = [*_phrase_terms(words, phrases, vocabulary), *_word_terms(words, phrases, vocabulary)]
    ignored = [word.typed for word in words if not word.is_stop and not word.used]
    return Interpretation(
        terms=tuple(terms),
        corrections=tuple(
            dict.fromkeys(
                (word.typed, word.used)
                for word in words
                if not word.is_stop and word.used not in ("", word.typed)
            )
        ),
        ignored=tuple(dict.fromkeys(ignored + rest)),
        tsquery=_filter_query(terms),
        neighbours=_neighbours(words, vocabulary),
        is_blank=not phrases and all(word.is_stop for word in words),
    )


# --- reading the query -------------------------------------------------------------------------


def _read(query: str) -> tuple[list[_Word], list[str]]:
    tokens = tokenise(query, keep_stop_words=True)
    words = []
    for token in tokens[:MAX_WORDS]:
        written = (*latin_candidates(token), token) if is_latin(token) else (token,)
        # „ne“, „mi“, „za“: the likeliest readings decide, and then the word is that one.
        stop = next((reading for reading in written[:2] if reading in STOP_WORDS), "")
        if stop:
            written = (stop,)
        readings = tuple((reading, lemma(reading)) for reading in written)
        is_stop = bool(stop) or (len(token) == 1 and not token.isdigit())
        words.append(_Word(typed=token, readings=readings, is_stop=is_stop))
    rest = dict.fromkeys(token for token in tokens[MAX_WORDS:] if token not in STOP_WORDS)
    return words, list(rest)[:MAX_WORDS]


@dataclass(frozen=True, slots=True)
class _Found:
    """A turn of phrase in the query: where its words stand and what it is searched by."""

    positions: tuple[int, ...]
    meant: tuple[tuple[str, ...], ...]


class _Synonyms:
    """The citizens' words and phrases as headwords, with what each is searched by."""

    def __init__(self, rows):
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]] = {}
        self.words: set[str] = set()  # that stand in some term
        for term, expands_to in rows:
            key = tuple(phrase(term).split())
            meant = tuple(filter(None, (_content_words(expansion) for expansion in expands_to)))
            if key and meant:
                self._by_first.setdefault(key[0], []).append((key, meant))
                self.words.update(word for word in key if word not in STOP_WORDS)

    def starting_at(self, words: list[_Word], start: int) -> Iterator[_Found]:
        """Yield the phrases that begin at the word `start`."""
        for first in sorted(words[start].options):
            for key, meant in self._by_first.get(first, ()):
                positions = _match(words, start, key)
                if positions:
                    yield _Found(positions, meant)

    def found_in(self, words: list[_Word]) -> list[_Found]:
        """Return the longest phrases from the left, no word in two of them."""
        found: list[_Found] = []
        taken: set[int] = set()
        for start in range(len(words)):
            free = (hit for hit in self.starting_at(words, start) if not taken & {*hit.positions})
            longest = max(free, key=lambda hit: len(hit.positions), default=None)
            if longest:
                found.append(longest)
                taken.update(longest.positions)
        return found


@lru_cache(maxsize=8192)
def _content_words(text: str) -> tuple[str, ...]:
    return tuple(lemma(word) for word in tokenise(text))


def _match(words: list[_Word], start: int, key: tuple[str, ...]) -> tuple[int, ...]:
    """Return the positions of the phrase `key` if it begins at `start`, else nothing.

    Function words that the phrase does not have may stand between, and one other word if the
    phrase is long enough to be meant all the same: „не може вече да стои сама“.
    """
    positions, at = [], start
    spare = 1 if len(key) >= _LOOSE_PHRASE else 0
    for wanted in key:
        while at < len(words) and wanted not in words[at].options:
            if at == start or (not words[at].is_stop and not spare):
                return ()
            spare -= not words[at].is_stop
            at += 1
        if at == len(words):
            return ()
        positions.append(at)
        at += 1
    return tuple(positions)


# --- the vocabulary ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Vocabulary:
    size: int  # services that have the commonest word: about all published ones
    known: dict[str, int]  # word → services that have it
    near: dict[int, list[tuple[str, int]]]  # position in the query → words spelled alike
    begun: dict[int, list[tuple[str, int]]]  # position → words that begin so

    def share(self, words: tuple[str, ...]) -> float:
        """Return about what share of services has `words` side by side; 0 if one is unknown."""
        return math.prod(min(1.0, self.known.get(word, 0) / self.size) for word in words)


_VOCABULARY_SQL = """
    WITH wanted AS (SELECT * FROM unnest(%s::int[], %s::text[]) AS w(position, word)),
    doubtful AS (
        SELECT * FROM unnest(%s::int[], %s::text[]) AS d(position, word)
        WHERE d.position NOT IN (
            SELECT position FROM wanted
            JOIN services_registry_searchterm ON lemma = wanted.word AND wanted.position >= 0
        )
    )
    SELECT 'known', 0, term.lemma, term.occurrences FROM services_registry_searchterm term
    WHERE term.lemma IN (SELECT word FROM wanted)
    UNION ALL
    SELECT 'near', position, n.lemma, n.occurrences FROM doubtful CROSS JOIN LATERAL (
        SELECT lemma, occurrences FROM services_registry_searchterm
        WHERE lemma %% doubtful.word
        ORDER BY similarity(lemma, doubtful.word) DESC, occurrences DESC, lemma LIMIT 8) n
    UNION ALL
    SELECT 'begun', position, n.lemma, n.occurrences FROM doubtful CROSS JOIN LATERAL (
        SELECT lemma, occurrences FROM services_registry_searchterm
        WHERE char_length(doubtful.word) >= 4 AND lemma LIKE doubtful.word || '%%'
        ORDER BY char_length(lemma), lemma LIMIT 5) n
    UNION ALL
    SELECT 'size', 0, '', coalesce(max(occurrences), 0) FROM services_registry_searchterm
"""


def _consult(words: list[_Word], synonyms: _Synonyms) -> _Vocabulary:
    """Ask the vocabulary about every word, its readings, kin and expansions in one query."""
    wanted: set[tuple[int, str]] = set()
    doubtful: set[tuple[int, str]] = set()
    for position, word in enumerate(words):
        if word.is_stop:
            continue
        for _, headword in word.readings:
            wanted.add((position, headword))
        if not word.is_certain:
            for _, headword in word.readings[:_PROBED]:
                wanted.update((-1, spelling) for spelling in near_spellings(headword))
                word.spelled = (*word.spelled, *nearest(headword, synonyms.words))
            wanted.update((-1, spelling) for spelling in word.spelled)
        doubtful.update((position, headword) for _, headword in word.readings[:_PROBED])
        doubtful.add((position, word.readings[0][0]))
    for position in range(len(words)):
        for hit in synonyms.starting_at(words, position):
            wanted.update((-1, part) for parts in hit.meant for part in parts)
    vocabulary = _Vocabulary(size=1, known={}, near={}, begun={})
    with connection.cursor() as cursor:
        cursor.execute(_VOCABULARY_SQL, [*_columns(wanted), *_columns(doubtful)])
        for kind, position, found, occurrences in cursor.fetchall():
            if kind == "size":
                vocabulary.size = max(1, occurrences)
            elif kind == "known":
                vocabulary.known[found] = occurrences
            else:
                by_position = vocabulary.near if kind == "near" else vocabulary.begun
                by_position.setdefault(position, []).append((found, occurrences))
    return vocabulary


def _columns(rows: set[tuple[int, str]]) -> list[list]:
    ordered = sorted(rows)
    return [[position for position, _ in ordered], [word for _, word in ordered]]


def _rarity(share: float) -> float:
    """Return how much it says that a service has what only this share of services has."""
    return math.log(1 / max(share, _RARE) + 0.05)


# --- from words to what they mean --------------------------------------------------------------


def _resolve(word: _Word, position: int, vocabulary: _Vocabulary, synonyms: _Synonyms) -> None:
    """Decide which known word is meant; leave `used` empty if there is none."""
    for written, headword in word.readings:
        if headword in vocabulary.known or headword in synonyms.words:
            word.used, word.headword = written, headword
            return
    near = dict(vocabulary.near.get(position, ()))
    begun = dict(vocabulary.begun.get(position, ()))
    if not word.is_certain:
        if begun:
            return _take_kin(word, list(begun), begun, _BEGUN, vocabulary)
        _mend(word, near, vocabulary)
    if not word.used:
        stem = word.readings[0][1]
        kin = [known for known in (*begun, *near) if _is_kin(stem, known)]
        _take_kin(word, kin, near | begun, _KIN, vocabulary)


def _is_kin(word: str, other: str) -> bool:
    """инвалидност – инвалид: a common beginning of most of the shorter word."""
    common = 0
    for letter, counterpart in zip(word, other, strict=False):
        if letter != counterpart:
            break
        common += 1
    return common >= max(5, 0.7 * min(len(word), len(other)))


def _take_kin(
    word: _Word, kin: list[str], counts: dict[str, int], kinship: float, vocabulary: _Vocabulary
) -> None:
    if kin:
        word.kin = tuple(dict.fromkeys(kin))[:MAX_ALTERNATIVES]
        word.kinship = kinship
        word.used = word.readings[0][0]
        vocabulary.known.update((known, counts[known]) for known in word.kin)


def _mend(word: _Word, near: dict[str, int], vocabulary: _Vocabulary) -> None:
    best: tuple[float, str, str] | None = None
    for written, headword in word.readings[:_PROBED]:
        alike = near | {spelling: vocabulary.known.get(spelling, 0) for spelling in word.spelled}
        alike |= {
            spelling: vocabulary.known[spelling]
            for spelling in near_spellings(headword)
            if spelling in vocabulary.known
        }
        mended = mend(headword, alike.items())
        if mended and (best is None or mended[1] < best[0]):
            best = (mended[1], mended[0], _inflected_alike(written, headword, mended[0]))
    if best:
        _, word.headword, word.used = best
        if word.headword in near:
            vocabulary.known[word.headword] = near[word.headword]


def _inflected_alike(written: str, headword: str, meant: str) -> str:
    """Give `meant` the ending that the mistyped word had: асистенска → асистентска."""
    stem = 0
    while stem < min(len(written), len(headword)) and written[stem] == headword[stem]:
        stem += 1
    old, new = headword[stem:], written[stem:]
    bare = meant.removesuffix(old)
    if (old == "" or bare != meant) and not (bare[-1:] in _VOWELS and new[:1] in _VOWELS):
        inflected = bare + new
        if lemma(inflected) == meant:
            return inflected
    return meant


def _phrase_terms(words: list[_Word], phrases: list[_Found], vocabulary: _Vocabulary) -> list[Term]:
    terms = []
    for found in phrases:
        own = [words[position] for position in found.positions]
        literal = _literal(own[0], 1.0, vocabulary) if len(own) == 1 else _as_is(own, vocabulary)
        most = max([_MEANT, *(alternative.worth for alternative in literal)])
        expansions = [
            Alternative(parts, _SYNONYM * min(most, _rarity(share)), share)
            for parts in found.meant
            for share in [vocabulary.share(parts)]
            if share
        ]
        if literal or expansions:
            terms.append(
                Term(
                    typed=" ".join(word.typed for word in own),
                    used=" ".join(word.used or word.readings[0][0] for word in own),
                    alternatives=(*literal, *expansions)[:MAX_ALTERNATIVES],
                )
            )
    return terms


def _as_is(own: list[_Word], vocabulary: _Vocabulary) -> list[Alternative]:
    """The phrase word for word, if it has more than one word to look for."""
    content = tuple(word.headword for word in own if not word.is_stop)
    share = vocabulary.share(content) if len(content) > 1 and all(content) else 0
    if not share:
        return []
    return [Alternative(content, min(_MEANT, _rarity(share)), share, is_literal=True)]


def _word_terms(words: list[_Word], phrases: list[_Found], vocabulary: _Vocabulary) -> list[Term]:
    alone = {found.positions[0] for found in phrases if len(found.positions) == 1}
    inside = {position for found in phrases for position in found.positions}
    terms: dict[str, Term] = {}
    for position, word in enumerate(words):
        if word.is_stop or position in alone:
            continue
        literal = _literal(word, _FADED if position in inside else 1.0, vocabulary)
        if literal:
            terms.setdefault(word.used, Term(word.typed, word.used, tuple(literal)))
    return list(terms.values())


def _literal(word: _Word, weight: float, vocabulary: _Vocabulary) -> list[Alternative]:
    found = [(word.headword, 1.0)] if word.headword else [(kin, word.kinship) for kin in word.kin]
    alternatives = []
    for headword, kinship in found:
        share = vocabulary.share((headword,))
        if share:
            about = _CIRCUMSTANCE if headword in _CIRCUMSTANCES else 1.0
            worth = weight * kinship * about * _rarity(share)
            alternatives.append(Alternative((headword,), worth, share, is_literal=True))
    return alternatives


def _neighbours(words: list[_Word], vocabulary: _Vocabulary) -> tuple[Alternative, ...]:
    """Pairs of words that follow each other, function words aside, as the index has them."""
    content = [word.headword for word in words if not word.is_stop]
    pairs = dict.fromkeys(pairwise(content))
    return tuple(
        Alternative(
            pair,
            _NEIGHBOURS * sum(_rarity(vocabulary.share((word,))) for word in pair) / 2,
            vocabulary.share(pair),
        )
        for pair in pairs
        if all(pair) and vocabulary.share(pair)
    )


def lexeme(word: str, label: str = "") -> str:
    return f"'{word}':{label}" if label else f"'{word}'"


def _filter_query(terms: list[Term]) -> str:
    alternatives = [alternative for term in terms for alternative in term.alternatives]
    telling = [alternative for alternative in alternatives if alternative.share <= _COMMON]
    return " | ".join(
        dict.fromkeys(
            "(" + " <-> ".join(map(lexeme, alternative.words)) + ")"
            for alternative in telling or alternatives
        )
    )
