"""A provider's incoming referrals, with an account: the list, one of them, its steps."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from referrals import clock
from referrals.placing.models import Referral, ReferralState
from referrals.placing.waiting import positions
from referrals.provider import answering, forms, incoming
from referrals.provider.office import office_of
from referrals.provider.steps import STEPS, Step, ways_of
from referrals.workflow.machine import Actor, RowChanged, StepRefused, Who
from referrals.workflow.referral import REFERRAL
from services_registry.forms_provider import renew
from services_registry.free_places import newest_capacity
from services_registry.models import Provider
from services_registry.portal_tabs import tabs_of
from services_registry.views.provider import in_own_scope

PER_PAGE = 20
WRITTEN = ("note", "text")
CHANGED = (
    "Докато пишехте, насочването беше променено. Вижте как стои сега и натиснете отново, ако "
    "вашето още е вярно."
)


@in_own_scope
@require_safe
def referrals(request: HttpRequest, provider: Provider) -> HttpResponse:
    """What was sent to the provider, by state, the most pressing first; without names."""
    tab, counted = incoming.chosen_tab(request), incoming.counts(provider)
    page = Paginator(incoming.listed(provider, tab), PER_PAGE).get_page(request.GET.get("page"))
    standing = positions(page.object_list)
    for row in page.object_list:
        incoming.dress(row)
        row.position = standing.get(row.pk)
    return render(
        request,
        "referrals/provider/list.html",
        {
            "provider": provider,
            "tabs": tabs_of(provider),
            "states": [
                {
                    "label": label,
                    "count": counted[name],
                    "href": f"?{urlencode({'vid': name})}",
                    "chosen": name == tab,
                }
                for name, (label, _states) in incoming.TABS.items()
            ],
            "tab": tab,
            "page_obj": page,
        },
    )


@in_own_scope
@sensitive_variables()
@require_safe
def page(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """One referral: whom to look for, what is needed, what to do next. The look is kept."""
    return _page(request, incoming.find(request, provider, pk))


def _page(request: HttpRequest, referral: Referral) -> HttpResponse:
    capacity = newest_capacity(referral.service)
    return render(
        request,
        "referrals/provider/page.html",
        {
            "referral": referral,
            "person": incoming.shown_of(referral),
            "ways": ways_of(referral),
            "capacity": capacity,
            "clock": clock.explained(referral),
            "dates": [(label, getattr(referral, name)) for name, label in answering.DATES.items()],
            "story": incoming.story_of(referral),
            "office": office_of(referral.municipality),
            "offer": referral.offers.filter(state="open").first()
            if referral.state == ReferralState.OFFERED
            else None,
        },
    )


@in_own_scope
@sensitive_post_parameters(*WRITTEN)
@sensitive_variables("form", "facts")
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, provider: Provider, pk: int, step: str) -> HttpResponse:
    """One step of the provider: its form, and the verb it is sent to."""
    chosen = STEPS.get(step)
    if chosen is None:
        raise Http404
    referral = incoming.find(request, provider, pk)
    if request.method == "POST":
        return _sent(request, referral, chosen)
    if not REFERRAL.may(referral, chosen.step):
        messages.error(request, f"Насочването вече е „{referral.get_state_display()}“.")
        return redirect("provider_referral", referral.pk)
    return _step_page(request, referral, chosen, chosen.form(referral=referral))


def _sent(request: HttpRequest, referral: Referral, chosen: Step) -> HttpResponse:
    form = chosen.form(request.POST, referral=referral)
    if not form.is_valid():
        return _step_page(request, referral, chosen, form)
    no_place = False
    try:
        with transaction.atomic():
            chosen.verb(referral=referral, actor=Actor(Who.PROVIDER, request.user), **form.facts())
    except RowChanged as changed:
        if is_there_already(changed.current, chosen):
            return _done(request, referral, "Това вече е записано.")
        renew(form, "version", str(changed.current.version))
        form.add_error(None, CHANGED)
        referral = incoming.dress(incoming.of_provider(referral.provider).get(pk=referral.pk))
    except answering.NoPlace as full:
        form.add_error(None, str(full))
        no_place = True
    except StepRefused as refused:
        form.add_error(None, str(refused))
    else:
        return _done(request, referral, chosen.done)
    return _step_page(request, referral, chosen, form, no_place=no_place)


def is_there_already(current: Referral, chosen: Step) -> bool:
    """Say whether ``current`` is where the step leads: the same form was sent twice."""
    target = REFERRAL.steps[chosen.step].target
    return target is not None and current.state == target


def _done(request: HttpRequest, referral: Referral, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("provider_referral", referral.pk)


def _step_page(
    request: HttpRequest,
    referral: Referral,
    chosen: Step,
    form: forms.AnswerForm,
    *,
    no_place: bool = False,
) -> HttpResponse:
    return render(
        request,
        "referrals/provider/step.html",
        {
            "referral": referral,
            "step": chosen,
            "form": form,
            "no_place": no_place,
            "may_wait": no_place and REFERRAL.may(referral, "put_in_line"),
        },
        status=422 if form.errors else 200,
    )
