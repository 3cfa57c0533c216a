"""Mails to citizens about their applications.

Arguments are ids: they are kept in the queue's table and printed in the worker's log. A subject
names nobody, and no mail but a message that somebody wrote tells what the person needs: mail is
read by others too. The whole stands on the tracking page, behind the second secret.
"""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY, later
from municipalities.tenancy import municipality_scope
from referrals.applications.models import Application
from referrals.applications.models_parts import ApplicationEvent
from referrals.caseload import tasks as caseload_tasks  # noqa: F401  registers its tasks
from referrals.letters import tasks as letter_tasks  # noqa: F401  registers its task
from referrals.online import tasks as online_tasks  # noqa: F401  registers its tasks
from referrals.outcomes import tasks as outcome_tasks  # noqa: F401  as above
from referrals.placing import tasks as placing_tasks  # noqa: F401  as above
from referrals.provider import tasks as provider_tasks  # noqa: F401  as above

Event = ApplicationEvent.Kind
SUBJECTS = {
    Event.RECEIVED: "Получихме заявлението ви",
    Event.PAPERS_ASKED: "По заявлението ви са нужни още документи",
    Event.MESSAGE: "Съобщение по заявлението ви",
    Event.CLOSED: "Има отговор по заявлението ви",
}


def mail_step(step: ApplicationEvent) -> None:
    """Have ``step`` mailed to the citizen once the transaction commits.

    Nothing happens where no mail is written of such a step, where there is no address, and of an
    alert: who sent it is not told of another person.
    """
    application = step.application
    if step.kind in SUBJECTS and application.email and not application.is_alert:
        later(send_step, municipality=step.municipality_id, step=step.pk)


@app.task(name="referrals.send_step", retry=RETRY)
def send_step(*, municipality: int, step: int) -> None:
    """Mail one step of an application to whoever applied."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        found = (
            ApplicationEvent.objects.select_related("application__office")
            .filter(pk=step, kind__in=SUBJECTS)
            .first()
        )
        if found is None or not found.application.email:
            return
        application = found.application
        text = render_to_string(
            "referrals/mail/step.txt",
            {
                "step": found,
                "application": application,
                "municipality": owner,
                "link": tracking_address(application, owner),
            },
        )
        mails.send(SUBJECTS[Event(found.kind)], text, [application.email])


def tracking_address(application: Application, municipality: Municipality) -> str:
    """Return the whole address of the tracking page, which opens with the second secret only."""
    return mails.whole(
        reverse("track_application", args=[municipality.slug, application.public_id])
    )
