"""Pages of what is done to a referral: one form each, sent to one verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.followups.following import NotAColleague
from municipalities.permissions import require
from referrals.desk.changed import changes_since
from referrals.desk.forms import NO_COLLEAGUE
from referrals.permissions import can_assess, can_work_on_case
from referrals.placing import forms, referring, waiting
from referrals.placing.models import Referral
from referrals.placing.opening import opens_referral
from referrals.provider import answering, telling
from referrals.workflow.machine import Actor, RowChanged, StepRefused, actor_of
from referrals.workflow.referral import REFERRAL
from services_registry.forms_provider import renew

SHOWN = (
    "state",
    "owner",
    "provider",
    "due_on",
    "paused_on",
    "priority",
    "provider_assessment_on",
    "support_plan_on",
    "contract_on",
    "started_on",
    "until",
    "ended_on",
    "decline_reason",
    "withdraw_reason",
)
WRITTEN = ("note", "text", "reason", "email")


@dataclass(frozen=True)
class Step:
    """One page: what it is called, its form, its verb, and what is said when it was done.

    ``step`` is that of the workflow which has to be possible, ``event`` what it leaves on record.
    ``is_for_owner``: only whoever works on the referral does it; the rest is for all at the desk.
    """

    title: str
    button: str
    form: type[forms.StepForm]
    verb: Callable[..., Any]
    step: str
    event: str | tuple[str, ...]
    done: str
    lead: str = ""
    is_for_owner: bool = True
    has_version: bool = True
    is_grave: bool = False


def _answer_offer(*, referral: Referral, actor: Actor, answer: str, offer: int | None) -> Any:
    verbs = {
        "take": waiting.take_offer,
        "pass": waiting.pass_offer,
        "refuse": waiting.refuse_offer,
    }
    return verbs[answer](referral=referral, actor=actor, offer=offer)


def _new_link(*, referral: Referral, actor: Actor, email: str) -> None:
    """Have a link mailed; the same again in a moment is the same form sent twice."""
    same = referral.links.filter(created_by=actor.user, email=email, revoked_at__isnull=True)
    if not same.filter(created_at__gt=timezone.now() - referring.SAID_AGAIN).exists():
        telling.new_link(referral=referral, by=actor.user, email=email)


STEPS = {
    "send": Step(
        title="Изпращане на доставчика",
        button="Изпрати",
        form=forms.SendForm,
        verb=referring.issue_and_send,
        step="send",
        event="sent",
        done="Насочването е изпратено на доставчика.",
        lead="Доставчикът ще види името, телефона, възрастта, населеното място, нуждите при "
        "общуване и това, което е написано за него. Оценката не вижда.",
    ),
    "withdraw": Step(
        title="Оттегляне",
        button="Оттегли насочването",
        form=forms.WithdrawForm,
        verb=referring.withdraw,
        step="withdraw",
        event="withdrawn",
        done="Насочването е оттеглено.",
        lead="Доставчикът вече няма да го вижда сред чакащите. Мястото или редът минават на "
        "следващия. Ако човекът избира друга услуга, използвайте „Друга услуга“.",
        is_grave=True,
    ),
    "prolong": Step(
        title="Продължаване",
        button="Продължи",
        form=forms.ProlongForm,
        verb=referring.prolong,
        step="prolong",
        event="prolonged",
        done="Срокът на ползване е продължен.",
    ),
    "dates": Step(
        title="Дати от доставчика",
        button="Запиши",
        form=forms.DatesForm,
        verb=answering.dates,
        step="dates",
        event="dates",
        done="Датите са записани.",
        lead="Само дните, които доставчикът съобщи. Съдържанието остава при него.",
    ),
    "start": Step(
        title="Начало на услугата",
        button="Запиши началото",
        form=forms.StartForm,
        verb=answering.start,
        step="start",
        event="started",
        done="Началото е записано.",
        lead="От името на доставчика, по това, което е съобщил.",
    ),
    "end": Step(
        title="Приключване",
        button="Приключи",
        form=forms.EndForm,
        verb=answering.end,
        step="end",
        event="ended",
        done="Записано е, че услугата приключи.",
        lead="Мястото се освобождава за следващия.",
        is_grave=True,
    ),
    "priority": Step(
        title="Предимство",
        button="Запиши",
        form=forms.PriorityForm,
        verb=referring.set_priority,
        step="set_priority",
        event="priority",
        done="Предимството е записано.",
        lead="Само по акта на общината. Редът се показва на гражданите.",
    ),
    "pause": Step(
        title="Спиране на срока",
        button="Спри срока",
        form=forms.PauseForm,
        verb=referring.pause,
        step="pause",
        event="paused",
        done="Срокът е спрян.",
    ),
    "resume": Step(
        title="Продължаване на срока",
        button="Продължи срока",
        form=forms.ResumeForm,
        verb=referring.resume,
        step="resume",
        event="resumed",
        done="Срокът отново тече.",
    ),
    "hand": Step(
        title="Предаване на колега",
        button="Предай",
        form=forms.HandForm,
        verb=referring.hand,
        step="hand",
        event="handed",
        done="Насочването е предадено.",
        lead="Колегата ще го вижда сред своите.",
    ),
    "note": Step(
        title="Бележка",
        button="Запиши",
        form=forms.NoteForm,
        verb=referring.note,
        step="note",
        event="note",
        done="Бележката е записана.",
        lead="Чете се само от служителите.",
        is_for_owner=False,
        has_version=False,
    ),
    "link": Step(
        title="Връзка за доставчика",
        button="Прати връзка",
        form=forms.LinkForm,
        verb=_new_link,
        step="hand",
        event="link",
        done="Връзката е пратена.",
        lead="С нея доставчикът отговаря без профил в портала. Предишната спира да важи.",
        has_version=False,
    ),
    "offer": Step(
        title="Отговор на предложеното място",
        button="Запиши отговора",
        form=forms.OfferForm,
        verb=_answer_offer,
        step="take_offer",
        event=("offer_taken", "offer_passed", "withdrawn"),
        done="Отговорът е записан.",
        lead="От името на човека, както го е казал.",
        has_version=False,
    ),
}


@require(can_assess)
@sensitive_post_parameters(*WRITTEN)
@sensitive_variables("form", "facts")
@require_http_methods(["GET", "HEAD", "POST"])
@opens_referral
def step_page(request: HttpRequest, referral: Referral, step: str) -> HttpResponse:
    """The page of one step; „change“ leads to the services side by side."""
    if step == "change" and can_work_on_case(request, referral):
        query = urlencode({"vmesto": referral.pk})
        return redirect(f"{reverse('choose_services', args=[referral.assessment_id])}?{query}")
    rule = STEPS.get(step)
    if rule is None and step != "change":
        raise Http404
    if rule is None or (rule.is_for_owner and not can_work_on_case(request, referral)):
        raise PermissionDenied
    form = rule.form(request.POST if request.method == "POST" else None, referral=referral)
    if request.method == "POST":
        return _sent(request, referral, rule, form)
    if not REFERRAL.may(referral, rule.step):
        messages.error(
            request,
            f"Насочването е „{referral.get_state_display()}“ и това вече не може да се направи.",
        )
        return redirect("referral", referral.pk)
    return _page(request, referral, rule, form)


def _sent(
    request: HttpRequest, referral: Referral, step: Step, form: forms.StepForm
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, referral, step, form)
    facts = form.facts()
    if step.has_version:
        facts["version"] = form.cleaned_data.get("version") or 0
    by = request.membership.user
    actor = actor_of(by, request.municipality)
    try:
        step.verb(referral=referral, actor=actor, **facts)
    except RowChanged as changed:
        if referring.made_just_now(changed.current, step.event, by):
            return _done(request, referral, "Тази стъпка вече е записана.")
        return _changed_page(request, changed.current, step, form)
    except StepRefused as refused:
        if referring.made_just_now(referral, step.event, by):
            return _done(request, referral, "Тази стъпка вече е записана.")
        form.add_error(None, str(refused))
        return _page(request, referral, step, form)
    except NotAColleague:
        form.add_error("to", NO_COLLEAGUE)
        return _page(request, referral, step, form)
    return _done(request, referral, step.done)


def _done(request: HttpRequest, referral: Referral, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("referral", referral.pk)


def _changed_page(
    request: HttpRequest, current: Referral, step: Step, form: forms.StepForm
) -> HttpResponse:
    """Show what changed meanwhile; what was typed stays, to be sent again."""
    changed = changes_since(current, form.cleaned_data.get("version") or 0, SHOWN)
    form.add_error(
        None,
        "Насочването се промени, докато пишехте. Вашето е запазено по-долу. Вижте какво е "
        "различно и запишете отново, ако още е вярно.",
    )
    renew(form, "version", str(current.version))
    return _page(request, current, step, form, changed=changed)


def _page(
    request: HttpRequest, referral: Referral, step: Step, form: forms.StepForm, changed=()
) -> HttpResponse:
    return render(
        request,
        "referrals/placing/step.html",
        {"referral": referral, "step": step, "form": form, "changed": changed},
        status=422 if form.errors else 200,
    )
