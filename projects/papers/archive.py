"""The archive of a project: a checked file comes in with its row, and goes with it."""

from __future__ import annotations

from django.db import transaction

from municipalities import uploads
from municipalities.uploads import CheckedFile
from projects.models import ProjectDocument

LONGEST_NAME = 120


def keep(document: ProjectDocument, file: CheckedFile) -> None:
    """Store ``file`` and write on ``document``, not yet saved, what it is and where it lies.

    Raises TypeError for a file that ``UploadField`` has not checked.
    """
    document.path = uploads.store(document.municipality, file)
    document.name = (file.name or "")[:LONGEST_NAME]
    document.content_type = file.content_type
    document.size = file.size


@transaction.atomic
def remove(document: ProjectDocument) -> None:
    """Delete a document, its bytes once the transaction has committed."""
    path = document.path
    document.delete()
    transaction.on_commit(lambda: uploads.discard(path))
