"""What a citizen may ask of the catalogue, from the address of the page."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from services_registry.facets import Options
from services_registry.forms import LONGEST_QUERY, NO_KIND, SUPPORTING_NAME
from services_registry.models import Service
from services_registry.narrowing import FREE, PAID, YES, Counts

MAP = "karta"


class Tick(forms.CheckboxInput):
    """A box whose one value is „да“; anything else in the address is a wrong choice, not a yes."""

    def __init__(self):
        super().__init__(attrs={"value": YES}, check_test=lambda value: value == YES)

    def value_from_datadict(self, data, files, name):
        return data.get(name, "")

    def format_value(self, value):
        return YES


def _tick(label) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[(YES, label)], widget=Tick())


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
    za = forms.ChoiceField(label=_("За кого"), required=False)
    situatsiya = forms.ChoiceField(label=_("Житейска ситуация"), required=False)
    vid = forms.ChoiceField(label=_("Вид помощ"), required=False)
    sreda = forms.ChoiceField(label=_("Къде се предоставя"), required=False)
    tsena = forms.ChoiceField(label=_("Цена"), required=False)
    mesta = _tick(_("Има свободни места"))
    otvoreno = _tick(_("Отворено сега"))
    vhod = _tick(_("Вход без стъпала"))
    izgled = forms.ChoiceField(
        label=_("Изглед"), required=False, choices=[(MAP, _("карта"))], widget=forms.HiddenInput
    )

    SELECTS = ("obshtina", "za", "situatsiya", "vid", "sreda", "tsena")
    TICKS = ("mesta", "otvoreno", "vhod")

    def __init__(self, data, *, options: Options):
        super().__init__(data)
        self.options = options
        self.counts = Counts()
        offered = {
            "obshtina": options.municipalities,
            "situatsiya": options.situations,
            "za": options.groups,
            "vid": [*options.kinds, (NO_KIND, SUPPORTING_NAME)],
            "sreda": Service.Setting.choices,
            "tsena": [
                (FREE, _("Безплатно за всички или за някои")),
                (PAID, _("С такса за всички или за някои")),
            ],
        }
        for name, choices in offered.items():
            self.fields[name].choices = [("", _("Всички")), *choices]
        for name in (*self.SELECTS, *self.TICKS, "izgled"):
            self.fields[name].error_messages["invalid_choice"] = _(
                "Няма такъв избор. Показваме всички."
            )

    def clean_myasto(self) -> str:
        place = self.cleaned_data["myasto"]
        if place and not self.options.places and not self.options.elsewhere:
            raise ValidationError(
                _("Не намерихме „%(place)s“ сред общините в портала. Показваме всички."),
                params={"place": place},
            )
        return place

    def filters(self) -> dict[str, str]:
        """Return the valid filters in force, of a form that was checked; the place is not one."""
        chosen = {name: self.cleaned_data.get(name) for name in (*self.SELECTS, *self.TICKS)}
        return {name: value for name, value in chosen.items() if value}

    def offer(self, counts: Counts) -> None:
        """Write ``counts`` beside the choices and leave out those that would leave nothing."""
        self.counts = counts
        for name in self.SELECTS:
            numbers = counts.of.get(name, {})
            chosen = self.cleaned_data.get(name)
            anything, *choices = self.fields[name].choices
            self.fields[name].choices = [
                anything,
                *(
                    (value, f"{label} ({numbers.get(value, 0)})")
                    for value, label in choices
                    if numbers.get(value) or value == chosen
                ),
            ]

    def selects(self) -> list[BoundField]:
        """Return the fields that have something to choose or something wrong to tell of."""
        return [
            self[name]
            for name in self.SELECTS
            if len(self.fields[name].choices) > 1 or name in self.errors
        ]

    def ticks(self) -> list[tuple[BoundField, int, bool]]:
        """Return the boxes as (field, how many services are left, whether it can be ticked)."""
        rows = []
        for name in self.TICKS:
            count = self.counts.of.get(name, {}).get(YES, 0)
            rows.append((self[name], count, bool(count or self.cleaned_data.get(name))))
        return rows

    def wrong_filters(self) -> bool:
        """Say whether a filter has something wrong to tell of, so that it must be seen."""
        return any(name in self.errors for name in (*self.SELECTS, *self.TICKS))

    def place(self) -> str:
        """Return the name of the place searched in: the typed one or the one it was meant to be."""
        return self.options.meant or self.cleaned_data.get("myasto", "")

    def chosen(self) -> list[tuple[str, str, str]]:
        """Return what is in force as (parameter, label, what was chosen). Call before `offer`."""
        rows = []
        for name, value in self.filters().items():
            labels = dict(self.fields[name].choices)
            rows.append((name, str(self.fields[name].label), str(labels[value])))
        if self.place() and self.options.near:
            rows.append(("myasto", str(self.fields["myasto"].label), self.place()))
        return rows
