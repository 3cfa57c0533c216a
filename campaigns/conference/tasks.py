"""Certificates of attendance one after another; papers of people who were forgotten go."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from campaigns.conference import certificates
from campaigns.conference.errors import ConferenceRefused
from campaigns.models import CampaignEvent
from municipalities.models import Municipality, User
from municipalities.tenancy import municipality_scope

log = logging.getLogger("frontoffice.campaigns")


@app.task(name=certificates.TASK)
def issue_attendance_certificates(*, municipality: int, event: int, by: int) -> None:
    """Issue the certificates of an event, each in a transaction of its own.

    One that fails is logged and does not stop the others; asked again it issues those left.
    """
    owner, user = Municipality.objects.get(pk=municipality), User.objects.get(pk=by)
    with municipality_scope(owner):
        row = CampaignEvent.objects.filter(pk=event).first()
        left = certificates.entitled(row) if row else []
    for registration in left:
        try:
            with municipality_scope(owner):
                certificates.issue(registration=registration, by=user)
        except ConferenceRefused:
            continue  # changed meanwhile: the page says why
        except Exception:
            log.exception("a certificate was not issued", extra={"registration": registration.pk})


@app.periodic(cron="53 3 * * *")  # after the names were taken out (registering/tasks.py)
@app.task(name="campaigns.forget_papers", queueing_lock="campaigns.forget_papers")
def forget_papers(timestamp: int | None = None) -> None:
    """Every night: delete certificates whose people are no longer known."""
    for municipality in Municipality.objects.all():
        with municipality_scope(municipality):
            certificates.forget_papers()
