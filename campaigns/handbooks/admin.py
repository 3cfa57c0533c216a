"""Handbooks and their editions in the admin."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from campaigns.handbooks.admin_pages import HandbookPages
from campaigns.handbooks.changes import changes_between
from campaigns.handbooks.views import PDF, book_name
from campaigns.models import Handbook, HandbookChapter, HandbookEdition
from municipalities.admin_pages import row_page
from municipalities.admin_site import ScopedStacked
from municipalities.permissions import can_manage_projects
from municipalities.uploads import serve_attachment
from projects.admin_base import ManagedAdmin

State = HandbookEdition.State


class ChapterInline(ScopedStacked):
    """Chapters written by hand, in Markdown."""

    model = HandbookChapter
    change_rule = staticmethod(can_manage_projects)
    fields = ("title", ("place", "position"), "text")
    verbose_name_plural = _("Собствени глави")
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 12})}}


@admin.register(Handbook)
class HandbookAdmin(HandbookPages, ManagedAdmin):
    """A handbook: its title, which services are in it, its own chapters."""

    list_display = ("title", "project", "order", "services_shown", "last_edition", "is_public")
    list_filter = ("is_public", "order", "project")
    list_select_related = ("project",)
    search_fields = ("title", "subtitle")
    search_help_text = _("По заглавие.")
    autocomplete_fields = ("project",)
    readonly_fields = ("slug",)
    inlines = (ChapterInline,)
    fieldsets = (
        (_("Наръчникът"), {"fields": ("title", "subtitle", "project", "is_public", "slug")}),
        (
            _("Услугите в него"),
            {
                "fields": ("order", "takes_all"),
                "description": _(
                    "Данните идват от регистъра при всяко ново издание. Кои точно услуги влизат, "
                    "се отбелязва на страницата „Избор на услугите“ след запазването."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request).select_related("municipality")
        match = request.resolver_match
        if match and match.url_name in ("campaigns_handbook_changelist", "campaigns_handbook_xlsx"):
            ready = Q(editions__state=State.READY)
            return rows.annotate(
                chosen_count=Count("services", distinct=True),
                last_number=Max("editions__number", filter=ready),
            )
        return rows.select_related("project__programme")

    def view_on_site(self, handbook: Handbook) -> str | None:
        """Lead to the page of citizens only where there is one."""
        published = HandbookEdition.public.filter(handbook=handbook)
        return handbook.get_absolute_url() if published.exists() else None

    @admin.display(description=_("услуги"))
    def services_shown(self, row: Handbook) -> str:
        return str(_("всички")) if row.takes_all else str(row.chosen_count)

    @admin.display(description=_("последно издание"), ordering="last_number")
    def last_edition(self, row: Handbook) -> str:
        return f"№ {row.last_number}" if row.last_number else "–"


@admin.register(HandbookEdition)
class HandbookEditionAdmin(ManagedAdmin):
    """Editions that were made. They come from the page of a handbook and stay as they are."""

    project_path = "handbook__project"
    list_display = (
        "handbook",
        "number",
        "state",
        "made_at",
        "services_count",
        "pages",
        "published_on",
    )
    list_display_links = ("handbook", "number")
    list_filter = ("state", "handbook")
    list_select_related = ("handbook",)
    search_fields = ("handbook__title",)
    search_help_text = _("По заглавие на наръчника.")
    ordering = ("-made_at", "-pk")
    fields = (
        "handbook",
        "number",
        "state",
        "made_at",
        "made_by",
        "finished_at",
        "services_count",
        "pages",
        "large_pages",
        "published_on",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request).select_related("handbook", "made_by")
        match = request.resolver_match
        is_of_content = match and match.url_name == "campaigns_handbookedition_changes"
        return rows if is_of_content else rows.defer("content")

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs):
        """Offer no saving where there is nothing to change."""
        context |= {"show_save": False, "show_save_and_continue": False, "title": "Издание"}
        return super().render_change_form(request, context, *args, **kwargs)

    @row_page("kniga", "Книгата (PDF)", rule=lambda row: row.state == State.READY)
    def book(self, request: HttpRequest, edition: HandbookEdition) -> HttpResponseBase:
        """The book, published or not."""
        return _file(request, edition, edition.path, "")

    @row_page("edar-shrift", "С едър шрифт (PDF)", rule=lambda row: row.state == State.READY)
    def large_book(self, request: HttpRequest, edition: HandbookEdition) -> HttpResponseBase:
        """The book in large print, published or not."""
        return _file(request, edition, edition.large_path, "-edar-shrift")

    @row_page("promeni", "Какво е ново в изданието", rule=lambda row: row.state == State.READY)
    def changes(self, request: HttpRequest, edition: HandbookEdition) -> HttpResponse:
        """What is new in this edition against the one before it."""
        before = (
            HandbookEdition.objects.filter(
                handbook=edition.handbook_id, number__lt=edition.number, state=State.READY
            )
            .order_by("-number")
            .first()
        )
        is_ready = edition.state == State.READY
        found = changes_between(before.content, edition.content) if before and is_ready else None
        return self.page(
            request,
            "campaigns/handbooks/admin/changes.html",
            edition,
            title=f"Какво е ново в издание № {edition.number}",
            last=before,
            edition=edition,
            changes=found,
        )


def _file(request: HttpRequest, edition: HandbookEdition, path: str, tail: str) -> HttpResponseBase:
    return serve_attachment(
        request,
        path,
        name=book_name(edition, tail),
        content_type=PDF,
        subject=edition,
        rule=lambda request, _edition: can_manage_projects(request),
    )
