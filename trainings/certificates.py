"""Certificates: who gets one, the numbered paper with its code, checking the code, revoking.

A paper is made once, with the next number of the year, and kept as the bytes that were made; of
its code (``municipalities/certificate_codes.py``) a keyed hash alone is kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import segno
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from municipalities import mails, numbering, typeset
from municipalities.certificate_codes import hash_of, initials_of, new_code
from municipalities.certified import Certified
from municipalities.models import Municipality, User
from municipalities.numbers import plain
from municipalities.uploads import CheckedFile, serve_attachment, stored_with_rows
from projects.publicity.emblem import union_paying
from trainings.attending import Came, came_to
from trainings.errors import TrainingRefused
from trainings.models import Certificate, Training, TrainingParticipant

SERIES = "УД"
PDF = "application/pdf"
TASK = "trainings.issue_certificates"
_KINDS = {
    Training.Kind.INTRODUCTORY: "въвеждащо обучение",
    Training.Kind.UPGRADING: "надграждащо обучение",
    Training.Kind.THEMATIC: "тематично обучение",
}


# Who gets one


def entitled(training: Training) -> list[Came]:
    """Return those who reached the least part of the hours and have no certificate yet."""
    have = set(
        Certificate.objects.filter(participant__training=training).values_list(
            "participant", flat=True
        )
    )
    return [
        came for came in came_to(training) if came.is_enough and came.participant.pk not in have
    ]


def is_being_issued(training: Training) -> bool:
    """Say whether the worker has the certificates of ``training`` in hand or before it."""
    return ProcrastinateJob.objects.filter(
        task_name=TASK,
        status__in=("todo", "doing"),
        args__training=training.pk,
        args__municipality=training.municipality_id,
    ).exists()


def refuse_early(training: Training) -> None:
    """Raise TrainingRefused unless the training was held."""
    if training.state != Training.State.DONE:
        raise TrainingRefused("Удостоверения се издават, след като обучението е проведено.")


def issue(*, participant: TrainingParticipant, by: User) -> Certificate:
    """Make the paper of one participant; once only, however often it is asked for.

    In one transaction of its own, so that of many some can be ready. Raises TrainingRefused for a
    training that was not held and for somebody who took too little of it.
    """
    try:
        with stored_with_rows() as keep:
            # Of the participant: two at once make one paper, and no number is lost.
            row = (
                TrainingParticipant.objects.select_for_update(of=("self",))
                .select_related("trainee", "training__project__programme", "municipality")
                .get(pk=participant.pk)
            )
            if there := Certificate.objects.filter(participant=row).first():
                return there
            refuse_early(row.training)
            came = next((c for c in came_to(row.training) if c.participant.pk == row.pk), None)
            if came is None or not came.is_enough:
                raise TrainingRefused(f"{row.trainee} не е участвал в достатъчно часове.")
            code = new_code(row.municipality)
            year, sequence = numbering.take(row.municipality, SERIES)
            number = numbering.written(SERIES, year, sequence)
            data = paper(row, came, number=number, code=code, on=timezone.localdate())
            pdf = typeset.render("certificate.typ", data)
            path = keep(row.municipality, CheckedFile(pdf, f"{number}.pdf", PDF))
            return Certificate.objects.create(
                municipality=row.municipality,
                participant=row,
                number=number,
                code_hash=hash_of(code, row.municipality),
                hours=came.hours,
                issued_by=by,
                path=path,
                size=len(pdf),
            )
    except IntegrityError:
        there = Certificate.objects.filter(participant=participant).first()
        if there is None:
            raise
        return there


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str) -> Certificate:
    """Say that the paper is no longer valid; the number stays. Once only.

    Raises TrainingRefused where it was revoked already or no reason is given.
    """
    locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if locked.revoked_on:
        raise TrainingRefused("Удостоверението вече е обявено за невалидно.")
    if not reason.strip():
        raise TrainingRefused("Напишете защо.")
    locked.revoked_on, locked.revoked_reason = timezone.localdate(), reason.strip()
    locked.save(update_fields=["revoked_on", "revoked_reason"])
    return locked


# Checking


def find_certified(kept: str, municipality: Municipality) -> Certified | None:
    """Return what a stranger may see of the certificate whose code's hash is ``kept``."""
    rows = Certificate.objects.select_related("participant__training", "participant__trainee")
    found = rows.filter(code_hash=kept).first()
    if found is None:
        return None
    training = found.participant.training
    facts = [
        (_("Обучение"), f"{training.title} ({training.get_kind_display()})"),
        (_("Проведено"), days_of(training)),
        (_("Учебни часове"), plain(found.hours)),
    ]
    return Certified(
        municipality=municipality,
        number=found.number,
        issued_on=found.issued_on,
        revoked_on=found.revoked_on,
        initials=initials_of(found.participant.trainee.name),
        facts=[fact for fact in facts if fact[1]],
    )


# The paper


def serve(request: HttpRequest, certificate: Certificate, *, rule) -> HttpResponseBase:
    """Answer with the paper as a download; ``rule`` says of the request and it who may have it."""
    return serve_attachment(
        request,
        certificate.path,
        name=f"{certificate.number}.pdf",
        content_type=PDF,
        subject=certificate,
        rule=rule,
    )


def preview(training: Training) -> bytes:
    """Return the paper with „ПРОЕКТ“ across it, of the first person or of nobody in particular."""
    came = next(iter(came_to(training)), None)
    row = came.participant if came else TrainingParticipant(training=training)
    row.municipality, row.training = training.municipality, training
    data = paper(row, came, number="", code="", on=timezone.localdate())
    return typeset.render("certificate.typ", {**data, "is_draft": True})


def paper(
    row: TrainingParticipant, came: Came | None, *, number: str, code: str, on: dt.date
) -> dict[str, Any]:
    """Return what the paper says, for ``certificate.typ``."""
    training, municipality = row.training, row.municipality
    checked_at = mails.whole(reverse("certificate_check"))
    address = mails.whole(reverse("certificate", args=[code])) if code else checked_at
    hours = came.hours if came and came.hours else training.academic_hours
    return {
        "title": f"Удостоверение {number}".strip(),
        "footer": f"Удостоверение {number} · Община {municipality.name}".replace("  ", " "),
        "is_draft": False,
        "head": {"municipality": f"Община {municipality.name}", "office": "", "lines": []},
        "eu": union_paying(training.project),
        "number": number,
        "date": f"{on:%d.%m.%Y}",
        "name": row.trainee.name if row.trainee_id else "Име на участника",
        "kind": _KINDS[Training.Kind(training.kind)],
        "training": training.title,
        "facts": _facts(training, hours),
        "programme": [line.strip() for line in training.programme.splitlines() if line.strip()],
        "trainer": training.trainer,
        "code": code,
        "checked_at": checked_at,
        "qr": segno.make(address, error="m", micro=False).svg_inline(border=0, scale=4),
    }


def _facts(training: Training, hours) -> list[list[str]]:
    whole = training.academic_hours
    taken = plain(hours) if hours == whole else f"{plain(hours)} от {plain(whole)}"
    rows = [["Учебни часове", taken], ["Проведено", days_of(training)]]
    rows += [["Форма", training.get_delivery_display()], ["Място", training.place]]
    if training.project:
        rows.append(["По проект", training.project.name])
        if training.project.contract_number:
            rows.append(["Договор", training.project.contract_number])
    return [row for row in rows if row[1]]


def days_of(training: Training) -> str:
    """Write the dates of a training: „02.03.2026 г. – 03.03.2026 г.“."""
    days = dict.fromkeys(day for day in (training.starts_on, training.ends_on) if day)
    return " – ".join(f"{day:%d.%m.%Y} г." for day in days)
