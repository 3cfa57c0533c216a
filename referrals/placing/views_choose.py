"""Pages on which a specialist and a person choose services side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from municipalities.permissions import require
from referrals.assessments.models import AssessmentState, NeedsAssessment
from referrals.desk.changed import changes_since
from referrals.permissions import can_assess, can_work_on_case
from referrals.placing import choosing, referring, waiting
from referrals.placing.forms import ChooseForm
from referrals.placing.models import Referral, ReferralState
from referrals.placing.opening import chooses_for, opens_referral
from referrals.workflow.machine import RowChanged, StepRefused, actor_of
from referrals.workflow.referral import REFERRAL
from services_registry.forms_provider import renew
from services_registry.models import Service

PER_PAGE = 20
SHOWN = ("state", "owner", "due_on", "decline_reason", "priority", "started_on")
WRITTEN = ("choice_note", "summary", "routing_note")


@require(can_assess)
@sensitive_variables()
@require_safe
@chooses_for
def compare(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse:
    """The services that match what the assessment found, or all of them, side by side."""
    replaces = _replaced(request, assessment)
    asked = _asked(request, replaces)
    order = asked.get("red", "mesta")
    has_kinds = bool(assessment.kinds.all())
    found = choosing.in_order(
        choosing.options(assessment, everything="vsichki" in asked, with_measure="myarka" in asked),
        order,
    )
    referrals = assessment.referrals.select_related("service").order_by("ordinal")
    return render(
        request,
        "referrals/placing/choose.html",
        {
            "assessment": assessment,
            "may_work": can_work_on_case(request, assessment),
            "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "orders": [
                {"words": words, "href": _with(asked, red=word), "chosen": word == order}
                for word, words in choosing.ORDERS.items()
            ],
            "order": order,
            "asked": f"?{urlencode(asked)}" if asked else "",
            "others_href": _with(asked, vsichki="" if "vsichki" in asked else "1"),
            "measure_href": _with(asked, myarka="" if "myarka" in asked else "1"),
            "is_everything": "vsichki" in asked or not has_kinds,
            "has_kinds": has_kinds,
            "with_measure": "myarka" in asked,
            "replaces": replaces,
            "referrals": [one for one in referrals if one.is_open],
            "may_send": assessment.is_urgent or assessment.state == AssessmentState.DONE,
        },
    )


def _asked(request: HttpRequest, replaces: Referral | None) -> dict[str, str]:
    """Return what of the address is known, to be said again in the links of the page."""
    asked: dict[str, str] = {}
    if request.GET.get("red") in choosing.ORDERS:
        asked["red"] = request.GET["red"]
    for name in ("vsichki", "myarka"):
        if request.GET.get(name) == "1":
            asked[name] = "1"
    if replaces:
        asked["vmesto"] = str(replaces.pk)
    return asked


def _with(asked: dict[str, str], **changes: str) -> str:
    told = {name: value for name, value in (asked | changes).items() if value}
    return f"?{urlencode(told)}"


def _replaced(request: HttpRequest, assessment: NeedsAssessment) -> Referral | None:
    """Return the sent referral of the person in whose place one is chosen, if the address names it.

    Raises Http404 where it names another.
    """
    number = request.GET.get("vmesto", "")
    if not number:
        return None
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    rows = Referral.objects.filter(assessment=assessment).exclude(state=ReferralState.CHOSEN)
    return get_object_or_404(rows.select_related("service", "assessment"), pk=pk)


@require(can_assess)
@sensitive_post_parameters(*WRITTEN)
@sensitive_variables("form", "facts")
@require_http_methods(["GET", "HEAD", "POST"])
@chooses_for
def choose(request: HttpRequest, assessment: NeedsAssessment, service: int) -> HttpResponse:
    """Say who chose the service and why, and what its provider is told."""
    if not can_work_on_case(request, assessment):
        raise PermissionDenied
    one: Any = get_object_or_404(choosing.services_for(assessment.person.settlement), pk=service)
    replaces = _replaced(request, assessment)
    with_measure = request.GET.get("myarka") == "1"
    option = choosing.option_of(assessment, one, with_measure=with_measure)
    form = ChooseForm(
        request.POST if request.method == "POST" else None,
        assessment=assessment,
        service=one,
        decision=option.decision,
        rule=waiting.rule_for(one, timezone.localdate()),
        replaces=replaces,
    )
    page = {"assessment": assessment, "option": option, "form": form, "replaces": replaces,
            "asked": _with(_asked(request, replaces)), "changed": ()}  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, page)
    try:
        made = _chosen(request, assessment, one, form, replaces, with_measure=with_measure)
    except RowChanged as changed:
        page["changed"] = changes_since(
            changed.current, form.cleaned_data.get("version") or 0, SHOWN
        )
        form.add_error(None, "Колега е променил насочването, докато пишехте. Вижте какво е "
                       "различно и изберете отново, ако още е вярно.")  # fmt: skip
        renew(form, "version", str(changed.current.version))
        return _form_page(request, page)
    except StepRefused as refused:
        form.add_error(None, str(refused))
        return _form_page(request, page)
    return _after(request, assessment, made)


def _chosen(
    request: HttpRequest,
    assessment: NeedsAssessment,
    service: Service,
    form: ChooseForm,
    replaces: Referral | None,
    *,
    with_measure: bool,
) -> Referral:
    actor = actor_of(request.membership.user, request.municipality)
    facts = {**form.facts(), "with_measure": with_measure}
    if replaces and REFERRAL.may(replaces, "withdraw", actor):
        return referring.change(
            referral=replaces,
            to_service=service,
            actor=actor,
            version=form.cleaned_data.get("version") or 0,
            **facts,
        )
    return referring.choose(
        assessment=assessment, service=service, actor=actor, replaces=replaces, **facts
    )


def _after(request: HttpRequest, assessment: NeedsAssessment, made: Referral) -> HttpResponse:
    if made.state != ReferralState.CHOSEN:
        messages.success(request, f"Насочването е сменено и изпратено: {made.service.name}.")
        return redirect("referral", made.pk)
    messages.success(request, f"Избрана услуга: {made.service.name}.")
    if assessment.state == AssessmentState.DONE:
        return redirect("referral", made.pk)
    return redirect("choose_services", assessment.pk)


def _form_page(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    return render(
        request,
        "referrals/placing/choose_one.html",
        page,
        status=422 if page["form"].errors else 200,
    )


@require(can_assess)
@require_POST
@opens_referral
def take_back(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Forget a choice that was not sent, by one press."""
    if not can_work_on_case(request, referral.assessment):
        raise PermissionDenied
    actor = actor_of(request.membership.user, request.municipality)
    try:
        referring.take_back(referral=referral, actor=actor)
    except StepRefused as refused:
        messages.error(request, str(refused))
        return redirect("referral", referral.pk)
    messages.success(request, f"Вече не е избрана: {referral.service.name}.")
    return redirect(reverse("choose_services", args=[referral.assessment_id]))
