"""Proposals of providers: made, taken back, and decided by the municipality, once each."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from municipalities.models import User
from municipalities.tasks import later
from services_registry.models import ChangeProposal, Service
from services_registry.provider_changes import ChangedMeanwhile
from services_registry.search import index_service
from services_registry.upkeep.confirming import confirm
from services_registry.upkeep.models import Side
from services_registry.upkeep.tasks_proposals import tell_decided, tell_proposed
from services_registry.values import fingerprint

PROPOSED = (
    "summary",
    "description",
    "for_whom",
    "not_for",
    "eligibility",
    "steps",
    "languages",
)
State = ChangeProposal.State


class NothingChanges(Exception):
    """The texts are what the service says already."""


class AlreadyDecided(Exception):
    """The proposal does not wait any more; it is the exception's argument."""


def plain(field: str, value: Any) -> Any:
    """Return a value of a proposed field in the one form in which two of them are compared."""
    if field == "languages":
        return [code for code in Service.Language.values if code in (value or [])]
    if field == "steps":
        return [" ".join(line.split()) for line in value or [] if line.strip()]
    if field == "summary":
        return " ".join((value or "").split())
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def texts_of(service: Service) -> dict[str, Any]:
    """Return the texts of a service as a proposal compares them."""
    return {name: plain(name, getattr(service, name)) for name in PROPOSED}


def newest(service: Service) -> ChangeProposal | None:
    """Return the last proposal about the service, whatever became of it."""
    return ChangeProposal.objects.filter(service=service).order_by("-created_at", "-pk").first()


def waiting(service: Service) -> ChangeProposal | None:
    """Return the proposal about the service that waits for a decision."""
    return ChangeProposal.objects.filter(service=service, state=State.WAITING).first()


def waiting_of_all() -> QuerySet[ChangeProposal]:
    """Return the proposals that wait, of every service of the municipality in scope."""
    return ChangeProposal.objects.filter(state=State.WAITING).order_by("pk")


def version_for_provider(service: Service) -> str:
    """Return the mark of what a provider's form is opened over: the texts and what waits."""
    made = waiting(service)
    return fingerprint(texts_of(service), made and (made.after, made.note))


def version_for_decision(proposal: ChangeProposal, service: Service) -> str:
    """Return the mark of what the municipality decides over: what is proposed and what stands."""
    now = texts_of(service)
    return fingerprint(
        proposal.state, proposal.after, [(name, now[name]) for name in proposal.after]
    )


def moved(proposal: ChangeProposal, service: Service) -> list[str]:
    """Return the proposed fields that somebody changed after the proposal was made."""
    now = texts_of(service)
    return [name for name, value in proposal.before.items() if now.get(name) != value]


def propose(
    service: Service, values: dict[str, Any], *, note: str, by: User, version: str
) -> ChangeProposal:
    """Propose the ``values`` that differ from the service's; a waiting proposal is brought up.

    Those who decide are told of a new one by mail, and not again when it is brought up. Raises
    NothingChanges where none differ, ChangedMeanwhile where ``version`` is old and the waiting
    proposal is not this very one.
    """
    with transaction.atomic():
        locked = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
        now = texts_of(locked)
        after = {name: value for name, value in values.items() if value != now[name]}
        made = waiting(locked)
        if made and made.after == after and made.note == note:
            return made
        if version != version_for_provider(locked):
            raise ChangedMeanwhile("")
        if not after:
            raise NothingChanges
        is_new = made is None
        if made is None:
            made = ChangeProposal(municipality_id=locked.municipality_id, service=locked)
        made.before = {name: now[name] for name in after}
        made.after, made.note, made.proposed_by = after, note, by
        made.save()
        if is_new:
            later(tell_proposed, municipality=made.municipality_id, proposal=made.pk)
    return made


def _locked(pk: int) -> tuple[ChangeProposal, Service]:
    """Return a waiting proposal and its service, both locked; raises AlreadyDecided."""
    found = ChangeProposal.objects.get(pk=pk)
    # The service first, as ``propose`` does: the other way round two of them could wait for ever.
    service = Service.objects.select_for_update(of=("self",)).get(pk=found.service_id)
    found = ChangeProposal.objects.select_for_update(of=("self",)).get(pk=pk)
    if found.state != State.WAITING:
        raise AlreadyDecided(found)
    return found, service


def withdraw(proposal: ChangeProposal) -> None:
    """Take a waiting proposal back; raises AlreadyDecided."""
    with transaction.atomic():
        found, _service = _locked(proposal.pk)
        found.state, found.decided_at = State.WITHDRAWN, timezone.now()
        found.save(update_fields=["state", "decided_at"])


def accept(
    proposal: ChangeProposal,
    *,
    by: User,
    version: str,
    values: dict[str, Any] | None = None,
    is_checked: bool = False,
) -> ChangeProposal:
    """Write what is proposed, or the corrected ``values`` of it, into the service.

    The search finds the new words at once, and the proposer is told by mail. A text proposed is
    not the whole record: that is confirmed as of today only where ``is_checked`` says so. Raises
    AlreadyDecided; ChangedMeanwhile where the proposal or the service is not as it was seen
    (``version``); NothingChanges where the values are what stands.
    """
    with transaction.atomic():
        found, service = _locked(proposal.pk)
        if version != version_for_decision(found, service):
            raise ChangedMeanwhile("")
        now = texts_of(service)
        taken = {name: (values or found.after)[name] for name in found.after}
        if values is not None and all(now[name] == value for name, value in taken.items()):
            raise NothingChanges
        is_edited = taken != found.after
        for name, value in taken.items():
            setattr(service, name, value)
        with pghistory.context(proposal=found.pk):
            service.save(update_fields=[*taken, "updated_at"])
            if is_checked:
                confirm(service, side=Side.OFFICE, by=by)
        index_service(service)
        found.accepted = taken if is_edited else None
        _decide(found, State.EDITED if is_edited else State.ACCEPTED, by)
    return found


def send_back(proposal: ChangeProposal, *, by: User, reason: str, version: str) -> ChangeProposal:
    """Return a proposal with a reason, told by mail; raises as ``accept`` does."""
    with transaction.atomic():
        found, service = _locked(proposal.pk)
        if version != version_for_decision(found, service):
            raise ChangedMeanwhile("")
        found.reason = reason
        _decide(found, State.RETURNED, by)
    return found


def _decide(proposal: ChangeProposal, state: str, by: User) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, timezone.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at", "accepted", "reason"])
    later(tell_decided, municipality=proposal.municipality_id, proposal=proposal.pk)
