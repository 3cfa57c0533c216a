"""In what order people wait for a place, for anybody to read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from referrals.placing.models_waiting import WaitingRule
from referrals.policy import policy_of


@login_not_required
@require_safe
def waiting_rules(request: HttpRequest, obshtina: str) -> HttpResponse:
    """Show the municipality's acts in force and what goes without one, in plain words."""
    municipality = get_object_or_404(Municipality.objects.active(), slug=obshtina)
    with municipality_scope(municipality):
        rules = WaitingRule.objects.on(timezone.localdate()).select_related("service")
        shown = _shown(rules.prefetch_related("priorities").order_by("-valid_from", "-pk"))
        context = {
            "municipality": municipality,
            "rules": shown,
            "has_general": any(rule.service is None for rule in shown),
            "offer_days": policy_of(municipality).offer_days,
        }
    return render(request, "referrals/placing/rules.html", context)


def _shown(rules) -> list[WaitingRule]:
    """Leave of each service, and of all others, the one act that counts; the general one last.

    A service that nobody may see is not named.
    """
    counted: dict[int | None, WaitingRule] = {}
    for rule in rules:
        if rule.service is None or rule.service.is_public:
            counted.setdefault(rule.service_id, rule)
    return sorted(
        counted.values(), key=lambda rule: (rule.service is None, str(rule.service), rule.pk)
    )
