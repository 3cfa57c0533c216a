"""Versions of the form: the next one is a copy, corrected until it comes in force.

Assessments keep the version by which they were begun; a version that was in force never changes.
All need the municipality's scope.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from municipalities.models import Municipality
from referrals.assessments.models_form import AssessmentArea, AssessmentForm, AssessmentQuestion
from referrals.kinds.forms_admin import WITH_CHOICES

State = AssessmentForm.State


class VersionRefused(Exception):
    """The version cannot be made or come in force; the message is in Bulgarian and says why."""


@transaction.atomic
def next_version(form: AssessmentForm) -> AssessmentForm:
    """Return a copy of ``form`` to be prepared as the next version; one at a time.

    Raises VersionRefused where one is being prepared already. The legal basis comes along with
    whether it was verified: it is the same one until somebody changes it.
    """
    _lock_all(form)
    rows = AssessmentForm.objects.all()
    waiting = rows.filter(state=State.PREPARED).first()
    if waiting:
        raise VersionRefused(f"Вече се подготвя версия {waiting.number}. Поправете нея.")
    copy = AssessmentForm.objects.create(
        municipality_id=form.municipality_id,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=form.title,
        legal_basis=form.legal_basis,
        source=form.source,
        is_verified=form.is_verified,
    )
    for area in form.areas.prefetch_related("questions"):
        questions = list(area.questions.all())
        area.pk, area.form, area._state.adding = None, copy, True
        area.save()
        for question in questions:
            question.pk, question.area, question._state.adding = None, area, True
        AssessmentQuestion.objects.bulk_create(questions)
    return copy


@transaction.atomic
def put_in_force(form: AssessmentForm) -> AssessmentForm:
    """Let assessments be begun by ``form`` from now on; what was in force is kept as replaced.

    Raises VersionRefused where it is not being prepared, or asks nothing, or offers no answers.
    """
    _lock_all(form)
    now = AssessmentForm.objects.get(pk=form.pk)
    if now.state != State.PREPARED:
        raise VersionRefused(f"Тази версия вече е „{now.get_state_display()}“.")
    if lacks := lacking(now):
        raise VersionRefused(lacks)
    AssessmentForm.objects.in_force().update(state=State.RETIRED)
    now.state, now.in_force_from = State.IN_FORCE, timezone.localdate()
    now.save()
    return now


def lacking(form: AssessmentForm) -> str:
    """Return in Bulgarian what a version lacks to come in force, „“ if nothing."""
    questions = list(AssessmentQuestion.objects.filter(area__form=form).select_related("area"))
    asked = {question.area_id for question in questions}
    silent = AssessmentArea.objects.filter(form=form).exclude(pk__in=asked).first()
    if not questions:
        return "Във формата още няма въпроси."
    if silent:
        return f"В „{silent.name}“ няма въпроси. Добавете поне един или изтрийте областта."
    for question in questions:
        if question.form in WITH_CHOICES and len(question.choices) < 2:
            return f"„{question.label}“ няма от какво да се избира."
    return ""


def _lock_all(form: AssessmentForm) -> None:
    """Hold the municipality's row: versions are numbered and come in force one after another."""
    Municipality.objects.select_for_update().get(pk=form.municipality_id)
