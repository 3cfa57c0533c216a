"""The mail that a letter waits on the tracking page. Arguments are ids."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from referrals.letters.models import Letter

SUBJECT = "Има писмо за вас по заявлението ви"


@app.task(name="referrals.send_letter", retry=RETRY)
def send_letter(*, municipality: int, letter: int) -> None:
    """Mail whoever applied that there is a letter, and where; not the letter itself."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        rows = Letter.objects.select_related("application__office")
        found = rows.filter(pk=letter, sent_how=Letter.Sent.EMAIL).first()
        if found is None or not found.application.email:
            return
        application = found.application
        link = reverse("track_application", args=[owner.slug, application.public_id])
        text = render_to_string(
            "referrals/letters/mail.txt",
            {
                "letter": found,
                "application": application,
                "municipality": owner,
                "link": mails.whole(link),
            },
        )
        mails.send(SUBJECT, text, [application.email])
