"""Parts of an analysis: their text, their order, whether they are in the document."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from frontoffice.changes import Difference
from frontoffice.drafts import page as drafts
from frontoffice.drafts.models import Draft
from municipalities.permissions import can_write_needs, require
from municipalities.richtext import blocks_of
from referrals.needs import writing
from referrals.needs.comparing import text_differences
from referrals.needs.forms import NewPartForm, PartForm
from referrals.needs.models import NeedsSection
from referrals.needs.views import as_shown, find_analysis, page_of

PREVIEW = "pregled"
CHANGED = (
    "Колега е променил тази част, докато пишехте. Вашето е запазено по-долу. Вижте разликите и "
    "запишете отново, ако вашето е вярното."
)
STEPS = {"nagore": -1, "nadolu": 1}
INCLUDED = {"vkluchi": True, "izkluchi": False}


def find_part(pk: int, part: int) -> NeedsSection:
    """Return a part of an analysis of the open scope; raises Http404 for any other."""
    rows = NeedsSection.objects.select_related("analysis__municipality")
    found: NeedsSection = get_object_or_404(rows, pk=part, analysis=pk)
    return found


def _back(part: NeedsSection) -> str:
    return f"{reverse('needs', args=[part.analysis_id])}#chast-{part.pk}"


@require(can_write_needs)
@require_POST
def part_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a part of one's own and go on to its text."""
    analysis = find_analysis(pk)
    form = NewPartForm(request.POST)
    if not form.is_valid():
        return page_of(request, analysis, form, status=422)
    try:
        part = writing.add_part(analysis, title=form.cleaned_data["title"])
    except writing.TooManyParts:
        form.add_error(None, f"Анализът вече има {writing.MOST_PARTS} части. Махнете някоя.")
        return page_of(request, analysis, form, status=422)
    return redirect("needs_part", pk, part.pk)


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def part_edit(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Write a part; what a colleague saved in between is shown, never written over."""
    found = find_part(pk, part)
    draft = drafts.of(request, form=Draft.Form.NEEDS, subject=found)
    form = draft.bind(PartForm, part=found)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, found, form)
    facts = form.facts()
    if PREVIEW in request.POST:
        return _form_page(request, found, form, preview=blocks_of(facts["text"]), is_preview=True)
    try:
        writing.change_part(found, version=form.cleaned_data["version"], **facts)
    except writing.PartChanged as changed:
        form.add_error(None, CHANGED)
        form.data = data = request.POST.copy()
        data["version"] = str(changed.current.version)
        return _form_page(request, found, form, changed=_differences(changed.current, facts))
    draft.close()
    messages.success(request, f"Частта „{facts['title']}“ е записана.")
    return redirect(_back(found))


def _differences(saved: NeedsSection, typed: dict[str, str]) -> list[Difference]:
    found = text_differences(saved.text, typed["text"])
    if saved.title != typed["title"]:
        found.insert(0, Difference("Заглавие", saved.title, typed["title"]))
    return found


def _form_page(
    request: HttpRequest, part: NeedsSection, form: PartForm, **context: Any
) -> HttpResponse:
    return render(
        request,
        "referrals/needs/part.html",
        {
            "analysis": part.analysis,
            "part": part,
            "shown": as_shown(part),
            "form": form,
            "changed": [],
            "preview": [],
            "is_preview": False,
            **context,
        },
        status=422 if form.errors else 200,
    )


@require(can_write_needs)
@require_POST
def part_set(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Move a part up or down, take it into the document or leave it out."""
    found = find_part(pk, part)
    what = request.POST.get("kakvo", "")
    if what in STEPS:
        writing.move(found, by=STEPS[what])
        messages.success(request, f"Частта „{found.title}“ е преместена.")
    elif what in INCLUDED:
        writing.include(found, is_included=INCLUDED[what])
        said = "влиза в документа" if INCLUDED[what] else "не влиза в документа"
        messages.success(request, f"Частта „{found.title}“ {said}.")
    else:
        messages.error(request, "Нищо не е променено. Изберете какво да стане с частта.")
    return redirect(_back(found))


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def part_remove(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Delete a part of one's own, after a page that asks; a counted one has no such page."""
    found = find_part(pk, part)
    if found.code:
        raise Http404
    if request.method == "POST":
        writing.remove_part(found)
        messages.success(request, f"Частта „{found.title}“ е махната.")
        return redirect("needs", pk)
    return render(
        request,
        "referrals/needs/part_remove.html",
        {"analysis": found.analysis, "part": found, "shown": as_shown(found)},
    )
