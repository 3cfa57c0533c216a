"""The page behind a link to a provider without an account: what is asked, and the answer.

It shows no name and no way to the person: those are given by the office, or by the person. Opening
it changes nothing but that it was opened. A link that is wrong, expired, replaced by a newer one,
of another municipality or of a referral at its end gets one and the same answer.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from municipalities.links import without_traces
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit
from referrals import clock
from referrals.placing.models import Referral, ReferralState
from referrals.placing.models_waiting import ProviderLink
from referrals.provider import answering, forms, incoming, links
from referrals.provider.office import office_of
from referrals.provider.steps import STEPS
from referrals.provider.views import CHANGED, is_there_already
from referrals.workflow.machine import BY_LINK, RowChanged, StepRefused
from services_registry.forms_provider import renew
from services_registry.free_places import newest_capacity

S = ReferralState
# Only wrong links count: a provider behind one address may answer as many as it was sent.
WRONG_LINKS = Limit("provider_link", amount=20, seconds=600)
DATES, DECLINE = "dates", "decline"
ACCEPTED = (
    "Приехте човека. Обадете се във фронт-офиса за името и телефона му, или го изчакайте с "
    "документа."
)
# Which forms stand on the page in which state, by the word they are sent with.
FORMS: dict[str, dict[str, type[forms.AnswerForm]]] = {
    S.SENT: {"answer": forms.LinkAnswerForm},
    S.WAITING: {"answer": forms.LinkAnswerForm},
    S.ACCEPTED: {DATES: forms.DatesForm, DECLINE: forms.DeclineForm},
    S.STARTED: {DATES: forms.DatesForm},
}


@login_not_required
@sensitive_post_parameters("note")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, obshtina: str, token: str) -> HttpResponseBase:
    """Show what is asked of the provider, or take its answer."""
    if WRONG_LINKS.is_reached(request):  # a right link waits then too
        return without_traces(render(request, "429.html", status=429))
    owner = links.municipality_of(obshtina, token)
    if owner is None:
        return _refuse(request, obshtina)
    with municipality_scope(owner):
        found = links.find_usable(token)
        if found is None:
            return _refuse(request, obshtina)
        if request.method == "POST":
            return without_traces(_answered(request, found))
        if found.opened_at is None:
            ProviderLink.objects.filter(pk=found.pk).update(opened_at=timezone.now())
        return without_traces(_page(request, found.referral))


def _refuse(request: HttpRequest, obshtina: str) -> HttpResponseBase:
    WRONG_LINKS.count(request)
    owner = Municipality.objects.active().filter(slug=obshtina).first()
    context = {"municipality": owner, "office": office_of(owner) if owner else None}
    return without_traces(render(request, "referrals/provider/no_link.html", context, status=404))


def _answered(request: HttpRequest, found: ProviderLink) -> HttpResponse:
    referral = found.referral
    kind = request.POST.get("kind", "")
    known = FORMS.get(referral.state, {})
    if kind not in known:  # an old page: somebody else answered meanwhile
        messages.info(request, "Насочването вече стои другояче. Вижте го по-долу.")
        return redirect(request.path)
    form = known[kind](request.POST, referral=referral, auto_id=f"id_{kind}_%s")
    if not form.is_valid():
        return _page(request, referral, kind=kind, bound=form)
    step = STEPS[form.cleaned_data.get("answer") or kind]
    no_place = False
    try:
        done = step.verb(referral=referral, actor=BY_LINK, **form.facts())
    except RowChanged as changed:
        if is_there_already(changed.current, step):
            return redirect(request.path)
        renew(form, "version", str(changed.current.version))
        form.add_error(None, CHANGED)
    except answering.NoPlace as full:
        form.add_error(None, str(full))
        no_place = True
    except StepRefused as refused:
        form.add_error(None, str(refused))
    else:
        messages.success(request, ACCEPTED if step.step == "accept" else step.done)
        # The link of what was refused leads nowhere any more.
        there = request.path if done.is_open else referral.municipality.get_absolute_url()
        return redirect(there)
    return _page(request, referral, kind=kind, bound=form, no_place=no_place)


def _page(
    request: HttpRequest,
    referral: Referral,
    *,
    kind: str = "",
    bound: forms.AnswerForm | None = None,
    no_place: bool = False,
) -> HttpResponse:
    known = FORMS.get(referral.state, {})
    drawn: dict[str, Any] = {
        name: form(referral=referral, auto_id=f"id_{name}_%s") for name, form in known.items()
    }
    if bound is not None:
        drawn[kind] = bound
    return render(
        request,
        "referrals/provider/link.html",
        {
            "referral": incoming.dress(referral),
            "forms": drawn,
            "form": bound,
            "no_place": no_place,
            "clock": clock.explained(referral),
            "capacity": newest_capacity(referral.service),
            "office": office_of(referral.municipality),
        },
        status=422 if bound is not None else 200,
    )
