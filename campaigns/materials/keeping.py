"""Materials and their files: taken in, looked at, put in another place, published, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from campaigns.materials.checks import check_file, pages_of
from campaigns.models import Material, MaterialFile
from municipalities import uploads
from municipalities.models import User
from municipalities.templatetags.portal import counted
from municipalities.upload_checks import DOCX, JPEG, PDF, PNG
from municipalities.uploads import CheckedFile, PrivateStorage

KINDS = (PDF, JPEG, PNG, DOCX)
LONGEST_NAME = 120


@transaction.atomic
def add_file(
    *, material: Material, file: CheckedFile, language: str, form: str, by: User
) -> MaterialFile:
    """Keep a checked file of a material, the last in order, with what was found in it.

    Needs the municipality's scope. Raises TypeError for a file that ``UploadField`` has not
    checked.
    """
    last = material.files.aggregate(last=Max("order"))["last"]
    row = MaterialFile(
        municipality=material.municipality,
        material=material,
        language=language,
        form=form,
        order=0 if last is None else last + 1,
        added_by=by,
    )
    _keep(row, file)
    row.save()
    return row


@transaction.atomic
def replace_file(*, row: MaterialFile, file: CheckedFile, by: User) -> None:
    """Put another version of a file in its place; how often it was taken goes on.

    The bytes of the one before are deleted once the transaction has committed. Needs the scope.
    """
    before = row.path
    _keep(row, file)
    row.added_by, row.added_at = by, timezone.now()
    row.save()
    transaction.on_commit(lambda: uploads.discard(before))


@transaction.atomic
def remove_file(*, row: MaterialFile) -> None:
    """Delete a file with its counts, its bytes once the transaction has committed."""
    path = row.path
    row.delete()
    transaction.on_commit(lambda: uploads.discard(path))


@transaction.atomic
def move_up(*, row: MaterialFile) -> None:
    """Put a file before the one that stands before it; the first stays. Needs the scope."""
    files = list(MaterialFile.objects.select_for_update().filter(material_id=row.material_id))
    place = [one.pk for one in files].index(row.pk)
    if place:
        files.insert(place - 1, files.pop(place))
    for number, one in enumerate(files):
        if one.order != number:
            one.order = number
            one.save(update_fields=["order"])


def look_again(files: Sequence[MaterialFile]) -> int:
    """Check the files anew, as after the checks have learnt something; return how many changed."""
    changed = 0
    for row in files:
        data = _bytes_of(row)
        if data is None:
            continue
        before = row.checks
        _look(row, data)
        changed += row.checks != before
        row.save(update_fields=["checks", "checked_at", "pages"])
    return changed


def _keep(row: MaterialFile, file: CheckedFile) -> None:
    row.path = uploads.store(row.municipality, file)
    row.name = (file.name or "")[:LONGEST_NAME]
    row.content_type = file.content_type
    row.size = file.size
    file.seek(0)
    _look(row, file.read())


def _look(row: MaterialFile, data: bytes) -> None:
    found = check_file(data, row.content_type, row.language)
    row.checks = [check.as_dict() for check in found]
    row.pages = pages_of(data, row.content_type)
    row.checked_at = timezone.now()


def _bytes_of(row: MaterialFile) -> bytes | None:
    try:
        with PrivateStorage().open(row.path) as file:
            return file.read()
    except FileNotFoundError:
        return None


# Publishing


@dataclass(frozen=True)
class Missing:
    """What a material lacks: in words; whether nothing can be shown without it, or it is asked."""

    words: str
    is_needed: bool = False
    is_question: bool = False


def is_read_aloud(file: MaterialFile) -> bool:
    """Say whether a screen reader finds text in a file, as far as the checks know."""
    found = {check["code"]: check["is_good"] for check in file.checks}
    return bool(found.get("text"))


def faults_of(file: MaterialFile) -> list[str]:
    """Return in words what the checks found wrong with a file."""
    return [check["words"] for check in file.checks if check["is_good"] is False]


def has_content(material: Material, files: Sequence[MaterialFile]) -> bool:
    """Say whether there is anything to show."""
    return bool(material.text.strip() or files)


def missing_of(
    material: Material, files: Sequence[MaterialFile], *, is_linked: bool
) -> list[Missing]:
    """Return what is wrong or unknown before the material is shown, the gravest first.

    ``is_linked`` says whether a service or a campaign leads to it.
    """
    found = []
    if not has_content(material, files):
        found.append(
            Missing("Няма какво да се покаже: качете файл или напишете текста.", is_needed=True)
        )
    elif not material.text.strip() and not any(is_read_aloud(file) for file in files):
        found.append(
            Missing("Хора с екранен четец няма какво да прочетат. Напишете текста на страницата.")
        )
    faulty = [file for file in files if faults_of(file)]
    if faulty:
        words = counted(len(faulty), "файл,файла")
        found.append(Missing(f"{words} с недостатъци за хора с увреждания. Вижте ги по-долу."))
    if not material.summary.strip():
        found.append(Missing("Няма изречение какво има вътре: по него хората избират."))
    if not is_linked:
        found.append(Missing("Не е свързан с услуга или кампания: намира се само от списъка."))
    if material.project_id:
        found.append(
            Missing(
                "По проект е. Вижда ли се емблемата на ЕС с „Финансирано от Европейския съюз“ или"
                " „Съфинансирано от Европейския съюз“ до нея? Това се проверява с очи.",
                is_question=True,
            )
        )
    return found
