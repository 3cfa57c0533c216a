"""The form of a relative or representative: somebody on record, or a name and a telephone."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from frontoffice.dossier.models import PersonRelation
from frontoffice.dossier.relations import EDITABLE
from frontoffice.finding import LONGEST_QUESTION
from frontoffice.forms_people import UNKEPT, PhonesField, refuse_egn
from frontoffice.kept import PersonField
from frontoffice.models_people import Person
from frontoffice.names import written_phone

LABELS = {
    "kind": _("Какъв е на лицето"),
    "name": _("Име, ако не е записан"),
    "phones": _("Телефоните му"),
    "email": _("Е-поща"),
    "is_representative": _("Представлява лицето"),
    "basis": _("На какво основание"),
    "valid_until": _("Валидно до"),
    "note": _("Пояснение"),
}
EMPTY = ("", _("Изберете"))


class RelationForm(forms.Form):
    """Who is close to ``person``. With a relation it corrects it; who it is stays."""

    person_query = forms.CharField(
        label=_("Име, ЕГН, ЛНЧ или телефон"),
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs=UNKEPT),
        help_text=_("Ако е записан в общината. Ако не е, напишете името и телефона му по-долу."),
    )
    other = PersonField(
        Person._base_manager.none(),
        label=_("Записано лице"),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("Това лице не е намерено. Потърсете го отново.")},
    )
    name = forms.CharField(
        label=LABELS["name"],
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )
    phones = PhonesField(
        label=LABELS["phones"],
        help_text=_("Няколко се пишат със запетая помежду им."),
    )
    email = forms.EmailField(
        label=LABELS["email"], required=False, widget=forms.EmailInput(attrs=UNKEPT)
    )
    kind = forms.ChoiceField(
        label=LABELS["kind"],
        choices=[EMPTY, *PersonRelation.Kind.choices],
        error_messages={"required": _("Изберете какъв е на лицето.")},
    )
    is_representative = forms.BooleanField(label=LABELS["is_representative"], required=False)
    basis = forms.CharField(
        label=LABELS["basis"],
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
        help_text=_("Пълномощно, съдебно решение, акт за раждане: номер и дата."),
    )
    valid_until = forms.DateField(
        label=LABELS["valid_until"],
        required=False,
        widget=forms.DateInput(attrs=UNKEPT),
        help_text=_("Празно, ако е без срок."),
    )
    note = forms.CharField(
        label=LABELS["note"],
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self, *args: Any, person: Person, relation: PersonRelation | None = None, **kwargs: Any
    ):
        if relation:
            kwargs["initial"] = {
                **{name: getattr(relation, name) for name in (*EDITABLE, "form_key", "version")},
                "phones": _commas(relation.phones),
            }
        super().__init__(*args, **kwargs)
        self.person, self.relation = person, relation
        if relation:
            for name in ("person_query", "other"):
                del self.fields[name]
            if relation.other_id:
                for name in ("name", "phones", "email"):
                    del self.fields[name]
        else:
            self.fields["other"].queryset = Person.objects.exclude(pk=person.pk)

    # Finding somebody on record, before anything is saved

    def question(self) -> str:
        """Return what is typed into the box that finds a person."""
        question = self.data.get("person_query", "") if self.is_bound else ""
        return question[:LONGEST_QUESTION].strip()

    def asks(self) -> bool:
        """Say whether the form was sent to find somebody: by the button, or not yet answered."""
        if not self.question() or self.relation:
            return False
        is_answered = self.question() == self.data.get("person_asked", "").strip()
        return "find" in self.data or not is_answered

    def chosen(self) -> Person | None:
        """Return the person chosen in a form that was sent, though the rest may be wrong."""
        if not self.is_bound or self.relation:
            return None
        try:
            found = self.fields["other"].clean(self.data.get("other"))
        except ValidationError:
            return None
        return found if found != self.person else None

    def clean_other(self) -> Person | None:
        other = self.cleaned_data["other"]
        if other == self.person:  # by an old record of theirs, merged into this one
            raise ValidationError(self.fields["other"].error_messages["invalid_choice"])
        return other

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        on_record = cleaned.get("other") or (self.relation and self.relation.other_id)
        wrong = {"other", "name"} & set(self.errors)
        if not on_record and not wrong and not cleaned.get("name"):
            self.add_error("name", _("Напишете името или изберете записано лице."))
        if (
            cleaned.get("is_representative")
            and not cleaned.get("basis")
            and ("basis" not in self.errors)
        ):
            self.add_error("basis", _("Напишете на какво основание представлява лицето."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the cleaned answers as the verbs of ``relations`` take them."""
        return {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data}


def _commas(stored: str) -> str:
    return ", ".join(written_phone(digits) for digits in stored.split())
