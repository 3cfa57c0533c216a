"""The questions of a study as a form: for whoever opens the page, and for paper typed in."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from campaigns.studies.models import StudyQuestion
from municipalities.admin_forms import NumberField
from municipalities.form_words import UNREADABLE
from municipalities.models import Municipality, Settlement

Form = StudyQuestion.Form
MARKS = (1, 2, 3, 4, 5)
MOST_RADIOS = 12  # more choices are a list that opens
MOST_NUMBER = 1_000_000_000
ELSEWHERE = "извън общината"
REOPEN = _("Отворете анкетата отново.")


@dataclass(frozen=True)
class Given:
    """What was answered to a question: in one of three ways."""

    question: StudyQuestion
    chosen: tuple[str, ...] = ()
    number: Any = None
    words: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.chosen and self.number is None and not self.words


def places_of(municipality: Municipality) -> list[str]:
    """Return the names of the municipality's settlements, of two alike with their code."""
    rows = list(Settlement.objects.filter(municipality=municipality).order_by("name", "ekatte"))
    often = Counter(str(row) for row in rows)
    return [str(row) if often[str(row)] == 1 else f"{row} ({row.ekatte})" for row in rows]


class QuestionnaireForm(forms.Form):
    """One page of questions in their sections.

    ``is_paper`` asks for nothing: whoever filled the paper may have left any of it empty.
    """

    form_key = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={"required": REOPEN, "invalid": REOPEN},
    )

    def __init__(
        self,
        questions: Sequence[StudyQuestion],
        *args: Any,
        places: Iterable[str] = (),
        is_paper: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        self.mark_optional = not is_paper
        places = list(places)
        for question in self.questions:
            field = _field_of(question, places)
            field.required = question.is_required and not is_paper
            _without_answer(field)
            self.fields[name_of(question)] = field

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return (heading, fields) in order; a question with a section begins it."""
        found: list[tuple[str, list[forms.BoundField]]] = []
        for question in self.questions:
            if not found or question.section:
                found.append((question.section, []))
            found[-1][1].append(self[name_of(question)])
        return found

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not self.errors and not self.given():
            raise forms.ValidationError(_("Отговорете поне на един въпрос."), code="empty")
        return facts

    def given(self) -> list[Given]:
        """Return what was answered, without the questions that were passed over."""
        all_given = (
            _given(question, self.cleaned_data.get(name_of(question)))
            for question in self.questions
        )
        return [given for given in all_given if not given.is_empty]


def name_of(question: StudyQuestion) -> str:
    """Return the name of the question's field."""
    return f"v{question.pk}"


def _given(question: StudyQuestion, value: Any) -> Given:
    if value in (None, "", []):
        return Given(question)
    if question.form in {Form.NUMBER, Form.SCALE}:
        return Given(question, number=value)
    if question.form == Form.TEXT:
        return Given(question, words=value)
    return Given(question, chosen=tuple(value) if isinstance(value, list) else (value,))


def _field_of(question: StudyQuestion, places: list[str]) -> forms.Field:
    said: dict[str, Any] = {"label": question.label, "help_text": question.hint}
    if question.form == Form.SEVERAL:
        return _ticks(question, said)
    if question.form == Form.SCALE:
        return forms.TypedChoiceField(
            choices=_marks(question),
            coerce=int,
            empty_value=None,
            widget=forms.RadioSelect(attrs={"class": "mark"}),
            error_messages=_one_of(_("Изберете оценка от 1 до 5.")),
            **said,
        )
    if question.form == Form.NUMBER:
        return _number(said)
    if question.form == Form.TEXT:
        return _text(said)
    if question.form == Form.SETTLEMENT:
        return forms.ChoiceField(
            choices=[("", "–"), *_pairs(places), (ELSEWHERE, _("извън общината"))],
            error_messages=_one_of(_("Изберете населено място.")),
            **said,
        )
    is_list = len(question.choices) > MOST_RADIOS
    return forms.ChoiceField(
        choices=[("", "–"), *_pairs(question.choices)] if is_list else _pairs(question.choices),
        widget=forms.Select if is_list else forms.RadioSelect,
        error_messages=_one_of(_("Изберете отговор.")),
        **said,
    )


def _ticks(question: StudyQuestion, said: dict[str, Any]) -> forms.Field:
    choose = _("Изберете от отговорите.")
    return forms.MultipleChoiceField(
        choices=_pairs(question.choices),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Отбележете поне един отговор."),
            "invalid_choice": choose,
            "invalid_list": choose,
        },
        **said,
    )


def _number(said: dict[str, Any]) -> forms.Field:
    wrong = _("Напишете число от 0 до 1 000 000 000, например 12 или 12,5.")
    return NumberField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0, wrong), MaxValueValidator(MOST_NUMBER, wrong)],
        error_messages={
            "required": _("Напишете число."),
            "invalid": wrong,
            "max_digits": wrong,
            "max_whole_digits": wrong,
            "max_decimal_places": _("Напишете най-много две цифри след запетаята."),
            **UNREADABLE,
        },
        **said,
    )


def _text(said: dict[str, Any]) -> forms.Field:
    return forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Напишете отговор."),
            "max_length": _("Съкратете текста: най-много %(limit_value)d знака."),
            **UNREADABLE,
        },
        **{**said, "help_text": said["help_text"] or _("Не пишете имена.")},
    )


def _without_answer(field: forms.Field) -> None:
    """Let a button that was chosen by mistake be taken back where nothing has to be answered."""
    is_one = isinstance(field.widget, forms.RadioSelect) and not isinstance(
        field.widget, forms.CheckboxSelectMultiple
    )
    if is_one and not field.required:
        field.choices = [*field.choices, ("", _("без отговор"))]


def _one_of(words: Any) -> dict[str, Any]:
    return {"required": words, "invalid_choice": words}


def _pairs(choices: Iterable[str]) -> list[tuple[str, str]]:
    return [(choice, choice) for choice in choices]


def _marks(question: StudyQuestion) -> list[tuple[int, str]]:
    named = {1: question.lowest_means, 5: question.highest_means}
    return [(mark, f"{mark} – {named[mark]}" if named.get(mark) else str(mark)) for mark in MARKS]
