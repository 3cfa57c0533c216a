"""Forms about the people of a municipality and about the record of who saw what."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.audit import AccessEvent
from municipalities.filters import PeriodFilter
from municipalities.hours import within_days
from municipalities.models import Membership, Office, Role, User
from municipalities.team import ROLES_AT_DESK
from municipalities.trails import kind_choices

PERIOD = dt.timedelta(days=30)
ALL = ("", _("Всички"))
AS_A_DAY = {"invalid": _("Напишете деня като 21.11.2026.")}


class PeopleFilter(forms.Form):
    """Which people are listed, from the address of the page."""

    mark_optional = False

    q = forms.CharField(
        label=_("Име или е-поща"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    rolya = forms.ChoiceField(label=_("Роля"), required=False, choices=[ALL, *Role.choices])
    sastoyanie = forms.ChoiceField(
        label=_("Състояние"),
        required=False,
        choices=[
            ("", _("Работят сега")),
            ("ended", _("Вече без роля")),
            ("all", _("Всички")),
        ],
    )

    def conditions(self) -> dict:
        """Return the valid filters as ``team.people`` takes them."""
        chosen = self.cleaned_data
        return {
            "q": chosen.get("q", ""),
            "role": chosen.get("rolya", ""),
            "state": chosen.get("sastoyanie") or "active",
        }


class RoleForm(forms.Form):
    """A role with its office and job title."""

    role = forms.ChoiceField(
        label=_("Роля"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете роля.")},
    )
    office: forms.ModelChoiceField = forms.ModelChoiceField(
        Office.objects.none(),
        label=_("Офис"),
        required=False,
        empty_label=_("Без офис"),
        help_text=_("За специалист и ръководител на фронт-офис: къде приема хора."),
    )
    job_title = forms.CharField(
        label=_("Длъжност"),
        required=False,
        max_length=120,
        help_text=_("Както е в длъжностното разписание."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.order_by("name", "pk")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("office") and cleaned.get("role") not in {*ROLES_AT_DESK, None}:
            self.add_error("office", _("Тази роля не е към офис. Изберете „Без офис“."))
        return cleaned

    def facts(self) -> dict:
        """Return role, office and job title as the verbs of ``team`` take them."""
        return {name: self.cleaned_data[name] for name in ("role", "office", "job_title")}


class WhoForm(forms.Form):
    """Whom an invitation is for."""

    name = forms.CharField(
        label=_("Име и фамилия"),
        max_length=120,
        error_messages={"required": _("Напишете името на човека.")},
    )
    email = forms.EmailField(
        label=_("Служебна е-поща"),
        max_length=254,
        help_text=_("На нея отива връзката за приемане; с нея човекът ще влиза."),
        error_messages={
            "required": _("Напишете е-пощата на човека."),
            "invalid": _("Напишете е-пощата като ime@obshtina.bg."),
        },
    )


class InvitationForm(WhoForm, RoleForm):
    """An invitation to a role in the municipality."""

    field_order = ("name", "email", "role", "office", "job_title")


class NewAccountForm(forms.Form):
    """What somebody new chooses: how they are called, and their password."""

    name = forms.CharField(
        label=_("Име и фамилия"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Напишете името си.")},
    )
    password1 = forms.CharField(
        label=_("Парола"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Измислете парола.")},
    )
    password2 = forms.CharField(
        label=_("Паролата още веднъж"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Повторете паролата.")},
    )

    def __init__(self, *args, email: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password1"].help_text = " ".join(map(str, password_validators_help_texts()))

    def clean(self):
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Двете пароли се различават."))
        if first:
            person = User(email=self.email, name=cleaned.get("name", ""))
            try:
                validate_password(first, person)
            except ValidationError as fault:
                self.add_error("password1", fault)
        return cleaned


class AccessFilter(PeriodFilter):
    """Which looks at data are listed, from the address of the page. The last 30 days by default."""

    mark_optional = False

    ot = forms.DateField(label=_("От дата"), required=False, error_messages=AS_A_DAY)
    do = forms.DateField(label=_("До дата"), required=False, error_messages=AS_A_DAY)
    koy = forms.ModelChoiceField(
        User.objects.none(), label=_("Кой"), required=False, empty_label=_("Всички")
    )
    deystvie = forms.ChoiceField(
        label=_("Действие"), required=False, choices=[ALL, *AccessEvent.Action.choices]
    )
    vid = forms.ChoiceField(label=_("Вид запис"), required=False)
    nomer = forms.IntegerField(
        label=_("Номер на записа"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    stranitsa = forms.CharField(
        label=_("Част от адреса на страницата"), required=False, max_length=100
    )
    red = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("", ""), ("nai-stari", "")]
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        here = Membership.objects.filter(user=OuterRef("pk"))
        self.fields["koy"].queryset = User.objects.filter(Exists(here)).order_by("name", "pk")
        self.fields["vid"].choices = [ALL, *kind_choices()]

    @property
    def oldest_first(self) -> bool:
        return self.cleaned_data.get("red") == "nai-stari"

    def since(self) -> dt.date | None:
        """Return the first day listed: the chosen one, else 30 days ago unless an end is given."""
        if self.cleaned_data.get("ot"):
            return self.cleaned_data["ot"]
        if self.cleaned_data.get("do") or "ot" in self.errors or "do" in self.errors:
            return None
        return timezone.localdate() - PERIOD

    def narrow(self, events: QuerySet[AccessEvent]) -> QuerySet[AccessEvent]:
        """Return ``events`` narrowed by the valid filters, in the chosen order."""
        chosen = self.cleaned_data
        conditions = within_days("at", self.since(), chosen.get("do"))
        for name, column in (
            ("koy", "user"),
            ("deystvie", "action"),
            ("vid", "subject_kind"),
            ("nomer", "subject_id"),
            ("stranitsa", "path__icontains"),
        ):
            if chosen.get(name):
                conditions &= Q(**{column: chosen[name]})
        order = ("at", "pk") if self.oldest_first else ("-at", "-pk")
        return events.filter(conditions).order_by(*order)

    def in_words(self) -> str:
        """Say which filters are in use, for the record of an export; no names are in it."""
        said = [f"{name}={self.data.get(name)}" for name in self.fields if self.data.get(name)]
        return ", ".join(said) or "последните 30 дни"
