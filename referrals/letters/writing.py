"""Letters and copies: made once, numbered, kept as the bytes that were sent.

All need the municipality's scope. The data of a letter is kept beside its file, so that what it
was made from can be read later; the file itself is never made again.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, models
from django.utils import timezone

from municipalities import numbering, typeset
from municipalities.models import User
from municipalities.uploads import CheckedFile, stored_with_rows
from referrals import workflow
from referrals.applications.models import Application
from referrals.applications.models_parts import PaperRequest
from referrals.letters import documents, texts
from referrals.letters.models import Letter

PDF = "application/pdf"
TO_CITIZENS = (Letter.Kind.PAPERS, Letter.Kind.ANSWER)


def write(
    *,
    application: Application,
    kind: str,
    by: User,
    form_key: uuid.UUID,
    recipient: str,
    recipient_address: str,
    subject: str,
    body: str,
    appeal: str = "",
) -> Letter:
    """Make a letter, give it the next outgoing number, keep its PDF; return it.

    The same ``form_key`` a second time finds the first letter. ``appeal`` is how a refusal can be
    appealed. A letter for missing papers becomes that of the request that is open. Nothing is told
    to the citizen before it is sent.
    """
    if existing := Letter.objects.filter(form_key=form_key).first():
        return existing
    said = {
        "kind": kind,
        "recipient": recipient,
        "recipient_address": recipient_address,
        "subject": subject,
        "body": body,
    }
    try:
        with stored_with_rows() as keep:
            # First, as every verb upon an application does: then the counter of numbers.
            locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
            year, sequence = numbering.take(locked.municipality, numbering.OUTGOING)
            number = numbering.written(numbering.OUTGOING, year, sequence)
            data = letter_data(locked, by=by, number=number, appeal=appeal, **said)
            pdf = typeset.render("letter.typ", documents.with_emblem(data))
            path = keep(locked.municipality, CheckedFile(pdf, f"{number}.pdf", PDF))
            letter = Letter.objects.create(
                municipality=locked.municipality, application=locked, number=number, data=data,
                path=path, size=len(pdf), made_by=by, form_key=form_key, **said,
            )  # fmt: skip
            _follow(letter, by)
    except IntegrityError:
        existing = Letter.objects.filter(form_key=form_key).first()
        if existing is None:
            raise
        return existing
    return letter


def preview(*, application: Application, by: User, appeal: str = "", **said: str) -> bytes:
    """Return the letter as it would be, without a number and with „ПРОЕКТ“ across the page."""
    data = letter_data(application, by=by, number="", appeal=appeal, **said)
    return typeset.render("letter.typ", documents.with_emblem({**data, "is_draft": True}))


def letter_data(
    application: Application, *, by: User, number: str, appeal: str, **said: str
) -> dict[str, Any]:
    """Return what a letter is made from. An unverified legal basis is not in it."""
    today = timezone.localdate()
    basis = texts.basis_of(application, said["kind"], today)
    municipality = application.municipality
    shown = f"Изх. № {number}" if number else "Проект на писмо"
    return {
        **documents.frame(
            application, on=today, title=f"{shown}: {said['subject']}",
            footer=f"{shown} · Община {municipality.name}",
        ),
        "number": number,
        "date": texts.day(today),
        "recipient": said["recipient"],
        "recipient_address": said["recipient_address"],
        "subject": said["subject"],
        "body": texts.blocks(said["body"]),
        "basis": basis.words if basis.is_verified else "",
        "appeal": texts.blocks(appeal),
        "signer": documents.signer_of(municipality),
        "made_by": documents.maker(by, documents.office_of(application)),
    }  # fmt: skip


def copy_of(application: Application) -> bytes:
    """Return the citizen's PDF copy of all that was stated."""
    return typeset.render("copy.typ", documents.with_emblem(documents.copy_data(application)))


def protocol_of(application: Application) -> bytes:
    """Return the protocol of an oral wish as PDF, for the person and the specialist to sign."""
    data = documents.protocol_data(application)
    return typeset.render("protocol.typ", documents.with_emblem(data))


def letters_for_citizen(application: Application) -> models.QuerySet[Letter]:
    """Return the letters of ``application`` that were sent to who applied, the latest first."""
    return Letter.objects.filter(
        application=application, kind__in=TO_CITIZENS, sent_at__isnull=False
    )


def _follow(letter: Letter, by: User) -> None:
    """Leave the step on record, and tie a letter for papers to the request it writes of."""
    application = letter.application
    if letter.kind == Letter.Kind.PAPERS:
        PaperRequest.objects.filter(
            application=application, closed_on__isnull=True, letter__isnull=True
        ).update(letter=letter)
    words = f"Изготвено изх. № {letter.number}: {letter.get_kind_display()}"
    workflow.make(application, "letter", by=by, words=words)
