"""The form of an annex: every line with its new amount, new lines, and the amount of the whole."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from municipalities.admin_forms import AmountFormField, ListedChoiceField
from projects.models import Activity, FundingSource, Project
from projects.spending.budget import LARGEST, Annex, BudgetRefused, BudgetRow, NewLine

NEW_LINES, MOST_NEW_LINES = 2, 40
AS_A_DAY = {"invalid": "Напишете ден като 21.11.2026.", "required": "Напишете кога."}


def amount_field(label: str, **kwargs: Any) -> AmountFormField:
    """Return a box for an amount from zero up, as a budget holds it."""
    return AmountFormField(
        label=label,
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST)],
        **kwargs,
    )


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    """Return one box for a day, as staff type it."""
    widget = forms.DateInput(attrs={"inputmode": "numeric", "size": 12, "autocomplete": "off"})
    return forms.DateField(label=label, error_messages=AS_A_DAY, widget=widget, **kwargs)


class AnnexForm(forms.Form):
    """An annex to the budget of ``project``, whose ``rows`` are its lines as they are now."""

    number = forms.CharField(label="Номер на анекса", max_length=40)
    signed_on = day_field("Подписан на")
    reason = forms.CharField(
        label="Защо се променя бюджетът",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    below_is_known = forms.BooleanField(
        label="Знам, че перата остават под похарченото", required=False
    )

    def __init__(
        self,
        *args: Any,
        project: Project,
        rows: list[BudgetRow],
        sources: list[FundingSource],
        activities: list[Activity],
        new_lines: int = NEW_LINES,
        seen: str = "",
        **kwargs: Any,
    ) -> None:
        initial = {"form_key": uuid.uuid4(), "seen": seen}
        super().__init__(*args, initial=initial, **kwargs)
        self.project, self.rows, self.sources = project, rows, sources
        self.new_lines = max(0, min(new_lines, MOST_NEW_LINES))
        self.below = False  # whether some line would fall below what is spent
        for row in rows:
            self.fields[f"line_{row.line.pk}"] = amount_field(
                row.line.name, initial=row.line.amount
            )
        for number in range(self.new_lines):
            self._add_new_line(number, activities)
        self.fields["total"] = amount_field(
            "Нова сума на проекта",
            required=False,
            help_text="Само ако анексът променя и нея; иначе оставете празно.",
        )
        for source in sources:
            self.fields[f"source_{source.pk}"] = amount_field(
                str(source), initial=source.amount, required=False
            )

    def _add_new_line(self, number: int, activities: list[Activity]) -> None:
        for name, field in {
            "code": forms.CharField(label="код", max_length=20, required=False),
            "name": forms.CharField(label="перо", max_length=200, required=False),
            "activity": ListedChoiceField(activities, label="дейност"),
            "amount": amount_field("сума", required=False),
        }.items():
            if name in ("code", "name"):
                field.widget.attrs["size"] = 6 if name == "code" else 22
            self.fields[f"new_{number}_{name}"] = field

    def line_boxes(self) -> list[tuple[BudgetRow, forms.BoundField]]:
        """Return each line with its box."""
        return [(row, self[f"line_{row.line.pk}"]) for row in self.rows]

    def new_boxes(self) -> list[dict[str, forms.BoundField]]:
        """Return the boxes of each new line by name."""
        names = ("code", "name", "activity", "amount")
        return [
            {name: self[f"new_{number}_{name}"] for name in names}
            for number in range(self.new_lines)
        ]

    def source_boxes(self) -> list[tuple[FundingSource, forms.BoundField]]:
        """Return each source of funding with its box."""
        return [(source, self[f"source_{source.pk}"]) for source in self.sources]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in range(self.new_lines):
            prefix = f"new_{number}_"
            given = {n: cleaned.get(prefix + n) for n in ("code", "name", "amount", "activity")}
            if all(value in (None, "") for value in given.values()):
                continue
            for name, words in (
                ("code", "Напишете кода на новото перо."),
                ("name", "Напишете как се казва новото перо."),
                ("amount", "Напишете сумата на новото перо."),
            ):
                if given[name] in (None, "") and prefix + name not in self.errors:
                    self.add_error(prefix + name, words)
        return cleaned

    def said(self) -> Annex:
        """Return the annex that a valid form says."""
        cleaned = self.cleaned_data
        new = []
        self.places: list[int] = []
        for number in range(self.new_lines):
            if cleaned[f"new_{number}_code"]:
                self.places.append(number)
                new.append(
                    NewLine(
                        cleaned[f"new_{number}_code"],
                        cleaned[f"new_{number}_name"],
                        cleaned[f"new_{number}_amount"],
                        cleaned[f"new_{number}_activity"],
                    )
                )
        return Annex(
            number=cleaned["number"],
            signed_on=cleaned["signed_on"],
            reason=cleaned["reason"],
            amounts={row.line.pk: cleaned[f"line_{row.line.pk}"] for row in self.rows},
            new_lines=new,
            total=cleaned["total"],
            sources={
                source.pk: _or_as_it_is(cleaned[f"source_{source.pk}"], source)
                for source in self.sources
            },
        )

    def take(self, refused: BudgetRefused) -> None:
        """Put what the verb refused beside the boxes it speaks of."""
        for name, words in refused.problems.items():
            if name.startswith("new_"):
                name = f"new_{self.places[int(name[4:])]}_code"
            self.add_error(name if name in self.fields else None, words)
        self.below = all(name.startswith("line_") for name in refused.problems)


def _or_as_it_is(amount: Decimal | None, source: FundingSource) -> Decimal:
    return source.amount if amount is None else amount


def activities_of(project: Project) -> list[Activity]:
    """Return the activities to which a line may be bound."""
    return list(project.activities.order_by("position", "pk"))
