"""Materials, their files with what was checked of them, and how often each was taken."""

from __future__ import annotations

from django.db import models
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


class MaterialQuerySet(models.QuerySet):
    def with_files(self):
        """Bring the files that anybody may read."""
        files = MaterialFile.public.order_by("order", "pk")
        return self.prefetch_related(models.Prefetch("files", queryset=files))


class PublicMaterialManager(models.Manager.from_queryset(MaterialQuerySet)):
    """Materials that anybody may read, of any municipality."""

    def get_queryset(self):
        return super().get_queryset().filter(is_public=True, municipality__is_active=True)


class PublicFileManager(models.Manager):
    """Files of materials that anybody may read."""

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .filter(material__is_public=True, municipality__is_active=True, path__gt="")
        )


@tracked("MaterialHistory")
class Material(MunicipalModel):
    """Материал for citizens."""

    class Kind(models.TextChoices):
        LEAFLET = "leaflet", _("листовка")
        BROCHURE = "brochure", _("брошура")
        POSTER = "poster", _("плакат")
        EASY_READ = "easy_read", _("лесен за четене текст")
        OTHER = "other", _("друго")

    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("заглавие"), max_length=200)
    slug = models.SlugField(_("адрес в портала"), max_length=170)
    summary = models.CharField(_("какво има вътре"), max_length=400, blank=True)
    audience = models.CharField(_("за кого е"), max_length=250, blank=True)
    text = models.TextField(
        _("текстът на страница"),
        blank=True,
        max_length=20_000,
        help_text=_("Същото като четим текст. Заглавие: ред с „## “. Списък: редове с „- “."),
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="materials",
        verbose_name=_("кампания"),
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="materials",
        verbose_name=_("проект"),
    )
    services = models.ManyToManyField(
        Service, related_name="materials", blank=True, verbose_name=_("за кои услуги е")
    )
    is_public = models.BooleanField(_("показва се на гражданите"), default=False)
    published_on = models.DateField(_("публикуван на"), null=True, blank=True)

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(MaterialQuerySet)
    )
    public = PublicMaterialManager()

    class Meta:
        ordering = ("title", "pk")
        verbose_name = _("материал")
        verbose_name_plural = _("материали")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"], name="material_slug_in_municipality"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        """Save; a material without an address gets one from its title, kept for good."""
        save_with_address(self, super().save, *args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("material", args=[self.municipality.slug, self.slug])


@tracked("MaterialFileHistory", exclude=("path",))
class MaterialFile(MunicipalModel):
    """A file of a material in one language and form."""

    class Form(models.TextChoices):
        NORMAL = "normal", _("обикновен")
        LARGE = "large", _("едър шрифт")
        EASY = "easy", _("лесен за четене")
        PRINT = "print", _("за печат")

    material = models.ForeignKey(
        Material, on_delete=models.CASCADE, related_name="files", verbose_name=_("материал")
    )
    language = models.CharField(
        _("език"), max_length=3, choices=Service.Language.choices, default="bg"
    )
    form = models.CharField(_("вариант"), max_length=6, choices=Form.choices, default="normal")
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    name = models.CharField(_("файл"), max_length=120, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    path = models.CharField(max_length=60, editable=False)
    pages = models.PositiveIntegerField(_("страници"), null=True, blank=True, editable=False)
    # [{"code": …, "is_good": true/false/null, "words": …}] as campaigns.materials.checks found.
    checks = models.JSONField(default=list, blank=True, editable=False)
    checked_at = models.DateTimeField(_("проверен на"), null=True, blank=True, editable=False)
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("добавен от")
    )
    added_at = models.DateTimeField(_("добавен на"), default=timezone.now)

    objects = ScopedManager(municipality="municipality")
    public = PublicFileManager()

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("файл на материал")
        verbose_name_plural = _("файлове на материали")

    def __str__(self) -> str:
        return self.name


class MaterialDownload(MunicipalModel):
    """How many times a file was taken in a month. Not by whom, from where or after what."""

    file = models.ForeignKey(
        MaterialFile, on_delete=models.CASCADE, related_name="downloads", verbose_name=_("файл")
    )
    month = models.DateField(_("месец"))
    count = models.PositiveIntegerField(_("изтегляния"), default=0)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("month", "pk")
        verbose_name = _("изтегляния за месец")
        verbose_name_plural = _("изтегляния по месеци")
        constraints = [
            models.UniqueConstraint(fields=["file", "month"], name="download_of_month_once")
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}: {self.count}"
