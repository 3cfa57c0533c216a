"""Which services the registry's list shows, and in what order, from the address of the page."""

from __future__ import annotations

from django import forms
from django.db.models import F, Q
from django.utils.text import capfirst

from services_registry.classifiers import ServiceKind
from services_registry.forms import NO_KIND
from services_registry.forms_record import owners
from services_registry.models import Provider, Service

ALL = ("", "Всички")
NOBODY = "nikoy"
FRESHNESS = [
    ALL,
    ("fresh", "Проверени в срока"),
    ("stale", "С изтекъл срок"),
    ("never", "Никога непроверявани"),
]
_ORDERS = {
    "ime": ("name",),
    "dostavchik": ("provider__name", "name"),
    "sastoyanie": ("status", "name"),
    "provereni": ("checked_on", "name"),
    "promeneni": ("updated_at",),
}
DEFAULT_ORDER = "ime"


class RegistryFilter(forms.Form):
    """Search, filters and order of ``/registar/``. What is wrong is told and left out."""

    mark_optional = False

    q = forms.CharField(
        label="Име или доставчик",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    sastoyanie = forms.ChoiceField(label="Състояние", required=False)
    svezhest = forms.ChoiceField(label="Свежест", required=False, choices=FRESHNESS)
    dostavchik = forms.ChoiceField(label="Доставчик", required=False)
    vid = forms.ChoiceField(label="Вид по чл. 15", required=False)
    otgovarya = forms.ChoiceField(label="Отговаря", required=False)
    red = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, data):
        super().__init__(data)
        kinds = ServiceKind.objects.order_by("number").values_list("code", "name")
        for name, choices in (
            ("sastoyanie", [(code, capfirst(words)) for code, words in Service.Status.choices]),
            ("dostavchik", [(str(p.pk), p.name) for p in Provider.objects.order_by("name", "pk")]),
            ("vid", [*kinds, (NO_KIND, "Без вид по чл. 15")]),
            ("otgovarya", [*((str(u.pk), u.name) for u in owners()), (NOBODY, "Никой")]),
        ):
            self.fields[name].choices = [ALL, *choices]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = "Няма такъв избор. Показваме всички."

    @property
    def order(self) -> str:
        """The order in force: a key, with a minus before it for the reverse."""
        wanted = getattr(self, "cleaned_data", {}).get("red", "")
        return wanted if wanted.removeprefix("-") in _ORDERS else DEFAULT_ORDER

    def narrow(self, services):
        """Return ``services`` (with freshness) narrowed by the valid filters, in order."""
        chosen = getattr(self, "cleaned_data", {})
        for word in chosen.get("q", "").split()[:8]:
            services = services.filter(
                Q(name__icontains=word)
                | Q(summary__icontains=word)
                | Q(own_words__icontains=word)
                | Q(provider__name__icontains=word)
            )
        if chosen.get("sastoyanie"):
            services = services.filter(status=chosen["sastoyanie"])
        if chosen.get("dostavchik"):
            services = services.filter(provider=chosen["dostavchik"])
        if kind := chosen.get("vid"):
            services = services.filter(
                **({"kinds__isnull": True} if kind == NO_KIND else {"kinds__code": kind})
            )
        if owner := chosen.get("otgovarya"):
            services = services.filter(owner=None if owner == NOBODY else owner)
        return self._fresh(services, chosen.get("svezhest")).order_by(*self._columns())

    @staticmethod
    def _fresh(services, wanted: str | None):
        if wanted == "never":
            return services.filter(checked_on__isnull=True)
        if wanted == "stale":
            return services.filter(stale=True, checked_on__isnull=False)
        return services.filter(stale=False) if wanted == "fresh" else services

    def _columns(self) -> list:
        is_reverse = self.order.startswith("-")
        columns: list = []
        for name in _ORDERS[self.order.removeprefix("-")]:
            column = F(name)
            columns.append(
                column.desc(nulls_last=True) if is_reverse else column.asc(nulls_first=True)
            )
        return [*columns, "pk"]
