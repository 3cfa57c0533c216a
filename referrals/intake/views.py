"""Taking an application at the desk on one screen; what is shown once it has its number."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.discussed import discussed_services
from frontoffice.dossier.opening import asks_why
from frontoffice.dossier.reasons import ask_first, held_reason
from frontoffice.drafts import page as drafts
from frontoffice.looks import record_look
from frontoffice.models import Draft, Person
from frontoffice.views.capture_people import WrittenDown, write_down
from municipalities import codes_shown as codes
from municipalities.permissions import require
from referrals.applications.models import Channel
from referrals.applications.overlaps import Facts, overlaps_of
from referrals.applications.receiving import Received
from referrals.intake.brought import brought_by
from referrals.intake.forms import DATED, IntakeForm
from referrals.intake.people import block_of, record_applying
from referrals.intake.taking import contacts_of, take_in
from referrals.kinds.models import OnBehalf
from referrals.kinds.reading import kinds_at_desk
from referrals.permissions import can_see_applications

STATED = (
    "on_behalf", "applicant_name", "applicant_right", "need", "phones", "email", "settlement",
    "address", "reply_by", "ssev_reference", "consultation", "from_alert",
)  # fmt: skip


@require(can_see_applications)
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@asks_why("lice")
def new_application(request: HttpRequest) -> HttpResponse:
    """Take an application on one screen; sent twice it is registered once."""
    kinds = [kind for kind in kinds_at_desk() if not kind.is_alert]
    brought = brought_by(request, kinds)
    if request.method != "POST" and brought.person:
        asks, reason = held_reason(request, brought.person)
        if asks:
            return ask_first(request, brought.person)
        record_look(request, brought.person, reason=reason)
    draft = drafts.of(request, form=Draft.Form.APPLICATION)
    form = draft.bind(
        IntakeForm, membership=request.membership, kinds=kinds, initial=brought.initial
    )
    if form.is_asking():
        return _page(request, form.without_errors())
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    with transaction.atomic():
        person, written = form.cleaned_data["person"], None
        if person is None:
            written = write_down(request)
            person = written.person
        if person is None:
            return _page(request, form, written=written)
        received = _take(request, form, person)
        draft.close()
    record_applying(request, person)
    if received.secret:
        codes.keep_code(request, received.application, received.secret)
    return redirect("application_registered", received.application.pk)


@sensitive_variables()
def _take(request: HttpRequest, form: IntakeForm, person: Person) -> Received:
    facts = form.cleaned_data
    papers = form.paper_entries()
    kind = form.kinds[facts["kind"]]
    return take_in(
        membership=request.membership,
        kind=kind,
        channel=facts["channel"],
        form_key=facts["form_key"],
        person=person,
        office=kind.office or facts["office"] or request.membership.office,
        received_on=facts["received_on"],
        is_signed=facts["is_signed"],
        papers=papers,
        service=facts.get("service"),
        answers=form.answers(),
        **{name: facts[name] for name in STATED},
    )


@sensitive_variables()
def _page(
    request: HttpRequest, form: IntakeForm, *, written: WrittenDown | None = None
) -> HttpResponse:
    chosen = form.chosen_person()
    first = "need" if chosen else "person_query"
    form.fields[first].widget.attrs["autofocus"] = True
    block = block_of(request, form, chosen, written=written)
    kind = form.kinds.get(form.value_of("kind")) if form.kinds else None
    service = form["service"].value() if "service" in form.fields else None
    wrong = form.errors or (written and written.form.errors)
    context = {
        "form": form,
        "kind": kind,
        "is_dated": form.value_of("channel") in DATED,
        "is_by_ssev": form.value_of("channel") == Channel.SSEV,
        "is_for_other": form.value_of("on_behalf") != OnBehalf.SELF,
        "alert": form.as_it_stands("from_alert"),
        "talk": form.as_it_stands("consultation"),
        "known": _known_of(chosen, form) if block["is_known"] else {},
        "overlaps": overlaps_of(_facts_in(form, chosen, kind)),
        "discussed": discussed_services(request.municipality, [str(service or "")]),
        **block,
    }
    return render(request, "referrals/intake/new.html", context, status=422 if wrong else 200)


@sensitive_variables()
def _known_of(person: Person, form: IntakeForm) -> dict[str, Any]:
    """Return what will be taken over from the record where the form leaves it empty."""
    behalf = form.value_of("on_behalf")
    return contacts_of(person, {"on_behalf": behalf}) | {"person": person}


@sensitive_variables()
def _facts_in(form: IntakeForm, person: Person | None, kind) -> Facts:
    """Return by what the form, right or wrong as it stands, is compared with what is known."""
    numbers = tuple((form.as_it_stands("phones") or "").split())
    service = form.as_it_stands("service")
    if person is None:
        return Facts(kind=kind, service=service, phones=numbers)
    return Facts(
        kind=kind,
        service=service,
        person=person,
        phones=numbers or tuple(person.phones.split()),
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
    )
