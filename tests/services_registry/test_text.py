"""Bulgarian words as people type them: cleaning, headwords, Latin letters, spelling."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services_registry.latin import MAX_CANDIDATES, latin_candidates
from services_registry.spelling import (
    allowed_distance,
    distance,
    mend,
    near_spellings,
    nearest,
    trigrams,
)
from services_registry.text import (
    MAX_WORD,
    STOP_WORDS,
    is_known,
    lemma,
    lemmas,
    phrase,
    plain,
    tokenise,
)

# A second on the slowest machine we know is ten times what these take.
GENEROUS_SECONDS = 1.0

FAMILIES = {
    "майка": "майка майката майки майките",
    "възрастен": "възрастен възрастния възрастният възрастна възрастни възрастните",
    "дете": "дете детето деца децата",
    "човек": "човек хора хората човекът",
    "патронаж": "патронаж патронажа патронажът патронажи патронажите",
    "център": "център центъра центърът центрове центровете",
    "дневен": "дневен дневния дневният дневна дневната дневно дневни дневните",
    "увреждане": "увреждане увреждането увреждания уврежданията",
    "асистент": "асистент асистента асистентът асистенти асистентите",
    "асистентски": "асистентски асистентска асистентската асистентско асистентските",
    "домашен": "домашен домашна домашния домашно домашни домашните",
    "психичен": "психичен психично психична психични психичните",
    "обучение": "обучение обучението обучения обученията",
    "заболяване": "заболяване заболяването заболявания заболяванията",
    "зависимост": "зависимост зависимостта зависимости зависимостите",
    "логопед": "логопед логопеда логопедът логопеди логопедите",
    "психолог": "психолог психолога психологът психолози психолозите",
    "мигрант": "мигрант мигранти мигрантите",
    "консултиране": "консултиране консултирането",
    "почасов": "почасов почасова почасово",
    "кризисен": "кризисен кризисна кризисният кризисни",
    "застъпничество": "застъпничество застъпничеството застъпничества",
    "рехабилитация": "рехабилитация рехабилитацията рехабилитации",
    "отглеждане": "отглеждане отглеждам отглежда",
    "придружител": "придружител придружителя придружителят придружители",
}


@pytest.mark.parametrize("headword", FAMILIES)
def test_forms_of_a_word_meet_in_one_headword(headword):
    assert {lemma(form) for form in FAMILIES[headword].split()} == {headword}


def test_different_words_stay_apart():
    words = "дом домашен дневен ден дете детски помощ помощник асистент асистентски сам самота"
    assert len({lemma(word) for word in words.split()}) == len(words.split())


@pytest.mark.parametrize("text", ["й", "и\u0306", "Й", "И\u0306"])
def test_short_i_is_one_letter_however_composed(text):
    assert tokenise(f"{text}од", keep_stop_words=True) == ["йод"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("cоциален", "социален"),  # Latin c
        ("Пoмoщ", "помощ"),  # Latin o
        ("TEЛK", "телк"),
        ("HАСИЛИЕ", "насилие"),  # Latin H stands for Н
        ("xора", "хора"),
        ("pаtronaj", "patronaj"),  # one Cyrillic а in a Latin word
        ("ёлка", "елка"),
        ("сту̀дия", "студия"),  # stress marks
        ("пáтронаж", "патронаж"),
    ],
)
def test_alphabets_and_accents_are_repaired(typed, read):
    assert tokenise(typed) == [read]


def test_words_numbers_and_hyphens_are_told_apart():
    assert tokenise("Социално-психологическа помощ, 24часа (чл. 15)") == [
        "социално",
        "психологическа",
        "помощ",
        "24",
        "часа",
        "чл",
        "15",
    ]


def test_four_and_six_are_letters_among_latin_letters_only():
    assert tokenise("4ujda pomo6t 46 години") == ["4ujda", "pomo6t", "46"]


def test_function_words_fall_away_unless_kept():
    assert tokenise("Не мога да се грижа за майка си") == ["грижа", "майка"]
    assert phrase("не може вече сама") == "не мога вече сам"
    assert "без" in STOP_WORDS


def test_plain_leaves_one_clean_line():
    assert plain(" майка\x00 ми\u200b\n\tне\ud800може\u00ad ") == "майка ми не може"
    assert plain("и\u0306") == "й"


@pytest.mark.parametrize(
    "hostile",
    [
        "а" * 10_000,
        "\u0301" * 10_000,
        "и" + "\u0316\u0301" * 5_000,
        "ab4" * 3_333,
        "a" * 10_000,
        "sht" * 3_333,
        "\ud800" * 10_000,
        "а " * 5_000,
        "-" * 10_000,
        "ванията" * 1_428,
        "\u202e\u0000" * 5_000,
    ],
    ids=lambda text: ascii(text[:4]),
)
def test_ten_thousand_characters_take_no_time(hostile):
    started = time.perf_counter()
    for word in tokenise(hostile):
        assert len(word) <= MAX_WORD
        lemma(word)
        latin_candidates(word)
    assert time.perf_counter() - started < GENEROUS_SECONDS


@given(st.text(alphabet=st.characters(exclude_categories=())))
@example("\ud800")
@example("İ")
@example("\u0438\u0306\u0306")
def test_any_text_gives_words_of_letters_and_digits(text):
    clean = plain(text)
    assert clean == plain(clean)
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(character)[0] == "C" for character in clean)
    for word in [*tokenise(text, keep_stop_words=True), *lemmas(text)]:
        assert word.isalnum()
        assert "'" not in word
        word.encode()


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъьюя", min_size=1, max_size=20))
def test_a_headword_is_never_empty(word):
    assert lemma(word)


# --- Latin letters -----------------------------------------------------------------------------

TRANSLITERATIONS = [
    # typed, meant: the official system, then „шльокавица“
    ("patronazh", "патронаж"),
    ("asistentska", "асистентска"),
    ("tsentar", "център"),
    ("kashta", "къща"),
    ("uvrezhdania", "увреждания"),
    ("rehabilitatsia", "рехабилитация"),
    ("vazrastni", "възрастни"),
    ("pomosht", "помощ"),
    ("shofyor", "шофьор"),
    ("maika", "майка"),
    ("patronaj", "патронаж"),
    ("majka", "майка"),
    ("mayka", "майка"),
    ("centur", "център"),
    ("centyr", "център"),
    ("uvrejdaniq", "увреждания"),
    ("rehabilitaciq", "рехабилитация"),
    ("rehabilitacia", "рехабилитация"),
    ("vuzrastni", "възрастни"),
    ("vyzrastni", "възрастни"),
    ("wyzrastni", "възрастни"),
    ("pomo6t", "помощ"),
    ("4ujda", "чужда"),
    ("6liokavica", "шльокавица"),
    ("jena", "жена"),
    ("xrana", "храна"),
    ("qsla", "ясла"),
    ("yasla", "ясла"),
    ("jasla", "ясла"),
    ("lekarstva", "лекарства"),
    ("sa6to", "също"),
    ("bezdomni", "бездомни"),
]


@pytest.mark.parametrize(("typed", "meant"), TRANSLITERATIONS)
def test_latin_spellings_are_read_back(typed, meant):
    assert meant in latin_candidates(typed)


def test_cyrillic_has_no_readings_and_latin_has_few():
    assert latin_candidates("майка") == ()
    assert latin_candidates("15") == ()
    assert 1 <= len(latin_candidates("uaiyjuaiyjuaiyj")) <= MAX_CANDIDATES


# --- spelling ----------------------------------------------------------------------------------

KNOWN = [
    ("асистентски", 9),
    ("патронаж", 5),
    ("рехабилитация", 20),
    ("дневен", 12),
    ("дете", 30),
    ("лекар", 4),
    ("логопед", 6),
    ("обяд", 3),
    ("приют", 1),
    ("приемен", 5),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("асистенски", "асистентски"),
        ("патронаш", "патронаж"),
        ("патрунаж", "патронаж"),
        ("рехабилитаций", "рехабилитация"),
        ("рехаблитация", "рехабилитация"),
        ("дненен", "дневен"),
        ("денвен", "дневен"),
        ("логопет", "логопед"),
        ("абяд", "обяд"),
    ],
)
def test_a_mistyped_word_finds_what_was_meant(typed, meant):
    assert mend(typed, KNOWN)[0] == meant


@pytest.mark.parametrize("typed", ["зъболекар", "пожарна", "дом", "коледа", "аз"])
def test_another_word_is_not_bent_to_a_known_one(typed):
    assert mend(typed, KNOWN) is None


def test_distance_is_short_for_the_usual_mistakes():
    assert distance("патронаж", "патронаж") == 0
    assert distance("патронаш", "патронаж") < distance("патронак", "патронаж")  # ж sounds as ш
    assert distance("подкреппа", "подкрепа") < 1  # a double letter
    assert distance("денвен", "дневен") == 1  # two letters changed places
    assert distance("катронаж", "патронаж") > 1  # the first letter is rarely wrong
    assert allowed_distance("дом") == 0


def test_the_more_frequent_of_two_near_words_wins():
    assert mend("прием", [("приев", 1), ("приет", 7)])[0] == "приет"


def test_near_spellings_are_few_and_only_for_short_words():
    assert "обяд" in near_spellings("абяд")
    assert len(near_spellings("абвгдез")) < 40
    assert near_spellings("дом") == near_spellings("рехабилитация") == set()


def test_trigrams_are_those_of_pg_trgm():
    assert trigrams("дом") == {"  д", " до", "дом", "ом "}
    assert nearest("бездомнек", {"бездомник", "дете"}) == ["бездомник"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_distance_takes_any_text_and_is_nil_only_for_the_same(one, other):
    if one and other:
        assert (distance(one, other) == 0) == (one[:32] == other[:32])


def test_words_of_the_language_are_known_and_mistakes_are_not():
    assert is_known("майката")
    assert not is_known("патронаш")
