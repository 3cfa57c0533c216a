"""Why somebody's record is opened, where the municipality's policy asks for it.

A reason is given on a page of its own and kept on the row of the access log, where nobody can
change it. It holds for a while, so that one talk is one question.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from frontoffice.looks import record_look
from frontoffice.models import Consultation, DeskPolicy, FollowUp, Person
from frontoffice.preferences.reading import policy_of
from municipalities.audit import AccessEvent

# Of a person linked to a consultation while it is written down.
FOR_CONSULTATION = "консултация"
# A form that was opened with a reason may be sent as long as somebody can be typing in it.
A_FORM_HOLDS = dt.timedelta(hours=12)


def reason_address(person: Person) -> str:
    """Return the address of the page that asks why."""
    return reverse("person_reason", args=[person.pk])


def given_reason(request: HttpRequest, person: Person, *, within: dt.timedelta) -> str:
    """Return the last reason the reader gave for this person, "" if none so recently."""
    found = AccessEvent.objects.filter(
        user=request.user,
        subject_kind=Person._meta.label_lower,
        subject_id=person.pk,
        path=reason_address(person),
        at__gt=timezone.now() - within,
    ).exclude(reason="")
    return found.order_by("-at").values_list("reason", flat=True).first() or ""


def is_known(request: HttpRequest, person: Person, *, days: int) -> bool:
    """Say whether the reader worked with the person in the last ``days``, or has a task of theirs.

    By a consultation, a follow-up that is theirs, or having written the person down.
    """
    since = timezone.now() - dt.timedelta(days=days)
    user = request.user
    talks = Consultation.objects.filter(
        person=OuterRef("pk"), specialist=user, held_at__gt=since
    ).order_by()
    tasks = FollowUp.objects.filter(
        Q(owner=user, state=FollowUp.State.OPEN)
        | Q(owner=user, updated_at__gt=since)
        | Q(created_by=user, created_at__gt=since),
        person=OuterRef("pk"),
    ).order_by()
    own = Q(created_by=user, created_at__gt=since)
    return Person.objects.filter(Exists(talks) | Exists(tasks) | own, pk=person.pk).exists()


def held_reason(request: HttpRequest, person: Person, *, is_form: bool = True) -> tuple[bool, str]:
    """Return whether a reason has to be given first, and the one that holds ("" when none).

    ``is_form`` False: what is sent is a press of a button, in which nobody can have been typing.
    """
    policy = policy_of(request.municipality)
    if policy.asks_reason == DeskPolicy.AsksReason.NEVER:
        return False, ""
    holds = dt.timedelta(minutes=policy.reason_holds_minutes)
    if is_form and request.method == "POST":
        holds = max(holds, A_FORM_HOLDS)
    reason = given_reason(request, person, within=holds)
    if reason:
        return False, reason
    asks_always = policy.asks_reason == DeskPolicy.AsksReason.ALWAYS
    return asks_always or not is_known(request, person, days=policy.known_for_days), ""


def record_linking(request: HttpRequest, person: Person) -> None:
    """Keep that the person was linked to a consultation, which is the reason, where one is asked.

    It is no reason to open their page with: that is asked for by itself.
    """
    if policy_of(request.municipality).asks_reason != DeskPolicy.AsksReason.NEVER:
        record_look(request, person, reason=FOR_CONSULTATION)


def ask_or_look(
    request: HttpRequest, person: Person, *, is_own: bool = False
) -> HttpResponse | None:
    """Return the page that asks why, where policy wants it; else keep the look and return None.

    ``is_own``: what is opened of the person is the reader's own work, which is the reason.
    """
    asks, reason = (False, "") if is_own else held_reason(request, person)
    if asks:
        return ask_first(request, person)
    record_look(request, person, reason=reason)
    return None


def ask_first(
    request: HttpRequest, person: Person, *, then: str = "", was_found: bool = False
) -> HttpResponse:
    """Send the reader to the page that asks why, and from there to ``then`` (this page)."""
    if not then and request.method in ("GET", "HEAD"):
        then = request.get_full_path()
    query = {"kam": then or reverse("person", args=[person.pk])}
    if was_found:
        query["ot-tarsene"] = "1"
    return redirect(f"{reason_address(person)}?{urlencode(query)}")
