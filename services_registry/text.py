"""Bulgarian text for the search: cleaning, words and headwords.

Pure functions, no database. The index and the query go through the same functions, so that
both sides meet even where a headword is not the one a dictionary would print.

The headwords come from simplemma's Bulgarian dictionary. It knows the everyday language well
and the language of social services badly (патронаж, увреждане, асистентски, психолог and most
relative adjectives are missing, and домашна is a word of its own). Therefore unknown words go
through a light inflection stripper, and adjectives, adverbs and verbal nouns are joined.
"""

import re
import unicodedata
from functools import lru_cache

from simplemma.strategies import DictionaryLookupStrategy

MAX_WORD = 48  # longer runs of letters are no words and are cut: „ааааа…“, pasted base64
_MAX_MARKS = 3  # combining marks kept on one letter: normalisation sorts them in quadratic time

_DICTIONARY = DictionaryLookupStrategy()

# Function words, pronouns, auxiliaries and the politeness around a question: they say nothing
# about which service is meant. „без“ is here too: phrases such as „без дом“ live in synonyms.
_STOP_WORDS = """
а аз ако ала ами без беше би бил била били било бих бихме бихте благодаря близо бъда бъдат бъде
бъдем бъдете бях бяха бяхме бяхте в вас ваш ваша ваше ваши ви вие винаги все всеки всички всичко
всяка всяко във вън върху г ги го година години да дай дайте дали дано двама двата две двете до
докато дори доста друг друга други друго е ето за заради засега затова защо защото здравей
здравейте и из или им има имам имаме имат имате имаш имаше иска искал искала искам искаме искат
искате искаш как каква какви какво какъв като кога когато кого кое кои които кой който колко коя
която къде където към ли май ме мен мене ми мисля много мога могат мое моето може можем можете
можеш можеше мои моите мой моля моя моят моята му на над назад най нас наш наша наше наши не него
негов негова неговата неговия неин нейна нещо нея ни ние никого никой никоя никъде нито но някак
някаква някакви някакво някакъв някого някои някой няколко някоя някъде няма нямам нямаме нямат
нямаш нямаше о обаче около освен особено от относно още пак по повече под поне понякога после
почти пред през при просто пък с са само се сега си след сме според сред срещу сте съм със също т
та тази така такава такива такова такъв там твой твоя твърде те теб тебе тези ти тия то това този
той тоя тряба трябва тук търси търсим търся тя тях у уж хайде хем че често чрез ще щеше щом щях я
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# Forms that the dictionary takes for another word, and pairs with one meaning for this search.
_OWN_HEADWORDS = {
    "хора": "човек",
    "хората": "човек",
    "хорски": "човек",
    "данни": "данни",
    "данните": "данни",
    "нуждае": "нужда",
    "нуждая": "нужда",
    "нуждаят": "нужда",
    "нуждаем": "нужда",
    "нуждаещ": "нужда",
    "нуждаещи": "нужда",
    "нуждаещите": "нужда",
    "пострадал": "пострадал",
    "пострадала": "пострадал",
    "пострадали": "пострадал",
    "пострадалите": "пострадал",
    "чисти": "чистя",
    "почистя": "чистя",
    "почиства": "чистя",
    "почистване": "чистя",
    "почистването": "чистя",
    "осиновя": "осиновяване",
    "осинови": "осиновяване",
    "осиновен": "осиновяване",
    "осиновено": "осиновяване",
    "осиновени": "осиновяване",
    "пари": "пари",
    "парите": "пари",
    "дома": "дом",
    "вкъщи": "вкъщи",
    "деца": "дете",
    "сами": "сам",
}

_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_WORD = re.compile(r"[0-9A-Za-z\u0400-\u045f\u0490\u0491]+")
_LATIN = re.compile(r"[A-Za-z]")
_HAS_CYRILLIC = re.compile(r"[\u0400-\u045f\u0490\u0491]")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
# In Latin words 4 and 6 are letters (ч, ш); any other digit is a number.
_LATIN_RUNS = re.compile(r"[A-Za-z46]*[A-Za-z][A-Za-z46]*|[0-9]+")

# The same shape on the keyboard, another letter: typed by mistake or pasted from a scan.
_LATIN_TWINS = str.maketrans("aAeEoOpPcCyYxXBHMTKkmti", "аАеЕоОрРсСуУхХВНМТКкмти")
_CYRILLIC_TWINS = str.maketrans("аАеЕоОрРсСуУхХВНМТК", "aAeEoOpPcCyYxXBHMTK")
_PURE_CYRILLIC = re.compile(r"[бвгджзийлнптфцчшщъьюяБГДЖЗИЙЛПУФЦЧШЩЪЬЮЯ]")
_PURE_LATIN = re.compile(r"[bdfghjlnqrsuvwzDFGIJLNQRSUVWZ]")
_LEFT_OVER_LATIN = str.maketrans("bdfghjlnqrsuvwz", "бдфгхйлняршувжз")
_NEIGHBOUR_ALPHABETS = str.maketrans("ыэіјєґў", "иеийегу")


def plain(text: str) -> str:
    """Return `text` in NFC, on one line, without control, format and surrogate characters.

    Every kind of white space becomes one space; none is left at the ends. Linear in the
    length of the text, never raises.
    """
    kept = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "M":
            marks += 1
            if marks > _MAX_MARKS:
                continue
        else:
            marks = 0
            if category == "Cf":  # invisible: soft hyphens, joiners, direction marks
                continue
            if category[0] == "C":  # tabs, newlines and what is no character at all
                character = " "
        kept.append(character)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def tokenise(text: str, *, keep_stop_words: bool = False) -> list[str]:
    """Return the words of `text` in their order, case folded, in one alphabet each.

    Accents fall away (й stays a letter), words that mix Cyrillic with Latin look-alikes are
    repaired, digits stand apart except 4 and 6 in Latin words. Repetitions are kept.
    """
    words = []
    for run in _WORD.findall(_without_accents(plain(text))):
        for word in _split_run(run):
            word = word.casefold().translate(_NEIGHBOUR_ALPHABETS)[:MAX_WORD]
            if keep_stop_words or not _is_empty_word(word):
                words.append(word)
    return words


def lemmas(text: str) -> list[str]:
    """Return the headwords of the words of `text`, in order, without stop words."""
    return [lemma(word) for word in tokenise(text)]


@lru_cache(maxsize=8192)
def phrase(text: str) -> str:
    """Return `text` as headwords joined by spaces, stop words kept: the key of a synonym."""
    return " ".join(lemma(word) for word in tokenise(text, keep_stop_words=True))


def is_latin(word: str) -> bool:
    """Say whether a word from `tokenise` is written in Latin letters."""
    return bool(_LATIN.search(word))


def is_known(word: str) -> bool:
    """Say whether the dictionary knows this very form: then it is hardly a typing mistake."""
    return word in _OWN_HEADWORDS or _look_up(word) is not None


@lru_cache(maxsize=65536)
def lemma(word: str) -> str:
    """Return the headword of one word from `tokenise`; Latin words and numbers come back as is."""
    if not _HAS_CYRILLIC.search(word) or len(word) < 3:
        return word
    if word in _OWN_HEADWORDS:
        return _OWN_HEADWORDS[word]
    found = _verbal_noun_in_plural(word)
    if found:
        return found
    return _joined(_in_dictionary(word) or _stripped(word))


def _is_empty_word(word: str) -> bool:
    return word in STOP_WORDS or (len(word) == 1 and not word.isdigit())


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    decomposed = decomposed.replace("и\u0306", "й").replace("И\u0306", "Й")
    return "".join(c for c in decomposed if c < "\u0300" or unicodedata.category(c) != "Mn")


def _split_run(run: str) -> list[str]:
    """Cut a run of letters and digits into words and repair its alphabet."""
    if _HAS_CYRILLIC.search(run):
        return [part if part.isdigit() else _one_alphabet(part) for part in _RUNS.findall(run)]
    return _LATIN_RUNS.findall(run)


def _one_alphabet(word: str) -> str:
    if not _LATIN.search(word):
        return word
    if len(_PURE_LATIN.findall(word)) > len(_PURE_CYRILLIC.findall(word)):
        latin = word.translate(_CYRILLIC_TWINS)
        if not _HAS_CYRILLIC.search(latin):
            return latin
    return word.translate(_LATIN_TWINS).casefold().translate(_LEFT_OVER_LATIN)


@lru_cache(maxsize=65536)
def _look_up(word: str) -> str | None:
    found = _DICTIONARY.get_lemma(word, "bg")
    if found is None:
        return None
    found = found.casefold()
    for reflexive in ("-(се)", "-се", "-(си)", "-си"):
        found = found.removesuffix(reflexive)
    return found if found.isalpha() and found[0] in _CYRILLIC else None


_RELATIVE_SKI = re.compile(r".{3}ск(?:и|а|о|ия|ият|ите|ата|ото)$")


def _in_dictionary(word: str) -> str | None:
    found = _look_up(word)
    if found and _RELATIVE_SKI.search(word) and not _RELATIVE_SKI.search(found):
        return None  # the dictionary has асистентски → асистент, but no асистентска
    return found


_PLURAL_OF_VERBAL_NOUN = re.compile(r"^(.{2,}[аяе]н)ия(?:та)?$")


def _verbal_noun_in_plural(word: str) -> str | None:
    """увреждания, обученията → увреждане, обучение; the dictionary reads the latter as a verb."""
    match = _PLURAL_OF_VERBAL_NOUN.match(word)
    if not match:
        return None
    for singular in (match[1] + "ие", match[1] + "е"):
        if _look_up(singular) == singular:
            return singular
    if _look_up(word):
        return None
    return match[1] + ("ие" if match[1].endswith("ен") else "е")


_ARTICLES = (  # (ending, what takes its place), the longest first
    ("остта", "ост"),
    ("ският", "ски"),
    ("ския", "ски"),
    ("овият", "ов"),
    ("овия", "ов"),
    ("евият", "ев"),
    ("евия", "ев"),
    ("щият", "щ"),
    ("щия", "щ"),
    ("ният", "н"),
    ("ите", "и"),
    ("ата", "а"),
    ("ята", "я"),
    ("ето", "е"),
    ("ото", "о"),
    ("ия", "ия"),
    ("ът", ""),
    ("ят", ""),
)
_ENDINGS = (
    ("ции", "ция"),
    ("ии", "ия"),
    ("ия", "ия"),
    ("ие", "ие"),
    ("ски", "ски"),
    ("ска", "ски"),
    ("ско", "ски"),
    ("ости", "ост"),
    ("ища", "ище"),
    ("ство", "ство"),
    ("ства", "ство"),
    ("ници", "ник"),
    ("ици", "ик"),
    ("лози", "лог"),
    ("гози", "гог"),
    ("ове", ""),
    ("еве", ""),
    ("ка", "ка"),
    ("ки", "ка"),
    ("це", "це"),
    ("а", ""),
    ("я", ""),
    ("о", ""),
    ("и", ""),
)
_RELATIVE_ADJECTIVE = re.compile(r"^(.{2,}[бвгджзклмнпрстфхцчшщ])н(?:ия|ият|а|о|и|ата|ото|ите)$")


def _stripped(word: str) -> str:
    """Headword of a word that the dictionary does not know: article off, then number and gender."""
    adjective = _RELATIVE_ADJECTIVE.match(word)
    if adjective:
        return adjective[1] + "ен"
    bare = _replace_ending(word, _ARTICLES)
    if bare != word:
        found = _in_dictionary(bare)
        if found:
            return found
        word = bare
    people = re.match(r"^(.{3,}[бвгджзклмнпрст])ци$", word)  # бежанци, but not акции
    return people[1] + "ец" if people else _replace_ending(word, _ENDINGS)


def _replace_ending(word: str, table: tuple[tuple[str, str], ...]) -> str:
    for ending, replacement in table:
        if word.endswith(ending) and len(word) - len(ending) + len(replacement) >= 3:
            return word[: len(word) - len(ending)] + replacement
    return word


def _joined(headword: str) -> str:
    """Join words of one family: домашна/домашно → домашен, детско → детски, отглеждам → -не."""
    adjective = _RELATIVE_ADJECTIVE.match(headword)
    if adjective and _look_up(adjective[1] + "ен"):
        return adjective[1] + "ен"
    if headword.endswith(("ска", "ско")) and _look_up(headword[:-1] + "и") == headword[:-1] + "и":
        return headword[:-1] + "и"
    if headword.endswith(("ам", "ям")) and _look_up(headword[:-1]) == headword:
        return headword[:-1] + "не"
    return headword
