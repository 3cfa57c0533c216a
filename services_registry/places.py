"""Which place a mistyped or Latin name was meant to be: „jeliu voivoda“ is Желю войвода."""

from __future__ import annotations

from itertools import islice, product

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q
from django.db.models.functions import Lower

from municipalities.models import Municipality, Settlement
from services_registry.latin import latin_candidates
from services_registry.spelling import allowed_distance, distance

READINGS = 24
NEIGHBOURS = 40


def nearest_place(typed: str) -> tuple[str, list[str]] | None:
    """Return the place ``typed`` was meant to be and the slugs of the municipalities that have it.

    ``typed`` is a bare lower-case name. Spaces and hyphens do not count. None when nothing of the
    active municipalities is near enough, or when two different names are equally near. Two queries.
    """
    readings = _readings(typed)
    elsewhere = Q(name__iexact=typed) | Q(settlements__name__iexact=typed)
    if Municipality.objects.filter(elsewhere).exists():
        return None  # a real place, only not one of ours
    near = (
        Settlement.objects.filter(municipality__is_active=True)
        .annotate(likeness=TrigramSimilarity(Lower("name"), readings[0]))
        .order_by("-likeness", "pk")
        .values_list("name", "municipality__slug")[:NEIGHBOURS]
    )
    best: tuple[float, dict[str, list[str]]] = (float("inf"), {})
    for name, slug in near:
        bare = _bare(name.casefold())
        away = min(distance(_bare(reading), bare) for reading in readings)
        if away > min(allowed_distance(bare), len(bare) / 3) or away > best[0]:
            continue
        if away < best[0]:
            best = (away, {})
        best[1].setdefault(name, []).append(slug)
    if len(best[1]) != 1:
        return None
    name, slugs = best[1].popitem()
    return name, list(dict.fromkeys(slugs))


def _bare(name: str) -> str:
    return name.replace(" ", "").replace("-", "")


def _readings(typed: str) -> list[str]:
    """Return what ``typed`` may be in Cyrillic, the likeliest first; at least itself."""
    words = [latin_candidates(word)[:6] or (word,) for word in typed.split()[:4]]
    return [" ".join(words) for words in islice(product(*words), READINGS)] or [typed]
