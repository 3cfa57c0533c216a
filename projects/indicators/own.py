"""What projects themselves let an indicator count: workplaces, people appointed, documents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce, Lower, Trim
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.indicators.sources import EvidenceLine, Source, on_days, register_source
from projects.models import IndicatorValue, Position, Project, ProjectDocument, Workplace

PEOPLE, PIECES = _("лица"), _("бр.")


class SameName(Func):
    """A name as it is compared: without its case and the spaces around and between its parts."""

    template = r"regexp_replace(%(expressions)s, '\s+', ' ', 'g')"
    output_field = CharField()

    def __init__(self, name: Any):
        super().__init__(Lower(Trim(name)))


def outer(column: str, output_field: models.Field) -> ExpressionWrapper:
    """Return a column of the query around a subquery, to be compared with none of its own."""
    return ExpressionWrapper(OuterRef(column), output_field=output_field)


def opened_workplaces(project: Project, since: dt.date | None, upto: dt.date | None):
    """Workplaces of the project with a day on which they were opened."""
    opened = on_days("opened_on", since, upto) & Q(opened_on__isnull=False)
    return (
        Workplace.objects.filter(opened, project=project)
        .select_related("office", "evidence")
        .order_by("opened_on", "pk")
    )


def _workplace(row: Workplace) -> EvidenceLine:
    url = reverse("admin:projects_workplace_change", args=[row.pk])
    told = [str(part) for part in (row.office, row.evidence) if part]
    return EvidenceLine(row.name, row.opened_on, url, " · ".join(told))


def appointed_people(
    project: Project, since: dt.date | None, upto: dt.date | None, **kind: str
) -> models.QuerySet:
    """The first position of each person on the project.

    One person is one account, and a name without an account that is the name of another position.
    """
    positions = Position.objects.filter(project=project, **kind).annotate(
        login=Coalesce("user_id", 0), who=SameName(Coalesce("user__name", "name"))
    )
    number = models.BigIntegerField()
    earlier = positions.annotate(
        login_of_other=outer("login", number), who_of_other=outer("who", CharField())
    ).filter(
        Q(starts_on__lt=OuterRef("starts_on"))
        | Q(starts_on=OuterRef("starts_on"), pk__lt=OuterRef("pk"))
    )
    same_login = Q(login=F("login_of_other"), login__gt=0)
    same_name = Q(who=F("who_of_other")) & (Q(login=0) | Q(login_of_other=0))
    return (
        positions.filter(~Exists(earlier.filter(same_login | same_name)))
        .filter(on_days("starts_on", since, upto))
        .select_related("user")
        .order_by("starts_on", "pk")
    )


def _appointed(row: Position) -> EvidenceLine:
    name = row.user.name if row.user else row.name
    url = reverse("admin:projects_position_change", args=[row.pk])
    return EvidenceLine(name, row.starts_on, url, f"{row.title}, {row.get_kind_display()}")


def documents(project: Project, since: dt.date | None, upto: dt.date | None, kind: str):
    """Documents of a kind in the archive, without those that prove another value."""
    proofs = IndicatorValue.objects.filter(evidence=OuterRef("pk"))
    places = Workplace.objects.filter(evidence=OuterRef("pk"))
    return (
        ProjectDocument.objects.filter(on_days("issued_on", since, upto), project=project)
        .filter(~Exists(proofs), ~Exists(places), kind=kind)
        .order_by(F("issued_on").asc(nulls_last=True), "pk")
    )


def _document(row: ProjectDocument) -> EvidenceLine:
    url = reverse("admin:projects_projectdocument_change", args=[row.pk])
    number = f"№ {row.number}" if row.number else ""
    return EvidenceLine(row.title, row.issued_on, url, number)


def _of_kind(rows, kind: str):
    return lambda project, since, upto: rows(project, since, upto, kind=kind)


def register() -> None:
    """Let indicators count what a project has."""
    register_source(
        Source(
            "workplaces",
            _("открити работни места по проекта"),
            PIECES,
            opened_workplaces,
            _workplace,
        )
    )
    people = (
        ("people-appointed", _("хора, работещи по проекта"), appointed_people),
        (
            "people-employed",
            _("хора, назначени с трудов договор"),
            _of_kind(appointed_people, Position.Kind.EMPLOYMENT),
        ),
        (
            "people-addendum",
            _("хора с допълнително споразумение"),
            _of_kind(appointed_people, Position.Kind.ADDENDUM),
        ),
    )
    for code, words, rows in people:
        register_source(Source(code, words, PEOPLE, rows, _appointed, is_personal=True))
    kinds = (
        (
            "documents-visibility",
            _("материали: документи „информация и публичност“ в архива"),
            ProjectDocument.Kind.VISIBILITY,
        ),
        ("documents-reports", _("отчети в архива"), ProjectDocument.Kind.REPORT),
    )
    for code, words, kind in kinds:
        register_source(Source(code, words, PIECES, _of_kind(documents, kind), _document))
