"""Letters on their way: how each left, what the citizen is told, and the mail that says so."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from municipalities.models import User
from municipalities.tasks import later
from referrals import workflow
from referrals.letters import tasks
from referrals.letters.models import Letter
from referrals.letters.texts import day, what_it_is
from referrals.letters.writing import TO_CITIZENS

WAYS = {
    Letter.Sent.PRINTED: "Отпечатано: връчено или пратено по пощата",
    Letter.Sent.EMAIL: "По е-поща: съобщение с връзка към страницата за проследяване",
    Letter.Sent.SSEV: "През ССЕВ",
}


def may_be_mailed(letter: Letter) -> bool:
    """Say whether it is to somebody who has a tracking page and an address to be told of it at."""
    application = letter.application
    return bool(letter.kind in TO_CITIZENS and application.email and not application.is_alert)


def ways_for(letter: Letter) -> list[tuple[str, str]]:
    """Return the ways in which ``letter`` can be sent, as choices."""
    return [
        (way.value, words)
        for way, words in WAYS.items()
        if way != Letter.Sent.EMAIL or may_be_mailed(letter)
    ]


@transaction.atomic
def send(*, letter: Letter, how: str, by: User, reference: str = "") -> bool:
    """Keep that ``letter`` was sent; return False where it was already, which changes nothing.

    By e-mail the citizen is mailed that there is a letter, with the address of the tracking page;
    the letter itself is never mailed. Raises ValueError for a way that it cannot go.
    """
    if how not in dict(ways_for(letter)):
        raise ValueError(how)
    locked = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if locked.sent_at:
        return False
    locked.sent_how, locked.sent_at = how, timezone.now()
    if how == Letter.Sent.SSEV:
        locked.data = {**locked.data, "ssev_reference": reference}
    locked.save()
    words = f"Пратено изх. № {locked.number}: {locked.get_sent_how_display()}"
    if how == Letter.Sent.SSEV:
        words += f", съобщение № {reference}"
    workflow.make(letter.application, "letter", by=by, words=words, told=_told(letter))
    if how == Letter.Sent.EMAIL:
        later(tasks.send_letter, municipality=letter.municipality_id, letter=letter.pk)
    return True


def _told(letter: Letter) -> str:
    """Return what the citizen reads; nothing of a notice about a child, nor of an alert."""
    application = letter.application
    if application.is_alert:
        return ""
    if letter.kind in TO_CITIZENS:
        of = f"№ {letter.number} от {day(letter.issued_on)}"
        return f"Изпратихме ви писмо {of}: {letter.subject}."
    if letter.kind == Letter.Kind.FORWARD:
        return f"Препратихме {what_it_is(application)}то ви на: {letter.recipient}."
    if letter.kind == Letter.Kind.DIRECTORATE:
        return f"Пренасочихме желанието ви към: {letter.recipient}. Оценката е приложена."
    return ""
