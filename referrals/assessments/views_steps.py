"""Pages of what is done to an assessment: one form each, sent to one verb of ``assessing``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.followups.following import NotAColleague
from frontoffice.followups.forms import ColleagueField
from municipalities.permissions import require
from referrals.applications.handling import SAID_AGAIN
from referrals.assessments import assessing, forms, reading
from referrals.assessments.models import NeedsAssessment
from referrals.assessments.opening import opens_assessment
from referrals.desk.forms import NO_COLLEAGUE, text_field
from referrals.permissions import can_assess, can_work_on_case
from referrals.workflow.assessment import ASSESSMENT
from referrals.workflow.machine import RowChanged, StepRefused
from services_registry.forms_provider import renew


class HandForm(forms.StepForm):
    to = ColleagueField(label="На кого")
    note = text_field("Бележка за колегата", most=300)

    def prepare(self) -> None:
        self.fields["to"].offer(without=self.assessment.owner_id)


@dataclass(frozen=True)
class Step:
    """One page: what it is called, its form, its verb, and what is said when it was done."""

    title: str
    button: str
    form: type[forms.StepForm]
    verb: Callable[..., NeedsAssessment]
    step: str
    event: str
    done: str
    lead: str = ""
    is_for_owner: bool = True
    has_version: bool = True
    is_grave: bool = False


STEPS = {
    "urgent": Step(
        title="Спешен случай",
        button="Отбележи като спешен",
        form=forms.UrgentForm,
        verb=assessing.mark_urgent,
        step="mark_urgent",
        event="urgent",
        done="Случаят е отбелязан като спешен.",
        lead="В спешен случай човекът може да се насочи преди оценката да е изготвена. Тя се "
        "довършва след това.",
    ),
    "not_urgent": Step(
        title="Вече не е спешен",
        button="Махни отбелязването",
        form=forms.PressForm,
        verb=assessing.unmark_urgent,
        step="unmark_urgent",
        event="not_urgent",
        done="Случаят вече не е спешен.",
        lead="Насочва се, щом оценката е изготвена.",
    ),
    "pause": Step(
        title="Спиране на срока",
        button="Спри срока",
        form=forms.ReasonForm,
        verb=assessing.pause,
        step="pause",
        event="paused",
        done="Срокът е спрян.",
        lead="Човекът вижда, че срокът е спрян, без причината.",
    ),
    "resume": Step(
        title="Продължаване на срока",
        button="Продължи срока",
        form=forms.ResumeForm,
        verb=assessing.resume,
        step="resume",
        event="resumed",
        done="Срокът отново тече.",
        lead="Срокът се мести с толкова дни, колкото е стоял.",
    ),
    "hand": Step(
        title="Предаване на колега",
        button="Предай",
        form=HandForm,
        verb=assessing.hand,
        step="hand",
        event="handed",
        done="Оценката е предадена.",
        lead="Колегата ще я вижда сред своите.",
    ),
    "note": Step(
        title="Бележка",
        button="Запиши",
        form=forms.NoteForm,
        verb=assessing.note,
        step="note",
        event="note",
        done="Бележката е записана.",
        lead="Чете се само от служителите. За здравето се пише в оценката, не тук.",
        is_for_owner=False,
        has_version=False,
    ),
    "return": Step(
        title="Връщане за поправка",
        button="Върни",
        form=forms.ReturnForm,
        verb=assessing.give_back,
        step="give_back",
        event="returned",
        done="Оценката е върната за поправка.",
        is_for_owner=False,
    ),
    "cancel": Step(
        title="Прекратяване на оценката",
        button="Прекрати",
        form=forms.ReasonForm,
        verb=assessing.cancel,
        step="cancel",
        event="cancelled",
        done="Оценката е прекратена.",
        lead="Записва се, че човекът вече не желае услуга. Документ не се издава, а избраните "
        "услуги се махат. Това не се връща.",
        is_grave=True,
    ),
}


@require(can_assess)
@sensitive_post_parameters("reason", "note", "text")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
@opens_assessment
def assessment_step(request: HttpRequest, assessment: NeedsAssessment, step: str) -> HttpResponse:
    """One step; 404 for a name that is none, 403 for one that is not of who asks."""
    page = STEPS.get(step)
    if page is None:
        raise Http404
    actor = reading.actor_in(request)
    is_theirs = not page.is_for_owner or can_work_on_case(request, assessment)
    if not is_theirs or actor.who not in ASSESSMENT.steps[page.step].who:
        raise PermissionDenied
    form = page.form(request.POST if request.method == "POST" else None, assessment=assessment)
    if request.method == "POST":
        return _sent(request, assessment, page, form)
    if not ASSESSMENT.may(assessment, page.step):
        messages.info(request, f"Оценката вече е „{assessment.get_state_display()}“.")
        return redirect("assessment", assessment.pk)
    return _page(request, assessment, page, form)


def _sent(
    request: HttpRequest, assessment: NeedsAssessment, page: Step, form: forms.StepForm
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, assessment, page, form)
    facts = form.facts()
    if page.has_version:
        facts["version"] = form.cleaned_data.get("version") or 0
    try:
        page.verb(assessment=assessment, actor=reading.actor_in(request), **facts)
    except RowChanged as changed:
        if _was_made(request, assessment, page):
            return redirect("assessment", assessment.pk)
        renew(form, "version", str(changed.current.version))
        form.add_error(
            None,
            "Колега е променил оценката, докато пишехте. Вижте я и изпратете отново, ако е вярно.",
        )
        return _page(request, changed.current, page, form)
    except StepRefused as refused:
        if _was_made(request, assessment, page):
            return redirect("assessment", assessment.pk)
        form.add_error(None, str(refused))
        return _page(request, assessment, page, form)
    except NotAColleague:
        form.add_error("to", NO_COLLEAGUE)
        return _page(request, assessment, page, form)
    messages.success(request, page.done)
    return redirect("assessment", assessment.pk)


def _was_made(request: HttpRequest, assessment: NeedsAssessment, page: Step) -> bool:
    """Say whether the last step is this one by the same person: the form was sent twice."""
    last = assessment.events.order_by("-pk").first()
    is_same = (
        last is not None
        and (last.kind, last.user_id) == (page.event, request.user.pk)
        and last.at > timezone.now() - SAID_AGAIN
    )
    if is_same:
        messages.info(request, "Тази стъпка вече е записана.")
    return is_same


def _page(
    request: HttpRequest, assessment: NeedsAssessment, page: Step, form: forms.StepForm
) -> HttpResponse:
    return render(
        request,
        "referrals/assessments/step.html",
        {"assessment": assessment, "step": page, "form": form},
        status=422 if form.errors else 200,
    )
