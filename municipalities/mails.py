"""The portal's mails: one way to write an address in them, a subject, and to hand them over.

A mail leads to the portal by the address in the settings, not by the one a request came to: the
name of the host in a request is the sender's to choose, and most mails are caused by no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives


class MailRefused(Exception):
    """A mail could not be handed over. Says only how: the server's own words name the address."""


def whole(path: str) -> str:
    """Return the whole address of a page of the portal, of which ``path`` begins with a slash."""
    return settings.SITE_URL.rstrip("/") + path


def line(subject: str) -> str:
    """Return a subject with the portal's prefix, on one line: a name that was pasted may not be."""
    return " ".join(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}".split())


def send(subject: str, text: str, to: Sequence[str], *, bcc: Sequence[str] = ()) -> None:
    """Mail ``text`` as the portal; raises MailRefused, so that no address reaches the log.

    In ``bcc`` stand colleagues, who need not learn each other's addresses from a machine.
    """
    message = EmailMultiAlternatives(line(subject), text, to=list(to), bcc=list(bcc))
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise MailRefused(type(error).__name__) from None
