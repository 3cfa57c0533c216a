"""How the steps of assessments and referrals are called on pages."""

from __future__ import annotations

from django import template

from referrals.assessments.models import AssessmentEvent
from referrals.placing.models import ReferralEvent
from referrals.workflow.words import ASSESSMENT_WORDS, REFERRAL_WORDS

register = template.Library()


@register.filter
def step_words(step: AssessmentEvent | ReferralEvent) -> str:
    """Return what a step is called in a story: „Доставчикът прие“."""
    words = ASSESSMENT_WORDS if isinstance(step, AssessmentEvent) else REFERRAL_WORDS
    return words.get(step.kind, step.kind)
