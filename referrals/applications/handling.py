"""The verbs of staff, and of the citizen, upon an application that has its number.

Each is one transaction, moves through ``workflow.make`` and leaves a step on record: ``words`` for
staff, ``told`` for the citizen in plain words. All need the scope of the municipality; who may call
which is said by ``referrals.permissions`` and asked by the views. With ``version`` each raises
``workflow.ApplicationChanged`` where somebody else saved meanwhile; each raises
``workflow.StepRefused`` where the step cannot be made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from frontoffice.followups.following import NotAColleague, colleagues
from frontoffice.kept import lock_kept
from frontoffice.models_people import Person
from municipalities.models import User
from referrals import clock, tasks, workflow
from referrals.applications.models import Application, Outcome, State
from referrals.applications.models_parts import ApplicationEvent, Attachment, PaperRequest
from referrals.workflow import StepRefused

Event = ApplicationEvent.Kind
SAID_AGAIN = dt.timedelta(minutes=2)  # the same words within it are the same form sent twice


class TalkedHow(models.TextChoices):
    """How it was confirmed with the person what they wish."""

    PHONE = "phone", "по телефона"
    OFFICE = "office", "на място в офиса"
    HOME = "home", "в дома на човека"
    EMAIL = "email", "по е-поща"


class Via(models.TextChoices):
    """How a message reaches the citizen; each stands on the tracking page as well."""

    MAIL = "mail", "по е-поща"
    PHONE = "phone", "казано по телефона"
    PAGE = "page", "само на страницата за проследяване"


# What the citizen reads of each end.
ENDS = {
    Outcome.ASSESSMENT: "Заявлението ви продължава към предварителна оценка на нуждите. "
    "Ще се свържем с вас за следващата стъпка.",
    Outcome.ANSWERED: "Отговорихме на заявлението ви.",
    Outcome.FORWARDED: "Препратихме заявлението ви на органа, който решава по него.",
    Outcome.NOT_CONSIDERED: "Заявлението ви е оставено без разглеждане.",
    Outcome.UNWILLING: "Приключихме заявлението, защото казахте, че не желаете услуга.",
}
_OF_ALERTS = (
    Outcome.APPLIED,
    Outcome.UNWILLING,
    Outcome.FORWARDED,
    Outcome.ANSWERED,
    Outcome.NOT_CONSIDERED,
)


def outcomes_for(application: Application) -> list[tuple[str, str]]:
    """Return the ways to end it; an alert starts a contact and never leads to a service itself."""
    known = _OF_ALERTS if application.is_alert else tuple(ENDS)
    return [(one.value, str(one.label)) for one in known]


@transaction.atomic
def take(*, application: Application, by: User, version: int | None = None) -> Application:
    """Give it to ``by``; a new one is looked at from now on."""
    now = _lock(application)
    if now.owner_id == by.pk and now.state != State.RECEIVED:
        raise StepRefused("Заявлението вече е у вас.")
    if now.state == State.RECEIVED:
        return workflow.make(
            now,
            "take",
            by=by,
            words=_had(now, by),
            told=_told(now, "Служител на общината започна да разглежда заявлението ви."),
            version=version,
            owner=by,
        )
    return workflow.make(
        now, "assign", by=by, words=f"Поето от {by.name}. {_had(now, by)}".strip(),
        version=version, owner=by,
    )  # fmt: skip


@transaction.atomic
def assign(
    *, application: Application, by: User, to: User, note: str = "", version: int | None = None
) -> Application:
    """Give it to ``to``, with a word for them; it becomes one of their office.

    Raises NotAColleague where ``to`` does not work at a desk of the municipality. Where they have
    it already nothing happens.
    """
    works = colleagues().filter(user=to).first()
    if works is None:
        raise NotAColleague
    now = _lock(application)
    if now.owner_id == to.pk and now.is_open:
        return now
    words = f"Дадено на {to.name}. {_had(now, to)}".strip()
    return workflow.make(
        now,
        "assign",
        by=by,
        words=f"{words} {note}".strip(),
        version=version,
        owner=to,
        office=works.office or now.office,
    )


def assign_many(*, applications: Iterable[Application], by: User, to: User, note: str = "") -> int:
    """Give all of them to ``to``; return how many changed hands. Closed ones stay as they are.

    Raises NotAColleague.
    """
    moved = 0
    with transaction.atomic():
        for application in sorted(applications, key=lambda one: one.pk):  # one order of locks
            try:
                before = application.owner_id
                moved += assign(application=application, by=by, to=to, note=note).owner_id != before
            except StepRefused:
                continue
    return moved


@transaction.atomic
def confirm(
    *,
    application: Application,
    by: User,
    how: str,
    at: dt.datetime | None = None,
    note: str = "",
    version: int | None = None,
) -> Application:
    """Keep that somebody talked with the person and that this is what they wish.

    ``how`` is one of ``TalkedHow``. Whoever confirms one that nobody has, has it.
    """
    how_words = TalkedHow(how).label
    now = _lock(application)
    if now.is_alert:
        raise StepRefused("Сигнал не се потвърждава: той не е желание на самия човек.")
    if now.confirmed_at:
        raise StepRefused("Желанието вече е потвърдено.")
    at = at or timezone.now()
    words = f"{how_words.capitalize()}, {timezone.localtime(at):%d.%m.%Y, %H:%M}. {note}".strip()
    return workflow.make(
        now,
        "confirm" if now.state == State.RECEIVED else "confirm_later",
        by=by,
        words=words,
        told=f"Говорихме с вас {how_words} и потвърдихме желанието ви."
        if how in (TalkedHow.PHONE, TalkedHow.OFFICE, TalkedHow.HOME)
        else "Потвърдихме с вас желанието ви по е-поща.",
        version=version,
        confirmed_at=at,
        confirmed_by=by,
        owner=now.owner or by,
    )


@transaction.atomic
def tie(
    *, application: Application, by: User, person: Person, version: int | None = None
) -> Application:
    """Say whose it is: a record of the municipality. The citizen is not told."""
    kept = lock_kept(person)  # before the row, as a merge locks them
    now = _lock(application)
    if now.person_id == kept.pk:
        return now
    words = f"Лице № {kept.pk}."
    if now.person_id:
        words += f" Преди това беше лице № {now.person_id}."
    return workflow.make(now, "tie", by=by, words=words, version=version, person=kept)


@transaction.atomic
def ask_papers(
    *,
    application: Application,
    by: User,
    papers: Sequence[str],
    note: str = "",
    until: dt.date | None = None,
    version: int | None = None,
) -> Application:
    """Ask for what is missing: the clock stands, and the citizen is told and mailed if possible."""
    wanted = list(dict.fromkeys(name.strip()[:200] for name in papers if name.strip()))
    if not wanted:
        raise StepRefused("Посочете поне един документ.")
    now = _lock(application)
    listed, today = "; ".join(wanted), timezone.localdate()
    told = f"За да продължим, са нужни още документи: {listed}."
    if note:
        told += f" {note}"
    if until:
        told += f" Очакваме ги до {until:%d.%m.%Y} г."
    told += " Докато ги получим, срокът не тече."
    words = f"{listed}." + (f" {note}" if note else "")
    changed = workflow.make(
        now,
        "ask_papers",
        by=by,
        words=words + (f" Чакаме до {until:%d.%m.%Y} г." if until else ""),
        told=_told(now, told),
        version=version,
        paused_on=today,
        owner=now.owner or by,
    )
    PaperRequest.objects.create(
        municipality_id=changed.municipality_id,
        application=changed,
        papers=wanted,
        note=note,
        until=until,
        asked_by=by,
    )
    _mail(changed, Event.PAPERS_ASKED)
    return changed


@transaction.atomic
def paper_arrived(
    *,
    application: Application,
    by: User | None,
    papers: str = "",
    files: Iterable[Attachment] = (),
    is_complete: bool = False,
    note: str = "",
    version: int | None = None,
) -> Application:
    """Keep that papers came: with files that were kept already, or seen at the desk only.

    ``by`` None is the citizen, whose papers somebody has yet to look at. ``papers`` says which they
    are. With ``is_complete`` a clock that stands goes on from today. The same without a file
    twice in a moment is refused; who keeps files knows which are there already.
    """
    names = ", ".join(file.name for file in files)
    what = papers.strip() or names or "документ"
    now = _lock(application)
    words = f"{what}."
    if papers.strip() and names:
        words += f" Файлове: {names}."
    elif not names:
        words += " Без файл."
    words = f"{words} {note}".strip()
    if not names and _is_said(now, Event.PAPER_ADDED, by, words):
        raise StepRefused("Този документ вече е записан.")
    who = "Добавихте" if by is None else "Получихме"
    changed = workflow.make(
        now,
        "add_paper",
        by=by,
        words=words,
        told=_told(now, f"{who}: {what}."),
        version=version,
    )
    if is_complete and changed.state == State.WAITING:
        return resume(application=changed, by=by)
    return changed


@transaction.atomic
def resume(
    *,
    application: Application,
    by: User | None,
    on: dt.date | None = None,
    is_received: bool = True,
    note: str = "",
    version: int | None = None,
) -> Application:
    """Let the clock go on: the papers are here (from the day they came), or nobody waits for them.

    ``on`` may not be before the clock stopped nor in the future.
    """
    now, today = _lock(application), timezone.localdate()
    on = on or today
    if now.paused_on and not now.paused_on <= on <= today:
        raise StepRefused("Срокът продължава най-рано от деня, в който е спрян, и най-късно днес.")
    if is_received:
        told = "Документите са при нас и продължаваме по заявлението ви. Срокът отново тече."
        words = "Документите са получени."
    else:
        told = "Продължаваме по заявлението ви без исканите документи. Срокът отново тече."
        words = "Продължава без исканите документи."
    if on != today:
        words += f" Срокът тече от {on:%d.%m.%Y} г."
    changed = workflow.make(
        now,
        "resume",
        by=by,
        words=f"{words} {note}".strip(),
        told=_told(now, told),
        version=version,
        **clock.resumed(now, on),
    )
    _close_request(changed, is_received=is_received)
    return changed


@transaction.atomic
def note(*, application: Application, by: User, text: str) -> Application:
    """Keep a word among staff; the same words twice in a moment are kept once."""
    now = _lock(application)
    if _is_said(now, Event.NOTE, by, text):
        return now
    return workflow.make(now, "note", by=by, words=text)


@transaction.atomic
def message(*, application: Application, by: User, text: str, via: str = Via.MAIL) -> Application:
    """Say something to the citizen: by mail, by telephone (it was said), or on their page only.

    The same words twice in a moment go out once. Raises StepRefused where there is no address to
    mail to, and of an alert, whose subject is not who sent it.
    """
    via = Via(via)
    now = _lock(application)
    if now.is_alert:
        raise StepRefused("По сигнал не се пишат съобщения: той засяга друг човек.")
    if via == Via.MAIL and not now.email:
        raise StepRefused("Няма е-поща, на която да се прати.")
    words = f"{via.label.capitalize()}: {text}"
    if _is_said(now, Event.MESSAGE, by, words):
        return now
    changed = workflow.make(now, "message", by=by, words=words, told=text)
    if via == Via.MAIL:
        _mail(changed, Event.MESSAGE)
    return changed


@transaction.atomic
def withdraw(
    *, application: Application, by: User | None, reason: str = "", version: int | None = None
) -> Application:
    """End it because the person no longer wishes it; ``by`` None is the citizen themselves."""
    now = _lock(application)
    told = "Оттеглихте заявлението." if by is None else "Заявлението е оттеглено по ваше желание."
    changed = workflow.make(
        now,
        "withdraw",
        by=by,
        words=reason,
        told=_told(now, told),
        version=version,
        **clock.resumed(now, timezone.localdate()),
    )
    _close_request(changed, is_received=False)
    return changed


@transaction.atomic
def close(
    *,
    application: Application,
    by: User,
    outcome: str,
    note: str = "",
    answer: str = "",
    version: int | None = None,
) -> Application:
    """End it with ``outcome``; ``note`` is for staff, ``answer`` is read by the citizen.

    An assessment is of a person who is known and who said themselves that they wish a service:
    raises StepRefused otherwise.
    """
    now = _lock(application)
    if outcome not in dict(outcomes_for(now)):
        raise StepRefused("Този изход не е за такъв документ.")
    if outcome == Outcome.ASSESSMENT and now.is_unconfirmed:
        raise StepRefused("Първо потвърдете с човека, че това е желанието му.")
    if outcome == Outcome.ASSESSMENT and not now.person_id:
        raise StepRefused("Първо свържете заявлението с лице.")
    changed = workflow.make(
        now,
        "close",
        by=by,
        words=f"{Outcome(outcome).label.capitalize()}. {note}".strip(),
        told=_told(now, f"{ENDS.get(Outcome(outcome), '')} {answer}".strip()),
        version=version,
        outcome=outcome,
        outcome_note=note,
        **clock.resumed(now, timezone.localdate()),
    )
    _close_request(changed, is_received=False)
    _mail(changed, Event.CLOSED)
    return changed


@transaction.atomic
def reopen(
    *, application: Application, by: User, reason: str, version: int | None = None
) -> Application:
    """Take the end back, as if it never was; how it had ended stays among the steps."""
    now = _lock(application)
    return workflow.make(
        now,
        "reopen",
        by=by,
        words=reason,
        told=_told(now, "Заявлението ви отново се разглежда."),
        version=version,
        outcome="",
        outcome_note="",
    )


def was_made_just_now(application: Application, event: str, by: User | None) -> bool:
    """Say whether the last step is of this kind, by the same one, a moment ago: a form sent twice.

    A step that follows from it on its own (a clock that goes on) counts as part of it.
    """
    steps = application.events.order_by("-pk").values("kind", "user", "at")[:2]
    since = timezone.now() - SAID_AGAIN
    return any(
        one["kind"] == event and one["user"] == (by.pk if by else None) and one["at"] > since
        for one in steps
    )


def _lock(application: Application) -> Application:
    return Application.objects.select_for_update(of=("self",)).get(pk=application.pk)


def _told(application: Application, words: str) -> str:
    """Return what the citizen reads; who sends an alert of another person is told nothing."""
    return "" if application.is_alert else words


def _had(application: Application, now: User) -> str:
    had = application.owner
    return f"Беше у {had.name}." if had and had.pk != now.pk else ""


def _is_said(application: Application, event: str, by: User | None, words: str) -> bool:
    facts: dict[str, Any] = {"kind": event, "user": by, "words": words[:1000]}
    return application.events.filter(at__gt=timezone.now() - SAID_AGAIN, **facts).exists()


def _close_request(application: Application, *, is_received: bool) -> None:
    application.paper_requests.filter(closed_on__isnull=True).update(
        closed_on=timezone.localdate(), is_received=is_received
    )


def _mail(application: Application, event: str) -> None:
    """Have the step that was just made mailed to the citizen, if there is an address."""
    if application.email and not application.is_alert:
        step = application.events.filter(kind=event).latest("pk")
        tasks.mail_step(step)
