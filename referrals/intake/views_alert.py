"""A third party's alert: a contact and, for a child at risk, a duty; never a service."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.dossier.opening import asks_why
from frontoffice.drafts import page as drafts
from frontoffice.kept import kept_of
from frontoffice.looks import find_person_named, record_look
from frontoffice.models import Draft
from municipalities.permissions import require
from referrals.applications.models import Application
from referrals.applications.overlaps import Facts, overlaps_of
from referrals.intake.forms import DATED
from referrals.intake.forms_alert import DUTY, AlertForm
from referrals.intake.people import block_of, record_applying
from referrals.intake.taking import take_alert
from referrals.kinds.reading import kinds_at_desk
from referrals.permissions import can_see_applications


@require(can_see_applications)
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@asks_why("lice")
def new_alert(request: HttpRequest) -> HttpResponse:
    """Take an alert; sent twice it is registered once."""
    kinds = [kind for kind in kinds_at_desk() if kind.is_alert]
    initial: dict = {"kind": kinds[0].code if kinds else None}
    if named := request.GET.get("lice", ""):
        initial["person"] = kept_of(find_person_named(named))
        if request.method != "POST":
            record_look(request, initial["person"])
    draft = drafts.of(request, form=Draft.Form.APPLICATION)
    form = draft.bind(AlertForm, membership=request.membership, kinds=kinds, initial=initial)
    if form.is_asking():
        return _page(request, form.without_errors())
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    with transaction.atomic():
        application = _take(request, form)
        draft.close()
    if application.person:
        record_applying(request, application.person)
    return redirect("application_registered", application.pk)


@sensitive_variables()
def _take(request: HttpRequest, form: AlertForm) -> Application:
    facts = form.cleaned_data
    received = take_alert(
        membership=request.membership,
        kind=form.kinds[facts["kind"]],
        channel=facts["channel"],
        form_key=facts["form_key"],
        received_on=facts["received_on"],
        person=facts["person"],
        office=form.kinds[facts["kind"]].office or request.membership.office,
        **form.facts(),
    )
    return received.application


@sensitive_variables()
def _page(request: HttpRequest, form: AlertForm) -> HttpResponse:
    chosen = form.chosen_person()
    block = block_of(request, form, chosen)
    kind = form.kinds.get(form.value_of("kind")) if form.kinds else None
    context = {
        "form": form,
        "kind": kind,
        "duty": DUTY,
        "is_dated": form.value_of("channel") in DATED,
        "overlaps": overlaps_of(Facts(kind=kind, person=chosen)),
        **block,
        "is_new": False,
    }
    return render(
        request, "referrals/intake/alert.html", context, status=422 if form.errors else 200
    )
