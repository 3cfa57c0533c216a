"""The verbs of drafts: keep what is typed, close it once it is saved, open it again.

A draft belongs to a *tab*. A tab is opened by a *page*: the form as it was drawn once. Two pages
may come to show one tab (it was duplicated, or opened from the list twice). The first of them to
write has the draft; what another one writes is kept apart, in a draft made for it (``FORKED``), so
that nobody's text is ever covered by somebody else's.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from frontoffice.drafts.models import Draft
from frontoffice.models import Consultation, FollowUp, Person, PersonNote, PersonRelation
from municipalities import secrets
from municipalities.models import Membership, Municipality
from municipalities.tenancy import municipality_scope

CLOSED_KEPT = dt.timedelta(days=1)  # long enough for whatever a slow network still brings
LARGEST = 100_000  # bytes of a form as it is sent
# What a new record of each form becomes: its form_key says whether it was saved. Floors above add
# theirs when they are ready.
RECORDS: dict[str, type[models.Model]] = {
    Draft.Form.CONSULTATION: Consultation,
    Draft.Form.PERSON: Person,
    Draft.Form.FOLLOW_UP: FollowUp,
    Draft.Form.NOTE: PersonNote,
    Draft.Form.RELATION: PersonRelation,
}
Fields = list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Place:
    """What is being filled in: which form, of which record (None: a new one), at which address."""

    form: str
    subject_id: int | None
    path: str


@dataclass(frozen=True)
class Opened:
    """A page of a tab: ``base`` is the sequence of the draft from which it was drawn (0: none)."""

    tab: uuid.UUID
    page: uuid.UUID
    base: int = 0

    @property
    def apart(self) -> uuid.UUID:
        """The tab of what this page writes when another page has its own; always the same one."""
        return uuid.uuid5(self.tab, str(self.page))


class State(enum.StrEnum):
    KEPT = "kept"
    LATE = "late"  # the server has something newer from the same page
    FORKED = "forked"  # kept, in a draft of its own
    CLOSED = "closed"  # saved or thrown away: there is nothing to keep any more


@dataclass(frozen=True)
class Kept:
    """What became of what was sent; without a draft there is nothing to keep any more.

    ``form_key`` is set where a fork is to be another record.
    """

    state: State
    draft: Draft | None = None
    form_key: uuid.UUID | None = None
    is_recorded: bool = False


@dataclass(frozen=True)
class Contents:
    """What a draft holds: where it was typed, by which page, field by field."""

    path: str
    page: str
    fields: Fields


@sensitive_variables()
def read(draft: Draft) -> Contents:
    """Return what ``draft`` holds; raises UnreadableSecret, also where it is closed."""
    if draft.data is None:
        raise secrets.UnreadableSecret
    held = json.loads(secrets.decrypt(bytes(draft.data)))
    return Contents(held["path"], held["page"], [(name, values) for name, values in held["fields"]])


def drafts_of(membership: Membership) -> models.QuerySet[Draft]:
    """Return the drafts of ``membership``'s user, closed ones too. Nobody else's are ever read."""
    return Draft.objects.filter(user=membership.user)


def open_drafts(membership: Membership) -> models.QuerySet[Draft]:
    """Return what ``membership``'s user has begun and not saved, the latest first."""
    return drafts_of(membership).filter(closed_at__isnull=True)


@sensitive_variables("fields")
@transaction.atomic
def keep_draft(
    *, membership: Membership, place: Place, opened: Opened, sequence: int, fields: Fields
) -> Kept:
    """Keep what a page sent as its ``sequence``-th; return what became of it.

    What is older than the kept, or comes after the form was saved, changes nothing.
    """
    draft, tab = _locate(membership, place.form, opened)
    form_key = None
    if tab != opened.tab and place.subject_id is None:
        form_key, fields = _as_another_record(tab, fields)
    if draft and draft.closed_at:
        return Kept(State.CLOSED, is_recorded=_is_recorded(place, fields))
    if _is_recorded(place, fields):
        if draft:
            _close(draft)
        return Kept(State.CLOSED, is_recorded=True)
    if draft and sequence <= draft.sequence:
        return Kept(State.LATE, draft)
    held = {"path": place.path, "page": str(opened.page), "fields": fields}
    draft = draft or Draft(
        municipality=membership.municipality, user=membership.user, form=place.form, tab=tab
    )
    draft.subject_id, draft.sequence = place.subject_id, sequence
    draft.data, draft.saved_at = secrets.encrypt(json.dumps(held)), timezone.now()
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        if draft.pk:
            raise
        # The same page sent twice at once; the other one is stored by now.
        return keep_draft(
            membership=membership, place=place, opened=opened, sequence=sequence, fields=fields
        )
    return Kept(State.KEPT if tab == opened.tab else State.FORKED, draft, form_key)


@transaction.atomic
def close_draft(*, membership: Membership, form: str, opened: Opened) -> None:
    """Empty the draft of a page whose form was saved, and leave the mark that it was.

    The mark is made also where nothing was kept yet: an autosave may still be on its way.
    """
    draft, tab = _locate(membership, form, opened)
    if draft is None:
        draft = Draft(
            municipality=membership.municipality, user=membership.user, form=form, tab=tab
        )
    try:
        with transaction.atomic():
            _close(draft)
    except IntegrityError:
        close_draft(membership=membership, form=form, opened=opened)


@transaction.atomic
def discard(draft: Draft) -> None:
    """Throw away what was typed; the open page it came from cannot bring it back."""
    _close(Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk))


def restore(
    *, membership: Membership, tab: uuid.UUID, place: Place
) -> tuple[Draft, Contents | None]:
    """Return the user's draft of ``tab`` and what it holds, None where it is not for this form.

    ``place.path`` is the page's path. Raises Draft.DoesNotExist for a tab that is not the user's
    or belongs to another page, UnreadableSecret where no key reads it. A closed one holds nothing.
    """
    draft = drafts_of(membership).filter(tab=tab).order_by("pk").first()
    if draft is None:
        raise Draft.DoesNotExist
    is_of_form = (draft.form, draft.subject_id) == (place.form, place.subject_id)
    if draft.closed_at:
        if not is_of_form:
            raise Draft.DoesNotExist
        return draft, None
    contents = read(draft)
    if contents.path.partition("?")[0] != place.path:
        raise Draft.DoesNotExist
    return draft, contents if is_of_form else None


def sequence_of(membership: Membership, form: str, opened: Opened) -> tuple[uuid.UUID, int]:
    """Return the tab in which a page's text is kept, and the sequence of what is kept there."""
    with transaction.atomic():
        draft, tab = _locate(membership, form, opened)
    return tab, draft.sequence if draft else 0


def tidy(municipality: Municipality, *, now: dt.datetime) -> int:
    """Delete what was closed long ago and what nobody came back to; return how many."""
    abandoned = now - dt.timedelta(days=settings.DRAFTS_KEPT_DAYS)
    with municipality_scope(municipality):
        gone, _by_model = Draft.objects.filter(
            models.Q(closed_at__lt=now - CLOSED_KEPT)
            | models.Q(closed_at__isnull=True, saved_at__lt=abandoned)
        ).delete()
    return gone


def _locate(membership: Membership, form: str, opened: Opened) -> tuple[Draft | None, uuid.UUID]:
    """Return the locked draft in which the page's text belongs, if there is one, and its tab."""
    rows = drafts_of(membership).filter(form=form).select_for_update(of=("self",))
    of_tab = rows.filter(tab=opened.tab).first()
    if of_tab is None or (of_tab.closed_at is None and _has(opened, of_tab)):
        return of_tab, opened.tab
    own = rows.filter(tab=opened.apart).first()
    if own is None and of_tab.closed_at:
        return of_tab, opened.tab
    return own, opened.apart


def _has(opened: Opened, draft: Draft) -> bool:
    """Say whether the draft is the page's: it wrote it last, or nobody has since it was drawn."""
    if draft.sequence == opened.base:
        return True
    try:
        return read(draft).page == str(opened.page)
    except secrets.UnreadableSecret:
        return False


@sensitive_variables()
def _as_another_record(tab: uuid.UUID, fields: Fields) -> tuple[uuid.UUID, Fields]:
    """Return the fields with a form_key of the fork's own: two texts are not one record."""
    key = uuid.uuid5(tab, "form_key")
    return key, [(name, [str(key)] if name == "form_key" else values) for name, values in fields]


@sensitive_variables()
def _is_recorded(place: Place, fields: Fields) -> bool:
    """Say whether the new record of this form is saved already."""
    model = RECORDS.get(place.form)
    if model is None or place.subject_id is not None:
        return False
    keys = [value for name, values in fields if name == "form_key" for value in values]
    try:
        return bool(keys) and model.objects.filter(form_key=uuid.UUID(keys[-1])).exists()
    except ValueError:
        return False


def _close(draft: Draft) -> None:
    if draft.closed_at is None:
        draft.data, draft.closed_at = None, timezone.now()
        draft.save()
