"""Follow-ups: what was promised, by when, who has it; the secret address of one's calendar."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from frontoffice.followups.days import due_words
from municipalities.audit import tracked
from municipalities.models import Membership, Office, Role, User
from municipalities.tenancy import MunicipalModel


class FollowUpQuerySet(models.QuerySet):
    def open(self):
        """Those that still wait."""
        return self.filter(state=FollowUp.State.OPEN)

    def late(self, today: dt.date | None = None):
        """Open ones whose day has passed."""
        return self.open().filter(due_on__lt=today or timezone.localdate())

    def due(self, today: dt.date | None = None):
        """Open ones of today and those whose day has passed."""
        return self.open().filter(due_on__lte=today or timezone.localdate())

    def of(self, user: User):
        """Those that ``user`` has."""
        return self.filter(owner=user)

    def visible_to(self, membership: Membership):
        """Those that one sees: the head all, a specialist the office's, and own or promised ones.

        Who works in no office sees those of no office.
        """
        if membership.role == Role.HEAD:
            return self
        user = membership.user_id
        return self.filter(Q(owner=user) | Q(created_by=user) | Q(office=membership.office_id))

    def for_listing(self):
        """Bring what a row shows, in one query; the soonest first."""
        return self.select_related("person", "owner", "office", "consultation").order_by(
            "due_on", "due_at", "pk"
        )


@tracked("FollowUpHistory")
class FollowUp(MunicipalModel):
    """Последваща задача: a promise with a date. With a person, after a consultation, or neither."""

    class State(models.TextChoices):
        OPEN = "open", _("предстои")
        DONE = "done", _("свършена")
        DROPPED = "dropped", _("отпаднала")

    title = models.CharField(_("какво"), max_length=200)
    note = models.TextField(_("бележка"), blank=True, max_length=2000)
    due_on = models.DateField(_("до кога"))
    due_at = models.TimeField(_("час"), null=True, blank=True)
    person = models.ForeignKey(
        "frontoffice.Person",
        on_delete=models.PROTECT,
        related_name="follow_ups",
        null=True,
        blank=True,
        verbose_name=_("лице"),
    )
    consultation = models.ForeignKey(
        "frontoffice.Consultation",
        on_delete=models.PROTECT,
        related_name="follow_ups",
        null=True,
        blank=True,
        verbose_name=_("след консултация"),
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
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("у кого е")
    )
    created_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("записана от"),
    )
    state = models.CharField(
        _("състояние"), max_length=8, choices=State.choices, default=State.OPEN
    )
    outcome = models.CharField(_("как приключи"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("приключена на"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("приключена от"),
    )
    reminds = models.BooleanField(_("напомняне по е-поща"), default=True)
    # The day whose mail already named it; a changed date or owner makes it empty again.
    reminded_on = models.DateField(null=True, blank=True, editable=False)
    # Made by the page before it is sent: the same form sent twice finds the first row.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("записана на"), auto_now_add=True)
    updated_at = models.DateTimeField(_("променена на"), auto_now=True)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(FollowUpQuerySet),
    )

    class Meta:
        ordering = ("due_on", "due_at", "pk")
        verbose_name = _("последваща задача")
        verbose_name_plural = _("последващи задачи")
        indexes = [
            models.Index(
                fields=["municipality", "owner", "due_on"],
                name="follow_up_open",
                condition=Q(state="open"),
            ),
            models.Index(
                fields=["person", "-due_on"],
                name="follow_up_of_person",
                condition=Q(person__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="follow_up_form_once"
            ),
            models.CheckConstraint(
                name="follow_up_closed_by_somebody",
                condition=(
                    Q(state="open", closed_at__isnull=True, closed_by__isnull=True)
                    | (~Q(state="open") & Q(closed_at__isnull=False, closed_by__isnull=False))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{_('задача')} № {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.state == self.State.OPEN

    @property
    def is_late(self) -> bool:
        """Whether its day has passed and it still waits."""
        return self.is_open and self.due_on < timezone.localdate()

    @property
    def is_today(self) -> bool:
        """Whether it is of today and still waits."""
        return self.is_open and self.due_on == timezone.localdate()

    @property
    def due_words(self) -> str:
        """How far its day is: „закъснява с 3 дни“, „днес“; empty for a day further than a week."""
        return due_words(self.due_on)


class Handover(MunicipalModel):
    """A follow-up given to a colleague, with a word about it."""

    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.CASCADE, related_name="handovers", verbose_name=_("задача")
    )
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("от кого")
    )
    had_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("беше у")
    )
    given_to = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("на кого")
    )
    note = models.CharField(_("бележка"), max_length=300, blank=True)
    at = models.DateTimeField(_("кога"), default=timezone.now)
    # Until the one it was given to has opened it, it stands among what is new.
    seen_at = models.DateTimeField(_("видяно на"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("предаване на задача")
        verbose_name_plural = _("предавания на задачи")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%d.%m.%Y %H:%M}"


class CalendarFeed(MunicipalModel):
    """The secret address of one's follow-ups as .ics; only the hash of its token is kept."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", verbose_name=_("чий")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("направен на"), auto_now_add=True)
    read_at = models.DateTimeField(_("последно четене"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")
    # A calendar program has no scope yet; row security shows a connection only the row whose
    # token's hash it was told (``frontoffice.followups.feeds``).
    by_token = models.Manager()

    class Meta:
        verbose_name = _("адрес на календар")
        verbose_name_plural = _("адреси на календари")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "user"], name="calendar_feed_once")
        ]

    def __str__(self) -> str:
        return f"{_('календар')} № {self.pk}"
