"""Registering for an event without an account, and the page of a registration.

Nothing of a registration's number and secret is ever in an address. Whoever has not opened one in
this browser is led to the form, whether or not there is a registration behind the address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.models import CampaignEvent
from campaigns.registering import codes, forgetting, places, slots
from campaigns.registering.errors import RegistrationRefused
from campaigns.registering.forms import FindForm, RegisterForm
from campaigns.registering.models import Registration
from municipalities.codes_shown import keep_code, taken_code
from municipalities.forms_secret import SecretForm
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit
from municipalities.unlocking import is_unlocked, lock, unlock
from municipalities.views.opening import open_by_secret

# Of one network address; a whole office, school or library is behind one.
REGISTRATIONS = Limit("event_registration", amount=40, seconds=3600)
READ_AND_SEND = ["GET", "HEAD", "POST"]
State = Registration.State


def _public_events():
    return CampaignEvent.public.select_related(
        "municipality", "settlement", "campaign__project__programme"
    )


@login_not_required
@never_cache
@sensitive_post_parameters("name", "email", "phone", "needs")
@require_http_methods(READ_AND_SEND)
def event_register(request: HttpRequest, pk: int) -> HttpResponse:
    """One page to take a place, or a turn where there is none; says why where nobody can."""
    event = get_object_or_404(_public_events(), pk=pk)
    with municipality_scope(event.municipality):
        form = RegisterForm(request.POST if request.method == "POST" else None, event=event)
        if not form.is_bound:
            return _register_page(request, event, form)
        if REGISTRATIONS.is_reached(request):
            return render(request, "429.html", status=429)
        if not form.is_valid():
            return _register_page(request, event, form, status=422)
        try:
            row, secret = places.register(
                event=event, facts=form.facts(), form_key=form.cleaned_data["form_key"]
            )
        except RegistrationRefused as refused:
            form.add_error(None, str(refused))
            return _register_page(request, event, form, status=422)
        REGISTRATIONS.count(request)
        unlock(request, row)
        keep_code(request, row, secret)
        return redirect("registration", event.municipality.slug, row.pk)


def _register_page(
    request: HttpRequest, event: CampaignEvent, form: RegisterForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "event": event,
        "municipality": event.municipality,
        "form": form,
        "places": places.places_of(event),
        "forget_days": event.forget_after_days,
    }
    return render(request, "campaigns/registering/register.html", context, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters("kod")
@require_http_methods(READ_AND_SEND)
def registration_find(request: HttpRequest) -> HttpResponse:
    """Ask for municipality, number and secret; every wrong answer is the same."""
    return open_by_secret(
        request,
        FindForm,
        find=codes.opened,
        page=_find_page,
        opened=lambda municipality, row: redirect("registration", municipality.slug, row.pk),
    )


def _find_page(
    request: HttpRequest, form: SecretForm, *, status: int = 200, wait: bool = False
) -> HttpResponse:
    context = {"form": form, "wait": wait}
    return render(request, "campaigns/registering/find.html", context, status=status)


def opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Call ``view`` with the registration that this browser has opened, in its scope.

    Anybody else gets the form of the municipality in the address.
    """

    @wraps(view)
    def guarded(request: HttpRequest, obshtina: str, pk: int, **kwargs: object) -> HttpResponseBase:
        municipality = Municipality.objects.active().filter(slug=obshtina).first()
        if municipality is None:
            return redirect("registration_find")
        with municipality_scope(municipality):
            rows = Registration.objects.select_related(
                "municipality", "event__settlement", "event__campaign__project__programme"
            )
            row = rows.filter(pk=pk, forgotten_at__isnull=True).first()
            if row is not None and is_unlocked(request, row):
                return view(request, row, **kwargs)
        return redirect(f"{reverse('registration_find')}?{urlencode({'obshtina': obshtina})}")

    return guarded


@login_not_required
@never_cache
@require_safe
@opened
def registration(request: HttpRequest, row: Registration) -> HttpResponse:
    """What the citizen has: a place or a turn, where and when; the code once, after registering."""
    event = row.event
    context = {
        "registration": row,
        "event": event,
        "municipality": row.municipality,
        "code": taken_code(request, row),
        "turn": places.turn_of(row),
        "is_over": event.ends_at <= timezone.now(),
        "is_shown": _public_events().filter(pk=event.pk).exists(),
        "forget_on": forgetting.forget_on(event),
        "slots": slots.slots_of(row),
        "may_cancel": _may_cancel(row),
    }
    return render(request, "campaigns/registering/registration.html", context)


def _may_cancel(row: Registration) -> bool:
    is_coming = row.event.ends_at > timezone.now() and not row.event.cancelled_at
    return is_coming and row.state != State.CANCELLED and not row.came_at


@login_not_required
@never_cache
@require_http_methods(READ_AND_SEND)
@opened
def registration_cancel(request: HttpRequest, row: Registration) -> HttpResponse:
    """Say what giving up the place does, and do it."""
    own_page = redirect("registration", row.municipality.slug, row.pk)
    if not _may_cancel(row):
        return own_page
    if request.method != "POST":
        context = {"registration": row, "event": row.event, "municipality": row.municipality}
        return render(request, "campaigns/registering/cancel.html", context)
    try:
        places.cancel(row)
    except RegistrationRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Отказахте се от мястото си. Благодарим, че казахте."))
    return own_page


@login_not_required
@never_cache
@require_http_methods(["POST"])
def registration_leave(request: HttpRequest) -> HttpResponse:
    """Forget in this browser every record that was opened."""
    lock(request)
    messages.success(request, _("Излязохте. За да видите записването отново, напишете кода."))
    return redirect("registration_find")
