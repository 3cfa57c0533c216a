"""Forms of people: the one box to find by, and what is written down."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from frontoffice.finding import LONGEST_QUESTION
from frontoffice.identifiers import (
    NATIONAL,
    IdentifierKind,
    WrongIdentifier,
    birth_date,
    check,
    holds_egn,
    kinds_of,
    may_be_national,
)
from frontoffice.models_people import EARLIEST_BIRTH_YEAR, ContactNeed, Person
from frontoffice.names import keys, phones
from municipalities.models import Municipality, Settlement

# Text that must not be kept by the browser: the desk's computer is shared.
UNKEPT = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
NAMED_LABELS = {
    "given_name": _("Име"),
    "middle_name": _("Бащино име"),
    "family_name": _("Фамилно име"),
    "identifier_kind": _("Вид номер"),
    "born": _("Рождена дата или година"),
    "phones": _("Телефони"),
    "email": _("Е-поща"),
    "settlement": _("Населено място"),
    "address": _("Адрес"),
    "needs": _("При общуване"),
    "language": _("Говори на"),
    "needs_note": _("Друго при общуване"),
    "note": _("Накратко за лицето"),
}


def refuse_egn(text: str) -> None:
    """Validator of free text: a ЕГН has one place, where it is encrypted."""
    if holds_egn(text):
        raise ValidationError(
            _("Тук има ЕГН. Изтрийте го: номерът се пази само шифрован, в полето за ЕГН.")
        )


class FindForm(forms.Form):
    """One box for name, ЕГН, ЛНЧ, service number or telephone."""

    mark_optional = False

    q = forms.CharField(
        label=_("Име, ЕГН, ЛНЧ, служебен номер или телефон"),
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs={"type": "search", **UNKEPT}),
        error_messages={"required": _("Напишете име, номер или телефон.")},
    )


class NameField(forms.CharField):
    def __init__(self, *, attrs: dict | None = None, **options):
        super().__init__(
            max_length=80,
            widget=forms.TextInput(attrs={**UNKEPT, **(attrs or {})}),
            validators=[refuse_egn],
            **options,
        )

    def clean(self, value):
        text = " ".join(super().clean(value).split())
        if text and not any(character.isalpha() for character in text):
            raise ValidationError(_("Напишете име с букви."))
        return text


class PhonesField(forms.CharField):
    """Telephones with commas between; cleaned to what ``Person.phones`` holds."""

    def __init__(self, *, attrs: dict | None = None, **options):
        super().__init__(
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={**UNKEPT, **(attrs or {})}),
            **options,
        )

    def clean(self, value):
        numbers = phones(super().clean(value))
        if not all(numbers):
            raise ValidationError(_("Напишете телефона с цифри, например 0888 123 456."))
        return " ".join(numbers)


class PersonForm(forms.Form):
    """What is known of a person. With a person it corrects them; the identifier is not repeated."""

    given_name = NameField(
        label=NAMED_LABELS["given_name"],
        attrs={"autofocus": True},
        error_messages={"required": _("Напишете поне едно име.")},
    )
    middle_name = NameField(label=NAMED_LABELS["middle_name"], required=False)
    family_name = NameField(label=NAMED_LABELS["family_name"], required=False)
    identifier_kind = forms.ChoiceField(
        label=NAMED_LABELS["identifier_kind"],
        choices=IdentifierKind.choices,
        widget=forms.RadioSelect,
        initial=IdentifierKind.EGN,
        error_messages={"required": _("Изберете вида на номера или „Без номер“.")},
    )
    identifier = forms.CharField(
        label=_("ЕГН или ЛНЧ"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **UNKEPT}),
        help_text=_("Служебният номер се дава сам. Номерът се пази шифрован."),
    )
    born = forms.CharField(
        label=NAMED_LABELS["born"],
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs=UNKEPT),
        help_text=_("Като 1.3.1950 или 1950. С ЕГН не е нужна."),
    )
    phones = PhonesField(
        label=NAMED_LABELS["phones"],
        help_text=_("Няколко се пишат със запетая помежду им."),
    )
    email = forms.EmailField(
        label=NAMED_LABELS["email"], required=False, widget=forms.EmailInput(attrs=UNKEPT)
    )
    settlement = forms.ModelChoiceField(
        Settlement.objects.none(),
        label=NAMED_LABELS["settlement"],
        required=False,
        empty_label=_("Не е посочено"),
        widget=forms.Select(attrs={"data-typeahead": ""}),
    )
    address = forms.CharField(
        label=NAMED_LABELS["address"],
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )
    needs = forms.MultipleChoiceField(
        label=NAMED_LABELS["needs"],
        required=False,
        choices=ContactNeed.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.CharField(
        label=NAMED_LABELS["language"],
        required=False,
        max_length=60,
        validators=[refuse_egn],
        help_text=_("Ако не говори добре български."),
    )
    needs_note = forms.CharField(
        label=NAMED_LABELS["needs_note"],
        required=False,
        max_length=300,
        validators=[refuse_egn],
    )
    note = forms.CharField(
        label=NAMED_LABELS["note"],
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[refuse_egn],
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args, municipality: Municipality, person: Person | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["settlement"].queryset = Settlement.objects.filter(municipality=municipality)
        if person and person.has_secret_identifier:
            self.fields["identifier"].help_text = _(
                "Сега е %(masked)s. Оставете празно, ако не се променя."
            ) % {"masked": person.written_identifier}

    def clean_born(self) -> tuple[dt.date | None, int | None]:
        """Return (date, None), (None, year) or (None, None)."""
        text = self.cleaned_data["born"].removesuffix("г.").strip()
        if not text:
            return None, None
        today = timezone.localdate()
        if re.fullmatch(r"[0-9]{4}", text):
            year = int(text)
            if not EARLIEST_BIRTH_YEAR <= year <= today.year:
                raise ValidationError(_("Годината на раждане не е възможна."))
            return None, year
        date = forms.DateField(
            error_messages={"invalid": _("Напишете датата като 1.3.1950 или само годината.")}
        ).clean(text)
        if not date.year >= EARLIEST_BIRTH_YEAR or date > today:
            raise ValidationError(_("Рождената дата не е възможна."))
        return date, None

    @sensitive_variables()
    def clean(self) -> dict:
        cleaned = super().clean()
        kind, typed = cleaned.get("identifier_kind"), cleaned.get("identifier", "")
        cleaned["digits"] = ""
        if kind not in NATIONAL:
            if typed and kind:
                self.add_error("identifier", _("Изберете дали номерът е ЕГН или ЛНЧ."))
            return cleaned
        if not typed:
            if not (self.person and self.person.identifier_kind == kind):
                self.add_error("identifier", _("Напишете номера или изберете „Без номер“."))
            return cleaned
        try:
            cleaned["digits"] = check(kind, typed, today=timezone.localdate())
        except WrongIdentifier as wrong:
            self.add_error("identifier", str(wrong))
            return cleaned
        if kind == IdentifierKind.EGN:
            self._compare_birth(cleaned)
        return cleaned

    @sensitive_variables()
    def _compare_birth(self, cleaned: dict) -> None:
        told, (date, year) = birth_date(cleaned["digits"]), cleaned.get("born") or (None, None)
        if (date and date != told) or (year and year != told.year):
            self.add_error(
                "born", _("ЕГН казва друга рождена дата. Проверете кое от двете е вярно.")
            )
        cleaned["born"] = (told, None)

    @sensitive_variables()
    def facts(self) -> dict:
        """Return the cleaned answers as the verbs of ``people`` take them."""
        facts = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("form_key", "version", "identifier", "born")
        }
        facts["birth_date"], facts["birth_year"] = self.cleaned_data["born"]
        return facts


def initial_of(person: Person) -> dict:
    """Return the form's values for a person, without the identifier."""
    told = person.identifier_kind == IdentifierKind.EGN
    names = set(NAMED_LABELS) - {"born", "phones"}
    return {
        **{name: getattr(person, name) for name in names},
        "settlement": person.settlement_id,
        "born": "" if told else person.written_birth,
        "phones": ", ".join(person.phone_list),
        "version": person.version,
    }


@sensitive_variables()
def initial_from_question(question: str) -> dict:
    """Return what can be filled in from the text somebody was looked for by."""
    if may_be_national(question):
        kinds = kinds_of(question)
        sure = {"identifier_kind": kinds[0]} if len(kinds) == 1 else {}
        return {"identifier": question.strip(), **sure}
    numbers = phones(question)
    if len(numbers) == 1 and numbers[0].startswith(("0", "+")):
        return {"phones": question.strip()}
    if re.fullmatch(r"[0-9\s.-]+", question):
        return {"identifier": question.strip()}
    words = question.split()
    if not keys(question) or len(words) > 3:
        return {}
    fields = (
        ("given_name", "family_name")
        if len(words) < 3
        else (
            "given_name",
            "middle_name",
            "family_name",
        )
    )
    return dict(zip(fields, (word[:1].upper() + word[1:] for word in words), strict=False))
