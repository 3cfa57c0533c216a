"""The number of a registration and the second secret that opens it."""

from __future__ import annotations

import uuid

from django.http import HttpRequest

from campaigns.registering.models import Registration
from municipalities import guessing, numbering, second_secrets
from municipalities.guessing import Number
from municipalities.models import Municipality

SERIES = "СБ"
PURPOSE = "event-registration"


def secret_of(form_key: uuid.UUID, municipality: Municipality) -> str:
    """Return the second secret of the registration that a form made.

    It is made anew each time of the form's key, so that a form sent twice and a mail sent later
    say the same secret, which is kept nowhere.
    """
    return second_secrets.secret_of(str(form_key), municipality, purpose=PURPOSE)


def hash_of(secret: str, municipality: Municipality) -> str:
    """Return what is kept of a secret."""
    return second_secrets.hash_of_secret(secret, municipality, purpose=PURPOSE)


def find(wanted: Number, secret: str, municipality: Municipality) -> Registration | None:
    """Return the registration if ``secret`` is its own; the same work where it is not there.

    Needs the municipality's scope. One that was forgotten opens to nobody.
    """
    written = numbering.written(wanted.series, wanted.year, wanted.sequence)
    found = Registration.objects.filter(number=written).first()
    kept = found.secret_hash if found else ""
    is_right = second_secrets.is_secret(secret, kept, municipality, purpose=PURPOSE)
    return found if is_right else None


def opened(
    request: HttpRequest, *, municipality: Municipality, number: str, secret: str
) -> Registration | None:
    """Return the registration of ``number`` if ``secret`` is its own; counts wrong guesses.

    Needs the municipality's scope. Raises guessing.TooManyGuesses.
    """
    return guessing.opened(
        request,
        municipality=municipality,
        number=number,
        open_with=lambda wanted: find(wanted, secret, municipality),
    )
