"""Изнесена приемна: a day outside the office, line by line, brought in at once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from frontoffice.consultations import record_consultation
from frontoffice.drafts import page as drafts
from frontoffice.followups.days import FIRST_YEAR
from frontoffice.forms_people import refuse_egn
from frontoffice.models import LONGEST_CONSULTATION, Consultation, ConsultationTopic, Draft
from frontoffice.preferences.reading import ordered_topics
from municipalities.models import Membership, Settlement
from municipalities.permissions import can_use_desk, require
from services_registry.models import ServiceKind

LINES = 12
MOST_LINES = 60
STARTS_AT = dt.time(9)
USUAL = {
    "subject": Consultation.Subject.SELF,
    "outcome": Consultation.Outcome.INFORMED,
    "duration_minutes": 5,
}


class DayForm(forms.Form):
    """When and where the day was."""

    day = forms.DateField(
        label=_("Кой ден"),
        error_messages={
            "required": _("Напишете деня."),
            "invalid": _("Напишете деня като 21.11.2026."),
        },
    )
    settlement = forms.ModelChoiceField(
        Settlement.objects.none(),
        label=_("Къде"),
        empty_label=_("Изберете"),
        error_messages={
            "required": _("Изберете населено място."),
            "invalid_choice": _("Няма такова населено място в общината."),
        },
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, municipality, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["settlement"].queryset = Settlement.objects.filter(municipality=municipality)

    def clean_day(self) -> dt.date:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("Денят не може да е в бъдещето."))
        if day.year < FIRST_YEAR:
            raise ValidationError(_("Проверете годината."))
        return day


class LineForm(forms.Form):
    """One talk of the day: a topic makes the line a talk, the rest has usual answers."""

    mark_optional = False

    topic = forms.ChoiceField(label=_("Тема"), required=False)
    subject = forms.ChoiceField(label=_("За кого"), choices=Consultation.Subject.choices)
    outcome = forms.ChoiceField(label=_("Изход"), choices=Consultation.Outcome.choices)
    missing_kind = forms.ChoiceField(label=_("Каква услуга липсва"), required=False)
    duration_minutes = forms.IntegerField(
        label=_("Минути"),
        required=False,
        min_value=1,
        max_value=LONGEST_CONSULTATION,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    note = forms.CharField(
        label=_("Бележка"), required=False, max_length=4000, validators=[refuse_egn]
    )

    def __init__(self, *args, topics: list[ConsultationTopic], kinds: list[ServiceKind], **kwargs):
        super().__init__(*args, **kwargs)
        self.topics = {str(topic.pk): topic for topic in topics}
        self.fields["topic"].choices = [("", "–"), *((k, t.name) for k, t in self.topics.items())]
        self.kinds = {str(kind.pk): kind for kind in kinds}
        self.fields["missing_kind"].choices = [
            ("", _("Не е посочено")),
            *((k, kind.name) for k, kind in self.kinds.items()),
        ]

    def clean(self):
        if self.cleaned_data.get("note") and not self.cleaned_data.get("topic"):
            self.add_error("topic", _("Изберете тема или изтрийте бележката."))
        if self.cleaned_data.get("outcome") != Consultation.Outcome.UNMET:  # out of sight then
            self._errors.pop("missing_kind", None)
            self.cleaned_data["missing_kind"] = ""
        if "duration_minutes" not in self.errors:
            minutes = self.cleaned_data.get("duration_minutes")
            self.cleaned_data["duration_minutes"] = minutes or USUAL["duration_minutes"]
        return self.cleaned_data

    @property
    def is_talk(self) -> bool:
        """Whether the valid line says that there was a talk."""
        return bool(self.cleaned_data.get("topic"))


LineFormSet = forms.formset_factory(
    LineForm, extra=LINES, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
)


@require(can_use_desk)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def field_day(request: HttpRequest) -> HttpResponse:
    """Record the talks of a day outside the office, all of them or none; sent twice, once."""
    draft = drafts.of(request, form=Draft.Form.FIELD_DAY)
    is_sent = request.method == "POST"
    form = draft.bind(
        DayForm, municipality=request.municipality, initial={"day": timezone.localdate()}
    )
    lines = _lines(request.POST if is_sent else draft.typed, request.membership)
    if is_sent and form.is_valid() and lines.is_valid():
        talks = [(number, line) for number, line in enumerate(lines) if line.is_talk]
        if talks:
            written = _record(request.membership, form.cleaned_data, talks)
            draft.close()
            messages.success(request, _told(written, len(talks)))
            return redirect("consultations")
        form.add_error(None, "Няма нито един ред с тема. Изберете тема на всеки разговор.")
    return render(
        request,
        "frontoffice/talks/field_day.html",
        {"form": form, "lines": lines, "draft": draft, "is_sent": is_sent},
        status=422 if is_sent else 200,
    )


def _lines(data: QueryDict | None, membership: Membership) -> BaseFormSet:
    """Return the lines as they were sent or typed, or a page of empty ones."""
    lines = LineFormSet(
        data,
        prefix="red",
        initial=None if data else [USUAL] * LINES,
        form_kwargs={
            "topics": ordered_topics(membership),
            "kinds": list(ServiceKind.objects.all()),
        },
    )
    lines.extra = LINES if data else 0
    return lines


def _told(written: int, sent: int) -> str:
    if not written:
        return "Тези разговори вече бяха записани."
    one = "Записан е 1 разговор" if written == 1 else f"Записани са {written} разговора"
    return f"{one}; {sent - written} вече ги имаше." if written < sent else f"{one}."


@transaction.atomic
def _record(membership: Membership, day: dict[str, Any], talks: list[tuple[int, LineForm]]) -> int:
    """Record the lines one after another from nine o'clock; return how many were new."""
    moment = timezone.make_aware(dt.datetime.combine(day["day"], STARTS_AT))
    new = 0
    for number, line in talks:
        facts = line.cleaned_data
        _row, is_new = record_consultation(
            membership=membership,
            # The page has one key; each of its lines has one of its own, the same every time, also
            # when one comes back to it and fills a line that was left empty.
            form_key=uuid.uuid5(day["form_key"], str(number)),
            topics=[line.topics[facts["topic"]]],
            held_at=min(moment, timezone.now()),
            duration_minutes=facts["duration_minutes"],
            channel=Consultation.Channel.OUTREACH,
            subject=facts["subject"],
            outcome=facts["outcome"],
            missing_kind=line.kinds.get(facts["missing_kind"]),
            note=facts["note"],
            settlement=day["settlement"],
            person=None,
        )
        new += is_new
        moment += dt.timedelta(minutes=facts["duration_minutes"])
    return new
