"""Forms of supervision and of norms: what cannot be true is refused in words."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.admin_forms import TenantForm, is_key
from municipalities.admin_found import found_words
from municipalities.norms.forms_admin import VerifiedForm, check_year, own_code
from trainings.models import DevelopmentNorm, Supervision, SupervisionParticipant, Trainee
from trainings.supervising.norms import TRAINING_KINDS

MOST_PEOPLE = 100
MOST_HOURS = 24
GONE = gettext_lazy("Някой от избраните вече не е в списъка.")
What, Unit = DevelopmentNorm.What, DevelopmentNorm.Unit


class FoundPeople(AutocompleteSelectMultiple):
    """People found by typing; what was sent and can be nobody's key shows as nobody."""

    def optgroups(self, name, value, attr=None):
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [pk for pk in value if is_key(pk, key)], attr)


class PeopleField(forms.ModelMultipleChoiceField):
    """Those who took part, in one query whatever their number."""

    def __init__(self, **kwargs):
        relation = SupervisionParticipant._meta.get_field("trainee")
        super().__init__(
            queryset=None,  # of the municipality whose form it is
            widget=FoundPeople(relation, admin.site, attrs={"data-width": "100%"}),
            error_messages={
                "required": gettext_lazy("Изберете кой е участвал."),
                "invalid_choice": GONE,
                "invalid_pk_value": GONE,
                "invalid_list": GONE,
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Model) -> str:
        return found_words(obj)

    def clean(self, value):
        key = Trainee._meta.pk
        if isinstance(value, list | tuple):
            if len(value) > MOST_PEOPLE:
                raise forms.ValidationError(_("Най-много %(most)s души.") % {"most": MOST_PEOPLE})
            if not all(is_key(pk, key) for pk in value):
                raise forms.ValidationError(GONE)
        return super().clean(value)


class SupervisionForm(TenantForm):
    """A supervision that took place, with everybody who was there. Its content is never asked."""

    people = PeopleField(
        label=gettext_lazy("Участници"),
        help_text=gettext_lazy("Пишете име, организация или длъжност."),
    )
    sent_key = forms.UUIDField(label="ключ на формата", widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = self.fields["people"]
        people.queryset = Trainee.objects.select_related("provider")
        people.widget.choices = people.choices
        if self.instance.pk:
            del self.fields["sent_key"]
            rows = self.instance.participants.order_by("trainee__name", "pk")
            self.initial["people"] = list(rows.values_list("trainee_id", flat=True))
        else:
            self.initial.setdefault("sent_key", self.instance.form_key)

    def clean_held_on(self):
        day = check_year(self.cleaned_data["held_on"])
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Записват се само проведени супервизии."))
        return day

    def clean_hours(self):
        hours = self.cleaned_data["hours"]
        if hours is not None and hours > MOST_HOURS:
            raise forms.ValidationError(_("За един ден са най-много 24 часа."))
        return hours

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if "people" in self.errors or "form" in self.errors:
            return data
        count = len(data.get("people") or ())
        is_individual = data.get("form") == Supervision.Form.INDIVIDUAL
        if is_individual and count > 1:
            self.add_error("people", _("Индивидуалната супервизия е с един човек."))
        elif not is_individual and count < 2:
            self.add_error("people", _("Изберете поне двама души: супервизията не е индивидуална."))
        return data


class NormForm(VerifiedForm):
    """What is asked for in a year; without an amount it is only known to exist."""

    def clean_valid_from(self):
        return check_year(self.cleaned_data["valid_from"])

    def clean_valid_to(self):
        return check_year(self.cleaned_data["valid_to"])

    def clean(self) -> dict:
        data = super().clean()
        value, unit, what = data.get("value"), data.get("unit"), data.get("what")
        if unit == Unit.DAYS and what and what not in TRAINING_KINDS:
            self.add_error("unit", _("Дни след назначаването се искат само за обучение."))
        if value is not None and unit in {Unit.TIMES, Unit.DAYS} and value != int(value):
            self.add_error("value", _("Напишете цяло число."))
        if data.get("is_verified") and value is None and "value" not in self.errors:
            self.add_error("value", _("Потвърдена норма има стойност."))
        if not self.instance.code:
            self.instance.code = own_code()
        return data
