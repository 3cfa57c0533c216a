"""For whom an application is: found, or written down in the same submit; who may act for them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from frontoffice.dossier.models import PersonRelation
from frontoffice.dossier.reasons import held_reason
from frontoffice.dossier.relations import Close, close_people
from frontoffice.finding import find_people
from frontoffice.looks import record_look
from frontoffice.models import DeskPolicy, Person
from frontoffice.names import written_phone
from frontoffice.preferences.reading import policy_of
from frontoffice.views.capture_people import WrittenDown, choices_of
from referrals.kinds.models import OnBehalf

# Kept as the reason of a look where the municipality asks for one: the application is the reason.
FOR_APPLICATION = "заявление"
Kind = PersonRelation.Kind
_BY_RIGHT = {
    Kind.PARENT: OnBehalf.CHILD,
    Kind.GUARDIAN: OnBehalf.WARD,
    Kind.CURATOR: OnBehalf.WARD,
}


@dataclass(frozen=True)
class Offered:
    """Somebody on record who may apply for the person, as the form takes them over."""

    pk: int
    name: str
    kind: str
    right: str
    on_behalf: str
    phones: str
    email: str
    is_expired: bool


def offered_of(person: Person) -> list[Offered]:
    """Return who is recorded as close to ``person`` and may be applying, representatives first.

    Those whose person is written down themselves are offered with their own telephones. One query.
    """
    offered = []
    for close in close_people(person):
        if close.relation.ended_at or not _may_act(close):
            continue
        relation, there = close.relation, close.person
        numbers = there.phones if there else relation.phones
        offered.append(
            Offered(
                pk=relation.pk,
                name=close.name,
                kind=close.kind,
                right="" if close.is_expired else relation.basis,
                on_behalf=_on_behalf(close),
                phones=", ".join(written_phone(digits) for digits in numbers.split()),
                email=there.email if there else relation.email,
                is_expired=close.is_expired,
            )
        )
    return offered


def _may_act(close: Close) -> bool:
    """Say whether the relation, as recorded, may give a right; the paper is checked by hand."""
    if close.is_own:
        return close.relation.is_representative or close.relation.kind in (
            *_BY_RIGHT,
            Kind.AUTHORISED,
        )
    return close.relation.kind == Kind.CHILD  # written from the parent's page


def _on_behalf(close: Close) -> str:
    if not close.is_own:
        return OnBehalf.CHILD
    return _BY_RIGHT.get(Kind(close.relation.kind), OnBehalf.AUTHORISED)


# The block on the page


@sensitive_variables()
def block_of(
    request: HttpRequest, form, chosen: Person | None, *, written: WrittenDown | None = None
) -> dict:
    """Return what ``referrals/intake/person_choices.html`` needs.

    ``form`` has ``person_question``; ``written`` is a person who could not be written down yet.
    What stands in the record of ``chosen`` (contacts, relatives) is shown, and the look kept, only
    where no reason has to be given first.
    """
    asked = form.person_question()
    found = find_people(asked, request.municipality).people if asked else []
    block = choices_of(found, chosen, asked, form.data if form.is_bound else None)
    if written:
        block |= {"new": written.form, "likenesses": written.likenesses}
    others = block["others"]
    wants_new = form.wants_new_person()
    known = chosen if chosen and opens_record(request, chosen) else None
    return {
        **block,
        # Nobody found: what stands below is the new person, unless something else is chosen.
        "is_new": not chosen and (wants_new or bool(asked and not others and not written)),
        "is_known": known is not None,
        "offered": offered_of(known) if known else [],
        "relative": form.relative_number(),
    }


def opens_record(request: HttpRequest, person: Person) -> bool:
    """Say whether the reader may be shown what stands in the record; keeps the look if so."""
    asks, reason = held_reason(request, person)
    if asks:
        return False
    record_look(request, person, reason=reason)
    return True


def record_applying(request: HttpRequest, person: Person) -> None:
    """Keep that the person was named in an application, which is the reason where one is asked."""
    never = policy_of(request.municipality).asks_reason == DeskPolicy.AsksReason.NEVER
    record_look(request, person, reason="" if never else FOR_APPLICATION)
