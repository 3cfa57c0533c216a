"""People and workplaces of projects in the admin."""

from __future__ import annotations

import datetime as dt

from django.contrib import admin, messages
from django.db.models import Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from municipalities.models import Membership, User
from municipalities.numbers import plain
from projects.admin_base import ManagedAdmin
from projects.models import Position, Workplace
from projects.of_project import OfProject, first_words
from projects.period import day_text

MOST_HOURS = 12  # a day, of all contracts together: an assumption for a lawyer


def outside_words(position: Position) -> str:
    """Say that somebody is on the project outside its term; "" where it is not known to be so."""
    project = position.project
    end = project.planned_end
    if project.starts_on and position.starts_on < project.starts_on:
        return str(_("Назначението започва преди проекта (%(day)s).")) % {
            "day": day_text(project.starts_on)
        }
    if end and (position.starts_on > end.day or (position.ends_on or end.day) > end.day):
        return str(_("Назначението е и след края на проекта (%(day)s).")) % {
            "day": day_text(end.day)
        }
    return ""


def too_long_words(position: Position) -> str:
    """Say that somebody's positions at one time come to more hours than a day has for work.

    Known only of people with an account, of whom two rows are surely one person. "" otherwise.
    """
    if position.user is None:
        return ""
    last = position.ends_on or dt.date.max
    others = Position.objects.filter(user=position.user, starts_on__lte=last).exclude(
        ends_on__lt=position.starts_on
    )
    hours = others.aggregate(sum=Sum("hours_per_day"))["sum"]
    if hours is None or hours <= MOST_HOURS:
        return ""
    return str(_("Заедно с другите си длъжности %(who)s има %(hours)s ч. на ден.")) % {
        "who": position.user,
        "hours": plain(hours),
    }


@admin.register(Position)
class PositionAdmin(OfProject, ManagedAdmin):
    """Who works on a project: by what contract, from when to when, where, how many hours."""

    list_display = ("title", "who", "of", "kind", "contract_number", "term", "hours", "place")
    list_filter = ("project", "kind")
    list_select_related = ("project", "user", "office")
    search_fields = ("title", "name", "user__name", "contract_number", "workplace")
    search_help_text = _("По длъжност, име, договор или работно място.")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("project",)
    fieldsets = (
        (_("По кой проект"), {"fields": ("project", "activity")}),
        (
            _("Кой"),
            {
                "fields": ("title", "user", "name"),
                "description": _("Изберете служител с вход в портала или напишете името."),
            },
        ),
        (
            _("Договор"),
            {"fields": ("kind", "contract_number", ("starts_on", "ends_on"), "hours_per_day")},
        ),
        (_("Къде работи"), {"fields": ("office", "workplace")}),
    )

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "user":
            # Who worked here once stays to be chosen: positions end and are kept.
            kwargs["queryset"] = User.objects.filter(
                pk__in=Membership.objects.order_by().values("user")
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Position, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for words in filter(None, (outside_words(obj), too_long_words(obj))):
            self.message_user(request, words, messages.WARNING)

    @admin.display(description=_("кой"), ordering="name")
    def who(self, row: Position) -> str:
        return str(row.user) if row.user else row.name

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, row: Position) -> str:
        return first_words(row.project)

    @admin.display(description=_("срок"), ordering="starts_on")
    def term(self, row: Position) -> str:
        return " – ".join(filter(None, (day_text(row.starts_on), day_text(row.ends_on))))

    @admin.display(description=_("ч. на ден"), ordering="hours_per_day")
    def hours(self, row: Position) -> str:
        return plain(row.hours_per_day)

    @admin.display(description=_("работно място"))
    def place(self, row: Position) -> str:
        return ", ".join(filter(None, (row.office and row.office.name, row.workplace)))


@admin.register(Workplace)
class WorkplaceAdmin(OfProject, ManagedAdmin):
    """Workplaces that a project opened, with the paper that shows it."""

    list_display = ("name", "of", "office", "opened_on", "evidence")
    list_filter = ("project", ("opened_on", admin.EmptyFieldListFilter))
    list_select_related = ("project", "office", "evidence")
    search_fields = ("name", "project__name")
    search_help_text = _("По име на работното място или на проекта.")
    autocomplete_fields = ("project",)
    of_project = ("evidence",)
    fields = ("project", "name", "office", "opened_on", "evidence")

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, row: Workplace) -> str:
        return first_words(row.project)
