"""Drafts: keeping one as it is typed, the list of what is not finished, throwing one away."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontoffice.drafts import keeping, page
from frontoffice.drafts.keeping import Kept, Opened, Place
from frontoffice.drafts.models import Draft
from frontoffice.identifiers import holds_egn
from municipalities.permissions import can_keep_drafts, can_use_desk, require
from municipalities.secrets import UnreadableSecret

ROWS_PER_PAGE = 25
LARGEST_SEQUENCE = 2**31 - 1
LONGEST_EXCERPT = 80
# Which of the typed fields say what a draft is about; never a number of a person.
TELLING = (
    ("title",),
    ("name",),
    ("given_name", "middle_name", "family_name"),
    ("note",),
    ("text",),
    ("need",),
)
NAMES = {
    Draft.Form.CONSULTATION: ("Нова консултация", "Промяна на консултация"),
    Draft.Form.PERSON: ("Ново лице", "Промяна на данни на лице"),
    Draft.Form.FOLLOW_UP: ("Нова последваща задача", "Промяна на последваща задача"),
    Draft.Form.NOTE: ("Нова бележка за лице", "Промяна на бележка за лице"),
    Draft.Form.RELATION: ("Нов близък или представител", "Промяна на близък или представител"),
    Draft.Form.FIELD_DAY: ("Изнесена приемна", "Изнесена приемна"),
    Draft.Form.APPLICATION: ("Ново заявление", "Промяна на заявление"),
    Draft.Form.LETTER: ("Ново писмо", "Промяна на писмо"),
    Draft.Form.ASSESSMENT: ("Предварителна оценка", "Предварителна оценка"),
    Draft.Form.NEEDS: ("Част от анализ", "Част от анализ"),
}


# Keeping


@require(can_keep_drafts)
@sensitive_post_parameters()
@sensitive_variables()
@require_POST
def draft_save(request: HttpRequest) -> HttpResponse:
    """Keep what a page sends: by itself, answered in JSON, or by „Запази за после“, with a page.

    200 kept (or something newer is), 409 nothing to keep any more or somebody else is signed in,
    413 too large, 422 not sent by a page of ours.
    """
    is_asked = "keep_draft" in request.POST
    if _size(request) > keeping.LARGEST:
        return _refuse(request, is_asked, "Написаното е твърде дълго, за да се пази.", status=413)
    said = page.place_of(request.POST.get("draft_ticket", ""))
    opened, sequence = page.opened_by(request.POST), _sequence(request)
    if said is None or opened is None or sequence is None:
        return _refuse(request, is_asked, "Черновата не може да бъде записана.", status=422)
    place, owner = said
    if not page.is_for(request, owner):
        why = "В този браузър вече е влязъл друг човек или сте за друга община."
        return _refuse(request, is_asked, why, status=409, state="foreign")
    kept = _keep(request, place, opened, sequence)
    return _answer_page(request, kept) if is_asked else _answer(kept, opened)


@sensitive_variables()
def _keep(request: HttpRequest, place: Place, opened: Opened, sequence: int) -> Kept:
    return keeping.keep_draft(
        membership=request.membership,
        place=place,
        opened=opened,
        sequence=sequence,
        fields=page.typed_in(request.POST),
    )


def _size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _sequence(request: HttpRequest) -> int | None:
    """Return which sending of the page this is; without scripts a page is sent once."""
    opened = page.opened_by(request.POST)
    given = request.POST.get("draft_sequence", str(opened.base + 1) if opened else "")
    if not (given.isascii() and given.isdigit() and len(given) < 11):
        return None
    return int(given) if 0 < int(given) <= LARGEST_SEQUENCE else None


def _refuse(
    request: HttpRequest, is_asked: bool, why: str, *, status: int, state: str = "refused"
) -> HttpResponse:
    if is_asked:
        return render(request, "frontoffice/drafts/refused.html", {"why": why}, status=status)
    return JsonResponse({"state": state, "error": why}, status=status)


def _answer(kept: Kept, opened: Opened) -> JsonResponse:
    draft = kept.draft
    if draft is None:
        return JsonResponse({"state": kept.state, "recorded": kept.is_recorded}, status=409)
    answer = {
        "state": kept.state,
        "at": f"{timezone.localtime(draft.saved_at):%H:%M}",
        "tab": str(draft.tab),
        "was": str(opened.tab),
    }
    if kept.form_key:
        answer["form_key"] = str(kept.form_key)
    return JsonResponse(answer)


def _answer_page(request: HttpRequest, kept: Kept) -> HttpResponse:
    if kept.draft is None:
        messages.info(request, "Тази форма вече е записана.")
    else:
        messages.success(request, "Запазено за после. Ще го намерите в „Незавършени“.")
    return redirect("desk" if can_use_desk(request) else "drafts")


# The list


@dataclass(frozen=True)
class Row:
    """A draft as the list shows it; without an address where it cannot be read."""

    draft: Draft
    name: str
    excerpt: str = ""
    url: str = ""


@require(can_keep_drafts)
@sensitive_variables()
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """What the signed-in person has begun and not saved."""
    found = keeping.open_drafts(request.membership)
    page_obj = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = [_row(draft) for draft in page_obj]
    return render(
        request,
        "frontoffice/drafts/drafts.html",
        {"page_obj": page_obj, "rows": rows, "days": settings.DRAFTS_KEPT_DAYS},
    )


@sensitive_variables()
def _row(draft: Draft) -> Row:
    name = NAMES[Draft.Form(draft.form)][draft.subject_id is not None]
    try:
        contents = keeping.read(draft)
    except UnreadableSecret:
        return Row(draft, name)
    return Row(draft, name, _excerpt(contents.fields), page.resume_url(contents.path, draft.tab))


@sensitive_variables()
def _excerpt(fields: keeping.Fields) -> str:
    """Return a few of the typed words by which their author knows the draft."""
    typed = {name: values[-1].strip() for name, values in fields if values}
    for names in TELLING:
        words = " ".join(filter(None, (typed.get(name, "") for name in names)))
        if words and not holds_egn(words):
            short = " ".join(words.split())
            return short if len(short) <= LONGEST_EXCERPT else f"{short[: LONGEST_EXCERPT - 1]}…"
    return ""


@require(can_keep_drafts)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then throw the draft away."""
    draft = get_object_or_404(keeping.open_drafts(request.membership), pk=pk)
    if request.method == "POST":
        keeping.discard(draft)
        messages.success(request, "Черновата е изтрита.")
        return redirect("drafts")
    return render(request, "frontoffice/drafts/discard.html", {"row": _row(draft)})
