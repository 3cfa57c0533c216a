"""Receiving an application: its number, its clock, its first step, all in one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from frontoffice.kept import lock_kept
from municipalities import numbering
from municipalities.models import Municipality, User
from referrals import clock, secrets, workflow
from referrals.applications.models import Application, Channel, State
from referrals.applications.models_parts import ApplicationEvent, Attachment
from referrals.kinds.models import ApplicationKind

STATED = (
    "on_behalf",
    "person",
    "given_name",
    "middle_name",
    "family_name",
    "birth_date",
    "settlement",
    "address",
    "applicant_name",
    "applicant_right",
    "phones",
    "email",
    "reply_by",
    "service",
    "need",
    "answers",
    "notice",
    "signature",
    "ssev_reference",
    "reporter",
    "is_child_at_risk",
    "notified",
    "notified_on",
    "consultation",
    "from_alert",
    "office",
    "owner",
)
TOLD = "Получихме заявлението ви и му дадохме номер {number}."


@dataclass(frozen=True)
class Received:
    """``secret`` is shown once and kept nowhere; None where the application was there already."""

    application: Application
    is_new: bool
    secret: str | None


def receive(
    *,
    municipality: Municipality,
    kind: ApplicationKind,
    channel: str,
    form_key: uuid.UUID,
    by: User | None,
    received_on: dt.date | None = None,
    attachments: Iterable[Attachment] = (),
    is_confirmed: bool = False,
    **stated: Any,
) -> Received:
    """Register an application of ``kind``; the same ``form_key`` a second time finds the first.

    Needs the municipality's scope. ``by`` None is the citizen through the portal. ``stated`` are
    fields of ``STATED``. ``is_confirmed``: it was stated to a person or signed, so that nobody has
    to confirm it; then whoever took it has it, unless ``owner`` says otherwise. The clock starts
    on ``received_on`` (today). ``attachments`` are saved rows of a draft, which become the
    application's.
    """
    unknown = set(stated) - set(STATED)
    if unknown:
        raise TypeError(f"Not facts of an application: {sorted(unknown)}")
    if existing := Application.objects.filter(form_key=form_key).first():
        return Received(existing, is_new=False, secret=None)
    try:
        with transaction.atomic():
            return _registered(
                municipality, kind, channel, form_key, by, received_on, attachments, is_confirmed,
                stated,
            )  # fmt: skip
    except IntegrityError:
        existing = Application.objects.filter(form_key=form_key).first()
        if existing is None:
            raise
        return Received(existing, is_new=False, secret=None)


def _registered(
    municipality, kind, channel, form_key, by, received_on, attachments, is_confirmed, stated
) -> Received:
    if stated.get("person"):
        stated["person"] = lock_kept(stated["person"])
    stated.setdefault("office", kind.office)
    if is_confirmed:
        stated.setdefault("owner", by)
    day = received_on or timezone.localdate()
    secret = None if kind.is_alert else secrets.new_secret()
    clocked = clock.started(kind.norm_code, day)
    # Last before the row itself: whoever waits for a number waits for the rest of this transaction.
    year, sequence = numbering.take(municipality, kind.number_code)
    application = Application.objects.create(
        municipality=municipality,
        kind=kind,
        nature=kind.nature,
        number=numbering.written(kind.number_code, year, sequence),
        number_series=kind.number_code,
        number_year=year,
        number_seq=sequence,
        secret_hash=secrets.hash_of_secret(secret, municipality) if secret else "",
        channel=channel,
        state=State.IN_WORK if is_confirmed else State.RECEIVED,
        registered_by=by,
        received_on=day,
        confirmed_at=timezone.now() if is_confirmed else None,
        confirmed_by=by if is_confirmed else None,
        form_key=form_key,
        **clocked,
        **stated,
    )
    for attachment in attachments:
        attachment.application = application
        attachment.save(update_fields=["application"])
    workflow.record(
        application,
        ApplicationEvent.Kind.RECEIVED,
        by=by,
        words=str(Channel(channel).label),
        told="" if kind.is_alert else TOLD.format(number=application.number),
    )
    return Received(application, is_new=True, secret=secret)
