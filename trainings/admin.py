"""Trainings in the admin, with who took part."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import ListedChoiceField
from municipalities.numbers import plain
from projects.admin_base import ManagedAdmin, ManagedTabular
from trainings.models import Trainee, Training, TrainingParticipant
from trainings.supervising import admin as _supervising  # noqa: F401  registers its pages


class ParticipantInline(ManagedTabular):
    """People of a training, each of the municipality's list of those who learn."""

    model = TrainingParticipant
    fields = ("trainee", "state", "academic_hours")
    verbose_name_plural = _("Участници")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("trainee", "training")

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "trainee":
            return ListedChoiceField(Trainee.objects.all(), label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "academic_hours":
            field.help_text = _("Празно значи цялото обучение.")
        return field


@admin.register(Training)
class TrainingAdmin(ManagedAdmin):
    """A training on one page: what, when, who."""

    prepare = "with_attendance"
    list_display = ("title", "kind", "period", "hours", "people", "hours_taken")
    list_filter = ("kind", "project")
    search_fields = ("title", "trainer", "programme", "participants__trainee__name")
    search_help_text = _("По тема, обучител, програма или участник.")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("project",)
    inlines = (ParticipantInline,)
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
    )

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
