"""The verbs of notes about people: add, change, remove. Who may is said by ``permissions``."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from frontoffice.dossier.models import PersonNote
from frontoffice.kept import lock_kept
from frontoffice.models_people import Person
from municipalities.models import Membership


class NoteChanged(Exception):
    """Somebody else saved the note after this page was opened; ``current`` is what they saved."""

    def __init__(self, current: PersonNote) -> None:
        super().__init__("note changed")
        self.current = current


def add_note(
    *,
    membership: Membership,
    person: Person,
    form_key: uuid.UUID,
    text: str,
    visibility: str = PersonNote.Visibility.TEAM,
    is_pinned: bool = False,
) -> tuple[PersonNote, bool]:
    """Save a note about ``person``; return it and whether it is new.

    The same ``form_key`` again returns the first row unchanged.
    """
    sent = PersonNote.objects.filter(form_key=form_key)
    note = PersonNote(
        municipality=membership.municipality,
        person=person,
        author=membership.user,
        form_key=form_key,
        text=text,
        visibility=visibility,
        is_pinned=is_pinned,
    )
    if earlier := sent.first():
        return earlier, False
    try:
        with transaction.atomic():
            note.person = lock_kept(person)
            note.save()
    except IntegrityError:
        if earlier := sent.first():
            return earlier, False
        raise
    return note, True


@transaction.atomic
def change_note(
    note: PersonNote, *, version: int, text: str, visibility: str, is_pinned: bool
) -> PersonNote:
    """Save a corrected note; raises NoteChanged when ``version`` is no longer the stored one."""
    locked = PersonNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if locked.version != version or locked.removed_at:
        raise NoteChanged(locked)
    locked.text, locked.visibility, locked.is_pinned = text, visibility, is_pinned
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def remove_note(note: PersonNote) -> bool:
    """Take a note away from where people read it; the row stays. Return whether it was there."""
    locked = PersonNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if locked.removed_at:
        return False
    locked.removed_at = timezone.now()
    locked.version += 1
    locked.save()
    return True
