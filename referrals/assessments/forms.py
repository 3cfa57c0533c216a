"""Forms of what is filled in and concluded. Nothing in them is required: a part may be saved.

What is missing is said on the page that checks, and refused by the workflow.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from decimal import Decimal
from hashlib import blake2b
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from frontoffice.forms_people import UNKEPT, refuse_egn
from municipalities.forms_days import staff_day_field
from municipalities.numbers import plain
from referrals.assessments import contents as held
from referrals.assessments.contents import Contents
from referrals.assessments.models import Conclusion, NeedsAssessment, Participation
from referrals.assessments.models_form import AssessmentQuestion
from referrals.desk.forms import text_field
from referrals.kinds.models import KindQuestion
from referrals.kinds.reading import WordsField, answers_form, answers_of
from services_registry.classifiers import ServiceKind
from services_registry.models import Service

AWAY = (Conclusion.DIRECTORATE, Conclusion.OTHER)
UNSAID = ("", "не е отбелязано")
LONGEST = 2000
TOO_LONG = "Съкратете текста до %(limit_value)d знака; сега е %(show_value)d."


def words_field(label: str, rows: int = 4, hint: str = "") -> WordsField:
    """Return a field of longer text, in which a ЕГН has no place."""
    return WordsField(
        label=label,
        required=False,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        # Not max_length: a box that stops taking letters says nothing to whoever pastes a text.
        validators=[MaxLengthValidator(LONGEST, message=TOO_LONG), refuse_egn],
    )


def sent(value: Any) -> list[str]:
    """Return a cleaned value as a form sends it."""
    if value is None or value == "" or value is False:
        return []
    if isinstance(value, (list, tuple)):
        return [str(one) for one in value]
    if value is True:
        return ["on"]
    if isinstance(value, dt.date):
        return [f"{value:%d.%m.%Y}"]
    return [plain(value) if isinstance(value, Decimal) else str(value)]


def _trace(values: list[str]) -> str:
    return blake2b("\x1f".join(values).encode("utf-8", "replace"), digest_size=5).hexdigest()


class VersionedForm(forms.Form):
    """Knows from which version its page was drawn, and which of its boxes somebody touched.

    ``seen`` is a trace of every value that the page showed: what a colleague saved meanwhile in a
    box that nobody touched here is taken over, instead of being covered by what it was before.
    """

    mark_optional = False
    OWN = ("version", "seen")

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def __init__(self, *args: Any, assessment: NeedsAssessment, **kwargs: Any) -> None:
        self.assessment = assessment
        kwargs["initial"] = {**self.stored(assessment), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.prepare()
        traces = {name: _trace(sent(value)) for name, value in self.stored(assessment).items()}
        self.initial |= {"version": assessment.version, "seen": json.dumps(traces)}

    def prepare(self) -> None:
        """Add the fields that this assessment has."""

    def stored(self, assessment: NeedsAssessment) -> dict[str, Any]:
        """Return what is saved now, by the names of the fields, as ``sent`` takes it."""
        raise NotImplementedError

    @sensitive_variables()
    def touched(self) -> set[str]:
        """Return the names of the boxes in which something else stands than the page showed."""
        names = [name for name in self.fields if name not in self.OWN]
        return {name for name in names if self.was_changed(name, self.plain_value(name))}

    @sensitive_variables()
    def was_changed(self, name: str, value: Any) -> bool:
        """Say whether ``value`` is not what the page showed in the box ``name``."""
        traces: Any = {}
        with contextlib.suppress(ValueError, RecursionError):
            traces = json.loads(self.cleaned_data.get("seen") or "{}")
        shown = traces.get(name) if isinstance(traces, dict) else None
        return (shown or _trace([])) != _trace(sent(value))

    def plain_value(self, name: str) -> Any:
        """Return a cleaned value as ``stored`` would keep it."""
        return self.cleaned_data.get(name)


class FillForm(VersionedForm):
    """How the person took part, and the questions of every area."""

    held_on = staff_day_field(label="Кога говорихте с човека", required=False)
    participation = forms.ChoiceField(
        label="Участие на човека",
        choices=[UNSAID, *Participation.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    participation_note = words_field(
        "Как участва", rows=3, hint="Кой още беше там, как беше чуто мнението му, какво попречи."
    )
    wishes = words_field("Какво желае човекът, с негови думи")
    risks = words_field(
        "Рискове накратко", hint="Какво застрашава човека и какво се прави, за да се намали."
    )

    def __init__(self, *args: Any, asked: held.Asked, **kwargs: Any) -> None:
        self.asked = asked
        self.questions = tuple(one for _area, listed in asked for one in listed)
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        # A question of an assessment is asked as one of a kind: the same columns, the same answers.
        alike = cast("list[KindQuestion]", self.questions)
        self.fields.update(answers_form(alike, at_desk=True)().fields)
        for question in self.questions:
            field = self.fields[f"q{question.pk}"]
            if type(field.widget) is forms.RadioSelect:  # not its kin of several boxes
                cast("forms.ChoiceField", field).choices = [
                    UNSAID,
                    *cast("Any", field).choices,
                ]
            if question.is_required:
                field.label = f"{field.label} (задължително)"

    @sensitive_variables()
    def stored(self, assessment: NeedsAssessment) -> dict[str, Any]:
        contents = held.read(assessment)
        answers = {f"q{one.pk}": contents.answers.get(one.pk, "") for one in self.questions}
        for question in self.questions:
            given = answers[f"q{question.pk}"]
            if question.form == AssessmentQuestion.Form.DATE and isinstance(given, str) and given:
                answers[f"q{question.pk}"] = dt.date.fromisoformat(given)
        return {
            "held_on": assessment.held_on,
            "participation": assessment.participation,
            "participation_note": contents.participation_note,
            "wishes": contents.wishes,
            "risks": contents.risks,
            **answers,
        }

    def clean_held_on(self) -> dt.date | None:
        """Refuse a talk that is still to come."""
        day = self.cleaned_data["held_on"]
        if day and day > timezone.localdate():
            raise ValidationError("Този ден още не е дошъл.")
        return day

    @sensitive_variables()
    def facts(self) -> dict[str, Any]:
        """Return what ``assessing.save`` takes; what the other page holds stays as it is."""
        cleaned = self.cleaned_data
        answers = {one["question"]: one["given"] for one in answers_of(cast("Any", self))}
        stored = held.read(self.assessment)
        contents = Contents(
            answers=answers,
            need=stored.need,
            conclusion=stored.conclusion,
            **{name: cleaned[name] for name in ("participation_note", "wishes", "risks")},
        )
        return {
            "contents": contents,
            "held_on": cleaned["held_on"],
            "participation": cleaned["participation"],
        }

    def sections(self) -> list[dict[str, Any]]:
        """Return the parts of the page in order: their fields, how many are filled, what lacks."""
        named = [
            _section("uchastie", "Участие и желания", "", [
                self[name] for name in ("held_on", "participation", "participation_note", "wishes")
            ], {"participation"}),
        ]  # fmt: skip
        for area, questions in self.asked:
            required = {f"q{one.pk}" for one in questions if one.is_required}
            fields = [self[f"q{one.pk}"] for one in questions]
            named.append(_section(f"oblast-{area.pk}", area.name, area.hint, fields, required))
        named.append(_section("riskove", "Обобщение", "", [self["risks"]], set()))
        return named


def _section(
    slug: str, title: str, hint: str, fields: list[forms.BoundField], required: set[str]
) -> dict[str, Any]:
    filled = {field.name for field in fields if field.value() not in (None, "", [])}
    return {
        "slug": slug,
        "title": title,
        "hint": hint,
        "fields": fields,
        "filled": len(filled),
        "all": len(fields),
        "lacks": len(required - filled),
    }


class ConcludeForm(VersionedForm):
    """What the assessment ends with."""

    need = words_field("Установена потребност", hint="От каква подкрепа има нужда човекът и защо.")
    outcome = forms.ChoiceField(
        label="Заключение",
        choices=[UNSAID, *Conclusion.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    kinds = forms.ModelMultipleChoiceField(
        label="Видове услуги по чл. 15",
        queryset=ServiceKind.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    intensity = forms.ChoiceField(
        label="Интензитет",
        choices=[UNSAID, *Service.Intensity.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    term = forms.ChoiceField(
        label="Срок",
        choices=[UNSAID, *Service.Term.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    is_complex = forms.BooleanField(label="Услугите се ползват като комплекс", required=False)
    authority = forms.CharField(
        label="Към кой орган се пренасочва",
        max_length=200,
        required=False,
        help_text="Когато насочва дирекция „Социално подпомагане“ или друг орган.",
        validators=[refuse_egn],
        widget=forms.TextInput(attrs={**UNKEPT, "list": "authorities"}),
    )
    conclusion = words_field(
        "Защо",
        hint="Мотиви на заключението. Стоят в документа; без тях не се отказва насочване.",
    )

    @sensitive_variables()
    def stored(self, assessment: NeedsAssessment) -> dict[str, Any]:
        contents = held.read(assessment)
        kinds = assessment.kinds.order_by("number").values_list("pk", flat=True)
        return {
            "need": contents.need,
            "outcome": assessment.outcome,
            "kinds": list(kinds),
            "intensity": assessment.intensity,
            "term": assessment.term,
            "is_complex": assessment.is_complex,
            "authority": assessment.authority,
            "conclusion": contents.conclusion,
        }

    def plain_value(self, name: str) -> Any:
        if name == "kinds":
            return [kind.pk for kind in self.cleaned_data.get("kinds") or ()]
        return super().plain_value(name)

    def clean(self) -> dict[str, Any]:
        """Ask to whom, and why, where nobody is referred to a service."""
        cleaned = super().clean() or {}
        outcome = cleaned.get("outcome")
        if outcome in AWAY and not cleaned.get("authority"):
            self.add_error("authority", "Напишете към кой орган се пренасочва.")
        if outcome == Conclusion.NO_NEED and not cleaned.get("conclusion"):
            self.add_error("conclusion", "Напишете защо не се насочва: човекът трябва да знае.")
        return cleaned

    @sensitive_variables()
    def facts(self) -> dict[str, Any]:
        """Return what ``assessing.save`` takes; what the other page holds stays as it is."""
        cleaned, stored = self.cleaned_data, held.read(self.assessment)
        return {
            "contents": Contents(
                answers=stored.answers,
                participation_note=stored.participation_note,
                wishes=stored.wishes,
                risks=stored.risks,
                need=cleaned["need"],
                conclusion=cleaned["conclusion"],
            ),
            "kinds": cleaned["kinds"],
            "authority": cleaned["authority"] if cleaned["outcome"] in AWAY else "",
            **{name: cleaned[name] for name in ("intensity", "term", "is_complex", "outcome")},
        }


# What is done to an assessment: a form each


class StepForm(forms.Form):
    """Base: carries the version its page was drawn from."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )

    def __init__(self, *args: Any, assessment: NeedsAssessment, **kwargs: Any) -> None:
        self.assessment = assessment
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = assessment.version
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the form offers of this assessment."""

    def facts(self) -> dict[str, Any]:
        """Return the answers as the verb takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ReasonForm(StepForm):
    reason = text_field("Защо", most=300, required=True,
                        error_messages={"required": "Напишете защо."})  # fmt: skip


class ReturnForm(StepForm):
    reason = text_field("Какво да се поправи", most=900, rows=4, required=True,
                        error_messages={"required": "Напишете какво да се поправи."})  # fmt: skip


class UrgentForm(StepForm):
    reason = text_field("Защо е спешно", most=300, required=True,
                        error_messages={"required": "Напишете защо е спешно."})  # fmt: skip
    follow_up_on = staff_day_field(label="До кога ще се довърши оценката")

    def clean_follow_up_on(self) -> dt.date:
        """Refuse a day that has passed or is not of this time."""
        day = self.cleaned_data["follow_up_on"]
        today = timezone.localdate()
        if not today <= day <= today + dt.timedelta(days=366):
            raise ValidationError("Изберете ден от днес до една година напред.")
        return day


class NoteForm(StepForm):
    text = text_field("Бележка", most=900, rows=4, required=True,
                      error_messages={"required": "Напишете бележката."})  # fmt: skip


class ResumeForm(StepForm):
    note = text_field("Бележка", most=300)


class PressForm(StepForm):
    """Nothing to say: only that it is meant."""
