"""What happens after the answer: mails, and the tidying of every night.

A task is enqueued with ``later`` inside the transaction that causes it, so that it exists exactly
when that transaction did happen. Arguments are ids: they are kept in the queue's table and printed
in the worker's log, which is no place for names or tokens.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from municipalities import invitations, mails
from municipalities.models import Invitation, Municipality
from municipalities.tenancy import municipality_scope

CLOSED_INVITATIONS_KEPT = dt.timedelta(days=90)
RETRY = RetryStrategy(max_attempts=6, exponential_wait=5)  # 5 s, 25 s, … about an hour in all


def later(task, **arguments) -> None:
    """Run ``task`` once the transaction commits: by the worker, or here where there is none.

    With ``TASKS_INLINE`` a failure is logged and does not spoil the page that caused it.
    """
    if settings.TASKS_INLINE:
        transaction.on_commit(lambda: task(**arguments), robust=True)
    else:
        task.defer(**arguments)


@app.task(name="municipalities.send_invitation", retry=RETRY)
def send_invitation(*, municipality: int, invitation: int) -> None:
    """Mail the link of an open invitation.

    The token is made here and stays in the mail alone; only its hash is kept. A repeated run makes
    another one, so the last mail holds the link that works. A mail that cannot be handed over rolls
    the new hash back.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("municipality", "office", "invited_by")
            .filter(pk=invitation)
            .first()
        )
        if row is None or not row.is_open:
            return
        token = secrets.token_urlsafe(32)
        row.token_hash = invitations.hash_of(token)
        row.sent_at = timezone.now()
        row.save(update_fields=["token_hash", "sent_at"])
        text = render_to_string(
            "municipalities/mail/invitation.txt",
            {
                "invitation": row,
                "what": invitations.words_of(row),
                "link": mails.whole(reverse("invitation_link", args=[token])),
            },
        )
        mails.send("Покана за работа в портала", text, [row.email])


@app.periodic(cron="17 3 * * *")
@app.task(name="municipalities.tidy", queueing_lock="municipalities.tidy")
def tidy(timestamp: int | None = None) -> None:
    """Every night: drop expired sessions, and invitations that were closed long ago."""
    call_command("clearsessions")
    before = timezone.now() - CLOSED_INVITATIONS_KEPT
    for municipality in Municipality.objects.all():
        with municipality_scope(municipality):
            Invitation.objects.filter(expires_at__lt=before).delete()
