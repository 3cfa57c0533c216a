"""The rules of referring in the admin: who refers, to which directorate, who waits, how it is done.

The norms by which the clocks of referring run stand among „Правни норми“.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import sized
from municipalities.admin_site import ScopedAdmin, ScopedTabular
from municipalities.norms.admin import verified_words
from municipalities.norms.forms_admin import days_of
from referrals.assessments.appeal import appeal_note
from referrals.permissions import can_keep_referring
from referrals.placing.models_waiting import WaitingPriority, WaitingRule
from referrals.policy import ReferringPolicy
from referrals.routing.deciding import decide_by, facts_of, rows_on
from referrals.routing.forms_admin import (
    PolicyForm,
    PriorityForm,
    PriorityFormSet,
    RoutingRowForm,
    WaitingRuleForm,
)
from referrals.routing.models import AgeGroup, RoutingRow, SocialAssistanceDirectorate
from referrals.routing.shipped import shipped_codes
from services_registry.models import Service

MOST_NAMES = 12


class _NoBulkDeletion:
    """Offer no deletion of many: among them would be what somebody rests on."""

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(RoutingRow)
class RoutingRowAdmin(_NoBulkDeletion, ScopedAdmin):
    """A row of who refers, and for which published services it decides today."""

    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    form = RoutingRowForm
    list_display = ("what", "authority", "legal_basis", "in_force", "checked", "order")
    list_filter = ("authority", "is_verified")
    list_select_related = ("kind",)
    search_fields = ("legal_basis", "source", "kind__name")
    search_help_text = _("По основание, източник или вид услуга.")
    readonly_fields = ("decides",)
    fieldsets = (
        (
            _("За кои услуги"),
            {
                "fields": ("kind", "scope", "financing", "age", "with_measure"),
                "description": _(
                    "Празно значи „всички“. Когато за една услуга важат няколко реда, решава "
                    "най-точният: първо ред за мярка за закрила, после за вид по чл. 15, за "
                    "възраст, за финансиране и за обхват."
                ),
            },
        ),
        (_("Кой насочва"), {"fields": ("authority", "order", "decides")}),
        (_("От кога до кога важи"), {"fields": (("valid_from", "valid_to"),)}),
        (
            _("Откъде е"),
            {
                "fields": ("legal_basis", "source", ("is_verified", "verified_on")),
                "description": _(
                    "Докато не бъде сверено, служителите виждат „непотвърдена норма“, а на "
                    "документите основанието не се печата. Вече направените насочвания пазят "
                    "правилото, по което са направени."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "source":
            kwargs["widget"] = Textarea(attrs={"rows": 2})
        elif db_field.name == "legal_basis":
            kwargs["widget"] = sized(70)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("за кои услуги"))
    def what(self, row: RoutingRow) -> str:
        return row.about

    @admin.display(description=_("в сила"), ordering="valid_from")
    def in_force(self, row: RoutingRow) -> str:
        return days_of(row) if row.valid_from or row.valid_to else str(_("винаги"))

    @admin.display(description=_("потвърдена"), ordering="is_verified")
    def checked(self, row: RoutingRow) -> str:
        return verified_words(row)

    @admin.display(description=_("решава днес за"))
    def decides(self, row: RoutingRow) -> SafeString | str:
        """Name the published services for which this row and no other decides."""
        if row.pk is None:
            return str(_("Вижда се, след като запишете реда."))
        names = decided_by(row)
        if not names:
            return str(_("нито една публикувана услуга"))
        shown = format_html_join("", "<li>{}</li>", ((name,) for name in names[:MOST_NAMES]))
        more = len(names) - MOST_NAMES
        rest = format_html("<p>и още {}</p>", more) if more > 0 else ""
        return format_html("<ul>{}</ul>{}", shown, rest)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """A row of the municipality's own; a shipped one would come back, it gets an end."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or obj.code not in shipped_codes())

    def save_model(self, request: HttpRequest, obj: RoutingRow, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_verified:
            words = _("Редът е непотвърден: служителите го виждат с бележка.")
            self.message_user(request, words, messages.WARNING)


def decided_by(row: RoutingRow) -> list[str]:
    """Return the names of the published services for which ``row`` decides today, for anybody.

    Three queries whatever the number of services.
    """
    today = timezone.localdate()
    rows = rows_on(today)
    services = Service.objects.filter(status=Service.Status.PUBLISHED).order_by("name", "pk")
    found = []
    for service in services.prefetch_related("kinds").only("name", "scope", "financing"):
        for age in AgeGroup.values:
            asked = [facts_of(service, age=age, with_measure=measure) for measure in (False, True)]
            if any(decide_by(rows, facts, today).row == row for facts in asked):
                found.append(service.name)
                break
    return found


@admin.register(SocialAssistanceDirectorate)
class DirectorateAdmin(ScopedAdmin):
    """ДСП to which the municipality redirects."""

    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    list_display = ("name", "address", "phone", "email", "is_active")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "address", ("phone", "email"), "is_active"),
                "description": _("Оттук се попълва писмото, с което желание се пренасочва."),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("name", "address"):
            kwargs["widget"] = sized(70)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class PriorityInline(ScopedTabular):
    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    model = WaitingPriority
    form = PriorityForm
    formset = PriorityFormSet
    fields = ("name", "order")
    verbose_name_plural = _("Кой е с предимство")

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "name":
            kwargs["widget"] = sized(60)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(WaitingRule)
class WaitingRuleAdmin(_NoBulkDeletion, ScopedAdmin):
    """An act of the municipality by which some are served before others."""

    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    form = WaitingRuleForm
    list_display = ("act", "for_what", "in_force", "is_on")
    list_filter = ("is_on",)
    list_select_related = ("service",)
    search_fields = ("act", "text")
    search_help_text = _("По акт или текст.")
    autocomplete_fields = ("service",)
    inlines = (PriorityInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("act", "text", "service"),
                "description": _(
                    "Без правило хората чакат по реда, в който са заявили желанието си. Друг ред "
                    "може да въведе само акт на общината. Прилаганото правило се вижда от всички."
                ),
            },
        ),
        (_("От кога до кога важи"), {"fields": (("valid_from", "valid_to"), "is_on")}),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "act":
            kwargs["widget"] = sized(70)
        elif db_field.name == "text":
            kwargs["widget"] = Textarea(attrs={"rows": 4})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("за какво"), ordering="service__name")
    def for_what(self, rule: WaitingRule) -> str:
        return rule.service.name if rule.service else str(_("всички услуги без свое правило"))

    @admin.display(description=_("в сила"), ordering="valid_from")
    def in_force(self, rule: WaitingRule) -> str:
        return days_of(rule)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """One that was never applied; one that was gets an end."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not obj.is_on)


@admin.register(ReferringPolicy)
class ReferringPolicyAdmin(ScopedAdmin):
    """What the municipality decides itself about referring. One row."""

    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    form = PolicyForm
    list_display = ("title", "review", "offer_days", "link_days", "outcome_after_days")
    readonly_fields = ("printed_note",)
    fieldsets = (
        (_("Преди оценката да стане документ"), {"fields": ("review",)}),
        (
            _("Дни, които определя общината"),
            {
                "fields": (
                    "offer_days",
                    "link_days",
                    "outcome_after_days",
                    "soon_days",
                    "escalate_days",
                ),
                "description": _("Сроковете по закон са в „Правни норми“."),
            },
        ),
        (
            _("Когато не се насочва към услуга"),
            {
                "fields": ("appeal_court", "appeal_note", "appeal_verified", "printed_note"),
                "description": _(
                    "Ако указанието е празно, в документа стои текстът по-долу. Дните за жалба "
                    "се добавят сами, щом срокът бъде потвърден в „Правни норми“."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "appeal_court":
            kwargs["widget"] = sized(50)
        elif db_field.name == "appeal_note":
            kwargs["widget"] = Textarea(attrs={"rows": 4})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("правила"))
    def title(self, policy: ReferringPolicy) -> str:
        return str(_("Правила за насочване"))

    @admin.display(description=_("сега се печата"))
    def printed_note(self, policy: ReferringPolicy) -> str:
        return appeal_note(policy, timezone.localdate())

    def add_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """There is one: whoever would add another is led to it."""
        there = ReferringPolicy.objects.first() if can_keep_referring(request) else None
        if there is not None:
            return redirect("admin:referrals_referringpolicy_change", there.pk)
        return super().add_view(request, *args, **options)
