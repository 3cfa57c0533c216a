"""A sheet on which the portal draws its own maps: degrees become places on it.

No tiles and nothing of anybody else's.
"""

from __future__ import annotations

import math

WIDTH = 640
LOWEST, HIGHEST = 320, 480  # of the sheet
MARGIN = 44
NARROWEST = 0.09  # degrees: about ten kilometres; nearer than that a map says nothing
KM_PER_DEGREE = 111.2


class MapSheet:
    """Puts degrees on the sheet: equirectangular, true to scale in the middle of what is shown."""

    def __init__(self, points: list[tuple[float, float]]):
        norths, easts = [p[0] for p in points], [p[1] for p in points]
        self.north = (min(norths) + max(norths)) / 2
        self.east = (min(easts) + max(easts)) / 2
        self.squeeze = math.cos(math.radians(self.north))
        wide = max((max(easts) - min(easts)) * self.squeeze, NARROWEST)
        high = max(max(norths) - min(norths), NARROWEST / 2)
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (HIGHEST - 2 * MARGIN) / high)
        self.height = round(min(max(high * self.scale + 2 * MARGIN, LOWEST), HIGHEST))

    def put(self, north: float, east: float) -> tuple[int, int]:
        """Return the place of a point on the sheet, in its units from the upper left."""
        x = WIDTH / 2 + (east - self.east) * self.squeeze * self.scale
        y = self.height / 2 - (north - self.north) * self.scale
        return round(x), round(y)

    def box(self) -> dict[str, tuple[float, float]]:
        """Return the condition that a settlement lies on the sheet."""
        half_wide = (WIDTH / 2 - 12) / self.scale / self.squeeze
        half_high = (self.height / 2 - 12) / self.scale
        return {
            "latitude__range": (self.north - half_high, self.north + half_high),
            "longitude__range": (self.east - half_wide, self.east + half_wide),
        }

    def bar(self) -> tuple[int, int]:
        """Return a round number of kilometres and how long it is on the sheet."""
        unit = self.scale / KM_PER_DEGREE
        km = max((n for n in (1, 2, 5, 10, 20, 50) if n * unit <= WIDTH / 4), default=1)
        return km, round(km * unit)
