"""Each working morning: one mail to everybody who promised something for today or before.

Arguments are ids: they are kept in the queue's table and printed in logs.
"""

from __future__ import annotations

import datetime as dt

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from frontoffice.followups.reminding import Morning, owners_to_remind, take_morning
from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY, later
from municipalities.templatetags.portal import plural
from municipalities.tenancy import municipality_scope

HOUR = 7  # in Bulgaria; the task runs ten minutes past


# The queue's clock is UTC: 7:10 in Bulgaria is 5:10 there in winter and 4:10 in summer.
@app.periodic(cron="10 4,5 * * *")
@app.task(name="frontoffice.remind", queueing_lock="frontoffice.remind")
def remind(timestamp: int | None = None) -> None:
    """Every morning: have the people of each municipality that uses the portal reminded.

    Of the two runs a day the one at ``HOUR`` works. The hour is that for which the run was
    planned, so that a worker that was away in the morning still does it.
    """
    if timestamp is not None:
        planned = dt.datetime.fromtimestamp(timestamp, dt.UTC)
        if timezone.localtime(planned).hour != HOUR:
            return
    for pk in Municipality.objects.active().order_by("pk").values_list("pk", flat=True):
        later(remind_in, municipality=pk)


@app.task(name="frontoffice.remind_in", retry=RETRY)
def remind_in(*, municipality: int) -> None:
    """Have everybody of one municipality reminded who was not yet today."""
    with municipality_scope(Municipality.objects.get(pk=municipality)):
        for owner in owners_to_remind():
            later(send_morning, municipality=municipality, owner=owner)


@app.task(name="frontoffice.send_morning", retry=RETRY)
def send_morning(*, municipality: int, owner: int) -> None:
    """Mail one person, once a day; a mail that cannot be handed over is as if never tried."""
    with municipality_scope(Municipality.objects.get(pk=municipality)):
        morning = take_morning(owner)
        if morning is None:
            return
        text = render_to_string(
            "frontoffice/follow_ups/mail_morning.txt",
            {"morning": morning, "link": mails.whole(reverse("follow_ups"))},
        )
        mails.send(subject_of(morning), text, [morning.owner.email])


def subject_of(morning: Morning) -> str:
    """Return „Задачи: 2 за днес, 1 закъсняла“."""
    said = []
    if morning.due:
        said.append(f"{morning.due} за днес")
    if morning.late:
        said.append(f"{morning.late} {plural(morning.late, 'закъсняла', 'закъснели')}")
    return f"Последващи задачи: {', '.join(said)}"
