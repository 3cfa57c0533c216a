"""The door of an event, on the phone of whoever counts; several may count at once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import attended
from campaigns.models import CampaignEvent
from campaigns.registering import calls, door, places
from campaigns.registering.errors import RegistrationRefused
from campaigns.registering.forms import CountForm, LookForm, RegisterForm, WalkInForm
from campaigns.registering.models import DoorCount, Registration
from municipalities.audit import AccessEvent, record_access
from municipalities.models import User
from municipalities.permissions import can_count_at_door, require

EVENTS_PER_PAGE = 30
NAMES_PER_PAGE = 50
READ_AND_SEND = ["GET", "HEAD", "POST"]
TABS = {"dnes": "Днес", "predstoyashti": "Предстоящи", "minali": "Минали"}
State = Registration.State


def _bounds() -> tuple[dt.datetime, dt.datetime]:
    """Return when the local day begins and ends."""
    today = timezone.localdate()
    begins = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    ends = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(1), dt.time.min))
    return begins, ends


def of_today() -> QuerySet[CampaignEvent]:
    """Return the events of the local day, those called off too; in the open scope."""
    begins, ends = _bounds()
    rows = CampaignEvent.objects.filter(starts_at__lt=ends, ends_at__gte=begins)
    return rows.select_related("settlement").order_by("starts_at", "pk")


@require(can_count_at_door)
@never_cache
@require_safe
def door_list(request: HttpRequest) -> HttpResponse:
    """Events of today, coming ones to register somebody by telephone, past ones to add to."""
    tab = request.GET.get("koga", "dnes")
    tab = tab if tab in TABS else "dnes"
    begins, ends = _bounds()
    rows = of_today()
    if tab == "predstoyashti":
        rows = CampaignEvent.objects.filter(starts_at__gte=ends).order_by("starts_at", "pk")
    elif tab == "minali":
        rows = CampaignEvent.objects.filter(ends_at__lt=begins).order_by("-ends_at", "-pk")
    taken = Count("registrations", filter=Q(registrations__state=State.CONFIRMED))
    rows = rows.select_related("settlement", "campaign").annotate(registered=taken)
    page = Paginator(rows, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    came = attended.attended(list(page))
    context = {
        "tab": tab,
        "tabs": TABS,
        "page_obj": page,
        "rows": [(event, came.get(event.pk, 0)) for event in page],
    }
    return render(request, "campaigns/registering/door_list.html", context)


def _event(pk: int) -> CampaignEvent:
    rows = CampaignEvent.objects.select_related("municipality", "settlement", "campaign")
    return get_object_or_404(rows, pk=pk)


@require(can_count_at_door)
@never_cache
@sensitive_post_parameters("name", "q")
@require_http_methods(READ_AND_SEND)
def event_door(request: HttpRequest, pk: int) -> HttpResponse:
    """Count: plus and minus by group, several at once, taking back; or mark by name who came.

    Each press is sent with a key of its own and counts once. With the header ``HX-Request``
    the answer is the counters alone, for the page that is open.
    """
    event = _event(pk)
    if request.method == "POST":
        return _sent(request, event)
    if request.htmx:
        return _counters(request, event)
    return _door_page(request, event)


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _counting(request: HttpRequest, event: CampaignEvent) -> dict:
    return {
        "event": event,
        "counted": door.counted(event),
        "last": door.last_own(event, _me(request)),
        "why_not": door.why_not(event),
        "form_key": uuid.uuid4(),
    }


def _counters(
    request: HttpRequest, event: CampaignEvent, *, status: int = 200, error: str = ""
) -> HttpResponse:
    context = _counting(request, event) | {"error": error}
    return render(request, "campaigns/registering/door_counts.html", context, status=status)


def _door_page(
    request: HttpRequest,
    event: CampaignEvent,
    *,
    several: CountForm | None = None,
    walk_in: WalkInForm | None = None,
    look: LookForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _counting(request, event) | {
        "error": "",
        "several": several or CountForm(event=event, auto_id="several_%s"),
        "places": places.places_of(event),
    }
    if event.is_named_at_door:
        context |= _names(request, event, look)
        context["walk_in"] = walk_in or WalkInForm(event=event, auto_id="walk_in_%s")
    return render(request, "campaigns/registering/door.html", context, status=status)


def _names(request: HttpRequest, event: CampaignEvent, look: LookForm | None) -> dict:
    """Return the list of the door, on record: names are seen only where they are needed."""
    rows = event.registrations.filter(state=State.CONFIRMED, forgotten_at__isnull=True)
    rows = rows.select_related("audience").order_by("name", "pk")
    asked = look.cleaned_data["q"] if look is not None and look.is_valid() else ""
    if asked:
        rows = rows.filter(name__icontains=asked)
    page = Paginator(rows, NAMES_PER_PAGE).get_page(request.GET.get("page"))
    if page.object_list:
        record_access(request, AccessEvent.Action.VIEWED, Registration, rows=len(page.object_list))
    return {
        "page_obj": page,
        "look": look or LookForm(auto_id="look_%s"),
        "asked": asked,
        "to_list": f"?page={page.number}" if page.number > 1 else "",
    }


def _to_door(event: CampaignEvent, query: str = "", anchor: str = "") -> HttpResponse:
    return redirect(f"{reverse('event_door', args=[event.pk])}{query}{anchor}")


def _sent(request: HttpRequest, event: CampaignEvent) -> HttpResponse:
    """Do what was pressed."""
    what = request.POST.get("what", "")
    if what == "find" and event.is_named_at_door:
        look = LookForm(request.POST, auto_id="look_%s")
        return _door_page(request, event, look=look, status=200 if look.is_valid() else 422)
    if what == "walk_in" and event.is_named_at_door:
        return _walked_in(request, event)
    if what == "came" and event.is_named_at_door:
        return _marked(request, event)
    if what == "undo":
        return _taken_back(request, event)
    if what == "several":
        form = CountForm(request.POST, event=event, auto_id="several_%s")
        if not form.is_valid():
            return _door_page(request, event, several=form, status=422)
        return _counted(request, event, form)
    group, _colon, change = request.POST.get("press", "").partition(":")
    facts = {
        "group": "" if group == "0" else group,
        "change": change,
        "form_key": request.POST.get("form_key"),
    }
    return _counted(request, event, CountForm(facts, event=event))


def _counted(request: HttpRequest, event: CampaignEvent, form: CountForm) -> HttpResponse:
    error = ""
    if not form.is_valid():
        error = "Не разбрахме кое натиснахте. Отворете страницата отново."
    else:
        given = form.cleaned_data
        try:
            door.count(
                event=event,
                audience=given["group"],
                change=given["change"],
                by=_me(request),
                form_key=given["form_key"],
            )
        except RegistrationRefused as refused:
            error = str(refused)
    group = form.cleaned_data.get("group")
    return _answered(request, event, error, f"#group-{group.pk if group else 0}")


def _answered(
    request: HttpRequest, event: CampaignEvent, error: str, anchor: str = ""
) -> HttpResponse:
    """Return the counters to a page that is open, or lead back to it."""
    if request.htmx:
        return _counters(request, event, status=422 if error else 200, error=error)
    if error:
        messages.error(request, error)
    return _to_door(event, anchor="" if error else anchor)


def _key(sent: str) -> int:
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) <= 15 else 0


def _taken_back(request: HttpRequest, event: CampaignEvent) -> HttpResponse:
    row = DoorCount.objects.filter(event=event, pk=_key(request.POST.get("row", ""))).first()
    error = ""
    if row is None:
        error = "Няма какво да се върне."
    else:
        try:
            door.take_back(event=event, row=row, by=_me(request))
        except RegistrationRefused as refused:
            error = str(refused)
    return _answered(request, event, error)


def _marked(request: HttpRequest, event: CampaignEvent) -> HttpResponse:
    pk, _colon, came = request.POST.get("press", "").partition(":")
    try:
        row = door.mark(event=event, registration=_key(pk), came=came == "1")
    except Registration.DoesNotExist:
        messages.error(request, "Няма такова записване.")
        return _to_door(event)
    except RegistrationRefused as refused:
        messages.error(request, str(refused))
        return _to_door(event)
    page = _key(request.POST.get("page", ""))
    return _to_door(event, f"?page={page}" if page > 1 else "", f"#guest-{row.pk}")


def _walked_in(request: HttpRequest, event: CampaignEvent) -> HttpResponse:
    form = WalkInForm(request.POST, event=event, auto_id="walk_in_%s")
    if form.is_valid():
        facts = {"name": form.cleaned_data["name"], "audience": form.cleaned_data["audience"]}
        try:
            if words := door.why_not(event):
                raise RegistrationRefused(words)
            row, _secret = places.register(
                event=event,
                facts=facts,
                form_key=form.cleaned_data["form_key"],
                by=_me(request),
                is_at_door=True,
            )
        except RegistrationRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Записан на входа: № {row.number}.")
            return _to_door(event, anchor="#names")
    return _door_page(request, event, walk_in=form, status=422)


# Those who registered, for whoever answers the telephone


@require(can_count_at_door)
@never_cache
@require_safe
def event_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who registered, who waits and what they need; each look is on record."""
    event = _event(pk)
    rows = event.registrations.filter(forgotten_at__isnull=True).exclude(state=State.CANCELLED)
    rows = rows.select_related("audience").order_by("state", "registered_at", "pk")
    page = Paginator(rows, NAMES_PER_PAGE).get_page(request.GET.get("page"))
    if page.object_list:
        record_access(request, AccessEvent.Action.VIEWED, Registration, rows=len(page.object_list))
    context = {
        "event": event,
        "page_obj": page,
        "places": places.places_of(event),
        "may_register": places.is_open_to_staff(event),
        "to_call": set(calls.to_call().filter(event=event).values_list("pk", flat=True)),
    }
    return render(request, "campaigns/registering/people.html", context)


@require(can_count_at_door)
@never_cache
@sensitive_post_parameters("name", "email", "phone", "needs")
@require_http_methods(READ_AND_SEND)
def event_register_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Register somebody who asked by telephone or at the desk."""
    event = _event(pk)
    form = RegisterForm(
        request.POST if request.method == "POST" else None, event=event, is_staff=True
    )
    if form.is_bound and form.is_valid():
        try:
            row, secret = places.register(
                event=event,
                facts=form.facts(),
                form_key=form.cleaned_data["form_key"],
                by=_me(request),
            )
        except RegistrationRefused as refused:
            form.add_error(None, str(refused))
        else:
            state = "Записан" if row.state == State.CONFIRMED else "Чака място"
            messages.success(
                request, f"{state}. Кажете му номера и кода: № {row.number}, {secret}."
            )
            return redirect("event_people", event.pk)
    context = {"event": event, "form": form, "places": places.places_of(event)}
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/registering/register_for.html", context, status=status)


@require(can_count_at_door)
@never_cache
@require_http_methods(READ_AND_SEND)
def registration_for(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    """Give a place to somebody who waits, or cancel for somebody who called; asks first."""
    event = _event(pk)
    row = get_object_or_404(
        event.registrations.select_related("event"), pk=registration, forgotten_at__isnull=True
    )
    if request.method != "POST":
        record_access(request, AccessEvent.Action.VIEWED, row)
        is_to_call = calls.to_call().filter(pk=row.pk).exists()
        context = {"event": event, "registration": row, "is_to_call": is_to_call}
        return render(request, "campaigns/registering/registration_for.html", context)
    try:
        if request.POST.get("what") == "called":
            calls.called(row)
            messages.success(request, f"№ {row.number}: обадихте се.")
        elif request.POST.get("what") == "give":
            places.give_place(row)
            messages.success(request, f"№ {row.number}: има място.")
        else:
            moved = places.cancel(row)
            said = f"№ {row.number}: отказано."
            if moved:
                said += f" Мястото получава: № {', № '.join(one.number for one in moved)}."
            messages.success(request, said)
    except RegistrationRefused as refused:
        messages.error(request, str(refused))
    return redirect("event_people", event.pk)
