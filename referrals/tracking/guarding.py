"""Opening an application by its number and second secret; see ``municipalities.guessing``."""

from __future__ import annotations

from django.http import HttpRequest

from municipalities import guessing
from municipalities.guessing import Number, TooManyGuesses, read_number
from municipalities.models import Municipality
from referrals import secrets
from referrals.applications.models import Application
from referrals.kinds.models import Nature

__all__ = ["Number", "TooManyGuesses", "find", "read_number"]


def find(
    request: HttpRequest, *, municipality: Municipality, number: str, secret: str
) -> Application | None:
    """Return the application of ``number`` if ``secret`` is its own, else None.

    Needs the municipality's scope. A number that is not there, an alert and a wrong secret cost the
    same and count as one wrong guess. Raises TooManyGuesses.
    """

    def open_with(wanted: Number) -> Application | None:
        found = Application.objects.filter(
            number_series=wanted.series, number_year=wanted.year, number_seq=wanted.sequence
        ).first()
        mine = found if found is not None and found.nature != Nature.ALERT else None
        hashed = mine.secret_hash if mine else ""
        return mine if secrets.is_secret(secret, hashed, municipality) else None

    return guessing.opened(request, municipality=municipality, number=number, open_with=open_with)
