"""The journal: all consultations of the municipality, searched, filtered, counted."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontoffice.forms_journal import JournalForm
from frontoffice.models import Consultation
from municipalities.permissions import can_use_desk, require

ROWS_PER_PAGE = 50


@require(can_use_desk)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """All consultations of the municipality, searched and filtered by the page's address."""
    form = JournalForm(request.GET)
    form.is_valid()
    found = form.narrow(Consultation.objects.for_listing(), user=request.user)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "frontoffice/journal.html", {"form": form, "page_obj": page})
