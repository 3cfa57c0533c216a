"""How easily a Bulgarian text reads: sentence length, long words and what easy texts leave out.

What easy-to-read texts leave out is from „Information for all: European standards for making
information easy to read and understand“ (Inclusion Europe, 2009): short sentences, no hard words,
no abbreviations, no percentages, no foreign words. The standards give no numbers, and we know of no
norm for Bulgarian. The limits here are rules of thumb, which the page says: 15 words a sentence
for a leaflet and 10 for an easy text; a word is long from 13 letters, since Bulgarian words of
official letters („предоставяне“, 12) are longer than English ones. LIX (C. H. Björnsson, 1968) is
words a sentence plus the per cent of words over six letters; it was made for Swedish and is shown
to compare two versions of one text, not to judge it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

LONG_WORD = 13  # letters
LIX_WORD = 6
PLAIN_SENTENCE, EASY_SENTENCE = 15, 10  # words
PLAIN_LONG_SHARE, EASY_LONG_SHARE = 8, 4  # per cent of long words
MOST_SAID = 8
# After these a point ends no sentence, whatever follows.
_SHORT = (
    *("ул", "бул", "пл", "жк", "гр", "с", "общ", "обл", "кв", "бл", "вх", "ет", "ап", "чл"),
    *("ал", "т", "тел", "стр", "проф", "инж", "арх", "напр", "вж", "св", "ст", "хил", "мин"),
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_END = re.compile(r"(?<=[.!?…])[\"“”)»]*\s+(?=[\"„«(]*[A-ZА-Я])")
_AFTER_SHORT = re.compile(rf"(?:^|[\s(„])(?:(?i:{'|'.join(_SHORT)})|[А-ЯA-Z])\.$")
_CAPITALS = re.compile(r"\b[А-ЯЁ]{2,}\b")
_LATIN = re.compile(r"(?<![\w@./-])[A-Za-z]{3,}(?![\w@/-]|\.\w)")
_PERCENT = re.compile(r"\d\s*%|процент")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")


@dataclass(frozen=True)
class Reading:
    """What was counted in a text, and what of it is worth a second look."""

    words: int
    sentences: int
    average: float
    lix: int
    long_share: int
    long_sentences: list[str]
    long_words: list[str]
    capitals: list[str]
    latin: list[str]
    percents: int
    most_words: int
    most_long_share: int

    @property
    def is_short(self) -> bool:
        """Whether the sentences are short on average, and none is too long."""
        return self.average <= self.most_words and not self.long_sentences

    @property
    def is_simple(self) -> bool:
        """Whether there are few long words."""
        return self.long_share <= self.most_long_share


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text; a line is a sentence at most, as in lists and headings."""
    found: list[str] = []
    for line in text.splitlines():
        kept = ""
        for piece in _END.split(line.strip()):
            kept = f"{kept} {piece}".strip()
            if not _AFTER_SHORT.search(kept):
                found.append(kept)
                kept = ""
        if kept:
            found.append(kept)
    return [sentence for sentence in found if _WORD.search(sentence)]


def measure(text: str, *, is_easy: bool = False) -> Reading | None:
    """Return what was counted in plain text; None where there are no words.

    ``is_easy`` measures against the limits of an easy text.
    """
    clean = _ADDRESS.sub("", text)
    sentences = sentences_of(clean)
    words = [word for sentence in sentences for word in _WORD.findall(sentence)]
    if not words:
        return None
    most = EASY_SENTENCE if is_easy else PLAIN_SENTENCE
    long_words = Counter(word.lower() for word in words if len(word) >= LONG_WORD)
    average = len(words) / len(sentences)
    over_six = sum(1 for word in words if len(word) > LIX_WORD)
    too_long = [one for one in sentences if len(_WORD.findall(one)) > most * 3 // 2]
    return Reading(
        words=len(words),
        sentences=len(sentences),
        average=round(average, 1),
        lix=round(average + 100 * over_six / len(words)),
        long_share=round(100 * long_words.total() / len(words)),
        long_sentences=sorted(too_long, key=len, reverse=True)[:MOST_SAID],
        long_words=[word for word, _times in long_words.most_common(MOST_SAID)],
        capitals=_each_once(_CAPITALS.findall(clean)),
        latin=_each_once(_LATIN.findall(clean)),
        percents=len(_PERCENT.findall(clean)),
        most_words=most,
        most_long_share=EASY_LONG_SHARE if is_easy else PLAIN_LONG_SHARE,
    )


def _each_once(found: list[str]) -> list[str]:
    return list(dict.fromkeys(found))[:MOST_SAID]
