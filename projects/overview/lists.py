"""The people, workplaces, requests and papers of a project: the first of each, in one query.

Four lists would be four queries of a page that has many; each is a part of one UNION instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import (
    CharField,
    DecimalField,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse

from projects.models import (
    Expense,
    PaymentRequest,
    Position,
    Project,
    ProjectDocument,
    Workplace,
)
from projects.overview.own_risks import listed

MOST_LISTED = 6
WORDS, SUM = CharField(), DecimalField(max_digits=14, decimal_places=2)
LISTED: tuple[type[models.Model], ...] = (Position, Workplace, PaymentRequest, ProjectDocument)


@dataclass(frozen=True)
class Brief:
    """A row as its card tells it: what it is called, of which kind, its word, day and sum."""

    pk: int
    name: str
    kind: str
    note: str
    day: dt.date | None
    total: Decimal | None
    url: str


@dataclass(frozen=True)
class Short:
    """The first rows of a list, with where the whole of it is and where one more is added."""

    rows: Sequence[Any]
    has_more: bool
    url: str
    add_url: str


def shorts_of(project: Project) -> dict[str, Short]:
    """Return the beginning of each list of ``project`` by the name of its model."""
    parts = [
        rows.filter(project=project).values_list(
            Value(rows.model._meta.model_name, output_field=WORDS),
            "pk", "called", "is_kind", "says", "on", "total",
        )[: MOST_LISTED + 1]
        for rows in _rows_of()
    ]  # fmt: skip
    found: dict[str, list[Brief]] = {model._meta.model_name: [] for model in LISTED}
    for what, *facts in parts[0].union(*parts[1:], all=True):
        found[what].append(_brief(what, *facts))
    return {what: short(what, rows, project) for what, rows in found.items()}


def short(what: str, rows: Sequence[Any], project: Project) -> Short:
    """Return the beginning of ``rows``, of the model ``what``, with the addresses of its list."""
    add = reverse(f"admin:projects_{what}_add")
    return Short(
        rows[:MOST_LISTED],
        len(rows) > MOST_LISTED,
        listed(what, project),
        f"{add}?project={project.pk}",
    )


def _rows_of() -> list[QuerySet]:
    """Return the four lists with the same six columns."""
    empty, nothing = Value("", output_field=WORDS), Cast(Value(None), SUM)
    asked = Expense.objects.filter(request=OuterRef("pk")).order_by().values("request")
    return [
        Position.objects.annotate(
            called=Coalesce(NullIf(F("name"), empty), F("user__name"), output_field=WORDS),
            is_kind=F("kind"),
            says=F("title"),
            on=F("ends_on"),
            total=nothing,
        ),
        Workplace.objects.annotate(
            called=F("name"), is_kind=empty, says=empty, on=F("opened_on"), total=nothing
        ),
        PaymentRequest.objects.annotate(
            called=Cast("number", WORDS),
            is_kind=F("kind"),
            says=F("state"),
            on=F("submitted_on"),
            total=Subquery(asked.annotate(sum=Sum("amount_eur")).values("sum"), output_field=SUM),
        ),
        ProjectDocument.objects.annotate(
            called=F("title"), is_kind=F("kind"), says=F("number"), on=F("issued_on"), total=nothing
        ),
    ]  # fmt: skip


def _brief(what: str, pk: int, name: str, kind: str, note: str, day, total) -> Brief:
    kinds = {
        "position": Position.Kind,
        "paymentrequest": PaymentRequest.Kind,
        "projectdocument": ProjectDocument.Kind,
    }
    kind = str(kinds[what](kind).label) if kind else ""
    if what == "paymentrequest":
        note = str(PaymentRequest.State(note).label)
    url = reverse(f"admin:projects_{what}_change", args=[pk])
    return Brief(pk, name, kind, note, day, total, url)
