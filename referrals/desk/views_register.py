"""The register of incoming: searched, printed, taken out as a spreadsheet."""

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
from referrals.applications.models import Application
from referrals.desk.register import RegisterForm, columns
from referrals.permissions import can_assign_applications, can_see_applications

PER_PAGE = 50
MOST_EXPORTED = 20_000  # rows


@require(can_see_applications)
@sensitive_post_parameters("q")
@sensitive_variables("question", "form")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The register, the last first; a search is sent and its address holds a word of no meaning."""
    if request.method == "POST":
        form = RegisterForm(request.POST)
        if form.is_valid():
            told = form.told()
            if form.cleaned_data["q"]:
                told["t"] = keep_question(request, form.cleaned_data["q"])
            return redirect(
                f"{reverse('incoming_register')}{'?' + urlencode(told) if told else ''}"
            )
        return _page(request, form, Application.objects.none().order_by("pk"))
    word = request.GET.get("t", "")[:40]
    question = kept_question(request, word) if word else ""
    form = RegisterForm(_with(request.GET, question))
    if not form.is_valid():
        return _page(request, form, Application.objects.none().order_by("pk"))
    rows = form.narrow(question)
    if not form.is_ascending:
        rows = rows.order_by("-registered_at", "-pk")
    return _page(request, form, rows, word=word if question else "", is_over=bool(word))


def _page(
    request: HttpRequest, form: RegisterForm, rows, *, word: str = "", is_over: bool = False
) -> HttpResponse:
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:  # by post, or left at the door
        row.came_before = row.received_on < timezone.localtime(row.registered_at).date()
    is_ascending = not form.errors and form.is_ascending
    also = {"t": word} if word else {}
    return render(
        request,
        "referrals/desk/register.html",
        {
            "form": form,
            "page_obj": page,
            "word": word,
            "is_over": is_over and not word,
            "is_ascending": is_ascending,
            "turned": f"?{urlencode({**form.told(red='' if is_ascending else '1'), **also})}",
            "told": form.told(red=""),
            "may_export_names": can_assign_applications(request),
            "most_exported": MOST_EXPORTED,
        },
        status=422 if form.errors else 200,
    )


def _with(sent: QueryDict, question: str) -> QueryDict:
    data = sent.copy()
    data["q"] = question
    return data


@require(can_see_applications)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The filtered register as XLSX; names only for the head. That it was taken out is kept."""
    word = request.POST.get("t", "")[:40]
    question = kept_question(request, word) if word else ""
    form = RegisterForm(_with(request.POST, question))
    if not form.is_valid() or (word and not question):
        messages.error(request, "Поправете филтрите и изнесете отново.")
        return redirect("incoming_register")
    rows = list(form.narrow(question)[: MOST_EXPORTED + 1])
    if not rows or len(rows) > MOST_EXPORTED:
        messages.error(request, "Изберете други филтри и изнесете отново.")
        return redirect("incoming_register")
    with_names = can_assign_applications(request)
    record_access(
        request,
        AccessEvent.Action.EXPORTED,
        Application,
        rows=len(rows),
        reason=f"входящ регистър: {form.in_words()}{', с имена' if with_names else ''}",
    )
    today = timezone.localdate()
    name = f"vhodyasht-registar-{request.municipality.slug}-{today:%Y-%m-%d}"
    shown = columns(with_names=with_names)
    return xlsx_response(name, f"Входящ регистър {today:%d.%m.%Y}", shown, rows)
