"""Search for services in one's own words.

`interpret` works out what a query asks for. Any of its words may bring a service; the services
that answer more of the query, by rarer words and in more telling fields, come first, and the
tail that only shares a common word is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BooleanField, F, FloatField, Func, QuerySet, Subquery, Value

from services_registry.interpretation import Alternative, Interpretation, interpret, lexeme
from services_registry.models import Service
from services_registry.search_index import index_service, rebuild_vocabulary, reindex

__all__ = [
    "Interpretation",
    "index_service",
    "interpret",
    "rebuild_vocabulary",
    "reindex",
    "search",
]

_LITERAL_TOO = 0.3  # on top, where a synonym is met and the word of the query as well
CUT = 0.35  # services below this share of the best one's relevance are not shown
# How much a hit is worth by where it stands: name and kind, the citizens' words, summary, rest.
_FIELDS = (("A", 1.0), ("AB", 0.85), ("ABC", 0.55), ("", 0.3))


def search(queryset: QuerySet[Service], query: str) -> tuple[QuerySet[Service], Interpretation]:
    """Return the services of `queryset` that answer `query`, best first, and what was understood.

    A query without words gives everything in the order of names. The result has an annotation
    `relevance` when ranked, and stays one SQL statement that may be counted and paged. Filter
    `queryset` before: what counts as the tail is measured by the best service in it.
    Takes at most two queries at once, none for an empty `query`.
    """
    understood = interpret(query)
    queryset = queryset.defer("search_vector")  # kilobytes a row that no page reads
    if understood.is_blank:
        return queryset.order_by("name", "pk"), understood
    if not understood.tsquery:
        return queryset.none(), understood
    matching = queryset.filter(_Matches(F("search_vector"), Value(understood.tsquery)))
    relevance = _Relevance(F("search_vector"), _ladders(understood))
    scored = matching.select_related(None).order_by().annotate(score=relevance)
    found = (
        queryset.filter(pk__in=_NearBest(scored.values("id", "score")))
        .annotate(relevance=relevance)
        .order_by("-relevance", "name", "pk")
    )
    return found, understood


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
