"""The form of a note, the reason for a look, what the timeline is narrowed to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontoffice.dossier.models import PersonNote
from frontoffice.dossier.timeline import kinds
from frontoffice.forms_people import refuse_egn
from municipalities.filters import PeriodFilter
from municipalities.models import User

OWN_WORDS = "druga"


class NoteForm(forms.Form):
    """A note about a person. Only its author says who reads it."""

    text = forms.CharField(
        label=_("Бележка"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
        validators=[refuse_egn],
        help_text=_("Само това, което е нужно за работата с човека. Без ЕГН."),
        error_messages={"required": _("Напишете бележката.")},
    )
    visibility = forms.ChoiceField(
        label=_("Кой я чете"),
        choices=PersonNote.Visibility.choices,
        widget=forms.RadioSelect,
        initial=PersonNote.Visibility.TEAM,
        error_messages={"required": _("Изберете кой чете бележката.")},
    )
    is_pinned = forms.BooleanField(label=_("Да стои най-горе"), required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, note: PersonNote | None = None, user: User, **kwargs: Any):
        if note:
            kwargs["initial"] = {
                name: getattr(note, name)
                for name in ("text", "visibility", "is_pinned", "form_key", "version")
            }
        super().__init__(*args, **kwargs)
        if note and note.author_id != user.pk:
            self.fields["visibility"].disabled = True
            self.fields["visibility"].help_text = _("Променя се само от автора.")

    def facts(self) -> dict[str, Any]:
        """Return the cleaned answers as the verbs of ``notes`` take them."""
        return {name: self.cleaned_data[name] for name in ("text", "visibility", "is_pinned")}


class ReasonForm(forms.Form):
    """Why a person's record is opened: one of the ready reasons or one's own words."""

    mark_optional = False

    choice = forms.ChoiceField(
        label=_("Причина"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Изберете причина от списъка.")},
    )
    words = forms.CharField(
        label=_("С ваши думи"),
        required=False,
        max_length=300,
        validators=[refuse_egn],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Накратко, без данни за човека."),
    )

    def __init__(self, *args: Any, reasons: Iterable[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        ready = [(reason, reason) for reason in dict.fromkeys(reasons) if reason]
        if ready:
            self.fields["choice"].choices = [*ready, (OWN_WORDS, _("Друга причина"))]
        else:
            del self.fields["choice"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "words" in self.errors or "choice" in self.errors:
            return cleaned
        choice, words = cleaned.get("choice", ""), " ".join(cleaned.get("words", "").split())
        cleaned["reason"] = words if not choice or choice == OWN_WORDS else choice
        if choice and choice != OWN_WORDS and words:
            cleaned["reason"] = f"{choice}: {words}"[:300]
        if not cleaned["reason"]:
            where = "words" if choice == OWN_WORDS or "choice" not in self.fields else "choice"
            said = _("Напишете причината.") if where == "words" else _("Изберете причина.")
            self.add_error(where, said)
        return cleaned


class TimelineFilter(PeriodFilter):
    """What the timeline is narrowed to, from the address of the page."""

    mark_optional = False

    ot = forms.DateField(label=_("От дата"), required=False)
    do = forms.DateField(label=_("До дата"), required=False)
    koy = forms.TypedChoiceField(label=_("Кой"), required=False, coerce=int, empty_value=None)
    vid = forms.ChoiceField(
        required=False, choices=lambda: [("", _("Всичко")), *kinds()], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["koy"].choices = [
            ("", _("Всички")),
            *((user.pk, user.name) for user in people),
        ]

    def filters(self) -> dict[str, Any]:
        """Return the valid answers as ``timeline`` takes them."""
        self.is_valid()
        chosen = self.cleaned_data
        return {
            "kind": chosen.get("vid", ""),
            "start": chosen.get("ot"),
            "end": chosen.get("do"),
            "who": chosen.get("koy"),
        }

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the kind is chosen."""
        return any(self.cleaned_data.get(name) for name in ("ot", "do", "koy"))
