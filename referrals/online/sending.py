"""Sending a draft: once, whatever happens."""

from __future__ import annotations

from referrals.applications.models import Channel
from referrals.applications.models_parts import ApplicationEvent
from referrals.applications.receiving import Received, receive
from referrals.online import drafts
from referrals.online.access import whom_to_call
from referrals.online.filling import Filling
from referrals.online.models import OnlineDraft
from referrals.tasks import mail_step
from services_registry.models import Service


def send(draft: OnlineDraft) -> Received:
    """Register what ``draft`` states; sent twice it is one application.

    Needs the municipality's scope and the row of the draft locked, so that a second sending waits
    for the first one. All in one transaction: either there is an application to which the draft
    leads, or the draft is as it was. Raises ValueError where something is not answered.
    """
    if draft.application:
        return Received(draft.application, is_new=False, secret=None)
    filling = Filling(draft)
    facts = filling.stated()
    service = facts.pop("service", None)
    received = receive(
        municipality=draft.municipality,
        kind=draft.kind,
        channel=Channel.ONLINE,
        form_key=draft.form_key,
        by=None,
        attachments=filling.attachments,
        service=service if isinstance(service, Service) else None,
        office=draft.kind.office or whom_to_call(draft),
        **facts,
    )
    drafts.finish(draft, received)
    first = received.application.events.filter(kind=ApplicationEvent.Kind.RECEIVED).first()
    if received.is_new and first:
        mail_step(first)
    return received
