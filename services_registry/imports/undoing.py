"""Taking an import back: deletes what it made, keeps and names what people have used since.

A service is deleted when it and its parts are still as the file made them and nothing else in the
portal speaks of it. A changed one stays, since somebody's work is in it, and so does one that a
consultation, a confirmation or anything else points to. So an undo is never refused as a whole and
never destroys more than the import brought; the page says beforehand what stays and why.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pghistory
import pghistory.models
from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from municipalities.models import User
from services_registry.imports import matching
from services_registry.imports.checking import Record, check_file
from services_registry.imports.loading import LINKS, NotNow
from services_registry.imports.models import ImportRun
from services_registry.models import (
    Capacity,
    Fee,
    Provider,
    Service,
    ServicePaper,
    ServiceSite,
)
from services_registry.search_index import rebuild_vocabulary

CHANGED = "променена след внасянето"
PARTS = ((ServiceSite, "site"), (Fee, "fee"), (Capacity, "capacity"))


@dataclass(frozen=True)
class Undo:
    """What an undo would delete, and what it would leave: (service, why)."""

    services: list[int]
    kept: list[tuple[Service, str]]
    providers: list[int]


def plan(run: ImportRun, *, lock: bool = False) -> Undo:
    """Return what undoing the loaded ``run`` would do now.

    With ``lock`` the services are held until the transaction ends: nothing new can point to them.
    """
    rows = Service.objects.filter(pk__in=run.created_services).order_by("pk")
    services = list(rows.select_for_update(of=("self",)) if lock else rows)
    ids = [service.pk for service in services]
    reasons = _used(ids) | _changed(run, services)
    free = [pk for pk in ids if pk not in reasons]
    kept = [(service, reasons[service.pk]) for service in services if service.pk in reasons]
    return Undo(free, kept, _idle_providers(run, free))


def undo(run: ImportRun, *, by: User) -> Undo:
    """Delete what ``run`` made and nobody changed or used since; return what was done.

    Raises NotNow unless the run is loaded. One transaction: all of the plan or nothing.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, import_undone=run.pk):
        current = ImportRun.objects.select_for_update().get(pk=run.pk)
        if current.state != ImportRun.State.LOADED:
            raise NotNow("Това внасяне не е заредено или вече е отменено.")
        done = plan(current, lock=True)
        _delete(done)
        current.created_services = [service.pk for service, _why in done.kept]
        current.created_providers = [
            pk for pk in current.created_providers if pk not in done.providers
        ]
        current.state, current.finished_at = ImportRun.State.UNDONE, timezone.now()
        current.save(
            update_fields=["created_services", "created_providers", "state", "finished_at"]
        )
        return done


def _delete(done: Undo) -> None:
    # The parts first and each in one statement; nothing else points to the services (see plan).
    for model in (*(model for model, _part in PARTS), ServicePaper):
        model.objects.filter(service__in=done.services).delete()
    Service.objects.filter(pk__in=done.services).delete()
    Provider.objects.filter(pk__in=done.providers).delete()
    rebuild_vocabulary()


# Used


def _used(ids: list[int]) -> dict[int, str]:
    """Return {service: where it is used} for whatever points to one and is no part of it."""
    found: dict[int, str] = {}
    own: set[type[models.Model]] = {ServicePaper, *(model for model, _part in PARTS)}
    for model, field in _pointing_to(Service, own):
        words = _words_of(model)
        rows = model._base_manager.filter(**{f"{field.name}__in": ids}).order_by()
        for pk in rows.values_list(field.attname, flat=True).distinct():
            found.setdefault(pk, f"използвана: {words}")
    # What hangs on a place of the service: hours and exceptional days somebody has added.
    for model, field in _pointing_to(ServiceSite, set()):
        rows = model._base_manager.filter(**{f"{field.name}__service__in": ids}).order_by()
        for pk in rows.values_list(f"{field.name}__service_id", flat=True).distinct():
            found.setdefault(pk, CHANGED)
    return found


def _pointing_to(
    target: type[models.Model], without: set[type[models.Model]]
) -> Iterator[tuple[type[models.Model], Any]]:
    """Yield (model, foreign key) of all that may point to ``target``, links of other apps too."""
    own_links = {field.remote_field.through for field in target._meta.many_to_many}
    for model in apps.get_models(include_auto_created=True):
        if model in without or model in own_links or model._meta.proxy:
            continue
        if issubclass(model, pghistory.models.Event):
            continue  # the history of a row is not a use of it
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is target:
                yield model, field


def _words_of(model: type[models.Model]) -> str:
    if not model._meta.auto_created:
        return str(model._meta.verbose_name)
    return str(model._meta.auto_created._meta.verbose_name)  # a link says whose it is


# Changed


def _changed(run: ImportRun, services: Iterable[Service]) -> dict[int, str]:
    """Return {service: why} for those that are not as the file made them any more."""
    if run.finished_at is None:
        return {}
    # Without the file what is left is what triggers say: any change of a service, of its links or
    # of its rows moves ``updated_at``.
    records = _records(run) if run.has_file else []
    by_row = dict(zip(run.created_services, records, strict=False))
    services = list(services)
    ids = [service.pk for service in services]
    parts, links, papers = _parts(ids), _links(ids), _papers(ids)
    edited = _edited(ids)
    found = {}
    for service in services:
        record = by_row.get(service.pk)
        untouched = service.updated_at <= run.finished_at and service.pk not in edited
        as_in_file = not run.has_file or (
            record is not None
            and parts[service.pk] == _parts_of(record)
            and all(links[name, service.pk] == set(record.links[name]) for name in LINKS)
            and papers[service.pk] == set(record.papers)
        )
        if not (untouched and as_in_file):
            found[service.pk] = CHANGED
    return found


def _edited(ids: list[int]) -> set[int]:
    """Return the services whose history has a change: one of many at once leaves ``updated_at``."""
    history = apps.get_model("services_registry", "ServiceHistory")
    rows = history.objects.filter(pgh_obj_id__in=ids, pgh_label="update")
    return set(rows.order_by().values_list("pgh_obj_id", flat=True))


def _records(run: ImportRun) -> list[Record]:
    """Read the file again: its rows stand in the order in which the services were made."""
    # Each of them is now „already in the registry“, so no number of faults may stop the reading.
    chosen = matching.chosen_of(run)
    return check_file(run.municipality, run.rows, chosen, most=sys.maxsize).records


def _parts_of(record: Record) -> list[tuple]:
    found = []
    for _model, part in PARTS:
        facts = getattr(record, part)
        if facts:
            # „Today“ is not written in the file: a capacity without a day may have any.
            found.append((part, *(facts[name] for name in sorted(facts) if name != "as_of")))
    return sorted(found, key=str)


def _parts(ids: list[int]) -> dict[int, list[tuple]]:
    names = {
        "site": ("settlement_id", "address_is_secret", "address", "phone", "email"),
        "fee": ("user_group", "kind", "amount", "per", "legal_act"),
        "capacity": ("places", "free", "waiting"),
    }
    found: dict[int, list[tuple]] = defaultdict(list)
    for model, part in PARTS:
        columns = sorted(names[part])
        rows = model.objects.filter(service__in=ids).order_by("pk")
        for pk, *values in rows.values_list("service_id", *columns):
            found[pk].append((part, *values))
    return defaultdict(list, {pk: sorted(rows, key=str) for pk, rows in found.items()})


def _links(ids: list[int]) -> dict[tuple[str, int], set[int]]:
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for name in LINKS:
        field: Any = Service._meta.get_field(name)
        through, column = field.remote_field.through, f"{field.m2m_reverse_field_name()}_id"
        rows = through.objects.filter(service__in=ids).order_by("pk")
        for pk, linked in rows.values_list("service_id", column):
            found[name, pk].add(linked)
    return found


def _papers(ids: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = ServicePaper.objects.filter(service__in=ids).order_by("pk")
    for pk, document in rows.values_list("service_id", "document_id"):
        found[pk].add(document)
    return found


def _idle_providers(run: ImportRun, services: list[int]) -> list[int]:
    """Return the providers the run made that nothing else needs and nobody has filled in."""
    gone = set(services)
    untouched = set(
        Provider.objects.filter(
            pk__in=run.created_providers,
            eik="",
            phone="",
            email="",
            website="",
            licence_number="",
            licence_issued_on=None,
            licence_valid_to=None,
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for model, field in _pointing_to(Provider, set()):
        rows = model._base_manager.filter(**{f"{field.name}__in": untouched}).order_by()
        if model is Service:
            rows = rows.exclude(pk__in=gone)
        untouched -= set(rows.values_list(field.attname, flat=True))
    return sorted(untouched)
