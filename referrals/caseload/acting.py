"""By when somebody has to act on an assessment or a referral: one rule of lists, mails, numbers.

The day is the row's own deadline while its clock runs (of an offered place: the last day on which
it can be taken). Of an urgent case it is the day on which the assessment has to be finished, where
that is earlier or the clock stands.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, When
from django.db.models.functions import Least
from django.utils import timezone

from referrals.assessments.models import OPEN_ASSESSMENT, AssessmentQuerySet, NeedsAssessment
from referrals.placing.models import (
    MOVING_REFERRAL,
    Referral,
    ReferralEvent,
    ReferralQuerySet,
    ReferralState,
)
from referrals.workflow.machine import Who

NEW_FOR = dt.timedelta(days=7)
ANSWERS = ("accepted", "waiting", "declined", "dates", "started", "ended", "said")


def assessments() -> AssessmentQuerySet:
    """Return all assessments with ``act_by``; None where nobody has to act by a day."""
    own = Case(When(paused_on__isnull=True, then=F("due_on")), output_field=DateField())
    urgent = Case(When(is_urgent=True, then=F("follow_up_on")), output_field=DateField())
    # PostgreSQL's LEAST passes over what is null.
    first = When(state__in=OPEN_ASSESSMENT, then=Least(own, urgent))
    return NeedsAssessment.objects.annotate(act_by=Case(first, output_field=DateField()))


def referrals() -> ReferralQuerySet:
    """Return all referrals with ``act_by``, but those that are only being chosen."""
    runs = When(paused_on__isnull=True, state__in=MOVING_REFERRAL, then=F("due_on"))
    return Referral.objects.exclude(state=ReferralState.CHOSEN).annotate(
        act_by=Case(runs, output_field=DateField())
    )


def late(today: dt.date | None = None) -> Q:
    """Return the condition that the day has passed, on rows of the two above."""
    return Q(act_by__lt=today or timezone.localdate())


def within(days: int, today: dt.date | None = None) -> Q:
    """Return the condition that the day has passed or comes within ``days``."""
    return Q(act_by__lte=(today or timezone.localdate()) + dt.timedelta(days=days))


def answered_anew() -> Q:
    """Return the condition that a provider did something of late that nobody here followed.

    The desk follows by any step of its own, a note too; after ``NEW_FOR`` it is no news.
    """
    steps = ReferralEvent.objects.filter(referral=OuterRef("pk")).order_by()
    answers = steps.filter(who=Who.PROVIDER, kind__in=ANSWERS, at__gt=timezone.now() - NEW_FOR)
    followed = ReferralEvent.objects.filter(
        referral=OuterRef("referral"),
        pk__gt=OuterRef("pk"),
        who__in=(Who.SPECIALIST, Who.HEAD),
    ).order_by()
    return Q(Exists(answers.exclude(Exists(followed))))
