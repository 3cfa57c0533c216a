"""Places: which one a mistyped or Latin name was meant to be, and how far services are from it.

„jeliu voivoda“ is Желю войвода. Distances are by air between points in degrees; where a place of
a service has none of its own, its settlement's stand for it. A secret address has no distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least, Lower

from municipalities.models import Municipality, Settlement
from services_registry.latin import latin_candidates
from services_registry.models import Service, ServiceSite
from services_registry.spelling import allowed_distance, distance

READINGS = 24
NEIGHBOURS = 40
WITHIN_KM = 40  # by air: what of the neighbouring municipalities is still worth a journey
MOST_POINTS = 6  # places of one name from which a distance is still told

Point = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True)
class Place:
    """A settlement or municipality by name, in one of the municipalities of the portal."""

    name: str
    municipality: str
    latitude: Decimal | float | None = None
    longitude: Decimal | float | None = None


@dataclass(frozen=True)
class Elsewhere:
    """A real place whose municipality does not use the portal.

    ``municipalities`` are (name, province) of all that the name may stand for, ``points`` where it
    is, as far as known, ``neighbours`` the portal's municipalities of the same provinces.
    """

    municipalities: list[tuple[str, str]]
    points: list[Point]
    neighbours: list[str]


class Kilometres(Func):
    """Distance by air (haversine) from a point to two columns in degrees; NULL without them."""

    output_field = FloatField()

    def __init__(self, latitude, longitude, point: Point, **extra):
        super().__init__(latitude, longitude, **extra)
        self.point = point

    def as_sql(
        self, compiler, connection, function=None, template=None, arg_joiner=None, **extra_context
    ):
        north, first = compiler.compile(self.source_expressions[0])
        east, second = compiler.compile(self.source_expressions[1])
        latitude, longitude = self.point
        sql = (
            f"(12742 * asin(sqrt(least(1, sin(radians({north} - %s) / 2) ^ 2"
            f" + cos(radians(%s)) * cos(radians({north}))"
            f" * sin(radians({east} - %s) / 2) ^ 2))))"
        )
        return sql, (*first, latitude, latitude, *first, *second, longitude)


def located(sites: QuerySet[ServiceSite]) -> QuerySet[ServiceSite]:
    """Return the sites that may be put on a map, with ``north`` and ``east`` in degrees.

    Sites with a secret address never are among them.
    """
    return (
        sites.filter(address_is_secret=False)
        .annotate(
            north=Cast(Coalesce("latitude", "settlement__latitude"), FloatField()),
            east=Cast(Coalesce("longitude", "settlement__longitude"), FloatField()),
        )
        .filter(north__isnull=False, east__isnull=False)
    )


def with_distance(
    services: QuerySet[Service], municipalities: list[str], points: list[Point]
) -> QuerySet[Service]:
    """Return the services of ``municipalities`` and those not far from ``points``, how far each is.

    Annotates ``km`` (to the nearest of a service's places, None where not known) and ``outside``
    (of another municipality). Of others only what people come to is taken: help at home is for
    those who live in the municipality that gives it. More than MOST_POINTS are no place.
    """
    own = Q(municipality__slug__in=municipalities)
    outside = Case(When(own, then=Value(False)), default=Value(True), output_field=BooleanField())
    if not points or len(points) > MOST_POINTS:
        nowhere = Value(None, output_field=FloatField())
        return services.filter(own).annotate(km=nowhere, outside=outside)
    away = [Kilometres(F("north"), F("east"), point) for point in points]
    sites = located(ServiceSite.public.filter(service=OuterRef("pk"))).annotate(
        km=Least(*away) if len(away) > 1 else away[0]
    )
    near = Exists(sites.filter(km__lte=WITHIN_KM)) & Q(
        settings__contains=[Service.Setting.SPECIALISED]
    )
    nearest = Subquery(sites.order_by("km").values("km")[:1], output_field=FloatField())
    return services.filter(own | near).annotate(km=nearest, outside=outside)


def elsewhere(typed: str) -> Elsewhere | None:
    """Return the place called ``typed``, a bare lower-case name, outside the portal.

    None where there is no such place. Of the whole country at least the municipalities are known;
    settlements with their degrees only where an operator loaded them. Two queries at most.
    """
    centre = Settlement.objects.filter(ekatte=OuterRef("centre_ekatte")).order_by()
    named = Q(name__iexact=typed) | Q(name_en__iexact=typed)
    own = Settlement.objects.filter(named, municipality=OuterRef("pk")).order_by("ekatte")
    rows = (
        Municipality.objects.filter(is_active=False)
        .annotate(
            north=Coalesce(
                Subquery(own.values("latitude")[:1]), Subquery(centre.values("latitude")[:1])
            ),
            east=Coalesce(
                Subquery(own.values("longitude")[:1]), Subquery(centre.values("longitude")[:1])
            ),
        )
        .filter(named | Exists(own))
        .order_by("name", "code")
        .values_list("name", "province__name", "province", "north", "east")
    )
    found = list(rows)
    if not found:
        return None
    provinces = {row[2] for row in found}
    near = Municipality.objects.active().filter(province__in=provinces).order_by("name")
    points = [(float(row[3]), float(row[4])) for row in found if None not in row[3:]]
    return Elsewhere(
        [(row[0], row[1]) for row in found], points, list(near.values_list("name", flat=True))
    )


def nearest_place(typed: str) -> tuple[str, list[Place]] | None:
    """Return the name ``typed`` was meant to be and the places that have it.

    ``typed`` is a bare lower-case name that no place of ours and none `elsewhere` has. Spaces and
    hyphens do not count. None when nothing of the active municipalities is near enough, or when
    two different names are equally near. One query.
    """
    readings = _readings(typed)
    near = (
        Settlement.objects.filter(municipality__is_active=True)
        .annotate(likeness=TrigramSimilarity(Lower("name"), readings[0]))
        .order_by("-likeness", "pk")
        .values_list("name", "municipality__slug", "latitude", "longitude")[:NEIGHBOURS]
    )
    best: tuple[float, dict[str, list[Place]]] = (float("inf"), {})
    for name, slug, latitude, longitude in near:
        bare = _bare(name.casefold())
        away = min(distance(_bare(reading), bare) for reading in readings)
        if away > min(allowed_distance(bare), len(bare) / 3) or away > best[0]:
            continue
        if away < best[0]:
            best = (away, {})
        best[1].setdefault(name, []).append(Place(name, slug, latitude, longitude))
    return best[1].popitem() if len(best[1]) == 1 else None


def _bare(name: str) -> str:
    return name.replace(" ", "").replace("-", "")


def _readings(typed: str) -> list[str]:
    """Return what ``typed`` may be in Cyrillic, the likeliest first; at least itself."""
    words = [latin_candidates(word)[:6] or (word,) for word in typed.split()[:4]]
    return [" ".join(words) for words in islice(product(*words), READINGS)] or [typed]
