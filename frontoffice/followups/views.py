"""Follow-ups: the list, a new one, the page of one; closed, opened again, handed over, exported."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontoffice.dossier.opening import asks_why
from frontoffice.dossier.reasons import ask_first, held_reason
from frontoffice.drafts import page as drafts
from frontoffice.followups import following
from frontoffice.followups.days import is_working, quick_days
from frontoffice.followups.differences import differences
from frontoffice.followups.following import FollowUpChanged, FollowUpClosed, NotAColleague
from frontoffice.followups.forms import CloseForm, FollowUpForm, HandOverForm
from frontoffice.followups.listing import CLOSED, Asked, owner_named
from frontoffice.followups.models import FollowUp
from frontoffice.looks import find_person_named, record_look
from frontoffice.models import Consultation, Draft
from municipalities.audit import AccessEvent, record_access
from municipalities.exports import Column, xlsx_response
from municipalities.permissions import (
    can_assign_follow_ups,
    can_edit_follow_up,
    can_use_desk,
    require,
)
from municipalities.templatetags.portal import long_date, plural

PER_PAGE = 25
MOST_AT_ONCE = 200  # follow-ups that change hands by one press
MOST_EXPORTED = 10_000  # rows
WRITTEN = ("title", "note", "outcome")
NO_COLLEAGUE = "Колегата вече не работи на бюро."


# The list


@require(can_use_desk)
@require_safe
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Mine, the office's, for the head everybody's; by when they are due."""
    asked = Asked.of(request.GET, request.membership)
    rows = asked.rows(request.membership)
    is_head = can_assign_follow_ups(request)
    return render(
        request,
        "frontoffice/follow_ups/list.html",
        {
            "asked": asked,
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "tabs": asked.tabs(request.membership),
            "links": asked.links(request.membership),
            "here": asked.query(),
            "owner": owner_named(asked),
            "without_owner": asked.query(owner=None),
            "is_of_closed": asked.when == CLOSED,
            "may_assign": is_head,
            # Whoever left keeps what they had until somebody else is given it.
            "working": set(following.colleagues().values_list("user_id", flat=True))
            if is_head
            else None,
            "just_closed": _just_closed(request),
            "most_exported": MOST_EXPORTED,
        },
    )


def _just_closed(request: HttpRequest) -> FollowUp | None:
    """Return the follow-up that was closed from this list a moment ago, to be opened again."""
    number = request.GET.get("priklyuchena", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    rows = FollowUp.objects.visible_to(request.membership).exclude(state=FollowUp.State.OPEN)
    found = rows.filter(pk=int(number)).first()
    return found if found and can_edit_follow_up(request, found) else None


COLUMNS = [
    Column("№", lambda row: row.pk, 8),
    Column("До кога", lambda row: row.due_on, 12),
    Column("Час", lambda row: row.due_at and f"{row.due_at:%H:%M}", 8),
    Column("Какво", lambda row: row.title, 40),
    Column("Лице", lambda row: row.person and row.person.full_name, 30),
    Column("У кого", lambda row: row.owner.name, 28),
    Column("Офис", lambda row: row.office and row.office.name, 24),
    Column("Състояние", lambda row: row.get_state_display(), 14),
    Column("Закъснява", lambda row: row.is_late, 12),
    Column("Как приключи", lambda row: row.outcome, 40),
    Column("Записана", lambda row: row.created_at, 17),
    Column("Приключена", lambda row: row.closed_at, 17),
]


@require(can_assign_follow_ups)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as XLSX; that it was taken out is kept."""
    asked = Asked.of(request.POST, request.membership)
    rows = list(asked.rows(request.membership)[: MOST_EXPORTED + 1])
    if not rows or len(rows) > MOST_EXPORTED:
        messages.error(request, "Изберете други филтри и изнесете отново.")
        return redirect(reverse("follow_ups") + asked.query())
    record_access(
        request,
        AccessEvent.Action.EXPORTED,
        FollowUp,
        rows=len(rows),
        reason=f"последващи задачи: {asked.in_words()}",
    )
    today = timezone.localdate()
    name = f"zadachi-{request.municipality.slug}-{today:%Y-%m-%d}"
    return xlsx_response(name, f"Последващи задачи {today:%d.%m.%Y}", COLUMNS, rows)


# A new one


@require(can_use_desk)
@sensitive_post_parameters(*WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
@asks_why("lice")
def new_follow_up(request: HttpRequest) -> HttpResponse:
    """Promise something; sent twice it is saved once."""
    brought = _brought(request)
    if request.method != "POST" and brought.get("person"):
        asks, reason = held_reason(request, brought["person"])
        if asks:
            return ask_first(request, brought["person"])
        record_look(request, brought["person"], reason=reason)
    draft = drafts.of(request, form=Draft.Form.FOLLOW_UP)
    form = draft.bind(FollowUpForm, user=request.user, initial=brought)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form)
    try:
        follow_up, is_new = following.create_follow_up(
            membership=request.membership, form_key=form.cleaned_data["form_key"], **form.facts()
        )
    except NotAColleague:  # their role ended since the form was checked
        form.add_error("owner", f"{NO_COLLEAGUE} Изберете друг.")
        return _form_page(request, form)
    draft.close()
    said = f"Задачата е записана за {_day_words(follow_up)}."
    messages.success(request, said if is_new else "Тази задача вече беше записана.")
    if follow_up.person_id:
        return redirect("person", follow_up.person_id)
    return redirect("follow_ups")


def _brought(request: HttpRequest) -> dict:
    """Return the person and the consultation that the page's address brings along."""
    brought: dict = {}
    talk = request.GET.get("konsultatsiya", "")
    if talk:
        number = int(talk) if talk.isascii() and talk.isdigit() and len(talk) < 19 else 0
        brought["consultation"] = get_object_or_404(
            Consultation.objects.select_related("person"), pk=number
        )
        brought["person"] = brought["consultation"].person
    if request.GET.get("lice"):
        brought["person"] = find_person_named(request.GET["lice"])
    return brought


def _day_words(follow_up: FollowUp) -> str:
    off = "" if is_working(follow_up.due_on) else " (почивен ден)"
    return f"{long_date(follow_up.due_on)}{off}"


def _form_page(request: HttpRequest, form: FollowUpForm) -> HttpResponse:
    return render(
        request,
        "frontoffice/follow_ups/new.html",
        {
            "form": form,
            "quick_days": quick_days(),
            "person": form.chosen("person"),
            "consultation": form.chosen("consultation"),
            "draft": form.draft,
        },
        status=422 if form.errors else 200,
    )


# One of them


@require(can_use_desk)
@sensitive_post_parameters(*WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one, and its correction; a change of a colleague is shown, not covered."""
    found = find(request, pk)
    if found.person:
        record_look(request, found.person)
    draft = drafts.of(request, form=Draft.Form.FOLLOW_UP, subject=found)
    if request.method != "POST":
        following.mark_seen(found, membership=request.membership)
        return _page(request, found, draft=draft)
    if not can_edit_follow_up(request, found):
        raise PermissionDenied
    form = draft.bind(FollowUpForm, user=request.user, follow_up=found)
    if not form.is_valid():
        return _page(request, found, form=form)
    facts = form.facts()
    try:
        saved = following.update_follow_up(
            found, version=form.cleaned_data["version"] or 0, **facts
        )
    except FollowUpChanged as changed:
        return _changed_page(request, changed.current, form)
    except FollowUpClosed:
        return _changed_page(request, find(request, pk), form)
    draft.close()
    messages.success(request, f"Промените са записани. Задачата е за {_day_words(saved)}.")
    return redirect("follow_up", pk)


def find(request: HttpRequest, pk: int) -> FollowUp:
    """Return a follow-up that the request's user sees; any other is missing, whoever's it is."""
    rows = FollowUp.objects.visible_to(request.membership).for_listing()
    return get_object_or_404(rows.select_related("created_by", "closed_by"), pk=pk)


def _changed_page(request: HttpRequest, current: FollowUp, form: FollowUpForm) -> HttpResponse:
    """Show what a colleague saved meanwhile beside what was typed; nothing typed is lost."""
    if current.is_open:
        words = (
            "Колега е променил задачата, докато пишехте. Вашето е запазено по-долу. Вижте "
            "разликите и запишете отново, ако вашето е вярното."
        )
    else:
        words = (
            "Междувременно задачата е приключена. Вашето е запазено по-долу: отворете я отново "
            "в нов раздел и запишете."
        )
    form.add_error(None, words)
    form.data = form.data.copy()
    form.data["version"] = current.version
    shown = differences(current, form.cleaned_data)
    return _page(request, current, form=form, changed=shown)


def _page(
    request: HttpRequest,
    found: FollowUp,
    *,
    form: FollowUpForm | None = None,
    draft: drafts.PageDraft | None = None,
    close_form: CloseForm | None = None,
    changed=(),
) -> HttpResponse:
    """Draw the page; ``draft`` is that of a page that was asked for, not of a form sent to it."""
    may_edit = can_edit_follow_up(request, found)
    if form is None and may_edit and found.is_open:
        facts = {"user": request.user, "follow_up": found}
        form = draft.bind(FollowUpForm, **facts) if draft else FollowUpForm(**facts)
    is_wrong = bool((form and form.errors) or (close_form and close_form.errors))
    return render(
        request,
        "frontoffice/follow_ups/page.html",
        {
            "follow_up": found,
            "form": form,
            "draft": getattr(form, "draft", None),
            "close_form": close_form or CloseForm(auto_id="close_%s"),
            "changed": changed,
            "may_edit": may_edit,
            "person": form.chosen("person") if form else found.person,
            "consultation": found.consultation,
            "quick_days": quick_days(),
            "handovers": found.handovers.select_related("given_by", "had_by", "given_to"),
        },
        status=422 if is_wrong else 200,
    )


# What is done to it


@require(can_use_desk)
@sensitive_post_parameters(*WRITTEN)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it by one press, from the list, from „Днес“ or from its page."""
    found = _find_to_edit(request, pk)
    form = CloseForm(request.POST, auto_id="close_%s")
    if not form.is_valid():
        return _page(request, found, close_form=form)
    did = following.close_follow_up(found, membership=request.membership, **form.cleaned_data)
    if "ot-spisaka" in request.POST:  # there the notice has the button that opens it again
        return redirect(_list_of(request, **{"priklyuchena": str(pk)}))
    words = "Задачата е приключена." if did else "Задачата вече беше приключена."
    messages.success(request, words)
    if "ot-litse" in request.POST and found.person_id:
        return redirect("person", found.person_id)
    return redirect("desk") if "ot-dnes" in request.POST else redirect("follow_up", pk)


@require(can_use_desk)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the closing back."""
    found = _find_to_edit(request, pk)
    did = following.reopen_follow_up(found)
    messages.success(request, "Задачата отново предстои." if did else "Задачата и сега е отворена.")
    if "ot-spisaka" in request.POST:
        return redirect(_list_of(request))
    return redirect("follow_up", pk)


def _list_of(request: HttpRequest, **also: str) -> str:
    """Return the address of the list a button was pressed on, made of its known filters only."""
    sent = QueryDict(request.POST.get("ot-spisaka", "").lstrip("?")[:200], mutable=True)
    asked = Asked.of(sent, request.membership)
    told = QueryDict(asked.query().lstrip("?"), mutable=True)
    told.update(also)
    return f"{reverse('follow_ups')}?{told.urlencode()}" if told else reverse("follow_ups")


def _find_to_edit(request: HttpRequest, pk: int) -> FollowUp:
    found = find(request, pk)
    if not can_edit_follow_up(request, found):
        raise PermissionDenied
    return found


@require(can_use_desk)
@sensitive_post_parameters(*WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to a colleague, for whom it is new until they open it."""
    found = _find_to_edit(request, pk)
    if not found.is_open:
        messages.error(request, "Приключена задача не се предава. Отворете я отново.")
        return redirect("follow_up", pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, without=found.owner_id)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            following.hand_over(
                found, membership=request.membership, to=to, note=form.cleaned_data["note"]
            )
        except FollowUpClosed:
            messages.error(request, "Междувременно задачата е приключена. Не е предадена.")
        except NotAColleague:
            messages.error(request, f"{NO_COLLEAGUE} Не е предадена.")
        else:
            messages.success(request, f"Задачата вече е у {to.name}.")
        seen = FollowUp.objects.visible_to(request.membership).filter(pk=pk).exists()
        return redirect("follow_up", pk) if seen else redirect("follow_ups")
    return render(
        request,
        "frontoffice/follow_ups/hand_over.html",
        {"follow_up": found, "form": form},
        status=422 if form.errors else 200,
    )


@require(can_assign_follow_ups)
@sensitive_post_parameters(*WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_many(request: HttpRequest) -> HttpResponse:
    """Many at once, chosen in the list: a colleague is on leave."""
    sent = request.POST if request.method == "POST" else request.GET
    numbers = {int(n) for n in sent.getlist("z") if n.isascii() and n.isdigit() and len(n) < 19}
    rows = FollowUp.objects.visible_to(request.membership).open().for_listing()
    chosen = list(rows.filter(pk__in=sorted(numbers)[:MOST_AT_ONCE]))
    if not chosen:
        messages.error(request, "Отбележете поне една отворена задача.")
        return redirect("follow_ups")
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            moved = following.hand_over_many(
                chosen, membership=request.membership, to=to, note=form.cleaned_data["note"]
            )
        except NotAColleague:
            messages.error(request, f"{NO_COLLEAGUE} Задачите не са предадени.")
            return redirect("follow_ups")
        words = f"{plural(moved, 'Предадена е', 'Предадени са')} {moved} "
        messages.success(request, f"{words}{plural(moved, 'задача', 'задачи')} на {to.name}.")
        return redirect(f"{reverse('follow_ups')}?chii=vsichki&u={to.pk}")
    return render(
        request,
        "frontoffice/follow_ups/hand_over_many.html",
        {"chosen": chosen, "form": form},
        status=422 if form.errors else 200,
    )
