"""Which services are in a handbook, when not all of them are."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from campaigns.handbooks.forms import FindServicesForm
from campaigns.models import Handbook
from services_registry.models import Service

MOST_AT_ONCE = 1000


def found_by(form: FindServicesForm, handbook: Handbook) -> QuerySet[Service]:
    """Return the shown services of the municipality that ``form`` asks for, by name."""
    shown = Service.public.filter(municipality=handbook.municipality)
    if not form.is_valid():
        return shown.none()
    asked = form.cleaned_data
    if asked["q"]:
        words = Q(name__icontains=asked["q"]) | Q(provider__name__icontains=asked["q"])
        shown = shown.filter(words)
    if asked["situatsiya"]:
        of_it = Service.life_situations.through.objects.filter(
            lifesituation__slug=asked["situatsiya"]
        )
        shown = shown.filter(pk__in=of_it.values("service"))
    if asked["vid"]:
        of_it = Service.kinds.through.objects.filter(servicekind__code=asked["vid"])
        shown = shown.filter(pk__in=of_it.values("service"))
    return shown.defer("search_vector").select_related("provider").order_by("name", "pk")


@transaction.atomic
def choose(*, handbook: Handbook, services: list[int], among: list[int]) -> int:
    """Of the services ``among`` let only ``services`` be in the handbook; return how many changed.

    Those that were not offered stay as they are. From now on the handbook takes the chosen alone.
    """
    row = Handbook.objects.select_for_update(of=("self",)).get(pk=handbook.pk)
    offered = set(among)
    wanted = set(services) & offered
    there = set(row.services.values_list("pk", flat=True))
    row.services.add(*(wanted - there))
    row.services.remove(*((offered & there) - wanted))
    if row.takes_all:
        row.takes_all = False
        row.save()
    return len(wanted - there) + len((offered & there) - wanted)


@transaction.atomic
def take_all(*, handbook: Handbook) -> None:
    """Let every published service be in the handbook; what was chosen is kept for another time."""
    row = Handbook.objects.select_for_update(of=("self",)).get(pk=handbook.pk)
    row.takes_all = True
    row.save()
