"""An application from its number to its end. Four documents stay apart: see ``kinds.Nature``."""

from __future__ import annotations

import datetime as dt
import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from frontoffice.models import Consultation, Person
from frontoffice.names import written_phone
from municipalities.audit import tracked
from municipalities.models import Office, Settlement, User
from municipalities.tenancy import MunicipalModel
from referrals.kinds.models import ApplicationKind, Nature, OnBehalf, PrivacyNotice
from services_registry.models import Service


class Channel(models.TextChoices):
    ONLINE = "online", _("през портала")
    ORAL = "oral", _("устно на място")
    PHONE = "phone", _("устно по телефона")
    PAPER = "paper", _("на хартия")
    POST = "post", _("по пощата")
    EMAIL = "email", _("по е-поща")
    SSEV = "ssev", _("през ССЕВ")


class State(models.TextChoices):
    """Where an application stands; ``referrals.workflow`` alone moves it."""

    RECEIVED = "received", _("постъпило")
    IN_WORK = "in_work", _("разглежда се")
    WAITING = "waiting", _("чака документи")
    CLOSED = "closed", _("приключено")
    WITHDRAWN = "withdrawn", _("оттеглено")


OPEN_STATES = (State.RECEIVED, State.IN_WORK, State.WAITING)


class Outcome(models.TextChoices):
    ASSESSMENT = "assessment", _("към предварителна оценка")
    ANSWERED = "answered", _("отговорено")
    FORWARDED = "forwarded", _("препратено по компетентност")
    NOT_CONSIDERED = "dropped", _("оставено без разглеждане")
    UNWILLING = "unwilling", _("човекът не желае услуга")
    APPLIED = "applied", _("човекът подаде заявление")


def whose_day_passed(today: dt.date | None = None) -> Q:
    """Return the condition of open ones whose clock runs and whose day has passed."""
    return Q(state__in=(State.RECEIVED, State.IN_WORK), due_on__lt=today or timezone.localdate())


class ApplicationQuerySet(models.QuerySet):
    def open(self):
        """Those that somebody still has to do something about."""
        return self.filter(state__in=OPEN_STATES)

    def late(self, today: dt.date | None = None):
        """Open ones whose clock runs and whose day has passed."""
        return self.filter(whose_day_passed(today))

    def of(self, user: User):
        """Those that ``user`` has."""
        return self.filter(owner=user)

    def nobodys(self):
        """Open ones that nobody has taken."""
        return self.open().filter(owner__isnull=True)

    def for_listing(self):
        """Bring what a row of a list shows, in one query."""
        return self.select_related(
            "kind", "person", "owner", "office", "service__municipality", "settlement"
        )


@tracked("ApplicationHistory", exclude=("secret_hash",))
class Application(MunicipalModel):
    """Заявление, заявено желание or signal with its registration number. Never deleted."""

    class ReplyBy(models.TextChoices):
        PHONE = "phone", _("по телефона")
        EMAIL = "email", _("по е-поща")
        POST = "post", _("с писмо")
        OFFICE = "office", _("на място в офиса")

    class Signature(models.TextChoices):
        NONE = "none", _("без подпис")
        HAND = "hand", _("подписано на хартия")
        KEP = "kep", _("файл, подписан с КЕП")
        SSEV = "ssev", _("съобщение през ССЕВ")

    class Reporter(models.TextChoices):
        RELATIVE = "relative", _("близък")
        NEIGHBOUR = "neighbour", _("съсед или познат")
        DOCTOR = "doctor", _("лекар или болница")
        SCHOOL = "school", _("училище или детска градина")
        POLICE = "police", _("полиция")
        NGO = "ngo", _("организация")
        OTHER = "other", _("друг")

    class Notified(models.TextChoices):
        DSP = "dsp", _("ДСП, отдел „Закрила на детето“")
        DAZD = "dazd", _("ДАЗД")
        MVR = "mvr", _("МВР")

    kind = models.ForeignKey(
        ApplicationKind, on_delete=models.PROTECT, related_name="+", verbose_name=_("вид")
    )
    nature = models.CharField(_("какъв документ е"), max_length=12, choices=Nature.choices)
    number = models.CharField(_("входящ номер"), max_length=40, editable=False)
    number_series = models.CharField(max_length=10, editable=False)
    number_year = models.PositiveSmallIntegerField(editable=False)
    number_seq = models.PositiveIntegerField(editable=False)
    # In the addresses of the citizen's pages, which open only with the second secret.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    registered_at = models.DateTimeField(_("регистрирано на"), default=timezone.now)
    registered_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("прието от"),
    )
    # The day it came, where that was before it was written down (post, paper left at the door).
    received_on = models.DateField(_("постъпило на"), default=timezone.localdate)
    channel = models.CharField(_("как постъпи"), max_length=8, choices=Channel.choices)
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.RECEIVED
    )
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("офис"),
    )
    owner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("у кого е"),
    )

    # For whom, as it was stated; ``person`` is the record a specialist tied it to.
    on_behalf = models.CharField(
        _("за кого"), max_length=12, choices=OnBehalf.choices, default=OnBehalf.SELF
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="applications",
        null=True,
        blank=True,
        verbose_name=_("лице"),
    )
    given_name = models.CharField(_("име"), max_length=80, blank=True)
    middle_name = models.CharField(_("бащино име"), max_length=80, blank=True)
    family_name = models.CharField(_("фамилно име"), max_length=80, blank=True)
    birth_date = models.DateField(_("рождена дата"), null=True, blank=True)
    settlement = models.ForeignKey(
        Settlement,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("населено място"),
    )
    address = models.CharField(_("адрес"), max_length=200, blank=True)
    # Who applies, where that is somebody else; the contacts are theirs.
    applicant_name = models.CharField(_("кой заявява"), max_length=200, blank=True)
    applicant_right = models.CharField(
        _("на какво основание"), max_length=200, blank=True,
        help_text=_("Например: акт за раждане, пълномощно № и дата."),
    )  # fmt: skip
    # As frontoffice.names.phone writes them, with spaces between.
    phones = models.CharField(_("телефони"), max_length=200, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    reply_by = models.CharField(
        _("отговор"), max_length=8, choices=ReplyBy.choices, default=ReplyBy.PHONE
    )

    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("услуга"),
    )
    need = models.TextField(_("от какво има нужда"), blank=True, max_length=4000)
    # [{"question": id, "label": …, "value": words}] in the words in which it was asked.
    answers = models.JSONField(_("отговори"), default=list, blank=True)
    notice = models.ForeignKey(
        PrivacyNotice,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("прочетено съобщение за личните данни"),
    )
    signature = models.CharField(
        _("подпис"), max_length=6, choices=Signature.choices, default=Signature.NONE
    )
    ssev_reference = models.CharField(_("съобщение в ССЕВ №"), max_length=80, blank=True)
    confirmed_at = models.DateTimeField(_("потвърдено на"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("потвърдено от"),
    )

    # Of an alert.
    reporter = models.CharField(_("кой сигнализира"), max_length=10, choices=Reporter, blank=True)
    is_child_at_risk = models.BooleanField(_("дете в риск"), default=False)
    notified = models.CharField(_("уведомен е"), max_length=6, choices=Notified, blank=True)
    notified_on = models.DateField(_("уведомен на"), null=True, blank=True)

    consultation = models.ForeignKey(
        Consultation,
        on_delete=models.PROTECT,
        related_name="applications",
        null=True,
        blank=True,
        verbose_name=_("след консултация"),
    )
    from_alert = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="applications",
        null=True,
        blank=True,
        verbose_name=_("след сигнал"),
    )

    # The clock: from when, by which norm (as it was then), until when; the pause of a day.
    clock_from = models.DateField(_("срокът тече от"), null=True, blank=True)
    norm = models.JSONField(_("норма"), default=dict, blank=True, editable=False)
    due_on = models.DateField(_("срок"), null=True, blank=True)
    paused_on = models.DateField(_("спрян от"), null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(_("дни на спиране"), default=0)

    outcome = models.CharField(_("изход"), max_length=10, choices=Outcome.choices, blank=True)
    outcome_note = models.CharField(_("бележка към изхода"), max_length=500, blank=True)
    closed_at = models.DateTimeField(_("приключено на"), null=True, blank=True)
    # Made by the page before it is sent: the same form sent twice finds the first row.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("променено на"), auto_now=True)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(ApplicationQuerySet),
    )

    class Meta:
        ordering = ("-registered_at", "-pk")
        verbose_name = _("заявление")
        verbose_name_plural = _("заявления")
        indexes = [
            models.Index(
                fields=["municipality", "due_on", "id"],
                name="application_open",
                condition=Q(state__in=("received", "in_work", "waiting")),
            ),
            models.Index(fields=["municipality", "-registered_at", "-id"], name="application_in"),
            models.Index(
                fields=["person", "-registered_at"],
                name="application_of_person",
                condition=Q(person__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "number_series", "number_year", "number_seq"],
                name="application_number_once",
            ),
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="application_form_once"
            ),
            models.CheckConstraint(
                name="application_alert_without_service",
                condition=~Q(nature="alert") | Q(service__isnull=True),
            ),
            models.CheckConstraint(
                name="application_closed_with_outcome",
                condition=(
                    Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                    | Q(state="withdrawn", closed_at__isnull=False)
                    | Q(state__in=("received", "in_work", "waiting"), closed_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="application_paused_while_waiting",
                condition=Q(paused_on__isnull=True) | Q(state="waiting"),
            ),
            models.CheckConstraint(
                name="application_not_from_itself",
                condition=Q(from_alert__isnull=True) | ~Q(from_alert=F("pk")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        """Not the name: this is what lands in logs and in reports of errors."""
        return f"вх. № {self.number}"

    @property
    def full_name(self) -> str:
        """The name for whom it is, as it was stated; the tied record's where none was."""
        stated = " ".join(filter(None, (self.given_name, self.middle_name, self.family_name)))
        return stated or (self.person.full_name if self.person else "")

    @property
    def contact_name(self) -> str:
        """Who is written to: who applies, or for whom it is."""
        return self.applicant_name or self.full_name

    @property
    def phone_list(self) -> list[str]:
        """The telephones as people read them."""
        return [written_phone(digits) for digits in self.phones.split()]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN_STATES

    @property
    def is_alert(self) -> bool:
        """Whether it is a third party's alert."""
        return self.nature == Nature.ALERT

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it came as a plain web form or mail, which staff still have to confirm."""
        return self.confirmed_at is None and not self.is_alert

    @property
    def is_late(self) -> bool:
        """Whether its day has passed while the clock runs."""
        runs = self.state in (State.RECEIVED, State.IN_WORK)
        return bool(runs and self.due_on and self.due_on < timezone.localdate())
