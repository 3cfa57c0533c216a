"""Reminders in tests: services that grow old, mornings, and the links in the mails."""

from __future__ import annotations

import datetime as dt
import re

import time_machine

from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from tests import factories

ADDRESS = re.compile(r"https?://\S+?(/pregled/\S+)")
MORNING = "T07:40:00+03:00"


def kept(municipality, on: str | None = "2026-03-15", **facts) -> Service:
    """Return a published service of a provider with an address; due half a year after ``on``."""
    day = {"checked_on": dt.date.fromisoformat(on), "checked_by": "office"} if on else {}
    provider = facts.pop("provider", None) or factories.ProviderFactory(
        municipality=municipality, email="dostavchik@example.bg"
    )
    with time_machine.travel("2026-03-15T12:00:00+02:00", tick=False):
        return factories.ServiceFactory(
            municipality=municipality, provider=provider, **day, **facts
        )


def reread(service: Service) -> Service:
    with municipality_scope(service.municipality):
        return Service.objects.get(pk=service.pk)


def link_in(message) -> str:
    (path,) = ADDRESS.findall(message.body)
    return path


def to(mails) -> list[str]:
    return [address for one in mails for address in one.recipients()]


def at(moment: str):
    return time_machine.travel(moment, tick=False)
