"""The form that opens somebody's own row by municipality, number and second secret."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality

LONGEST_TYPED = 60  # of a number or a secret; the rest is not looked at


class _Typed(forms.CharField):
    """Takes whatever was typed, so that no fault of a field tells more than another."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=True, **kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the text without what no page can show."""
        return str(super().to_python(str(value or "").replace("\x00", "")))[:LONGEST_TYPED]


class SecretForm(forms.Form):
    """Municipality, number and second secret. ``municipality`` is the chosen one, or None.

    A form of it names its fields and says in ``not_found`` what every wrong answer is told.
    """

    mark_optional = False
    not_found: Any = ""

    obshtina = _Typed(label=_("Община"), widget=forms.Select)
    nomer = _Typed(label=_("Номер"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    kod = _Typed(
        label=_("Код"),
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
