"""Two records of one person side by side: made one, and taken apart."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.changes import written_fact
from frontoffice.dossier.merging import (
    CannotMerge,
    merge_people,
    outcome_of,
    reason_against,
    undo_merge,
)
from frontoffice.dossier.models import PersonMerge, PersonNote, PersonRelation
from frontoffice.dossier.opening import opens_person, to_kept
from frontoffice.dossier.reasons import ask_first, held_reason
from frontoffice.dossier.timeline import tasks_of
from frontoffice.finding import find_people, likely_duplicates
from frontoffice.forms_people import NAMED_LABELS, FindForm, refuse_egn
from frontoffice.looks import find_person_named, record_look
from frontoffice.models import Consultation, Person
from frontoffice.permissions import readable_notes
from municipalities.permissions import can_see_people, require
from municipalities.views.confirming import confirm

FOUND_SHOWN = 10


class MergeForm(forms.Form):
    """Which of the two stays, and why they are one."""

    keep = forms.ChoiceField(
        label=_("Кой запис остава"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете кой запис остава.")},
    )
    reason = forms.CharField(
        label=_("Защо са един човек"),
        required=False,
        max_length=300,
        help_text=_("Например: същият телефон и адрес, потвърди го сам."),
        validators=[refuse_egn],
    )

    def __init__(self, *args, pair: tuple[Person, Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [
            (str(person.pk), f"{name}: {person.full_name}")
            for person, name in zip(pair, ("Първият", "Вторият"), strict=True)
        ]


@dataclass(frozen=True)
class Row:
    """One fact of both, as people read it."""

    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        return bool(self.first and self.second and self.first != self.second)


@require(can_see_people)
@sensitive_post_parameters("q", "reason")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def merge(request: HttpRequest, person: Person) -> HttpResponse:
    """Find the other record, see both, make them one."""
    named = request.GET.get("s", "")
    if not named:
        return _choose(request, person)
    other = find_person_named(named)
    if request.path != reverse("person_merge", args=[person.pk]):
        # Merged by a colleague meanwhile, or by this very form: two others were compared.
        return to_kept(request, person)
    asks, reason = held_reason(request, other)
    if asks:
        return ask_first(request, other)
    record_look(request, other, reason=reason)
    form = MergeForm(
        request.POST if request.method == "POST" else None,
        pair=(person, other),
        initial={"keep": str(_fuller(person, other).pk)},
    )
    if request.method == "POST" and form.is_valid():
        keeps_first = form.cleaned_data["keep"] == str(person.pk)
        kept, merged = (person, other) if keeps_first else (other, person)
        try:
            merge_people(
                membership=request.membership,
                kept=kept,
                merged=merged,
                reason=form.cleaned_data["reason"],
            )
        except CannotMerge as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, "Двата записа са един. Ако е грешка, разделете ги от хода на събитията."
            )
            return redirect("person", kept.pk)
    return render(
        request,
        "frontoffice/merge.html",
        {
            "person": person,
            "other": other,
            "form": form,
            "rows": _rows(person, other),
            "why_not": reason_against(person, other),
            "counts": [_counts(request, person), _counts(request, other)],
            "gains": [_gains(person, other), _gains(other, person)],
        },
        status=422 if form.errors else 200,
    )


@sensitive_variables()
def _choose(request: HttpRequest, person: Person) -> HttpResponse:
    """Who else it may be: likely ones at once, anybody by the box."""
    form = FindForm(request.POST if request.method == "POST" else None)
    found: list[Person] = []
    if request.method == "POST" and form.is_valid():
        found = find_people(form.cleaned_data["q"], request.municipality).people
    alike = likely_duplicates(
        names=[person.given_name, person.middle_name, person.family_name],
        birth_date=person.birth_date,
        birth_year=person.birth_year,
        phones=person.phones,
    )
    return render(
        request,
        "frontoffice/merge_choose.html",
        {
            "person": person,
            "form": form,
            "found": [one for one in found if one != person][:FOUND_SHOWN],
            "was_asked": form.is_bound and form.is_valid(),
            "alike": [likeness for likeness in alike if likeness.person != person],
        },
        status=422 if form.errors else 200,
    )


def _fuller(first: Person, second: Person) -> Person:
    """Return the record that should stay: the one with a number, else the older."""
    if first.has_secret_identifier != second.has_secret_identifier:
        return first if first.has_secret_identifier else second
    return min(first, second, key=lambda person: person.created_at)


def _rows(first: Person, second: Person) -> list[Row]:
    rows = [
        Row(str(label), written_fact(first, name), written_fact(second, name))
        for name, label in NAMED_LABELS.items()
        if name != "identifier_kind"
    ]
    rows.insert(3, Row(str(_("Номер")), first.written_identifier, second.written_identifier))
    return [row for row in rows if row.first or row.second]


def _counts(request: HttpRequest, person: Person) -> list[tuple[str, int]]:
    """Count what the reader sees of the person: that there is more is not told either."""
    notes = PersonNote.objects.filter(readable_notes(request), person=person)
    rows: dict[str, QuerySet] = {
        "консултации": Consultation.objects.filter(person=person),
        "задачи": tasks_of(request, person),
        "бележки": notes.filter(removed_at__isnull=True),
        "близки": PersonRelation.objects.filter(person=person, ended_at__isnull=True),
    }
    return [(words, found.count()) for words, found in rows.items()]


def _gains(kept: Person, merged: Person) -> list[str]:
    """Return the labels of what ``kept`` would take over from ``merged``."""
    names = {"birth_date": "born", "birth_year": "born"}
    gained = [names.get(name, name) for name in outcome_of(kept, merged)]
    return [str(NAMED_LABELS[name]).lower() for name in dict.fromkeys(gained)]


@require(can_see_people)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take apart two records that were made one by mistake."""
    rows = PersonMerge.objects.select_related("kept", "merged")
    made: PersonMerge = get_object_or_404(rows, pk=pk, undone_at__isnull=True)
    asks, reason = held_reason(request, made.kept)
    if asks:
        return ask_first(request, made.kept)
    record_look(request, made.kept, reason=reason)
    if request.method != "POST":
        return confirm(
            request,
            title=f"Разделяне на записа на {made.kept.full_name}",
            text=(
                "Двата записа отново ще са отделни. Преместеното се връща при стария запис, "
                "а записаното след обединяването остава тук."
            ),
            button="Раздели записите",
            back=reverse("person", args=[made.kept_id]),
        )
    try:
        undone = undo_merge(made, membership=request.membership)
    except CannotMerge as refused:
        messages.error(request, str(refused))
        return redirect("person", made.kept_id)
    if undone.left:
        messages.warning(
            request,
            "Записите са разделени. Променени след обединяването и оставени както са: "
            + ", ".join(undone.left)
            + ". Проверете ги.",
        )
    else:
        messages.success(request, "Записите отново са отделни.")
    return redirect("person", made.merged_id)
