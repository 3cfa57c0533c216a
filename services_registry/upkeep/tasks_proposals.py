"""The mail that tells a provider what became of its proposal."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate.contrib.django import app

from municipalities.models import Municipality
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from services_registry.models import ChangeProposal, ProviderMembership


@app.task(name="services_registry.tell_decided", retry=RETRY)
def tell_decided(*, municipality: int, proposal: int, site: str) -> None:
    """Mail the decision to who proposed it, or to the provider where they work there no more.

    ``site`` is the portal's address. Nobody is told where there is no address, or no decision.
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
        path = reverse("provider_proposal_seen", args=[row.pk])
        text = render_to_string(
            "services_registry/upkeep/proposal_mail.txt",
            {"proposal": row, "municipality": owner, "link": site.rstrip("/") + path},
        )
        send_mail(
            f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}Предложението ви е "
            f"{row.get_state_display()}: {row.service.name}".replace("\n", " "),
            text,
            None,
            [to],
        )
