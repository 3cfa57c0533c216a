"""What is kept of an import in time, and an import loaded by a real worker."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities.tenancy import municipality_scope
from services_registry.imports import loading, progress, tasks
from services_registry.imports.models import ImportRun
from services_registry.models import Service
from tests.services_registry.importing import (
    URL,
    WIDE,
    again,
    load,
    row,
    runs_of,
    services_of,
    upload,
)
from tests.support.spreadsheets import book

pytestmark = pytest.mark.django_db


def aged(*runs: ImportRun) -> None:
    """Make the runs older than files are kept, and have the task of the night pass."""
    for run in runs:
        with municipality_scope(run.municipality):
            ImportRun.objects.filter(pk=run.pk).update(
                created_at=timezone.now() - dt.timedelta(days=settings.IMPORT_FILES_KEPT_DAYS + 1)
            )
    tasks.forget_files()


def test_an_old_file_is_thrown_away_and_its_import_can_still_be_undone(
    head, town, django_capture_on_commit_callbacks
):
    run = upload(head, book([WIDE, *(row(n) for n in range(1, 6))]))
    load(head, run, django_capture_on_commit_callbacks)
    young = upload(head, book([WIDE, row(9)]))
    with municipality_scope(town):
        of_name = {service.name: service for service in Service.objects.all()}
        of_name["Услуга 1"].kinds.clear()
        of_name["Услуга 2"].fees.all().delete()
        of_name["Услуга 3"].papers.update(note="копие")
        Service.objects.filter(pk=of_name["Услуга 4"].pk).update(summary="Друго")
    aged(run)
    kept = again(run)
    assert (kept.rows, kept.state, kept.done) == ([], "loaded", 5)
    assert again(young).rows != []
    assert "Заредени са 5 услуги" in head.get(f"{URL}{run.pk}/").content.decode()
    assert "4 услуги остават" in head.get(f"{URL}{run.pk}/otmyana/").content.decode()
    head.post(f"{URL}{run.pk}/otmyana/")
    left = sorted(service.name for service in services_of(town))
    assert left == [f"Услуга {n}" for n in range(1, 5)]


def test_a_file_thrown_away_before_it_was_loaded_is_told_and_loads_nothing(
    head, town, django_capture_on_commit_callbacks
):
    right, faulty = (
        upload(head, book([WIDE, row(1)])),
        upload(head, book([WIDE, row(2, Обхват="")])),
    )
    aged(right, faulty)
    assert head.get(URL).content.decode().count("вече не се пази") == 2
    for run in (right, faulty):
        assert "качете я отново" in head.get(f"{URL}{run.pk}/").content.decode()
        assert head.get(f"{URL}{run.pk}/koloni/")["Location"] == f"{URL}{run.pk}/"
        assert head.get(f"{URL}{run.pk}/greshki/").status_code == 404
        load(head, run, django_capture_on_commit_callbacks)
        assert again(run).state == "checked"
        head.post(f"{URL}{run.pk}/iztriy/")
    assert (services_of(town), runs_of(town)) == ([], [])


def test_a_file_that_is_being_loaded_is_kept(head, town):
    run = upload(head, book([WIDE, row(1)]))
    with municipality_scope(town):
        assert loading.start(run)
    aged(run)
    assert again(run).rows != []


# By a worker


def work() -> None:
    """Do all that waits in the queue as the worker's process does, then stop."""
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.django_db(transaction=True)
def test_a_worker_loads_what_a_page_started_and_the_page_tells_how_far(
    transactional_db, head, town, settings, monkeypatch
):
    settings.TASKS_INLINE = False
    monkeypatch.setattr(loading, "BATCH", 2)
    run = upload(head, book([WIDE, *(row(n) for n in range(5))]))
    head.post(f"{URL}{run.pk}/zaredi/")
    assert (again(run).state, services_of(town)) == ("loading", [])
    assert "Още не е започнало" in head.get(f"{URL}{run.pk}/").content.decode()
    seen, real = [], progress.Progress.tell

    def page() -> tuple[str, bool]:
        text = head.get(f"{URL}{run.pk}/").content.decode()
        connection.close()
        return re.search(r"Зарежда се: (\d+ от \d+)", text)[1], "Още не е започнало" in text

    def told(self, done):
        real(self, done)
        with ThreadPoolExecutor(max_workers=1) as another:
            seen.append(another.submit(page).result())

    monkeypatch.setattr(progress.Progress, "tell", told)
    work()
    assert seen == [("2 от 5", False), ("4 от 5", False), ("5 от 5", False)]
    assert (again(run).state, len(services_of(town))) == ("loaded", 5)
    assert "Заредени са 5 услуги" in head.get(f"{URL}{run.pk}/").content.decode()
    with connection.cursor() as cursor:
        # A worker runs whatever came due by the clock meanwhile as well.
        cursor.execute(
            "SELECT status::text, count(*) FROM procrastinate_jobs"
            " WHERE task_name = 'services_registry.load_import' GROUP BY 1"
        )
        assert cursor.fetchall() == [("succeeded", 1)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_fails_leaves_nothing_and_the_page_says_so(
    transactional_db, head, town, settings, monkeypatch
):
    settings.TASKS_INLINE = False

    def fail(*_args):
        raise RuntimeError("the line was cut")

    run = upload(head, book([WIDE, row(1)]))
    head.post(f"{URL}{run.pk}/zaredi/")
    monkeypatch.setattr(loading, "_make_parts", fail)
    work()
    assert (again(run).state, services_of(town)) == ("failed", [])
    monkeypatch.undo()
    settings.TASKS_INLINE = False
    head.post(f"{URL}{run.pk}/zaredi/")
    work()
    assert (again(run).state, len(services_of(town))) == ("loaded", 1)
