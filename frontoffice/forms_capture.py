"""A person written down in the middle of a talk: names, telephone, number; the rest later."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from frontoffice.forms_people import UNKEPT, PhonesField, initial_from_question, refuse_egn
from frontoffice.identifiers import IdentifierKind, WrongIdentifier, birth_date, check, kinds_of
from frontoffice.models_people import NAMES

LONGEST_NAME = 80
TYPED = ("names", "phones", "identifier")


class QuickPersonForm(forms.Form):
    """Who the talk is with, in two fields; prefilled with what they were looked for by."""

    prefix = "new"
    is_kept = False  # whether what somebody began to write stands in it

    names = forms.CharField(
        label=_("Имена"),
        max_length=3 * LONGEST_NAME,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
        error_messages={"required": _("Напишете поне едно име.")},
    )
    phones = PhonesField(label=_("Телефони"), attrs={"inputmode": "tel"})
    identifier = forms.CharField(
        label=_("ЕГН или ЛНЧ"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **UNKEPT}),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_names(self) -> dict[str, str]:
        """Return the names by the fields of a person: the first, the last, what is between."""
        words = self.cleaned_data["names"].split()
        if not any(character.isalpha() for character in "".join(words)):
            raise ValidationError(_("Напишете име с букви."))
        given, rest = words[0], words[1:]
        names = (given, " ".join(rest[:-1]), "".join(rest[-1:]))
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(_("Едно име е най-много 80 знака."))
        return dict(zip(NAMES, names, strict=True))

    @sensitive_variables()
    def clean_identifier(self) -> tuple[str, str]:
        """Return (kind, digits) of what was typed; which kind it is the number itself tells."""
        typed = self.cleaned_data["identifier"]
        if not typed:
            return IdentifierKind.NONE, ""
        kinds = kinds_of(typed)
        if len(kinds) > 1:
            raise ValidationError(
                _("Номерът може да е и ЕГН, и ЛНЧ. Добавете го после от страницата на лицето.")
            )
        kind = kinds[0] if kinds else IdentifierKind.EGN
        try:
            return kind, check(kind, typed, today=timezone.localdate())
        except WrongIdentifier as wrong:
            raise ValidationError(str(wrong)) from None

    @sensitive_variables()
    def facts(self) -> dict:
        """Return the cleaned answers as ``people.create_person`` takes them."""
        kind, digits = self.cleaned_data["identifier"]
        born = birth_date(digits) if kind == IdentifierKind.EGN else None
        return {
            **self.cleaned_data["names"],
            "phones": self.cleaned_data["phones"],
            "identifier_kind": kind,
            "digits": digits,
            "birth_date": born,
            "birth_year": None,
        }

    @classmethod
    @sensitive_variables()
    def asking(cls, asked: str, data: Mapping[str, str] | None = None) -> QuickPersonForm:
        """Return the form for who was looked for by ``asked``.

        ``data``, of a page that was sent, is kept if somebody wrote more into it than the question
        it had then (``person_asked``) filled in.
        """
        if data is None or not begun(data):
            return cls(initial=prefilled(asked))
        typed = {name: data.get(f"{cls.prefix}-{name}", "") for name in (*TYPED, "form_key")}
        form = cls(initial={name: value for name, value in typed.items() if value})
        form.is_kept = True
        return form


@sensitive_variables()
def begun(data: Mapping[str, str]) -> bool:
    """Say whether somebody wrote into the sent small form, and did not only leave it as it was."""
    filled = prefilled(data.get("person_asked", ""))
    typed = {name: data.get(f"{QuickPersonForm.prefix}-{name}", "").strip() for name in TYPED}
    return any(value and value != filled.get(name) for name, value in typed.items())


@sensitive_variables()
def prefilled(question: str) -> dict[str, str]:
    """Return the initial values of ``QuickPersonForm`` for who was looked for by ``question``."""
    known = initial_from_question(question)
    names = " ".join(known[name] for name in NAMES if name in known)
    filled = {
        "names": names,
        "phones": known.get("phones", ""),
        "identifier": known.get("identifier", ""),
    }
    return {name: value for name, value in filled.items() if value}
