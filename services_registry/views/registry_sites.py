"""The places of a service: added, edited with their week and other days, closed."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from municipalities.permissions import can_manage_registry, require
from municipalities.views.confirming import confirm
from services_registry import editing
from services_registry.forms_parts import ExceptionFormSet, SiteForm, WeekForm
from services_registry.history import last_author
from services_registry.models import Service, ServiceSite, SiteHours
from services_registry.values import SITES, fingerprint, site_facts
from services_registry.views.registry_steps import held


def _site(service: Service, pk: int) -> ServiceSite:
    rows = service.sites.select_related("settlement").prefetch_related("hours", "exceptions")
    return get_object_or_404(rows, pk=pk)


def _sign(site: ServiceSite) -> str:
    if site.pk is None:
        return ""
    return fingerprint("\n".join(f"{fact.label}: {fact.words}" for fact in site_facts(site)))


def _versions(site: ServiceSite) -> list[dict]:
    """Return what is stored of a place now, for whoever was writing while it was saved."""
    return [{"label": f.label, "theirs": f.words, "pieces": []} for f in site_facts(site)]


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a place."""
    service = held(pk)
    site = ServiceSite(municipality=request.municipality, service=service)
    return _edit(request, service, site, theirs=None)


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, site_pk: int) -> HttpResponse:
    """Change a place, its week and its other days, together."""
    service = held(pk)
    return _edit(request, service, _site(service, site_pk), theirs=_site(service, site_pk))


def _edit(
    request: HttpRequest, service: Service, site: ServiceSite, *, theirs: ServiceSite | None
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    now = _sign(theirs) if theirs else ""
    form = SiteForm(data, instance=site, prefix="myasto")
    week = WeekForm(data, rows=theirs.hours.all() if theirs else (), prefix="chasove")
    others = ExceptionFormSet(data, instance=site, prefix="dni")
    status, seen, versions = 200, now, None
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        valid = [form.is_valid(), week.is_valid(), others.is_valid()]
        if not all(valid):
            status = 422
        elif theirs and seen != now:
            status, seen, versions = 409, now, _versions(theirs)
        else:
            with transaction.atomic():
                editing.save_section(service, SITES, lambda: _store(form, week, others))
            messages.success(request, f"Записано: {form.instance}.")
            return redirect("registry_section", service.pk, SITES)
    return render(
        request,
        "services_registry/registry_site.html",
        {
            "service": service,
            "site": theirs,
            "form": form,
            "week": week,
            "others": others,
            "seen": seen[:64].replace("\x00", ""),
            "versions": versions,
            "who": last_author(service) if versions is not None else "",
            "is_wrong": status == 422,
        },
        status=status,
    )


def _store(form: SiteForm, week: WeekForm, others) -> None:
    """Write a place, then its week anew and its other days."""
    site = form.save()
    kept = {
        (row.weekday, row.opens, row.closes): row.pk for row in SiteHours.objects.filter(site=site)
    }
    wanted = week.rows()
    gone = [pk for key, pk in kept.items() if key not in wanted]
    SiteHours.objects.filter(pk__in=gone).delete()
    SiteHours.objects.bulk_create(
        SiteHours(
            municipality=site.municipality, site=site, weekday=day, opens=opens, closes=closes
        )
        for day, opens, closes in wanted
        if (day, opens, closes) not in kept
    )
    others.save()


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int, site_pk: int) -> HttpResponse:
    """Take a place off the service, after asking."""
    service = held(pk)
    site = _site(service, site_pk)
    if request.method == "POST":
        name = str(site)
        editing.save_section(service, SITES, lambda: _drop(site))
        messages.success(request, f"Мястото „{name}“ вече не е в услугата.")
        return redirect("registry_section", pk, SITES)
    return confirm(
        request,
        title=f"Закриване на място: {site}",
        text=(
            "Мястото, работното му време и другите му дни се махат от услугата. "
            "Какво е било, остава в историята ѝ."
        ),
        button="Закрий мястото",
        back=reverse("registry_section", args=[pk, SITES]),
    )


def _drop(site: ServiceSite) -> None:
    site.delete()
