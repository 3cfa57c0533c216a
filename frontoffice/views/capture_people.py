"""Who a talk is with: found or written down without leaving the capture screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from frontoffice.finding import Likeness, find_people, unseen_likenesses
from frontoffice.forms_capture import QuickPersonForm
from frontoffice.forms_people import FindForm
from frontoffice.kept import kept_of
from frontoffice.looks import find_person_named
from frontoffice.models import Person
from frontoffice.people import IdentifierTaken, create_person, person_with
from municipalities.permissions import can_see_people, require

CHOICES_SHOWN = 8
TYPED_OF_PEOPLE = ("person_query", "person_asked", "note", "new-names", "new-phones",
                   "new-identifier")  # fmt: skip


@require(can_see_people)
@sensitive_post_parameters(*TYPED_OF_PEOPLE)
@sensitive_variables()
@require_POST
def person_choices(request: HttpRequest) -> HttpResponse:
    """The part of the capture screen that offers people, or writes one down; for scripts."""
    chosen = request.POST.get("person", "")
    person = kept_of(find_person_named(chosen)) if chosen else None
    if asks_to_write_down(request):
        context = choices_after(write_down(request), person, request)
    else:
        asked = request.POST.get("person_query", "")
        form = FindForm({"q": asked})
        found = find_people(asked, request.municipality).people if form.is_valid() else []
        context = choices_of(found, person, asked, request.POST)
    return render(request, "frontoffice/person_choices.html", context)


@sensitive_variables()
def choices_of(
    found: list[Person], chosen: Person | None, asked: str, data: QueryDict | None = None
) -> dict:
    """Return what ``frontoffice/person_choices.html`` needs after a search, or before one.

    ``data`` is the form that was sent: a person somebody began to write down in it stays there.
    """
    others = [person for person in found if person != chosen]
    return {
        "chosen": chosen,
        "others": others[:CHOICES_SHOWN],
        "has_more": len(others) > CHOICES_SHOWN,
        "asked": asked,
        "likenesses": [],
        "new": QuickPersonForm.asking(asked, data),
        "is_written": False,
    }


# Writing somebody down


@dataclass(frozen=True)
class WrittenDown:
    """What became of a person who was to be written down.

    ``person`` is saved; without one ``likenesses`` are who it may already be, or the form is wrong.
    """

    form: QuickPersonForm
    person: Person | None = None
    likenesses: list[Likeness] = field(default_factory=list)


def asks_to_write_down(request: HttpRequest) -> bool:
    """Say whether the capture form was sent to write a new person down."""
    return "write_down" in request.POST


@sensitive_variables()
def write_down(request: HttpRequest, form: QuickPersonForm | None = None) -> WrittenDown:
    """Save the person of the small form, unless somebody not shown yet may be the same.

    ``form`` is another one bound to the request, where more is known of the person than is typed.

    The same form sent again returns the first person. Nobody is written down over advice: whoever
    asks again after seeing the likely duplicates is believed.
    """
    form = form or QuickPersonForm(request.POST)
    if not form.is_valid():
        return WrittenDown(form)
    facts, form_key = form.facts(), form.cleaned_data["form_key"]
    taken = facts["digits"] and person_with(
        facts["identifier_kind"], facts["digits"], request.municipality
    )
    if taken and taken.form_key != form_key:
        return _taken(form, taken)
    shown = request.POST.get("new-shown", "")[:2000].split()
    likenesses = unseen_likenesses(facts, form_key=form_key, shown=shown)
    if likenesses:
        return WrittenDown(form, likenesses=likenesses)
    try:
        person, _is_new = create_person(membership=request.membership, form_key=form_key, **facts)
    except IdentifierTaken as refused:
        return _taken(form, refused.person)
    return WrittenDown(form, person)


@sensitive_variables()
def _taken(form: QuickPersonForm, person: Person) -> WrittenDown:
    form.add_error("identifier", "В общината вече има записано лице с този номер.")
    return WrittenDown(form, likenesses=[Likeness(person, ["същият номер"])])


@sensitive_variables()
def choices_after(outcome: WrittenDown, chosen: Person | None, request: HttpRequest) -> dict:
    """Return what ``frontoffice/person_choices.html`` needs after ``write_down``."""
    asked = request.POST.get("person_asked", "")
    if outcome.person:
        return {**choices_of([], outcome.person, ""), "is_written": True}
    return {
        **choices_of([], chosen, asked),
        "likenesses": outcome.likenesses,
        "new": outcome.form,
    }
