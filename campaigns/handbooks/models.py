"""Handbooks: what is in them, by hand and from the registry, and the editions made of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.addresses import save_with_address
from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models import Project
from services_registry.models import Service


class PublicHandbookManager(models.Manager):
    """Handbooks that anybody may read, of any municipality."""

    def get_queryset(self):
        return super().get_queryset().filter(is_public=True, municipality__is_active=True)


class PublicEditionManager(models.Manager):
    """Published editions of public handbooks."""

    def get_queryset(self):
        shown = super().get_queryset().filter(published_on__isnull=False, handbook__is_public=True)
        return shown.filter(municipality__is_active=True)


@tracked("HandbookHistory")
class Handbook(MunicipalModel):
    """Наръчник: a book of services, regenerated when the registry changes."""

    class Order(models.TextChoices):
        LIFE_SITUATION = "situation", _("по житейска ситуация")
        KIND = "kind", _("по вид услуга")
        SETTLEMENT = "settlement", _("по населено място")
        NAME = "name", _("по азбучен ред")

    title = models.CharField(_("заглавие"), max_length=200)
    subtitle = models.CharField(_("подзаглавие"), max_length=200, blank=True)
    slug = models.SlugField(_("адрес в портала"), max_length=170)
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="handbooks",
        verbose_name=_("проект"),
    )
    order = models.CharField(
        _("услугите са подредени"), max_length=10, choices=Order.choices, default="situation"
    )
    takes_all = models.BooleanField(
        _("всички публикувани услуги"),
        default=True,
        help_text=_("Без отметката влизат само избраните."),
    )
    services = models.ManyToManyField(
        Service, related_name="+", blank=True, verbose_name=_("избрани услуги")
    )
    is_public = models.BooleanField(_("показва се на гражданите"), default=False)

    objects = ScopedManager(municipality="municipality")
    public = PublicHandbookManager()

    class Meta:
        ordering = ("title", "pk")
        verbose_name = _("наръчник")
        verbose_name_plural = _("наръчници")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"], name="handbook_slug_in_municipality"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        """Save; a handbook without an address gets one from its title, kept for good."""
        save_with_address(self, super().save, *args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("handbook", args=[self.municipality.slug, self.slug])


@tracked("HandbookChapterHistory")
class HandbookChapter(MunicipalModel):
    """A chapter written by hand, in Markdown, before or after those of the registry."""

    class Place(models.TextChoices):
        BEFORE = "before", _("преди услугите")
        AFTER = "after", _("след услугите")

    handbook = models.ForeignKey(
        Handbook, on_delete=models.CASCADE, related_name="chapters", verbose_name=_("наръчник")
    )
    title = models.CharField(_("глава"), max_length=160)
    text = models.TextField(
        _("текст"),
        max_length=40_000,
        help_text=_(
            "Празен ред дели абзаците. „## “ пред ред го прави заглавие, „- “ – точка от списък,"
            " **така** – получер."
        ),
    )
    place = models.CharField(_("къде"), max_length=6, choices=Place.choices, default="before")
    position = models.PositiveSmallIntegerField(_("ред"), default=0)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("глава")
        verbose_name_plural = _("глави")

    def __str__(self) -> str:
        return self.title


class HandbookEdition(MunicipalModel):
    """Издание with its number and date: the content as it was then, and the books made of it."""

    class State(models.TextChoices):
        MAKING = "making", _("подготвя се")
        READY = "ready", _("готово")
        FAILED = "failed", _("не стана")

    handbook = models.ForeignKey(
        Handbook, on_delete=models.PROTECT, related_name="editions", verbose_name=_("наръчник")
    )
    number = models.PositiveIntegerField(_("издание №"))
    state = models.CharField(
        _("състояние"), max_length=7, choices=State.choices, default=State.MAKING
    )
    # Steps done of all, for the page that waits; the words of what is being done.
    done = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    doing = models.CharField(max_length=120, blank=True, editable=False)
    made_at = models.DateTimeField(_("направено на"), default=timezone.now)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("направено от")
    )
    finished_at = models.DateTimeField(_("готово на"), null=True, blank=True)
    # All that the pages and the books are made of, so that an old edition stays what it was.
    content = models.JSONField(default=dict, blank=True, editable=False)
    services_count = models.PositiveIntegerField(_("услуги"), default=0)
    published_on = models.DateField(_("публикувано на"), null=True, blank=True)
    path = models.CharField(max_length=60, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    pages = models.PositiveIntegerField(_("страници"), default=0)
    large_path = models.CharField(max_length=60, blank=True, editable=False)
    large_size = models.PositiveIntegerField(default=0, editable=False)
    large_pages = models.PositiveIntegerField(_("страници с едър шрифт"), default=0)

    objects = ScopedManager(municipality="municipality")
    public = PublicEditionManager()

    class Meta:
        ordering = ("-number", "-pk")
        verbose_name = _("издание на наръчник")
        verbose_name_plural = _("издания на наръчници")
        constraints = [
            models.UniqueConstraint(fields=["handbook", "number"], name="edition_number_once"),
            models.UniqueConstraint(
                fields=["handbook"],
                condition=Q(state="making"),
                name="edition_one_at_a_time",
                violation_error_message=_("Вече се подготвя издание."),
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | Q(state="ready"),
                name="edition_published_when_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"издание № {self.number}"
