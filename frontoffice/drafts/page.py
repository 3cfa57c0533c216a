"""How a form joins the drafts: one object in the view, one include in the template.

::

    draft = drafts.of(request, form=Draft.Form.PERSON, subject=person)
    form = draft.bind(PersonForm, municipality=request.municipality, initial=…)
    …
    draft.close()  # once the record is saved
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core import signing
from django.db import models
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, QueryDict
from django.views.decorators.debug import sensitive_variables

from frontoffice.drafts import keeping
from frontoffice.drafts.keeping import Opened, Place
from frontoffice.drafts.models import Draft
from municipalities.secrets import UnreadableSecret

WORD = "chernova"  # the parameter of the address that names the tab
OWN_FIELDS = ("csrfmiddlewaretoken", "keep_draft")
OWN_PREFIX = "draft_"
_SALT = "frontoffice.drafts.place"
_LONGEST_QUERY = 300
BoundForm = TypeVar("BoundForm", bound=forms.BaseForm)


def ticket_of(request: HttpRequest, place: Place) -> str:
    """Return a signed word that says for what, of whom and for which municipality a page is."""
    owner = [request.user.pk, request.municipality.pk]
    return signing.dumps([place.form, place.subject_id, place.path, *owner], salt=_SALT)


def place_of(ticket: str) -> tuple[Place, list[int]] | None:
    """Return what a ticket says: the place, and [user, municipality]; None if it is not one."""
    try:
        form, subject_id, path, *owner = signing.loads(ticket, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Place(form, subject_id, path), owner


def is_for(request: HttpRequest, owner: list[int]) -> bool:
    """Say whether a ticket's owner is who asks, under the same municipality."""
    return owner == [request.user.pk, request.municipality.pk]


def opened_by(data: QueryDict) -> Opened | None:
    """Return which page of which tab sent a form; None where that is not written in it."""
    try:
        base = int(data.get("draft_base", "0")[:10])
        tab, page = uuid.UUID(data.get("draft_tab", "")), uuid.UUID(data.get("draft_page", ""))
    except ValueError:
        return None
    return Opened(tab, page, max(0, base))


def typed_in(data: QueryDict) -> keeping.Fields:
    """Return the fields of a form as they were typed, without those of the draft itself."""
    return [
        (name, list(values))
        for name, values in data.lists()
        if name not in OWN_FIELDS and not name.startswith(OWN_PREFIX)
    ]


class PageDraft:
    """The draft behind one opening of a form's page. ``frontoffice/drafts/keep.html`` draws it.

    ``typed`` is what was typed where a draft is being continued, else None.
    """

    typed: QueryDict | None = None
    kept: Draft | None = None

    def __init__(self, request: HttpRequest, place: Place) -> None:
        self.request, self.place = request, place
        self.tab, self.page, self.sequence = uuid.uuid4(), uuid.uuid4(), 0
        self._sent_by: Opened | None = None

    @property
    def ticket(self) -> str:
        """The signed word of this page."""
        return ticket_of(self.request, self.place)

    @property
    def resume_url(self) -> str:
        """The address under which this tab opens again with what was typed."""
        return resume_url(self.place.path, self.tab)

    @sensitive_variables()
    def bind(self, form_class: type[BoundForm], **options: Any) -> BoundForm:
        """Return the page's form: as it was sent, as it was typed (nothing said of it), or new."""
        if self.request.method == "POST":
            return self.joined(form_class(self.request.POST, **options))
        form = form_class(self.typed, **options)
        if self.typed is not None:
            form._errors, form.cleaned_data = ErrorDict(renderer=form.renderer), {}
        return self.joined(form)

    def joined(self, form: BoundForm) -> BoundForm:
        """Return ``form`` with this as its ``draft``, for templates given only the form."""
        form.draft = self
        return form

    def close(self) -> None:
        """Throw the draft away because the form is saved; to be called in the same transaction."""
        if self._sent_by:
            keeping.close_draft(
                membership=self.request.membership, form=self.place.form, opened=self._sent_by
            )

    def _after_sending(self) -> None:
        """A form that was sent and comes back to be corrected goes on with the same draft."""
        said = place_of(self.request.POST.get("draft_ticket", ""))
        if said and is_for(self.request, said[1]) and _same(said[0], self.place):
            self.place = said[0]
        self._sent_by = opened_by(self.request.POST)
        if self._sent_by:
            self.tab, self.sequence = keeping.sequence_of(
                self.request.membership, self.place.form, self._sent_by
            )

    @sensitive_variables()
    def _restore(self, word: str) -> None:
        try:
            draft, contents = keeping.restore(
                membership=self.request.membership, tab=uuid.UUID(word), place=self.place
            )
        except (ValueError, Draft.DoesNotExist):
            raise Http404 from None
        except UnreadableSecret:
            messages.error(self.request, "Черновата не може да бъде прочетена.")
            return
        if draft.closed_at:
            messages.info(self.request, "Тази чернова вече е записана или изтрита.")
        elif contents:
            self.kept, self.tab, self.sequence = draft, draft.tab, draft.sequence
            self.place = Place(self.place.form, self.place.subject_id, contents.path)
            self.typed = QueryDict(mutable=True)
            for name, values in contents.fields:
                self.typed.setlist(name, values)


def of(request: HttpRequest, *, form: str, subject: models.Model | None = None) -> PageDraft:
    """Return the draft of the page that is asked for; ``subject`` is the record it corrects.

    The address' ``chernova`` continues one; raises Http404 for one that is not the user's own.
    """
    place = Place(str(form), subject.pk if subject else None, request.path)
    if request.method == "POST":
        draft = PageDraft(request, Place(place.form, place.subject_id, _address(request)))
        draft._after_sending()
        return draft
    draft = PageDraft(request, place)
    if word := request.GET.get(WORD, ""):
        draft._restore(word)
    if draft.typed is None:
        draft.place = Place(place.form, place.subject_id, _address(request))
    return draft


def resume_url(path: str, tab: uuid.UUID) -> str:
    """Return ``path`` with the draft to continue on it."""
    return f"{path}{'&' if '?' in path else '?'}{WORD}={tab}"


def _same(one: Place, other: Place) -> bool:
    return (one.form, one.subject_id) == (other.form, other.subject_id)


def _address(request: HttpRequest) -> str:
    """Return the page's address with what came along in it, but for the draft itself."""
    query = request.GET.copy()
    query.pop(WORD, None)
    written = query.urlencode()
    if not written or len(written) > _LONGEST_QUERY:
        return request.path
    return f"{request.path}?{written}"
