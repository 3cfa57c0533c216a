"""Forms of the tracking pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.forms_secret import SecretForm
from municipalities.upload_checks import KINDS, P7M, P7S
from municipalities.uploads import MultipleUploadField
from referrals.applications.models_parts import PaperRequest

LONGEST_NOTE = 200
NOT_FOUND = _(
    "Не намерихме заявление с този номер и този код в избраната община. Проверете и трите: "
    "написани са един до друг на потвърждението."
)
_UNREADABLE = _("В текста има знак, който не се чете. Напишете го отново.")


class TrackForm(SecretForm):
    """What opens an application to whoever sent it."""

    not_found = NOT_FOUND

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number, code = self.fields["nomer"], self.fields["kod"]
        number.label = _("Номер на заявлението")
        number.help_text = _("От потвърждението, например СУ-2026-000123.")
        code.label = _("Код за проследяване")


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
