"""Two rows that are one person made one, so that they are counted once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, ProtectedError, Q

from trainings.models import (
    Attendance,
    Certificate,
    SupervisionParticipant,
    Trainee,
    TrainingParticipant,
)

MOST_FOUND = 20
COLUMNS = ("name", "user", "job", "email", "organisation", "provider", "appointed_on")
State = TrainingParticipant.State
# Of two enrolments of one person in a training the one that tells more stays.
WEIGHT = {
    State.ATTENDED: 4,
    State.ENROLLED: 3,
    State.ABSENT: 2,
    State.WAITING: 1,
    State.CANCELLED: 0,
}


class CannotMerge(Exception):
    """Two rows that cannot be made one, with the reason in Bulgarian."""


def candidates(trainee: Trainee, words: str = "") -> list[Trainee]:
    """Return rows that may be the same person: by ``words``, or alike by name or e-mail.

    Whoever has another account than ``trainee`` is somebody else.
    """
    rows = Trainee.objects.exclude(pk=trainee.pk).select_related("provider")
    if trainee.user_id:
        rows = rows.filter(user=None)
    if words:
        for word in words.split()[:6]:
            rows = rows.filter(
                Q(name__icontains=word) | Q(email__icontains=word) | Q(organisation__icontains=word)
            )
    else:
        rows = rows.filter(_alike(trainee))
    return list(rows.order_by("name", "pk")[:MOST_FOUND])


def _alike(trainee: Trainee) -> Q:
    parts = trainee.name.replace("-", " ").split()
    alike = Q(name__iexact=trainee.name)
    if len(parts) > 1:
        alike |= Q(name__istartswith=parts[0], name__iendswith=parts[-1])
    if trainee.email:
        alike |= Q(email__iexact=trainee.email)
    return alike


def compare(first: Trainee, second: Trainee) -> dict[str, Any]:
    """Return the two rows side by side: ``rows`` of label and both values, ``counts``, ``why``."""
    rows = []
    for name in COLUMNS:
        values = [getattr(row, name) for row in (first, second)]
        rows.append(
            {
                "label": Trainee._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                "values": values,
                "differs": all(values) and values[0] != values[1],
            }
        )
    return {"rows": rows, "counts": _counts(first, second)}


def _counts(*pair: Trainee) -> list[dict[str, int]]:
    counted = Trainee.objects.filter(pk__in=[row.pk for row in pair]).annotate(
        in_trainings=Count("trainings", distinct=True),
        in_supervisions=Count("supervisions", distinct=True),
    )
    by_pk = {row.pk: row for row in counted}
    return [
        {"trainings": by_pk[row.pk].in_trainings, "supervisions": by_pk[row.pk].in_supervisions}
        for row in pair
    ]


@transaction.atomic
def merge(*, kept: Trainee, gone: Trainee) -> Trainee:
    """Move everything of ``gone`` to ``kept``, fill in what it lacks, delete ``gone``.

    In a training in which both are, the enrolment that tells more stays, with the attendance of
    both. Raises CannotMerge for two accounts, for the same row and for two certificates of one
    training, with nothing changed.
    """
    rows = {
        row.pk: row
        for row in Trainee.objects.select_for_update()
        .filter(pk__in=[kept.pk, gone.pk])
        .order_by("pk")
    }
    if len(rows) != 2:
        raise CannotMerge("Единият запис вече го няма.")
    kept, gone = rows[kept.pk], rows[gone.pk]
    if kept.user_id and gone.user_id:
        raise CannotMerge("Двамата влизат в портала с различни имена и са различни хора.")
    _merge_trainings(kept, gone)
    there = SupervisionParticipant.objects.filter(trainee=kept).values("supervision")
    SupervisionParticipant.objects.filter(trainee=gone, supervision__in=there).delete()
    SupervisionParticipant.objects.filter(trainee=gone).update(trainee=kept)
    gains = {
        name: getattr(gone, name)
        for name in COLUMNS
        if not getattr(kept, name) and getattr(gone, name)
    }
    if gone.is_active and not kept.is_active:
        gains["is_active"] = True
    try:
        gone.delete()  # first: an account stands with one row
    except ProtectedError as error:
        raise CannotMerge("Другият запис се ползва и другаде и не може да се слее.") from error
    for name, value in gains.items():
        setattr(kept, name, value)
    if gains:
        kept.save(update_fields=list(gains))
    return kept


def _merge_trainings(kept: Trainee, gone: Trainee) -> None:
    there = {row.training_id: row for row in TrainingParticipant.objects.filter(trainee=kept)}
    theirs = list(TrainingParticipant.objects.filter(trainee=gone).select_related("training"))
    certified = set(
        Certificate.objects.filter(participant__trainee__in=[kept, gone]).values_list(
            "participant_id", flat=True
        )
    )
    for row in theirs:
        own = there.get(row.training_id)
        if own is None:
            continue
        if {own.pk, row.pk} <= certified:
            raise CannotMerge(
                f"И двата записа имат удостоверение за „{row.training}“; удостоверение не се трие."
            )
        best, other = sorted(
            (own, row),
            key=lambda part: (part.pk in certified, WEIGHT[State(part.state)]),
            reverse=True,
        )
        _merge_attendance(best, other)
        other.delete()
    TrainingParticipant.objects.filter(trainee=gone).update(trainee=kept)


def _merge_attendance(best: TrainingParticipant, other: TrainingParticipant) -> None:
    there = Attendance.objects.filter(participant=best).values("session")
    Attendance.objects.filter(participant=other).exclude(session__in=there).update(participant=best)
