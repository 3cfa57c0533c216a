"""Forms of studies in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.studies import tables
from campaigns.studies.models import StudyFile, StudyQuestion, StudyTable
from municipalities.admin_forms import PartFormSet, TenantForm
from municipalities.form_words import UNREADABLE
from municipalities.spreadsheet_forms import SpreadsheetField
from municipalities.uploads import UploadField
from services_registry.forms import LinesField

Form = StudyQuestion.Form
OF_CHOICES = (Form.ONE, Form.SEVERAL)
MOST_ORDER = 32_000
LONGEST_CHOICE = 160
MOST_CHOICES = 60


class StudyForm(TenantForm):
    """A study whose contract is of its project, with both days of its questionnaire or neither."""

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        contract, project = facts.get("contract"), facts.get("project")
        if contract and (project is None or contract.project_id != project.pk):
            self.add_error("contract", _("Договорът е по друг проект."))
        if bool(facts.get("opens_on")) != bool(facts.get("closes_on")):
            missing = "closes_on" if facts.get("opens_on") else "opens_on"
            if missing in self.fields and missing not in self.errors:
                self.add_error(missing, _("Напишете и двата дни на анкетата или нито един."))
        return facts


class QuestionForm(TenantForm):
    """A question; its choices one a line, and only where one chooses."""

    order = forms.IntegerField(
        label=_("Ред"), required=False, min_value=0, max_value=MOST_ORDER,
        widget=forms.NumberInput(attrs={"size": 4}),
        help_text=_("Празно: най-отдолу."),
    )  # fmt: skip
    choices = LinesField(
        label=_("Възможни отговори"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("По един на ред: при един или няколко отговора."),
        error_messages=UNREADABLE,
    )

    def clean_order(self) -> int:
        return self.cleaned_data.get("order") or 0

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        choices, kind = facts.get("choices") or [], facts.get("form")
        if kind in OF_CHOICES and "choices" not in self.errors:
            if fault := _fault_of(choices):
                self.add_error("choices", fault)
        elif kind:
            facts["choices"] = []
        return facts


def _fault_of(choices: list[str]) -> Any:
    if len(choices) < 2:
        return _("Напишете поне два отговора, всеки на свой ред.")
    if len(choices) > MOST_CHOICES:
        return _("Отговорите са много: най-много 60.")
    if len(set(choices)) != len(choices):
        return _("Един и същ отговор е написан два пъти.")
    if any(len(choice) > LONGEST_CHOICE for choice in choices):
        return _("Съкратете: отговор може да е най-много 160 знака.")
    return None


class QuestionFormSet(PartFormSet):
    """Questions of a study; one without a place comes after the last."""

    def save_new(self, form, commit=True):
        if not form.instance.order:
            places = [row.cleaned_data.get("order") or 0 for row in self.kept()]
            form.instance.order = min(max(places, default=0) + 10, MOST_ORDER)
            form.cleaned_data["order"] = form.instance.order
        return super().save_new(form, commit)


class OpenForm(forms.Form):
    """Until when the questionnaire takes answers, and of whom."""

    until = forms.DateField(
        label="До кой ден",
        help_text="Например 21.12.2026.",
        widget=forms.DateInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "size": 12}, format="%d.%m.%Y"
        ),
        error_messages={"required": "Напишете ден.", "invalid": "Напишете дата: 21.12.2026."},
    )
    by_link = forms.TypedChoiceField(
        label="Кой отговаря",
        choices=[
            ("", "всеки, който отвори страницата на проучването"),
            ("1", "само който има връзката"),
        ],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )
    mark_optional = False


class FileForm(forms.Form):
    """A document of a study with its file."""

    title = forms.CharField(
        label="Документ",
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": "Напишете какво е.", **UNREADABLE},
    )
    kind = forms.ChoiceField(label="Вид", choices=StudyFile.Kind.choices)
    file = UploadField(label="Файл", help_text="PDF, DOCX, ODT, JPEG или PNG, до 10 MB.")


class SheetForm(forms.Form):
    """An own table: its first row is the heading."""

    title = forms.CharField(
        label="Таблица",
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": "Напишете какво показва.", **UNREADABLE},
    )
    note = forms.CharField(
        label="Бележка",
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages=UNREADABLE,
    )
    file = SpreadsheetField(
        label="Файл",
        help_text="XLSX или CSV. Първият ред е заглавието; ЕГН и имена не се публикуват.",
        error_messages={"required": "Изберете файл."},
    )

    def clean_file(self) -> tuple[list[str], list[list[Any]]]:
        """Return the columns and rows that were read."""
        return tables.read_sheet(self.cleaned_data["file"].rows)


class TableForm(forms.ModelForm):
    """The name, the note and the place of an open table."""

    order = forms.IntegerField(
        label="Ред в списъка",
        min_value=0,
        max_value=MOST_ORDER,
        widget=forms.NumberInput(attrs={"size": 4}),
    )

    class Meta:
        model = StudyTable
        fields = ("order", "title", "note")
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "note": forms.TextInput(attrs={"class": "vTextField"}),
        }

    def clean_title(self) -> str:
        title = self.cleaned_data["title"].strip()
        if not title:
            raise ValidationError("Напишете какво показва.")
        return title


TableFormSet = forms.modelformset_factory(StudyTable, form=TableForm, extra=0, can_delete=True)
