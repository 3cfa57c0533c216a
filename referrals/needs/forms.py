"""Forms of an analysis of needs."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms

from frontoffice.forms_people import refuse_egn
from municipalities.models import Municipality
from projects.models import Project
from referrals.needs.models import NeedsAnalysis, NeedsSection, NeedsVersion

LONGEST = dt.timedelta(days=5 * 366)
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


class AnalysisForm(forms.Form):
    """What an analysis is: of which days, how it is called, for which project."""

    title = forms.CharField(
        label="Заглавие",
        max_length=250,
        validators=[refuse_egn],
        error_messages={"required": "Напишете заглавие."},
    )
    since = forms.DateField(label="От дата", error_messages={"required": "Изберете от кой ден."})
    upto = forms.DateField(label="До дата", error_messages={"required": "Изберете до кой ден."})
    project = forms.ModelChoiceField(
        label="Проект",
        queryset=None,
        required=False,
        empty_label="без проект",
        help_text="С проект документът носи знака на Европейския съюз и надписа до него.",
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self,
        *args: Any,
        municipality: Municipality,
        today: dt.date,
        analysis: NeedsAnalysis | None = None,
        **kwargs: Any,
    ):
        first = today.replace(month=1, day=1)
        kwargs["initial"] = (
            {name: getattr(analysis, name) for name in self.base_fields}
            if analysis
            else {
                "title": f"Анализ на потребностите от социални услуги в община "
                f"{municipality.name}, {today.year} г.",
                "since": first,
                "upto": today,
            }
        )
        super().__init__(*args, **kwargs)
        projects = Project.objects.select_related("programme").order_by("name", "pk")
        self.fields["project"].queryset = projects
        if analysis:
            hint = "С друг период всичко се преброява наново. Текстовете остават."
            self.fields["since"].help_text = hint

    def clean(self) -> dict[str, Any]:
        """Refuse days out of this century, in the wrong order, or too many."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("since"), cleaned.get("upto")
        for name in ("since", "upto"):
            if cleaned.get(name) and not EARLIEST <= cleaned[name] <= LATEST:
                self.add_error(name, "Изберете дата между 2000 и 2100 г.")
        if first and last and last < first:
            self.add_error("upto", "Крайната дата е преди началната.")
        if first and last and last - first > LONGEST:
            self.add_error("upto", "Изберете период до пет години.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the cleaned answers as the verbs of ``writing`` take them."""
        return {name: self.cleaned_data[name] for name in ("title", "since", "upto", "project")}


class PartForm(forms.Form):
    """The heading and the text of a part, in Markdown."""

    title = forms.CharField(
        label="Заглавие на частта",
        max_length=200,
        validators=[refuse_egn],
        error_messages={"required": "Напишете заглавие."},
    )
    text = forms.CharField(
        label="Текст",
        required=False,
        max_length=40_000,
        validators=[refuse_egn],
        help_text="Без имена и данни на хора: документът се чете от всички.",
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, part: NeedsSection, **kwargs: Any):
        kwargs["initial"] = {name: getattr(part, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    def facts(self) -> dict[str, Any]:
        """Return the cleaned answers as ``writing.change_part`` takes them."""
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        return {"title": self.cleaned_data["title"], "text": text}


class NewPartForm(forms.Form):
    """The heading of a part of one's own; its text comes on its page."""

    title = forms.CharField(
        label="Заглавие на новата част",
        max_length=200,
        validators=[refuse_egn],
        error_messages={"required": "Напишете заглавие."},
    )


class VersionForm(forms.Form):
    """What is new in a version."""

    note = forms.CharField(
        label="Какво е ново",
        required=False,
        max_length=300,
        validators=[refuse_egn],
        help_text="За тези, които ще избират между версиите.",
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class CompareForm(forms.Form):
    """Which two versions are compared, from the address of the page."""

    mark_optional = False

    ot = forms.TypedChoiceField(label="От версия", coerce=int, required=False, empty_value=None)
    do = forms.TypedChoiceField(label="До версия", coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, versions: list[NeedsVersion], **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(version.number, f"№ {version.number}") for version in versions]
        self.fields["ot"].choices = choices
        self.fields["do"].choices = [(0, "сегашното състояние"), *choices]
