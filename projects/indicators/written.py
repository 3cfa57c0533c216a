"""Values of indicators written by hand, and the documents that prove them."""

from __future__ import annotations

from django.utils.text import Truncator

from municipalities.models import User
from municipalities.uploads import CheckedFile
from projects.models import IndicatorValue, ProjectDocument
from projects.papers import archive

LONGEST_NAME = 180


def keep_proof(value: IndicatorValue, file: CheckedFile, by: User) -> ProjectDocument:
    """Put ``file`` into the archive as what proves ``value``, not yet saved; return the document.

    Raises TypeError for a file that ``UploadField`` has not checked.
    """
    document = ProjectDocument(
        municipality=value.municipality,
        project=value.indicator.project,
        kind=ProjectDocument.Kind.EVIDENCE,
        title=f"{Truncator(value.indicator.name).chars(LONGEST_NAME)} ({value.on:%d.%m.%Y})",
        issued_on=value.on,
        added_by=by,
    )
    archive.keep(document, file)
    document.save()
    return document
