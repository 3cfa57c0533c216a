"""What is shown of answers: no small count, and none that can be computed."""

import random
import uuid
from decimal import Decimal
from itertools import product

import pytest

from campaigns.models import Study, StudyAnswer, StudyResponse
from campaigns.studies import tables
from campaigns.studies.crossed import cross
from campaigns.studies.crossing import hidden_of, interval_of
from campaigns.studies.results import answers_of, brackets, counted_of, results_of
from municipalities.disclosure import Hiding
from municipalities.tenancy import municipality_scope
from tests.factories_campaigns import StudyFactory, StudyQuestionFactory

SMALLEST = 5


@pytest.fixture
def study(sliven) -> Study:
    """Closed, with nothing answered."""
    return StudyFactory(municipality=sliven, opens_on=None, closes_on=None)


def ask(study, form="one", **facts):
    facts = {"choices": ["да", "не"] if form in {"one", "several"} else [], **facts}
    return StudyQuestionFactory(municipality=study.municipality, study=study, form=form, **facts)


def fill(study, rows) -> None:
    """Answer the study once for each of ``rows``: {question: value or list of choices}."""
    with municipality_scope(study.municipality):
        for row in rows:
            response = StudyResponse.objects.create(
                municipality=study.municipality, study=study, form_key=uuid.uuid4()
            )
            StudyAnswer.objects.bulk_create(
                StudyAnswer(
                    municipality=study.municipality,
                    response=response,
                    question=question,
                    chosen=value if isinstance(value, list) else [],
                    number=value if isinstance(value, int) else None,
                    words=value if isinstance(value, str) else "",
                )
                for question, value in row.items()
            )


def results(study, **how):
    with municipality_scope(study.municipality):
        return results_of(study, **how)


def shown(result) -> dict:
    return {row.label: row.count for row in result.table.rows}


def test_each_form_is_counted(study):
    one, several = ask(study), ask(study, "several", choices=["а", "б", "в"])
    scale = ask(study, "scale", lowest_means="никак", highest_means="много")
    text = ask(study, "text")
    fill(study, [{one: ["да"], several: ["а", "б"], scale: 5, text: "Б"}] * 6)
    fill(study, [{one: ["не"], several: ["а"], scale: 1, text: "А"}] * 9)
    found = {result.question.form: result for result in results(study, with_words=True).questions}
    assert shown(found["one"]) == {"не": 9, "да": 6}
    assert shown(found["several"]) == {"а": 15, "б": 6}
    assert found["several"].nobody == ("в",)
    assert shown(found["scale"]) == {"1 – никак": 9, "5 – много": 6}
    assert found["scale"].average == Decimal("2.6")
    assert found["text"].words == ["А"] * 9 + ["Б"] * 6
    assert results(study).questions[-1].words == []


def test_a_small_count_is_hidden_with_what_would_give_it(study):
    one = ask(study, choices=["а", "б", "в"])
    fill(study, [{one: ["а"]}] * 20 + [{one: ["б"]}] * 7 + [{one: ["в"]}] * 2)
    (result,) = results(study).questions
    assert shown(result) == {"а": 20, "б": None, "в": None}
    assert result.table.hiding is Hiding.MIXED
    assert "пресметне" in result.note


def test_an_average_is_not_shown_where_it_would_give_a_hidden_count(study):
    scale = ask(study, "scale")
    fill(study, [{scale: 5}] * 12 + [{scale: 4}] * 6 + [{scale: 1}] * 2)
    (result,) = results(study).questions
    assert None in shown(result).values()
    assert list(shown(result)) == ["1", "4", "5"]  # the order of the scale tells nothing
    assert result.average is None


def test_few_answers_show_nothing_and_no_words(study):
    text = ask(study, "text")
    fill(study, [{text: "аз съм единствен"}] * 4)
    (result,) = results(study, with_words=True).questions
    assert result.is_hidden
    assert result.words == []
    assert result.hides_words


@pytest.mark.parametrize("answers", range(0, 40))
def test_an_open_questionnaire_never_tells_of_fewer_than_a_group_more(answers):
    now = counted_of(answers, smallest=SMALLEST, is_open=True)
    later = counted_of(answers + 1, smallest=SMALLEST, is_open=True)
    closed = counted_of(answers, smallest=SMALLEST, is_open=False)
    assert later - now in {0, SMALLEST}
    assert now == 0 or closed - now >= SMALLEST


def test_numbers_stand_in_round_brackets_none_of_them_small():
    ages = [Decimal(age) for age in (3, 18, 20, 25, 31, 33, 40, 41, 47, 52, 60, 66, 67, 71, 88)]
    told = brackets(ages, SMALLEST)
    assert sum(count for _label, count in told) == len(ages)
    assert all(count >= SMALLEST for _label, count in told)
    assert not any(edge in label for label, _count in told for edge in ("3 ", "88"))
    assert brackets([Decimal(7)] * 9, SMALLEST) == [("написаха число", 9)]
    assert brackets([], SMALLEST) == []


# Two questions


def test_two_questions_are_crossed_without_small_cells(study):
    place, use = ask(study, choices=["град", "село"]), ask(study)
    rows = [{place: ["град"], use: ["да"]}] * 20 + [{place: ["град"], use: ["не"]}] * 15
    rows += [{place: ["село"], use: ["да"]}] * 11 + [{place: ["село"], use: ["не"]}] * 2
    fill(study, rows)
    with municipality_scope(study.municipality):
        answers = answers_of(study)
        crossed = cross(answers, use, place, SMALLEST)
        assert cross(answers, use, use, SMALLEST) is None
    # In a table of two by two, one hidden cell hides them all.
    assert crossed.is_hidden


def test_several_answers_are_crossed_choice_by_choice(study):
    place = ask(study, choices=["а", "б", "в"])
    wants = ask(study, "several", choices=["топло", "шумно"])
    rows = [{place: [name], wants: ["топло"]} for name in "абв" for _ in range(9)]
    rows += [{place: [name], wants: ["топло", "шумно"]} for name in "аб" for _ in range(8)]
    rows += [{place: ["в"], wants: ["шумно"]}] * 6
    fill(study, rows)
    with municipality_scope(study.municipality):
        crossed = cross(answers_of(study), wants, place, SMALLEST)
    assert crossed.columns == ["топло", "шумно"]
    assert dict(crossed.rows) == {"а": [17, 8], "б": [17, 8], "в": [9, 6]}


def test_small_places_stand_together_so_that_the_large_ones_are_seen(study):
    """Of places with six answers each nothing could be shown; together they are a row."""
    names = [f"село {n}" for n in range(8)]
    place, use = ask(study, choices=["град", "гара", *names]), ask(study)
    rows = [{place: [name], use: [yes]} for name in ("град", "гара") for yes in ["да"] * 20]
    rows += [{place: [name], use: ["не"]} for name in ("град", "гара") for _ in range(11)]
    for name in names:
        rows += [{place: [name], use: ["да"]}] * 4 + [{place: [name], use: ["не"]}] * 2
    fill(study, rows)
    with municipality_scope(study.municipality):
        crossed = cross(answers_of(study), use, place, SMALLEST)
    assert dict(crossed.rows) == {"град": [20, 11], "гара": [20, 11], "останалите": [32, 16]}


def possible(counts, hidden) -> dict:
    """All numbers each hidden cell may have, by trying every table with the same sums."""
    rows, columns = range(len(counts)), range(len(counts[0]))
    cells = sorted(hidden)
    most = {c: min(sum(counts[c[0]]), sum(counts[i][c[1]] for i in rows)) for c in cells}
    found: dict = {cell: set() for cell in cells}

    def fits(values) -> bool:
        made = {**dict(zip(cells, values, strict=True))}
        full = [[made.get((i, j), counts[i][j]) for j in columns] for i in rows]
        return [sum(r) for r in full] == [sum(r) for r in counts] and [
            sum(r[j] for r in full) for j in columns
        ] == [sum(r[j] for r in counts) for j in columns]

    for values in product(*(range(1, most[cell] + 1) for cell in cells)):
        if fits(values):
            for cell, value in zip(cells, values, strict=True):
                found[cell].add(value)
    return found


def test_intervals_are_exact():
    chance = random.Random(9)
    for _ in range(25):
        counts = [[chance.randint(1, 4) for _ in range(2)] for _ in range(2)]
        hidden = {(i, j) for i in range(2) for j in range(2)}
        truth = possible(counts, hidden)
        for cell, values in truth.items():
            assert interval_of(counts, hidden, cell) == (min(values), max(values))


def test_no_small_cell_of_any_table_can_be_narrowed_down():
    """The property: each small cell may be anything from 1 to at least the smallest count."""
    chance = random.Random(2026)
    shown_some = 0
    for _ in range(300):
        height, width = chance.randint(2, 7), chance.randint(2, 5)
        counts = [
            [chance.choice((0, 1, 3, 5, 8, 12, 30, 45)) for _ in range(width)]
            for _ in range(height)
        ]
        hidden = hidden_of(counts, SMALLEST)
        if hidden is None:
            continue
        small = {(i, j) for i in range(height) for j in range(width) if 0 < counts[i][j] < SMALLEST}
        assert small <= hidden
        for cell in small:
            low, high = interval_of(counts, hidden, cell)
            assert low == 1
            assert high >= SMALLEST
        shown_some += len(hidden) < height * width
    assert shown_some > 100


# Open tables


def test_a_result_becomes_an_open_table_with_its_hiding(study):
    one = ask(study, choices=["а", "б", "в"], label="Какво?")
    fill(study, [{one: ["а"]}] * 20 + [{one: ["б"]}] * 2 + [{one: ["в"]}] * 3)
    with municipality_scope(study.municipality):
        (result,) = results_of(study).questions
        table = tables.keep_result(study, result)
        again = tables.keep_result(study, result)
        assert again.pk == table.pk
        told = tables.as_json(table)
    assert [row[1] for row in table.rows] == [20, "под 5", "под 5"]
    assert [column["type"] for column in told["columns"]] == ["text", "number", "number"]
    assert told["rows"][0] == ["а", 20, 80]
    assert {(cell["row"], cell["column"]) for cell in told["hidden"]} == {(1, 1), (2, 1)}
    assert told["rows"][1][1] is None


@pytest.mark.parametrize(
    ("written", "number"),
    [("12", 12), ("1 234,5", Decimal("1234.5")), ("-3", -3), ("0", 0), ("0,5", Decimal("0.5")),
     ("0888", None), ("12 бр.", None), ("", None), ("1e5", None), ("12 34", None)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(written, number):
    assert tables.number_of(written) == number


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("7523169263", True), ("ЕГН 8032056031, Сливен", True), ("7523169264", False),
     ("12345678901", False), ("0888123456", False)],
)  # fmt: skip
def test_a_civil_number_is_noticed(text, is_one):
    assert tables.looks_like_egn(text) is is_one


@pytest.mark.parametrize("words", ["под 5", "скрит", "скрито", "поне 12"])
def test_words_for_what_is_hidden_leave_a_column_of_numbers(words):
    assert tables.types_of(["Брой"], [[7], [words], [""], ["1 200"]]) == [("Брой", "number")]
    assert tables.types_of(["Брой"], [[words], ["далеч"]]) == [("Брой", "text")]
