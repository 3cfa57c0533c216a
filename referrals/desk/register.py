"""Входящ регистър: everything that was registered, in the order in which it came."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils import timezone

from municipalities.exports import Column
from municipalities.filters import PeriodFilter
from municipalities.forms_days import staff_day_field
from municipalities.hours import within_days
from referrals.applications.models import Application, ApplicationQuerySet, Channel
from referrals.desk.searching import LONGEST_QUESTION, says
from referrals.kinds.models import ApplicationKind

EVERYTHING = [("", "Всички")]
FIRST_YEAR = 2020


class RegisterForm(PeriodFilter):
    """Filters of the register; ``q`` is sent and kept in the session, never linked to."""

    mark_optional = False
    KEPT = ("dokument", "godina", "kanal", "ot", "do", "red")

    q = forms.CharField(
        label="Номер, име или телефон",
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    dokument = forms.ModelChoiceField(
        ApplicationKind._base_manager.none(),
        label="Вид",
        required=False,
        to_field_name="code",
        empty_label="Всички",
    )
    godina = forms.ChoiceField(label="Година", required=False)
    kanal = forms.ChoiceField(
        label="Как постъпи", required=False, choices=[*EVERYTHING, *Channel.choices]
    )
    ot = staff_day_field(label="От дата", required=False)
    do = staff_day_field(label="До дата", required=False)
    red = forms.ChoiceField(
        required=False, choices=[("", ""), ("1", "1")], widget=forms.HiddenInput
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        years = [str(year) for year in range(this_year, FIRST_YEAR - 1, -1)]
        self.fields["godina"].choices = [*EVERYTHING, *((year, year) for year in years)]
        self.fields["dokument"].queryset = ApplicationKind.objects.order_by("order", "name", "pk")

    @property
    def is_ascending(self) -> bool:
        """Whether the first of the register stands first; else the last one does."""
        return self.cleaned_data.get("red") == "1"

    def narrow(self, question: str = "") -> ApplicationQuerySet:
        """Return what the valid filters leave, first registered first."""
        chosen = self.cleaned_data
        conditions = within_days("registered_at", chosen.get("ot"), chosen.get("do"))
        if chosen.get("dokument"):
            conditions &= Q(kind=chosen["dokument"])
        if chosen.get("godina"):
            conditions &= Q(number_year=int(chosen["godina"]))
        if chosen.get("kanal"):
            conditions &= Q(channel=chosen["kanal"])
        if question:
            conditions &= says(question)
        rows = Application.objects.filter(conditions).for_listing()
        return rows.order_by("registered_at", "pk")

    def told(self, **other: str) -> dict[str, str]:
        """Return the known parameters of the same page's address, some of them otherwise."""
        data = {name: str(self.data.get(name, ""))[:40] for name in self.KEPT}
        return {name: value for name, value in {**data, **other}.items() if value}

    def in_words(self) -> str:
        """Say the filters, for the record of an export; never what was looked for."""
        chosen = self.cleaned_data
        said = [f"вид {chosen['dokument'].code}"] if chosen.get("dokument") else []
        said += [f"година {chosen['godina']}"] if chosen.get("godina") else []
        said += [str(Channel(chosen["kanal"]).label)] if chosen.get("kanal") else []
        for words, name in (("от", "ot"), ("до", "do")):
            day: dt.date | None = chosen.get(name)
            said += [f"{words} {day:%d.%m.%Y}"] if day else []
        return ", ".join(said) or "целият"


def _about(row: Application) -> str:
    return row.service.name if row.service else ""


_BEFORE = [
    Column("№", lambda row: row.number, 18),
    Column("Регистрирано", lambda row: row.registered_at, 17),
    Column("Постъпило на", lambda row: row.received_on, 13),
    Column("Вид", lambda row: row.kind.name, 40),
    Column("Как постъпи", lambda row: row.get_channel_display(), 18),
]
_NAMES = [
    Column("От кого", lambda row: row.contact_name, 30),
    Column("За кого", lambda row: row.full_name, 30),
]
_AFTER = [
    Column("Услуга", _about, 40),
    Column("Офис", lambda row: row.office and row.office.name, 24),
    Column("У кого", lambda row: row.owner and row.owner.name, 26),
    Column("Срок", lambda row: row.due_on, 12),
    Column("Състояние", lambda row: row.get_state_display(), 16),
    Column("Изход", lambda row: row.get_outcome_display(), 26),
    Column("Приключено", lambda row: row.closed_at, 17),
]


def columns(*, with_names: bool) -> list[Column]:
    """Return the columns of the exported register; whose it was only ``with_names``."""
    return [*_BEFORE, *(_NAMES if with_names else ()), *_AFTER]
