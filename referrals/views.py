"""How a person states a wish to use a service (чл. 73 ЗСУ: orally or in writing), and starting."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from municipalities.links import without_traces
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from municipalities.unlocking import unlock
from municipalities.views.public import public_offices
from referrals.kinds.models import ApplicationKind
from referrals.kinds.reading import kinds_online, notice_in_force, wish_of
from referrals.online import drafts
from referrals.online.access import STARTS
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


class StartForm(forms.Form):
    """Which of the kinds that the municipality takes online."""

    vid = forms.ChoiceField(
        label=_("Какво искате да подадете?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Изберете какво искате да подадете."),
            "invalid_choice": _("Общината не приема това през интернет. Изберете друго."),
        },
    )

    def __init__(self, *args, kinds: list[ApplicationKind], **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = {kind.code: kind for kind in kinds}
        field = self.fields["vid"]
        field.choices = [(kind.code, kind.public_name) for kind in kinds]
        if len(kinds) == 1:
            field.widget, field.initial = forms.HiddenInput(), kinds[0].code

    def clean_vid(self) -> ApplicationKind:
        return self.kinds[self.cleaned_data["vid"]]


@login_not_required
@require_safe
def how_to_apply(request: HttpRequest) -> HttpResponseBase:
    """Say how, where and with what a wish is stated, and begin one online.

    ``?usluga=<municipality>/<service>`` carries in the service one comes from;
    ``?obshtina=<municipality>``. Anything wrong in them leaves the page without its choice, with a
    message by the field.
    """
    form = WhereForm(request.GET)
    form.is_valid()
    return _page(request, form)


@login_not_required
@sensitive_variables("token")
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Begin a draft and show how to come back to it."""
    where = WhereForm(request.POST)
    where.is_valid()
    municipality, service = _chosen(where)
    if municipality is None:
        where.add_error("obshtina", _("Изберете община."))
        return _page(request, where, status=422)
    form = StartForm(request.POST, kinds=_kinds(municipality, service))
    if not form.is_valid():
        return _page(request, where, form, status=422)
    if STARTS.is_reached(request):
        return without_traces(render(request, "429.html", status=429))
    STARTS.count(request)
    kind = form.cleaned_data["vid"]
    with municipality_scope(municipality):
        draft, token = drafts.begin(
            municipality=municipality, kind=kind, service=service if kind.asks_service else None
        )
    unlock(request, draft)
    return without_traces(redirect("apply_later", token))


def _page(
    request: HttpRequest, where: WhereForm, form: StartForm | None = None, *, status: int = 200
) -> HttpResponseBase:
    municipality, service = _chosen(where)
    kinds = _kinds(municipality, service) if municipality else []
    wish = wish_of(kinds) if service else None
    begin = form or StartForm(kinds=kinds, initial={"vid": wish.code} if wish else {})
    context = {
        "form": form if form is not None else where,
        "where": where,
        "begin": begin,
        "kinds": kinds,
        "service": service,
        "municipality": municipality,
        "notice": notice_in_force(municipality) if kinds else None,
        "offices": public_offices([municipality]) if municipality else [],
    }
    return render(request, "referrals/how_to_apply.html", context, status=status)


def _chosen(where: WhereForm) -> tuple[Municipality | None, Service | None]:
    data = getattr(where, "cleaned_data", {})
    service = _service(data.get("usluga", ""))
    return (service.municipality if service else data.get("obshtina")), service


def _kinds(municipality: Municipality, service: Service | None) -> list[ApplicationKind]:
    """Return what can be begun; from a service's page, only what asks for a service if anything."""
    kinds = [kind for kind in kinds_online(municipality) if not kind.is_alert]
    about_service = [kind for kind in kinds if kind.asks_service]
    return (about_service or kinds) if service else kinds


def _service(address: str) -> Service | None:
    municipality, _slash, slug = address.partition("/")
    if not slug:
        return None
    return Service.public.for_page().filter(municipality__slug=municipality, slug=slug).first()
