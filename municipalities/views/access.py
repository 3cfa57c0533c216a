"""The data-protection officer's pages: who saw what, and what was changed."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from municipalities import team
from municipalities.audit import AS_PROVIDER, AccessEvent, record_access
from municipalities.exports import Column, xlsx_response
from municipalities.forms_team import AccessFilter
from municipalities.models import Role
from municipalities.permissions import can_see_access_log, require
from municipalities.trails import kind_name, steps_of, trail_of

PER_PAGE = 50
LOOKS_ON_A_RECORD = 25
MOST_EXPORTED = 50_000  # rows; more do not open well in a spreadsheet
KIND = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}")
ROLE_NAMES = {**dict(Role.choices), AS_PROVIDER: "доставчик"}


def _page(request: HttpRequest, events: QuerySet[AccessEvent], size: int, name: str) -> Page:
    """Return a page of ``events``, each with the name of its kind of record in ``.kind_name``."""
    page = Paginator(events.select_related("user"), size).get_page(request.GET.get(name))
    for event in page.object_list:
        event.kind_name = kind_name(event.subject_kind)
        event.role_name = ROLE_NAMES.get(event.role, event.role)
    return page


@require(can_see_access_log)
@require_safe
def access_log(request: HttpRequest) -> HttpResponse:
    """„Кой какво е видял“: every look at personal data, newest first."""
    form = AccessFilter(request.GET)
    form.is_valid()
    page = _page(request, form.narrow(AccessEvent.objects.all()), PER_PAGE, "page")
    return render(
        request,
        "municipalities/access/log.html",
        {
            "form": form,
            "page_obj": page,
            "since": form.since(),
            "oldest_first": form.oldest_first,
            "most_exported": MOST_EXPORTED,
        },
    )


@require(can_see_access_log)
@require_safe
def of_record(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Who looked at one record, and what was changed in it, by whom, from which page."""
    if not KIND.fullmatch(kind):
        raise Http404
    looks = AccessEvent.objects.filter(subject_kind=kind, subject_id=pk).order_by("-at", "-pk")
    page = _page(request, looks, LOOKS_ON_A_RECORD, "page")
    trail = trail_of(kind)
    changes, steps = steps_of(trail, pk, request.GET.get("promeni")) if trail else (None, [])
    if not page.paginator.count and not steps:
        raise Http404
    if trail and trail.is_personal and steps:
        # What was written is personal data; the officer's own look at it is a look as any other.
        record_access(
            request, AccessEvent.Action.VIEWED, trail.model(pk=pk), reason="история на промените"
        )
    return render(
        request,
        "municipalities/access/record.html",
        {
            "kind": kind,
            "kind_name": kind_name(kind),
            "number": pk,
            "page_obj": page,
            "changes": changes,
            "steps": steps,
        },
    )


@require(can_see_access_log)
@require_safe
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """What one colleague looked at."""
    events = AccessEvent.objects.filter(user=pk)
    person = team.people(state="all").filter(pk=pk).first()
    page = _page(request, events.order_by("-at", "-pk"), PER_PAGE, "page")
    if person is None and not page.paginator.count:
        raise Http404
    counts = events.values("action").annotate(n=Count("pk")).order_by("action")
    return render(
        request,
        "municipalities/access/person.html",
        {
            "person": person or page.object_list[0].user,
            "roles_here": person.roles_here if person else [],
            "page_obj": page,
            "counts": [(AccessEvent.Action(row["action"]).label, row["n"]) for row in counts],
        },
    )


COLUMNS = [
    Column("Кога", lambda event: event.at, 17),
    Column("Кой", lambda event: event.user.name, 28),
    Column("Е-поща", lambda event: event.user.email, 30),
    Column("Като", lambda event: ROLE_NAMES.get(event.role, event.role), 30),
    Column("Действие", lambda event: event.get_action_display(), 22),
    Column("Вид запис", lambda event: kind_name(event.subject_kind), 22),
    Column("Номер на записа", lambda event: event.subject_id, 12),
    Column("Брой записи", lambda event: event.rows, 10),
    Column("Страница", lambda event: event.path, 44),
    Column("Причина", lambda event: event.reason, 30),
    Column("Справка", lambda event: event.request_id, 12),
]


@require(can_see_access_log)
@require_http_methods(["POST"])
def export(request: HttpRequest) -> HttpResponse:
    """The filtered record as XLSX; that it was exported is recorded too."""
    form = AccessFilter(request.POST)
    if not form.is_valid():
        messages.error(request, "Поправете филтрите и изнесете отново.")
        return redirect("access_log")
    found = form.narrow(AccessEvent.objects.select_related("user"))
    rows = list(found[: MOST_EXPORTED + 1])
    if len(rows) > MOST_EXPORTED:
        messages.error(
            request, "Записите са над 50 000. Изберете по-кратък период и изнесете на части."
        )
        return redirect("access_log")
    record_access(
        request,
        AccessEvent.Action.EXPORTED,
        AccessEvent,
        rows=len(rows),
        reason=f"дневник на достъпа: {form.in_words()}",
    )
    today = timezone.localdate()
    name = f"dostap-{request.municipality.slug}-{today:%Y-%m-%d}"
    return xlsx_response(name, f"Достъп до данни {today:%d.%m.%Y}", COLUMNS, rows)
