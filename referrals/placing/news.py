"""Which steps of an assessment or a referral are mailed to the person as news."""

from __future__ import annotations

from django.db import models

from municipalities.tasks import later
from referrals.assessments.models import AssessmentEvent
from referrals.clocked import StepEvent
from referrals.placing.models import ReferralEvent

OF_ASSESSMENTS = {"done", "cancelled"}
# An offered place has a mail of its own; that a service began the person knows.
OF_REFERRALS = {
    "accepted",
    "waiting",
    "declined",
    "offer_lapsed",
    "withdrawn",
    "prolonged",
    "ended",
}


def mail_news(step: models.Model) -> None:
    """Have the person mailed that ``step`` stands on their tracking page, once it is committed.

    Nothing happens of what they are not told, of what they did themselves, and of an application
    without an address or of an alert.
    """
    if isinstance(step, AssessmentEvent) and step.kind in OF_ASSESSMENTS:
        application = step.assessment.application
    elif isinstance(step, ReferralEvent) and step.kind in OF_REFERRALS:
        application = step.referral.assessment.application
    else:
        return
    if not step.told or step.who == StepEvent.Who.CITIZEN:
        return
    if application.email and not application.is_alert:
        from referrals.placing import tasks  # whose verbs are heard here

        later(tasks.tell_news, municipality=step.municipality_id, application=application.pk)
