"""Mails about reported errors, and the nightly forgetting of addresses.

Arguments are ids: they are kept in the queue's table and printed in logs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails, secrets
from municipalities.models import Membership, Municipality, Office, Role
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.upkeep.models import ErrorReport

# An address is kept to answer with; where nobody answers for so long, it is thrown away.
UNANSWERED_EMAIL_KEPT = dt.timedelta(days=180)
# The answer is mailed within an hour; after so long the mail server has refused it for good.
ANSWERED_EMAIL_KEPT = dt.timedelta(days=7)
KEEPERS = (Role.SPECIALIST, Role.HEAD, Role.ADMINISTRATOR)  # who sees the registry


def recipients(service: Service) -> list[str]:
    """Return who is told of a report: the service's owner, where they still keep it, and an office.

    Inside the scope. An owner who left the municipality or changed their role is not written to.
    """
    found: list[str] = []
    if service.owner_id:
        keeps = Membership.objects.current().filter(
            user=service.owner_id, role__in=KEEPERS, user__is_active=True
        )
        found += keeps.values_list("user__email", flat=True)[:1]
    offices = Office.objects.exclude(email="").order_by("-is_public", "pk")
    found += offices.values_list("email", flat=True)[:1]
    return list(dict.fromkeys(found))


@app.task(name="services_registry.tell_office_of_report", retry=RETRY)
def tell_office(*, municipality: int, report: int) -> None:
    """Mail the office that a report came, with its link and without its text."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = ErrorReport.objects.select_related("service").filter(pk=report).first()
        if row is None or row.state != ErrorReport.State.OPEN:
            return
        to = recipients(row.service)
        if not to:
            return
        text = render_to_string(
            "services_registry/upkeep/mail_report_came.txt",
            {"report": row, "link": mails.whole(reverse("report", args=[row.pk]))},
        )
        mails.send(f"Сигнал за грешка: {row.service.name}", text, to)


@app.task(name="services_registry.send_report_answer", retry=RETRY)
def send_answer(*, municipality: int, report: int) -> None:
    """Mail the answer to the citizen and delete their address, both or neither.

    Does nothing where the address is gone: it was written to, or kept too long.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = (
            ErrorReport.objects.select_for_update(of=("self",))
            .select_related("service", "service__municipality")
            .filter(pk=report, email_encrypted__isnull=False)
            .exclude(state=ErrorReport.State.OPEN)
            .first()
        )
        if row is None or row.email_encrypted is None:
            return
        page = row.service.get_absolute_url() if row.service.is_public else ""
        text = render_to_string(
            "services_registry/upkeep/mail_report_answer.txt",
            {
                "report": row,
                "link": mails.whole(page) if page else "",
                "office": Office.public.filter(municipality=owner).order_by("pk").first(),
            },
        )
        to = secrets.decrypt(bytes(row.email_encrypted))
        row.email_encrypted = None
        row.save(update_fields=["email_encrypted"])
        mails.send(f"Отговор на вашия сигнал: {row.service.name}", text, [to])


def forget_addresses(municipalities: Iterable[Municipality]) -> int:
    """Throw away the addresses that are kept no longer; return how many there were."""
    now = timezone.now()
    forgotten = 0
    for municipality in municipalities:
        with municipality_scope(municipality):
            forgotten += (
                ErrorReport.objects.filter(email_encrypted__isnull=False)
                .filter(
                    Q(created_at__lt=now - UNANSWERED_EMAIL_KEPT)
                    | Q(answered_at__lt=now - ANSWERED_EMAIL_KEPT)
                )
                .update(email_encrypted=None)
            )
    return forgotten


@app.periodic(cron="37 3 * * *")
@app.task(name="services_registry.tidy_reports", queueing_lock="services_registry.tidy_reports")
def tidy_reports(timestamp: int | None = None) -> None:
    """Every night: forget the addresses of reports that are kept no longer."""
    forget_addresses(Municipality.objects.order_by("pk"))
