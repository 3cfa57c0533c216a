"""The mail with what was discussed.

The address is the one argument that is not an id, and there is no row to keep it in: it travels
encrypted, so neither the queue's table nor the worker's log shows it.
"""

from __future__ import annotations

from django.template.loader import render_to_string
from procrastinate.contrib.django import app

from municipalities import mails, secrets
from municipalities.models import Municipality, Office
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.shown import ForCitizens

MOST_SERVICES = 20


@app.task(name="frontoffice.send_talk_sheet", retry=RETRY)
def send_talk_sheet(*, municipality: int, services: list[int], office: int | None, to: str) -> None:
    """Mail the facts of ``services`` (ids) to the address in ``to`` (``secrets.encrypt``).

    What is no longer published is left out; with nothing left no mail is sent.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        rows = list(
            Service.public.for_page()
            .filter(municipality=owner, pk__in=services)
            .order_by("name", "pk")[:MOST_SERVICES]
        )
        if not rows:
            return
        text = render_to_string(
            "frontoffice/talks/mail_sheet.txt",
            {
                "services": [
                    {
                        "service": service,
                        "shown": ForCitizens(service),
                        "address": mails.whole(service.get_absolute_url()),
                    }
                    for service in rows
                ],
                "office": Office.objects.filter(pk=office).first() if office else None,
                "municipality": owner,
            },
        )
        mails.send("Услугите, за които говорихме", text, [secrets.decrypt(to.encode())])
