"""A day asked in three boxes, as citizens know it by heart, and in one, as staff type it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PARTS = (
    (pgettext_lazy("част от дата", "Ден"), 2),
    (pgettext_lazy("част от дата", "Месец"), 2),
    (pgettext_lazy("част от дата", "Година"), 4),
)
MONTHS = (
    "януари", "февруари", "март", "април", "май", "юни",
    "юли", "август", "септември", "октомври", "ноември", "декември",
)  # fmt: skip
LONGEST_PART = 40
DAY_ERRORS: dict[str, Any] = {
    "required": _("Напишете деня, месеца и годината."),
    "incomplete": _("Напишете и трите: ден, месец и година."),
    "invalid": _("Няма такъв ден. Пример: 1 3 2026."),
    "year": _("Напишете годината с четири цифри, например 1950."),
    "too_early": _("Годината е твърде отдавна. Проверете я."),
    "too_late": _("Годината е твърде напред. Проверете я."),
}
ONE_BOX = _("Напишете деня като 1.3.2026 или 01.03.2026 г.")


class DayParts(forms.MultiWidget):
    """Three boxes with their own labels: ден, месец, година."""

    template_name = "components/day_parts.html"
    use_fieldset = True

    def __init__(self, attrs: dict | None = None):
        boxes = [
            forms.TextInput(attrs={"inputmode": "numeric", "size": size, "autocomplete": "off"})
            for _label, size in PARTS
        ]
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[str]:
        """Return the three boxes of a date, also of one written as in JSON."""
        if isinstance(value, str):
            try:
                value = dt.date.fromisoformat(value)
            except ValueError:
                return ["", "", ""]
        return [str(value.day), str(value.month), f"{value.year:04d}"] if value else ["", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for box, (label, _size) in zip(context["widget"]["subwidgets"], PARTS, strict=True):
            box["label"] = label
            # Help and errors are of the three together, and are read with the group.
            box["attrs"].pop("aria-describedby", None)
        return context


class DayField(forms.Field):
    """A day in three boxes; a whole date typed into the first one is read as well.

    The month may be a word. Cleaned to a date, None where nothing is typed and nothing has to be.
    ``first_year`` and ``last_year`` bound what is believed.
    """

    widget = DayParts
    default_error_messages = DAY_ERRORS

    def __init__(self, *, first_year: int = 1900, last_year: int = 2199, **kwargs):
        super().__init__(**kwargs)
        self.first_year, self.last_year = first_year, last_year

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, dt.date):
            return value
        parts = [" ".join(str(part or "").split())[:LONGEST_PART] for part in value or ()]
        parts += [""] * (3 - len(parts))
        if not any(parts):
            return None
        if not parts[1] and not parts[2]:
            parts = _split(parts[0])
        if not all(parts):
            raise self._wrong("incomplete")
        return self._day(*parts)

    def _day(self, day: str, month: str, year: str) -> dt.date:
        month = str(_month_number(month) or month)
        if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in (day, month, year)):
            raise self._wrong("invalid")
        if len(year) != 4:
            raise self._wrong("year")
        try:
            read = dt.date(int(year), int(month), int(day))
        except ValueError:
            raise self._wrong("invalid") from None
        if read.year < self.first_year:
            raise self._wrong("too_early")
        if read.year > self.last_year:
            raise self._wrong("too_late")
        return read

    def _wrong(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the boxes as text: what was typed may be no day at all."""
        before = initial if isinstance(initial, list) else DayParts().decompress(initial)
        return [str(part or "") for part in data or ("", "", "")] != before


def _split(typed: str) -> list[str]:
    """Return day, month and year of a whole date typed in one box; what is missing is empty."""
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", typed)
    if iso:
        return [iso[3], iso[2], iso[1]]
    without_year_word = re.sub(r"\s*г(одина|\.)?$", "", typed)
    found = [part for part in re.split(r"[\s./,-]+", without_year_word) if part]
    if len(found) > 3:
        return [typed, typed, typed]  # read as no day
    return found + [""] * (3 - len(found))


def _month_number(typed: str) -> int | None:
    word = typed.lower().rstrip(".")
    if len(word) < 3:
        return None
    return next((n for n, name in enumerate(MONTHS, 1) if name.startswith(word)), None)


class StaffDayField(forms.DateField):
    """One box for a day, which shows a day kept as in JSON the way it is written here."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                return value
        return value


def staff_day_field(**kwargs: Any) -> StaffDayField:
    """Return one box for a day, as staff type it: 1.3.2026, 01.03.2026 г."""
    return StaffDayField(
        error_messages={"invalid": ONE_BOX, "required": ONE_BOX},
        widget=forms.DateInput(attrs={"autocomplete": "off", "size": 12}),
        **kwargs,
    )
