"""Drafts: what somebody typed and has not saved yet."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities import secrets
from municipalities.models import User
from municipalities.tenancy import MunicipalModel


class Draft(MunicipalModel):
    """One form in one tab of one user. What was typed is encrypted: it may hold a ЕГН.

    Its history is not tracked: it is not case data until it is saved as such.
    """

    class Form(models.TextChoices):
        CONSULTATION = "consultation", _("консултация")
        PERSON = "person", _("лице")
        FOLLOW_UP = "follow_up", _("последваща задача")
        NOTE = "note", _("бележка за лице")
        RELATION = "relation", _("близък или представител")
        FIELD_DAY = "field_day", _("изнесена приемна")
        APPLICATION = "application", _("заявление")
        LETTER = "letter", _("писмо")
        ASSESSMENT = "assessment", _("предварителна оценка")
        NEEDS = "needs", _("част от анализ")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", verbose_name=_("чия")
    )
    form = models.CharField(_("форма"), max_length=20, choices=Form.choices)
    # The record that is being corrected; empty for a new one.
    subject_id = models.BigIntegerField(_("запис"), null=True, blank=True)
    # Made by the page when it opens: two tabs have two drafts.
    tab = models.UUIDField(editable=False)
    # A token of municipalities.secrets; empty once the form was saved or the draft thrown away.
    data = models.BinaryField(null=True, editable=False)
    # The page numbers what it sends: what was sent earlier never covers what was sent later.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("започната"), auto_now_add=True)
    saved_at = models.DateTimeField(_("записана"), default=timezone.now)
    # The form was saved: what a slow network still brings is not a draft any more.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-saved_at", "-pk")
        verbose_name = _("чернова")
        verbose_name_plural = _("чернови")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "user", "form", "tab"], name="draft_of_a_tab_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "user", "-saved_at"], name="draft_newest")]

    def __str__(self) -> str:
        return f"{_('чернова')} № {self.pk}"


secrets.register_encrypted(Draft, "data")
