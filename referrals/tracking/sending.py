"""Papers that a citizen adds to a registered application."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from municipalities.uploads import CheckedFile, discard
from referrals import workflow
from referrals.applications import files, handling
from referrals.applications.models import Application
from referrals.applications.models_parts import Attachment


@transaction.atomic
def send_papers(
    *, application: Application, sent: Sequence[CheckedFile], papers: str = ""
) -> list[Attachment]:
    """Keep what the citizen sent later and leave a step; return the files that are new.

    What is there already, byte for byte, is not kept again: the same form sent twice adds nothing.
    Raises workflow.StepRefused where the application is closed, files.TooManyFiles where it is
    full; then nothing is kept.
    """
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not workflow.may(locked, "add_paper"):
        words = f"Заявлението вече е „{locked.get_state_display()}“ и не приема документи."
        raise workflow.StepRefused(words)
    new = [file for file in sent if not files.is_there(locked, file)]
    files.refuse_too_many(new, application=locked)
    kept: list[Attachment] = []
    try:
        for file in new:
            kept.append(
                files.keep(
                    municipality=application.municipality,
                    application=locked,
                    file=file,
                    is_signed=files.is_signed(file),
                )
            )
        if kept:
            handling.paper_arrived(application=locked, by=None, papers=papers, files=kept)
    except BaseException:  # the rows are rolled back; so are the bytes
        for attachment in kept:
            discard(attachment.path)
        raise
    return kept
