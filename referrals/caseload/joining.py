"""Assessments and referrals on the desk's pages: „Днес“, a person's timeline, the merge of two."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from frontoffice.joined import (
    Figure,
    Lines,
    register_figures,
    register_lines,
    register_moving,
)
from frontoffice.models import Person
from municipalities.models import Membership, Role
from municipalities.today import register_part
from referrals.assessments.models import AssessmentEvent, AssessmentState, NeedsAssessment
from referrals.caseload import acting
from referrals.caseload.listing import MINE, brought, listed
from referrals.placing.models import MOVING_REFERRAL, Referral, ReferralEvent, ReferralState
from referrals.policy import policy_of

SHOWN = 6
KIND = ("nasochvane", "Оценки и насочване")
# What a colleague who reads the person's page wants to know happened.
OF_ASSESSMENT = ("begun", "urgent", "submitted", "done", "reissued", "cancelled", "replaced")
OF_REFERRAL = (
    "sent", "accepted", "waiting", "declined", "offered", "offer_taken", "offer_passed",
    "offer_lapsed", "started", "prolonged", "ended", "withdrawn", "said", "answered",
)  # fmt: skip


def figures(membership: Membership) -> list[Figure]:
    """Return the counts of „Днес“ about assessments and referrals, in three queries."""
    user = membership.user
    soon = acting.within(policy_of(membership.municipality).soon_days)
    drafts = (
        acting.assessments()
        .open()
        .aggregate(
            review=Count("pk", filter=Q(state=AssessmentState.REVIEW)),
            mine=Count("pk", filter=Q(owner=user)),
            late=Count("pk", filter=acting.late() & Q(owner=user)),
            all_late=Count("pk", filter=acting.late()),
            last=Max("updated_at"),
        )
    )
    own = Q(owner=user)
    offered = Q(state=ReferralState.OFFERED)
    sent = acting.referrals().aggregate(
        answered=Count("pk", filter=own & acting.answered_anew()),
        mine=Count("pk", filter=own & Q(state__in=MOVING_REFERRAL)),
        late=Count("pk", filter=own & acting.late()),
        all_late=Count("pk", filter=acting.late()),
        offered=Count("pk", filter=own & offered & soon),
        last=Max("updated_at"),
    )
    here = reverse("caseload")
    found = [
        Figure(
            "cases-mine",
            "оценки и насочвания при мен",
            drafts["mine"] + sent["mine"],
            f"{here}?vid=mine",
            mark=f"{drafts['last']}{sent['last']}",
        ),
        _figure("cases-answered", "нови отговори от доставчици", sent["answered"], "answered"),
        _figure(
            "cases-offers",
            "предложени места изтичат",
            sent["offered"],
            f"offered&u={user.pk}",
        ),
        _figure(
            "cases-late",
            "закъснели при мен",
            drafts["late"] + sent["late"],
            f"late&u={user.pk}",
        ),
    ]
    if membership.role == Role.HEAD:
        late = drafts["all_late"] + sent["all_late"]
        found += [
            _figure("cases-review", "оценки за преглед", drafts["review"], "review"),
            Figure(
                "cases-all-late", "закъснели в насочването", late, reverse("referring_late"),
                is_late=True, is_always_shown=False,
            ),
        ]  # fmt: skip
    return found


def _figure(name: str, words: str, count: int, tab: str) -> Figure:
    url = f"{reverse('caseload')}?vid={tab}"
    return Figure(name, words, count, url, is_late=True, is_always_shown=False)


def waiting(membership: Membership) -> dict[str, Any]:
    """Return the soonest open cases of ``membership``'s user, in three queries."""
    rows = acting.assessments(), acting.referrals()
    return {"cases": brought(listed(rows, tab=MINE, user=membership.user)[:SHOWN])}


def _steps_of_assessments(request: HttpRequest, person: Person) -> QuerySet:
    return AssessmentEvent.objects.filter(assessment__person=person, kind__in=OF_ASSESSMENT)


def _steps_of_referrals(request: HttpRequest, person: Person) -> QuerySet:
    return ReferralEvent.objects.filter(referral__person=person, kind__in=OF_REFERRAL)


def join() -> None:
    """Add assessments and referrals to the pages of the desk."""
    register_figures(figures)
    register_part("referrals/caseload/today.html", waiting)
    register_lines(
        Lines(
            name="assessment_step",
            kind=KIND,
            moment="at",
            who="user_id",
            rows=_steps_of_assessments,
            bring=lambda: AssessmentEvent.objects.select_related("assessment__application").defer(
                "assessment__data"
            ),
            template="referrals/caseload/person_assessment.html",
        )
    )
    register_lines(
        Lines(
            name="referral_step",
            kind=KIND,
            moment="at",
            who="user_id",
            rows=_steps_of_referrals,
            bring=lambda: ReferralEvent.objects.select_related(
                "referral__assessment__application", "referral__service", "referral__provider"
            ).defer("referral__assessment__data", "referral__service__search_vector"),
            template="referrals/caseload/person_referral.html",
        )
    )
    register_moving("assessments", NeedsAssessment, "person")
    register_moving("referrals", Referral, "person")
