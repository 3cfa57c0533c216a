"""Forms of trainings: finding people to enrol, checking a certificate, evaluating."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from municipalities.form_words import UNREADABLE
from services_registry.models import Provider
from trainings.evaluating import MARKS
from trainings.models import Trainee

LONGEST_SEARCH = 80


class CheckForm(forms.Form):
    """The code of a certificate, however it was typed."""

    mark_optional = False

    kod = forms.CharField(
        label=_("Код от удостоверението"),
        max_length=60,
        help_text=_("Отпечатан е до квадратния код, например SLV20-ABCD-EFGH-JKLM."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Напишете кода."),
            "max_length": _("Кодът е по-къс. Препишете го от удостоверението."),
            **UNREADABLE,
        },
    )


def _mark(label: str) -> forms.TypedChoiceField:
    choose = _("Изберете оценка от 1 до 5.")
    named = {1: _("1 – слабо"), 5: _("5 – отлично")}
    return forms.TypedChoiceField(
        label=label,
        choices=[(mark, named.get(mark, str(mark))) for mark in MARKS],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": choose, "invalid_choice": choose},
    )


class EvaluationForm(forms.Form):
    """Four marks and words, without a name."""

    mark_optional = False

    content = _mark(_("Съдържанието беше ли ясно и полезно?"))
    trainer = _mark(_("Как се справи обучителят?"))
    use = _mark(_("Ще ви помогне ли в работата?"))
    organisation = _mark(_("Как беше организирано?"))
    words = forms.CharField(
        label=_("Какво да променим следващия път?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Не е задължително. Не пишете имена."),
        error_messages={
            "max_length": _("Съкратете текста: най-много %(limit_value)d знака."),
            **UNREADABLE,
        },
    )
    form_key = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={
            "required": _("Отворете връзката отново."),
            "invalid": _("Отворете връзката отново."),
        },
    )

    @property
    def marks(self) -> dict[str, int]:
        """The four marks, by the names of their columns."""
        return {
            name: self.cleaned_data[name] for name in ("content", "trainer", "use", "organisation")
        }


class AskForm(forms.Form):
    """Until when the evaluation is open, and whether its link is mailed."""

    until = forms.DateField(
        label="До кой ден",
        help_text="Например 21.11.2026.",
        widget=forms.DateInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "size": 12}, format="%d.%m.%Y"
        ),
        error_messages={"required": "Напишете ден.", "invalid": "Напишете дата: 21.11.2026."},
    )
    is_mailed = forms.BooleanField(
        label="Изпрати връзката на участниците с е-поща", required=False, initial=True
    )


class FindForm(forms.Form):
    """Whom to show for enrolling: words and where from."""

    mark_optional = False

    q = forms.CharField(
        label="Име, организация или длъжност",
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={
            "max_length": "Съкратете: най-много %(limit_value)d знака.",
            **UNREADABLE,
        },
    )
    ot = forms.CharField(required=False, max_length=40, error_messages=UNREADABLE)


class NewPersonForm(forms.ModelForm):
    """Somebody who is not on the list of those who learn."""

    is_other = forms.BooleanField(
        label="Това е друг човек със същото име", required=False, widget=forms.HiddenInput
    )

    # Whose they are is known only inside a request.
    provider = forms.ModelChoiceField(
        None,
        label="Работи при доставчик",
        required=False,
        empty_label="– не е на доставчик –",
    )

    class Meta:
        model = Trainee
        fields = ("name", "organisation", "provider", "job", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alike: list[Trainee] = []
        self.fields["provider"].queryset = Provider.objects.order_by("name", "pk")
        self.fields["name"].required = True
        self.fields["name"].label = "Име и фамилия"
        for name in ("name", "organisation", "job", "email"):
            self.fields[name].widget.attrs |= {"class": "vTextField"}
            self.fields[name].error_messages |= UNREADABLE

    def clean(self) -> dict[str, Any]:
        """Ask first where somebody of that name, or with that e-mail, is there already."""
        facts = super().clean() or {}
        name, email = facts.get("name", ""), facts.get("email", "")
        if email and Trainee.objects.filter(email__iexact=email).exists():
            self.add_error("email", ValidationError("Има човек с тази е-поща. Намерете го горе."))
        if name and not facts.get("is_other"):
            self.alike = list(Trainee.objects.filter(name__iexact=name).order_by("pk")[:5])
            if self.alike:
                self.add_error("name", "Вече има човек с това име.")
                self.fields["is_other"].widget = forms.CheckboxInput()
        if facts.get("provider") and not facts.get("organisation"):
            facts["organisation"] = facts["provider"].name[:160]
        return facts
