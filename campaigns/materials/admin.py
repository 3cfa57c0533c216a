"""Materials in the admin: what they are, their files with what was found, how they are taken."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import models, transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.materials import keeping
from campaigns.materials.admin_pages import MaterialPages
from campaigns.materials.downloads import of_material
from campaigns.models import Material, MaterialFile
from municipalities import uploads
from municipalities.admin_forms import TenantForm
from municipalities.templatetags.portal import counted
from projects.admin_base import ManagedAdmin
from services_registry.models import Service


class MaterialForm(TenantForm):
    """What a material is; its files are on a page of their own."""

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        has_files = bool(self.instance.pk and self.instance.files.exists())
        if cleaned.get("is_public") and not cleaned.get("text", "").strip() and not has_files:
            self.add_error(
                "is_public",
                _("Още няма какво да се покаже: напишете текста или запишете и качете файл."),
            )
        if cleaned.get("campaign") and not cleaned.get("project"):
            cleaned["project"] = cleaned["campaign"].project
        return cleaned


@admin.register(Material)
class MaterialAdmin(MaterialPages, ManagedAdmin):
    """A material: what it is and for whom; its files on a page of their own."""

    form = MaterialForm
    list_display = ("title", "kind", "campaign", "files_shown", "faults_shown", "taken_shown",
                    "is_public")  # fmt: skip
    list_filter = ("kind", "is_public", "campaign", "project")
    list_select_related = ("campaign",)
    search_fields = ("title", "summary", "audience", "files__name")
    search_help_text = _("По заглавие, описание, за кого е или име на файл.")
    ordering = ("title", "pk")
    autocomplete_fields = ("campaign", "project")
    filter_horizontal = ("services",)
    readonly_fields = ("slug", "published_on")
    fieldsets = (
        (
            _("Материалът"),
            {
                "fields": ("kind", "title", "summary", "audience"),
                "description": _("Файловете се качват на следващата страница, след записа."),
            },
        ),
        (
            _("Текстът за четене на място"),
            {
                "fields": ("text",),
                "description": _("За хора с екранен четец и с телефон: същото, което е във файла."),
            },
        ),
        (
            _("За кои услуги и по коя кампания"),
            {
                "fields": ("services", ("campaign", "project")),
                "description": _("Материалът се вижда и на страниците на избраните услуги."),
            },
        ),
        (_("Показване"), {"fields": ("is_public", "published_on", "slug")}),
    )

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        return rows.annotate(taken=of_material()).prefetch_related("files")

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "services":
            kwargs["queryset"] = Service.objects.defer("search_vector").order_by("name", "pk")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "text" and field:
            field.widget.attrs["rows"] = 14
        if db_field.name == "project" and field:
            field.help_text = _("Празно: проектът на кампанията.")
        return field

    def save_model(self, request: HttpRequest, obj: Material, form, change: bool) -> None:
        if obj.is_public and obj.published_on is None:
            obj.published_on = timezone.localdate()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Say what a material lacks once all of it is known, where citizens see it."""
        super().save_related(request, form, formsets, change)
        if form.instance.is_public:
            for missing in self.missing_of(form.instance):
                self.message_user(request, missing.words, messages.WARNING)

    def response_add(self, request: HttpRequest, obj: Material, post_url_continue=None):
        """Go on to the files, which a new material still lacks."""
        if {"_popup", "_addanother", "_continue"} & set(request.POST):
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, _("Материалът е записан. Качете файловете му."))
        return redirect(reverse(f"admin:{self.page_name('files')}", args=[obj.pk]))

    def delete_model(self, request: HttpRequest, obj: Material) -> None:
        paths = list(MaterialFile.objects.filter(material=obj).values_list("path", flat=True))
        super().delete_model(request, obj)
        _discard_later(paths)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        of_them = MaterialFile.objects.filter(material__in=queryset.values("pk"))
        paths = list(of_them.values_list("path", flat=True))
        super().delete_queryset(request, queryset)
        _discard_later(paths)

    @admin.display(description=_("файлове"))
    def files_shown(self, row: Material) -> str:
        files = row.files.all()
        languages = dict.fromkeys(file.get_language_display() for file in files)
        words = [counted(len(files), "файл,файла"), ", ".join(languages)]
        return ": ".join(filter(None, words)) if files else _("само текст") if row.text else "–"

    @admin.display(description=_("за хора с увреждания"))
    def faults_shown(self, row: Material) -> str:
        faults = sum(len(keeping.faults_of(file)) for file in row.files.all())
        if faults:
            return counted(faults, "недостатък,недостатъка")
        return _("без забележки") if row.files.all() or row.text else "–"

    @admin.display(description=_("изтегляния"), ordering="taken")
    def taken_shown(self, row: Material) -> int:
        return row.taken or 0


def _discard_later(paths: list[str]) -> None:
    def discard() -> None:
        for path in paths:
            uploads.discard(path)

    transaction.on_commit(discard)
