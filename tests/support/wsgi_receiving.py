"""The verb of receiving behind one bare address, for a server that is killed amid it."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qs

from config.wsgi import application as portal  # noqa: F401  loads the apps
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from referrals.applications.receiving import receive
from referrals.models import ApplicationKind


def application(environ, start_response):
    """Register an application of the only kind of ``obshtina`` and answer with its number."""
    asked = parse_qs(environ["QUERY_STRING"])
    municipality = Municipality.objects.get(slug=asked["obshtina"][0])
    with municipality_scope(municipality):
        received = receive(
            municipality=municipality,
            kind=ApplicationKind.objects.get(),
            channel="online",
            form_key=uuid.UUID(asked["form"][0]),
            by=None,
            given_name="Проба",
            need="Помощ вкъщи",
        )
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [received.application.number.encode()]
