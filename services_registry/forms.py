"""What a citizen may ask of the catalogue, from the address of the page."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import TenantForm
from services_registry.facets import Options
from services_registry.models import Service

LONGEST_QUERY = 200
LONGEST_STEP = 300
# What helps people without being a kind of чл. 15: лична помощ, топъл обяд.
NO_KIND = "podkrepyashti"
SUPPORTING_NAME = _("Други подкрепящи дейности")


class CatalogueForm(forms.Form):
    """Search and filters of ``/uslugi/``. A wrong filter is told of and left out, not the rest."""

    mark_optional = False

    q = forms.CharField(
        label=_("Каква помощ търсите?"),
        required=False,
        max_length=LONGEST_QUERY,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search"}),
        error_messages={
            "max_length": _("Търсенето е твърде дълго. Опишете нуждата с най-много 200 знака."),
            "null_characters_not_allowed": _(
                "В търсенето има знак, който не се чете. Напишете го отново."
            ),
        },
    )
    myasto = forms.CharField(
        label=_("Населено място"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"list": "places", "autocomplete": "address-level2"}),
    )
    obshtina = forms.ChoiceField(label=_("Община"), required=False)
    situatsiya = forms.ChoiceField(label=_("Житейска ситуация"), required=False)
    za = forms.ChoiceField(label=_("За кого"), required=False)
    vid = forms.ChoiceField(label=_("Вид помощ"), required=False)
    sreda = forms.ChoiceField(label=_("Къде се предоставя"), required=False)

    FILTERS = {
        "obshtina": "municipality__slug",
        "situatsiya": "life_situations__slug",
        "za": "target_groups__code",
        "vid": "kinds__code",
    }

    def __init__(self, data, *, options: Options):
        super().__init__(data)
        self.options = options
        anything = [("", _("Всички"))]
        for name, choices in (
            ("obshtina", options.municipalities),
            ("situatsiya", options.situations),
            ("za", options.groups),
            ("vid", [*options.kinds, (NO_KIND, SUPPORTING_NAME)]),
            ("sreda", Service.Setting.choices),
        ):
            field = self.fields[name]
            field.choices = [*anything, *choices]
            field.error_messages["invalid_choice"] = _("Няма такъв избор. Показваме всички.")

    def clean_myasto(self) -> str:
        place = self.cleaned_data["myasto"]
        if place and not self.options.places:
            raise ValidationError(
                _("Не намерихме „%(place)s“ сред общините в портала. Показваме всички."),
                params={"place": place},
            )
        return place

    def narrow(self, services):
        """Return ``services`` narrowed by the filters that are valid."""
        chosen = getattr(self, "cleaned_data", {})
        for name, lookup in self.FILTERS.items():
            if name == "vid" and chosen.get(name) == NO_KIND:
                services = services.filter(kinds__isnull=True)
            elif chosen.get(name):
                services = services.filter(**{lookup: chosen[name]})
        if chosen.get("sreda"):
            services = services.filter(settings__contains=[chosen["sreda"]])
        if chosen.get("myasto"):
            services = services.filter(municipality__slug__in=self.options.places)
        return services

    def place(self) -> str:
        """Return the name of the place searched in: the typed one or the one it was meant to be."""
        return self.options.meant or self.cleaned_data["myasto"]

    def chosen(self) -> list[tuple[str, str, str]]:
        """Return the filters in force as (parameter, label, what was chosen)."""
        rows = []
        for name in (*self.FILTERS, "sreda"):
            value = getattr(self, "cleaned_data", {}).get(name)
            if value:
                labels = dict(self.fields[name].choices)
                rows.append((name, self.fields[name].label, labels[value]))
        if getattr(self, "cleaned_data", {}).get("myasto"):
            rows.append(("myasto", self.fields["myasto"].label, self.place()))
        return rows


class LinesField(forms.CharField):
    """A list typed one item a line; empty lines are left out."""

    widget = forms.Textarea

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value):
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]

    def validate(self, value) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        too_long = next((line for line in value if len(line) > LONGEST_STEP), None)
        if too_long:
            raise ValidationError(
                _("„%(start)s…“ е твърде дълго: на ред се събират %(most)d знака."),
                params={"start": too_long[:40], "most": LONGEST_STEP},
            )

    def run_validators(self, value) -> None:
        """CharField's validators are for text; the lines were checked above."""
        for line in value:
            super().run_validators(line)


class ServiceAdminForm(TenantForm):
    """A service in the admin: steps by line, settings by ticking."""

    settings = forms.MultipleChoiceField(
        label=_("Среда"),
        choices=Service.Setting.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    steps = LinesField(
        label=_("Стъпки"), required=False, help_text=_("По една стъпка на ред, с прости думи.")
    )
