"""The life of an edition: begun, made by the worker, published, taken down.

The making is no single transaction, so that everybody sees how far it is. While it lasts the worker
holds an advisory lock of the session: a worker that dies loses it with its connection, and then the
page says so and offers to begin again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.handbooks import books
from campaigns.handbooks.content import gather, keys_of
from campaigns.handbooks.errors import HandbookRefused
from campaigns.models import Handbook, HandbookEdition
from municipalities.models import Municipality, User
from municipalities.tenancy import municipality_scope
from municipalities.uploads import CheckedFile, discard, store

log = logging.getLogger("frontoffice.handbooks")
TASK = "campaigns.make_handbook"
LOCKS = 20_261  # the space of advisory locks of editions; the second key is the edition
BEGINS_WITHIN = dt.timedelta(seconds=15)  # between taking the job and taking the lock
PDF = "application/pdf"
State = HandbookEdition.State
FAILED = "Книгата не стана. Опитайте отново; ако пак не стане, обадете се на поддръжката."
ALREADY = "Вече се подготвя издание на този наръчник."


# Begun


def begin(*, handbook: Handbook, by: User) -> HandbookEdition:
    """Begin the next edition; the caller enqueues the task once this is committed.

    Raises HandbookRefused where nothing would be in it, or another one is being made.
    """
    keys = keys_of(handbook)
    try:
        with transaction.atomic():
            Handbook.objects.select_for_update(of=("self",)).get(pk=handbook.pk)
            last = handbook.editions.aggregate(last=Max("number"))["last"] or 0
            return HandbookEdition.objects.create(
                municipality=handbook.municipality,
                handbook=handbook,
                number=last + 1,
                made_by=by,
                total=_total(len(keys)),
                doing="Чака ред",
            )
    except IntegrityError as error:
        if "edition_one_at_a_time" not in str(error):
            raise
        raise HandbookRefused(ALREADY) from error


@transaction.atomic
def begin_again(*, edition: HandbookEdition, by: User) -> HandbookEdition:
    """Begin anew an edition that failed or whose worker is gone, under the same number.

    Raises HandbookRefused where it is ready, or it or another one is being made.
    """
    row = HandbookEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if row.state == State.READY:
        raise HandbookRefused("Изданието вече е готово.")
    if row.state == State.MAKING and not is_stuck(row):
        raise HandbookRefused(ALREADY)
    row.state, row.done, row.doing = State.MAKING, 0, "Чака ред"
    row.made_at, row.made_by = timezone.now(), by
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise HandbookRefused(ALREADY) from error
    return row


def is_stuck(edition: HandbookEdition) -> bool:
    """Say whether nobody makes an edition that should be made: not at work, not in the queue."""
    if edition.state != State.MAKING or timezone.now() - edition.made_at < BEGINS_WITHIN:
        return False
    waits = ProcrastinateJob.objects.filter(
        task_name=TASK,
        status="todo",
        args__edition=edition.pk,
        args__municipality=edition.municipality_id,
    )
    return not _is_held(edition.pk) and not waits.exists()


# Made


def make(*, municipality: Municipality, edition_id: int) -> None:
    """Gather the content of a begun edition and set its two books; called by the task.

    An edition that is ready, or in another worker's hands, is left alone. What went wrong stands on
    the edition; what nobody foresaw is raised on as well.
    """
    with _claimed(edition_id) as is_mine:
        if not is_mine:
            return
        with municipality_scope(municipality):
            edition = (
                HandbookEdition.objects.select_related(
                    "handbook__municipality", "handbook__project__programme"
                )
                .filter(pk=edition_id, state=State.MAKING)
                .first()
            )
        if edition is None:
            return
        try:
            _make(edition)
        except HandbookRefused as refused:
            _tell(edition, state=State.FAILED, doing=str(refused)[:120])
        except Exception:
            _tell(edition, state=State.FAILED, doing=FAILED)
            raise


def _make(edition: HandbookEdition) -> None:
    def told(done: int) -> None:
        _tell(edition, done=done, doing=f"Събират се услугите: {done}")

    content = gather(edition.handbook, told)
    count = sum(len(chapter["services"]) for chapter in content["contents"])
    _tell(edition, done=count, total=_total(count), doing="Набира се книгата")
    day = timezone.localdate(edition.made_at)
    book = books.book(content, number=edition.number, day=day)
    _tell(edition, done=2 * count, doing="Набира се книгата с едър шрифт")
    large = books.book(content, number=edition.number, day=day, is_large=True)
    _keep(edition, content, count, book, large)


def _keep(edition: HandbookEdition, content, count: int, book: bytes, large: bytes) -> None:
    paths: list[str] = []
    try:
        with municipality_scope(edition.municipality):
            for pdf in (book, large):
                paths.append(store(edition.municipality, CheckedFile(pdf, "narachnik.pdf", PDF)))
            kept = HandbookEdition.objects.filter(pk=edition.pk, state=State.MAKING).update(
                state=State.READY,
                done=_total(count),
                total=_total(count),
                doing="",
                content=content,
                services_count=count,
                finished_at=timezone.now(),
                path=paths[0],
                size=len(book),
                pages=books.pages_of(book),
                large_path=paths[1],
                large_size=len(large),
                large_pages=books.pages_of(large),
            )
    except BaseException:
        kept = 0
        raise
    finally:
        if not kept:
            for path in paths:
                discard(path)


def _total(services: int) -> int:
    """Return the steps of a making: the services read, and as many for each of the books."""
    return 3 * services


def _tell(edition: HandbookEdition, **now: Any) -> None:
    """Let everybody see how far it is."""
    with municipality_scope(edition.municipality):
        HandbookEdition.objects.filter(pk=edition.pk, state=State.MAKING).update(**now)


@contextmanager
def _claimed(edition_id: int) -> Iterator[bool]:
    """Hold the lock of an edition; False where another session has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, edition_id % 2**31])
        is_mine = cursor.fetchone()[0]
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, edition_id % 2**31])


def _is_held(edition_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = %s AND objid::bigint = %s)",
            [LOCKS, edition_id % 2**31],
        )
        return cursor.fetchone()[0]


# Published


@transaction.atomic
def publish(*, edition: HandbookEdition) -> HandbookEdition:
    """Let everybody read an edition, and the handbook with it; the newest number is the current.

    Raises HandbookRefused where it is not ready or is published already.
    """
    row = HandbookEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if row.state != State.READY:
        raise HandbookRefused("Публикува се само готово издание.")
    if row.published_on:
        raise HandbookRefused("Изданието вече е публикувано.")
    row.published_on = timezone.localdate()
    row.save(update_fields=["published_on"])
    handbook = Handbook.objects.select_for_update(of=("self",)).get(pk=row.handbook_id)
    if not handbook.is_public:
        handbook.is_public = True
        handbook.save()
    return row


@transaction.atomic
def take_down(*, edition: HandbookEdition) -> HandbookEdition:
    """Let nobody read an edition any more; it stays among those of the handbook.

    Raises HandbookRefused where it is not published.
    """
    row = HandbookEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if not row.published_on:
        raise HandbookRefused("Изданието не е публикувано.")
    row.published_on = None
    row.save(update_fields=["published_on"])
    return row
