"""The map of the catalogue, drawn by the portal itself: where the services found are given.

No tiles and nothing of anybody else's: points in degrees put on a sheet, with the settlements
around them and the country's outline for bearings. Places with a secret address are never shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from municipalities.map_sheet import LOWEST, WIDTH, MapSheet
from municipalities.models import Municipality, Settlement
from services_registry.models import Service, ServiceSite
from services_registry.outline import OUTLINE
from services_registry.places import located

APART = 54  # between two points, so that on a phone a finger hits one of them
LETTER = 16  # of a label on a phone, where it is the widest
MOST_SERVICES = 300
MOST_SETTLEMENTS = 400
MOST_TOWNS = 16
VILLAGES_NAMED = 10  # up to a bar of so many kilometres; above it only municipal centres are


@dataclass
class Spot:
    """A settlement with the services given in it."""

    number: int
    name: str
    municipality: str
    services: list[Service] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"myasto-{self.number}"


@dataclass
class Mark:
    """A point of the map: one service or, where several are near each other, their number."""

    x: int
    y: int
    spots: list[Spot]
    services: list[Service]
    label: str = ""
    label_x: int = 0
    label_y: int = 0
    anchor: str = "start"

    @property
    def href(self) -> str:
        """The service itself; the list beside the map where there are several."""
        one = len(self.services) == 1
        return self.services[0].get_absolute_url() if one else f"#{self.spots[0].anchor}"

    @property
    def radius(self) -> int:
        return 11 if len(self.services) == 1 else min(22, 14 + len(self.services) // 4)

    @property
    def places(self) -> str:
        """The names of the settlements it stands for, three at most."""
        names = list(dict.fromkeys(spot.name for spot in self.spots))
        return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


@dataclass(frozen=True)
class Town:
    """A town for bearings."""

    x: int
    y: int
    name: str


@dataclass
class Drawing:
    """All that the map's page shows. ``elsewhere`` are the services without a point."""

    height: int = LOWEST
    marks: list[Mark] = field(default_factory=list)
    towns: list[Town] = field(default_factory=list)
    dots: str = ""  # all settlements, as a path
    outline: str = ""
    spots: list[Spot] = field(default_factory=list)
    elsewhere: list[Service] = field(default_factory=list)
    bar_km: int = 0
    bar: int = 0
    is_cut: bool = False
    width: int = WIDTH


def draw(found: QuerySet[Service]) -> Drawing:
    """Return the map of the services found, at most MOST_SERVICES of them. Three queries."""
    listed = found.select_related("municipality").prefetch_related(None)
    services = {service.pk: service for service in listed[: MOST_SERVICES + 1]}
    drawing = Drawing(is_cut=len(services) > MOST_SERVICES)
    if drawing.is_cut:
        services.popitem()
    sites = list(
        located(ServiceSite.public.filter(service__in=list(services)))
        .select_related("settlement")
        .order_by("settlement__name", "settlement_id", "service__name", "pk")
    )
    shown = {site.service_id for site in sites}
    drawing.elsewhere = [service for pk, service in services.items() if pk not in shown]
    if not sites:
        return drawing
    sheet = MapSheet([(site.north, site.east) for site in sites])
    drawing.height = sheet.height
    drawing.bar_km, drawing.bar = sheet.bar()
    drawing.marks = _marks(sites, services, _spots(sites, services), sheet)
    drawing.spots = list({id(spot): spot for m in drawing.marks for spot in m.spots}.values())
    drawing.spots.sort(key=lambda spot: spot.number)
    drawing.outline = "M" + "L".join(f"{x} {y}" for x, y in (sheet.put(*p) for p in OUTLINE)) + "Z"
    settlements = _settlements(sheet)
    drawing.dots = "".join(f"M{x} {y}h0" for _name, x, y, _named in settlements)
    worth_naming = [(name, x, y) for name, x, y, is_named in settlements if is_named]
    drawing.towns = list(_label(drawing.marks, worth_naming, sheet))
    return drawing


def _spots(sites: Iterable[ServiceSite], services: dict[int, Service]) -> dict[int, Spot]:
    spots: dict[int, Spot] = {}
    for site in sites:
        service = services[site.service_id]
        spot = spots.setdefault(
            site.settlement_id,
            Spot(len(spots) + 1, str(site.settlement), service.municipality.name),
        )
        if service not in spot.services:
            spot.services.append(service)
    return spots


def _marks(sites, services, spots: dict[int, Spot], sheet: MapSheet) -> list[Mark]:
    """Put the sites on the sheet; one that would touch a mark joins it."""
    marks: list[Mark] = []
    for site in sites:
        x, y = sheet.put(site.north, site.east)
        spot, service = spots[site.settlement_id], services[site.service_id]
        mark = next((m for m in marks if math.hypot(m.x - x, m.y - y) < APART), None)
        if mark is None:
            mark = Mark(x, y, [spot], [])
            marks.append(mark)
        if spot not in mark.spots:
            mark.spots.append(spot)
        if service not in mark.services:
            mark.services.append(service)
    for mark in marks:
        mark.spots.sort(key=lambda spot: (-len(spot.services), spot.number))
    return sorted(marks, key=lambda mark: (mark.y, mark.x))


def _settlements(sheet: MapSheet) -> list[tuple[str, int, int, bool]]:
    """Return the settlements on the sheet as (name, x, y, whether worth naming), towns first."""
    centres = Municipality.objects.filter(centre_ekatte=OuterRef("ekatte"))
    rows = (
        Settlement.objects.filter(Q(**sheet.box()))
        .annotate(is_centre=Exists(centres))
        .order_by("-is_centre", F("population_2013").desc(nulls_last=True), "ekatte")
        .values_list("name", "latitude", "longitude", "is_centre")[:MOST_SETTLEMENTS]
    )
    near = sheet.bar()[0] <= VILLAGES_NAMED
    return [
        (name, *sheet.put(float(north), float(east)), near or is_centre)
        for name, north, east, is_centre in rows
        if north is not None and east is not None
    ]


def _label(marks: list[Mark], towns: list[tuple[str, int, int]], sheet: MapSheet) -> Iterator[Town]:
    """Name the marks, the largest first, then yield the towns whose names still have room."""
    taken = [(m.x - m.radius, m.y - m.radius, m.x + m.radius, m.y + m.radius) for m in marks]

    def room(left: int, y: int, name: str) -> tuple[int, int, int, int] | None:
        box = (left, y - LETTER, left + LETTER * len(name), y + LETTER)
        inside = box[0] >= 4 and box[2] <= WIDTH - 4
        free = all(
            box[2] < other[0] or box[0] > other[2] or box[3] < other[1] or box[1] > other[3]
            for other in taken
        )
        return box if inside and free else None

    for mark in sorted(marks, key=lambda mark: -len(mark.services)):
        name = mark.spots[0].name.partition(" ")[2] or mark.spots[0].name
        half = LETTER * len(name) // 2
        middle = min(max(mark.x, half + 4), WIDTH - half - 4)
        mark.label_y = mark.y
        right = mark.x + mark.radius + 6
        left = mark.x - mark.radius - 6
        if box := room(right, mark.y, name):
            mark.label, mark.label_x = name, right
        elif box := room(left - LETTER * len(name), mark.y, name):
            mark.label, mark.label_x, mark.anchor = name, left, "end"
        elif box := room(middle - half, mark.y - mark.radius - 18, name):
            mark.label, mark.label_x, mark.anchor = name, middle, "middle"
            mark.label_y = mark.y - mark.radius - 18
        if box:
            taken.append(box)
    named = {mark.label for mark in marks}
    shown = 0
    for name, x, y in towns:
        if name in named:
            continue
        box = room(x - 5, y, name)
        if shown < MOST_TOWNS and 10 < y < sheet.height - 24 and box:
            taken.append(box)
            shown += 1
            yield Town(x, y, name)
