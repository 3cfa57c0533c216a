"""Information campaigns and their events: what the town gets to see."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from campaigns.conference.models import (  # noqa: F401  Django finds an app's models here
    AttendanceCertificate,
    EventSession,
    Speaker,
)
from campaigns.handbooks.models import (  # noqa: F401  as above
    Handbook,
    HandbookChapter,
    HandbookEdition,
)
from campaigns.materials.models import (  # noqa: F401  as above
    Material,
    MaterialDownload,
    MaterialFile,
)
from campaigns.planning.models import (
    Audience,
    CampaignExpense,  # noqa: F401  as above
    CampaignMessage,  # noqa: F401
    CampaignSettlement,  # noqa: F401
    Clipping,  # noqa: F401
    Handout,  # noqa: F401
)
from campaigns.registering.models import DoorCount, Registration  # noqa: F401  as above
from campaigns.studies.models import (  # noqa: F401  as above
    Study,
    StudyAnswer,
    StudyFile,
    StudyQuestion,
    StudyResponse,
    StudyTable,
)
from municipalities.addresses import save_with_address
from municipalities.audit import tracked
from municipalities.models import Settlement
from municipalities.tenancy import MunicipalModel
from projects.models import BudgetLine, Project
from services_registry.models import Service


class CampaignQuerySet(models.QuerySet):
    def with_event_counts(self, moment=None):
        """Annotate ``event_count`` and ``coming_count``: events in all, and not yet ended."""
        coming = Q(events__ends_at__gte=moment or timezone.now())
        return self.annotate(
            event_count=Count("events"), coming_count=Count("events", filter=coming)
        )


class PublicCampaignManager(models.Manager.from_queryset(CampaignQuerySet)):
    """Campaigns that anybody may read, of any municipality."""

    def get_queryset(self):
        return super().get_queryset().filter(is_public=True, municipality__is_active=True)


@tracked("CampaignHistory")
class Campaign(MunicipalModel):
    """Разяснително-информационна кампания."""

    class Channel(models.TextChoices):
        MEETING = "meeting", _("среща с хората")
        FIELD_DAY = "field_day", _("изнесена приемна")
        MATERIALS = "materials", _("листовки и плакати")
        PRESS = "press", _("вестници и сайтове")
        BROADCAST = "broadcast", _("радио и телевизия")
        SOCIAL = "social", _("социални мрежи")
        SCHOOLS = "schools", _("училища и детски градини")
        DOCTORS = "doctors", _("лекари и аптеки")
        CLUBS = "clubs", _("клубове и читалища")

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("проект"),
    )
    name = models.CharField(_("име"), max_length=250)
    slug = models.SlugField(_("адрес в портала"), max_length=170)
    description = models.TextField(_("за какво е"), blank=True)
    audience = models.CharField(_("за кого е"), max_length=250, blank=True)
    aim = models.TextField(_("цел"), blank=True, max_length=2000)
    starts_on = models.DateField(_("от"), null=True, blank=True)
    ends_on = models.DateField(_("до"), null=True, blank=True)
    audiences = models.ManyToManyField(
        Audience, related_name="+", blank=True, verbose_name=_("групи")
    )
    channels = ArrayField(
        models.CharField(max_length=10, choices=Channel.choices),
        verbose_name=_("как стига до хората"),
        default=list,
        blank=True,
    )
    budget_line = models.ForeignKey(
        BudgetLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("бюджетен ред"),
    )
    repeat_months = models.PositiveSmallIntegerField(
        _("повтаря се на (месеци)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("След колко месеца всяко населено място е отново на ред. Празно: веднъж."),
    )
    is_public = models.BooleanField(_("показва се на гражданите"), default=False)
    source_note = models.TextField(
        _("бележка към данните"),
        blank=True,
        help_text=_("Откъде са данните и какво липсва. Вижда се само тук."),
    )

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(CampaignQuerySet)
    )
    public = PublicCampaignManager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("кампания")
        verbose_name_plural = _("кампании")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"], name="campaign_slug_in_municipality"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_start",
                violation_error_message=_("Краят не може да е преди началото."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaign", args=[self.municipality.slug, self.slug])

    def save(self, *args, **kwargs):
        """Save; a campaign without an address gets one from its name, kept for good."""
        save_with_address(self, super().save, *args, **kwargs)


class EventQuerySet(models.QuerySet):
    def coming(self, moment=None):
        """Events that have not ended at ``moment`` (now)."""
        return self.filter(ends_at__gte=moment or timezone.now())


class PublicEventManager(models.Manager.from_queryset(EventQuerySet)):
    """Events that anybody may read: public ones of public campaigns."""

    def get_queryset(self):
        shown = super().get_queryset().filter(is_public=True, campaign__is_public=True)
        return shown.filter(municipality__is_active=True)


@tracked("CampaignEventHistory")
class CampaignEvent(MunicipalModel):
    """Събитие of a campaign: when and where, and whether one registers for it."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("среща")
        FIELD_DAY = "field_day", _("изнесена приемна")
        OPEN_DAY = "open_day", _("ден на отворените врати")
        WORKSHOP = "workshop", _("работилница")
        CONFERENCE = "conference", _("конференция")
        OTHER = "other", _("друго")

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="events", verbose_name=_("кампания")
    )
    title = models.CharField(_("събитие"), max_length=200)
    starts_at = models.DateTimeField(_("начало"))
    ends_at = models.DateTimeField(_("край"))
    settlement = models.ForeignKey(
        Settlement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("населено място"),
    )
    place = models.CharField(_("място"), max_length=200, blank=True)
    is_public = models.BooleanField(_("показва се"), default=True)
    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices, default=Kind.MEETING)
    about = models.TextField(_("за какво е"), blank=True, max_length=4000)
    title_en = models.CharField(_("име на английски"), max_length=200, blank=True)
    about_en = models.TextField(_("за какво е, на английски"), blank=True, max_length=4000)
    languages = ArrayField(
        models.CharField(max_length=3, choices=Service.Language.choices),
        verbose_name=_("езици"),
        default=list,
        blank=True,
    )
    access_note = models.CharField(
        _("достъпност"), max_length=300, blank=True,
        help_text=_("Рампа, асансьор, жестов превод, индукционна примка."),
    )  # fmt: skip
    contact = models.CharField(_("за въпроси"), max_length=200, blank=True)
    takes_registration = models.BooleanField(_("иска записване"), default=False)
    capacity = models.PositiveIntegerField(
        _("места"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    registration_until = models.DateTimeField(_("записване до"), null=True, blank=True)
    asks_from_abroad = models.BooleanField(
        _("пита за организация и държава"), default=False,
        help_text=_("За конференции: и за език, и в какво качество."),
    )  # fmt: skip
    is_named_at_door = models.BooleanField(
        _("на входа се отмята по име"), default=False,
        help_text=_("Само когато имената наистина трябват; иначе хората се броят."),
    )  # fmt: skip
    forget_after_days = models.PositiveSmallIntegerField(
        _("имената се пазят (дни след края)"), default=30
    )
    cancelled_at = models.DateTimeField(_("отменено на"), null=True, blank=True, editable=False)
    cancelled_why = models.CharField(_("защо е отменено"), max_length=250, blank=True)
    # Moves with every change that a calendar should notice (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(_("променено на"), auto_now=True)

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(EventQuerySet)
    )
    public = PublicEventManager()

    class Meta:
        ordering = ("starts_at", "pk")
        verbose_name = _("събитие")
        verbose_name_plural = _("събития")
        indexes = [models.Index(fields=["ends_at"], name="event_ends_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_start",
                violation_error_message=_("Краят трябва да е след началото."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self):
        if self.settlement_id and self.settlement.municipality_id != self.municipality_id:
            raise ValidationError({"settlement": _("Населеното място е в друга община.")})

    def get_absolute_url(self) -> str:
        return reverse("event", args=[self.pk])

    @property
    def title_shown(self) -> str:
        """The title in the reader's language, where somebody wrote it."""
        return (self.title_en if get_language() == "en" else "") or self.title

    @property
    def about_shown(self) -> str:
        """What it is about in the reader's language, where somebody wrote it."""
        return (self.about_en if get_language() == "en" else "") or self.about

    @property
    def is_one_day(self) -> bool:
        """Whether the event ends on the local day it starts."""
        return timezone.localdate(self.starts_at) == timezone.localdate(self.ends_at)
