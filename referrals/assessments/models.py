"""The preliminary assessment (чл. 73 ЗСУ), which is itself the document of the referral."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from frontoffice.models import Person
from municipalities import secrets
from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from referrals.applications.models import Application
from referrals.assessments.models_form import AssessmentForm
from referrals.clocked import Clocked, StepEvent, late_on
from services_registry.models import Service, ServiceKind

SERIES = "ПО"


class AssessmentState(models.TextChoices):
    DRAFT = "draft", _("подготвя се")
    REVIEW = "review", _("за преглед от ръководителя")
    DONE = "done", _("изготвена")
    REPLACED = "replaced", _("заменена с нова")
    CANCELLED = "cancelled", _("прекратена")


OPEN_ASSESSMENT = (AssessmentState.DRAFT, AssessmentState.REVIEW)


class Conclusion(models.TextChoices):
    """What the assessment ends with."""

    REFERRED = "referred", _("насочване към услуга")
    DIRECTORATE = "directorate", _("пренасочване към ДСП")
    OTHER = "other", _("пренасочване към друг орган")
    NO_NEED = "no_need", _("не се установява потребност от специализирана услуга")
    WITHDRAWN = "withdrawn", _("човекът оттегля желанието си")


class Participation(models.TextChoices):
    PERSONAL = "personal", _("лично, с пълно участие")
    HELPED = "helped", _("лично, с помощ от друг")
    REPRESENTED = "represented", _("чрез законен представител, с чуто мнение на човека")
    UNABLE = "unable", _("не можа да участва")


class AssessmentQuerySet(models.QuerySet):
    def open(self):
        """Those that are being prepared or read."""
        return self.filter(state__in=OPEN_ASSESSMENT)

    def late(self, today=None):
        """Open ones whose clock runs and whose day has passed."""
        return self.open().filter(late_on(today))

    def of(self, user: User):
        """Those that ``user`` has."""
        return self.filter(owner=user)

    def for_listing(self):
        """Bring what a row of a list shows, in one query."""
        return self.select_related("application__kind", "person", "owner").defer("data")


# What was answered is kept encrypted and is read in the row; the history tells of the rest.
@tracked("NeedsAssessmentHistory", exclude=("data",))
class NeedsAssessment(Clocked):
    """Предварителна оценка на потребностите. Never deleted; a done one is only replaced."""

    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        related_name="assessments",
        verbose_name=_("заявление"),
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("лице")
    )
    form = models.ForeignKey(
        AssessmentForm, on_delete=models.PROTECT, related_name="+", verbose_name=_("форма")
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="replaced_by",
        null=True,
        blank=True,
        verbose_name=_("заменя"),
    )
    state = models.CharField(
        _("състояние"),
        max_length=10,
        choices=AssessmentState.choices,
        default=AssessmentState.DRAFT,
    )
    # A token of municipalities.secrets over JSON; see referrals.assessments.contents.
    data = models.BinaryField(null=True, editable=False)
    # What of the required is there, so that the workflow need not decrypt to know.
    is_complete = models.BooleanField(default=False, editable=False)
    held_on = models.DateField(_("разговорът е на"), null=True, blank=True)
    participation = models.CharField(
        _("участие на човека"), max_length=12, choices=Participation.choices, blank=True
    )
    kinds = models.ManyToManyField(
        ServiceKind, related_name="+", blank=True, verbose_name=_("видове услуги по чл. 15")
    )
    intensity = models.CharField(
        _("интензитет"), max_length=18, choices=Service.Intensity.choices, blank=True
    )
    term = models.CharField(_("срок"), max_length=8, choices=Service.Term.choices, blank=True)
    is_complex = models.BooleanField(_("услугите се ползват като комплекс"), default=False)
    outcome = models.CharField(
        _("заключение"), max_length=12, choices=Conclusion.choices, blank=True
    )
    authority = models.CharField(_("към кой орган"), max_length=200, blank=True)

    is_urgent = models.BooleanField(_("спешен случай"), default=False)
    urgent_reason = models.CharField(_("защо е спешно"), max_length=300, blank=True)
    follow_up_on = models.DateField(_("оценката се довършва до"), null=True, blank=True)

    prepared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("изготвя")
    )
    reviewed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("прегледана от"),
    )
    number = models.CharField(_("номер"), max_length=40, blank=True, editable=False)
    number_year = models.PositiveSmallIntegerField(null=True, editable=False)
    number_seq = models.PositiveIntegerField(null=True, editable=False)
    issued_on = models.DateField(_("дата"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("приключена на"), null=True, blank=True)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(AssessmentQuerySet),
    )

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("предварителна оценка")
        verbose_name_plural = _("предварителни оценки")
        indexes = [
            models.Index(
                fields=["municipality", "due_on", "id"],
                name="assessment_open",
                condition=Q(state__in=("draft", "review")),
            ),
            models.Index(fields=["person", "-created_at"], name="assessment_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="assessment_form_key_once"
            ),
            models.UniqueConstraint(
                fields=["municipality", "number_year", "number_seq"],
                name="assessment_number_once",
            ),
            models.UniqueConstraint(
                fields=["application"],
                name="assessment_one_open",
                condition=Q(state__in=("draft", "review")),
                violation_error_message=_("По това заявление вече се прави оценка."),
            ),
            models.CheckConstraint(
                name="assessment_done_is_a_document",
                condition=~Q(state__in=("done", "replaced"))
                | Q(issued_on__isnull=False, number_seq__isnull=False, is_complete=True)
                & ~Q(number="")
                & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="assessment_urgent_has_reason",
                condition=Q(is_urgent=False)
                | Q(is_urgent=True, follow_up_on__isnull=False) & ~Q(urgent_reason=""),
            ),
            models.CheckConstraint(
                name="assessment_not_of_itself",
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("pk")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # The answers are encrypted anew when the key changes; the document holds their words.
            pgtrigger.Protect(
                name="done_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state IN ('done', 'replaced', 'cancelled')"
                    " AND (OLD.outcome, OLD.number, OLD.issued_on, OLD.form_id, OLD.authority,"
                    " OLD.intensity, OLD.term, OLD.application_id, OLD.participation)"
                    " IS DISTINCT FROM (NEW.outcome, NEW.number, NEW.issued_on, NEW.form_id,"
                    " NEW.authority, NEW.intensity, NEW.term, NEW.application_id,"
                    " NEW.participation)"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Not the name: this is what lands in logs and in reports of errors."""
        return f"предварителна оценка {self.number or f'от заявление {self.application_id}'}"

    @property
    def is_open(self) -> bool:
        """Whether it is still being prepared or read."""
        return self.state in OPEN_ASSESSMENT


secrets.register_encrypted(NeedsAssessment, "data")


class AssessmentEvent(StepEvent):
    """A step of an assessment; ``referrals.workflow`` writes it."""

    assessment = models.ForeignKey(
        NeedsAssessment, on_delete=models.PROTECT, related_name="events", verbose_name=_("оценка")
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("стъпка по оценка")
        verbose_name_plural = _("стъпки по оценки")
        indexes = [models.Index(fields=["assessment", "at", "id"], name="assessment_event_order")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class AssessmentDocument(MunicipalModel):
    """The file of a done assessment as it was made; another edition where the services changed."""

    assessment = models.ForeignKey(
        NeedsAssessment,
        on_delete=models.PROTECT,
        related_name="documents",
        verbose_name=_("оценка"),
    )
    edition = models.PositiveSmallIntegerField(_("екземпляр"), default=1)
    reason = models.CharField(_("защо"), max_length=200, blank=True)
    path = models.CharField(max_length=60, editable=False)
    size = models.PositiveIntegerField(editable=False)
    made_at = models.DateTimeField(_("изготвен на"), default=timezone.now)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("изготвен от")
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-edition",)
        verbose_name = _("документ на оценка")
        verbose_name_plural = _("документи на оценки")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "edition"], name="assessment_document_once"
            )
        ]

    def __str__(self) -> str:
        return f"екземпляр {self.edition}"
