"""Who changed a service, when and what, act by act, with the difference word by word."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import CharField, F, Func
from django.utils import timezone

from municipalities.models import User
from services_registry.models import Provider, Service
from services_registry.record import SECTIONS, Difference, differences, pieces_of

PER_PAGE = 20
MOST_EVENTS = 5000
NOBODY = "портала"  # after „от“
_EVENTS: Any = Service.pgh_event_model
_KEPT = {column.name for column in _EVENTS._meta.concrete_fields}
# Links are not columns; what was changed in them is kept with the act (editing.save_section).
FIELDS = [name for section in SECTIONS for name in section.fields if name in _KEPT]
FIELDS += ["checked_on", "checked_by"]


@dataclass
class Act:
    """What somebody did at once: one request, however many rows it wrote."""

    at: dt.datetime
    who: str
    what: str
    differences: list[Difference] = field(default_factory=list)


@dataclass
class _Span:
    """The events of one act by their numbers, and the one before them."""

    first: int
    last: int
    before: int | None


def acts_of(service: Service, page: str | int | None) -> tuple[Page, list[Act]]:
    """Return a page of the history of ``service``, newest first, and its acts.

    Writes that changed nothing people see (the search, the moment of saving) are left out. Takes
    as many queries for many acts as for few.
    """
    shown = Paginator(_spans(service.pk), PER_PAGE).get_page(page)
    spans = list(shown.object_list)
    numbers = {n for span in spans for n in (span.first, span.last, span.before) if n}
    events = {
        event.pgh_id: event
        for event in _EVENTS.objects.filter(pgh_id__in=numbers).select_related("pgh_context")
    }
    names = _Names(events.values())
    return shown, [_act(span, events, names) for span in spans]


def last_author(service: Service) -> str:
    """Return the name of whoever changed the service last, or „друг човек“."""
    event = (
        _EVENTS.objects.filter(id=service.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")
        .first()
    )
    author = _author(event) if event else None
    found = User.objects.filter(pk=author).values_list("name", flat=True).first() if author else ""
    return found or "друг човек"


def _spans(pk: int) -> list[_Span]:
    """Return the acts that changed something, newest first."""
    printed = Func(
        *[F(name) for name in FIELDS],
        template="md5(ROW(%(expressions)s)::text)",
        output_field=CharField(),
    )
    rows = (
        _EVENTS.objects.filter(id=pk)
        .annotate(printed=printed)
        .order_by("-pgh_id")
        .values_list("pgh_id", "pgh_context_id", "printed", "pgh_context__metadata__record")
    )
    spans: list[_Span] = []
    last_context, last_print, last_number = object(), None, None
    told = False  # whether the span at the end of the list is to stay
    for number, context, print_, record in reversed(list(rows[:MOST_EVENTS])):
        changed = print_ != last_print or bool(record)
        if context is not None and context == last_context:
            spans[-1].last = number
            told = told or changed
        else:
            if spans and not told:
                spans.pop()
            spans.append(_Span(number, number, last_number))
            told = changed
        last_context, last_print, last_number = context, print_, number
    if spans and not told:
        spans.pop()
    return spans[::-1]


class _Names:
    """Names of the people and providers that the events point to, two queries for a page."""

    def __init__(self, events) -> None:
        rows = list(events)
        people = {row.owner_id for row in rows} | {_author(row) for row in rows}
        self.people = _named(User.objects.filter(pk__in=people - {None}))
        self.providers = _named(Provider.objects.filter(pk__in={row.provider_id for row in rows}))

    def columns(self, event) -> dict[str, Any]:
        """Return the columns of an event as ``record.differences`` takes them."""
        if event is None:
            return {}
        values = {name: getattr(event, name) for name in FIELDS if name not in _POINTERS}
        values["owner"] = self.people.get(event.owner_id, "")
        values["provider"] = self.providers.get(event.provider_id, "")
        return values


_POINTERS = {"owner", "provider"}


def _named(rows) -> dict[int, str]:
    return dict(rows.order_by("pk").values_list("pk", "name"))


def _metadata(event) -> dict:
    return (event.pgh_context.metadata if event.pgh_context else None) or {}


def _author(event) -> int | None:
    user = _metadata(event).get("user")
    return user if isinstance(user, int) else None


def _act(span: _Span, events: dict, names: _Names) -> Act:
    last, first = events[span.last], events[span.first]
    before = events.get(span.before)
    found = differences(names.columns(before), names.columns(last), FIELDS)
    for label, old, new in _metadata(last).get("record") or []:
        found.append(Difference(label, label, old, new, pieces_of(old, new)))
    return Act(
        at=timezone.localtime(last.pgh_created_at),
        who=names.people.get(_author(last) or 0, NOBODY),
        what="Вписана" if first.pgh_label == "insert" else "Променена",
        differences=found,
    )
