"""Pages of relatives and representatives: recorded, corrected, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.changes import Difference, compared
from frontoffice.dossier.forms_relations import LABELS, RelationForm
from frontoffice.dossier.models import PersonRelation
from frontoffice.dossier.opening import opens_person
from frontoffice.dossier.relations import (
    RelationChanged,
    RelationExists,
    add_relation,
    change_relation,
    end_relation,
    seen_from,
)
from frontoffice.drafts import page as drafts
from frontoffice.finding import find_people
from frontoffice.models import Draft
from frontoffice.models_people import Person
from frontoffice.names import written_phone
from municipalities.permissions import can_see_people, require

CHOICES_SHOWN = 8
SECRETS = ("person_query", "person_asked", "name", "phones", "email", "basis", "note")


def find_relation(person: Person, pk: int) -> PersonRelation:
    """Return a relation of which the person is a side and that goes on; raises Http404."""
    rows = PersonRelation.objects.filter(
        Q(person=person) | Q(other=person), ended_at__isnull=True
    ).select_related("person", "other")
    return get_object_or_404(rows, pk=pk)


@require(can_see_people)
@sensitive_post_parameters(*SECRETS)
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def new_relation(request: HttpRequest, person: Person) -> HttpResponse:
    """Record somebody close to the person: found on record, or by a name and a telephone."""
    draft = drafts.of(request, form=Draft.Form.RELATION)
    form = draft.bind(RelationForm, person=person)
    if form.is_bound and form.asks():
        return _new_page(request, person, _without_errors(form))
    if request.method != "POST" or not form.is_valid():
        return _new_page(request, person, form)
    try:
        _made, is_new = add_relation(
            membership=request.membership,
            person=person,
            form_key=form.cleaned_data["form_key"],
            other=form.cleaned_data["other"],
            **form.facts(),
        )
    except RelationExists:
        form.add_error("kind", "Това лице вече е записано така. Изберете друго или го променете.")
        return _new_page(request, person, form)
    draft.close()
    messages.success(request, "Записано е." if is_new else "Това вече беше записано.")
    return redirect("person", person.pk)


def _without_errors(form: RelationForm) -> RelationForm:
    form._errors, form.cleaned_data = ErrorDict(renderer=form.renderer), {}
    return form


@sensitive_variables()
def _new_page(request: HttpRequest, person: Person, form: RelationForm) -> HttpResponse:
    asked, chosen = form.question(), form.chosen()
    found = find_people(asked, request.municipality).people if asked else []
    others = [one for one in found if one not in (chosen, person)]
    return _form_page(
        request,
        person,
        form,
        asked=asked,
        chosen=chosen,
        others=others[:CHOICES_SHOWN],
        has_more=len(others) > CHOICES_SHOWN,
    )


@sensitive_variables()
def _form_page(
    request: HttpRequest, person: Person, form: RelationForm, **shown: Any
) -> HttpResponse:
    context: dict[str, Any] = {
        "person": person,
        "form": form,
        "close": None,
        "changed": [],
        "asked": "",
        "chosen": None,
        "others": [],
        "has_more": False,
    }
    return render(
        request,
        "frontoffice/person_relation_form.html",
        {**context, **shown},
        status=422 if form.errors else 200,
    )


@require(can_see_people)
@sensitive_post_parameters(*SECRETS)
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def edit_relation(request: HttpRequest, person: Person, relation: int) -> HttpResponse:
    """Correct a relation; it is written from the side it was recorded on."""
    found = find_relation(person, relation)
    if found.person_id != person.pk:
        return redirect("person_relation", found.person_id, found.pk)
    close = seen_from(found, person)
    draft = drafts.of(request, form=Draft.Form.RELATION, subject=found)
    form = draft.bind(RelationForm, person=person, relation=found)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, person, form, close=close)
    facts = form.facts()
    try:
        change_relation(found, version=form.cleaned_data["version"] or 0, **facts)
    except RelationChanged as changed:
        form.add_error(
            None,
            "Колега е променил това, докато пишехте. Вашето е запазено по-долу. Вижте разликите и "
            "запишете отново, ако вашето е вярното.",
        )
        form.data = data = request.POST.copy()
        data["version"] = str(changed.current.version)
        shown = _differences(changed.current, facts)
        return _form_page(request, person, form, close=close, changed=shown)
    draft.close()
    messages.success(request, "Промените са записани.")
    return redirect("person", person.pk)


def _differences(saved: PersonRelation, typed: dict[str, Any]) -> list[Difference]:
    after = PersonRelation(**typed)
    return compared(
        {name: LABELS[name] for name in typed},
        saved=lambda name: _written(saved, name),
        typed=lambda name: _written(after, name),
    )


def _written(relation: PersonRelation, name: str) -> str:
    if name == "kind":
        return relation.get_kind_display()
    if name == "is_representative":
        return "да" if relation.is_representative else "не"
    if name == "phones":
        return ", ".join(written_phone(number) for number in relation.phones.split())
    if name == "valid_until":
        return f"{relation.valid_until:%d.%m.%Y г.}" if relation.valid_until else ""
    return getattr(relation, name)


@require(can_see_people)
@require_http_methods(["GET", "HEAD", "POST"])
@opens_person
def stop_relation(request: HttpRequest, person: Person, relation: int) -> HttpResponse:
    """End a relation, after a page that says what will happen."""
    found = find_relation(person, relation)
    if request.method == "POST":
        end_relation(found)
        messages.success(request, "Прекратено е. Стои в историята на лицето.")
        return redirect("person", person.pk)
    return render(
        request,
        "frontoffice/person_relation_end.html",
        {"person": person, "close": seen_from(found, person)},
    )
