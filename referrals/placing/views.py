"""The page of one referral at the desk: how it stands, one next step, all that happened."""

from __future__ import annotations

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from municipalities.permissions import require
from referrals import clock
from referrals.permissions import can_assess, can_work_on_case
from referrals.placing import story, waiting
from referrals.placing.models import Referral, ReferralState
from referrals.placing.opening import opens_referral
from referrals.provider import telling


@require(can_assess)
@sensitive_variables()
@require_safe
@opens_referral
def page(request: HttpRequest, referral: Referral) -> HttpResponse:
    """The whole of it; the look is kept."""
    may_work = can_work_on_case(request, referral)
    offers = list(referral.offers.all())
    rule = waiting.rule_for(referral.service, timezone.localdate())
    position = waiting.position(referral)
    links = list(referral.links.select_related("created_by"))
    is_told = bool(links) or bool(telling.people_of(referral.provider))
    next_way = story.next_way(referral, may_work=may_work, is_told=is_told)
    due_words, due_kind = story.due(referral)
    others = referral.assessment.referrals.exclude(pk=referral.pk).select_related("service")
    return render(
        request,
        "referrals/placing/page.html",
        {
            "referral": referral,
            "assessment": referral.assessment,
            "standing": story.standing(
                referral, position, next((one for one in offers if one.state == "open"), None)
            ),
            "position": position,
            "due_words": due_words,
            "due_kind": due_kind,
            "clock": clock.explained(referral),
            "next": next_way,
            "ways": story.ways(
                referral, may_work=may_work, has_rule=rule is not None, without=next_way
            ),
            "may_work": may_work,
            "may_take_back": referral.state == ReferralState.CHOSEN and may_work,
            "rule": rule,
            "offers": offers,
            "links": links,
            "steps": story.story(referral),
            "others": others.order_by("ordinal"),
            "edition": referral.assessment.documents.aggregate(last=Max("edition"))["last"],
            "replaced_by": referral.replaced_by.select_related("service").first(),
        },
    )
