"""Versions of an analysis: saved, compared, taken as files, published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.exports import CONTENT_TYPE as XLSX
from municipalities.permissions import can_write_needs, require
from municipalities.typeset import pdf_response
from referrals.needs import comparing, documents, docx_paper, publishing, workbook, writing
from referrals.needs.contents import counted_on, period_of, printed, shown
from referrals.needs.forms import CompareForm, VersionForm
from referrals.needs.models import NeedsAnalysis, NeedsVersion
from referrals.needs.views import find_analysis

ROWS_PER_PAGE = 25
FORMS = ("pdf", "docx", "xlsx")


def find_version(analysis: NeedsAnalysis, number: int) -> NeedsVersion:
    """Return a version of an analysis; raises Http404 where there is none with that number."""
    rows = analysis.versions.select_related("made_by")
    version: NeedsVersion = get_object_or_404(rows, number=number)
    return version


# Saved and compared


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def version_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the document as it stands; the page says what is new since the last version."""
    analysis = find_analysis(pk)
    form = VersionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        version = writing.save_version(
            analysis=analysis, by=request.membership.user, **form.cleaned_data
        )
        messages.success(request, f"Версия № {version.number} е запазена.")
        return redirect("needs_version", pk, version.number)
    content = writing.content(analysis)
    last = analysis.versions.first()
    return render(
        request,
        "referrals/needs/version_new.html",
        {
            "analysis": analysis,
            "form": form,
            "last": last,
            "next": last.number + 1 if last else 1,
            "changes": comparing.between(last.content, content) if last else [],
            "unwritten": [part["title"] for part in content["parts"] if not part["text"].strip()],
        },
        status=422 if form.errors else 200,
    )


@require(can_write_needs)
@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """All versions, the latest first, and what differs between two of them."""
    analysis = find_analysis(pk)
    rows = list(analysis.versions.defer("content").select_related("made_by"))
    form = CompareForm(request.GET or None, versions=rows)
    asked = "ot" in request.GET or "do" in request.GET
    changes = None
    if asked and form.is_valid() and form.cleaned_data["ot"]:
        before = find_version(analysis, form.cleaned_data["ot"])
        number = form.cleaned_data["do"] or 0
        after = find_version(analysis, number).content if number else writing.content(analysis)
        changes = comparing.between(before.content, after)
    return render(
        request,
        "referrals/needs/versions.html",
        {
            "analysis": analysis,
            "page_obj": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
            "form": form,
            "changes": changes,
            "published": publishing.published_number(analysis.study),
        },
        status=422 if asked and form.errors else 200,
    )


@require(can_write_needs)
@require_safe
def version_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A version as it was saved."""
    analysis = find_analysis(pk)
    version = find_version(analysis, number)
    return render(
        request,
        "referrals/needs/version.html",
        {
            "analysis": analysis,
            "version": version,
            "title": version.content["title"],
            "period": period_of(version.content),
            "counted_on": counted_on(version.content),
            "parts": [shown(part) for part in printed(version.content)],
            "published": publishing.published_number(analysis.study),
        },
    )


# Files


@require(can_write_needs)
@require_safe
def draft_paper(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The document as it stands now, marked as a draft: „pdf“, „docx“ or „xlsx“."""
    analysis = find_analysis(pk)
    said = documents.said_of_draft(timezone.localdate())
    return _paper(analysis, writing.content(analysis), form, said=said, number=None)


@require(can_write_needs)
@require_safe
def version_paper(request: HttpRequest, pk: int, number: int, form: str) -> HttpResponse:
    """A version as a file: „pdf“, „docx“ or „xlsx“."""
    analysis = find_analysis(pk)
    version = find_version(analysis, number)
    said = documents.said_of(version)
    return _paper(analysis, version.content, form, said=said, number=version.number)


def _paper(
    analysis: NeedsAnalysis, content: dict[str, Any], form: str, *, said: str, number: int | None
) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    name = documents.file_name(analysis, form, number)
    is_draft = number is None
    if form == "pdf":
        return pdf_response(documents.pdf(content, said=said, is_draft=is_draft), name)
    if form == "docx":
        data = docx_paper.docx(content, said=said, is_draft=is_draft)
        return _download(data, name, docx_paper.CONTENT_TYPE)
    return _download(workbook.xlsx_of(content, said=said), name, XLSX)


def _download(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


# Published


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Give a version to the town as a study, after a page that says what becomes of it."""
    analysis = find_analysis(pk)
    version = find_version(analysis, number)
    if request.method == "POST":
        study = publishing.publish(version=version, by=request.membership.user)
        said = f"Версия № {version.number} е на страницата на анализа."
        if not study.is_public:
            said = (
                f"Версия № {version.number} е подготвена като анализ. Гражданите ще го видят, "
                "когато ръководителят на проекта го отбележи за показване."
            )
        messages.success(request, said)
        return redirect("needs", pk)
    return render(
        request,
        "referrals/needs/publish.html",
        {
            "analysis": analysis,
            "version": version,
            "tables": list(publishing.titled_tables(version.content)),
            "published": publishing.published_number(analysis.study),
        },
    )
