"""What a campaign leaves behind, in the admin: handouts, clippings; and the groups of people."""

from __future__ import annotations

from functools import partial

from django.contrib import admin
from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from campaigns.models import Audience, Clipping, Handout
from campaigns.planning.forms import ClippingForm, OfCampaignForm
from municipalities import uploads
from municipalities.addresses import address_of
from municipalities.admin_pages import row_page
from municipalities.permissions import can_manage_projects
from projects.admin_base import ManagedAdmin

LONGEST_CODE = 40


@admin.register(Handout)
class HandoutAdmin(ManagedAdmin):
    """How many copies of what were given out, where and when."""

    form = OfCampaignForm
    project_path = "campaign__project"
    list_display = ("what_shown", "copies", "day", "settlement", "place", "campaign")
    list_filter = ("campaign",)
    list_select_related = ("campaign", "material", "settlement")
    list_totals = {"copies": _("общо")}
    search_fields = ("what", "material__title", "place", "settlement__name", "campaign__name")
    search_help_text = _("По материал, място, населено място или кампания.")
    date_hierarchy = "day"
    autocomplete_fields = ("campaign", "event", "material", "settlement")
    fields = (
        "campaign", "material", "what", "copies", "day", "event", "settlement", "place",
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Handout, form, change: bool) -> None:
        """Save; what was given out at an event was where the event was, unless it is said."""
        if obj.event and obj.settlement is None:
            obj.settlement = obj.event.settlement
            obj.place = obj.place or obj.event.place[:160]
        super().save_model(request, obj, form, change)

    @admin.display(description=_("какво"), ordering="material__title")
    def what_shown(self, row: Handout) -> str:
        return str(row.material or row.what)


@admin.register(Clipping)
class ClippingAdmin(ManagedAdmin):
    """What the media said of a campaign, with a copy of it."""

    form = ClippingForm
    project_path = "campaign__project"
    list_display = ("title", "outlet", "medium", "day", "reach", "copy_shown", "campaign")
    list_filter = ("medium", "campaign")
    list_select_related = ("campaign",)
    search_fields = ("title", "outlet", "url", "campaign__name")
    search_help_text = _("По заглавие, медия, адрес или кампания.")
    date_hierarchy = "day"
    autocomplete_fields = ("campaign", "event")
    readonly_fields = ("copy_shown",)

    def get_fieldsets(self, request: HttpRequest, obj=None):
        copy = ("copy_shown", "file") if obj and obj.path else ("file",)
        told = ("campaign", "event", "title", "outlet", "medium", "day", "url", "reach")
        return ((None, {"fields": (*told, *copy)}),)

    def save_model(self, request: HttpRequest, obj: Clipping, form, change: bool) -> None:
        """Save; a new copy takes the place of the old one."""
        file = form.cleaned_data.get("file")
        old = obj.path
        if file:
            obj.path = uploads.store(obj.municipality, file)
            obj.name, obj.content_type, obj.size = file.name[:120], file.content_type, file.size
        super().save_model(request, obj, form, change)
        if file and old:
            transaction.on_commit(lambda: uploads.discard(old))

    def delete_model(self, request: HttpRequest, obj: Clipping) -> None:
        path = obj.path
        super().delete_model(request, obj)
        transaction.on_commit(lambda: uploads.discard(path))

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        paths = list(queryset.order_by().values_list("path", flat=True))
        super().delete_queryset(request, queryset)
        for path in paths:
            transaction.on_commit(partial(uploads.discard, path))

    @row_page("fayl", "Изтеглете копието", rule=lambda row: bool(row.path))
    def file(self, request: HttpRequest, clipping: Clipping) -> HttpResponseBase:
        """Give the copy."""
        if not clipping.path:
            raise Http404
        return uploads.serve_attachment(
            request,
            clipping.path,
            name=clipping.name,
            content_type=clipping.content_type,
            subject=clipping,
            rule=lambda asked, of: can_manage_projects(asked),
        )

    @admin.display(description=_("копие"), ordering="size")
    def copy_shown(self, row: Clipping) -> str:
        if not row.path:
            return ""
        url = reverse("admin:campaigns_clipping_file", args=[row.pk])
        return format_html('<a href="{}">{}</a> ({})', url, row.name, filesizeformat(row.size))


@admin.register(Audience)
class AudienceAdmin(ManagedAdmin):
    """The groups by which people are counted; one in use is put out of use, not deleted."""

    list_display = ("name", "order", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    search_help_text = _("По име на групата.")
    fields = ("name", "order", "is_active")

    def save_model(self, request: HttpRequest, obj: Audience, form, change: bool) -> None:
        """Save; a new group gets a code that stays whatever it is called later."""
        if not obj.code:
            base = address_of(obj.name, LONGEST_CODE - 4) or "grupa"
            taken = set(Audience.objects.values_list("code", flat=True))
            free = (f"{base}-{n}" if n else base for n in range(len(taken) + 1))
            obj.code = next(code for code in free if code not in taken)
        super().save_model(request, obj, form, change)
