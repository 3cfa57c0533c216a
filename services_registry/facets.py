"""What the catalogue can be filtered by, brought in one query."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import CharField, F, FloatField, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Lower, Trim

from municipalities.models import Municipality, Settlement
from services_registry.classifiers import LifeSituation, ServiceKind, TargetGroup
from services_registry.places import Elsewhere, Place, Point, elsewhere, nearest_place

LONGEST_PLACE = 80
# „гр. Сливен“, „село Изгрев“ and „Сливен“ are the same place to the person who types it.
PLACE_PREFIXES = ("гр.", "гр ", "град ", "с.", "село ", "община ", "общ.")


@dataclass
class Options:
    """Choices as (value, label).

    ``places`` are the slugs of municipalities that the typed place stands for, ``points`` where it
    is, ``meant`` the place it was taken for when no place is spelled so, ``elsewhere`` the place
    outside the portal that it is; ``quick_exit`` the situations whose pages one must be able to
    leave at once.
    """

    municipalities: list[tuple[str, str]] = field(default_factory=list)
    situations: list[tuple[str, str]] = field(default_factory=list)
    groups: list[tuple[str, str]] = field(default_factory=list)
    kinds: list[tuple[str, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    meant: str = ""
    elsewhere: Elsewhere | None = None
    quick_exit: set[str] = field(default_factory=set)

    @property
    def near(self) -> bool:
        """Say whether the place tells which services are of it or near it."""
        return bool(self.places or self.points)

    def take_place(self, place: Place) -> None:
        """Add a place that the typed name stands for."""
        if place.municipality not in self.places:
            self.places.append(place.municipality)
        if place.latitude is not None and place.longitude is not None:
            point = (float(place.latitude), float(place.longitude))
            if point not in self.points:
                self.points.append(point)


def bare_place(typed: str) -> str:
    """Return the bare, lower-case name of a typed place: „гр. Сливен “ is „сливен“."""
    name = typed.replace("\x00", "").strip().casefold()
    for prefix in PLACE_PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix).strip()
    return name


def _rows(queryset, what: str, value: str, label: str, position, north=None, east=None):
    nowhere = Value(None, output_field=FloatField())
    return queryset.order_by().values_list(
        Value(what, output_field=CharField()),
        F(value),
        F(label),
        position,
        Cast(north or nowhere, FloatField()),
        Cast(east or nowhere, FloatField()),
    )


def _places(active, name: str) -> list:
    """Return the queries for the settlements and municipalities that are called ``name``."""
    nowhere = Value(0, output_field=IntegerField())
    parts = []
    settlements = Settlement.objects.filter(municipality__is_active=True)
    for spelled in (Lower(Trim("name")), Lower(Trim("name_en"))):
        matching = settlements.alias(spelled=spelled).filter(spelled=name)
        north, east = F("latitude"), F("longitude")
        parts.append(_rows(matching, "places", "municipality__slug", "name", nowhere, north, east))
    centre = Settlement.objects.filter(ekatte=OuterRef("centre_ekatte")).order_by()
    its = (Subquery(centre.values("latitude")), Subquery(centre.values("longitude")))
    for own in (Lower("name"), Lower("name_en"), Lower("slug")):
        matching = active.alias(spelled=own).filter(spelled=name)
        parts.append(_rows(matching, "places", "slug", "name", nowhere, *its))
    return parts


def catalogue_options(typed_place: str = "") -> Options:
    """Return every choice of the catalogue's filters, and what ``typed_place`` may stand for."""
    nowhere = Value(0, output_field=IntegerField())
    active = Municipality.objects.active()
    name = bare_place(typed_place[:LONGEST_PLACE])
    parts = [
        _rows(active, "municipalities", "slug", "name", nowhere),
        _rows(LifeSituation.objects.all(), "situations", "slug", "name", F("order")),
        _rows(LifeSituation.objects.filter(quick_exit=True), "quick_exit", "slug", "name", nowhere),
        _rows(TargetGroup.objects.all(), "groups", "code", "plain_name", F("order")),
        _rows(ServiceKind.objects.all(), "kinds", "code", "plain_name", F("number")),
    ]
    if name:
        parts += _places(active, name)
    options = Options()
    rows = sorted(parts[0].union(*parts[1:], all=True), key=lambda row: (row[3], row[2]))
    for what, value, label, _position, north, east in rows:
        if what == "places":
            options.take_place(Place(label, value, north, east))
        elif what == "quick_exit":
            options.quick_exit.add(value)
        else:
            getattr(options, what).append((value, label))
    if name and not options.places:
        _take_another(options, name)
    return options


def _take_another(options: Options, name: str) -> None:
    """Take a place that is not of the portal, or else the one that the name was meant to be."""
    options.elsewhere = elsewhere(name)
    if options.elsewhere:
        options.points = options.elsewhere.points
    elif nearest := nearest_place(name):
        options.meant, places = nearest
        for place in places:
            options.take_place(place)
