"""Certificates of attendance: who gets one, the numbered paper with its code, revoking.

As those of trainings (``trainings/certificates.py``): made once, with the next number of the year,
and kept as the bytes that were made; of the code a keyed hash alone is kept. Once the name of a
registration is forgotten, its paper goes too; number, code and initials stay, so that a paper in
somebody's hands can still be checked.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import segno
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.conference.errors import ConferenceRefused
from campaigns.conference.models import AttendanceCertificate
from campaigns.conference.words import CERTIFICATE, KINDS, PARTS
from campaigns.models import CampaignEvent
from campaigns.registering.models import Registration
from municipalities import mails, numbering, typeset
from municipalities.certificate_codes import hash_of, initials_of, new_code
from municipalities.certified import Certified
from municipalities.models import Municipality, User
from municipalities.uploads import CheckedFile, discard, serve_attachment, stored_with_rows
from projects.publicity.emblem import union_paying

SERIES = "УС"
PDF = "application/pdf"
TASK = "campaigns.issue_attendance_certificates"
TEMPLATE = "attendance.typ"
UNNUMBERED = "№ ................ / ................"
LANGUAGES = ("bg", "en")  # those the paper can be in; whoever speaks another gets English


# Who gets one


def who_came(event: CampaignEvent) -> QuerySet[Registration]:
    """Return those marked as having come whose names are still known, by name."""
    came = event.registrations.filter(came_at__isnull=False, forgotten_at__isnull=True)
    return came.select_related("certificate").order_by("name", "pk")


def entitled(event: CampaignEvent) -> list[Registration]:
    """Return those who came and have no certificate yet."""
    return list(who_came(event).filter(certificate__isnull=True))


def is_being_issued(event: CampaignEvent) -> bool:
    """Say whether the worker has the certificates of ``event`` in hand or before it."""
    return ProcrastinateJob.objects.filter(
        task_name=TASK,
        status__in=("todo", "doing"),
        args__event=event.pk,
        args__municipality=event.municipality_id,
    ).exists()


def refuse_early(event: CampaignEvent) -> None:
    """Raise ConferenceRefused unless the event was held."""
    if event.cancelled_at:
        raise ConferenceRefused("Събитието е отменено и удостоверения не се издават.")
    if event.ends_at > timezone.now():
        raise ConferenceRefused("Удостоверения се издават, след като събитието свърши.")


def issue(*, registration: Registration, by: User) -> AttendanceCertificate:
    """Make the paper of one participant; once only, however often it is asked for.

    In one transaction of its own, so that of many some can be ready. Raises ConferenceRefused for
    an event that was not held and for somebody who did not come or whose name was forgotten.
    """
    try:
        with stored_with_rows() as keep:
            # Of the registration: two at once make one paper, and no number is lost.
            row = (
                Registration.objects.select_for_update(of=("self",))
                .select_related("event__campaign__project__programme", "municipality")
                .get(pk=registration.pk)
            )
            if there := AttendanceCertificate.objects.filter(registration=row).first():
                return there
            refuse_early(row.event)
            if row.came_at is None or not row.name:
                raise ConferenceRefused("Удостоверение получава само който е дошъл.")
            code = new_code(row.municipality)
            year, sequence = numbering.take(row.municipality, SERIES)
            number = numbering.written(SERIES, year, sequence)
            data = paper(row, number=number, code=code, on=timezone.localdate())
            pdf = typeset.render(TEMPLATE, data)
            path = keep(row.municipality, CheckedFile(pdf, f"{number}.pdf", PDF))
            return AttendanceCertificate.objects.create(
                municipality=row.municipality,
                registration=row,
                number=number,
                code_hash=hash_of(code, row.municipality),
                initials=initials_of(row.name),
                issued_by=by,
                path=path,
                size=len(pdf),
            )
    except IntegrityError:
        there = AttendanceCertificate.objects.filter(registration=registration).first()
        if there is None:
            raise
        return there


@transaction.atomic
def revoke(*, certificate: AttendanceCertificate, reason: str) -> AttendanceCertificate:
    """Say that the paper is no longer valid; the number stays. Once only.

    Raises ConferenceRefused where it was revoked already or no reason is given.
    """
    locked = AttendanceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if locked.revoked_on:
        raise ConferenceRefused("Удостоверението вече е обявено за невалидно.")
    if not reason.strip():
        raise ConferenceRefused("Напишете защо.")
    locked.revoked_on, locked.revoked_reason = timezone.localdate(), reason.strip()
    locked.save(update_fields=["revoked_on", "revoked_reason"])
    return locked


def forget_papers() -> int:
    """Delete the papers whose people were forgotten; return how many. Needs a scope."""
    due = AttendanceCertificate.objects.exclude(path="").filter(
        registration__forgotten_at__isnull=False
    )
    rows = list(due.order_by("pk"))
    for row in rows:
        path, row.path, row.size = row.path, "", 0
        row.save(update_fields=["path", "size"])
        transaction.on_commit(lambda path=path: discard(path))
    return len(rows)


# Checking


def find_certified(kept: str, municipality: Municipality) -> Certified | None:
    """Return what a stranger may see of the certificate whose code's hash is ``kept``."""
    rows = AttendanceCertificate.objects.select_related("registration__event__settlement")
    found = rows.filter(code_hash=kept).first()
    if found is None:
        return None
    event = found.registration.event
    facts = [
        (_("Участие в"), f"{event.title_shown} ({event.get_kind_display()})"),
        (_("Проведено"), days_of(event)),
        (_("Място"), place_of(event)),
        (_("В качество на"), str(found.registration.get_part_display())),
    ]
    return Certified(
        municipality=municipality,
        number=found.number,
        issued_on=found.issued_on,
        revoked_on=found.revoked_on,
        initials=found.initials,
        facts=[fact for fact in facts if fact[1]],
    )


def shown_to_participant(registration: Registration) -> dict[str, Any] | None:
    """Return what the page of a registration shows of its certificate; None where it has none."""
    found = AttendanceCertificate.objects.filter(registration=registration).first()
    return {"certificate": found} if found and found.path else None


# The paper


def serve(request: HttpRequest, certificate: AttendanceCertificate, *, rule) -> HttpResponseBase:
    """Answer with the paper as a download; ``rule`` says of the request and it who may have it."""
    return serve_attachment(
        request,
        certificate.path,
        name=f"{certificate.number}.pdf",
        content_type=PDF,
        subject=certificate,
        rule=rule,
    )


def preview(event: CampaignEvent) -> bytes:
    """Return the paper with „ПРОЕКТ“ across it, of the first who came or of nobody in particular.

    The event comes with its campaign's project.
    """
    row = who_came(event).first() or Registration(
        event=event, name="Име на участника", municipality=event.municipality
    )
    row.event, row.municipality = event, event.municipality
    data = paper(row, number="", code="", on=timezone.localdate())
    return typeset.render(TEMPLATE, {**data, "is_draft": True})


def paper(row: Registration, *, number: str, code: str, on: dt.date) -> dict[str, Any]:
    """Return what the paper says, for ``attendance.typ``, in the participant's language."""
    language = row.language if row.language in LANGUAGES else "en"
    words = CERTIFICATE[language]
    event, municipality = row.event, row.municipality
    whose = words["municipality"].format(name=municipality.name)
    checked_at = mails.whole(reverse("certificate_check"))
    address = mails.whole(reverse("certificate", args=[code])) if code else checked_at
    title = f"{words['title']} {number}".strip()
    is_bulgarian = language == "bg"
    part = str(row.get_part_display()) if is_bulgarian else PARTS[Registration.Part(row.part)]
    return {
        **{name: words[name] for name in _AS_THEY_STAND},
        "title": title,
        "footer": f"{title} · {whose}",
        "lang": language,
        "is_draft": False,
        "head": {"municipality": whose, "office": "", "lines": []},
        "eu": union_paying(event.campaign.project),
        "number": f"№ {number} / {on:%d.%m.%Y}" if number else UNNUMBERED,
        "name": row.name,
        "under_name": ", ".join(part for part in (row.organisation, row.country) if part),
        "for_words": words["for_words"].format(part=part),
        "event": event.title if is_bulgarian else event.title_en or event.title,
        "facts": _facts(event, words, is_bulgarian=is_bulgarian),
        "code": code,
        "checked_at": checked_at,
        "qr": segno.make(address, error="m", micro=False).svg_inline(border=0, scale=4),
    }


_AS_THEY_STAND = (
    "page_words", "heading", "given_to", "facts_heads", "signed_by", "check_words", "code_words",
    "qr_words",
)  # fmt: skip


def _facts(event: CampaignEvent, words: dict[str, Any], *, is_bulgarian: bool) -> list[list[str]]:
    project = event.campaign.project
    kind = str(event.get_kind_display()) if is_bulgarian else KINDS[event.Kind(event.kind)]
    rows = [
        [words["kind"], kind],
        [words["held"], days_of(event, words["year"])],
        [words["place"], place_of(event)],
        [words["project"], project.name if project else ""],
        [words["contract"], project.contract_number if project else ""],
    ]
    return [row for row in rows if row[1]]


def days_of(event: CampaignEvent, year_words: str = " г.") -> str:
    """Write the dates of an event: „02.03.2026 г. – 03.03.2026 г.“."""
    days = dict.fromkeys(timezone.localdate(at) for at in (event.starts_at, event.ends_at))
    return " – ".join(f"{day:%d.%m.%Y}{year_words}" for day in days)


def place_of(event: CampaignEvent) -> str:
    """Write where an event is."""
    return ", ".join(part for part in (str(event.settlement or ""), event.place) if part)
