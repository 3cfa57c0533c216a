"""Forms of letters."""

from __future__ import annotations

import uuid

from django import forms
from django.core.exceptions import ValidationError

from frontoffice.forms_people import UNKEPT, refuse_egn
from referrals.letters import texts
from referrals.letters.models import Letter
from referrals.letters.sending import ways_for

UNFILLED = f"Попълнете мястото „{texts.BLANK}“ или го изтрийте."


class LetterForm(forms.Form):
    """A letter before it has a number. A draft may still have „[…]“ in it; a letter may not."""

    recipient = forms.CharField(
        label="До",
        max_length=200,
        validators=[refuse_egn],
        widget=forms.TextInput(attrs=UNKEPT),
        error_messages={"required": "Напишете до кого е писмото."},
    )
    recipient_address = forms.CharField(
        label="Адрес",
        required=False,
        max_length=300,
        validators=[refuse_egn],
        widget=forms.Textarea(attrs={**UNKEPT, "rows": 2}),
    )
    subject = forms.CharField(
        label="Относно",
        max_length=200,
        validators=[refuse_egn],
        widget=forms.TextInput(attrs=UNKEPT),
        error_messages={"required": "Напишете за какво е писмото."},
    )
    body = forms.CharField(
        label="Текст",
        max_length=8000,
        help_text="Празен ред започва нов абзац, а „– “ в началото на реда – точка от списък.",
        validators=[refuse_egn],
        widget=forms.Textarea(attrs={**UNKEPT, "rows": 18}),
        error_messages={"required": "Напишете текста на писмото."},
    )
    is_refusal = forms.BooleanField(label="С писмото се отказва нещо", required=False)
    appeal = forms.CharField(
        label="Как се обжалва",
        required=False,
        max_length=1000,
        help_text="Печата се след текста само когато горното е отбелязано.",
        validators=[refuse_egn],
        widget=forms.Textarea(attrs={**UNKEPT, "rows": 3}),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, kind: str, is_preview: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_preview = is_preview
        if kind != Letter.Kind.ANSWER:
            del self.fields["is_refusal"], self.fields["appeal"]

    def clean(self) -> dict:
        """Refuse a place left to be filled in, and a refusal that does not say how to appeal."""
        cleaned = super().clean() or {}
        if cleaned.get("is_refusal") and not cleaned.get("appeal"):
            self.add_error("appeal", "Напишете пред кого и в какъв срок се обжалва.")
        if self.is_preview:
            return cleaned
        for name in ("recipient", "recipient_address", "subject", "body", "appeal"):
            if name == "appeal" and not cleaned.get("is_refusal"):
                continue
            if texts.BLANK in str(cleaned.get(name) or ""):
                self.add_error(name, UNFILLED)
        return cleaned

    def said(self) -> dict[str, str]:
        """Return the cleaned texts as the verbs of ``writing`` take them."""
        names = ("recipient", "recipient_address", "subject", "body")
        refusal = self.cleaned_data.get("is_refusal")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "appeal": self.cleaned_data.get("appeal", "") if refusal else "",
        }


class SendForm(forms.Form):
    """How a letter left the municipality."""

    how = forms.ChoiceField(
        label="Начин",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Изберете как е пратено писмото.",
            "invalid_choice": "Изберете как е пратено писмото.",
        },
    )
    reference = forms.CharField(
        label="Номер на съобщението, ако е през ССЕВ",
        required=False,
        max_length=80,
        validators=[refuse_egn],
        widget=forms.TextInput(attrs=UNKEPT),
    )

    def __init__(self, *args, letter: Letter, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = ways_for(letter)

    def clean(self) -> dict:
        """Ask for the reference of a message through ССЕВ."""
        cleaned = super().clean() or {}
        if cleaned.get("how") == Letter.Sent.SSEV and not cleaned.get("reference"):
            self.add_error("reference", ValidationError("Напишете номера на съобщението."))
        return cleaned
