"""Registration numbers: per municipality, series and year, without gaps or repeats."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from municipalities.models import Municipality

OUTGOING = "ИЗХ"


def take(municipality: Municipality, series: str, *, year: int | None = None) -> tuple[int, int]:
    """Return (year, number): the next one of ``series``, for a row of the same transaction.

    The counter's row stays locked until that transaction ends, so that parallel ones take turns;
    one that is rolled back gives its number back. A sequence of PostgreSQL would leave gaps. Needs
    the municipality's scope; take it as late in the transaction as possible.
    """
    year = year or timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO municipalities_numberseries AS row (municipality_id, series, year, last)"
            " VALUES (%s, %s, %s, 1) ON CONFLICT (municipality_id, series, year)"
            " DO UPDATE SET last = row.last + 1 RETURNING last",
            [municipality.pk, series, year],
        )
        return year, cursor.fetchone()[0]


def written(series: str, year: int, number: int) -> str:
    """Return a number as it stands on documents: „СУ-2026-000123“."""
    return f"{series}-{year}-{number:06d}"
