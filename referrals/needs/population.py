"""Who lives where: the settlements by population, with the year in which they were counted."""

from __future__ import annotations

from municipalities.models import Settlement
from referrals.needs.figures import Chart, Data, Period, Table, share

YEAR = 2013  # of Settlement.population_2013: NSI, the only one that is open by settlement
MOST_DRAWN = 12
SMALL = 100  # people: where the smallest settlements end


def count(period: Period) -> Data:
    """Return the population by settlement. One query."""
    places = list(
        Settlement.objects.filter(municipality=period.municipality).order_by("name", "ekatte")
    )
    known = sorted(
        (place for place in places if place.population_2013 is not None),
        key=lambda place: (-(place.population_2013 or 0), place.name),
    )
    people = sum(place.population_2013 or 0 for place in known)
    rows: list[list[str | int]] = [
        [str(place), place.population_2013 or 0, share(place.population_2013 or 0, people)]
        for place in known
    ]
    rows += [[str(place), "няма данни", "–"] for place in places if place.population_2013 is None]
    title = f"Население по населени места, {YEAR} г."
    return Data(
        facts=_facts(known, people, len(places)),
        tables=[Table(title, ["Населено място", "Жители", "Дял"], rows)] if rows else [],
        charts=[
            Chart(
                f"Най-големите населени места, {YEAR} г.",
                "Населено място",
                [(str(place), place.population_2013 or 0, "") for place in known[:MOST_DRAWN]],
                "Жители",
            )
        ]
        if known
        else [],
        notes=[
            f"Данните са от {YEAR} г. Оттогава броят на хората се е променил; проверете го "
            "при Националния статистически институт или в ГРАО, преди да делите на него."
        ],
    )


def _facts(known: list[Settlement], people: int, count_of_places: int) -> list[tuple[str, str]]:
    facts = [("Населени места", str(count_of_places))]
    if not known:
        return facts
    largest = known[0]
    small = [place for place in known if (place.population_2013 or 0) < SMALL]
    empty = [place for place in known if not place.population_2013]
    outside = people - (largest.population_2013 or 0)
    facts += [
        (f"Жители през {YEAR} г.", f"{people}"),
        ("Най-голямо населено място", f"{largest}, {largest.population_2013} жители"),
        ("Живеят извън него", f"{outside} ({share(outside, people)})"),
        (f"С по-малко от {SMALL} жители", str(len(small))),
    ]
    if empty:
        facts.append(("Без жители", str(len(empty))))
    return facts
