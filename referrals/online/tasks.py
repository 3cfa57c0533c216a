"""Mailing the link of a draft, and throwing away every night what nobody came back to."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from referrals.online import drafts
from referrals.online.models import OnlineDraft


@app.task(name="referrals.mail_draft_link", retry=RETRY)
def mail_draft_link(*, municipality: int, draft: int) -> None:
    """Mail the link of a draft, without its secret, to the address asked for; that is forgotten.

    The link and the address are read from the draft's own encrypted data, so that neither stands in
    the queue. Somebody who asked twice gets two mails at the most; the link stays the same.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = OnlineDraft.objects.filter(pk=draft, application__isnull=True).first()
        data = drafts.read(row) if row else {}
    address, token = data.get("mail_to", ""), data.get("token", "")
    if row is None or not address or not token:
        return
    text = render_to_string(
        "referrals/online/mail/link.txt",
        {
            "municipality": owner,
            "expires_at": row.expires_at,
            "link": mails.whole(reverse("apply_resume", args=[token])),
        },
    )
    # Not in the transaction below: who goes on typing does not wait for the mail server.
    mails.send("Връзка към започнато заявление", text, [address])
    with municipality_scope(owner):
        drafts.forget_address(draft, address)


@app.periodic(cron="7 3 * * *")
@app.task(name="referrals.tidy_online_drafts", queueing_lock="referrals.tidy_online_drafts")
def tidy_online_drafts(timestamp: int | None = None) -> None:
    """Every night: delete the drafts that have run out, with their files."""
    for municipality in Municipality.objects.order_by("pk"):
        drafts.purge(municipality, now=timezone.now())
