"""Search for services in one's own words.

`interpret` works out what a query asks for. Any of its words may bring a service; the services
that answer more of the query, by rarer words and in more telling fields, come first, and the
tail that only shares a common word is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from services_registry.interpretation import Alternative, Interpretation, interpret, lexeme
from services_registry.models import Service
from services_registry.search_index import index_service, rebuild_vocabulary, reindex

__all__ = [
    "CUT",
    "Interpretation",
    "arranged",
    "index_service",
    "interpret",
    "ranked",
    "rebuild_vocabulary",
    "reindex",
    "scored",
    "search",
]

_LITERAL_TOO = 0.3  # on top, where a synonym is met and the word of the query as well
CUT = 0.35  # services below this share of the best one's relevance are not shown
STALE = 0.85  # what is left of the relevance of a service whose data nobody confirmed in time
HALF_AS_FAR = 40.0  # kilometres
UNKNOWN_KM = 20.0  # what a service without a known distance counts as
# How much a hit is worth by where it stands: name and kind, the citizens' words, summary, rest.
_FIELDS = (("A", 1.0), ("AB", 0.85), ("ABC", 0.55), ("", 0.3))


def search(queryset: QuerySet[Service], query: str) -> tuple[QuerySet[Service], Interpretation]:
    """Return the services of `queryset` that answer `query`, best first, and what was understood.

    A query without words gives everything in the order of names. The result has an annotation
    `relevance` when ranked, and stays one SQL statement that may be counted and paged. Filter
    `queryset` before: what counts as the tail is measured by the best service in it. What nobody
    confirmed in time sinks by `STALE`. Takes at most two queries at once, none for an empty one.
    """
    understood = interpret(query)
    return ranked(queryset, understood), understood


def ranked(queryset: QuerySet[Service], understood: Interpretation) -> QuerySet[Service]:
    """Return what `search` does for a query already interpreted. Asks nothing by itself."""
    queryset = queryset.defer("search_vector")  # kilobytes a row that no page reads
    if understood.is_blank:
        return queryset.order_by("name", "pk")
    if not understood.tsquery:
        return queryset.none()
    relevance = _Relevance(F("search_vector"), _ladders(understood))
    freshness = Case(When(stale=True, then=Value(STALE)), default=Value(1.0))
    return (
        queryset.with_freshness()
        .filter(pk__in=_NearBest(scored(queryset, understood).values("id", "score")))
        .annotate(relevance=ExpressionWrapper(relevance * freshness, FloatField()))
        .order_by("-relevance", "name", "pk")
    )


def scored(queryset: QuerySet[Service], understood: Interpretation) -> QuerySet[Service]:
    """Return all that share a word with the query, the tail too, with `score`, in no order.

    What is shown of them is what scores at least `CUT` of the best among those that a page shows.
    Without words everything scores the same.
    """
    queryset = queryset.select_related(None).order_by()
    if understood.is_blank:
        return queryset.annotate(score=Value(1.0, output_field=FloatField()))
    if not understood.tsquery:
        return queryset.none()
    matching = queryset.filter(_Matches(F("search_vector"), Value(understood.tsquery)))
    return matching.annotate(score=_Relevance(F("search_vector"), _ladders(understood)))


def arranged(found: QuerySet[Service], understood: Interpretation, *, near: bool):
    """Return what `ranked` found in the order in which a citizen reads it.

    Without words what is stale comes last. With ``near`` (see `places.with_distance`) the services
    of the place's own municipality come first, the nearest of them on top; where words were given,
    the distance takes from the relevance: at `HALF_AS_FAR` kilometres half of it is left.
    """
    if not understood.is_blank:
        if not near or not understood.tsquery:
            return found
        away = 1.0 + Coalesce(F("km"), Value(UNKNOWN_KM)) / Value(HALF_AS_FAR)
        worth = ExpressionWrapper(F("relevance") / away, FloatField())
        return found.alias(worth=worth).order_by("outside", "-worth", "name", "pk")
    found = found.with_freshness()
    if near:
        return found.order_by("outside", "stale", F("km").asc(nulls_last=True), "name", "pk")
    return found.order_by("stale", "name", "pk")


def _ladders(understood: Interpretation) -> tuple[tuple[tuple[str, float], ...], ...]:
    """For every term its ways to be met as (tsquery, worth), the worthiest first."""
    ladders = []
    for term in understood.terms:
        ladders.append(_ladder(term.alternatives))
        literal = [alternative for alternative in term.alternatives if alternative.is_literal]
        if len(literal) < len(term.alternatives):
            ladders.append(_ladder(literal, _LITERAL_TOO))
    for pair in understood.neighbours:
        ladders.append(((" <-> ".join(lexeme(word, "A") for word in pair.words), pair.worth),))
    return tuple(filter(None, ladders))


def _ladder(alternatives: Iterable[Alternative], weight: float = 1.0):
    rungs = [
        (
            " <-> ".join(lexeme(word, label) for word in alternative.words),
            weight * factor * alternative.worth,
        )
        for alternative in alternatives
        for label, factor in _FIELDS
    ]
    return tuple(sorted(rungs, key=lambda rung: -rung[1]))


class _NearBest(Subquery):
    """The ids among (id, score) rows whose score is near enough to the best one's.

    Written out, because Django repeats an annotated expression wherever a window uses it, and
    would compute what the page shows of a service for all that match, not for its twenty.
    OFFSET 0 keeps PostgreSQL from doing the same to the score.
    """

    template = (
        "(SELECT id FROM (SELECT id, score, max(score) OVER () AS best"
        " FROM (%(subquery)s OFFSET 0) scored) cut WHERE score >= best * %(cut)s)"
    )

    def __init__(self, queryset):
        super().__init__(queryset, cut=CUT)


class _Matches(Func):
    """`vector @@ query` without a text search configuration: the words are ready headwords."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


class _Relevance(Func):
    """The sum over the terms of the worthiest way in which the vector meets each.

    The inner query unpacks the stored vector once a row; each `@@` alone would do it again.
    """

    output_field = FloatField()

    def __init__(self, vector, ladders, **extra):
        super().__init__(vector, **extra)
        self.ladders = ladders

    def as_sql(
        self, compiler, connection, function=None, template=None, arg_joiner=None, **extra_context
    ):
        vector, params = compiler.compile(self.source_expressions[0])
        cases: list[str] = []
        values: list[str | float] = []
        for ladder in self.ladders:
            rungs = " ".join(["WHEN unpacked.vector @@ %s::tsquery THEN %s::float8"] * len(ladder))
            cases.append(f"CASE {rungs} ELSE 0 END")
            values.extend(value for rung in ladder for value in rung)
        sql = (
            f"(SELECT {' + '.join(cases)} FROM"  # noqa: S608  only placeholders are joined
            f" (SELECT {vector} || ''::tsvector AS vector OFFSET 0) unpacked)"
        )
        return sql, (*values, *params)
