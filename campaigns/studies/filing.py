"""Documents of studies: a checked file comes in with its row, and goes with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from campaigns.materials.checks import Check, check_file
from campaigns.studies.models import Study, StudyFile
from municipalities import uploads
from municipalities.uploads import CheckedFile

LONGEST_NAME = 120


def keep(*, study: Study, title: str, kind: str, file: CheckedFile, by: Any) -> StudyFile:
    """Store ``file`` as a document of ``study``; raises TypeError for one that was not checked."""
    return StudyFile.objects.create(
        municipality_id=study.municipality_id,
        study=study,
        kind=kind,
        title=title,
        name=(file.name or "")[:LONGEST_NAME],
        content_type=file.content_type,
        size=file.size,
        path=uploads.store(study.municipality, file),
        added_by=by,
    )


@transaction.atomic
def remove(file: StudyFile) -> None:
    """Delete a document, its bytes once the transaction has committed."""
    path = file.path
    file.delete()
    transaction.on_commit(lambda: uploads.discard(path))


def checks_of(file: CheckedFile) -> list[Check]:
    """Return what a machine can say of the accessibility of a file that was just sent."""
    file.seek(0)
    found = check_file(file.read(), file.content_type, "bg")
    file.seek(0)
    return found
