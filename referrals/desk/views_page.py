"""The page of one application: everything about it, one next step, what may be done."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from municipalities.permissions import require
from referrals import clock
from referrals.applications import files, handling
from referrals.applications.models import Application, Outcome, State
from referrals.applications.models_parts import ApplicationEvent, Attachment
from referrals.applications.overlaps import warnings_for
from referrals.desk.listing import due_kind, due_words
from referrals.desk.opening import asked_why, opens_application
from referrals.intake.forms_alert import DUTY
from referrals.kinds.models import Nature
from referrals.permissions import can_see_applications, can_work_on
from referrals.workflow import StepRefused, may
from services_registry.models import Service

Event = ApplicationEvent.Kind


@dataclass(frozen=True)
class Way:
    """Something that can be done: its words, its address, whether a press does it at once."""

    words: str
    href: str
    is_press: bool = False
    why: str = ""


@require(can_see_applications)
@sensitive_variables()
@require_safe
@opens_application
def page(request: HttpRequest, application: Application) -> HttpResponse:
    """The whole of it; the look is kept."""
    may_work = can_work_on(request, application)
    steps = list(application.events.select_related("user").order_by("-at", "-pk"))
    requests = list(application.paper_requests.select_related("asked_by", "letter"))
    next_way = next_step(application, may_work=may_work, steps=steps, user=request.user)
    application.due_words, application.due_kind = due_words(application), due_kind(application)
    return render(
        request,
        "referrals/desk/page.html",
        {
            "application": application,
            "next": next_way,
            "ways": ways(application, may_work=may_work, without=next_way),
            "may_work": may_work,
            "steps": steps,
            "attachments": application.attachments.select_related("paper", "added_by"),
            "letters": application.letters.all(),
            "asked": next((one for one in requests if one.closed_on is None), None),
            "clock": clock.explained(application),
            "overlaps": warnings_for(application),
            "duty": DUTY,
            "service": _service_with_places(application),
            "has_new_paper": _has_new_paper(application, steps),
            "from_alerts": application.applications.all(),
            "may_assess": may_work and _may_be_assessed(application),
        },
    )


def _may_be_assessed(application: Application) -> bool:
    """Say whether it ended with an assessment that is still to be begun."""
    if application.outcome != Outcome.ASSESSMENT:
        return False
    return not application.assessments.exclude(state="cancelled").exists()


def _service_with_places(application: Application) -> Service | None:
    rows = Service.objects.select_related("municipality", "provider").with_latest_capacity()
    return rows.filter(pk=application.service_id).first() if application.service_id else None


def _has_new_paper(application: Application, steps: list[ApplicationEvent]) -> bool:
    """Say whether the citizen sent a paper since the clock stands; ``steps`` are newest first."""
    if application.state != State.WAITING:
        return False
    for step in steps:
        if step.kind == Event.PAPER_ADDED and step.user_id is None:
            return True
        if step.kind == Event.PAPERS_ASKED:
            break
    return False


def next_step(
    application: Application, *, may_work: bool, steps: list[ApplicationEvent], user
) -> Way | None:
    """Return the one thing to do now; None where it is closed or somebody else's."""
    if not (application.is_open and may_work):
        return None
    here = [application.pk]
    is_new = application.state == State.RECEIVED
    if application.owner_id is None or (is_new and application.is_alert):
        return Way("Поеми", reverse("application_take", args=here), is_press=True)
    if application.state == State.WAITING:
        if _has_new_paper(application, steps):
            return Way("Продължи срока", reverse("application_resume", args=here),
                       why="Човекът добави документ. Прегледайте го.")  # fmt: skip
        return Way("Запиши получен документ", reverse("application_paper_add", args=here),
                   why="Чакат се документи.")  # fmt: skip
    if application.is_unconfirmed:
        return Way("Потвърди с човека", reverse("application_confirm", args=here),
                   why="Още никой не е потвърдил с човека, че това е желанието му.")  # fmt: skip
    if application.person_id is None and not application.is_alert:
        return Way("Свържи с лице", reverse("application_tie", args=here),
                   why="Заявлението още не е свързано с лице.")  # fmt: skip
    if application.kind.nature == Nature.WISH:
        return Way("Започни оценката", reverse("assessment_begin", args=here))
    return Way("Приключи", reverse("application_close", args=here))


# (words, name of the page, the step it makes, whether only whoever works on it does it)
_WAYS = (
    ("Потвърди с човека", "application_confirm", "confirm", True),
    ("Свържи с лице", "application_tie", "tie", True),
    ("Поискай документи", "application_papers", "ask_papers", True),
    ("Продължи срока", "application_resume", "resume", True),
    ("Съобщение до човека", "application_message", "message", True),
    ("Предай на колега", "application_assign", "assign", True),
    ("Бележка", "application_note", "note", False),
    ("Приключи", "application_close", "close", True),
    ("Оттегли", "application_withdraw", "withdraw", True),
    ("Отвори отново", "application_reopen", "reopen", True),
    ("Нов код за човека", "application_new_code", "message", True),
)


def ways(application: Application, *, may_work: bool, without: Way | None) -> list[Way]:
    """Return what else may be done, in the order in which it usually is."""
    found = []
    for words, name, step, is_for_owner in _WAYS:
        if is_for_owner and not may_work:
            continue
        is_confirming = name == "application_confirm"
        if is_confirming and not (application.is_unconfirmed and application.is_open):
            continue
        if not is_confirming and not may(application, step):
            continue
        if application.is_alert and name in ("application_message", "application_new_code"):
            continue
        if name == "application_reopen" and application.assessments.open().exists():
            continue
        if name == "application_tie" and application.person_id:
            words = "Смени лицето"
        found.append(Way(words, reverse(name, args=[application.pk])))
    return [way for way in found if without is None or way.href != without.href]


@require(can_see_applications)
@require_POST
@opens_application
def take(request: HttpRequest, application: Application) -> HttpResponse:
    """Have it, by one press."""
    if not can_work_on(request, application):
        raise PermissionDenied
    try:
        handling.take(application=application, by=request.membership.user)
    except StepRefused as refused:
        messages.info(request, str(refused))
    else:
        messages.success(request, "Заявлението вече е у вас.")
    return redirect("application", application.pk)


@require(can_see_applications)
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of an application, as a download; the look is kept."""
    rows = Attachment.objects.filter(application__isnull=False)
    found: Attachment = get_object_or_404(rows.select_related("application__person"), pk=pk)
    if found.application and (asking := asked_why(request, found.application)):
        return asking
    return files.serve(request, found, to_citizen=False)
