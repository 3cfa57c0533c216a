"""Forms of the tracking pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality
from municipalities.upload_checks import KINDS, P7M, P7S
from municipalities.uploads import MultipleUploadField
from referrals.applications.models_parts import PaperRequest

LONGEST_TYPED = 60  # of a number or a secret; the rest is not looked at
LONGEST_NOTE = 200
NOT_FOUND = _(
    "Не намерихме заявление с този номер и този код в избраната община. Проверете и трите: "
    "написани са един до друг на потвърждението."
)
_UNREADABLE = _("В текста има знак, който не се чете. Напишете го отново.")


class _Typed(forms.CharField):
    """Takes whatever was typed, so that no fault of a field tells more than another."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=True, **kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the text without what no page can show."""
        return super().to_python(str(value or "").replace("\x00", ""))[:LONGEST_TYPED]


class TrackForm(forms.Form):
    """Municipality, number and second secret. ``municipality`` is the chosen one, or None."""

    mark_optional = False

    obshtina = _Typed(label=_("Община"), widget=forms.Select)
    nomer = _Typed(
        label=_("Номер на заявлението"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("От потвърждението, например СУ-2026-000123."),
    )
    kod = _Typed(
        label=_("Код за проследяване"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=_("Дванайсет букви и цифри, например ABCD-EFGH-JKLM. Тиретата не са важни."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.there = {one.slug: one for one in Municipality.objects.active().order_by("name", "pk")}
        choices = [(slug, one.name) for slug, one in self.there.items()]
        widget = self.fields["obshtina"].widget
        widget.choices = [("", _("Изберете община")), *choices]
        if self.is_bound:  # what is shown again is what was looked at
            typed = {name: field.clean(self.data.get(name)) for name, field in self.fields.items()}
            self.data = {**typed, "obshtina": typed["obshtina"] if self.municipality else ""}

    @property
    def municipality(self) -> Municipality | None:
        """The chosen municipality that uses the portal."""
        chosen = self.data.get("obshtina") if self.is_bound else self.initial.get("obshtina")
        return self.there.get(str(chosen or "").strip())


class PapersForm(forms.Form):
    """Files that the citizen adds later, and which papers they are."""

    files = MultipleUploadField(
        label=_("Файлове"),
        kinds=(*KINDS, P7M, P7S),
        help_text=_(
            "Снимка (JPEG, PNG), PDF, DOCX или ODT, до 10 MB всеки. Може и файл, подписан с КЕП "
            "(.p7m, .p7s)."
        ),
    )
    papers = forms.MultipleChoiceField(
        label=_("Кои от поисканите документи са това?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Изберете от изброените документи.")},
    )
    note = forms.CharField(
        label=_("Какво изпращате"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=_("Например: „Решение на ТЕЛК“."),
        error_messages={
            "max_length": _("Напишете го по-кратко, до 200 знака."),
            "null_characters_not_allowed": _UNREADABLE,
        },
    )

    def __init__(self, *args: Any, asked: PaperRequest | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked is None:
            del self.fields["papers"]
            return
        self.fields["papers"].choices = [(name, name) for name in asked.papers]
        self.fields["note"].label = _("Пояснение")
        self.fields["note"].help_text = ""

    def words(self) -> str:
        """Return which papers these are, in one line."""
        chosen = self.cleaned_data.get("papers") or []
        note = self.cleaned_data["note"]
        return "; ".join([*chosen, *([note] if note else [])])


class WithdrawForm(forms.Form):
    """Why the person no longer wishes it, if they want to say."""

    reason = forms.CharField(
        label=_("Защо оттегляте заявлението?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Не сте длъжни да обяснявате."),
        error_messages={
            "max_length": _("Напишете го по-кратко, до 500 знака."),
            "null_characters_not_allowed": _UNREADABLE,
        },
    )
