"""The pages of a handbook in the admin: its services, its chapters, its editions."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from campaigns.handbooks import choosing, making
from campaigns.handbooks.changes import changes_between
from campaigns.handbooks.content import gather_at_once
from campaigns.handbooks.errors import HandbookRefused
from campaigns.handbooks.forms import FindServicesForm
from campaigns.handbooks.tasks import make_handbook
from campaigns.models import Handbook, HandbookEdition
from municipalities.admin_pages import WithPages, row_page
from municipalities.models import User
from municipalities.richtext import blocks_of
from municipalities.tasks import later
from municipalities.templatetags.portal import counted
from services_registry.models import Service

SERVICES_PER_PAGE = 100
EDITIONS_PER_PAGE = 20
LONGEST_KEY = 12  # digits
State = HandbookEdition.State


class HandbookPages(WithPages):
    """Mix into the admin of handbooks: its own pages of one of them."""

    def _to(self, name: str, handbook: Handbook, query: str = "") -> HttpResponse:
        address = reverse(f"admin:{self.page_name(name)}", args=[handbook.pk])
        return redirect(f"{address}?{query}" if query else address)

    def _done(self, request: HttpRequest, verb: Callable[[], str]) -> None:
        """Run ``verb`` and say what it says, or why it refused."""
        try:
            self.message_user(request, verb())
        except HandbookRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)

    # Services

    @row_page("uslugi", "Избор на услугите")
    def services(self, request: HttpRequest, handbook: Handbook) -> HttpResponse:
        """Take all published services, or mark those that are to be in it."""
        find = FindServicesForm(request.GET)
        if request.method == "POST":
            self._choose(request, handbook)
            return self._to("services", handbook, request.GET.urlencode())
        found = choosing.found_by(find, handbook)
        page = Paginator(found, SERVICES_PER_PAGE).get_page(request.GET.get("page"))
        return self.page(
            request,
            "campaigns/handbooks/admin/services.html",
            handbook,
            title="Избор на услугите",
            find=find,
            page_obj=page,
            is_narrowed=any(request.GET.get(name) for name in find.fields),
            chosen=set(handbook.services.values_list("pk", flat=True)),
        )

    def _choose(self, request: HttpRequest, handbook: Handbook) -> None:
        if request.POST.get("what") == "all":
            choosing.take_all(handbook=handbook)
            self.message_user(request, "В наръчника влизат всички публикувани услуги.")
            return
        if request.POST.get("what") == "found":
            among = _pks(choosing.found_by(FindServicesForm(request.GET), handbook))
            wanted = among
        else:
            of_all = choosing.found_by(FindServicesForm({}), handbook)
            among = _pks(of_all.filter(pk__in=_keys(request, "among")))
            wanted = _keys(request, "service")
        changed = choosing.choose(handbook=handbook, services=wanted, among=among)
        self.log_change(request, handbook, f"Променен избор на услуги: {changed}")
        words = counted(changed, "услуга,услуги")
        self.message_user(request, f"Запазено. Променени: {words}.")

    # Chapters

    @row_page("glavi", "Преглед на главите")
    def preview(self, request: HttpRequest, handbook: Handbook) -> HttpResponse:
        """The chapters written by hand as they will look."""
        chapters = [
            {"title": chapter.title, "place": chapter.get_place_display(), "blocks": blocks}
            for chapter in sorted(handbook.chapters.all(), key=_in_order)
            for blocks in [blocks_of(chapter.text)]
        ]
        return self.page(
            request,
            "campaigns/handbooks/admin/preview.html",
            handbook,
            title="Преглед на главите",
            chapters=chapters,
        )

    # Editions

    @row_page("izdaniya", "Издания")
    def editions(self, request: HttpRequest, handbook: Handbook) -> HttpResponse:
        """The editions: a new one by one click, how far it is, publishing, the books."""
        if request.method == "POST":
            self._step(request, handbook)
            return self._to("editions", handbook)
        rows = handbook.editions.defer("content").select_related("made_by").order_by("-number")
        page = Paginator(rows, EDITIONS_PER_PAGE).get_page(request.GET.get("page"))
        making_now = next((row for row in page if row.state == State.MAKING), None)
        shown = [row for row in page if row.published_on]
        return self.page(
            request,
            "campaigns/handbooks/admin/editions.html",
            handbook,
            title=f"Издания: {handbook.title}",
            page_obj=page,
            making=making_now,
            is_stuck=bool(making_now and making.is_stuck(making_now)),
            current=shown[0] if shown and handbook.is_public else None,
        )

    def _step(self, request: HttpRequest, handbook: Handbook) -> None:
        what, _sep, key = request.POST.get("what", "").partition("-")
        if what == "new":
            self._done(request, lambda: self._begun(request, handbook))
            return
        if not (key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY):
            return
        edition = get_object_or_404(handbook.editions.defer("content"), pk=int(key))
        verbs: dict[str, Callable[[], str]] = {
            "again": lambda: self._begun(request, handbook, edition),
            "publish": lambda: self._published(request, handbook, edition),
            "down": lambda: self._taken_down(request, handbook, edition),
        }
        if verb := verbs.get(what):
            self._done(request, verb)

    def _begun(
        self, request: HttpRequest, handbook: Handbook, edition: HandbookEdition | None = None
    ) -> str:
        assert isinstance(request.user, User)  # noqa: S101  the admin is for the signed in
        if edition is None:
            edition = making.begin(handbook=handbook, by=request.user)
        else:
            making.begin_again(edition=edition, by=request.user)
        self.log_change(request, handbook, f"Започнато издание № {edition.number}")
        later(make_handbook, municipality=handbook.municipality_id, edition=edition.pk)
        return f"Издание № {edition.number} се подготвя."

    def _published(self, request: HttpRequest, handbook: Handbook, edition: HandbookEdition) -> str:
        making.publish(edition=edition)
        self.log_change(request, handbook, f"Публикувано издание № {edition.number}")
        return f"Издание № {edition.number} е публикувано и наръчникът се вижда от гражданите."

    def _taken_down(
        self, request: HttpRequest, handbook: Handbook, edition: HandbookEdition
    ) -> str:
        making.take_down(edition=edition)
        self.log_change(request, handbook, f"Свалено издание № {edition.number}")
        return f"Издание № {edition.number} вече не се вижда от гражданите."

    @row_page("promeni", "Промени след последното издание")
    def changes(self, request: HttpRequest, handbook: Handbook) -> HttpResponse:
        """What a new edition would bring that the last one does not have."""
        last = handbook.editions.filter(state=State.READY).order_by("-number").first()
        found, refusal = None, ""
        try:
            now = gather_at_once(handbook)
        except HandbookRefused as refused:
            refusal = str(refused)
        else:
            found = changes_between(last.content, now) if last else None
        return self.page(
            request,
            "campaigns/handbooks/admin/changes.html",
            handbook,
            title="Промени след последното издание",
            last=last,
            changes=found,
            refusal=refusal,
        )


def _in_order(chapter) -> tuple[bool, int, int]:
    return chapter.place == chapter.Place.AFTER, chapter.position, chapter.pk


def _pks(services: QuerySet[Service]) -> list[int]:
    return list(services.values_list("pk", flat=True)[: choosing.MOST_AT_ONCE])


def _keys(request: HttpRequest, name: str) -> list[int]:
    given = request.POST.getlist(name)[: choosing.MOST_AT_ONCE]
    return [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < LONGEST_KEY]
