"""What a provider sees: which referrals, under which tab, and of one of them only what it needs."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from frontoffice.looks import record_look
from municipalities.audit import AS_PROVIDER
from referrals.desk.listing import SOON, left_words
from referrals.placing.models import Referral, ReferralEvent, ReferralState
from referrals.placing.order import line_order
from referrals.workflow.machine import Who
from services_registry.models import Provider
from services_registry.portal_tabs import Tab

S = ReferralState
NEW, LINE, OVER = "novi", "chakashti", "priklyucheni"
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    NEW: ("Чакат отговор", (S.SENT,)),
    LINE: ("В листата на чакащите", (S.WAITING, S.OFFERED)),
    "prieti": ("Приети", (S.ACCEPTED,)),
    "polzvat": ("Ползват услугата", (S.STARTED,)),
    OVER: ("Приключени", (S.ENDED, S.DECLINED, S.WITHDRAWN)),
}
# A provider's words for a state, and the clothes of its tag.
STATES = {
    S.SENT: ("чака отговор", "due"),
    S.WAITING: ("в листата на чакащите", ""),
    S.OFFERED: ("мястото е предложено на човека", ""),
    S.ACCEPTED: ("прието", "ok"),
    S.STARTED: ("ползва услугата", "ok"),
    S.ENDED: ("приключено", "plain"),
    S.DECLINED: ("отказано", "plain"),
    S.WITHDRAWN: ("оттеглено", "plain"),
}
# The steps that are a provider's business; what the desk notes among itself is not.
STEPS = {
    "sent": "Насочено към вас",
    "accepted": "Прието",
    "waiting": "В листата на чакащите",
    "declined": "Отказано",
    "offered": "Предложено място на човека",
    "offer_taken": "Човекът прие мястото",
    "offer_passed": "Човекът чака друго място",
    "offer_lapsed": "Човекът не отговори навреме",
    "dates": "Дати",
    "started": "Начало на услугата",
    "prolonged": "Срокът е продължен",
    "ended": "Край на услугата",
    "withdrawn": "Оттеглено",
    "said": "Съобщение до общината",
}


def of_provider(provider: Provider) -> QuerySet[Referral]:
    """Return what was sent to ``provider``, with what its pages show, in one query."""
    rows = Referral.objects.sent_to(provider).select_related(
        "assessment", "service__municipality", "person__settlement", "provider", "municipality"
    )
    return rows.defer("assessment__data", "service__search_vector")


def tab_of(provider: Provider) -> Tab:
    """Return the part of the provider's portal, with how many wait for an answer."""
    waiting = Referral.objects.sent_to(provider).filter(state=S.SENT).count()
    return Tab("Насочвания", reverse("provider_referrals"), waiting)


def chosen_tab(request: HttpRequest) -> str:
    """Return which tab is asked for; the new ones where none is."""
    asked = request.GET.get("vid", "")
    return asked if asked in TABS else NEW


def listed(provider: Provider, tab: str) -> QuerySet[Referral]:
    """Return the rows of a tab, the most pressing first."""
    rows = of_provider(provider).filter(state__in=TABS[tab][1])
    if tab == OVER:
        return rows.order_by("-closed_at", "-pk")
    if tab == LINE:
        return rows.order_by("service__name", "service_id", *line_order())
    return rows.order_by(
        "-assessment__is_urgent", F("due_on").asc(nulls_last=True), "requested_on", "pk"
    )


def counts(provider: Provider) -> dict[str, int]:
    """Return how many stand under each tab, in one query."""
    return Referral.objects.sent_to(provider).aggregate(
        **{tab: Count("pk", filter=Q(state__in=states)) for tab, (_label, states) in TABS.items()}
    )


def dress(referral: Referral) -> Referral:
    """Write on ``referral`` the words its row and its page say of state and deadline."""
    row: Any = referral
    row.state_words, row.state_kind = STATES[S(referral.state)]
    row.due_words = row.due_kind = ""
    runs = referral.state in (S.SENT, S.ACCEPTED) and referral.paused_on is None
    if referral.due_on and runs:
        ahead = (referral.due_on - timezone.localdate()).days
        row.due_words = left_words(referral.due_on)
        row.due_kind = "late" if ahead < 0 else "due" if ahead <= SOON else "plain"
    return row


def find(request: HttpRequest, provider: Provider, pk: int) -> Referral:
    """Return a referral sent to ``provider`` and keep that it was looked at; raises Http404."""
    found = get_object_or_404(of_provider(provider), pk=pk)
    for subject in (found, found.person):
        record_look(request, subject, municipality=found.municipality, role=AS_PROVIDER)
    return dress(found)


def shown_of(referral: Referral) -> dict[str, Any]:
    """Return what of the person a provider reads: less and less as the referral ends.

    Who was refused is nobody's to keep; of who left only the name stays, for the provider's files.
    """
    person, state = referral.person, referral.state
    is_open = referral.is_open
    return {
        "name": person.full_name if state != S.DECLINED else "",
        "age": person.age if is_open else None,
        "settlement": person.settlement if is_open else None,
        "phones": person.phone_list if is_open else [],
        "email": person.email if is_open else "",
        # Where to go: once the person is to be visited.
        "address": person.address if state in (S.ACCEPTED, S.STARTED) else "",
        "needs": _needs(person) if is_open else "",
        "summary": referral.summary if is_open else "",
    }


def _needs(person: Any) -> str:
    said = list(person.written_needs)
    if person.language:
        said.append(f"говори на: {person.language}")
    if person.needs_note:
        said.append(person.needs_note)
    return "; ".join(said)


def story_of(referral: Referral) -> list[dict[str, Any]]:
    """Return the steps that concern the provider, newest first, with its own words only."""
    events = referral.events.filter(kind__in=STEPS).select_related("user").order_by("-at", "-pk")
    return [_told(event) for event in events]


def _told(event: ReferralEvent) -> dict[str, Any]:
    is_own = event.who == Who.PROVIDER
    return {
        "when": event.at,
        "title": STEPS[event.kind],
        "text": event.words if is_own else "",
        "who": event.user.name if is_own and event.user else "",
    }
