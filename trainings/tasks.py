"""Mails about trainings, and certificates one after another. Arguments are ids.

Every mail goes to one person alone: who else takes part is nobody's business.
"""

from __future__ import annotations

import logging

from django.template.loader import render_to_string
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality, User
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from trainings import certificates, evaluating
from trainings.errors import TrainingRefused
from trainings.models import Training, TrainingParticipant
from trainings.people import mail_of

log = logging.getLogger("frontoffice.trainings")
State = TrainingParticipant.State
INVITATION = "trainings/mail/invitation.txt"
CALLED_OFF = "trainings/mail/called_off.txt"
EVALUATION = "trainings/mail/evaluation.txt"


@app.task(name="trainings.send_invitation", retry=RETRY)
def send_invitation(*, municipality: int, participant: int, found_place: bool = False) -> None:
    """Mail somebody enrolled where and when; ``found_place`` says that they waited before."""
    subject = "Има място за вас в обучение" if found_place else "Покана за обучение"
    _send(municipality, participant, (State.ENROLLED,), subject, INVITATION, found=found_place)


@app.task(name="trainings.send_called_off", retry=RETRY)
def send_called_off(*, municipality: int, participant: int) -> None:
    """Mail somebody who was to come that the training will not be held."""
    states = (State.ENROLLED, State.WAITING)
    _send(municipality, participant, states, "Обучението се отменя", CALLED_OFF)


@app.task(name="trainings.send_evaluation_link", retry=RETRY)
def send_evaluation_link(*, municipality: int, participant: int) -> None:
    """Mail the link of the evaluation, the same to everybody."""
    states = (State.ENROLLED, State.ATTENDED)
    _send(municipality, participant, states, "Кратка оценка на обучение", EVALUATION)


def _send(
    municipality: int, participant: int, states: tuple, subject: str, template: str, **said
) -> None:
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = (
            TrainingParticipant.objects.select_related("trainee__user", "training__municipality")
            .prefetch_related("training__sessions")
            .filter(pk=participant, state__in=states)
            .first()
        )
        address = mail_of(row.trainee) if row else ""
        if row is None or not address:
            return
        training = row.training
        is_off = training.state == Training.State.CANCELLED
        if is_off != (template == CALLED_OFF):  # changed again before the mail was written
            return
        if template == EVALUATION:
            if not evaluating.is_open(training):
                return
            said["link"] = evaluating.link_of(training)
        text = render_to_string(
            template,
            {"training": training, "municipality": owner, "days": days_of(training), **said},
        )
        mails.send(subject, text, [address])


def days_of(training: Training) -> list[str]:
    """Return the sessions in words, a line each, or the dates of the training."""
    lines = []
    for row in training.sessions.all():
        hours = "–".join(f"{at:%H:%M}" for at in (row.starts_at, row.ends_at) if at)
        parts = (f"{row.day:%d.%m.%Y} г.", f"{hours} ч." if hours else "", row.topic, row.place)
        lines.append(", ".join(part for part in parts if part))
    return lines or [days for days in [certificates.days_of(training)] if days]


@app.task(name=certificates.TASK)
def issue_certificates(*, municipality: int, training: int, by: int) -> None:
    """Issue the certificates of a training, each in a transaction of its own.

    One that fails is logged and does not stop the others; asked again it issues those left.
    """
    owner, user = Municipality.objects.get(pk=municipality), User.objects.get(pk=by)
    with municipality_scope(owner):
        row = Training.objects.filter(pk=training).first()
        left = [came.participant for came in certificates.entitled(row)] if row else []
    for participant in left:
        try:
            with municipality_scope(owner):
                certificates.issue(participant=participant, by=user)
        except TrainingRefused:
            continue  # changed meanwhile: the page says why
        except Exception:
            log.exception("a certificate was not issued", extra={"participant": participant.pk})
