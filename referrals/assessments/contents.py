"""What was answered and written in an assessment: read and written encrypted, and put in words.

Answers are kept by question; a question belongs to a version of the form, so that they are always
read with the words in which they were asked. Needs the municipality's scope.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.formats import date_format
from django.views.decorators.debug import sensitive_variables

from municipalities import secrets
from referrals.assessments.models import NeedsAssessment
from referrals.assessments.models_form import AssessmentArea, AssessmentForm, AssessmentQuestion

Form = AssessmentQuestion.Form
Asked = list[tuple[AssessmentArea, list[AssessmentQuestion]]]
YES_NO = {"yes": "да", "no": "не"}


@dataclass(frozen=True)
class Contents:
    """Everything of an assessment that is not a code: answers by question id, and texts.

    A yes or no is „yes“ or „no“, a day is ISO, a number its plain digits, several a list of words.
    """

    answers: dict[int, Any] = field(default_factory=dict)
    participation_note: str = ""
    wishes: str = ""  # in the person's own words
    risks: str = ""  # what threatens them and what is done about it
    need: str = ""  # the established need of support
    conclusion: str = ""  # why this is what the assessment ends with

    def texts(self) -> dict[str, str]:
        """Return the texts by name."""
        return {name: getattr(self, name) for name in TEXTS}


TEXTS = tuple(one.name for one in fields(Contents) if one.name != "answers")
LABELS = {
    "participation_note": "Как участва човекът",
    "wishes": "Желания на човека",
    "risks": "Рискове",
    "need": "Установена потребност",
    "conclusion": "Защо",
}


@sensitive_variables()
def read(assessment: NeedsAssessment) -> Contents:
    """Return what ``assessment`` holds; raises UnreadableSecret where no key reads it."""
    if not assessment.data:
        return Contents()
    held = json.loads(secrets.decrypt(bytes(assessment.data)))
    answers = {int(pk): value for pk, value in held.pop("answers", {}).items()}
    return Contents(answers=answers, **{name: held.get(name, "") for name in TEXTS})


@sensitive_variables()
def sealed(contents: Contents) -> bytes:
    """Return ``contents`` as the column ``data`` keeps them."""
    return secrets.encrypt(json.dumps(asdict(contents), ensure_ascii=False))


@sensitive_variables()
def write(assessment: NeedsAssessment, contents: Contents) -> None:
    """Put ``contents`` into the row, with whether all that is required is there; saves nothing."""
    assessment.data = sealed(contents)
    assessment.is_complete = not missing(assessment.form, contents)


def asked(form: AssessmentForm) -> Asked:
    """Return the areas of a version of the form with their questions, in order. Two queries."""
    areas = form.areas.prefetch_related("questions")
    return [(area, list(area.questions.all())) for area in areas]


def missing(form: AssessmentForm, contents: Contents) -> list[AssessmentQuestion]:
    """Return the required questions of ``form`` that have no answer, in order."""
    required = AssessmentQuestion.objects.filter(area__form=form, is_required=True)
    return [
        question
        for question in required.order_by("area__order", "area_id", "order", "pk")
        if not is_answered(contents, question)
    ]


def is_answered(contents: Contents, question: AssessmentQuestion) -> bool:
    """Say whether anything is written as the answer of ``question``."""
    return contents.answers.get(question.pk) not in (None, "", [])


def in_words(question: AssessmentQuestion, given: Any) -> str:
    """Return an answer as people read it; „“ where there is none."""
    if given in (None, "", []):
        return ""
    if question.form == Form.YES_NO:
        return YES_NO.get(str(given), str(given))
    if isinstance(given, list):
        return "; ".join(str(one) for one in given)
    if question.form == Form.DATE:
        try:
            return date_format(dt.date.fromisoformat(given), "d.m.Y") + " г."
        except (TypeError, ValueError):
            return str(given)
    return str(given)


@sensitive_variables()
def answered(
    assessment: NeedsAssessment, contents: Contents | None = None
) -> list[tuple[AssessmentArea, list[tuple[AssessmentQuestion, str]]]]:
    """Return every area with its questions and the answers in words, „“ where unanswered.

    ``contents`` are read from the row where they are not given.
    """
    held = contents or read(assessment)
    return [
        (area, [(one, in_words(one, held.answers.get(one.pk))) for one in questions])
        for area, questions in asked(assessment.form)
    ]


@sensitive_variables()
def carried_over(old: NeedsAssessment, form: AssessmentForm) -> Contents:
    """Return what of ``old`` a new assessment by ``form`` begins with: answers and wishes.

    A question is the same by the codes of its area and its own, asked in the same way; a choice
    that is no longer offered is left out. What was concluded is not carried over.
    """
    held = read(old)
    before = {_key(area, one): one for area, listed in asked(old.form) for one in listed}
    answers: dict[int, Any] = {}
    for area, questions in asked(form):
        for question in questions:
            source = before.get(_key(area, question))
            if source and (given := _fitting(question, held.answers.get(source.pk))):
                answers[question.pk] = given
    return Contents(answers=answers, wishes=held.wishes, risks=held.risks)


def _key(area: AssessmentArea, question: AssessmentQuestion) -> tuple[str, str, str]:
    return area.code, question.code, question.form


def _fitting(question: AssessmentQuestion, given: Any) -> Any:
    if question.form == Form.ONE:
        return given if given in question.choices else None
    if question.form == Form.SEVERAL and isinstance(given, list):
        return _listed(given, question.choices)
    return given


def _listed(given: Iterable[Any], choices: list[str]) -> list[Any]:
    return [one for one in given if one in choices]
