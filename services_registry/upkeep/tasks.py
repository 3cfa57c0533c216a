"""Each morning: services that ended close, and who has to look at the data is reminded.

Arguments are ids: they are kept in the queue's table and printed in logs. The token of a link is
made here and stays in the mail alone.
"""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.invitations import hash_of
from municipalities.models import Municipality
from municipalities.tasks import RETRY, later
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.upkeep import links
from services_registry.upkeep import reminders as verbs
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


def look_after(municipality: Municipality) -> verbs.Day:
    """Do the work of the day and have its mails sent, one to each recipient; return what was done.

    A provider with thirty services that are due gets one mail with thirty links.
    """
    with municipality_scope(municipality):
        day = verbs.work_of_the_day(municipality)
        for rows in verbs.by_recipient(verbs.unsent(day.reminders)).values():
            ids = [row.pk for row in rows]
            later(send_reminders, municipality=municipality.pk, reminders=ids)
    return day


@app.task(name="services_registry.send_reminders", retry=RETRY)
def send_reminders(*, municipality: int, reminders: list[int]) -> None:
    """Mail reminders to their recipient, once; a mail that is not handed over was never tried.

    What goes to somebody else by now, since people leave, is sent by a task of its own.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        found = verbs.unsent(reminders, lock=True)
        groups = list(verbs.by_recipient(row for row in found if verbs.still_stands(row)).items())
        for _recipient, others in groups[1:]:
            ids = [row.pk for row in others]
            later(send_reminders, municipality=owner.pk, reminders=ids)
        if groups:
            (side, addresses), rows = groups[0]
            _send(owner, side, list(addresses), rows)


def _send(owner: Municipality, side: Side, to: list[str], rows: list[ReviewReminder]) -> None:
    """Write the links and the mail; what is kept of a link is the hash of its token."""
    due, closing = [], []
    for row in rows:
        row.email, row.sent_at = to[0], timezone.now()
        if verbs.is_of_closing(row):
            closing.append(row.service)
        else:
            token = links.new_token(owner)
            row.token_hash = hash_of(token)
            link = mails.whole(links.address_of(owner, token))
            due.append({"service": row.service, "due_on": row.due_on, "link": link})
    ReviewReminder.objects.bulk_update(rows, ["email", "sent_at", "token_hash"])
    text = render_to_string(
        _TEMPLATES[side],
        {
            "due": due,
            "closing": closing,
            "municipality": owner,
            "board": mails.whole(reverse("freshness")),
            "holds": links.LINK_HOLDS.days,
        },
    )
    # The rest of them in Bcc: colleagues need not learn each other's addresses from a machine.
    mails.send(_subject([one["service"] for one in due], closing), text, to[:1], bcc=to[1:])


def _subject(due: list[Service], closing: list[Service]) -> str:
    """Say what the mail asks: of the data that are due, or where none are, of what closes."""
    if due:
        return f"Вярно ли е още: {due[0].name if len(due) == 1 else f'{len(due)} услуги'}"
    if len(closing) == 1:
        return f"Услугата ще бъде закрита: {closing[0].name}"
    return f"Ще бъдат закрити {len(closing)} услуги"
