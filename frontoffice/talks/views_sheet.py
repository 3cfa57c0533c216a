"""The sheet a citizen takes along: the discussed services in large print, printed or mailed."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.models import Consultation
from frontoffice.talks.tasks import MOST_SERVICES, send_talk_sheet
from frontoffice.views.opening import opens_consultation
from municipalities import secrets
from municipalities.audit import AccessEvent, record_access
from municipalities.permissions import can_use_desk, require
from municipalities.tasks import later
from services_registry.models import Service
from services_registry.sheets import sheets_of

LONGEST_ID = 18  # digits


class MailForm(forms.Form):
    """Where to mail the sheet."""

    email = forms.EmailField(
        label=_("Е-поща на гражданина"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Адресът не се пази. Писмото не съдържа имена."),
        error_messages={
            "required": _("Напишете е-поща."),
            "invalid": _("Напишете е-поща като ime@example.bg."),
        },
    )


@require(can_use_desk)
@sensitive_post_parameters("email")
@require_http_methods(["GET", "HEAD", "POST"])
def talk_sheet(request: HttpRequest) -> HttpResponse:
    """The sheet of services that the address names with ``u``, before anything is recorded."""
    asked = [key for key in request.GET.getlist("u") if key.isascii() and key.isdigit()]
    return _sheet(request, [int(key) for key in asked if len(key) <= LONGEST_ID])


@require(can_use_desk)
@sensitive_post_parameters("email")
@require_http_methods(["GET", "HEAD", "POST"])
@opens_consultation
def consultation_sheet(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    """The sheet of a recorded consultation, with the day one will hear from us again."""
    return _sheet(request, [s.pk for s in consultation.services.all()], consultation)


@sensitive_variables()
def _sheet(
    request: HttpRequest, asked: list[int], consultation: Consultation | None = None
) -> HttpResponse:
    rows = Service.public.for_page().filter(municipality=request.municipality, pk__in=asked)
    services = list(rows.order_by("name", "pk")[:MOST_SERVICES])
    person = consultation.person if consultation else None
    form = MailForm(
        request.POST if request.method == "POST" else None,
        initial={"email": person.email if person else ""},
    )
    if request.method == "POST" and services and form.is_valid():
        later(
            send_talk_sheet,
            municipality=request.municipality.pk,
            services=[service.pk for service in services],
            office=request.membership.office_id,
            to=secrets.encrypt(form.cleaned_data["email"]).decode(),
        )
        if person:
            record_access(
                request, AccessEvent.Action.PRINTED, person, reason="изпратен лист с услуги"
            )
        messages.success(request, "Листът ще пристигне след минута.")
        return redirect(request.get_full_path())
    next_talk = consultation.follow_ups.open().first() if consultation else None
    return render(
        request,
        "frontoffice/talks/sheet.html",
        {
            "form": form,
            "consultation": consultation,
            "services": sheets_of(services, request.build_absolute_uri),
            "next_talk": next_talk,
            "back": reverse("consultation", args=[consultation.pk])
            if consultation
            else reverse("consultation_new"),
        },
        status=422 if form.errors else 200,
    )
