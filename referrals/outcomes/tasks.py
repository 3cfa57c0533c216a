"""The day's questions about the outcome, and the mail with the link. Arguments are ids."""

from __future__ import annotations

import datetime as dt

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails, signed_links
from municipalities.invitations import hash_of
from municipalities.models import Municipality
from municipalities.tasks import RETRY, later
from municipalities.tenancy import municipality_scope
from referrals.outcomes import asking
from referrals.outcomes.models import OutcomeQuestion

State, Via = OutcomeQuestion.State, OutcomeQuestion.Via
SUBJECT = "Два кратки въпроса към вас"


@app.periodic(cron="41 6 * * *")  # in the morning here: a mail at night frightens people
@app.task(name="referrals.ask_outcomes", queueing_lock="referrals.ask_outcomes")
def ask_outcomes(timestamp: int | None = None) -> None:
    """Every day: have the questions that are due asked, and end those nobody answered."""
    long_ago = timezone.now() - dt.timedelta(days=asking.LINK_DAYS)
    for owner in Municipality.objects.active().order_by("pk"):
        with municipality_scope(owner):
            due = OutcomeQuestion.objects.filter(
                state=State.PLANNED, due_on__lte=timezone.localdate()
            )
            # A call stays with whoever has it until they say how it ended.
            silent = OutcomeQuestion.objects.filter(
                state=State.ASKED, via=Via.MAIL, asked_at__lt=long_ago
            )
            for pk in due.order_by("pk").values_list("pk", flat=True):
                later(ask_outcome, municipality=owner.pk, question=pk)
            for pk in silent.order_by("pk").values_list("pk", flat=True):
                later(drop_outcome, municipality=owner.pk, question=pk)


@app.task(name="referrals.ask_outcome", retry=RETRY)
def ask_outcome(*, municipality: int, question: int) -> None:
    """Ask one question whose day has come."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = _find(question)
        if row:
            asking.ask(row)


@app.task(name="referrals.drop_outcome", retry=RETRY)
def drop_outcome(*, municipality: int, question: int) -> None:
    """End one question whose link has run out."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = _find(question)
        if row and not asking.is_open_to_link(row):
            asking.drop(question=row)


@app.task(name="referrals.send_question", retry=RETRY)
def send_question(*, municipality: int, question: int) -> None:
    """Mail the link of a question that is asked by mail.

    The token is made here and stays in the mail alone; only its hash is kept. A repeated run makes
    another one, so the last mail holds the link that works. A mail that cannot be handed over rolls
    the new hash back.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = (
            OutcomeQuestion.objects.select_for_update(of=("self",))
            .select_related("referral__assessment__application__office")
            .filter(pk=question, state=State.ASKED, via=Via.MAIL)
            .first()
        )
        if row is None:
            return
        application = row.referral.assessment.application
        if not application.email:
            return
        token = signed_links.new_token(owner, asking.PURPOSE)
        row.token_hash = hash_of(token)
        row.save(update_fields=["token_hash"])
        text = render_to_string(
            "referrals/outcomes/mail.txt",
            {
                "application": application,
                "municipality": owner,
                "until": timezone.localdate(row.asked_at) + dt.timedelta(days=asking.LINK_DAYS),
                "link": mails.whole(reverse("outcome_answer", args=[owner.slug, token])),
            },
        )
        mails.send(SUBJECT, text, [application.email])


def _find(pk: int) -> OutcomeQuestion | None:
    rows = OutcomeQuestion.objects.select_related(
        "referral__assessment__application", "referral__person"
    )
    return rows.filter(pk=pk).first()
