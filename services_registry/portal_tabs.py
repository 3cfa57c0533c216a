"""The parts of a provider's portal; other apps add theirs, with how much waits there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from services_registry.models import Provider


@dataclass(frozen=True)
class Tab:
    """A part: its words, its address, how many things wait in it (None: nothing is counted)."""

    label: str
    href: str
    count: int | None = None


_more: list[Callable[[Provider], Tab]] = []


def register_tab(tab: Callable[[Provider], Tab]) -> None:
    """Add a part to the portal of every provider; asked inside the provider's scope."""
    if tab not in _more:
        _more.append(tab)


def tabs_of(provider: Provider) -> list[Tab]:
    """Return the parts of the portal of ``provider``, its services first."""
    return [Tab("Нашите услуги", reverse("provider")), *(tab(provider) for tab in _more)]
