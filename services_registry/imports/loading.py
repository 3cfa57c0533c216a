"""The verbs of an import: begin, match, check, start, and load all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone

from municipalities.addresses import address_of
from municipalities.cells import key
from municipalities.models import Municipality, User
from municipalities.spreadsheets import Rows, data_rows
from municipalities.tenancy import municipality_scope
from services_registry.imports import matching, recorded
from services_registry.imports.checking import Checked, Record, check_file
from services_registry.imports.models import ImportRun
from services_registry.imports.progress import claim, progress_of
from services_registry.models import (
    Capacity,
    Fee,
    Provider,
    Service,
    ServicePaper,
    ServiceSite,
)
from services_registry.search_index import reindex

BATCH = 100
LINKS = ("kinds", "target_groups", "life_situations")


class NotNow(Exception):
    """The step cannot be taken now; the message says why, in Bulgarian."""


class FoundFaults(Exception):
    """The registry changed since the check, and the file no longer fits it."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(f"{len(problems)} faults")
        self.problems = problems


def begin(*, municipality: Municipality, by: User, file_name: str, rows: Rows) -> ImportRun:
    """Keep a file that was read; return its run, whose columns are still to be confirmed."""
    return ImportRun.objects.create(
        municipality=municipality,
        by=by,
        file_name=file_name[:200],
        rows=rows,
        total=sum(1 for _ in data_rows(rows)),
    )


def match(run: ImportRun, chosen: dict[int, str]) -> ImportRun:
    """Confirm the columns of a run that is not loaded, remember them, and check the file.

    Raises NotNow where the run is being loaded or was loaded.
    """
    with transaction.atomic():
        current = ImportRun.objects.select_for_update().get(pk=run.pk)
        _refuse_unless_open(current)
        matching.remember(current, matching.columns_of(current.rows), chosen)
        return _check(current)


def check_again(run: ImportRun) -> ImportRun:
    """Check a run against the registry as it is now; as ``match`` otherwise."""
    with transaction.atomic():
        current = ImportRun.objects.select_for_update().get(pk=run.pk)
        _refuse_unless_open(current)
        return _check(current)


def _refuse_unless_open(run: ImportRun) -> None:
    if not run.has_file:
        raise NotNow("Таблицата вече не се пази. Качете я отново.")
    if run.state not in (ImportRun.State.MATCHING, ImportRun.State.CHECKED, ImportRun.State.FAILED):
        raise NotNow(f"Файлът вече е „{run.get_state_display()}“ и не се променя.")


def _check(run: ImportRun) -> ImportRun:
    checked = check_file(run.municipality, run.rows, matching.chosen_of(run))
    run.problems = checked.problems
    run.state = ImportRun.State.CHECKED
    run.done = 0
    run.save(update_fields=["problems", "state", "done"])
    return run


def start(run: ImportRun) -> bool:
    """Mark a checked run without faults as being loaded; False where it already is or was.

    Only one of several starts at once returns True: the one that may enqueue the task.
    """
    changed = (
        ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.CHECKED, problems=[])
        .exclude(rows=[])
        .update(state=ImportRun.State.LOADING, done=0)
    )
    return bool(changed)


def forget_files(municipality: Municipality, *, before: dt.datetime) -> int:
    """Throw away the rows of files brought before a moment; return of how many.

    What is being loaded keeps them. The run stays, with what it made, and so does its undo.
    """
    with municipality_scope(municipality):
        old = ImportRun.objects.filter(created_at__lt=before).exclude(rows=[])
        return old.exclude(state=ImportRun.State.LOADING).update(rows=[], problems=[])


def load(*, municipality: Municipality, run_id: int) -> None:
    """Load the services of a started run in one transaction: all of them, or none and why.

    Called by the task, once or more: a run that is loaded, or is being loaded elsewhere, is left
    alone. Faults that came since the check stand on the run, which is then to be checked again;
    any other failure leaves it FAILED and is raised on.
    """
    try:
        _load(municipality, run_id)
    except FoundFaults as found:
        with municipality_scope(municipality):
            ImportRun.objects.filter(pk=run_id, state=ImportRun.State.LOADING).update(
                state=ImportRun.State.CHECKED, problems=found.problems, done=0
            )
    except Exception:
        with municipality_scope(municipality):
            ImportRun.objects.filter(pk=run_id, state=ImportRun.State.LOADING).update(
                state=ImportRun.State.FAILED, done=0, finished_at=timezone.now()
            )
        raise


def _load(municipality: Municipality, run_id: int) -> None:
    with municipality_scope(municipality):
        run = ImportRun.objects.filter(pk=run_id).first()
        if run is None or not claim(run_id):
            return
        # Asked again under the lock: whoever had it may have finished meanwhile.
        if not ImportRun.objects.filter(pk=run_id, state=ImportRun.State.LOADING).exists():
            return
        checked = check_file(municipality, run.rows, matching.chosen_of(run))
        if checked.problems:
            raise FoundFaults(checked.problems)
        with pghistory.context(user=run.by_id, import_run=run.pk), progress_of(run) as progress:
            providers = _make_providers(municipality, checked)
            services = _make_services(run, checked, providers, progress.tell)
        ids = [service.pk for service in services]
        reindex(Service.objects.filter(pk__in=ids))
        run.created_services = ids
        run.created_providers = [
            providers[code] for code in checked.new_providers if code in providers
        ]
        run.done, run.state = len(ids), ImportRun.State.LOADED
        run.finished_at = timezone.now()
        # Last of all: from here on this transaction holds the run's row (see ``progress``).
        run.save(
            update_fields=["created_services", "created_providers", "done", "state", "finished_at"]
        )


def _make_providers(municipality: Municipality, checked: Checked) -> dict[str, int]:
    """Create the providers that the file names first; return {key of a name: id} of all."""
    made = Provider.objects.bulk_create(
        Provider(municipality=municipality, name=new.name, kind=new.kind)
        for new in checked.new_providers.values()
    )
    known = {code: pk for code, (pk, _name) in checked.providers.items()}
    return known | {key(provider.name): provider.pk for provider in made}


def _make_services(
    run: ImportRun,
    checked: Checked,
    providers: dict[str, int],
    tell: Callable[[int], None],
) -> list[Service]:
    """Create the services with all that belongs to them, a batch at a time."""
    municipality = run.municipality
    taken = set(Service.objects.order_by("pk").values_list("slug", flat=True))
    services: list[Service] = []
    for start_at in range(0, len(checked.records), BATCH):
        batch = checked.records[start_at : start_at + BATCH]
        with recorded.unrecorded():
            made = Service.objects.bulk_create(
                Service(
                    municipality=municipality,
                    provider_id=providers[record.provider],
                    slug=_free_address(record.fields["name"], taken),
                    **record.fields,
                )
                for record in batch
            )
        _make_parts(municipality, batch, made)
        recorded.record(made, run=run)
        services += made
        tell(len(services))
    return services


def _make_parts(municipality: Municipality, batch: list[Record], made: list[Service]) -> None:
    pairs = list(zip(batch, made, strict=True))
    for name in LINKS:
        field = Service._meta.get_field(name)
        through, column = field.remote_field.through, field.m2m_reverse_field_name()  # type: ignore[union-attr]
        through.objects.bulk_create(
            through(service_id=service.pk, **{f"{column}_id": pk})
            for record, service in pairs
            for pk in record.links[name]
        )
    for model, part in ((ServiceSite, "site"), (Fee, "fee"), (Capacity, "capacity")):
        model.objects.bulk_create(
            model(municipality=municipality, service=service, **getattr(record, part))
            for record, service in pairs
            if getattr(record, part)
        )
    ServicePaper.objects.bulk_create(
        ServicePaper(municipality=municipality, service=service, document_id=pk, order=order)
        for record, service in pairs
        for order, pk in enumerate(record.papers)
    )


def _free_address(name: str, taken: set[str]) -> str:
    """Return an address made from the name that nobody in the municipality has; keep it taken."""
    base = address_of(name) or "usluga"
    address, number = base, 1
    while address in taken:
        number += 1
        address = f"{base}-{number}"
    taken.add(address)
    return address
