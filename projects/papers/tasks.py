"""Every morning: a mail to those who run the projects about what has to be done soon.

Arguments are ids: they are kept in the queue's table and printed in logs. A mail tells the project,
the kind of the obligation and its day; what somebody wrote about it stays in the portal.
"""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY, later
from municipalities.templatetags.portal import counted
from municipalities.tenancy import municipality_scope
from projects.papers.obligations import take_reminders

MOST_LISTED = 30


@app.periodic(cron="50 4 * * *")  # UTC: before work begins in Bulgaria, summer and winter
@app.task(name="projects.remind_obligations", queueing_lock="projects.remind_obligations")
def remind_obligations(timestamp: int | None = None) -> None:
    """Every morning: have each municipality that uses the portal reminded, each by itself."""
    for pk in Municipality.objects.active().order_by("pk").values_list("pk", flat=True):
        later(remind_obligations_in, municipality=pk)


@app.task(name="projects.remind_obligations_in", retry=RETRY)
def remind_obligations_in(*, municipality: int) -> None:
    """Remind the managers of one municipality; a repeated run finds nothing to say.

    A mail that cannot be handed over rolls the marks back (MailRefused), and the task is retried.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        told = take_reminders(owner, timezone.localdate())
        if told is None:
            return
        text = render_to_string(
            "projects/papers/mail_obligations.txt",
            {
                "municipality": owner,
                "rows": told.obligations[:MOST_LISTED],
                "more": max(0, len(told.obligations) - MOST_LISTED),
                "link": mails.whole(reverse("admin:projects_obligation_calendar")),
            },
        )
        first, *others = [user.email for user in told.to]
        count = counted(len(told.obligations), "задължение,задължения")
        mails.send(f"Проекти: {count} с наближаващ срок", text, [first], bcc=others)
