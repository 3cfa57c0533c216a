"""The verbs of expenses: record, change, refuse, take back.

Each works in one transaction in the municipality's scope, with the project locked first and the
suppliers after it: what the checks have seen of the line and of other documents stays so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from municipalities import uploads
from municipalities.models import User
from projects.models_project import Project
from projects.spending.checks import checks
from projects.spending.facts import Facts, SpendingRefused
from projects.spending.models import Expense, PaymentRequest, Supplier
from projects.spending.shares import write_shares

CHANGED = "Междувременно разходът е променен от друг. Отворете го отново."
IN_REQUEST = "Разходът е в подадено искане за плащане и вече не се променя."


def lock(project: Project, suppliers: Iterable[Supplier | None] = ()) -> None:
    """Hold the money of ``project`` and the papers of ``suppliers`` to the transaction's end."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    keys = sorted({row.pk for row in suppliers if row is not None})
    if keys:
        held = Supplier.objects.select_for_update(no_key=True).filter(pk__in=keys)
        list(held.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def record(
    facts: Facts, *, actor: User, form_key: uuid.UUID, file: uploads.CheckedFile | None = None
) -> tuple[Expense, bool]:
    """Write an expense with its shares; return it and whether it is new.

    The same ``form_key`` again returns the first row unchanged. Raises SpendingRefused.
    """
    lock(facts.project, [facts.supplier])
    sent = Expense.objects.filter(form_key=form_key).first()
    if sent:
        return sent, False
    _refuse(checks([facts], project=facts.project)[0])
    expense = _new(facts, actor, form_key)
    _keep(expense, file)
    expense.save()
    write_shares(facts.project, [expense])
    return expense, True


@transaction.atomic
def record_all(
    facts: Sequence[Facts], *, project: Project, actor: User, form_key: uuid.UUID
) -> list[Expense]:
    """Write many expenses of one project, all or none; a fixed number of queries.

    The same ``form_key`` again writes nothing and returns what it wrote. Raises SpendingRefused
    with the faults of the first row that has any, its number (from 1) in front.
    """
    lock(project, [row.supplier for row in facts])
    keys = [uuid.uuid5(form_key, str(index)) for index in range(len(facts))]
    sent = list(Expense.objects.filter(form_key__in=keys))
    if sent:
        return sent
    for number, faults in enumerate(checks(facts, project=project), 1):
        _refuse({name: [f"Ред {number}: {words}" for words in faults[name]] for name in faults})
    rows = [_new(row, actor, key) for row, key in zip(facts, keys, strict=True)]
    written = Expense.objects.bulk_create(rows, batch_size=1000)
    write_shares(project, written)
    return written


@transaction.atomic
def change(
    expense: Expense,
    facts: Facts,
    *,
    version: int,
    file: uploads.CheckedFile | None = None,
) -> Expense:
    """Save corrected ``facts`` of an expense, of the same project; its shares follow the amount.

    Raises SpendingRefused: what the checks find, a request already submitted, somebody else's
    change since ``version``.
    """
    lock(expense.project, [expense.supplier, facts.supplier])
    stored = _held(expense)
    if stored.version != version:
        raise SpendingRefused({"": [CHANGED]})
    refuse_settled(stored)
    _refuse(checks([facts], project=stored.project, but=[stored.pk])[0])
    for name, value in facts.as_fields().items():
        setattr(stored, name, value)
    stored.version += 1
    _keep(stored, file)
    stored.save()
    write_shares(stored.project, [stored])
    return stored


@transaction.atomic
def refuse(expense: Expense) -> Expense:
    """Leave an expense out of the sums; it goes out of the request that is being prepared.

    Raises SpendingRefused for one in a submitted request: there it is verified with nothing.
    """
    lock(expense.project)
    stored = _held(expense)
    refuse_settled(stored)
    stored.state, stored.request = Expense.State.REFUSED, None
    stored.version += 1
    stored.save()
    return stored


@transaction.atomic
def take_back(expense: Expense) -> Expense:
    """Count a refused expense again; raises SpendingRefused where it is wrong by now."""
    lock(expense.project, [expense.supplier])
    stored = _held(expense)
    if stored.state != Expense.State.REFUSED:
        return stored
    refuse_settled(stored)
    _refuse(checks([facts_of(stored)], project=stored.project, but=[stored.pk])[0])
    stored.state = Expense.State.RECORDED
    stored.version += 1
    stored.save()
    return stored


@transaction.atomic
def erase(expense: Expense) -> None:
    """Delete an expense written by mistake, with its file. Raises SpendingRefused when settled."""
    lock(expense.project)
    stored = _held(expense)
    refuse_settled(stored)
    path = stored.path
    stored.delete()
    if path:
        transaction.on_commit(lambda: uploads.discard(path))


def facts_of(expense: Expense) -> Facts:
    """Return the facts of an expense that is written."""
    return Facts(
        **{
            name: getattr(expense, name)
            for name in Facts.__dataclass_fields__  # the same names as the columns
        }
    )


def refuse_settled(expense: Expense) -> None:
    """Raise SpendingRefused for an expense that a submitted request already holds as it is."""
    if expense.request is not None and not expense.request.is_open:
        raise SpendingRefused({"": [IN_REQUEST]})


def _held(expense: Expense) -> Expense:
    """Return the expense as stored, locked after its request, so that neither moves under it.

    Raises SpendingRefused where the request is another by now.
    """
    if expense.request_id:
        held = PaymentRequest.objects.select_for_update(no_key=True)
        held.filter(pk=expense.request_id).first()
    rows = Expense.objects.select_for_update(of=("self",)).for_listing()
    stored = rows.select_related("contract").get(pk=expense.pk)
    if stored.request_id != expense.request_id:
        raise SpendingRefused({"": [CHANGED]})
    return stored


def _refuse(faults: dict[str, list[str]]) -> None:
    if faults:
        raise SpendingRefused(faults)


def _new(facts: Facts, actor: User, form_key: uuid.UUID) -> Expense:
    return Expense(
        municipality_id=facts.project.municipality_id,
        made_by=actor,
        made_at=timezone.now(),
        form_key=form_key,
        **facts.as_fields(),
    )


def _keep(expense: Expense, file: uploads.CheckedFile | None) -> None:
    """Store ``file`` as the expense's document; the one before goes when this is committed."""
    if file is None:
        return
    before = expense.path
    expense.path = uploads.store(expense.project.municipality, file)
    expense.file_name = (file.name or "")[:120]
    expense.content_type = file.content_type
    expense.size = file.size
    if before:
        transaction.on_commit(lambda: uploads.discard(before))
