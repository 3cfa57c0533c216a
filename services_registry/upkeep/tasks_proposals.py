"""Mails about proposals: the municipality is told that one came, the provider what became of it."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Membership, Municipality, Role
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from services_registry.models import ChangeProposal, ProviderMembership

DECIDING = (Role.HEAD, Role.ADMINISTRATOR)  # as permissions.can_manage_registry has it


def deciding() -> list[str]:
    """Return the addresses of those who can accept a proposal, the heads of offices first."""
    working = Membership.objects.current().filter(user__is_active=True).order_by("pk")
    found: list[str] = []
    for role in DECIDING:
        found += working.filter(role=role).values_list("user__email", flat=True)
    return list(dict.fromkeys(found))


@app.task(name="services_registry.tell_proposed", retry=RETRY)
def tell_proposed(*, municipality: int, proposal: int) -> None:
    """Mail those who decide that a proposal came, with its link and without its text.

    Nobody is told of one that waits no more.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = (
            ChangeProposal.objects.select_related("service__provider")
            .filter(pk=proposal, state=ChangeProposal.State.WAITING)
            .first()
        )
        to = deciding()
        if row is None or not to:
            return
        text = render_to_string(
            "services_registry/upkeep/mail_proposal_came.txt",
            {"proposal": row, "link": mails.whole(reverse("proposal", args=[row.pk]))},
        )
        mails.send(f"Предложение за промяна: {row.service.name}", text, to[:1], bcc=to[1:])


@app.task(name="services_registry.tell_decided", retry=RETRY)
def tell_decided(*, municipality: int, proposal: int) -> None:
    """Mail the decision to who proposed it, or to the provider where they work there no more.

    Nobody is told where there is no address, or no decision.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = (
            ChangeProposal.objects.select_related("service__provider", "proposed_by")
            .filter(pk=proposal, decided_by__isnull=False)
            .first()
        )
        if row is None:
            return
        to = row.service.provider.email
        still_there = ProviderMembership.objects.filter(
            user=row.proposed_by_id, provider=row.service.provider_id, user__is_active=True
        )
        if row.proposed_by and still_there.exists():
            to = row.proposed_by.email
        if not to:
            return
        link = mails.whole(reverse("provider_proposal_seen", args=[row.pk]))
        text = render_to_string(
            "services_registry/upkeep/proposal_mail.txt",
            {"proposal": row, "municipality": owner, "link": link},
        )
        subject = f"Предложението ви е {row.get_state_display()}: {row.service.name}"
        mails.send(subject, text, [to])
