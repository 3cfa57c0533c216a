"""What is asked in a preliminary assessment: a version of the form, its areas, its questions.

A version is changed only while it is being prepared. What is in force, and what was, stays as it
is, so that an assessment can always be read with the questions that were asked; triggers of the
database see to it.
"""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.tenancy import MunicipalModel


class AssessmentFormQuerySet(models.QuerySet):
    def in_force(self):
        """The one by which assessments are begun."""
        return self.filter(state=AssessmentForm.State.IN_FORCE)


@tracked("AssessmentFormHistory")
class AssessmentForm(MunicipalModel):
    """A version of the form of the preliminary assessment of one municipality."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("подготвя се")
        IN_FORCE = "in_force", _("в сила")
        RETIRED = "retired", _("заменена")

    number = models.PositiveSmallIntegerField(_("версия"))
    title = models.CharField(_("заглавие"), max_length=160)
    legal_basis = models.CharField(_("правно основание"), max_length=200, blank=True)
    source = models.CharField(_("откъде е взето"), max_length=400, blank=True)
    is_verified = models.BooleanField(_("потвърдено основание"), default=False)
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.PREPARED
    )
    change_note = models.CharField(_("какво е променено"), max_length=300, blank=True)
    in_force_from = models.DateField(_("в сила от"), null=True, blank=True, editable=False)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(AssessmentFormQuerySet),
    )

    class Meta:
        ordering = ("-number",)
        verbose_name = _("форма за предварителна оценка")
        verbose_name_plural = _("форми за предварителна оценка")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "number"], name="assessment_form_number_once"
            ),
            models.UniqueConstraint(
                fields=["municipality"],
                name="assessment_form_one_in_force",
                condition=Q(state="in_force"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, версия {self.number}"


def _only_while_prepared(form_of: str, table: str) -> pgtrigger.Trigger:
    """Return a trigger that refuses a change of ``table`` once its form is in force.

    ``form_of`` is an SQL query of the form's id, with ROW for the row.
    """
    return pgtrigger.Trigger(
        name="only_while_prepared",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        declare=[("changed", table)],
        func=f"""
            IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
            IF EXISTS (SELECT 1 FROM referrals_assessmentform form
                       WHERE form.id = ({form_of}) AND form.state <> 'prepared') THEN
                RAISE EXCEPTION 'a form in force does not change';
            END IF;
            RETURN changed;
        """,  # noqa: S608  no input
    )


@tracked("AssessmentAreaHistory")
class AssessmentArea(MunicipalModel):
    """Област на живота."""

    form = models.ForeignKey(
        AssessmentForm, on_delete=models.CASCADE, related_name="areas", verbose_name=_("форма")
    )
    code = models.SlugField(_("код"), max_length=40)
    name = models.CharField(_("област на живота"), max_length=120)
    hint = models.CharField(_("пояснение"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("ред"), default=0)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("област на живота")
        verbose_name_plural = _("области на живота")
        constraints = [
            models.UniqueConstraint(fields=["form", "code"], name="assessment_area_once")
        ]
        triggers = [_only_while_prepared("changed.form_id", "referrals_assessmentarea")]

    def __str__(self) -> str:
        return self.name


@tracked("AssessmentQuestionHistory")
class AssessmentQuestion(MunicipalModel):
    """A question of an area."""

    class Form(models.TextChoices):
        TEXT = "text", _("кратък отговор")
        LONG = "long", _("дълъг отговор")
        YES_NO = "yes_no", _("да или не")
        ONE = "one", _("един от няколко")
        SEVERAL = "several", _("няколко от изброените")
        DATE = "date", _("дата")
        NUMBER = "number", _("число")

    area = models.ForeignKey(
        AssessmentArea, on_delete=models.CASCADE, related_name="questions", verbose_name=_("област")
    )
    code = models.SlugField(_("код"), max_length=40)
    label = models.CharField(_("въпрос"), max_length=200)
    hint = models.CharField(_("пояснение"), max_length=300, blank=True)
    form = models.CharField(_("отговор"), max_length=8, choices=Form.choices, default=Form.TEXT)
    choices = ArrayField(
        models.CharField(max_length=120), verbose_name=_("възможни отговори"), default=list,
        blank=True,
    )  # fmt: skip
    is_required = models.BooleanField(_("задължителен"), default=False)
    order = models.PositiveSmallIntegerField(_("ред"), default=0)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("въпрос от оценката")
        verbose_name_plural = _("въпроси от оценката")
        constraints = [
            models.UniqueConstraint(fields=["area", "code"], name="assessment_question_once")
        ]
        triggers = [
            _only_while_prepared(
                "SELECT area.form_id FROM referrals_assessmentarea area"
                " WHERE area.id = changed.area_id",
                "referrals_assessmentquestion",
            )
        ]

    def __str__(self) -> str:
        return self.label
