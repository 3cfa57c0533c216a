"""The work list of the desk: tabs, filters, search; many handed over at once."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.followups.following import NotAColleague
from frontoffice.questions import keep_question, kept_question
from municipalities.permissions import require
from municipalities.templatetags.portal import plural
from referrals.applications import handling
from referrals.applications.models import Application
from referrals.desk.forms import NO_COLLEAGUE, AssignForm
from referrals.desk.listing import ALL, TABS, FilterForm, counts, due_kind, due_words, listed
from referrals.permissions import can_assign_applications, can_see_applications

PER_PAGE = 25
MOST_AT_ONCE = 200  # applications that change hands by one press


@require(can_see_applications)
@sensitive_post_parameters("q")
@sensitive_variables("question", "form")
@require_http_methods(["GET", "HEAD", "POST"])
def applications(request: HttpRequest) -> HttpResponse:
    """What waits, the most pressing first.

    What is looked for may be a name, so it is sent, kept in the session, and the address holds a
    word that means nothing.
    """
    if request.method == "POST":
        return _to_results(request)
    word = request.GET.get("t", "")[:40]
    question = kept_question(request, word) if word else ""
    form = FilterForm(_with(request, q=question))
    form.is_valid()
    rows = form.narrow(Application.objects.all())
    tab = form.tab
    found = listed(rows, tab=tab, user=request.membership.user, question=question)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.due_words, row.due_kind = due_words(row), due_kind(row)
    counted = counts(rows, request.membership.user)
    return render(
        request,
        "referrals/desk/list.html",
        {
            "form": form,
            "tab": "" if question else tab,
            "tabs": [
                {
                    "label": label,
                    "count": counted.get(name),
                    "href": f"?{urlencode(form.told(vid=name))}",
                    "chosen": name == tab and not question,
                    "is_late": name == "late",
                }
                for name, label in TABS.items()
            ],
            "page_obj": page,
            "question": question,
            "is_over": bool(word) and not question,
            "all_href": f"?{urlencode({'vid': ALL})}",
            "may_assign": can_assign_applications(request),
        },
    )


def _to_results(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form)
    told = form.told()
    if question := form.cleaned_data["q"]:
        told["t"] = keep_question(request, question)
    return redirect(f"{reverse('applications')}{'?' + urlencode(told) if told else ''}")


def _wrong(request: HttpRequest, form: FilterForm) -> HttpResponse:
    """Answer a search that cannot be made with its errors and an empty list."""
    return render(
        request,
        "referrals/desk/list.html",
        {
            "form": form,
            "tab": "",
            "tabs": [],
            "page_obj": Paginator(Application.objects.none(), PER_PAGE).get_page(1),
            "question": "",
            "is_over": False,
            "all_href": "?vid=all",
            "may_assign": False,
        },
        status=422,
    )


def _with(request: HttpRequest, **values: str):
    data = request.GET.copy()
    for name, value in values.items():
        data[name] = value
    return data


@require(can_assign_applications)
@sensitive_post_parameters("note")
@require_http_methods(["GET", "HEAD", "POST"])
def assign_many(request: HttpRequest) -> HttpResponse:
    """Give many to a colleague at once, chosen in the list."""
    sent = request.POST if request.method == "POST" else request.GET
    numbers = {int(n) for n in sent.getlist("z") if n.isascii() and n.isdigit() and len(n) < 19}
    rows = Application.objects.open().for_listing()
    chosen = list(rows.filter(pk__in=sorted(numbers)[:MOST_AT_ONCE]).order_by("due_on", "pk"))
    if not chosen:
        messages.error(request, "Отбележете поне едно отворено заявление.")
        return redirect("applications")
    form = AssignForm(request.POST if request.method == "POST" else None, has_version=False)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            moved = handling.assign_many(
                applications=chosen,
                by=request.membership.user,
                to=to,
                note=form.cleaned_data["note"],
            )
        except NotAColleague:
            form.add_error("to", NO_COLLEAGUE)
        else:
            words = f"{plural(moved, 'Предадено е', 'Предадени са')} {moved} "
            words += f"{plural(moved, 'заявление', 'заявления')} на {to.name}."
            messages.success(request, words)
            return redirect(f"{reverse('applications')}?{urlencode({'vid': ALL, 'u': to.pk})}")
    return render(
        request,
        "referrals/desk/assign_many.html",
        {"chosen": chosen, "form": form},
        status=422 if form.errors else 200,
    )
