"""Forms of a desk's settings."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontoffice.forms_people import refuse_egn
from frontoffice.models import ConsultationTopic, DeskPolicy
from frontoffice.preferences.models import KEYS_FOR_TOPICS

MOST_REASONS = 12
_WORD = re.compile(r"[\w-]+")


class TopicsForm(forms.Form):
    """Eight keys, a topic on each or none."""

    mark_optional = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for key in range(1, KEYS_FOR_TOPICS + 1):
            self.fields[f"key_{key}"] = forms.ModelChoiceField(
                ConsultationTopic.objects.all(),
                label=_("Клавиш %(key)s") % {"key": key},
                required=False,
                empty_label=_("Без тема"),
                error_messages={
                    "invalid_choice": _("Няма такава тема. Изберете от списъка."),
                },
            )

    def clean(self):
        seen: set[ConsultationTopic] = set()
        for name in self.fields:
            topic = self.cleaned_data.get(name)
            if topic in seen:
                self.add_error(name, _("Тази тема вече е на друг клавиш."))
            elif topic:
                seen.add(topic)
        return self.cleaned_data

    def topics(self) -> list[ConsultationTopic]:
        """Return the chosen topics by key; the keys after an empty one move up."""
        chosen = (self.cleaned_data.get(name) for name in self.fields)
        return [topic for topic in chosen if topic]


class TemplateForm(forms.Form):
    """A short word and what it puts into a note."""

    word = forms.CharField(
        label=_("Кратка дума"),
        max_length=30,
        help_text=_("Пише се след „/“ в бележката. Една дума, например „телк“."),
        error_messages={"required": _("Напишете дума, по която се намира шаблонът.")},
    )
    text = forms.CharField(
        label=_("Текст"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Без имена и номера: един и същ текст влиза в бележки за различни хора."),
        validators=[refuse_egn],
        error_messages={"required": _("Напишете текста на шаблона.")},
    )
    for_all = forms.BooleanField(label=_("За всички на бюрото"), required=False)

    def __init__(self, *args, may_set_desk: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_set_desk:
            del self.fields["for_all"]

    def clean_word(self) -> str:
        word = self.cleaned_data["word"].lstrip("/").lower()
        if not _WORD.fullmatch(word):
            raise ValidationError(_("Само букви, цифри и тире, без интервал."))
        return word


class PolicyForm(forms.ModelForm):
    """Looks at people and small counts; the ready reasons are one to a line."""

    reasons = forms.CharField(
        label=_("Готови причини"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("По една на ред. Който отваря лице, избира от тях или пише своя."),
    )

    class Meta:
        model = DeskPolicy
        fields = (
            "asks_reason",
            "reasons",
            "reason_holds_minutes",
            "known_for_days",
            "smallest_count",
        )
        widgets = {"asks_reason": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial["reasons"] = "\n".join(self.instance.reasons)
        for name in ("reason_holds_minutes", "known_for_days", "smallest_count"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean_reasons(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["reasons"].splitlines()]
        reasons = list(dict.fromkeys(line for line in lines if line))
        if len(reasons) > MOST_REASONS:
            raise ValidationError(_("Най-много %(most)s причини.") % {"most": MOST_REASONS})
        if any(len(reason) > 100 for reason in reasons):
            raise ValidationError(_("Всяка причина е най-много 100 знака."))
        return reasons
