"""The search index: what of a service is searched, with what weight, and the vocabulary of it.

`Service.search_vector` holds headwords from `services_registry.text`, built here letter by
letter and not by PostgreSQL's parser, which knows no Bulgarian. It is empty for services that
the public may not see, so that the vocabulary (`SearchTerm`) counts published services only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Prefetch, QuerySet

from municipalities.tenancy import municipality_scope
from services_registry.models import SearchTerm, Service, ServiceSite
from services_registry.text import lemmas

BATCH = 500
_FIELD_GAP = 20  # positions between two fields, so that no phrase reaches across
_LAST_POSITION = 16383  # PostgreSQL's limit on positions in a tsvector
_POSITIONS_PER_WORD = 40  # below PostgreSQL's limit of 256; ranking needs no more


def index_service(service: Service) -> None:
    """Bring the index of one saved service up to date with the service and its links."""
    with municipality_scope(service.municipality):
        reindex(Service.objects.filter(pk=service.pk))
    # The instance now holds an outdated vector: as a deferred field a later save() leaves it be.
    service.__dict__.pop("search_vector", None)


def reindex(queryset: QuerySet[Service]) -> int:
    """Rebuild the index of the services in `queryset`; return how many there were.

    Takes a fixed number of queries for every BATCH services and municipality. Opens the scope
    of each municipality itself, but `queryset` must be one the caller may read.
    """
    ids = list(queryset.order_by("municipality_id", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        batch = queryset.filter(pk__in=ids[start : start + BATCH])
        services = list(_with_everything_searched(batch))
        for _, own in groupby(services, key=lambda service: service.municipality_id):
            group = list(own)
            with municipality_scope(group[0].municipality):
                _write(group)
    return len(ids)


def rebuild_vocabulary() -> int:
    """Count the vocabulary anew from the index; return its size.

    `reindex` keeps it exact as services change; this is for after deletions and restores.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM services_registry_searchterm")
        cursor.execute(
            "INSERT INTO services_registry_searchterm (lemma, occurrences)"
            " SELECT word, ndoc FROM ts_stat('SELECT search_vector"
            " FROM services_registry_service WHERE search_vector IS NOT NULL')"
        )
        return cursor.rowcount


def document(service: Service) -> str:
    """Return the service's tsvector as text: A name and kinds, B the citizens' words, C, D."""
    # Where a shelter from violence stands is not to be found by searching for villages.
    places = [site.settlement.name for site in service.sites.all() if not site.address_is_secret]
    weighted = (
        ("A", [service.name, *(kind.plain_name for kind in service.kinds.all())]),
        (
            "B",
            [
                service.own_words,
                *(situation.name for situation in service.life_situations.all()),
                *(group.name for group in service.target_groups.all()),
                *(group.plain_name for group in service.target_groups.all()),
            ],
        ),
        ("C", [service.summary, service.for_whom, *(kind.name for kind in service.kinds.all())]),
        (
            "D",
            [
                service.description,
                service.provider.name,
                service.municipality.name,
                *places,
            ],
        ),
    )
    return _vector_literal(weighted)


def _with_everything_searched(services: QuerySet[Service]) -> QuerySet[Service]:
    sites = ServiceSite.public.select_related("settlement").order_by("pk")
    return (
        services.select_related("provider", "municipality")
        .prefetch_related(
            "kinds", "target_groups", "life_situations", Prefetch("sites", queryset=sites)
        )
        .order_by("municipality_id", "pk")
    )


def _vector_literal(weighted: Iterable[tuple[str, Sequence[str]]]) -> str:
    places: dict[str, list[str]] = {}
    position = 1
    for label, texts in weighted:
        for text in texts:
            for word in lemmas(text):
                spots = places.setdefault(word, [])
                if len(spots) < _POSITIONS_PER_WORD:
                    spots.append(f"{min(position, _LAST_POSITION)}{label}")
                position += 1
            position += _FIELD_GAP
    # Words hold letters and digits only (see text.tokenise), so quotes need no doubling.
    return " ".join(f"'{word}':{','.join(spots)}" for word, spots in places.items())


def _write(services: list[Service]) -> None:
    """Store the vectors of services of the one municipality in scope, and count their words."""
    ids = [service.pk for service in services]
    vectors = [
        document(service) if service.status in Service.PUBLIC_STATUSES else None
        for service in services
    ]
    change: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(search_vector) FROM services_registry_service"
            " WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [ids],
        )
        for (words,) in cursor.fetchall():
            change.subtract(words or ())
        cursor.execute(
            "UPDATE services_registry_service service SET search_vector = fresh.vector::tsvector"
            " FROM unnest(%s::bigint[], %s::text[]) AS fresh(id, vector)"
            " WHERE service.id = fresh.id RETURNING tsvector_to_array(search_vector)",
            [ids, vectors],
        )
        for (words,) in cursor.fetchall():
            change.update(words or ())
    _count(change)


def _count(change: Counter[str]) -> None:
    more = sorted((word, count) for word, count in change.items() if count > 0)
    fewer = sorted((word, -count) for word, count in change.items() if count < 0)
    with connection.cursor() as cursor:
        # In one order everywhere: two savings at once wait for each other and do not deadlock.
        cursor.execute(
            "SELECT FROM services_registry_searchterm WHERE lemma = ANY(%s)"
            " ORDER BY lemma FOR UPDATE",
            [[word for word, count in change.items() if count]],
        )
        if more:
            cursor.execute(
                "INSERT INTO services_registry_searchterm AS term (lemma, occurrences)"
                " SELECT * FROM unnest(%s::text[], %s::int[])"
                " ON CONFLICT (lemma)"
                " DO UPDATE SET occurrences = term.occurrences + excluded.occurrences",
                _columns(more),
            )
        if fewer:
            cursor.execute(
                "UPDATE services_registry_searchterm term"
                " SET occurrences = greatest(0, term.occurrences - gone.occurrences)"
                " FROM unnest(%s::text[], %s::int[]) AS gone(lemma, occurrences)"
                " WHERE term.lemma = gone.lemma",
                _columns(fewer),
            )
            SearchTerm.objects.filter(lemma__in=[word for word, _ in fewer], occurrences=0).delete()


def _columns(rows: list[tuple[str, int]]) -> list[list]:
    return [[word for word, _ in rows], [count for _, count in rows]]
