"""Loading after the answer, so that the page does not wait for thousands of rows."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from municipalities.models import Municipality
from services_registry.imports import loading

log = logging.getLogger("frontoffice.imports")


@app.task(name="services_registry.load_import")
def load_import(*, municipality: int, run: int) -> None:
    """Load a started run. Not tried again by itself: the page says that it failed and offers to."""
    try:
        loading.load(municipality=Municipality.objects.get(pk=municipality), run_id=run)
    except Exception:
        log.exception("an import was rolled back", extra={"run": run})
