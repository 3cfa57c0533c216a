"""Trainings in the admin: the plan with its sessions, who takes part, its own pages."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import sized
from municipalities.numbers import plain
from municipalities.permissions import can_manage_projects
from projects.admin_base import ManagedAdmin, ManagedTabular
from trainings import admin_certificates as _certificates  # noqa: F401  registers its pages
from trainings import attending, enrolling, running
from trainings.admin_pages import TrainingPages
from trainings.models import Training, TrainingParticipant, TrainingSession
from trainings.supervising import admin as _supervising  # noqa: F401  registers its pages

# What stands on the papers of a training that was held, and in the mails of one called off.
FROZEN = (
    "title",
    "kind",
    "starts_on",
    "ends_on",
    "academic_hours",
    "capacity",
    "least_percent",
)


class OfOpenTraining(ManagedTabular):
    """Rows of a training, which are only read once it was held or called off."""

    view_rule = staticmethod(can_manage_projects)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        is_open = obj is None or obj.state not in enrolling.CLOSED
        return is_open and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_change_permission(request, obj)


class SessionInline(OfOpenTraining):
    """Sessions of a training; their hours together are those of the training."""

    model = TrainingSession
    fields = ("day", "starts_at", "ends_at", "academic_hours", "topic", "place")
    verbose_name_plural = _("Занятия")
    widgets = {
        "starts_at": forms.TimeInput(attrs={"size": 5}, format="%H:%M"),
        "ends_at": forms.TimeInput(attrs={"size": 5}, format="%H:%M"),
        "academic_hours": sized(5, inputmode="decimal"),
        "topic": sized(14),
        "place": sized(10),
    }


class ParticipantInline(OfOpenTraining):
    """People of a training; many at once are enrolled on a page of their own."""

    model = TrainingParticipant
    fields = ("trainee", "state", "academic_hours")
    autocomplete_fields = ("trainee",)
    verbose_name_plural = _("Участници")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("trainee", "training")

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "academic_hours":
            field.help_text = _("Празно значи цялото обучение.")
        return field


@admin.register(Training)
class TrainingAdmin(TrainingPages, ManagedAdmin):
    """A training: what, when, who; its course, certificates and evaluation on pages of its own."""

    prepare = "with_attendance"
    list_display = ("title", "kind", "state", "period", "hours", "people", "hours_taken")
    list_filter = ("state", "kind", "project")
    search_fields = ("title", "trainer", "programme", "participants__trainee__name")
    search_help_text = _("По тема, обучител, програма или участник.")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("project",)
    inlines = (SessionInline, ParticipantInline)
    fieldsets = (
        (
            _("Обучението"),
            {
                "fields": ("title", "kind", "project", "programme"),
                "description": _("На какво учи и по кой проект е, ако е по проект."),
            },
        ),
        (
            _("Кога, къде и с кого"),
            {
                "fields": (
                    ("starts_on", "ends_on"),
                    "academic_hours",
                    "delivery",
                    "place",
                    "trainer",
                ),
                "description": _("Учебните часове са за цялото обучение."),
            },
        ),
        (
            _("Места и удостоверение"),
            {
                "fields": ("capacity", "least_percent"),
                "description": _(
                    "Без брой места може да дойде всеки. Когато местата свършат, следващите чакат."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        """Keep what was held as it was; the page „Ход“ returns it for changes where it may."""
        return FROZEN if obj is not None and obj.state in enrolling.CLOSED else ()

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        """Count the hours anew where a session was changed or is no more."""
        super().save_formset(request, form, formset, change)
        if formset.model is TrainingSession and (
            formset.deleted_objects or formset.changed_objects
        ):
            training = form.instance
            counted = training.participants.filter(
                state=TrainingParticipant.State.ATTENDED, academic_hours__isnull=False
            )
            attending.recount(training, list(counted))

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Give places that became free to those who wait; say what does not agree."""
        super().save_related(request, form, formsets, change)
        training = form.instance
        for row in enrolling.settle(training):
            self.message_user(request, f"{row.trainee}: има място и е в обучението.")
        for words in running.warnings_of(training):
            self.message_user(request, words, messages.WARNING)

    @admin.display(description=_("кога"), ordering="starts_on")
    def period(self, training: Training) -> str:
        days = (training.starts_on, training.ends_on)
        return " – ".join(dict.fromkeys(date_format(day) for day in days if day))

    @admin.display(description=_("учебни часове"), ordering="academic_hours")
    def hours(self, training: Training) -> str:
        return plain(training.academic_hours)

    @admin.display(description=_("участници"), ordering="people")
    def people(self, training: Training) -> int:
        return training.people

    @admin.display(description=_("часове общо"), ordering="hours_taken")
    def hours_taken(self, training: Training) -> str:
        return plain(training.hours_taken)
