"""Every night: drafts that were closed or that nobody came back to are deleted."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from frontoffice.drafts import keeping
from municipalities.models import Municipality


@app.periodic(cron="27 3 * * *")
@app.task(name="frontoffice.tidy_drafts", queueing_lock="frontoffice.tidy_drafts")
def tidy_drafts(timestamp: int | None = None) -> None:
    """Delete closed drafts after a day, open ones after ``DRAFTS_KEPT_DAYS``."""
    for municipality in Municipality.objects.order_by("pk"):
        keeping.tidy(municipality, now=timezone.now())
