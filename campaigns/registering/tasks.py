"""Mails to those who registered, the reminder of the day before, and forgetting. Arguments are ids.

Each mail goes to one address, in Bulgarian, or in English to those who asked for another language.
"""

from __future__ import annotations

import datetime as dt

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from procrastinate.contrib.django import app

from campaigns.registering import codes, forgetting
from campaigns.registering.models import Registration
from campaigns.registering.telling import What, tell
from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope

State = Registration.State
BEFORE = dt.timedelta(days=1)
SUBJECTS = {
    What.REGISTERED: _("Записването ви за събитие"),
    What.PLACE_FREED: _("Има място за вас"),
    What.GIVEN_UP: _("Отказахте се от място"),
    What.REMINDER: _("Напомняне за събитие"),
    What.MOVED: _("Промяна на събитие"),
    What.CALLED_OFF: _("Събитието се отменя"),
}
TEXTS = {
    What.REGISTERED: "campaigns/registering/mail/registered.txt",
    What.PLACE_FREED: "campaigns/registering/mail/place_freed.txt",
    What.GIVEN_UP: "campaigns/registering/mail/given_up.txt",
    What.REMINDER: "campaigns/registering/mail/reminder.txt",
    What.MOVED: "campaigns/registering/mail/moved.txt",
    What.CALLED_OFF: "campaigns/registering/mail/called_off.txt",
}
# In which states each is still true when the mail is written.
HOLDS = {
    What.REGISTERED: {State.CONFIRMED, State.WAITING},
    What.PLACE_FREED: {State.CONFIRMED},
    What.GIVEN_UP: {State.CANCELLED},
    What.REMINDER: {State.CONFIRMED},
    What.MOVED: {State.CONFIRMED, State.WAITING},
    What.CALLED_OFF: {State.CONFIRMED, State.WAITING},
}
REMINDS = {What.REGISTERED, What.PLACE_FREED, What.MOVED, What.REMINDER}


def language_of(registration: Registration) -> str:
    """Return in which of the portal's languages they are written."""
    return "bg" if registration.language in ("", "bg") else "en"


@app.task(name="campaigns.mail_registration", retry=RETRY)
def mail_registration(*, municipality: int, registration: int, what: str) -> None:
    """Mail one thing of ``What`` to one who registered; nothing where it is no longer true.

    A mail that says when and where to a person with a place, a day before the event or later, is
    their reminder: a second one is not sent. A reminder is sent once, whoever asks for it; a mail
    that cannot be handed over leaves it unsent. Nobody waits for the mail server: the mail goes
    when the row is free again.
    """
    owner = Municipality.objects.get(pk=municipality)
    about, now = What(what), timezone.now()
    with municipality_scope(owner):
        row = (
            Registration.objects.select_for_update(of=("self",))
            .select_related("event__settlement")
            .filter(pk=registration, forgotten_at__isnull=True, state__in=HOLDS[about])
            .first()
        )
        if row is None or not row.email or not _still_holds(row, about, now):
            return
        before = row.reminded_at
        if (
            about in REMINDS
            and row.state == State.CONFIRMED
            and row.event.starts_at <= now + BEFORE
        ):
            _reminded(row, now)
        subject, text = _written(row, owner, about)
    try:
        mails.send(subject, text, [row.email])
    except Exception:
        with municipality_scope(owner):
            _reminded(row, before)
        raise


def _reminded(row: Registration, at: dt.datetime | None) -> None:
    Registration.objects.filter(pk=row.pk).update(reminded_at=at)


def _still_holds(row: Registration, about: What, now: dt.datetime) -> bool:
    event = row.event
    if about == What.CALLED_OFF:
        return event.cancelled_at is not None
    if about == What.GIVEN_UP:
        return True
    is_coming = event.cancelled_at is None and event.ends_at > now
    if about == What.REMINDER:
        due = now < event.starts_at <= now + BEFORE
        return is_coming and due and row.reminded_at is None
    return is_coming


def _written(row: Registration, owner: Municipality, about: What) -> tuple[str, str]:
    """Return subject and text, in the language of whoever registered."""
    event = row.event
    with translation.override(language_of(row)):
        text = render_to_string(
            TEXTS[about],
            {
                "registration": row,
                "event": event,
                "title": event.title_shown,
                "municipality": owner,
                "waits": row.state == State.WAITING,
                "code": codes.secret_of(row.form_key, owner) if row.secret_hash else "",
                "page": mails.whole(reverse("registration_find")),
                "event_page": mails.whole(reverse("event", args=[event.pk])),
            },
        )
        return gettext(SUBJECTS[about]), text


@app.periodic(cron="*/20 * * * *")
@app.task(name="campaigns.remind_registered", queueing_lock="campaigns.remind_registered")
def remind_registered(timestamp: int | None = None) -> None:
    """Remind those with a place a day before the event; each once."""
    now = timezone.now()
    for owner in Municipality.objects.order_by("pk"):
        with municipality_scope(owner):
            due = Registration.objects.filter(
                state=State.CONFIRMED,
                reminded_at__isnull=True,
                event__cancelled_at__isnull=True,
                event__starts_at__gt=now,
                event__starts_at__lte=now + BEFORE,
            ).exclude(email="")
            for row in due.order_by("pk"):
                tell(row, What.REMINDER)


@app.periodic(cron="37 3 * * *")
@app.task(name="campaigns.forget_registered", queueing_lock="campaigns.forget_registered")
def forget_registered(timestamp: int | None = None) -> None:
    """Every night: take names and contacts out of what is over; see ``forgetting``."""
    for owner in Municipality.objects.order_by("pk"):
        with municipality_scope(owner):
            forgetting.forget_due()
