"""The map of a campaign: the settlements of the municipality, each by what is done about it.

A state has a shape of its own, so that nobody has to tell colours; the table beside the map says
the same in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from campaigns.planning.due import DUE, NOT_YET, PLANNED, REACHED, Place, Reach
from municipalities.map_sheet import LOWEST, WIDTH, MapSheet
from municipalities.models import Municipality, Settlement

LETTER = 8  # of a label, of the width it takes
MOST_NAMES = 24
MANY, SMALL = 60, ".75"  # of so many points each is drawn smaller
# Drawn around (0, 0).
SHAPES = {
    REACHED: "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z",
    PLANNED: "M-6 -6h12v12h-12z",
    DUE: "M0 -9L8.5 6.5H-8.5z",
    NOT_YET: "M0 -7.5L7.5 0L0 7.5L-7.5 0z",
}


@dataclass(frozen=True)
class Point:
    """A settlement on the sheet."""

    x: int
    y: int
    place: Place

    @property
    def shape(self) -> str:
        return SHAPES[self.place.state]

    @property
    def words(self) -> str:
        return f"{self.place.settlement}: {self.place.words}"


@dataclass(frozen=True)
class Name:
    x: int
    y: int
    text: str


@dataclass
class CampaignMap:
    """What is drawn; ``lost`` are settlements of the campaign without a point."""

    width: int = WIDTH
    height: int = LOWEST
    points: list[Point] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    dots: str = ""
    scale: str = "1"
    bar_km: int = 0
    bar: int = 0
    lost: list[Place] = field(default_factory=list)
    legend: list[tuple[str, str, int, str]] = field(default_factory=list)


def draw(reach: Reach, municipality: Municipality) -> CampaignMap:
    """Return the map of ``reach`` over all settlements of ``municipality``; one query."""
    rows = Settlement.objects.filter(municipality=municipality).order_by("ekatte")
    around = {
        row.pk: (float(row.latitude), float(row.longitude))
        for row in rows
        if row.latitude is not None and row.longitude is not None
    }
    drawn = CampaignMap()
    drawn.legend = [(state, words, n, SHAPES[state]) for state, words, n in reach.counts()]
    drawn.lost = [place for place in reach.places if place.settlement.pk not in around]
    if not around:
        return drawn
    sheet = MapSheet(list(around.values()))
    drawn.height = sheet.height
    drawn.bar_km, drawn.bar = sheet.bar()
    in_campaign = {place.settlement.pk for place in reach.places}
    drawn.dots = "".join(
        "M{} {}h0".format(*sheet.put(*point))
        for pk, point in around.items()
        if pk not in in_campaign
    )
    drawn.points = [
        Point(*sheet.put(*around[place.settlement.pk]), place)
        for place in reversed(reach.places)  # what asks for something lies over the rest
        if place.settlement.pk in around
    ]
    drawn.scale = SMALL if len(drawn.points) > MANY else "1"
    drawn.names = list(_names(drawn))
    return drawn


def _names(drawn: CampaignMap) -> Iterator[Name]:
    """Name the largest settlements whose names have room."""
    taken = [(point.x - 10, point.y - 9, point.x + 10, point.y + 9) for point in drawn.points]
    by_size = sorted(drawn.points, key=lambda p: -(p.place.settlement.population_2013 or 0))
    named = 0
    for point in by_size:
        text = point.place.settlement.name
        left = point.x + 12
        box = (left, point.y - 8, left + LETTER * len(text), point.y + 8)
        free = all(
            box[2] < other[0] or box[0] > other[2] or box[3] < other[1] or box[1] > other[3]
            for other in taken
        )
        if free and box[2] <= WIDTH - 4 and named < MOST_NAMES:
            taken.append(box)
            named += 1
            yield Name(left, point.y, text)
