"""Those who registered for events, in the admin: read, carried away, given places, cancelled."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from campaigns.models import Audience
from campaigns.registering import places
from campaigns.registering.errors import RegistrationRefused
from campaigns.registering.models import Registration
from municipalities.admin_actions import bulk_action
from municipalities.admin_forms import ListedChoiceField
from municipalities.audit import AccessEvent, record_access
from projects.admin_base import ManagedAdmin

State = Registration.State
TAGS = {State.CONFIRMED: "ok", State.WAITING: "due", State.CANCELLED: "plain"}
# What can be put right by hand; a place itself is given and given up by the actions of the list.
WRITTEN = (
    "name",
    "organisation",
    "country",
    "part",
    "language",
    "audience",
    "email",
    "phone",
    "needs",
)


class CameFilter(admin.SimpleListFilter):
    """Who came, by name."""

    title = _("дошли по име")
    parameter_name = "doshli"

    def lookups(self, request: HttpRequest, model_admin):
        return (("da", _("дошли")), ("ne", _("не са дошли")))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("da", "ne"):
            return queryset.filter(came_at__isnull=self.value() == "ne")
        return queryset


@admin.register(Registration)
class RegistrationAdmin(ManagedAdmin):
    """Who has a place at an event and who waits; each look and each workbook is on record."""

    project_path = "event__campaign__project"
    list_display = ("person", "event_shown", "state_shown", "part", "group", "needs", "came_at")
    list_export = {
        "organisation": _("организация"),
        "country": _("държава"),
        "language": _("език"),
        "email": _("е-поща"),
        "phone": _("телефон"),
        "number": _("номер"),
        "registered_at": _("записан на"),
    }
    list_filter = ("state", CameFilter, "part", "event", "event__campaign")
    list_select_related = ("event", "audience")
    search_fields = ("number", "event__title")
    search_help_text = _("По номер или събитие. По име се търси на входа на събитието.")
    date_hierarchy = "event__starts_at"
    ordering = ("-event__starts_at", "state", "name", "pk")
    actions = ("give_places", "cancel_registrations")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people are registered on the pages of the event

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False  # names are forgotten by themselves, counts stay

    def get_fieldsets(self, request: HttpRequest, obj=None):
        kept = ["event", "number", "state", "registered_at", "registered_by", "came_at"]
        if obj and obj.cancelled_at:
            kept.append("cancelled_at")
        if obj and obj.forgotten_at:
            kept.append("forgotten_at")
        return (
            (
                _("Кой"),
                {
                    "fields": WRITTEN,
                    "description": _(
                        "Името и данните за връзка се заличават сами, толкова дни след края на "
                        "събитието, колкото пише в него."
                    ),
                },
            ),
            (_("Записването"), {"fields": kept}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        """What happened is only read; of whom was forgotten, everything."""
        kept = [name for _title, part in self.get_fieldsets(request, obj)[1:]
                for name in part["fields"]]  # fmt: skip
        return (*WRITTEN, *kept) if obj and obj.forgotten_at else tuple(kept)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "audience":
            rows = Audience.objects.order_by("order", "name", "pk")
            return ListedChoiceField(rows, label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj=None, change: bool = False, **kwargs):
        made = super().get_form(request, obj, change, **kwargs)
        name = made.base_fields.get("name")
        if isinstance(name, forms.CharField):
            name.required = True
        return made

    # Each look is on record

    def changelist_view(self, request: HttpRequest, extra_context=None):
        response = super().changelist_view(request, extra_context)
        shown = (getattr(response, "context_data", None) or {}).get("cl")
        if shown is not None and len(shown.result_list):
            record_access(
                request, AccessEvent.Action.VIEWED, Registration, rows=len(shown.result_list)
            )
        return response

    def render_change_form(self, request: HttpRequest, context, *args, obj=None, **kwargs):
        if obj is not None and request.method == "GET":
            record_access(request, AccessEvent.Action.VIEWED, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # Columns

    @admin.display(description=_("име"), ordering="name")
    def person(self, row: Registration) -> str:
        return row.name or str(_("заличено"))

    @admin.display(description=_("събитие"), ordering="event__starts_at")
    def event_shown(self, row: Registration) -> str:
        url = reverse("admin:campaigns_campaignevent_change", args=[row.event_id])
        return format_html('<a href="{}">{}</a>', url, row.event)

    @admin.display(description=_("състояние"), ordering="state")
    def state_shown(self, row: Registration) -> str:
        words = row.get_state_display()
        return format_html('<span class="tag {}">{}</span>', TAGS[State(row.state)], words)

    @admin.display(description=_("група"), ordering="audience__name")
    def group(self, row: Registration) -> str:
        return row.audience.name if row.audience else ""

    # What is done with many at once

    @bulk_action(
        _("Дай място на избраните, които чакат"),
        ask=_("Да получат ли място избраните, които чакат?"),
        button=_("Да, дай им място"),
    )
    def give_places(self, request: HttpRequest, queryset: QuerySet, facts: dict) -> str:
        """All of them or nobody: where there are too few places it says so."""
        waiting = queryset.filter(state=State.WAITING).order_by("registered_at", "pk")
        return f"Дадени места: {self._each(waiting, places.give_place)}."

    @bulk_action(
        _("Откажи записването на избраните"),
        ask=_("Да се откажат ли тези записвания? Местата получават първите, които чакат."),
        button=_("Да, откажи ги"),
    )
    def cancel_registrations(self, request: HttpRequest, queryset: QuerySet, facts: dict) -> str:
        """Cancel for people who said that they will not come."""
        rows = queryset.exclude(state=State.CANCELLED).order_by("pk")
        return f"Отказани: {self._each(rows, places.cancel)}."

    def _each(self, rows: QuerySet, verb: Callable[[Registration], object]) -> int:
        done = 0
        for row in rows:
            try:
                verb(row)
            except RegistrationRefused as refused:
                raise ValidationError(f"№ {row.number}: {refused}") from refused
            done += 1
        return done
