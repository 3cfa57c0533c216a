"""Each working morning: a mail to everybody who has something due or late, and one to the heads.

Arguments are ids: they are kept in the queue's table and printed in logs. A mail tells numbers of
rows and their addresses, nothing of whose they are: mail is read where the portal's doors are not.
"""

from __future__ import annotations

import datetime as dt

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY, later
from municipalities.templatetags.portal import plural
from municipalities.tenancy import municipality_scope
from referrals.caseload.reminding import Told, owners_to_remind, take_escalation, take_morning

HOUR = 7  # in Bulgaria; the task runs twenty minutes past
MOST_LISTED = 30
LATE = "Закъснели оценки и насочвания"


# The queue's clock is UTC: 7:20 in Bulgaria is 5:20 there in winter and 4:20 in summer.
@app.periodic(cron="20 4,5 * * *")
@app.task(name="referrals.remind_cases", queueing_lock="referrals.remind_cases")
def remind_cases(timestamp: int | None = None) -> None:
    """Every morning: have the desks of each municipality that uses the portal reminded.

    Of the two runs a day the one planned for ``HOUR`` works.
    """
    if timestamp is not None:
        planned = dt.datetime.fromtimestamp(timestamp, dt.UTC)
        if timezone.localtime(planned).hour != HOUR:
            return
    for pk in Municipality.objects.active().order_by("pk").values_list("pk", flat=True):
        later(remind_cases_in, municipality=pk)


@app.task(name="referrals.remind_cases_in", retry=RETRY)
def remind_cases_in(*, municipality: int) -> None:
    """Have everybody of one municipality reminded who was not yet today, and its heads told."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        for user in owners_to_remind(owner):
            later(send_cases, municipality=municipality, owner=user)
        later(send_escalation, municipality=municipality)


@app.task(name="referrals.send_cases", retry=RETRY)
def send_cases(*, municipality: int, owner: int) -> None:
    """Mail one person, once a day; a mail that cannot be handed over is as if never tried."""
    where = Municipality.objects.get(pk=municipality)
    with municipality_scope(where):
        here = f"{reverse('caseload')}?vid=mine"
        told = take_morning(where, owner)
        _mail(told, "referrals/caseload/mail_mine.txt", leads_to=here, subject="Насочване")


@app.task(name="referrals.send_escalation", retry=RETRY)
def send_escalation(*, municipality: int) -> None:
    """Mail the heads what is late, once a day."""
    where = Municipality.objects.get(pk=municipality)
    with municipality_scope(where):
        told, here = take_escalation(where), reverse("referring_late")
        _mail(told, "referrals/caseload/mail_late.txt", leads_to=here, subject=LATE)


def _mail(told: Told | None, template: str, *, leads_to: str, subject: str) -> None:
    if told is None:
        return
    text = render_to_string(
        template,
        {
            "told": told,
            "lines": [
                {"case": case, "link": mails.whole(case.href)} for case in told.cases[:MOST_LISTED]
            ],
            "more": max(0, len(told.cases) - MOST_LISTED),
            "link": mails.whole(leads_to),
        },
    )
    first, *others = [user.email for user in told.to]
    mails.send(f"{subject}: {in_words(told)}", text, [first], bcc=others)


def in_words(told: Told) -> str:
    """Return „2 със срок наскоро, 1 закъсняло“."""
    said = [f"{told.soon} със срок наскоро"] if told.soon else []
    if told.late:
        said.append(f"{told.late} {plural(told.late, 'закъсняло', 'закъснели')}")
    return ", ".join(said)
