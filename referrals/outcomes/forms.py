"""The two questions, as the person reads them and as the desk writes the answer down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontoffice.identifiers import holds_egn
from referrals.outcomes.models import OutcomeQuestion

Reached, Helped = OutcomeQuestion.Reached, OutcomeQuestion.Helped
REACHED = [(Reached.YES, _("Да")), (Reached.PARTLY, _("Отчасти")), (Reached.NO, _("Не"))]
HELPED = [
    (Helped.YES, _("Да, помага")),
    (Helped.SOMEWHAT, _("Донякъде")),
    (Helped.NO, _("Не помага")),
    (Helped.EARLY, _("Рано е да се каже")),
]
_CHOOSE = _("Изберете един от отговорите.")


def _refuse_egn(text: str) -> None:
    if holds_egn(text):
        raise ValidationError(_("Тук има ЕГН. Изтрийте го: тук не ни трябва."))


class AnswerForm(forms.Form):
    """What the person answers. Whether it helps is asked only of help that came."""

    mark_optional = False

    reached = forms.ChoiceField(
        label=_("Стигна ли помощта до вас?"),
        choices=REACHED,
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    helped = forms.ChoiceField(
        label=_("Помага ли ви?"),
        choices=HELPED,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Ако помощта не е стигнала до вас, пропуснете този въпрос."),
        error_messages={"invalid_choice": _CHOOSE},
    )
    note = forms.CharField(
        label=_("Искате ли да кажете още нещо?"),
        required=False,
        max_length=1000,
        validators=[_refuse_egn],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Не е задължително. Четат го само служителите на фронт-офиса."),
        error_messages={
            "max_length": _("Съкратете текста: най-много %(limit_value)d знака."),
            "null_characters_not_allowed": _("В текста има знак, който не се чете."),
        },
    )

    def clean(self) -> dict[str, Any]:
        """Ask whether it helps, unless it did not come."""
        facts = super().clean() or {}
        came = facts.get("reached") in (Reached.YES, Reached.PARTLY)
        if came and not facts.get("helped") and "helped" not in self.errors:
            self.add_error("helped", _CHOOSE)
        return facts


class CallForm(AnswerForm):
    """The same, as somebody at the desk hears it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reached"].label = "Стигна ли помощта до човека?"
        self.fields["helped"].label = "Помага ли му?"
        self.fields["helped"].help_text = "Ако помощта не е стигнала, не се пита."
        self.fields["note"].label = "С думи"
        self.fields["note"].help_text = "Само каквото е важно за услугата."
