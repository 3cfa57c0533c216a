"""Everything that happened with one person, newest first, a page at a time.

The database puts the moments of all kinds in one order (a UNION of source, id, moment and user),
cuts out the page, and only the rows of that page are then read, a query a kind: as many for five
hundred events as for five.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontoffice.dossier.relations import Close, seen_from
from frontoffice.joined import joined_lines
from frontoffice.models import (
    Consultation,
    FollowUp,
    Handover,
    Person,
    PersonMerge,
    PersonNote,
    PersonRelation,
)
from frontoffice.permissions import readable_notes
from municipalities.audit import AccessEvent
from municipalities.hours import within_days
from municipalities.models import User

EVENTS_PER_PAGE = 25
Moment = tuple[str, int, dt.datetime, int | None]  # source, id, when, who


class Kind(TextChoices):
    """What the timeline is narrowed to."""

    TALKS = "konsultatsii", _("Консултации")
    TASKS = "zadachi", _("Задачи")
    NOTES = "belezhki", _("Бележки")
    CLOSE = "blizki", _("Близки")
    DATA = "danni", _("Данни")
    SHEETS = "listove", _("Листове")


@dataclass
class Event:
    """One line of the timeline; ``row`` is the record it tells of, ``fields`` what changed."""

    source: str
    at: dt.datetime
    who: str
    row: Any
    fields: list[str] = field(default_factory=list)
    close: Close | None = None
    template: str = ""  # of a line of the floors above

    @property
    def day(self) -> dt.date:
        """The local day, by which lines stand together."""
        return timezone.localtime(self.at).date()


@dataclass(frozen=True)
class _Source:
    kind: str
    moment: str
    who: str
    rows: Callable[[HttpRequest, Person], QuerySet]


def _talks(request: HttpRequest, person: Person) -> QuerySet:
    return Consultation.objects.filter(person=person)


def tasks_of(request: HttpRequest, person: Person) -> QuerySet[FollowUp]:
    """Return the person's follow-ups that the reader sees."""
    return FollowUp.objects.filter(person=person).visible_to(request.membership)


def _closed_tasks(request: HttpRequest, person: Person) -> QuerySet:
    return tasks_of(request, person).filter(closed_at__isnull=False)


def _handovers(request: HttpRequest, person: Person) -> QuerySet:
    return Handover.objects.filter(follow_up__in=tasks_of(request, person).order_by().values("pk"))


def _notes(request: HttpRequest, person: Person) -> QuerySet:
    mine = PersonNote.objects.filter(readable_notes(request), person=person)
    return mine.filter(removed_at__isnull=True)


def _relations(request: HttpRequest, person: Person) -> QuerySet:
    return PersonRelation.objects.filter(Q(person=person) | Q(other=person))


def _ended_relations(request: HttpRequest, person: Person) -> QuerySet:
    events = PersonRelation.pgh_event_model.objects.filter(
        id=OuterRef("pk"), ended_at__isnull=False
    )
    first = events.order_by("pgh_id").annotate(user=_history_user()).values("user")[:1]
    ended = _relations(request, person).filter(ended_at__isnull=False)
    return ended.annotate(ended_by=Subquery(first))


def _merges(request: HttpRequest, person: Person) -> QuerySet:
    return PersonMerge.objects.filter(Q(kept=person) | Q(merged=person))


def _undone_merges(request: HttpRequest, person: Person) -> QuerySet:
    return _merges(request, person).filter(undone_at__isnull=False)


def _history(request: HttpRequest, person: Person) -> QuerySet:
    """What was written down and corrected; that a record was merged is told by the merge."""
    events = Person.pgh_event_model.objects.filter(id=person.pk, merged_into__isnull=True)
    # Who wrote the person down stands in the record too, where no request did it.
    maker = Case(When(pgh_label="insert", then=F("created_by_id")))
    return events.annotate(
        history_user=Coalesce(_history_user(), maker, output_field=BigIntegerField())
    )


def _history_user():
    return Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField())


def _sheets(request: HttpRequest, person: Person) -> QuerySet:
    talks = Consultation.objects.filter(person=person).order_by().values("pk")
    of_talk = Q(subject_kind=Consultation._meta.label_lower, subject_id__in=talks)
    of_person = Q(subject_kind=Person._meta.label_lower, subject_id=person.pk)
    return AccessEvent.objects.filter(of_talk | of_person, action=AccessEvent.Action.PRINTED)


_OWN = {
    "talk": _Source(Kind.TALKS, "held_at", "specialist_id", _talks),
    "task": _Source(Kind.TASKS, "created_at", "created_by_id", tasks_of),
    "closed": _Source(Kind.TASKS, "closed_at", "closed_by_id", _closed_tasks),
    "given": _Source(Kind.TASKS, "at", "given_by_id", _handovers),
    "note": _Source(Kind.NOTES, "created_at", "author_id", _notes),
    "relation": _Source(Kind.CLOSE, "created_at", "created_by_id", _relations),
    "ended": _Source(Kind.CLOSE, "ended_at", "ended_by", _ended_relations),
    "merge": _Source(Kind.DATA, "at", "by_id", _merges),
    "undone": _Source(Kind.DATA, "undone_at", "undone_by_id", _undone_merges),
    "data": _Source(Kind.DATA, "pgh_created_at", "history_user", _history),
    "sheet": _Source(Kind.SHEETS, "at", "user_id", _sheets),
}


def sources() -> dict[str, _Source]:
    """Return every kind of line: the desk's own and those of the floors above."""
    joined = {
        name: _Source(lines.kind[0], lines.moment, lines.who, lines.rows)
        for name, lines in joined_lines().items()
    }
    return _OWN | joined


def kinds() -> list[tuple[str, str]]:
    """Return what the timeline can be narrowed to, as (value, words)."""
    joined = [lines.kind for lines in joined_lines().values()]
    return list(dict.fromkeys([*((kind.value, str(kind.label)) for kind in Kind), *joined]))


def moments(
    request: HttpRequest,
    person: Person,
    *,
    kind: str = "",
    start: dt.date | None = None,
    end: dt.date | None = None,
    who: int | None = None,
) -> QuerySet:
    """Return (source, id, moment, user) of all that happened, newest first, as one query.

    Notes the reader may not read are not counted either. ``who`` is a user's id.
    """
    parts = []
    for name, source in sources().items():
        if kind and kind != source.kind:
            continue
        rows = source.rows(request, person).filter(within_days(source.moment, start, end))
        if who is not None:
            rows = rows.filter(**{source.who: who})
        parts.append(
            rows.order_by()
            .annotate(
                line_source=Value(name, CharField()),
                line_row=Cast(F("pk"), BigIntegerField()),
                line_at=Cast(F(source.moment), DateTimeField()),
                line_who=Cast(F(source.who), BigIntegerField()),
            )
            .values_list("line_source", "line_row", "line_at", "line_who")
        )
    first, *rest = parts
    return first.union(*rest, all=True).order_by("-line_at", "-line_row", "line_source")


def people_of(request: HttpRequest, person: Person) -> list[User]:
    """Return everybody who did something that stands in the timeline, by name."""
    first, *rest = [
        source.rows(request, person)
        .order_by()
        .annotate(line_who=Cast(F(source.who), BigIntegerField()))
        .values_list("line_who", flat=True)
        for source in sources().values()
    ]
    ids = {pk for pk in first.union(*rest).order_by("line_who") if pk}
    return list(User.objects.filter(pk__in=ids).order_by("name", "pk"))


def timeline(
    request: HttpRequest, person: Person, *, page: int | str | None = None, **filters: Any
) -> tuple[Page, list[Event]]:
    """Return a page of ``moments`` and its lines; ``filters`` are those of ``moments``.

    A line of the history in which nothing that people read was changed is left out.
    """
    shown = Paginator(moments(request, person, **filters), EVENTS_PER_PAGE).get_page(page)
    wanted: list[Moment] = list(shown.object_list)
    rows = {name: _read(name, [pk for one, pk, _at, _who in wanted if one == name])
            for name in sources()}  # fmt: skip
    users = User.objects.filter(pk__in={who for *_rest, who in wanted if who})
    names = dict(users.values_list("pk", "name"))
    changed = _changed_fields(rows["data"].values())
    events, joined = [], joined_lines()
    for source, pk, at, who in wanted:
        row = rows[source].get(pk)
        fields = changed.get(pk, []) if source == "data" else []
        if row is None or (source == "data" and not fields and row.pgh_label != "insert"):
            continue
        event = Event(source, at, names.get(who or 0, ""), row, fields)
        if source in joined:
            event.template = joined[source].template
        if source in ("relation", "ended"):
            event.close = seen_from(row, person)
        events.append(event)
    return shown, events


def _read(source: str, ids: list[int]) -> dict[int, Any]:
    """Return the rows of one source by id, with what their lines show."""
    if not ids:
        return {}
    queries: dict[str, QuerySet] = {
        "talk": Consultation.objects.for_listing(),
        "task": FollowUp.objects.select_related("owner"),
        "closed": FollowUp.objects.select_related("owner"),
        "given": Handover.objects.select_related("follow_up", "given_to", "had_by"),
        "note": PersonNote.objects.all(),
        "relation": PersonRelation.objects.select_related("person", "other"),
        "ended": PersonRelation.objects.select_related("person", "other"),
        "merge": PersonMerge.objects.select_related("kept", "merged"),
        "undone": PersonMerge.objects.select_related("kept", "merged"),
        "data": Person.pgh_event_model.objects.all(),
        "sheet": AccessEvent.objects.all(),
        **{name: lines.bring() for name, lines in joined_lines().items()},
    }
    return {row.pk: row for row in queries[source].filter(pk__in=ids)}


# Which facts a line of the history changed: their names, never what stands in them.

_UNTOLD = {"id", "municipality", "created_at", "updated_at", "version", "form_key", "created_by",
           "merged_into"}  # fmt: skip
_NAMED = {"identifier_index": _("ЕГН или ЛНЧ"), "note": _("накратко за лицето")}


def _changed_fields(rows: Iterable[Any]) -> dict[int, list[str]]:
    rows = list(rows)
    if not rows:
        return {}
    events = Person.pgh_event_model.objects
    before = events.filter(id=OuterRef("id"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    pairs = dict(
        events.filter(pk__in=[row.pk for row in rows])
        .order_by()
        .annotate(before=Subquery(before.values("pgh_id")[:1]))
        .values_list("pk", "before")
    )
    earlier = events.in_bulk([pk for pk in pairs.values() if pk])
    return {
        row.pk: _names_of_differences(earlier[pairs[row.pk]], row)
        for row in rows
        if pairs.get(row.pk)
    }


def _names_of_differences(before: Any, after: Any) -> list[str]:
    told = []
    for column in after._meta.concrete_fields:
        if column.name.startswith("pgh_") or column.name in _UNTOLD:
            continue
        if _plain(getattr(before, column.attname)) != _plain(getattr(after, column.attname)):
            told.append(str(_NAMED.get(column.name, column.verbose_name)))
    return told


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
