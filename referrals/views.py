"""How a person states a wish to use a service (чл. 73 ЗСУ: orally or in writing)."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from municipalities.models import Municipality
from municipalities.views.public import public_offices
from services_registry.models import Service


class WhereForm(forms.Form):
    """Which municipality, and which service if the person comes from its page."""

    mark_optional = False

    obshtina = forms.ModelChoiceField(
        Municipality.objects.none(),
        label=_("Община, в която живеете"),
        to_field_name="slug",
        required=False,
        empty_label=_("Изберете община"),
        error_messages={"invalid_choice": _("Тази община още не ползва портала.")},
    )
    usluga = forms.CharField(required=False, max_length=180, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["obshtina"].queryset = Municipality.objects.active().order_by("name", "pk")


@login_not_required
@require_safe
def how_to_apply(request: HttpRequest) -> HttpResponse:
    """Say how, where and with what a wish is stated; carries in the service one comes from.

    ``?usluga=<municipality>/<service>`` or ``?obshtina=<municipality>``; anything wrong in them
    leaves the page without its choice, with a message by the field.
    """
    form = WhereForm(request.GET)
    form.is_valid()
    municipality = form.cleaned_data.get("obshtina")
    service = _service(form.cleaned_data.get("usluga", ""))
    if service:
        municipality = service.municipality
    return render(
        request,
        "referrals/how_to_apply.html",
        {
            "form": form,
            "service": service,
            "municipality": municipality,
            "offices": public_offices([municipality]) if municipality else [],
        },
    )


def _service(address: str) -> Service | None:
    municipality, _slash, slug = address.partition("/")
    if not slug:
        return None
    return Service.public.for_page().filter(municipality__slug=municipality, slug=slug).first()
