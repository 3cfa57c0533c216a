"""The verbs of the desk's intake: take an application, take an alert, correct what was stated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from frontoffice.models import Person
from municipalities.models import Membership, Office, User
from referrals import secrets, workflow
from referrals.applications.models import Application, Channel
from referrals.applications.models_parts import ApplicationEvent
from referrals.applications.receiving import Received, receive
from referrals.intake.papers import told_of
from referrals.kinds.models import ApplicationKind, OnBehalf
from referrals.kinds.reading import notice_in_force

Signature = Application.Signature
# Stated to somebody of the desk, or sent by a way that proves who sends.
SPOKEN = (Channel.ORAL, Channel.PHONE)
NAMES = ("given_name", "middle_name", "family_name")


def signature_of(channel: str, *, is_signed: bool) -> str:
    """Return how a statement that came by ``channel`` is signed."""
    if channel == Channel.SSEV:
        return Signature.SSEV
    if not is_signed:
        return Signature.NONE
    return Signature.KEP if channel == Channel.EMAIL else Signature.HAND


def is_statement(channel: str, signature: str) -> bool:
    """Say whether nobody has to confirm it: it was said to a specialist, or it is signed."""
    return channel in SPOKEN or signature != Signature.NONE


def stated_of(person: Person) -> dict[str, Any]:
    """Return whom an application names by the record of ``person``, as it is on the day."""
    return {**{name: getattr(person, name) for name in NAMES}, "birth_date": person.birth_date}


def contacts_of(person: Person, stated: dict[str, Any]) -> dict[str, Any]:
    """Return where the person lives and, if they apply themselves, how they are reached.

    What was stated stands; what was left empty is taken from their record.
    """
    is_own = stated["on_behalf"] == OnBehalf.SELF
    names = ("settlement", "address", "phones", "email") if is_own else ("settlement", "address")
    return {name: stated.get(name) or getattr(person, name) for name in names}


@sensitive_variables()
@transaction.atomic
def take_in(
    *,
    membership: Membership,
    kind: ApplicationKind,
    channel: str,
    form_key,
    person: Person | None,
    office: Office | None,
    received_on: dt.date | None = None,
    is_signed: bool = False,
    papers: list[dict[str, Any]],
    **stated: Any,
) -> Received:
    """Register an application taken at the desk; the same ``form_key`` again finds the first.

    ``stated`` are fields of ``receiving.STATED``; of ``person`` the names and what was left empty
    are taken over. ``papers`` are entries of ``papers.entries_of``, told to the citizen.
    """
    signature = signature_of(channel, is_signed=is_signed)
    if person:
        stated |= stated_of(person) | contacts_of(person, stated)
    received = receive(
        municipality=membership.municipality,
        kind=kind,
        channel=channel,
        form_key=form_key,
        by=membership.user,
        received_on=received_on,
        is_confirmed=is_statement(channel, signature),
        person=person,
        office=office,
        signature=signature,
        notice=notice_in_force(membership.municipality),
        **stated,
    )
    if received.is_new and papers:
        words, told = told_of(papers)
        workflow.record(
            received.application,
            ApplicationEvent.Kind.PAPER_ADDED,
            by=membership.user,
            words=words,
            told=told,
        )
    return received


@sensitive_variables()
@transaction.atomic
def take_alert(
    *, membership: Membership, kind: ApplicationKind, channel: str, form_key, **stated: Any
) -> Received:
    """Register a third party's alert; whoever took it has it. No service can be part of it."""
    if person := stated.get("person"):
        stated |= stated_of(person)
        for name in ("settlement", "address"):
            stated[name] = stated.get(name) or getattr(person, name)
    return receive(
        municipality=membership.municipality,
        kind=kind,
        channel=channel,
        form_key=form_key,
        by=membership.user,
        is_confirmed=True,
        on_behalf=OnBehalf.OTHER,
        **stated,
    )


@sensitive_variables()
def correct(
    application: Application,
    *,
    by: User,
    version: int,
    labels: list[str],
    papers: Sequence[dict[str, Any]] = (),
    **changes: Any,
) -> Application:
    """Write corrected facts; ``labels`` say to staff and to the citizen what was corrected.

    Raises workflow.ApplicationChanged, workflow.StepRefused. What each field was stays in the
    history that triggers keep. ``papers`` are those ticked only now.
    """
    what = ", ".join(label.lower() for label in labels)
    told = "" if application.is_alert or not labels else f"Поправихме записаното: {what}."
    with transaction.atomic():
        corrected = workflow.make(
            application, "correct", by=by, words=what, told=told, version=version, **changes
        )
        if papers:
            words, told = told_of(papers)
            event = ApplicationEvent.Kind.PAPER_ADDED
            workflow.record(corrected, event, by=by, words=words, told=told)
    return corrected


@sensitive_variables()
def new_code(application: Application, *, by: User) -> str:
    """Give the citizen another code instead of a lost one, and return it; the old one ends."""
    code = secrets.new_secret()
    workflow.make(
        application,
        "note",
        by=by,
        words="Даден е нов код за проследяване; старият вече не отваря.",
        told="Дадохме ви нов код за проследяване.",
        secret_hash=secrets.hash_of_secret(code, application.municipality),
    )
    return code
