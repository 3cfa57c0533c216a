"""Pages of proposals: the provider makes them, the municipality decides on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from municipalities.permissions import can_manage_registry, require
from services_registry.forms_provider import DecisionForm, ProposalForm, ReturnForm, renew
from services_registry.models import ChangeProposal, Provider, Service
from services_registry.provider_changes import ChangedMeanwhile
from services_registry.record import differences
from services_registry.upkeep import proposals as verbs
from services_registry.views.provider import changed_notice, in_own_scope, own_service, own_services

PER_PAGE = 25
State = ChangeProposal.State
NOTHING = "Нищо не се променя. Поправете поне един от текстовете."


# The provider's side


def _proposal_form(service: Service, last: ChangeProposal | None) -> ProposalForm:
    """Return the form with the texts as they stand, and over them what waits or was returned."""
    initial = verbs.texts_of(service)
    if last and last.state in (State.WAITING, State.RETURNED):
        initial |= {**last.after, "note": last.note}
    return ProposalForm(initial={**initial, "version": verbs.version_for_provider(service)})


@in_own_scope
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Propose other texts for a service, or bring up the proposal that waits."""
    service = own_service(provider, pk)
    last = verbs.newest(service)
    form = _proposal_form(service, last)
    if request.method == "POST":
        form = ProposalForm(request.POST)
        if form.is_valid() and _proposed(request, service, form):
            return redirect("provider_service", service.pk)
    return render(
        request,
        "services_registry/upkeep/proposal_form.html",
        {"service": service, "last": last, "form": form},
        status=422 if form.errors else 200,
    )


def _proposed(request: HttpRequest, service: Service, form: ProposalForm) -> bool:
    try:
        verbs.propose(
            service,
            form.values(),
            note=verbs.plain("note", form.cleaned_data["note"]),
            by=request.user,  # type: ignore[arg-type]
            version=form.cleaned_data["version"],
        )
    except verbs.NothingChanges:
        form.add_error(None, NOTHING)
        return False
    except ChangedMeanwhile:
        waiting = verbs.waiting(service)
        now = verbs.texts_of(service) | (waiting.after if waiting else {})
        typed = form.values()
        shown = differences(now, {name: typed[name] for name in now})
        words = "; ".join(f"{one.label}: „{one.before or 'празно'}“" for one in shown)
        form.add_error(None, changed_notice(words))
        renew(form, "version", verbs.version_for_provider(service))
        return False
    messages.success(
        request, "Предложението е изпратено. Общината ще го прегледа и ще ви отговори."
    )
    return True


def _own_proposal(provider: Provider, pk: int) -> ChangeProposal:
    own = ChangeProposal.objects.filter(service__in=own_services(provider))
    rows = own.select_related("service", "decided_by", "proposed_by")
    return get_object_or_404(rows, pk=pk)


@in_own_scope
@require_safe
def seen_by_provider(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """One proposal of the provider's: what it changes and what became of it."""
    found = _own_proposal(provider, pk)
    return render(
        request,
        "services_registry/upkeep/proposal_seen.html",
        {"proposal": found, **_told(found)},
    )


@in_own_scope
@require_POST
def withdraw(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Take a proposal back while nobody has decided."""
    found = _own_proposal(provider, pk)
    try:
        verbs.withdraw(found)
    except verbs.AlreadyDecided as late:
        decided = late.args[0]
        messages.info(request, f"Предложението вече е {decided.get_state_display()}.")
    else:
        messages.success(request, "Предложението е оттеглено.")
    return redirect("provider_service", found.service_id)


# The municipality's side


def _told(proposal: ChangeProposal) -> dict[str, Any]:
    """Return what is proposed and, where the municipality corrected it, what it took."""
    proposed = differences(proposal.before, proposal.after)
    taken = None
    if proposal.accepted is not None:
        taken = differences(proposal.before, proposal.accepted)
    return {"differences": proposed, "taken": taken}


@require(can_manage_registry)
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What providers propose: those that wait, the oldest first, or those decided."""
    is_decided = request.GET.get("sastoyanie") == "resheni"
    found = ChangeProposal.objects.select_related("service__provider", "proposed_by", "decided_by")
    if is_decided:
        found = found.exclude(state=State.WAITING).order_by("-decided_at", "-pk")
    else:
        found = found.filter(state=State.WAITING).order_by("created_at", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "services_registry/upkeep/proposals.html",
        {"page_obj": page, "is_decided": is_decided},
    )


def _proposal_of(pk: int) -> ChangeProposal:
    rows = ChangeProposal.objects.select_related(
        "service__provider", "service__municipality", "proposed_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal as a difference: accept it, correct and accept it, or return it."""
    found = _proposal_of(pk)
    if request.method != "POST":
        return _proposal_page(request, found)
    if found.state != State.WAITING:
        return _too_late(request, found)
    action = request.POST.get("action")
    form: forms.Form
    if action == "return":
        form = ReturnForm(request.POST, prefix="r")
    else:
        names = list(found.after) if action == "edit" else []
        form = DecisionForm(request.POST, prefix="e" if action == "edit" else "a", fields=names)
    if form.is_valid():
        try:
            return _decided(request, found, form, action or "")
        except verbs.AlreadyDecided as late:
            return _too_late(request, _proposal_of(late.args[0].pk))
        except verbs.NothingChanges:
            form.add_error(
                None, "Така нищо не се променя. Ако не приемате предложението, върнете го."
            )
        except ChangedMeanwhile:
            found = _proposal_of(pk)
            form.add_error(
                None,
                "Докато гледахте, предложението или записът на услугата се промениха. "
                "Прегледайте разликите отново и решете.",
            )
            renew(form, "version", verbs.version_for_decision(found, found.service))
    return _proposal_page(request, found, bound=form)


def _decided(
    request: HttpRequest, found: ChangeProposal, form: forms.Form, action: str
) -> HttpResponse:
    facts: dict[str, Any] = {
        "by": request.user,
        "version": form.cleaned_data["version"],
    }
    if isinstance(form, ReturnForm):
        verbs.send_back(found, reason=form.cleaned_data["reason"], **facts)
        messages.success(request, "Предложението е върнато. Доставчикът ще получи писмо.")
    else:
        values = form.values() if isinstance(form, DecisionForm) and action == "edit" else None
        is_checked = form.cleaned_data["is_checked"]
        verbs.accept(found, values=values, is_checked=is_checked, **facts)
        words = "Приетото е записано в услугата. Доставчикът ще получи писмо."
        if is_checked:
            words = f"{words} Записът е потвърден към днес."
        messages.success(request, words)
    return redirect("proposal", found.pk)


def _too_late(request: HttpRequest, found: ChangeProposal) -> HttpResponse:
    who = f" от {found.decided_by.name}" if found.decided_by else ""
    messages.warning(request, f"Предложението вече е {found.get_state_display()}{who}.")
    return redirect("proposal", found.pk)


def _proposal_page(
    request: HttpRequest, found: ChangeProposal, *, bound: forms.Form | None = None
) -> HttpResponse:
    now = verbs.texts_of(found.service)
    is_waiting = found.state == State.WAITING
    moved = verbs.moved(found, found.service) if is_waiting else []
    version = {"version": verbs.version_for_decision(found, found.service)}
    drawn: dict[str, forms.Form] = {
        "a": DecisionForm(prefix="a", fields=[], initial=version),
        "e": DecisionForm(prefix="e", fields=list(found.after), initial={**found.after, **version}),
        "r": ReturnForm(prefix="r", initial=version),
    }
    if bound is not None:
        drawn[str(bound.prefix)] = bound
    told = _told(found)
    if is_waiting:
        told["differences"] = differences(now, found.after)
    return render(
        request,
        "services_registry/upkeep/proposal.html",
        {
            "proposal": found,
            "service": found.service,
            "is_waiting": is_waiting,
            "moved": differences(found.before, now, moved),
            "accept_form": drawn["a"],
            "edit_form": drawn["e"],
            "return_form": drawn["r"],
            "form": bound,
            **told,
        },
        status=422 if bound is not None else 200,
    )
