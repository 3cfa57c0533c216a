"""The filters of the catalogue as conditions, and how many services each choice would leave.

The counts of all choices are brought by one statement. A choice is counted among the services that
the query, the place and all *other* filters leave, so the number beside it is the number of results
that following it gives; the tail of a search is cut for each as the search itself would cut it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from services_registry.forms import NO_KIND
from services_registry.interpretation import Interpretation
from services_registry.models import Fee, Service, ServiceSite
from services_registry.open_now import open_at
from services_registry.search import CUT, scored

FREE, PAID, YES = "bezplatno", "s-taksa", "da"


def _linked(relation: str, column: str) -> Callable[[str], Q]:
    through = getattr(Service, relation).through

    def condition(value: str) -> Q:
        return Q(Exists(through.objects.filter(service=OuterRef("pk"), **{column: value})))

    return condition


def _kind(value: str) -> Q:
    if value == NO_KIND:
        return ~Q(Exists(Service.kinds.through.objects.filter(service=OuterRef("pk"))))
    return _linked("kinds", "servicekind__code")(value)


def _price(value: str) -> Q:
    """Free for somebody, or for a fee for somebody; a service may be both."""
    today = timezone.localdate()
    in_force = Fee.public.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today),
        Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        service=OuterRef("pk"),
    )
    kinds = [Fee.Kind.FREE] if value == FREE else [Fee.Kind.FIXED, Fee.Kind.INCOME_SHARE]
    return Q(Exists(in_force.filter(kind__in=kinds)))


def _sites() -> QuerySet[ServiceSite]:
    return ServiceSite.public.filter(service=OuterRef("pk"))


NOT_PAUSED = ~Q(status=Service.Status.PAUSED)
CONDITIONS: dict[str, Callable[[str], Q]] = {
    "obshtina": lambda value: Q(municipality__slug=value),
    "za": _linked("target_groups", "targetgroup__code"),
    "vid": _kind,
    "situatsiya": _linked("life_situations", "lifesituation__slug"),
    "sreda": lambda value: Q(settings__contains=[value]),
    "tsena": _price,
    "mesta": lambda _value: NOT_PAUSED & Q(capacity_free__gt=0),
    "vhod": lambda _value: Q(Exists(_sites().filter(step_free_entrance=True))),
    "otvoreno": lambda _value: NOT_PAUSED & Q(Exists(open_at(_sites()))),
}
# Filters of few choices: each choice is a column of its own.
FLAGS = (("tsena", FREE), ("tsena", PAID), ("mesta", YES), ("vhod", YES), ("otvoreno", YES))


def narrow(services, chosen: Mapping[str, str]):
    """Return ``services`` (with_latest_capacity) that all the ``chosen`` filters let through."""
    for name, value in chosen.items():
        services = services.filter(CONDITIONS[name](value))
    return services


@dataclass
class Counts:
    """How many services each choice would leave, and how many there are now."""

    total: int = 0
    of: dict[str, dict[str, int]] = field(default_factory=dict)


def count_choices(
    services: QuerySet[Service], chosen: Mapping[str, str], understood: Interpretation
) -> Counts:
    """Return the counts for ``services`` before they are narrowed. One query; none for no words.

    ``services`` have ``with_latest_capacity``; ``chosen`` are valid filters.
    """
    counts = Counts()
    if not understood.is_blank and not understood.tsquery:
        return counts
    sql, params = _statement(services, chosen, understood)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for name, value, number in cursor.fetchall():
            if name:
                counts.of.setdefault(name, {})[value] = number
            else:
                counts.total = number
    return counts


def _statement(services, chosen, understood) -> tuple[str, list]:
    """Write the statement: candidates once, then a part for each filter, all counted together."""
    passes = {f"passes_{name}": _column(CONDITIONS[name](value)) for name, value in chosen.items()}
    flags = {f"flag_{n}": _column(CONDITIONS[name](value)) for n, (name, value) in enumerate(FLAGS)}
    candidates = (
        scored(services, understood)
        .annotate(place=F("municipality__slug"), **passes, **flags)
        .values("id", "score", "place", "settings", *passes, *flags)
    )
    sql, params = candidates.query.sql_with_params()

    def part(name: str, value: str, source: str, *conditions: str) -> str:
        others = [f"c.passes_{other}" for other in chosen if other != name]
        where = " AND ".join([*conditions, *others]) or "true"
        chosen_as = f"'{name}' AS name, {value} AS value"  # names of this module, never values
        return f"SELECT {chosen_as}, c.score FROM {source} WHERE {where}"  # noqa: S608  as above

    parts = [
        part("", "''", "c"),
        part("obshtina", "c.place", "c"),
        part("sreda", "unnest(c.settings)", "c"),
        part("za", "x.code", _join("target_groups", "targetgroup")),
        part("situatsiya", "x.slug", _join("life_situations", "lifesituation")),
        part("vid", f"coalesce(x.code, '{NO_KIND}')", _join("kinds", "servicekind", "LEFT JOIN")),
        *(part(name, f"'{v}'", "c", f"c.flag_{n}") for n, (name, v) in enumerate(FLAGS)),
    ]
    counted = (
        f"WITH c AS MATERIALIZED ({sql})"  # noqa: S608  names of this module and placeholders
        " SELECT name, value, count(*) FILTER (WHERE score >= best * %s) FROM ("
        "SELECT name, value, score, max(score) OVER (PARTITION BY name, value) AS best"
        f" FROM ({' UNION ALL '.join(parts)}) choices) scored GROUP BY name, value"
    )
    return counted, [*params, CUT]


def _column(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _join(relation: str, model: str, how: str = "JOIN") -> str:
    """Write the candidates with what they are linked to; ``LEFT JOIN`` keeps the unlinked too.

    Each row of a link that is read costs a look at its service by the database's row security, so
    no link is read twice.
    """
    through = getattr(Service, relation).through._meta.db_table
    table = Service._meta.get_field(relation).related_model._meta.db_table  # type: ignore[union-attr]
    links = f'c {how} "{through}" l ON l.service_id = c.id'
    return f'{links} {how} "{table}" x ON x.id = l.{model}_id'
