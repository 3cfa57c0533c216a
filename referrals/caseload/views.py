"""The work list of referring: tabs, filters, search, a spreadsheet."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from frontoffice.questions import keep_question, kept_question
from municipalities.audit import AccessEvent, record_access
from municipalities.exports import xlsx_response
from municipalities.permissions import require
from referrals.caseload.listing import (
    ALL,
    EMPTY,
    MINE,
    ONLY_IF_ANY,
    PRESSING,
    TABS,
    UNCOUNTED,
    FilterForm,
    brought,
    counts,
    listed,
)
from referrals.caseload.workbook import columns
from referrals.permissions import can_assess, can_review
from referrals.placing.models import Referral
from referrals.placing.waiting import positions

PER_PAGE = 25
MOST_EXPORTED = 10_000  # rows


@require(can_assess)
@sensitive_post_parameters("q")
@sensitive_variables("question", "form")
@require_http_methods(["GET", "HEAD", "POST"])
def caseload(request: HttpRequest) -> HttpResponse:
    """Assessments and referrals, the most pressing first; a search is sent, not linked to."""
    if request.method == "POST":
        form = FilterForm(request.POST)
        if not form.is_valid():
            return _page(request, form, status=422)
        told = form.told()
        if form.cleaned_data["q"]:
            told["t"] = keep_question(request, form.cleaned_data["q"])
        return redirect(f"{reverse('caseload')}{'?' + urlencode(told) if told else ''}")
    word = request.GET.get("t", "")[:40]
    question = kept_question(request, word) if word else ""
    form = FilterForm(_with(request.GET, question))
    form.is_valid()
    return _page(request, form, question=question, word=word)


def _page(
    request: HttpRequest, form: FilterForm, *, question: str = "", word: str = "", status: int = 200
) -> HttpResponse:
    user, tab = request.membership.user, form.tab
    rows, tabs, found = form.narrow(), [], []
    if status == 200:
        counted = counts(rows, user)
        tabs = [
            {
                "label": label,
                "count": counted.get(name),
                "href": f"?{urlencode(form.told(vid=name))}",
                "chosen": name == tab and not question,
                "is_late": name in PRESSING,
            }
            for name, label in TABS.items()
            if name not in ONLY_IF_ANY or counted[name] or name == tab
        ]
        found = listed(rows, tab=tab, user=user, question=question)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    cases = brought(page.object_list)
    places = positions(case.row for case in cases if case.is_referral)
    for case in cases:
        case.row.place = places.get(case.row.pk) if case.is_referral else None
    may_lead = can_review(request)
    return render(
        request,
        "referrals/caseload/list.html",
        {
            "form": form,
            "tab": "" if question else tab,
            "tabs": tabs,
            "page_obj": page,
            "cases": cases,
            "question": question,
            "word": word if question else "",
            "told": form.told(),
            "is_over": bool(word) and not question,
            "is_empty_of": EMPTY.get(tab, "Тук няма нищо."),
            "shows_owner": question or tab != MINE,
            "all_href": f"?{urlencode({'vid': ALL})}",
            "may_lead": may_lead,
            "may_hand": may_lead and (bool(question) or tab not in UNCOUNTED),
            "most_exported": MOST_EXPORTED,
        },
        status=status,
    )


def _with(sent: QueryDict, question: str) -> QueryDict:
    data = sent.copy()
    data["q"] = question
    return data


@require(can_assess)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as XLSX; names only for the head. That it was taken out is kept."""
    word = request.POST.get("t", "")[:40]
    question = kept_question(request, word) if word else ""
    form = FilterForm(_with(request.POST, question))
    if not form.is_valid() or (word and not question):
        messages.error(request, "Поправете филтрите и изнесете отново.")
        return redirect("caseload")
    user = request.membership.user
    found = listed(form.narrow(), tab=form.tab, user=user, question=question)
    cases = brought(found[: MOST_EXPORTED + 1])
    if not cases or len(cases) > MOST_EXPORTED:
        messages.error(request, "Изберете други филтри и изнесете отново.")
        return redirect("caseload")
    with_names = can_review(request)
    said = form.in_words(is_search=bool(question))
    record_access(
        request,
        AccessEvent.Action.EXPORTED,
        Referral,
        rows=len(cases),
        reason=f"насочване: {said}{', с имена' if with_names else ''}",
    )
    today = timezone.localdate()
    name = f"nasochvane-{request.municipality.slug}-{today:%Y-%m-%d}"
    shown = columns(with_names=with_names)
    return xlsx_response(name, f"Насочване {today:%d.%m.%Y}", shown, cases)
