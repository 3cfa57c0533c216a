"""Loading after the answer, so that no page waits for thousands of rows, and the old files."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.utils import timezone
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


@app.periodic(cron="47 3 * * *")
@app.task(
    name="services_registry.forget_import_files",
    queueing_lock="services_registry.forget_import_files",
)
def forget_files(timestamp: int | None = None) -> None:
    """Every night: throw away the rows of files that are kept no longer; the imports stay."""
    before = timezone.now() - dt.timedelta(days=settings.IMPORT_FILES_KEPT_DAYS)
    for municipality in Municipality.objects.order_by("pk"):
        loading.forget_files(municipality, before=before)
