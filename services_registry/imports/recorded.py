"""The first row in the history of a service made by an import, with all that the file brought.

The trigger of the history writes that row before the service has a place, a fee or a link, and
under the one context of a request or a task, which many services share. So it is left out here,
and the row is written when the service is whole, each in a context of its own that keeps in words
what no trigger follows, as the editing of a section does (``editing.save_section``).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pghistory.models
import pgtrigger

from services_registry.editing import changes_between
from services_registry.imports.models import ImportRun
from services_registry.models import Service
from services_registry.values import untracked_of

_EVENTS: Any = Service.pgh_event_model
_COLUMNS = [
    field.attname
    for field in Service._meta.concrete_fields
    if field.name in {kept.name for kept in _EVENTS._meta.concrete_fields}
]


def unrecorded():
    """Return the context in which a service is made without its first row in the history."""
    return pgtrigger.ignore("services_registry.Service:insert_insert")


def record(made: Sequence[Service], *, run: ImportRun) -> None:
    """Write the first row in the history of services that are whole now; a few statements."""
    contexts, events = [], []
    for service in _whole([service.pk for service in made]):
        context = pghistory.models.Context(
            id=uuid.uuid4(),
            metadata={
                "user": run.by_id,
                "import_run": run.pk,
                "record": changes_between({}, untracked_of(service)),
            },
        )
        columns = {name: getattr(service, name) for name in _COLUMNS}
        contexts.append(context)
        events.append(
            _EVENTS(pgh_label="insert", pgh_obj_id=service.pk, pgh_context_id=context.pk, **columns)
        )
    pghistory.models.Context.objects.bulk_create(contexts)
    _EVENTS.objects.bulk_create(events)


def _whole(ids: list[int]):
    """Return the services with all their parts, as many statements for many as for one."""
    return Service.objects.filter(pk__in=ids).with_all_parts().order_by("pk")
