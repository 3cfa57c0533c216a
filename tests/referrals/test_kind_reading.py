"""What a kind asks, as a form; and its answers as they are kept."""

import datetime as dt
import json

import pytest
from django.http import QueryDict

from municipalities.tenancy import municipality_scope
from referrals.kinds import reading
from tests.factories import MunicipalityFactory
from tests.factories_applications import (
    ApplicationKindFactory,
    KindPaperFactory,
    KindQuestionFactory,
    PrivacyNoticeFactory,
)

pytestmark = pytest.mark.django_db
FORMS = ("text", "long", "yes_no", "one", "several", "date", "number")


@pytest.fixture
def kind(sliven):
    return ApplicationKindFactory(municipality=sliven)


def question_of(kind, form="text", **fields):
    if form in ("one", "several"):
        fields.setdefault("choices", ["сам", "със семейство", "друго; неизброено"])
    return KindQuestionFactory(municipality=kind.municipality, kind=kind, form=form, **fields)


def asked(question, data: str | dict, *, at_desk=False):
    """Send ``data`` (as a body, or one value by the suffix of its name) to the question's form."""
    if isinstance(data, str):
        data = {"": data}
    sent = QueryDict(mutable=True)
    for suffix, value in data.items():
        sent.setlist(f"q{question.pk}{suffix}", value if isinstance(value, list) else [value])
    return reading.answers_form([question], at_desk=at_desk)(sent)


def only_error(form) -> str:
    ((_name, errors),) = form.errors.items()
    (error,) = errors
    return error


def day(*parts) -> dict[str, str]:
    return {f"_{n}": part for n, part in enumerate(parts)}


@pytest.mark.parametrize(
    ("form", "sent", "words", "given"),
    [
        ("text", "  Живея сама ", "Живея сама", "Живея сама"),
        ("long", "един\r\nдва", "един\nдва", "един\nдва"),
        ("yes_no", "yes", "да", "yes"),
        ("yes_no", "no", "не", "no"),
        ("one", "сам", "сам", "сам"),
        ("several", {"": ["сам", "друго; неизброено"]}, "сам; друго; неизброено", None),
        ("number", "3", "3", "3"),
        ("number", "1 234,50", "1\xa0234,5", "1\xa0234,5"),
        ("date", day("1", "3", "2026"), "01.03.2026 г.", "2026-03-01"),
        ("date", day("01", "март", "2026"), "01.03.2026 г.", "2026-03-01"),
        ("date", day("01.03.2026 г.", "", ""), "01.03.2026 г.", "2026-03-01"),
        ("date", day("2026-03-01", "", ""), "01.03.2026 г.", "2026-03-01"),
    ],
)  # fmt: skip
def test_an_answer_is_kept_in_words_and_comes_back_into_the_form(kind, form, sent, words, given):
    question = question_of(kind, form, label="Как живеете?")
    filled = asked(question, sent)
    assert filled.is_valid(), filled.errors
    (answer,) = stored = json.loads(json.dumps(reading.answers_of(filled)))
    expected = {"question": question.pk, "label": "Как живеете?", "value": words}
    assert answer == expected | {"given": given or sent[""]}
    (field,) = type(filled)(initial=reading.initial_from(stored))
    shown = field.value()
    if form == "date":
        shown = field.field.widget.decompress(shown)
    assert field.field.clean(shown) == filled.cleaned_data[field.name]


@pytest.mark.parametrize(
    ("form", "sent", "message"),
    [
        ("text", "", "Отговорете на въпроса."),
        ("text", "а" * 201, "Съкратете отговора до 200 знака; сега е 201."),
        ("long", "а" * 2001, "Съкратете отговора до 2000 знака; сега е 2001."),
        ("text", "ЕГН 7523169263", "Тук има ЕГН."),
        ("yes_no", "", "Изберете „Да“ или „Не“."),
        ("yes_no", "може би", "Такъв отговор вече не се предлага."),
        ("one", "", "Изберете един отговор."),
        ("one", "неизброен", "Такъв отговор вече не се предлага."),
        ("one", "\x00", "Такъв отговор вече не се предлага."),
        ("several", {}, "Отбележете поне един отговор."),
        ("several", {"": ["сам", "чужд"]}, "Такъв отговор вече не се предлага."),
        ("number", "", "Напишете число."),
        ("number", "три", "Напишете число с цифри"),
        ("number", "NaN", "Напишете число с цифри"),
        ("number", "1e999999999", "Напишете число с цифри"),
        ("number", "9" * 400, "Напишете число с цифри"),
        ("number", "-1", "Напишете число от нула нагоре"),
        ("number", "1,234", "най-много две цифри след запетаята"),
        ("date", {}, "Напишете деня, месеца и годината."),
        ("date", day("1", "", "2026"), "Напишете и трите"),
        ("date", day("31", "2", "2026"), "Няма такъв ден."),
        ("date", day("1", "13", "2026"), "Няма такъв ден."),
        ("date", day("1", "3", "26"), "Напишете годината с четири цифри"),
        ("date", day("1", "3", "1026"), "твърде отдавна"),
        ("date", day("1", "3", "9999"), "твърде напред"),
        ("date", day("\x00", "3", "2026"), "Няма такъв ден."),
        ("date", day("1", "3", "٢٠٢٦"), "Няма такъв ден."),
        ("date", day("1 2 3 4", "", ""), "Няма такъв ден."),
        ("date", day("9" * 5000, "3", "2026"), "Няма такъв ден."),
    ],
)
def test_a_wrong_answer_is_told_in_words(kind, form, sent, message):
    error = only_error(asked(question_of(kind, form, is_required=True), sent))
    assert error.startswith(message) or message in error
    assert not any("a" <= letter <= "z" for letter in error.lower())


@pytest.mark.parametrize("form", FORMS)
def test_an_optional_question_may_stay_unanswered(kind, form):
    filled = asked(question_of(kind, form), {})
    assert filled.is_valid()
    assert reading.answers_of(filled) == []


@pytest.mark.parametrize("form", FORMS)
def test_at_the_desk_nothing_required_stops_a_registration(kind, form):
    assert asked(question_of(kind, form, is_required=True), {}, at_desk=True).is_valid()


@pytest.mark.parametrize("typed", ["1.3.2026", "01.03.2026 г.", "01.03.26", "2026-03-01"])
def test_at_the_desk_a_day_is_one_box(kind, typed):
    question = question_of(kind, "date")
    filled = asked(question, typed, at_desk=True)
    assert filled.is_valid()
    assert filled.cleaned_data[f"q{question.pk}"] == dt.date(2026, 3, 1)
    assert only_error(asked(question, "вчера", at_desk=True)).startswith("Напишете деня като")
    again = type(filled)(initial=reading.initial_from(reading.answers_of(filled)))
    assert 'value="01.03.2026"' in str(again)


def test_half_a_pair_of_utf_16_is_kept_as_a_sign_that_databases_take(kind):
    question = question_of(kind)
    filled = reading.answers_form([question])({f"q{question.pk}": "а\ud800б"})
    assert filled.is_valid()
    assert reading.answers_of(filled)[0]["value"] == "а\ufffdб"


def test_words_of_a_question_are_text_and_not_html(kind):
    question = question_of(
        kind, "one", label="<b>Как?</b>", hint="<script>лошо</script>", choices=["<i>да</i>"]
    )
    drawn = str(reading.answers_form([question])())
    assert not any(tag in drawn for tag in ("<script>", "<b>", "<i>"))
    assert "&lt;script&gt;лошо" in drawn


def test_three_boxes_of_a_day_have_their_own_labels(kind):
    question = question_of(kind, "date", label="От кога?")
    drawn = str(reading.answers_form([question])(initial={f"q{question.pk}": "2026-03-01"}))
    for number, (label, value) in enumerate([("Ден", "1"), ("Месец", "3"), ("Година", "2026")]):
        assert f'<label for="id_q{question.pk}_{number}"><span>{label}</span>' in drawn
        assert f'name="q{question.pk}_{number}" value="{value}"' in drawn
    assert "<legend>От кога?" in drawn


def test_questions_are_those_of_the_place_and_of_whom_it_is_for(kind):
    both = question_of(kind, order=3)
    citizen = question_of(kind, order=1, asked="citizen")
    desk = question_of(kind, order=2, asked="desk")
    child = question_of(kind, order=4, only_for=["child", "ward"])
    question_of(kind, is_active=False)
    question_of(ApplicationKindFactory(municipality=kind.municipality))
    with municipality_scope(kind.municipality):
        assert reading.questions_for(kind, "self", "citizen") == [citizen, both]
        assert reading.questions_for(kind, "child", "desk") == [desk, both, child]


def test_papers_are_those_of_whom_it_is_for(kind, sliven):
    always = KindPaperFactory(municipality=sliven, kind=kind)
    child = KindPaperFactory(municipality=sliven, kind=kind, only_for=["child"])
    KindPaperFactory(municipality=sliven, kind=kind, is_active=False)
    with municipality_scope(sliven):
        assert reading.papers_for(kind, "child") == [always, child]
        assert reading.papers_for(kind, "self") == [always]


def test_anybody_sees_what_is_taken_online_and_nothing_else(kind, sliven):
    ApplicationKindFactory(municipality=sliven, is_on=False)
    inside = ApplicationKindFactory(municipality=sliven, is_online=False)
    ApplicationKindFactory(municipality=MunicipalityFactory())
    assert reading.kinds_online(sliven) == [kind]
    with municipality_scope(sliven):
        assert set(reading.kinds_at_desk()) == {kind, inside}


def test_the_newest_notice_that_is_in_force(sliven):
    today = dt.date(2026, 11, 22)
    other = MunicipalityFactory()
    PrivacyNoticeFactory(municipality=other, version=9, valid_from=today)
    assert reading.notice_in_force(sliven, today) is None
    PrivacyNoticeFactory(municipality=sliven, version=1, valid_from=dt.date(2026, 1, 1))
    now = PrivacyNoticeFactory(municipality=sliven, version=2, valid_from=today)
    PrivacyNoticeFactory(municipality=sliven, version=3, valid_from=dt.date(2026, 11, 23))
    assert reading.notice_in_force(sliven, today) == now


def test_a_form_costs_one_query(kind, django_assert_num_queries):
    for form in FORMS:
        question_of(kind, form)
    with municipality_scope(kind.municipality), django_assert_num_queries(1):
        str(reading.answers_form(reading.questions_for(kind, "self", "citizen"))())
