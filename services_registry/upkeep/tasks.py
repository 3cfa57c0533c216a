"""Each morning: services that ended close, and who has to look at the data is reminded.

Arguments are ids: they are kept in the queue's table and printed in logs. The token of a link is
made here and stays in the mail alone.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities.invitations import hash_of
from municipalities.models import Municipality
from municipalities.tasks import RETRY, later
from municipalities.tenancy import municipality_scope
from services_registry.upkeep import links, reminders
from services_registry.upkeep.models import ReviewReminder, Side

_TEMPLATES = {
    Side.PROVIDER: "services_registry/upkeep/mail_review_provider.txt",
    Side.OFFICE: "services_registry/upkeep/mail_review_office.txt",
}


@app.periodic(cron="40 4 * * *")  # UTC: before work begins in Bulgaria, summer and winter
@app.task(name="services_registry.keep_true", queueing_lock="services_registry.keep_true")
def keep_true(timestamp: int | None = None) -> None:
    """Every morning: have each municipality that uses the portal looked after, each by itself."""
    for pk in Municipality.objects.active().order_by("pk").values_list("pk", flat=True):
        later(keep_true_in, municipality=pk)


@app.task(name="services_registry.keep_true_in", retry=RETRY)
def keep_true_in(*, municipality: int) -> None:
    """Do the work of the day in one municipality; a repeated run does what is left of it."""
    look_after(Municipality.objects.get(pk=municipality))


def look_after(municipality: Municipality) -> reminders.Day:
    """Do the work of the day and have its mails sent; return what was done."""
    with municipality_scope(municipality):
        day = reminders.work_of_the_day(municipality)
        for pk in day.reminders:
            later(send_reminder, municipality=municipality.pk, reminder=pk)
    return day


@app.task(name="services_registry.send_reminder", retry=RETRY)
def send_reminder(*, municipality: int, reminder: int) -> None:
    """Mail one reminder, once; a mail that cannot be handed over is as if never tried."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = (
            ReviewReminder.objects.select_for_update(of=("self",))
            .select_related("service__provider")
            .filter(pk=reminder, sent_at__isnull=True)
            .first()
        )
        if row is None or not reminders.still_stands(row):
            return
        to = reminders.addresses_of(row)
        if not to:
            return
        row.email, row.sent_at = to[0], timezone.now()
        closing = reminders.is_of_closing(row)
        subject, text = _closing(row) if closing else _review(owner, row)
        row.save(update_fields=["email", "sent_at", "token_hash"])
        # The rest of them in Bcc: colleagues need not learn each other's addresses from a machine.
        EmailMessage(_line(subject), text, None, to[:1], bcc=to[1:]).send()


def _review(owner: Municipality, row: ReviewReminder) -> tuple[str, str]:
    """Return the subject and the text of a reminder with a new link; keep the hash of its token."""
    token = links.new_token(owner)
    row.token_hash = hash_of(token)
    text = render_to_string(
        _TEMPLATES[Side(row.side)],
        {
            "service": row.service,
            "municipality": owner,
            "due_on": row.due_on,
            "link": _whole(links.address_of(owner, token)),
            "holds": links.LINK_HOLDS.days,
        },
    )
    return f"Вярно ли е още: {row.service.name}", text


def _closing(row: ReviewReminder) -> tuple[str, str]:
    text = render_to_string(
        "services_registry/upkeep/mail_closing.txt",
        {"service": row.service, "link": _whole(reverse("freshness"))},
    )
    return f"Услугата ще бъде закрита: {row.service.name}", text


def _whole(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


def _line(subject: str) -> str:
    """Return the subject on one line: a name that was pasted may hold the end of another."""
    return " ".join(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}".split())
