"""The verbs of payment requests: each expense in one of them, once and only once.

A request gathers expenses while it is prepared; submitted, it holds them as they are, until it is
verified sum by sum and paid, or comes back to be mended. Every verb locks the request's row, and an
expense is taken only while it is in none: of two requests at the same time one finds it gone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from municipalities.templatetags.portal import money
from projects.models_project import Project
from projects.spending.converting import column_in
from projects.spending.facts import SpendingRefused
from projects.spending.models import Expense, PaymentRequest
from projects.spending.spending import lock

State = PaymentRequest.State
Kind = PaymentRequest.Kind
NOT_DRAFT = "Искането вече е подадено."
EMPTY = "В искането няма разходи. Добавете разходи, преди да го подадете."
NO_ADVANCE = "Напишете какъв аванс се иска."
ADVANCE_HOLDS_NONE = "Авансовото искане не събира разходи."
FUTURE = "Датата е в бъдещето."


def open_request(
    project: Project, *, form_key: uuid.UUID, **facts: Any
) -> tuple[PaymentRequest, bool]:
    """Make a request with the project's next number; return it and whether it is new.

    The same ``form_key`` again returns the first row. ``facts`` are the fields of the form.
    """
    with transaction.atomic():
        lock(project)
        sent = PaymentRequest.objects.filter(project=project, form_key=form_key).first()
        if sent:
            return sent, False
        last = PaymentRequest.objects.filter(project=project).aggregate(last=Max("number"))
        row = PaymentRequest(
            municipality_id=project.municipality_id,
            project=project,
            number=(last["last"] or 0) + 1,
            form_key=form_key,
            **facts,
        )
        row.save()
        return row, True


@transaction.atomic
def correct(request: PaymentRequest, **facts: Any) -> PaymentRequest:
    """Save corrected ``facts`` of a request: all while it is prepared, its note always."""
    held = _held(request) if set(facts) <= {"note"} else _open(request)
    if facts.get("kind") == Kind.ADVANCE and held.expenses.exists():
        raise SpendingRefused({"kind": [ADVANCE_HOLDS_NONE]})
    for name, value in facts.items():
        setattr(held, name, value)
    return _moved(held, State(held.state))


def free_for(request: PaymentRequest) -> QuerySet[Expense]:
    """Return the expenses that ``request`` may still take: of its project, counted, in none."""
    return Expense.objects.filter(
        project=request.project_id, state=Expense.State.RECORDED, request__isnull=True
    )


@transaction.atomic
def gather(request: PaymentRequest, expenses: QuerySet[Expense]) -> int:
    """Put those of ``expenses`` that are free into ``request``; return how many came in.

    Raises SpendingRefused where it is no longer prepared, or is of an advance.
    """
    held = _open(request)
    if held.kind == Kind.ADVANCE:
        raise SpendingRefused({"": [ADVANCE_HOLDS_NONE]})
    chosen = expenses.order_by().values("pk")
    free = Expense.objects.filter(pk__in=chosen).filter(pk__in=free_for(held).values("pk"))
    # Told again of the row itself: what another request took in the meantime is not updated.
    still = free.filter(request__isnull=True, state=Expense.State.RECORDED, project=held.project_id)
    return still.update(request=held, version=F("version") + 1)


@transaction.atomic
def release(request: PaymentRequest, expenses: QuerySet[Expense]) -> int:
    """Take ``expenses`` out of a request that is prepared; return how many went out."""
    held = _open(request)
    mine = Expense.objects.filter(request=held, pk__in=expenses.order_by().values("pk"))
    return mine.update(request=None, verified_amount=None, version=F("version") + 1)


@transaction.atomic
def submit(request: PaymentRequest, *, on: dt.date) -> PaymentRequest:
    """Mark a request as sent to the managing authority; its expenses do not change any more."""
    held = _open(request)
    _refuse_future("on", on)
    if held.kind == Kind.ADVANCE:
        if not held.asked_amount:
            raise SpendingRefused({"": [NO_ADVANCE]})
    elif not held.expenses.exists():
        raise SpendingRefused({"": [EMPTY]})
    held.submitted_on = on
    return _moved(held, State.SUBMITTED)


@transaction.atomic
def reopen(request: PaymentRequest) -> PaymentRequest:
    """Take a submitted request back to be mended; sums noted for verification go."""
    held = _in(request, State.SUBMITTED)
    held.expenses.update(verified_amount=None)
    held.submitted_on = None
    return _moved(held, State.DRAFT)


@transaction.atomic
def note_sums(request: PaymentRequest, sums: Mapping[int, Decimal]) -> int:
    """Keep how much of which expense is verified, before the whole request is; return how many.

    ``sums`` are by the key of the expense, in its own currency; 0 is an expense refused. Raises
    SpendingRefused with the words by the key of the expense.
    """
    held = _in(request, State.SUBMITTED)
    rows = list(held.expenses.filter(pk__in=list(sums)))
    faults = {
        str(row.pk): [f"Най-много {money(row.amount, row.currency)}."]
        for row in rows
        if not 0 <= sums[row.pk] <= row.amount
    }
    if faults:
        raise SpendingRefused(faults)
    changed = [row for row in rows if row.verified_amount != sums[row.pk]]
    for row in changed:
        row.verified_amount = sums[row.pk]
        row.version += 1
    Expense.objects.bulk_update(changed, ["verified_amount", "version"], batch_size=500)
    return len(changed)


@transaction.atomic
def verify(request: PaymentRequest, *, on: dt.date) -> PaymentRequest:
    """Mark a request and its expenses as verified: by the sums noted, the rest in full.

    An expense with nothing verified is refused: it is the municipality's own from now on.
    """
    held = _in(request, State.SUBMITTED)
    _refuse_future("on", on)
    if held.submitted_on and on < held.submitted_on:
        raise SpendingRefused({"on": ["Датата е преди подаването."]})
    rows = held.expenses.all()
    rows.filter(verified_amount=0).update(state=Expense.State.REFUSED, version=F("version") + 1)
    rows.exclude(state=Expense.State.REFUSED).update(
        state=Expense.State.VERIFIED,
        verified_amount=Coalesce("verified_amount", "amount"),
        version=F("version") + 1,
    )
    held.verified_on = on
    return _moved(held, State.VERIFIED)


@transaction.atomic
def pay(request: PaymentRequest, *, on: dt.date, amount: Decimal) -> PaymentRequest:
    """Write what came from the managing authority and when. An advance is not verified first."""
    lock(request.project)
    is_advance = request.kind == Kind.ADVANCE
    held = _in(request, *((State.SUBMITTED, State.VERIFIED) if is_advance else (State.VERIFIED,)))
    _refuse_future("on", on)
    if held.submitted_on and on < held.submitted_on:
        raise SpendingRefused({"on": ["Датата е преди подаването."]})
    if amount <= 0:
        raise SpendingRefused({"amount": ["Сумата трябва да е по-голяма от нула."]})
    held.paid_on, held.paid_amount = on, amount
    moved = _moved(held, State.PAID)
    project = held.project
    if project.last_payment_on is None or project.last_payment_on < on:
        project.last_payment_on = on
        project.save(update_fields=["last_payment_on"])
    return moved


@transaction.atomic
def discard(request: PaymentRequest) -> None:
    """Delete a request that is prepared; its expenses are free again."""
    held = _open(request)
    held.expenses.update(request=None, verified_amount=None, version=F("version") + 1)
    held.delete()


@dataclass(frozen=True)
class RequestSums:
    """What a request holds, in its own currency."""

    currency: str
    count: int
    asked: Decimal
    verified: Decimal

    def text(self, name: str) -> str:
        """Return the amount called ``name`` as people read it."""
        return money(getattr(self, name), self.currency)


def sums_of_request(request: PaymentRequest) -> RequestSums:
    """Return how many expenses ``request`` has and their sums, in one query."""
    verified = column_in(request.currency, "verified_amount", euro="verified_eur")
    found = request.expenses.order_by().aggregate(
        asked=Sum(column_in(request.currency)),
        verified=Sum(verified),
        count=Coalesce(Sum(1), 0),
    )
    zero = Decimal("0.00")
    return RequestSums(
        request.currency, found["count"], found["asked"] or zero, found["verified"] or zero
    )


def _held(request: PaymentRequest) -> PaymentRequest:
    return PaymentRequest.objects.select_for_update(no_key=True).get(pk=request.pk)


def _open(request: PaymentRequest) -> PaymentRequest:
    held = _held(request)
    if not held.is_open:
        raise SpendingRefused({"": [NOT_DRAFT]})
    return held


def _in(request: PaymentRequest, *states: State) -> PaymentRequest:
    held = _held(request)
    if held.state not in states:
        words = f"Искането вече е в друго състояние: {held.get_state_display()}."
        raise SpendingRefused({"": [words]})
    return held


def _moved(held: PaymentRequest, state: State) -> PaymentRequest:
    held.state = state
    held.version += 1
    held.save()
    return held


def _refuse_future(name: str, day: dt.date) -> None:
    if day > timezone.localdate():
        raise SpendingRefused({name: [FUTURE]})
