"""Who may read and change what the desk writes about people; in addition to municipalities'."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest

from frontoffice.dossier.models import PersonNote
from municipalities.models import Role
from municipalities.permissions import can_see_people, role_of


def can_read_note(request: HttpRequest, note: PersonNote) -> bool:
    """The desk reads the team's notes, the head those for the head; one's own nobody else."""
    if not can_see_people(request):
        return False
    if note.author_id == request.user.pk or note.visibility == PersonNote.Visibility.TEAM:
        return True
    return note.visibility == PersonNote.Visibility.HEAD and role_of(request) == Role.HEAD


def can_change_note(request: HttpRequest, note: PersonNote) -> bool:
    """A note is changed and removed by its author, and by the head if the head reads it."""
    is_author_or_head = note.author_id == request.user.pk or role_of(request) == Role.HEAD
    return is_author_or_head and can_read_note(request, note)


def readable_notes(request: HttpRequest) -> Q:
    """Return the condition of notes for which ``can_read_note`` holds."""
    if not can_see_people(request):
        return Q(pk__in=[])
    shown = [PersonNote.Visibility.TEAM]
    if role_of(request) == Role.HEAD:
        shown.append(PersonNote.Visibility.HEAD)
    return Q(visibility__in=shown) | Q(author=request.user)
