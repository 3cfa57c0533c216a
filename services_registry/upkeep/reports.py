"""The verbs of „намерих грешка“: a citizen reports, the office answers, the address goes away."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from municipalities import secrets
from municipalities.models import User
from municipalities.tasks import later
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.upkeep import tasks_reports
from services_registry.upkeep.models import ErrorReport

SAME_WORDS_ARE_ONE = dt.timedelta(days=1)
MOST_ALIKE = 20


class AlreadyAnswered(Exception):
    """Somebody else answered the report first; ``report`` is as it stands now."""

    def __init__(self, report: ErrorReport):
        super().__init__(report.pk)
        self.report = report


def key_of(service: Service, submission: uuid.UUID) -> uuid.UUID:
    """Return the key under which a sent form is one report of ``service``.

    A key that was sent for another service, or in another municipality, is another report: so
    nobody learns from a collision that theirs exists there.
    """
    return uuid.uuid5(submission, str(service.pk))


def find_sent(
    service: Service, *, submission: uuid.UUID, part: str, text: str, email: str
) -> ErrorReport | None:
    """Return the report that was already made of what is sent now, None if none.

    By the form's key; or, where a browser went back and took the form anew, by the same words with
    the same address in the last day. Other people's equal words with another address are another
    report: they wait for an answer too.
    """
    with municipality_scope(service.municipality):
        found = ErrorReport.objects.filter(submission=key_of(service, submission)).first()
        if found:
            return found
        alike = ErrorReport.objects.filter(
            service=service,
            part=part,
            text=text,
            state=ErrorReport.State.OPEN,
            created_at__gt=timezone.now() - SAME_WORDS_ARE_ONE,
        ).order_by("pk")[:MOST_ALIKE]
        return next((report for report in alike if _address_of(report) == email), None)


def _address_of(report: ErrorReport) -> str | None:
    """Return the citizen's address, "" without one, None where no key reads it."""
    if report.email_encrypted is None:
        return ""
    try:
        return secrets.decrypt(bytes(report.email_encrypted))
    except secrets.UnreadableSecret:
        return None


def report_error(
    service: Service, *, submission: uuid.UUID, part: str, text: str, email: str
) -> tuple[ErrorReport, bool]:
    """Keep a citizen's report of a public ``service``; return it and whether it is new.

    The same ``submission`` a second time (double press, back and again) returns the first report
    unchanged. ``email`` may be "". The office gets a mail with a link.
    """
    key = key_of(service, submission)
    with municipality_scope(service.municipality):
        try:
            with transaction.atomic():
                report = ErrorReport.objects.create(
                    municipality=service.municipality,
                    service=service,
                    submission=key,
                    part=part,
                    text=text,
                    email_encrypted=secrets.encrypt(email) if email else None,
                )
        except IntegrityError:
            existing = ErrorReport.objects.filter(submission=key).first()
            if existing is None:
                raise
            return existing, False
        later(
            tasks_reports.tell_office,
            municipality=service.municipality_id,
            report=report.pk,
        )
    return report, True


def answer_report(report: ErrorReport, *, state: str, answer: str, by: User) -> bool:
    """Answer an open report; return whether the citizen is written to.

    Inside the scope. Raises AlreadyAnswered where somebody was first, and changes nothing then;
    the same answer of the same person a second time is only taken note of.
    """
    with transaction.atomic():
        locked = ErrorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if locked.state != ErrorReport.State.OPEN:
            if (locked.state, locked.answer, locked.answered_by_id) == (state, answer, by.pk):
                return locked.email_encrypted is not None
            raise AlreadyAnswered(locked)
        locked.state = ErrorReport.State(state)
        locked.answer = answer
        locked.answered_by = by
        locked.answered_at = timezone.now()
        locked.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        has_email = locked.email_encrypted is not None
        if has_email:
            later(
                tasks_reports.send_answer,
                municipality=locked.municipality_id,
                report=locked.pk,
            )
    return has_email


def open_reports() -> int:
    """Return how many reports of the scope's municipality wait for an answer."""
    return ErrorReport.objects.filter(state=ErrorReport.State.OPEN).count()
