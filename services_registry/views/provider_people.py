"""The people of providers, kept by whoever keeps the registry of the municipality."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.forms_team import WhoForm
from municipalities.models import Invitation
from municipalities.permissions import can_manage_provider_people, require
from municipalities.views import invited
from municipalities.views.confirming import confirm
from services_registry import provider_team
from services_registry.models import Provider, ProviderMembership

PER_PAGE = 50


class ProviderFilter(forms.Form):
    """Whose people are listed, from the address of the page."""

    mark_optional = False

    dostavchik = forms.ModelChoiceField(
        Provider.objects.none(), label=_("Доставчик"), required=False, empty_label=_("Всички")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["dostavchik"].queryset = Provider.objects.order_by("name", "pk")


class ProviderInvitationForm(WhoForm):
    """An invitation to work for a provider of the municipality's registry."""

    provider = forms.ModelChoiceField(
        Provider.objects.none(),
        label=_("Доставчик"),
        empty_label=_("Изберете доставчик"),
        error_messages={"required": _("Изберете за кой доставчик работи човекът.")},
    )
    field_order = ("provider", "name", "email")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["provider"].queryset = Provider.objects.order_by("name", "pk")


def _pending():
    return Invitation.objects.pending().filter(kind=provider_team.KIND)


@require(can_manage_provider_people)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who works for which provider, and who is invited."""
    form = ProviderFilter(request.GET)
    form.is_valid()
    provider = form.cleaned_data.get("dostavchik")
    found = ProviderMembership.objects.select_related("user", "provider")
    waiting = _pending()
    if provider:
        found = found.filter(provider=provider)
        waiting = waiting.filter(target_id=provider.pk)
    page = Paginator(found.order_by("provider__name", "user__name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    waiting_page = Paginator(waiting.order_by("-created_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("pokani")
    )
    names = dict(
        Provider.objects.filter(pk__in=[i.target_id for i in waiting_page]).values_list(
            "pk", "name"
        )
    )
    return render(
        request,
        "services_registry/provider_people.html",
        {
            "form": form,
            "page_obj": page,
            "waiting_page": waiting_page,
            "waiting": [(i, names.get(i.target_id, "–")) for i in waiting_page],
        },
    )


@require(can_manage_provider_people)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to work for a provider."""
    form = ProviderInvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        provider = form.cleaned_data["provider"]
        if invited.invite(
            request,
            form,
            municipality=request.municipality,
            kind=provider_team.KIND,
            target_id=provider.pk,
        ):
            return redirect("provider_people")
    return render(
        request,
        "services_registry/provider_invite.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require(can_manage_provider_people)
@require_http_methods(["POST"])
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    invited.resend(request, invited.found_in(_pending(), pk))
    return redirect("provider_people")


@require(can_manage_provider_people)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back, after asking."""
    invitation = invited.found_in(_pending(), pk)
    return invited.revoke(request, invitation, back=reverse("provider_people"))


@require(can_manage_provider_people)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's work for a provider, after asking."""
    membership = get_object_or_404(
        ProviderMembership.objects.select_related("user", "provider"), pk=pk
    )
    if request.method == "POST":
        provider_team.end(membership)
        messages.success(request, f"Достъпът на {membership.user.name} е прекратен.")
        return redirect("provider_people")
    return confirm(
        request,
        title=f"Прекратяване на достъпа: {membership.user.name}",
        text=(
            f"Човекът вече няма да вижда услугите на доставчика „{membership.provider.name}“ и "
            "излиза от портала на всяко устройство. Записаното от него остава."
        ),
        button="Прекрати достъпа",
        back=reverse("provider_people"),
    )
