"""What follows the number: the page with the code, the protocol, the signature, a correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontoffice.changes import Difference
from frontoffice.drafts import page as drafts
from frontoffice.models import Draft
from municipalities import codes_shown as codes
from municipalities.audit import AccessEvent, record_access
from municipalities.permissions import require
from referrals.applications.models import Application, Channel
from referrals.applications.overlaps import warnings_for
from referrals.desk.opening import opens_application
from referrals.intake import correcting
from referrals.intake.taking import SPOKEN, correct, new_code, signature_of
from referrals.kinds.reading import papers_for
from referrals.letters.writing import protocol_of
from referrals.permissions import can_see_applications, can_work_on
from referrals.workflow import ApplicationChanged, StepRefused

Signature = Application.Signature
COMPARE = (
    "Заявлението е променено, докато пишехте. Вашето е запазено по-долу. Вижте разликите и "
    "запишете отново, ако вашето е вярното."
)
ALIKE = "Записано е същото, което сте написали и вие: може да се откажете."


@require(can_see_applications)
@require_safe
@opens_application
@sensitive_variables("code")
def registered(request: HttpRequest, application: Application) -> HttpResponse:
    """The number, and the citizen's code the one time that it is known; what comes next."""
    brought = {answer.get("paper") for answer in application.answers}
    papers = papers_for(application.kind, application.on_behalf)
    return render(
        request,
        "referrals/intake/registered.html",
        {
            "application": application,
            "code": codes.taken_code(request, application),
            "is_spoken": application.channel in SPOKEN and not application.is_alert,
            "is_signed": application.signature != Signature.NONE,
            "may_work": can_work_on(request, application) and application.is_open,
            "missing": [p for p in papers if p.is_required and p.pk not in brought],
            "overlaps": warnings_for(application),
        },
    )


@require(can_see_applications)
@require_safe
@opens_application
def protocol(request: HttpRequest, application: Application) -> HttpResponse:
    """The protocol of a wish for the person to sign; of an alert there is none."""
    if application.is_alert:
        raise Http404
    record_access(request, AccessEvent.Action.PRINTED, application)
    name = f"protokol-{application.number_year}-{application.number_seq:06d}.pdf"
    return HttpResponse(
        protocol_of(application),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@require(can_see_applications)
@require_POST
@opens_application
def signed(request: HttpRequest, application: Application) -> HttpResponse:
    """Keep that the person signed the printed protocol."""
    if application.is_alert or not _may_change(request, application):
        return redirect("application_registered", application.pk)
    if application.signature == Signature.NONE:
        signature = signature_of(application.channel, is_signed=True)
        try:
            correct(
                application,
                by=request.membership.user,
                version=application.version,
                labels=["Подпис"],
                signature=signature,
            )
        except (ApplicationChanged, StepRefused):
            messages.error(request, "Заявлението току-що беше променено. Опитайте отново.")
            return redirect("application_registered", application.pk)
    messages.success(request, "Записано е, че протоколът е подписан.")
    return redirect("application_registered", application.pk)


@require(can_see_applications)
@require_http_methods(["GET", "HEAD", "POST"])
@opens_application
def replace_code(request: HttpRequest, application: Application) -> HttpResponse:
    """Give the citizen another code, after a page that says what happens with the old one."""
    if application.is_alert or not _may_change(request, application):
        return redirect("application_registered", application.pk)
    if request.method == "POST":
        codes.keep_code(request, application, new_code(application, by=request.membership.user))
        return redirect("application_registered", application.pk)
    return render(request, "referrals/intake/new_code.html", {"application": application})


def _may_change(request: HttpRequest, application: Application) -> bool:
    """Say whether the reader may change it now; tells them why not."""
    if not can_work_on(request, application):
        messages.error(request, "Заявлението е у колега. Променя го той или ръководителят.")
        return False
    if not application.is_open:
        messages.error(request, "Приключено заявление не се променя. Отворете го отново.")
        return False
    return True


@require(can_see_applications)
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_application
def edit_application(request: HttpRequest, application: Application) -> HttpResponse:
    """Correct what was stated while it is open; what a colleague saved meanwhile is shown."""
    if not _may_change(request, application):
        return redirect("application", application.pk)
    draft = drafts.of(request, form=Draft.Form.APPLICATION, subject=application)
    form = draft.bind(
        correcting.form_for(application),
        membership=request.membership,
        application=application,
        initial=correcting.initial_of(application),
    )
    changed: list[Difference] = []
    if request.method != "POST" or "look" in request.POST or not form.is_valid():
        if "look" in request.POST:
            form.without_errors()
        return _edit_page(request, application, form)
    facts = correcting.facts_of(form)
    try:
        with transaction.atomic():
            _save(request, application, form, facts)
            draft.close()
    except ApplicationChanged as refused:
        changed = correcting.differences(refused.current, facts)
        at = f"{timezone.localtime(refused.current.updated_at):%H:%M}"
        form.add_error(None, f"В {at} ч.: {COMPARE if changed else ALIKE}")
        form.data = data = request.POST.copy()
        data["version"] = str(refused.current.version)
    except StepRefused as refused:
        form.add_error(None, str(refused))
    else:
        return redirect("application", application.pk)
    return _edit_page(request, application, form, changed=changed)


@sensitive_variables()
def _save(request: HttpRequest, application: Application, form: Any, facts: dict) -> None:
    """Write what differs, or only say that nothing does."""
    found = correcting.differences(application, facts)
    if not found and (form.cleaned_data["version"] or 0) == application.version:
        messages.info(request, "Няма какво да се запише: нищо не е променено.")
        return
    correct(
        application,
        by=request.membership.user,
        version=form.cleaned_data["version"] or 0,
        labels=[difference.label for difference in found],
        papers=correcting.newly_brought(application, facts),
        **facts,
    )
    messages.success(request, "Промените са записани.")


@sensitive_variables()
def _edit_page(
    request: HttpRequest, application: Application, form: Any, *, changed: Sequence[Difference] = ()
) -> HttpResponse:
    context = {
        "form": form,
        "application": application,
        "changed": changed,
        "is_alert": application.is_alert,
        "is_by_ssev": application.channel == Channel.SSEV,
    }
    return render(
        request, "referrals/intake/edit.html", context, status=422 if form.errors else 200
    )
