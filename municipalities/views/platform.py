"""What the operator of the platform does: municipalities on and off, and their first people.

The operator sees who administers a municipality and nothing else of it.
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from municipalities import invitations
from municipalities.forms_team import WhoForm
from municipalities.models import Invitation, Membership, Municipality, Role
from municipalities.permissions import can_operate_platform, require
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from municipalities.views import invited
from municipalities.views.confirming import confirm

PER_PAGE = 50


class MunicipalityFilter(forms.Form):
    """Which municipalities are listed, from the address of the page."""

    mark_optional = False

    q = forms.CharField(
        label=_("Община или област"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    sastoyanie = forms.ChoiceField(
        label=_("Портала ползват"),
        required=False,
        choices=[("", _("Всички")), ("da", _("Ползват го")), ("ne", _("Не го ползват"))],
    )

    def narrow(self, municipalities):
        """Return ``municipalities`` narrowed by the valid filters."""
        chosen = self.cleaned_data
        for word in chosen.get("q", "").split()[:5]:
            municipalities = municipalities.filter(
                Q(name__icontains=word)
                | Q(name_en__icontains=word)
                | Q(province__name__icontains=word)
            )
        if chosen.get("sastoyanie"):
            municipalities = municipalities.filter(is_active=chosen["sastoyanie"] == "da")
        return municipalities


@require(can_operate_platform)
@require_safe
def municipalities(request: HttpRequest) -> HttpResponse:
    """All municipalities, those that use the portal first."""
    form = MunicipalityFilter(request.GET)
    form.is_valid()
    found = form.narrow(Municipality.objects.select_related("province"))
    page = Paginator(found.order_by("-is_active", "name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "municipalities/team/platform.html", {"form": form, "page_obj": page})


@require(can_operate_platform)
@require_http_methods(["GET", "HEAD", "POST"])
def municipality(request: HttpRequest, slug: str) -> HttpResponse:
    """One municipality: is it on, who administers it, and inviting an administrator."""
    found = get_object_or_404(Municipality.objects.select_related("province"), slug=slug)
    form = WhoForm(request.POST if request.method == "POST" else None)
    with municipality_scope(found):
        if request.method == "POST" and form.is_valid():
            invitation = invited.invite(request, form, municipality=found, role=Role.ADMINISTRATOR)
            if invitation:
                return redirect("platform_municipality", found.slug)
        return render(
            request,
            "municipalities/team/platform_municipality.html",
            {
                "municipality": found,
                "form": form,
                "administrators": _administrators(),
                "waiting": list(_invited()),
            },
            status=422 if form.errors else 200,
        )


def _administrators() -> list[Membership]:
    current = Membership.objects.current().filter(role=Role.ADMINISTRATOR)
    return list(current.select_related("user").order_by("user__name", "pk"))


def _invited():
    return Invitation.objects.pending().filter(kind=invitations.STAFF, role=Role.ADMINISTRATOR)


@require(can_operate_platform)
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a municipality use the portal, or stop it, after asking."""
    found = get_object_or_404(Municipality, slug=slug)
    back = reverse("platform_municipality", args=[found.slug])
    if request.method == "POST":
        found.is_active = not found.is_active
        found.save(update_fields=["is_active"])
        if found.is_active:
            begin(found)
        now = "вече ползва портала" if found.is_active else "вече не ползва портала"
        messages.success(request, f"Община {found.name} {now}.")
        return redirect(back)
    if found.is_active:
        words = {
            "title": f"Спиране на община {found.name}",
            "text": (
                "Страниците на общината и нейните услуги изчезват от портала, а хората ѝ не могат "
                "да работят в него. Данните остават и се виждат отново, ако общината се включи."
            ),
            "button": "Спри общината",
        }
    else:
        words = {
            "title": f"Включване на община {found.name}",
            "text": "Страницата на общината се показва на гражданите и хората ѝ могат да работят.",
            "button": "Включи общината",
        }
    return confirm(request, **words, back=back)


@require(can_operate_platform)
@require_http_methods(["POST"])
def resend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send the invitation of an administrator again, with a new link."""
    found = get_object_or_404(Municipality, slug=slug)
    with municipality_scope(found):
        invited.resend(request, invited.found_in(_invited(), pk))
    return redirect("platform_municipality", found.slug)


@require(can_operate_platform)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take the invitation of an administrator back, after asking."""
    found = get_object_or_404(Municipality, slug=slug)
    back = reverse("platform_municipality", args=[found.slug])
    with municipality_scope(found):
        return invited.revoke(request, invited.found_in(_invited(), pk), back=back)
