"""What the catalogue can be filtered by, brought in one query."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import CharField, F, IntegerField, Value
from django.db.models.functions import Lower, Trim

from municipalities.models import Municipality, Settlement
from services_registry.classifiers import LifeSituation, ServiceKind, TargetGroup
from services_registry.places import nearest_place

LONGEST_PLACE = 80
# „гр. Сливен“, „село Изгрев“ and „Сливен“ are the same place to the person who types it.
PLACE_PREFIXES = ("гр.", "гр ", "град ", "с.", "село ", "община ", "общ.")


@dataclass
class Options:
    """Choices as (value, label).

    ``places`` are the slugs of municipalities that the typed place stands for, ``meant`` the place
    it was taken for when no place is spelled so; ``quick_exit`` the situations whose pages one must
    be able to leave at once.
    """

    municipalities: list[tuple[str, str]] = field(default_factory=list)
    situations: list[tuple[str, str]] = field(default_factory=list)
    groups: list[tuple[str, str]] = field(default_factory=list)
    kinds: list[tuple[str, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    meant: str = ""
    quick_exit: set[str] = field(default_factory=set)


def bare_place(typed: str) -> str:
    """Return the bare, lower-case name of a typed place: „гр. Сливен “ is „сливен“."""
    name = typed.replace("\x00", "").strip().casefold()
    for prefix in PLACE_PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix).strip()
    return name


def _rows(queryset, what: str, value: str, label: str, position):
    return queryset.order_by().values_list(
        Value(what, output_field=CharField()),
        F(value),
        F(label),
        position,
    )


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
        place = Settlement.objects.filter(municipality__is_active=True)
        for spelled in (Lower(Trim("name")), Lower(Trim("name_en"))):
            matching = place.alias(spelled=spelled).filter(spelled=name)
            parts.append(_rows(matching, "places", "municipality__slug", "name", nowhere))
        for own in (Lower("name"), Lower("name_en"), Lower("slug")):
            matching = active.alias(spelled=own).filter(spelled=name)
            parts.append(_rows(matching, "places", "slug", "name", nowhere))
    options = Options()
    rows = sorted(parts[0].union(*parts[1:], all=True), key=lambda row: (row[3], row[2]))
    for what, value, label, _position in rows:
        if what == "places":
            if value not in options.places:
                options.places.append(value)
        elif what == "quick_exit":
            options.quick_exit.add(value)
        else:
            getattr(options, what).append((value, label))
    if name and not options.places and (nearest := nearest_place(name)):
        options.meant, options.places = nearest
    return options
