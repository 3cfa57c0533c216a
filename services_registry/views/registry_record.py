"""One service as staff keep it: its page, its sections, how citizens see it, its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import BaseModelFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.permissions import can_manage_registry, can_see_registry, require
from services_registry import editing, free_places
from services_registry.forms_parts import CapacityForm, FeeFormSet, PaperFormSet
from services_registry.forms_record import FORMS, fields_of
from services_registry.history import acts_of, last_author
from services_registry.models import Service
from services_registry.record import pieces_of
from services_registry.values import (
    CAPACITY,
    FEES,
    PAPERS,
    SITES,
    STATE,
    TITLES,
    Fact,
    fingerprint,
    section_facts,
    section_text,
)
from services_registry.views.registry_steps import held, steps_for
from services_registry.views.service import context_of

ORDER = (
    "nakratko",
    "za-kogo",
    SITES,
    FEES,
    PAPERS,
    "red",
    CAPACITY,
    "vid",
    "proizhod",
    "lesno",
    "tarsene",
    STATE,
)
SAVED = "Записано: {title}."


def find(pk: int) -> Service:
    """Return a service of the municipality with all its parts; Http404 for any other."""
    rows = (
        Service.objects.with_freshness()
        .with_latest_capacity()
        .select_related("provider", "owner", "municipality")
        .with_all_parts()
    )
    return get_object_or_404(rows, pk=pk)


@dataclass(frozen=True)
class Part:
    """A section as the page of the service shows it."""

    code: str
    title: str
    facts: list[Fact]
    is_long: bool


@require(can_see_registry)
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole record in sections, each with a link to edit it, and the citizen's view beside."""
    service = find(pk)
    parts = []
    for code in ORDER:
        facts = [fact for fact in section_facts(service, code) if fact.words]
        parts.append(Part(code, TITLES[code], facts, code in (SITES, FEES)))
    missing = editing.missing_to_publish(service) if not service.is_public else []
    if service.status == Service.Status.CLOSED:
        missing = []
    return render(
        request,
        "services_registry/registry_service.html",
        {"service": service, "parts": parts, "steps": steps_for(service), "missing": missing},
    )


@require(can_see_registry)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The service as a citizen would read it, whatever its state."""
    found = get_object_or_404(Service.objects.for_page().defer("search_vector"), pk=pk)
    return render(request, "services_registry/registry_preview.html", context_of(request, found))


@require(can_see_registry)
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what in the record and when, newest first."""
    service = get_object_or_404(Service.objects.defer("search_vector"), pk=pk)
    page, acts = acts_of(service, request.GET.get("page"))
    return render(
        request,
        "services_registry/registry_history.html",
        {"service": service, "page_obj": page, "acts": acts},
    )


# A section


@dataclass
class Editor:
    """What edits one section: its form or rows, how they are stored, what they would store."""

    form: Any
    store: Callable[[], None]
    facts: Callable[[], dict[str, str]] | None = None

    @property
    def is_rows(self) -> bool:
        return isinstance(self.form, BaseModelFormSet)


def _store_capacity(form: CapacityForm, service: Service) -> None:
    facts, before = dict(form.cleaned_data), free_places.newest_capacity(service)
    service.capacities.update_or_create(
        as_of=facts.pop("as_of"), defaults={**facts, "municipality": service.municipality}
    )
    free_places.tell_if_freed(service, before)


def editor_of(service: Service, code: str, data=None) -> Editor:
    """Return the editor of a section; Http404 where there is no such section."""
    if code in (FEES, PAPERS):
        rows = (FeeFormSet if code == FEES else PaperFormSet)(data, instance=service, prefix="red")
        return Editor(rows, rows.save)
    if code == CAPACITY:
        form = CapacityForm(data, newest=service.capacities.first())
        return Editor(form, lambda: _store_capacity(form, service))
    if code not in FORMS:
        raise Http404
    record_form = FORMS[code](data, instance=service)
    return Editor(record_form, record_form.store, record_form.facts)


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Edit one section and save nothing but it."""
    if request.method == "POST":
        return _save(request, pk, section)
    if section not in TITLES:
        raise Http404
    service = find(pk)
    if section == SITES:
        return render(request, "services_registry/registry_sites.html", {"service": service})
    return _section_page(
        request, service, section, editor_of(service, section), seen=_sign(service, section)
    )


def _sign(service: Service, code: str) -> str:
    return fingerprint(section_text(service, code))


def _save(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    if code not in TITLES or code == SITES:
        raise Http404
    with transaction.atomic():
        held(pk)
        stored = find(pk)  # stays as it is in the database; the form writes into its own
        service = find(pk)
        editor = editor_of(service, code, request.POST)
        seen = request.POST.get("seen", "")
        now = _sign(stored, code)
        if not editor.form.is_valid():
            return _section_page(request, service, code, editor, seen=seen, status=422)
        if seen != now:
            versions = _versions(stored, code, editor)
            if editor.facts is None or versions:
                return _section_page(
                    request, service, code, editor, seen=now, versions=versions, status=409
                )
        editing.save_section(service, code, editor.store)
    messages.success(request, SAVED.format(title=TITLES[code]))
    return redirect(f"{reverse('registry_service', args=[pk])}#{code}")


def _versions(stored: Service, code: str, editor: Editor) -> list[dict]:
    """Return what somebody else saved meanwhile beside what was typed, where they differ."""
    if editor.facts is None:
        return [
            {"label": fact.label, "theirs": fact.words, "pieces": []}
            for fact in section_facts(stored, code)
        ]
    mine = editor.facts()
    return [
        {
            "label": fact.label,
            "theirs": fact.words,
            "mine": mine.get(fact.label, ""),
            "pieces": pieces_of(fact.words, mine.get(fact.label, "")),
        }
        for fact in section_facts(stored, code, fields=fields_of(code))
        if fact.words != mine.get(fact.label, "")
    ]


def _section_page(
    request: HttpRequest,
    service: Service,
    code: str,
    editor: Editor,
    *,
    seen: str,
    versions: list[dict] | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "services_registry/registry_section.html",
        {
            "service": service,
            "service_name": Service.objects.values_list("name", flat=True).get(pk=service.pk),
            "code": code,
            "title": TITLES[code],
            "form": None if editor.is_rows else editor.form,
            "rows": editor.form if editor.is_rows else None,
            "seen": seen[:64].replace("\x00", ""),
            "versions": versions,
            "who": last_author(service) if status == 409 else "",
            "is_conflict": status == 409,
            "is_wrong": status == 422,
        },
        status=status,
    )
