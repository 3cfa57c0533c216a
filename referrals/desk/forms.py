"""Forms of what is done to an application: each carries the version its page was made from."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from frontoffice.followups.forms import ColleagueField
from frontoffice.forms_people import UNKEPT, refuse_egn
from municipalities.forms_days import staff_day_field
from municipalities.uploads import MultipleUploadField
from referrals.applications.handling import TalkedHow, Via, outcomes_for
from referrals.applications.models import Application, State
from referrals.applications.models_parts import ApplicationEvent
from referrals.kinds.reading import papers_for

MOST_PAPERS = 20  # asked for at once
LONGEST_PAPER = 200
NO_COLLEAGUE = "Колегата вече не работи на бюро. Изберете друг."


def text_field(label: str, *, most: int = 500, rows: int = 2, required: bool = False, **options):
    """Return a field of free text, in which a ЕГН has no place."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        validators=[refuse_egn],
        **options,
    )


class StepForm(forms.Form):
    """Base: knows the application, and from which version of it the page was made."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )

    def __init__(self, *args, application: Application, **kwargs):
        self.application = application
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = application.version
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the form offers of this application."""

    def facts(self) -> dict:
        """Return the answers as the verb takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class AssignForm(StepForm):
    to = ColleagueField(label="На кого")
    note = forms.CharField(
        label="Бележка за колегата",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )

    def __init__(self, *args, application=None, has_version: bool = True, **kwargs):
        self.has_version = has_version
        super().__init__(*args, application=application or Application(), **kwargs)

    def prepare(self) -> None:
        self.fields["to"].offer(without=self.application.owner_id)
        if not self.has_version:
            del self.fields["version"]


class ConfirmForm(StepForm):
    how = forms.ChoiceField(
        label="Как говорихте",
        choices=TalkedHow.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете как говорихте с човека."},
    )
    on = staff_day_field(label="Кога")
    at = forms.TimeField(
        label="Час",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Напишете часа като 14:30."},
    )
    note = text_field("Какво каза човекът")

    def prepare(self) -> None:
        self.fields["on"].initial = timezone.localdate

    def clean_on(self) -> dt.date:
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError("Този ден още не е дошъл.")
        if day < self.application.received_on:
            raise ValidationError("Тогава заявлението още не беше постъпило.")
        return day

    def facts(self) -> dict:
        """Return the moment in place of day and hour: now, where it was today."""
        cleaned, now = self.cleaned_data, timezone.localtime()
        day, at = cleaned["on"], cleaned["at"]
        if not at:
            at = now.time() if day == now.date() else dt.time(12, 0)
        moment = min(timezone.make_aware(dt.datetime.combine(day, at)), now)
        return {"how": cleaned["how"], "at": moment, "note": cleaned["note"]}


class PapersForm(StepForm):
    mark_optional = False  # of papers one has to be chosen or written

    wanted = forms.MultipleChoiceField(
        label="Документи", required=False, widget=forms.CheckboxSelectMultiple
    )
    other = text_field("Други документи", most=1500, help_text="Всеки на отделен ред.")
    until = staff_day_field(label="Очакваме ги до (по желание)", required=False)
    note = text_field(
        "Пояснение за човека (по желание)",
        help_text="Стои на страницата за проследяване и в писмото.",
    )

    def prepare(self) -> None:
        papers = papers_for(self.application.kind, self.application.on_behalf)
        self.fields["wanted"].choices = [
            (str(paper.pk), paper.name) for paper in papers if not paper.is_for_reference
        ]
        if not self.fields["wanted"].choices:
            del self.fields["wanted"]
            self.fields["other"].label = "Документи"

    def clean_other(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["other"].splitlines()]
        lines = [line for line in lines if line]
        if any(len(line) > LONGEST_PAPER for line in lines):
            raise ValidationError(f"Един документ е най-много {LONGEST_PAPER} знака.")
        return lines

    def clean_until(self) -> dt.date | None:
        day = self.cleaned_data["until"]
        if day and day < timezone.localdate():
            raise ValidationError("Този ден вече мина.")
        if day and day.year > timezone.localdate().year + 2:
            raise ValidationError("Проверете годината.")
        return day

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        if "wanted" in self.errors or "other" in self.errors:
            return cleaned
        names = dict(self.fields["wanted"].choices) if "wanted" in self.fields else {}
        papers = [names[one] for one in cleaned.get("wanted", ())] + cleaned.get("other", [])
        if not papers:
            where = "wanted" if names else "other"
            self.add_error(where, "Посочете поне един документ.")
        elif len(papers) > MOST_PAPERS:
            self.add_error("other", f"Наведнъж се искат най-много {MOST_PAPERS} документа.")
        cleaned["papers"] = papers
        return cleaned

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("papers", "until", "note")}


class PaperAddForm(StepForm):
    mark_optional = False

    which = forms.MultipleChoiceField(
        label="Кои документи", required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(
        label="Друг документ",
        required=False,
        max_length=LONGEST_PAPER,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )
    files = MultipleUploadField(
        label="Файлове (по желание)",
        required=False,
        help_text="Без файл: документът е показан или стои на хартия в преписката.",
    )
    note = text_field("Бележка за колегите (по желание)")
    is_complete = forms.BooleanField(label="Вече има всичко: срокът продължава", required=False)

    def prepare(self) -> None:
        asked = self.application.paper_requests.filter(closed_on__isnull=True).first()
        papers = papers_for(self.application.kind, self.application.on_behalf)
        names = [*(asked.papers if asked else ()), *(paper.name for paper in papers)]
        self.fields["which"].choices = [(name, name) for name in dict.fromkeys(names)]
        if not names:
            del self.fields["which"]
        self.fields["is_complete"].initial = bool(asked and len(asked.papers) == 1)
        if self.application.state != State.WAITING:
            del self.fields["is_complete"]

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        has_files = cleaned.get("files") or "files" in self.errors
        if not (cleaned.get("which") or cleaned.get("other") or has_files or self.errors):
            where = "which" if "which" in self.fields else "other"
            self.add_error(where, "Посочете кой документ дойде.")
        return cleaned

    def facts(self) -> dict:
        cleaned = self.cleaned_data
        named = [*cleaned.get("which", ()), *filter(None, [cleaned["other"]])]
        return {
            "papers": ", ".join(named),
            "note": cleaned["note"],
            "is_complete": cleaned.get("is_complete", False),
        }


class ResumeForm(StepForm):
    is_received = forms.TypedChoiceField(
        label="Защо",
        choices=[("1", "Документите са тук"), ("0", "Продължаваме без тях")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="1",
        error_messages={"required": "Изберете защо срокът продължава."},
    )
    on = staff_day_field(
        label="Срокът тече отново от", help_text="Денят, в който документите са дошли."
    )
    note = text_field("Бележка за колегите")

    def prepare(self) -> None:
        self.fields["on"].initial = self._came_on()

    def _came_on(self) -> dt.date:
        """Return the day of the citizen's last paper since the clock stands; today without one."""
        application, today = self.application, timezone.localdate()
        last = application.events.filter(
            kind=ApplicationEvent.Kind.PAPER_ADDED, user__isnull=True
        ).last()
        day = timezone.localtime(last.at).date() if last else today
        return day if application.paused_on and day >= application.paused_on else today


class NoteForm(StepForm):
    text = text_field("Бележка", most=1000, rows=4, required=True)


class MessageForm(StepForm):
    text = text_field(
        "Съобщение",
        most=900,
        rows=6,
        required=True,
        help_text="С прости думи. Пощата се чете и от други: не пишете нищо за здравето и нуждите.",
    )
    via = forms.ChoiceField(
        label="Как",
        choices=Via.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете как стига до човека."},
    )

    def prepare(self) -> None:
        self.fields["via"].initial = Via.MAIL if self.application.email else Via.PHONE
        if not self.application.email:
            self.fields["via"].choices = [one for one in Via.choices if one[0] != Via.MAIL]


class WithdrawForm(StepForm):
    reason = text_field("Какво каза човекът", required=True)


class CloseForm(StepForm):
    outcome = forms.ChoiceField(
        label="Изход",
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете с какво приключва."},
    )
    answer = text_field(
        "Какво да прочете човекът",
        rows=4,
        help_text="Добавя се към изхода на страницата за проследяване.",
    )
    note = text_field("Бележка за колегите")

    def prepare(self) -> None:
        self.fields["outcome"].choices = outcomes_for(self.application)
        if self.application.is_alert:
            del self.fields["answer"]


class ReopenForm(StepForm):
    reason = text_field("Защо се отваря отново", required=True)
