"""The registry as staff see it: the whole list, its export, a new service."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.exports import Column, csv_response, xlsx_response
from municipalities.permissions import can_manage_registry, can_see_registry, require
from services_registry import editing
from services_registry.forms_record import NewServiceForm
from services_registry.forms_registry import RegistryFilter
from services_registry.models import Service

PER_PAGE = 30
MOST_EXPORTED = 20_000
SORTED = (
    ("Услуга", "ime"),
    ("Доставчик", "dostavchik"),
    ("Състояние", "sastoyanie"),
    ("Проверена", "provereni"),
    ("Променена", "promeneni"),
)


def _rows():
    return (
        Service.objects.with_freshness()
        .with_latest_capacity()
        .select_related("provider", "owner")
        .defer("search_vector", "description", "easy_read")
    )


@require(can_see_registry)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Every service of the municipality, drafts and closed ones too."""
    form = RegistryFilter(request.GET)
    form.is_valid()
    page = Paginator(form.narrow(_rows()), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "services_registry/registry.html",
        {"form": form, "page_obj": page, "headings": _headings(form.order)},
    )


def _headings(order: str) -> list[dict]:
    """Return the sortable headings: what a click on each asks for, and how it is sorted now."""
    found = []
    for words, key in SORTED:
        is_now = order.removeprefix("-") == key
        is_down = is_now and order.startswith("-")
        found.append(
            {
                "words": words,
                "next": f"-{key}" if is_now and not is_down else key,
                "sort": ("descending" if is_down else "ascending") if is_now else "",
            }
        )
    return found


def _lines(values) -> str:
    return ", ".join(values)


COLUMNS = [
    Column("Услуга", lambda s: s.name, 40),
    Column("Състояние", lambda s: s.get_status_display(), 16),
    Column("Доставчик", lambda s: s.provider.name, 34),
    Column("Накратко", lambda s: s.summary, 50),
    Column("Видове по чл. 15", lambda s: _lines(k.name for k in s.kinds.all()), 40),
    Column("Обхват", lambda s: s.get_scope_display(), 18),
    Column("Среда", lambda s: _lines(s.setting_names()), 26),
    Column("Функция", lambda s: _lines(s.function_names()), 22),
    Column("Финансиране", lambda s: s.get_financing_display(), 26),
    Column("Насочване", lambda s: s.get_referred_by_display(), 30),
    Column("Места на предоставяне", lambda s: "; ".join(map(_place, s.sites.all())), 44),
    Column("Телефон", lambda s: _lines(dict.fromkeys(x.phone for x in s.sites.all() if x.phone))),
    Column("Места", lambda s: s.capacity_places, 9),
    Column("Свободни", lambda s: s.capacity_free, 9),
    Column("Чакащи", lambda s: s.capacity_waiting, 9),
    Column("Места към дата", lambda s: s.capacity_as_of, 12),
    Column("Проверена на", lambda s: s.checked_on, 12),
    Column("Да се прегледа до", lambda s: s.review_due, 12),
    Column("Отговаря", lambda s: s.owner.name if s.owner else "", 26),
    Column("Създадена с акт", lambda s: s.legal_act, 30),
    Column("Работи от", lambda s: s.opened_on, 12),
    Column("Последен ден", lambda s: s.closes_on, 12),
    Column("Променена", lambda s: s.updated_at, 17),
]


def _place(site) -> str:
    # A file goes on to others: an address that is secret is in none.
    shown = "" if site.address_is_secret else site.address
    return ", ".join(filter(None, [site.name, str(site.settlement), shown]))


@require(can_see_registry)
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered list as XLSX or CSV. Nothing in it is about a person who uses services."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    form = RegistryFilter(request.GET)
    form.is_valid()
    rows = form.narrow(_rows()).prefetch_related("kinds", "sites__settlement")[:MOST_EXPORTED]
    today = timezone.localdate()
    name = f"uslugi-{request.municipality.slug}-{today:%Y-%m-%d}"
    if kind == "csv":
        return csv_response(name, COLUMNS, rows)
    return xlsx_response(name, f"Услуги {today:%d.%m.%Y}", COLUMNS, rows)


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a service; the rest is written section by section on its page."""
    form = NewServiceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = editing.create(
            **form.cleaned_data, municipality=request.municipality, owner=request.user
        )
        messages.success(request, "Черновата е вписана. Попълнете разделите ѝ.")
        return redirect("registry_service", made.pk)
    return render(
        request,
        "services_registry/registry_new.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
