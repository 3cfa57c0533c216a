"""People: found before they are written down, one page each, every look recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.changes import differences
from frontoffice.dossier.opening import opens_person, to_kept
from frontoffice.dossier.reasons import ask_first, held_reason
from frontoffice.drafts import page as drafts
from frontoffice.finding import find_people, unseen_likenesses
from frontoffice.forms_people import FindForm, PersonForm, initial_from_question, initial_of
from frontoffice.identifiers import compact, mask, may_be_national
from frontoffice.kept import kept_of
from frontoffice.looks import find_person, record_found
from frontoffice.models import Draft, Person
from frontoffice.people import (
    IdentifierTaken,
    PersonChanged,
    create_person,
    person_with,
    update_person,
)
from frontoffice.questions import keep_question, kept_question
from municipalities.permissions import can_see_people, require

PEOPLE_PER_PAGE = 25
SECRETS = ("q", "person_query", "person_asked", "identifier", "given_name", "middle_name",
           "family_name", "phones", "born", "email", "address", "note", "needs_note")  # fmt: skip


# Finding


@require(can_see_people)
@sensitive_post_parameters(*SECRETS)
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """One box. What was typed stays in the session; the address holds a word that means nothing."""
    if request.method == "POST":
        form = FindForm(request.POST)
        if form.is_valid():
            word = keep_question(request, form.cleaned_data["q"])
            return redirect(f"{reverse('people')}?t={word}")
        return _find_page(request, form, status=422)
    word = request.GET.get("t", "")
    question = kept_question(request, word)
    # A page that can be asked for again does not repeat a ЕГН, not even to who typed it.
    is_number = may_be_national(question)
    form = FindForm(initial={"q": "" if is_number else question})
    if not question:
        return _find_page(request, form, is_over=bool(word))
    found = find_people(question, request.municipality)
    page = Paginator(found.people, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    number = mask(compact(question)) if is_number else ""
    return _find_page(request, form, found=found, page_obj=page, word=word, number=number)


def _find_page(request: HttpRequest, form: FindForm, *, status: int = 200, **shown) -> HttpResponse:
    if not shown.get("found") and not form.errors:
        form.fields["q"].widget.attrs["autofocus"] = True
    context = {"found": None, "page_obj": None, "word": "", "number": "", "is_over": False}
    return render(
        request, "frontoffice/people.html", {"form": form, **context, **shown}, status=status
    )


@require(can_see_people)
@require_safe
def open_found(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a person from the results of a search, and keep that it was so."""
    person = find_person(pk)
    kept = kept_of(person)
    if kept != person:
        return to_kept(request, kept)
    asks, reason = held_reason(request, person)
    if asks:
        page = reverse("person", args=[person.pk])
        return ask_first(request, person, then=page, was_found=True)
    record_found(request, person, reason=reason)
    return redirect("person", pk)


# Writing down


@require(can_see_people)
@sensitive_post_parameters(*SECRETS)
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Write somebody down, after showing who it may already be."""
    draft = drafts.of(request, form=Draft.Form.PERSON)
    if "ot-tarsene" in request.POST:
        # Sent and not linked to: the page that comes back has a ЕГН in a field.
        question = kept_question(request, request.POST["ot-tarsene"])
        form = PersonForm(
            municipality=request.municipality, initial=initial_from_question(question)
        )
        return _form_page(request, draft.joined(form))
    form = draft.bind(PersonForm, municipality=request.municipality)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form)
    facts = form.facts()
    taken = facts["digits"] and person_with(
        facts["identifier_kind"], facts["digits"], request.municipality
    )
    if taken and taken.form_key != form.cleaned_data["form_key"]:
        return _taken_page(request, form, taken)
    shown = request.POST.get("shown", "").split() if "confirm" in request.POST else []
    likenesses = unseen_likenesses(facts, form_key=form.cleaned_data["form_key"], shown=shown)
    if likenesses:
        return _form_page(request, form, likenesses=likenesses)
    try:
        person, is_new = create_person(
            membership=request.membership, form_key=form.cleaned_data["form_key"], **facts
        )
    except IdentifierTaken as refused:
        return _taken_page(request, form, refused.person)
    draft.close()
    messages.success(request, "Лицето е записано." if is_new else "Това лице вече беше записано.")
    return redirect("person", person.pk)


@sensitive_variables()
def _taken_page(request: HttpRequest, form: PersonForm, taken: Person) -> HttpResponse:
    form.add_error("identifier", "В общината вече има записано лице с този номер.")
    return _form_page(request, form, taken=taken, person=form.person)


@sensitive_variables()
def _form_page(request: HttpRequest, form: PersonForm, **shown: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "person": None,
        "likenesses": [],
        "taken": None,
        "changed": [],
    }
    return render(
        request,
        "frontoffice/person_form.html",
        {**context, **shown},
        status=422 if form.errors else 200,
    )


@require(can_see_people)
@sensitive_post_parameters(*SECRETS)
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def edit_person(request: HttpRequest, person: Person) -> HttpResponse:
    """Correct what is known; a colleague's change in between is shown, never written over."""
    draft = drafts.of(request, form=Draft.Form.PERSON, subject=person)
    form = draft.bind(
        PersonForm,
        municipality=request.municipality,
        person=person,
        initial=initial_of(person),
    )
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, person=person)
    facts = form.facts()
    try:
        if request.resolver_match.kwargs["pk"] != person.pk:
            raise PersonChanged(person)  # the record this was read from is now part of another
        update_person(person, version=form.cleaned_data["version"] or 0, **facts)
    except IdentifierTaken as refused:
        return _taken_page(request, form, refused.person)
    except PersonChanged as changed:
        form.add_error(
            None,
            "Колега е променил данните, докато пишехте. Вашето е запазено по-долу. Вижте разликите "
            "и запишете отново, ако вашето е вярното.",
        )
        form.data = form.data.copy()
        form.data["version"] = changed.current.version
        shown = differences(changed.current, facts)
        return _form_page(request, form, person=person, changed=shown)
    draft.close()
    messages.success(request, "Промените са записани.")
    return redirect("person", person.pk)
