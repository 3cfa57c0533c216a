"""The freshness board: what of the registry is due for a look, and „все още е вярно“ for a row."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from municipalities.exports import xlsx_response
from municipalities.models import User
from municipalities.permissions import can_see_registry, require
from services_registry.models import Provider, Service, ServiceQuerySet
from services_registry.upkeep import freshness

PER_PAGE = 25
PER_SIDE_PAGE = 10  # of the two shorter lists below


class BoardFilter(forms.Form):
    """Which services are listed, from the address of the page."""

    mark_optional = False

    sastoyanie = forms.ChoiceField(
        label=_("Състояние"), required=False, choices=[("", _("Всички")), *freshness.State.choices]
    )
    dostavchik: forms.ModelChoiceField = forms.ModelChoiceField(
        Provider.objects.none(), label=_("Доставчик"), required=False, empty_label=_("Всички")
    )
    otgovornik = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Отговаря за данните"),
        required=False,
        empty_label=_("Всички"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["dostavchik"].queryset = Provider.objects.order_by("name", "pk")
        owners = Service.objects.exclude(owner=None).values("owner")
        self.fields["otgovornik"].queryset = User.objects.filter(pk__in=owners).order_by(
            "name", "pk"
        )
        self.fields["otgovornik"].label_from_instance = lambda user: user.name


def _chosen(form: BoardFilter) -> tuple[ServiceQuerySet, str]:
    """Return the services of the chosen provider and owner, in any state, and the chosen state."""
    form.is_valid()
    wanted = form.cleaned_data
    services = freshness.on_the_board()
    if wanted.get("dostavchik"):
        services = services.filter(provider=wanted["dostavchik"])
    if wanted.get("otgovornik"):
        services = services.filter(owner=wanted["otgovornik"])
    return services, wanted.get("sastoyanie") or ""


def _listed(services: ServiceQuerySet, state: str) -> ServiceQuerySet:
    if state:
        services = services.filter(freshness.condition_of(state))
    return freshness.for_the_list(services)


def _chart(services: ServiceQuerySet) -> dict[str, Any]:
    ages = freshness.ages(services)
    return {
        "title": "Кога са проверени за последно",
        "label_heading": "Последна проверка",
        "value_heading": "Услуги",
        "maximum": max(1, *(count for _words, count in ages)),
        "rows": [{"label": words, "value": count} for words, count in ages],
    }


@require(can_see_registry)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """How fresh the registry is, and the services themselves, the most neglected first."""
    form = BoardFilter(request.GET)
    services, state = _chosen(form)
    found = freshness.counts(services)
    page = Paginator(_listed(services, state), PER_PAGE).get_page(request.GET.get("page"))
    for service in page.object_list:
        service.state = freshness.state_of(service)
        service.reminded_whom = freshness.side_words(service)
    capacities = Paginator(freshness.old_capacities(), PER_SIDE_PAGE)
    licences = Paginator(freshness.ending_licences(), PER_SIDE_PAGE)
    return render(
        request,
        "services_registry/upkeep/freshness.html",
        {
            "form": form,
            "figures": [
                {
                    "state": one.value,
                    "label": one.label,
                    "count": found[one],
                    "is_late": one in (freshness.State.STALE, freshness.State.NEVER),
                    "is_chosen": state == one,
                }
                for one in freshness.State
            ],
            "chart": _chart(services),
            "page_obj": page,
            "today": timezone.localdate(),
            "capacity_page": capacities.get_page(request.GET.get("mesta")),
            "capacity_days": freshness.CAPACITY_HOLDS.days,
            "licence_page": licences.get_page(request.GET.get("litsenzi")),
            "licence_days": freshness.LICENCE_WARNING.days,
        },
    )


@require(can_see_registry)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The services of the list, all pages of it, as a table for a spreadsheet."""
    services, state = _chosen(BoardFilter(request.GET))
    day = timezone.localdate()
    rows = _listed(services, state)
    name = f"svezhest-{day:%Y-%m-%d}"
    return xlsx_response(name, "Свежест на регистъра", freshness.COLUMNS, rows)


@require(can_see_registry)
@require_POST
def still_true(request: HttpRequest, pk: int) -> HttpResponse:
    """Record „все още е вярно“ of one service and go back to the same list."""
    done = freshness.confirm_from_the_board(pk, by=cast(User, request.user))  # a role means one
    if done is None:
        raise Http404
    service, counted = done
    due = f"{service.review_due_on:%d.%m.%Y} г."
    if counted:
        messages.success(
            request, f"„{service.name}“: данните са верни към днес. Следващ преглед до {due}"
        )
    else:
        messages.info(request, f"„{service.name}“ вече е потвърдена днес. Следващ преглед до {due}")
    query = request.GET.urlencode()
    return redirect(reverse("freshness") + (f"?{query}" if query else ""))
