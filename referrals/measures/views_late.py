"""The head's page of what is late and why, and the giving of many cases to a colleague."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.followups.following import NotAColleague
from municipalities.permissions import require
from municipalities.templatetags.portal import plural
from referrals.caseload import acting
from referrals.caseload.handing import hand_many
from referrals.caseload.listing import ALL, CaseLine, brought, in_order
from referrals.desk.forms import NO_COLLEAGUE, AssignForm
from referrals.measures.late import LateForm, by_owner, by_step, explained, late_rows
from referrals.permissions import can_review
from referrals.workflow.machine import actor_of

PER_PAGE = 25
MOST_AT_ONCE = 100  # cases that change hands by one press


@require(can_review)
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """What is late, at whom, at which step, by which clock."""
    form = LateForm(request.GET)
    form.is_valid()
    rows = late_rows()
    found = in_order(late_rows(form.narrowing()))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    steps, owners = by_step(rows), by_owner(rows)
    chosen = form.cleaned_data
    return render(
        request,
        "referrals/measures/late.html",
        {
            "page_obj": page,
            "rows": explained(brought(page.object_list)),
            "all": sum(group.count for group in steps),
            "by_step": _drawn("По стъпка", "Стъпка", "stapka", steps, chosen.get("u", "")),
            "by_owner": _drawn("По служител", "У кого", "u", owners, chosen.get("stapka", "")),
            "narrowed": [
                str(dict(form.fields[name].choices)[chosen[name]])
                for name in ("stapka", "u")
                if chosen.get(name)
            ],
        },
    )


def _drawn(title: str, heading: str, name: str, groups, other: str) -> dict:
    """Return groups for components/chart.html; each leads to its rows, the other filter kept."""
    kept = {"stapka" if name == "u" else "u": other} if other else {}
    return {
        "title": title,
        "label_heading": heading,
        "value_heading": "Случаи",
        "maximum": max([1, *(group.count for group in groups)]),
        "rows": [
            {
                "label": group.words,
                "value": group.count,
                "text": "",
                "href": f"?{urlencode({**kept, name: group.key})}",
            }
            for group in groups
        ],
    }


@require(can_review)
@sensitive_post_parameters("note")
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: HttpRequest) -> HttpResponse:
    """Give many to a colleague at once, chosen in a list as „o12“ (assessment), „n7“ (referral)."""
    cases = _chosen((request.POST if request.method == "POST" else request.GET).getlist("z"))
    if not cases:
        messages.error(request, "Отбележете поне един отворен случай.")
        return redirect("referring_late")
    form = AssignForm(request.POST if request.method == "POST" else None, has_version=False)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            moved = hand_many(
                cases=cases,
                actor=actor_of(request.membership.user, request.municipality),
                to=to,
                note=form.cleaned_data["note"],
            )
        except NotAColleague:
            form.add_error("to", NO_COLLEAGUE)
        else:
            words = f"{plural(moved, 'Предаден е', 'Предадени са')} {moved} "
            words += f"{plural(moved, 'случай', 'случая')} на {to.name}."
            messages.success(request, words)
            return redirect(f"{reverse('caseload')}?{urlencode({'vid': ALL, 'u': to.pk})}")
    return render(
        request,
        "referrals/measures/hand.html",
        {"cases": cases, "form": form},
        status=422 if form.errors else 200,
    )


def _chosen(keys: list[str]) -> list[CaseLine]:
    """Return the open cases that are named; whatever else is named is left out."""
    wanted: dict[str, set[int]] = {"o": set(), "n": set()}
    for key in keys[:MOST_AT_ONCE]:
        kind, number = key[:1], key[1:]
        if kind in wanted and number.isascii() and number.isdigit() and len(number) < 19:
            wanted[kind].add(int(number))
    rows = (
        acting.assessments().open().filter(pk__in=wanted["o"]),
        acting.referrals().moving().filter(pk__in=wanted["n"]),
    )
    return brought(in_order(rows))
