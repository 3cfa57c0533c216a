"""Supervision and norms in the admin."""

from __future__ import annotations

import uuid

from django.contrib import admin, messages
from django.db import connection, transaction
from django.db.models import Count
from django.forms import Textarea
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.norms.admin import verified_words
from municipalities.norms.forms_admin import days_of
from municipalities.numbers import plain
from projects.admin_base import ManagedAdmin
from trainings.models import DevelopmentNorm, Supervision
from trainings.supervising import admin_trainees as _trainees  # noqa: F401  registers its pages
from trainings.supervising.admin_fulfilment import FulfilmentPages
from trainings.supervising.forms_admin import MOST_PEOPLE, NormForm, SupervisionForm
from trainings.supervising.norms import shipped_codes
from trainings.supervising.record import amount_words
from trainings.supervising.supervision import set_participants


@admin.register(Supervision)
class SupervisionAdmin(ManagedAdmin):
    """Супервизии: that one took place, when, for how long and with whom. Never what was said."""

    form = SupervisionForm
    list_display = ("held_on", "form", "supervisor", "how_long", "how_many", "project", "another")
    list_display_links = ("held_on", "form")
    list_filter = ("form", "is_online", "project")
    list_select_related = ("project",)
    list_totals = {"hours": _("часове")}
    search_fields = ("supervisor", "participants__trainee__name")
    search_help_text = _("По супервизор или участник.")
    date_hierarchy = "held_on"
    autocomplete_fields = ("project",)
    fieldsets = (
        (
            _("Супервизията"),
            {
                "fields": (("form", "held_on"), ("hours", "is_online"), "supervisor", "project"),
                "description": _(
                    "Записва се само, че се е състояла. Какво е говорено не се записва никъде."
                ),
            },
        ),
        (_("Кой участва"), {"fields": ("people", "sent_key")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj=None):
        """Ask for the key of the form, which tells a second sending, of a new one only."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        *others, (title, options) = fieldsets
        return [*others, (title, {**options, "fields": ("people",)})]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).annotate(people_there=Count("participants"))

    @admin.display(description=_("часове"), ordering="hours")
    def how_long(self, supervision: Supervision) -> str:
        return plain(supervision.hours)

    @admin.display(description=_("участници"), ordering="people_there")
    def how_many(self, supervision: Supervision) -> int:
        return supervision.people_there

    @admin.display(description=_("същите хора"))
    def another(self, supervision: Supervision) -> str:
        url = reverse("admin:trainings_supervision_add")
        return format_html(
            '<a href="{}?kato={}">Запиши друга<span class="visually-hidden">'
            " със същите хора като на {}</span></a>",
            url,
            supervision.pk,
            f"{supervision.held_on:%d.%m.%Y}",
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """Begin with what another one was like (``?kato=``)."""
        asked = request.GET.get("kato", "")
        initial = super().get_changeform_initial_data(request)
        if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
            return initial
        like = Supervision.objects.filter(pk=int(asked)).first()
        if like is None:
            return initial
        people = like.participants.values_list("trainee_id", flat=True)[:MOST_PEOPLE]
        kept = ("form", "hours", "supervisor", "is_online", "project")
        return {name: getattr(like, name) for name in kept} | {"people": list(people)}

    def add_view(self, request: HttpRequest, form_url="", extra_context=None):
        if request.method == "POST" and (there := self._sent_before(request)):
            self.message_user(request, _("Тази супервизия вече е записана."), messages.INFO)
            return redirect("admin:trainings_supervision_change", there.pk)
        return super().add_view(request, form_url, extra_context)

    def _sent_before(self, request: HttpRequest) -> Supervision | None:
        """Return what the same form has already recorded."""
        if not self.has_add_permission(request):
            return None
        try:
            key = uuid.UUID(request.POST.get("sent_key", ""))
        except ValueError:
            return None
        # The second of two at the same moment waits until the first is there.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key.int % 2**63])
        return Supervision.objects.filter(form_key=key).first()

    def save_model(self, request: HttpRequest, obj: Supervision, form, change: bool) -> None:
        if not change and form.cleaned_data.get("sent_key"):
            obj.form_key = form.cleaned_data["sent_key"]
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if "people" in form.cleaned_data:
                set_participants(obj, form.cleaned_data["people"])


@admin.register(DevelopmentNorm)
class DevelopmentNormAdmin(FulfilmentPages, ManagedAdmin):
    """Норми: what a person must take part in. An edition that ended stays, the next follows it."""

    form = NormForm
    list_display = ("what", "applies_to", "amount", "legal_basis", "in_force", "checked")
    list_filter = ("is_verified", "applies_to", "what")
    search_fields = ("legal_basis", "source")
    search_help_text = _("По основание или източник.")
    fieldsets = (
        (
            None,
            {
                "fields": ("what", "applies_to", ("value", "unit")),
                "description": _(
                    "Докато няма стойност, нормата се вижда, но не се иска от никого."
                    " Въвеждащо обучение се иска само от назначените през годината; срокът му се"
                    " пише в дни след назначаването."
                ),
            },
        ),
        (
            _("От кога до кога важи"),
            {
                "fields": (("valid_from", "valid_to"),),
                "description": _("Ако нормата се смени през годината, за цялата важи новата."),
            },
        ),
        (
            _("Откъде е"),
            {
                "fields": ("legal_basis", "source", ("is_verified", "verified_on")),
                "description": _(
                    "Непотвърдена норма се показва навсякъде с бележка „непотвърдена норма“."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "source":
            kwargs["widget"] = Textarea(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("колко"), ordering="value")
    def amount(self, norm: DevelopmentNorm) -> str:
        if norm.value is None:
            return str(_("не е известно"))
        return amount_words(norm.value, norm.unit)

    @admin.display(description=_("в сила"), ordering="valid_from")
    def in_force(self, norm: DevelopmentNorm) -> str:
        return days_of(norm)

    @admin.display(description=_("потвърдена"), ordering="is_verified")
    def checked(self, norm: DevelopmentNorm) -> str:
        return verified_words(norm)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """What the portal came with gets an end; what was added here may go."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or obj.code not in shipped_codes())

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer no deletion of many: the shipped ones would be among them."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: DevelopmentNorm, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.value and not obj.is_verified:
            words = _("Нормата е непотвърдена: до нея ще стои бележка.")
            self.message_user(request, words, messages.WARNING)
