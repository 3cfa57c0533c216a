"""The provider's portal: own services, what of them changes at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from municipalities.permissions import require
from municipalities.tenancy import municipality_scope
from services_registry import provider_changes as changes
from services_registry.forms_provider import (
    CapacityForm,
    ExceptionForm,
    ProviderContactsForm,
    SiteContactsForm,
    WeekForm,
    renew,
)
from services_registry.models import (
    Provider,
    Service,
    ServiceSite,
    SiteException,
    SiteHours,
)
from services_registry.permissions import own_provider, works_for_a_provider
from services_registry.portal_tabs import tabs_of
from services_registry.upkeep import proposals
from services_registry.upkeep.freshness import CAPACITY_HOLDS
from services_registry.values import fingerprint

SERVICES_PER_PAGE = 20
EXCEPTIONS_SHOWN = 60
NAMED_IN_REMINDER = 5


def in_own_scope(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Run a view of a provider's person in the scope of their municipality, with the membership.

    The page is rendered inside as well: nothing is read after the scope is closed.
    """

    @require(works_for_a_provider)
    @wraps(view)
    def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        membership = own_provider(request)
        with municipality_scope(membership.municipality):
            return view(request, membership.provider, *args, **kwargs)

    return scoped


def own_services(provider: Provider) -> QuerySet[Service]:
    """Return the provider's services, drafts included; closed ones are nobody's to change."""
    return (
        Service.objects.filter(provider=provider)
        .exclude(status=Service.Status.CLOSED)
        .select_related("municipality", "provider")
        .defer("search_vector")
    )


def own_service(provider: Provider, pk: int) -> Service:
    """Return a service of the provider; raises Http404 for any other."""
    return get_object_or_404(own_services(provider), pk=pk)


def own_site(provider: Provider, pk: int) -> ServiceSite:
    """Return a place of one of the provider's services; raises Http404 for any other."""
    sites = ServiceSite.objects.filter(service__in=own_services(provider))
    return get_object_or_404(sites.select_related("service", "settlement"), pk=pk)


def changed_notice(now: str) -> str:
    """Say that somebody else was faster, and what stands."""
    words = "Докато попълвахте, някой записа друго."
    if now:
        words = f"{words} Сега е записано: {now}."
    return f"{words} Прегледайте и натиснете отново, ако вашето е вярното."


# The list


def _old_places() -> dt.date:
    return timezone.localdate() - CAPACITY_HOLDS


def _capacity_form(service: Any, data: Any = None) -> CapacityForm:
    numbers = (service.capacity_places, service.capacity_free, service.capacity_waiting)
    initial = dict(zip(("places", "free", "waiting"), numbers, strict=True))
    if initial["waiting"] is None:
        initial["waiting"] = 0
    version = changes.capacity_version(*numbers, as_of=service.capacity_as_of)
    return CapacityForm(data, prefix=f"u{service.pk}", initial={**initial, "version": version})


def _page_of(request: HttpRequest, services: QuerySet[Service]) -> Page:
    return Paginator(services, SERVICES_PER_PAGE).get_page(request.GET.get("page"))


def _list_page(
    request: HttpRequest, provider: Provider, *, bound: CapacityForm | None = None, of: int = 0
) -> HttpResponse:
    """Draw the list; ``bound`` is the refused form of the service ``of``."""
    services = own_services(provider).with_latest_capacity().with_freshness()
    due = services.filter(Q(stale=True) | Q(capacity_as_of__lt=_old_places()))
    page = _page_of(
        request,
        services.prefetch_related(
            Prefetch("changeproposals", proposals.waiting_of_all(), to_attr="waiting_proposals")
        ).order_by("name", "pk"),
    )
    saved = request.GET.get("zapisano", "")
    cards = [
        {
            "service": service,
            "form": bound if bound and service.pk == of else _capacity_form(service),
            "tags": _tags(service),
            "is_saved": str(service.pk) == saved,
        }
        for service in page
    ]
    return render(
        request,
        "services_registry/provider.html",
        {
            "provider": provider,
            "page_obj": page,
            "cards": cards,
            "due": list(due.order_by("name", "pk")[: NAMED_IN_REMINDER + 1]),
            "due_named": NAMED_IN_REMINDER,
            "form": bound,
            "tabs": tabs_of(provider),
        },
        status=422 if bound else 200,
    )


def _tags(service: Any) -> list[tuple[str, str]]:
    """Return what the card of a service says of its state, as (words, kind of tag)."""
    said = []
    if service.status != Service.Status.PUBLISHED:
        said.append((str(service.get_status_display()), "due"))
    if service.capacity_as_of and service.capacity_as_of < _old_places():
        said.append(("стари места", "due"))
    if service.stale:
        said.append(("за потвърждаване", "due"))
    if service.waiting_proposals:
        said.append(("предложение чака", "plain"))
    return said


def _back_to_card(request: HttpRequest, service: Service, *, saved: bool) -> HttpResponse:
    query = request.GET.copy()
    query.pop("zapisano", None)
    if saved:
        query["zapisano"] = str(service.pk)
    where = reverse("provider") + (f"?{query.urlencode()}" if query else "")
    return redirect(f"{where}#usluga-{service.pk}")


@in_own_scope
@require_safe
def my_services(request: HttpRequest, provider: Provider) -> HttpResponse:
    """The provider's own services, each with its free places to change on the spot."""
    return _list_page(request, provider)


@in_own_scope
@require_POST
def save_places(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Write the free places and waiting people of a service as they are today."""
    service = get_object_or_404(own_services(provider).with_latest_capacity(), pk=pk)
    form = _capacity_form(service, request.POST)
    if not form.is_valid():
        return _list_page(request, provider, bound=form, of=service.pk)
    try:
        changes.save_capacity(service, **form.cleaned_data)
    except changes.ChangedMeanwhile as other:
        form.add_error(None, changed_notice(other.now))
        renew(form, "version", form.initial["version"])
        return _list_page(request, provider, bound=form, of=service.pk)
    return _back_to_card(request, service, saved=True)


@in_own_scope
@require_POST
def still_true(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Say „все още е вярно“ of a service's whole record."""
    service = own_service(provider, pk)
    if changes.confirm_today(service, request.user):
        messages.success(request, f"„{service.name}“: потвърдихте, че всичко още е вярно.")
    else:
        messages.info(request, f"„{service.name}“ вече е потвърдена днес.")
    if request.POST.get("ot") == "usluga":
        return redirect("provider_service", service.pk)
    return _back_to_card(request, service, saved=False)


# One service


def _sites_of(service: Service) -> list[ServiceSite]:
    today = timezone.localdate()
    return list(
        service.sites.select_related("settlement")
        .prefetch_related(
            Prefetch("hours", SiteHours.objects.order_by("weekday", "opens")),
            Prefetch(
                "exceptions",
                SiteException.objects.filter(last_day__gte=today).order_by("first_day", "opens"),
            ),
        )
        .order_by("pk")
    )


def _site_forms(site: ServiceSite) -> dict[str, forms.Form]:
    contacts = changes.contacts_of(site)
    return {
        f"kontakti-{site.pk}": SiteContactsForm(
            prefix=f"k{site.pk}",
            initial={**contacts, "version": fingerprint(contacts)},
        ),
        f"vreme-{site.pk}": WeekForm(prefix=f"v{site.pk}", initial=WeekForm.initial_of(site)),
        f"dni-{site.pk}": ExceptionForm(prefix=f"d{site.pk}"),
    }


def _service_page(
    request: HttpRequest,
    provider: Provider,
    service: Service,
    *,
    bound: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    """Draw the page of a service; ``bound`` has one form as it was typed, by the name it has."""
    contacts = changes.contacts_of(provider)
    drawn: dict[str, forms.Form] = {
        "dostavchik": ProviderContactsForm(
            prefix="p", initial={**contacts, "version": fingerprint(contacts)}
        )
    }
    sites = _sites_of(service)
    for site in sites:
        drawn |= _site_forms(site)
    drawn |= bound or {}
    refused = next((form for form in (bound or {}).values() if form.errors), None)
    return render(
        request,
        "services_registry/provider_service.html",
        {
            "service": service,
            "provider": provider,
            "provider_form": drawn["dostavchik"],
            "places": [_shown(site, drawn, bound or {}, len(sites)) for site in sites],
            "proposals": list(
                service.changeproposals.select_related("decided_by", "proposed_by").order_by(
                    "-created_at", "-pk"
                )[:10]
            ),
            "form": refused,
            "tabs": tabs_of(provider),
        },
        status=422 if refused else 200,
    )


def _shown(
    site: ServiceSite, drawn: dict[str, forms.Form], bound: dict[str, forms.Form], among: int
) -> dict[str, Any]:
    """Return one place as the page shows it; what was typed and refused stands open."""
    week = f"vreme-{site.pk}"
    days = f"dni-{site.pk}"
    return {
        "site": site,
        "contacts": drawn[f"kontakti-{site.pk}"],
        "week": drawn[week],
        "week_fits": WeekForm.fits(site),
        "week_open": week in bound or among == 1,
        "week_is_copied": week in bound and not bound[week].errors,
        "days": drawn[days],
        "days_open": days in bound,
        "exceptions": site.exceptions.all()[:EXCEPTIONS_SHOWN],
    }


@in_own_scope
@require_safe
def service(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """One service: contacts, hours and days to change at once, and what waits for the others."""
    return _service_page(request, provider, own_service(provider, pk))


def _saved(request: HttpRequest, site: ServiceSite, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("provider_service", site.service_id)


@in_own_scope
@require_POST
def save_provider_contacts(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Write the provider's own contacts, from the page of one of its services."""
    found = own_service(provider, pk)
    form = ProviderContactsForm(request.POST, prefix="p")
    if form.is_valid():
        try:
            changes.save_contacts(provider, form.facts(), version=form.cleaned_data["version"])
        except changes.ChangedMeanwhile as other:
            provider.refresh_from_db()
            form.add_error(None, changed_notice(other.now))
            renew(form, "version", fingerprint(changes.contacts_of(provider)))
        else:
            messages.success(request, "Контактите на доставчика са записани.")
            return redirect("provider_service", found.pk)
    return _service_page(request, provider, found, bound={"dostavchik": form})


@in_own_scope
@require_POST
def save_site_contacts(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Write the contacts of a place."""
    site = own_site(provider, pk)
    form = SiteContactsForm(request.POST, prefix=f"k{site.pk}")
    if form.is_valid():
        try:
            changes.save_contacts(site, form.facts(), version=form.cleaned_data["version"])
        except changes.ChangedMeanwhile as other:
            site.refresh_from_db()
            form.add_error(None, changed_notice(other.now))
            renew(form, "version", fingerprint(changes.contacts_of(site)))
        else:
            return _saved(request, site, f"Контактите на „{site}“ са записани.")
    return _again(request, provider, site, {f"kontakti-{site.pk}": form})


def _again(
    request: HttpRequest, provider: Provider, site: ServiceSite, bound: dict[str, forms.Form]
) -> HttpResponse:
    found = own_service(provider, site.service_id)
    return _service_page(request, provider, found, bound=bound)


@in_own_scope
@require_POST
def save_hours(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Write the week of a place, or show it with Monday's hours copied, not saved yet."""
    site = own_site(provider, pk)
    prefix = f"v{site.pk}"
    form = WeekForm(request.POST, prefix=prefix)
    if "kato-ponedelnik" in request.POST:
        copied = WeekForm(prefix=prefix, initial=form.copied())
        return _again(request, provider, site, {f"vreme-{site.pk}": copied})
    if form.is_valid():
        try:
            changes.save_week(site, form.stretches(), version=form.cleaned_data["version"])
        except changes.ChangedMeanwhile as other:
            form.add_error(None, changed_notice(other.now))
            renew(form, "version", fingerprint(changes.stretches_of(site)))
        else:
            return _saved(request, site, f"Работното време на „{site}“ е записано.")
    return _again(request, provider, site, {f"vreme-{site.pk}": form})


@in_own_scope
@require_POST
def add_days(request: HttpRequest, provider: Provider, pk: int) -> HttpResponse:
    """Write days on which a place is closed or keeps other hours."""
    site = own_site(provider, pk)
    form = ExceptionForm(request.POST, prefix=f"d{site.pk}")
    if form.is_valid():
        try:
            made = changes.add_exception(site, **form.cleaned_data)
        except changes.DaysOverlap as other:
            form.add_error("first_day", f"За тези дни вече е записано: {other}. Махнете го първо.")
        else:
            return _saved(request, site, f"Записано: {made}.")
    return _again(request, provider, site, {f"dni-{site.pk}": form})


@in_own_scope
@require_POST
def remove_days(request: HttpRequest, provider: Provider, pk: int, day: int) -> HttpResponse:
    """Take away days with other hours of a place; a second press finds them gone."""
    site = own_site(provider, pk)
    is_gone = changes.remove_exception(site, day)
    return _saved(request, site, "Махнато." if is_gone else "Тези дни вече са махнати.")
