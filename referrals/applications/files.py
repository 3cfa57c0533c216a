"""Files of applications and drafts: kept, taken away again, and given out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from municipalities import uploads
from municipalities.models import Municipality, User
from municipalities.unlocking import is_unlocked
from municipalities.upload_checks import P7M, P7S, PDF
from municipalities.uploads import CheckedFile
from referrals.applications.models import Application
from referrals.applications.models_parts import Attachment
from referrals.kinds.models import KindPaper
from referrals.online.models import OnlineDraft
from referrals.permissions import can_see_application

# What strangers may leave behind: of one draft, and in all of one application.
MOST_OF_DRAFT, MOST_OF_APPLICATION = 10, 40  # files
WEIGHT_OF_DRAFT, WEIGHT_OF_APPLICATION = 25 * 2**20, 100 * 2**20  # bytes


class TooManyFiles(Exception):
    """A draft or an application is full; the message, in Bulgarian, is for beside the field."""


class AlreadySent(Exception):
    """The file belongs to a registered application, from which nothing is taken away."""


@transaction.atomic
def keep(
    *,
    municipality: Municipality,
    file: CheckedFile,
    application: Application | None = None,
    draft: OnlineDraft | None = None,
    paper: KindPaper | None = None,
    by: User | None = None,
    is_signed: bool = False,
) -> Attachment:
    """Store a checked file and return its row, of ``application`` or of ``draft``.

    ``by`` None is the citizen, whose files are counted: raises TooManyFiles. ``file`` comes from an
    ``UploadField``; store() raises TypeError for anything else. Needs the municipality's scope.
    """
    if by is None:
        refuse_too_many([file], application=application, draft=draft)
    return Attachment.objects.create(
        municipality=municipality,
        application=application,
        draft=draft,
        paper=paper,
        name=_name_of(file),
        content_type=file.content_type,
        size=file.size,
        path=uploads.store(municipality, file),
        is_signed=is_signed,
        added_by=by,
    )


def refuse_too_many(
    sent: Sequence[CheckedFile],
    *,
    application: Application | None = None,
    draft: OnlineDraft | None = None,
) -> None:
    """Raise TooManyFiles where ``sent``, with what the citizen sent before, is more than fits."""
    if application is not None:
        rows = Attachment.objects.filter(application=application, added_by__isnull=True)
        most, weight = MOST_OF_APPLICATION, WEIGHT_OF_APPLICATION
    else:
        rows = Attachment.objects.filter(draft=draft)
        most, weight = MOST_OF_DRAFT, WEIGHT_OF_DRAFT
    there = rows.aggregate(count=Count("pk"), weight=Sum("size", default=0))
    if there["count"] + len(sent) > most:
        raise TooManyFiles(
            f"Файловете стават общо {there['count'] + len(sent)}, а може най-много {most}."
            " Донесете останалите в офиса."
        )
    if there["weight"] + sum(file.size for file in sent) > weight:
        words = f"Файловете стават общо над {weight // 2**20} MB. Донесете останалите в офиса."
        raise TooManyFiles(words)


def is_signed(file: CheckedFile) -> bool:
    """Say whether the file says of itself that it is signed; the signature is not verified."""
    if file.content_type in {P7M.content_type, P7S.content_type}:
        return True
    if file.content_type != PDF.content_type:
        return False
    file.seek(0)
    return b"/ByteRange" in file.read()


def is_there(application: Application, file: CheckedFile) -> bool:
    """Say whether the citizen has sent this very file before, under the same name."""
    alike = Attachment.objects.filter(
        application=application, added_by__isnull=True, name=_name_of(file), size=file.size
    )
    file.seek(0)
    data = file.read()
    return any(uploads.is_stored(path, data) for path in alike.values_list("path", flat=True))


def _name_of(file: CheckedFile) -> str:
    return (file.name or "")[:120]


@transaction.atomic
def remove_from_draft(attachment: Attachment) -> None:
    """Take a file out of a draft, the bytes with it; raises AlreadySent after sending."""
    locked = Attachment.objects.select_for_update().filter(pk=attachment.pk).first()
    if locked is None:  # the second of two presses
        return
    if locked.application_id or locked.draft_id is None:
        raise AlreadySent
    path = locked.path
    locked.delete()
    transaction.on_commit(lambda: uploads.discard(path))


@transaction.atomic
def remove_all_from_draft(draft: OnlineDraft) -> int:
    """Take every file out of a draft that is thrown away unsent; return how many.

    Deleting the draft's row alone would leave the bytes behind.
    """
    rows = list(
        Attachment.objects.select_for_update().filter(draft=draft, application__isnull=True)
    )
    for row in rows:
        remove_from_draft(row)
    return len(rows)


def serve(
    request: HttpRequest,
    attachment: Attachment,
    *,
    to_citizen: bool,
    rule: Callable[[HttpRequest, Any], bool] = is_unlocked,
) -> HttpResponseBase:
    """Answer with the file as a download; 404 to whoever may not have it.

    To staff: whoever may see the application, and the look is recorded as one at it. To a citizen:
    whoever has opened the application or the draft in this browser (``rule``), and of an
    application only what the citizen sent. Needs the scope of the attachment's municipality.
    """
    facts: dict[str, Any] = {"name": attachment.name, "content_type": attachment.content_type}
    if not to_citizen:
        if attachment.application is None:
            raise Http404
        return uploads.serve_attachment(
            request,
            attachment.path,
            subject=attachment.application,
            rule=can_see_application,
            **facts,
        )
    if attachment.added_by_id is not None:
        raise Http404
    owner = attachment.application or attachment.draft
    if owner is None:
        raise Http404
    return uploads.serve_own_attachment(request, attachment.path, subject=owner, rule=rule, **facts)
