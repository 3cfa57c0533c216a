"""What a kind of application asks: its questions as a form, its papers, and the answers kept.

Needs the municipality's scope, except ``kinds_online`` and ``notice_in_force``, which anybody may
ask: row security shows them what is public.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontoffice.identifiers import holds_egn
from municipalities.admin_forms import NumberField
from municipalities.forms_days import DayField, staff_day_field
from municipalities.models import Municipality
from municipalities.numbers import plain
from referrals.kinds.models import (
    ApplicationKind,
    Asked,
    KindPaper,
    KindQuestion,
    Nature,
    PrivacyNotice,
)

LONGEST = {KindQuestion.Form.TEXT: 200, KindQuestion.Form.LONG: 2000}
YES_NO = (("yes", gettext_lazy("Да")), ("no", gettext_lazy("Не")))
# What no text in the database can hold: halves of a pair of UTF-16, as scripts may send them.
SURROGATES = re.compile("[\ud800-\udfff]")
Form = KindQuestion.Form
REQUIRED = {
    Form.TEXT: gettext_lazy("Отговорете на въпроса."),
    Form.LONG: gettext_lazy("Отговорете на въпроса."),
    Form.YES_NO: gettext_lazy("Изберете „Да“ или „Не“."),
    Form.ONE: gettext_lazy("Изберете един отговор."),
    Form.SEVERAL: gettext_lazy("Отбележете поне един отговор."),
    Form.NUMBER: gettext_lazy("Напишете число."),
}
NO_SUCH_CHOICE = gettext_lazy("Такъв отговор вече не се предлага. Изберете отново.")
NO_NUMBER = gettext_lazy("Напишете число с цифри, например 3.")


def kinds_online(municipality: Municipality) -> list[ApplicationKind]:
    """Return the kinds that ``municipality`` takes through the portal, in its order."""
    rows = ApplicationKind.public.filter(municipality=municipality, is_on=True, is_online=True)
    return list(rows.select_related("office"))


def kinds_at_desk() -> list[ApplicationKind]:
    """Return the kinds that the scope's municipality takes at its desk, alerts among them."""
    return list(ApplicationKind.objects.filter(is_on=True).select_related("office"))


def wish_of(kinds: Iterable[ApplicationKind]) -> ApplicationKind | None:
    """Return the first wish under ЗСУ among ``kinds``: what a service page leads to."""
    return next((kind for kind in kinds if kind.nature == Nature.WISH), None)


def questions_for(kind: ApplicationKind, on_behalf: str, asked: str) -> list[KindQuestion]:
    """Return what ``kind`` asks of whoever applies ``on_behalf``; ``asked`` is citizen or desk."""
    rows = KindQuestion.public.filter(kind=kind, is_active=True, asked__in=(Asked.BOTH, asked))
    return [question for question in rows if question.is_for(on_behalf)]


def papers_for(kind: ApplicationKind, on_behalf: str) -> list[KindPaper]:
    """Return the papers that ``kind`` needs from whoever applies ``on_behalf``."""
    rows = KindPaper.public.filter(kind=kind, is_active=True)
    return [paper for paper in rows if paper.is_for(on_behalf)]


def notice_in_force(municipality: Municipality, day: dt.date | None = None) -> PrivacyNotice | None:
    """Return the newest notice of ``municipality`` that is in force on ``day`` (today)."""
    rows = PrivacyNotice.public.filter(
        municipality=municipality, valid_from__lte=day or timezone.localdate()
    )
    return rows.order_by("-version").first()


class WordsField(forms.CharField):
    """Text of an answer, without a ЕГН and without what the database cannot hold."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return SURROGATES.sub("\ufffd", text).replace("\r\n", "\n")


class AnswersForm(forms.Form):
    """Base of the forms that ``answers_form`` makes; ``questions`` are its questions in order."""

    questions: tuple[KindQuestion, ...] = ()


def field_name(question: KindQuestion) -> str:
    """Return the name of the field of ``question`` in its form."""
    return f"q{question.pk}"


def answers_form(questions: Iterable[KindQuestion], *, at_desk: bool = False) -> type[AnswersForm]:
    """Return a form class that asks ``questions``, each in a field ``q<pk>``.

    A citizen gets a day in three boxes and has to answer what is required. At the desk a day is
    one box, and nothing stops a person's statement from being registered: what is missing is
    asked for later (an assumption: a municipality may not turn an applicant away).
    """
    asked = tuple(questions)
    fields: dict[str, Any] = {field_name(q): _field(q, at_desk=at_desk) for q in asked}
    fields |= {"questions": asked, "mark_optional": not at_desk, "__module__": __name__}
    return type("AnswersForm", (AnswersForm,), fields)


def _field(question: KindQuestion, *, at_desk: bool) -> forms.Field:
    """Return the form field of one question. Its hint is escaped: the templates take hints as HTML.

    A choice is sent as its words: reworded in the admin while somebody was typing, it is asked
    again instead of becoming another answer.
    """
    common: dict[str, Any] = {
        "label": question.label,
        "help_text": conditional_escape(question.hint),
        "required": question.is_required and not at_desk,
    }
    if question.form == Form.DATE:
        return staff_day_field(**common) if at_desk else DayField(**common)
    errors = {"required": REQUIRED[Form(question.form)], "invalid_choice": NO_SUCH_CHOICE}
    common["error_messages"] = errors
    if question.form == Form.YES_NO:
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
    choices = [(choice, choice) for choice in question.choices]
    if question.form == Form.ONE:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if question.form == Form.SEVERAL:
        errors["invalid_list"] = NO_SUCH_CHOICE
        return forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple, **common
        )
    if question.form == Form.NUMBER:
        return _number_field(common)
    return _words_field(question, common)


def _number_field(common: dict[str, Any]) -> forms.Field:
    wrong = {"invalid": NO_NUMBER, "max_digits": NO_NUMBER, "max_whole_digits": NO_NUMBER}
    wrong |= {
        "max_decimal_places": gettext_lazy("Напишете числото с най-много две цифри след запетаята.")
    }
    common["error_messages"] |= wrong
    return NumberField(max_digits=11, decimal_places=2, validators=[_not_below_zero], **common)


def _not_below_zero(number: Decimal) -> None:
    if number < 0:
        raise forms.ValidationError(_("Напишете число от нула нагоре, например 3."))


def _refuse_egn(text: str) -> None:
    if holds_egn(text):
        raise forms.ValidationError(
            _("Тук има ЕГН. Изтрийте го: ако е нужен, ще ви попитаме за него на място.")
        )


def _words_field(question: KindQuestion, common: dict[str, Any]) -> forms.Field:
    most = LONGEST[Form(question.form)]
    is_long = question.form == Form.LONG
    widget = forms.Textarea(attrs={"rows": 4}) if is_long else forms.TextInput()
    # Not max_length: a box that stops taking letters says nothing to whoever pastes a text.
    too_long = gettext_lazy("Съкратете отговора до %(limit_value)d знака; сега е %(show_value)d.")
    return WordsField(
        widget=widget,
        validators=[MaxLengthValidator(most, message=too_long), _refuse_egn],
        **common,
    )


def answers_of(form: AnswersForm) -> list[dict[str, Any]]:
    """Return the answers of a valid ``form`` as ``Application.answers`` keeps them.

    Each has the question's id, its words as they were asked and the answer in words; ``given`` is
    the same for the form, if it is opened again (``initial_from``). Unanswered ones are left out.
    """
    answers = []
    for question in form.questions:
        given = form.cleaned_data.get(field_name(question))
        if given in (None, "", []):
            continue
        answers.append(
            {
                "question": question.pk,
                "label": question.label,
                "value": _in_words(question, given),
                "given": _as_json(given),
            }
        )
    return answers


def _in_words(question: KindQuestion, given: Any) -> str:
    if question.form == Form.YES_NO:
        return _("да") if given == "yes" else _("не")
    if isinstance(given, dt.date):
        return date_format(given, "d.m.Y") + " г."
    if isinstance(given, Decimal):
        return plain(given)
    return "; ".join(given) if isinstance(given, list) else given


def _as_json(given: Any) -> Any:
    if isinstance(given, dt.date):
        return given.isoformat()
    return plain(given) if isinstance(given, Decimal) else given


def initial_from(answers: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return ``initial`` for a form of the same questions; ``answers`` as ``answers_of`` made them.

    Answers without ``given`` are shown by their words.
    """
    return {
        f"q{answer['question']}": answer.get("given", answer.get("value", ""))
        for answer in answers
        if answer.get("question")
    }
