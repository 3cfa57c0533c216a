"""What a citizen reads of a material: its card in lists, its files in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.materials.keeping import faults_of, is_read_aloud
from campaigns.materials.models import Material, MaterialFile, MaterialQuerySet
from municipalities.upload_checks import DOCX, PDF, PNG

NEWEST = (F("published_on").desc(nulls_last=True), "-pk")
SHORT_NAMES = {PDF.content_type: "PDF", DOCX.content_type: "Word", PNG.content_type: "PNG"}


@dataclass(frozen=True)
class ShownFile:
    """A file as a citizen chooses among files: in which form, how big, for whom it reads."""

    file: MaterialFile
    kind: str
    access: str | Promise
    access_level: str  # „ok“, „due“ or "" as components/tag.html wants it


def shown_files(files: Iterable[MaterialFile]) -> list[ShownFile]:
    """Return the files of a material as its page shows them."""
    return [_shown(file) for file in files]


def _shown(file: MaterialFile) -> ShownFile:
    access, level = access_of(file)
    return ShownFile(file, SHORT_NAMES.get(file.content_type, "JPEG"), access, level)


def access_of(file: MaterialFile) -> tuple[str | Promise, str]:
    """Return in words whether a screen reader reads a file, and how good that is."""
    codes = {check["code"] for check in file.checks}
    if "picture" in codes:
        return _("картина: екранен четец не я чете"), "due"
    if "text" not in codes:
        return "", ""
    if not is_read_aloud(file):
        return _("сканирано: екранен четец не го чете"), "due"
    if faults_of(file):
        return _("екранен четец го чете, но с пропуски"), ""
    return _("подходящо за екранен четец"), "ok"


def material_cards(materials: MaterialQuerySet) -> list[Material]:
    """Return public materials with what templates/campaigns/materials/cards.html shows of them.

    ``materials`` comes from ``Material.public``; two queries whatever the rows.
    """
    return with_card_facts(materials.select_related("municipality").with_files())


def with_card_facts(materials: Iterable[Material]) -> list[Material]:
    """Write on each material, brought with its files, what its card says of them."""
    found = list(materials)
    for material in found:
        files = list(material.files.all())
        languages = dict.fromkeys(file.get_language_display() for file in files)
        material.languages_shown = ", ".join(languages)
        material.kinds_shown = ", ".join(
            dict.fromkeys(SHORT_NAMES.get(file.content_type, "JPEG") for file in files)
        )
        material.is_easy = material.kind == Material.Kind.EASY_READ or any(
            file.form == MaterialFile.Form.EASY for file in files
        )
    return found
