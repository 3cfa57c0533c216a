"""Pages of notes about a person: written, corrected, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from frontoffice.changes import Difference, compared
from frontoffice.dossier.forms_notes import NoteForm
from frontoffice.dossier.models import PersonNote
from frontoffice.dossier.notes import NoteChanged, add_note, change_note, remove_note
from frontoffice.dossier.opening import opens_person
from frontoffice.drafts import page as drafts
from frontoffice.models import Draft
from frontoffice.models_people import Person
from frontoffice.permissions import can_change_note, readable_notes
from municipalities.permissions import can_see_people, require


def find_note(request: HttpRequest, person: Person, pk: int) -> PersonNote:
    """Return a note that the reader may change; raises Http404 for any other, as for none."""
    rows = PersonNote.objects.filter(
        readable_notes(request), person=person, removed_at__isnull=True
    ).select_related("author")
    note: PersonNote = get_object_or_404(rows, pk=pk)
    if not can_change_note(request, note):
        raise Http404
    return note


@require(can_see_people)
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def new_note(request: HttpRequest, person: Person) -> HttpResponse:
    """Write a note about the person."""
    draft = drafts.of(request, form=Draft.Form.NOTE)
    form = draft.bind(NoteForm, user=request.user)
    if request.method == "POST" and form.is_valid():
        _note, is_new = add_note(
            membership=request.membership,
            person=person,
            form_key=form.cleaned_data["form_key"],
            **form.facts(),
        )
        draft.close()
        said = "Бележката е записана." if is_new else "Тази бележка вече беше записана."
        messages.success(request, said)
        return redirect("person", person.pk)
    return _form_page(request, person, form)


@require(can_see_people)
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def edit_note(request: HttpRequest, person: Person, note: int) -> HttpResponse:
    """Correct a note; what somebody else saved in between is shown, never written over."""
    found = find_note(request, person, note)
    draft = drafts.of(request, form=Draft.Form.NOTE, subject=found)
    form = draft.bind(NoteForm, note=found, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, person, form, note=found)
    facts = form.facts()
    try:
        change_note(found, version=form.cleaned_data["version"] or 0, **facts)
    except NoteChanged as changed:
        find_note(request, person, found.pk)  # whether it may still be read, for only its author
        form.add_error(
            None,
            "Бележката е променена, докато пишехте. Вашето е запазено по-долу. Вижте разликите и "
            "запишете отново, ако вашето е вярното.",
        )
        form.data = data = request.POST.copy()
        data["version"] = str(changed.current.version)
        shown = _differences(form, changed.current, facts)
        return _form_page(request, person, form, note=changed.current, changed=shown)
    draft.close()
    messages.success(request, "Бележката е променена.")
    return redirect("person", person.pk)


def _differences(form: NoteForm, saved: PersonNote, typed: dict[str, Any]) -> list[Difference]:
    after = PersonNote(**typed)
    return compared(
        {name: form.fields[name].label for name in typed},
        saved=lambda name: _written(saved, name),
        typed=lambda name: _written(after, name),
    )


def _written(note: PersonNote, name: str) -> str:
    if name == "visibility":
        return note.get_visibility_display()
    if name == "is_pinned":
        return "да" if note.is_pinned else "не"
    return getattr(note, name).replace("\r\n", "\n")


def _form_page(request: HttpRequest, person: Person, form: NoteForm, **shown: Any) -> HttpResponse:
    return render(
        request,
        "frontoffice/person_note_form.html",
        {"person": person, "form": form, "note": None, "changed": [], **shown},
        status=422 if form.errors else 200,
    )


@require(can_see_people)
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def drop_note(request: HttpRequest, person: Person, note: int) -> HttpResponse:
    """Take a note away, after a page that says what will happen."""
    found = find_note(request, person, note)
    if request.method == "POST":
        remove_note(found)
        messages.success(request, "Бележката е махната.")
        return redirect("person", person.pk)
    return render(request, "frontoffice/person_note_remove.html", {"person": person, "note": found})
