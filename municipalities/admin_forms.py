"""Form pieces of every admin page: Bulgarian numbers, choices from memory, rows of a tenant."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.utils.formats import number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from municipalities.admin_inlines import FoundField, found_rows
from municipalities.numbers import plain

SPACES = str.maketrans("", "", " \xa0\u202f")
NO_CHOICE = ("", "–")
LONGEST_CHOICE = 24


class NumberField(forms.DecimalField):
    """A decimal written and read the Bulgarian way: „420 304,68“; a point is read as well."""

    widget = forms.TextInput

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.widget.attrs = {"inputmode": "decimal", "size": 12, **self.widget.attrs}

    def prepare_value(self, value):
        return plain(value) if isinstance(value, Decimal) else value

    def to_python(self, value):
        if isinstance(value, str):
            value = value.translate(SPACES).replace(",", ".")
        return super().to_python(value)


class AmountFormField(NumberField):
    """As ``NumberField``, always with the cents."""

    def prepare_value(self, value):
        if not isinstance(value, Decimal):
            return value
        return number_format(value, decimal_pos=2, force_grouping=True)


class ListedChoiceField(forms.TypedChoiceField):
    """A choice among rows already in memory, so that many rows of an inline cost one query."""

    def __init__(self, rows: Iterable[models.Model], *, required: bool = False, **kwargs):
        listed = {str(row.pk): row for row in rows}
        names = ((pk, Truncator(str(row)).chars(LONGEST_CHOICE)) for pk, row in listed.items())
        super().__init__(
            choices=[NO_CHOICE, *names],
            coerce=listed.__getitem__,
            empty_value=None,
            required=required,
            **kwargs,
        )

    def has_changed(self, initial, data) -> bool:
        # Django's own would look the row up before the choice is known to be one of the list.
        return str(initial or "") != str(data or "")


def sized(size: int, **attrs) -> forms.TextInput:
    """A text box for about ``size`` characters, for the tables of the admin."""
    return forms.TextInput(attrs={"size": size, **attrs})


def is_key(value: object, field: models.Field) -> bool:
    """Say whether a row could have ``value`` in its column ``field``; nothing is no key."""
    if value is None or value == "":
        return False
    try:
        field.run_validators(field.to_python(value))
    except (forms.ValidationError, ValueError, OverflowError):
        return False
    return True


class FoundSelect(AutocompleteSelect):
    """A row found by typing, which shows nothing as chosen for what no row can have as a key.

    Django puts what was sent into the query for the chosen row before the field has refused it.
    """

    def optgroups(self, name, value, attr=None):
        field = getattr(self.choices, "field", None)
        if isinstance(field, FoundField) and field.found is not None:
            options = [] if self.is_required else [("", "")]
            options += field.options(value)
            made = [
                self.create_option(name, pk, words, bool(pk), index)
                for index, (pk, words) in enumerate(options)
            ]
            return [(None, made, 0)]
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [v for v in value if v == "" or is_key(v, key)], attr)


class TenantForm(forms.ModelForm):
    """Form of a row whose municipality is the signed-in one and never a field.

    The municipality is put on the row before validation: ``clean`` may ask for it, and unique
    constraints that count it answer in words and not with an error of the database.
    """

    current_municipality = None

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"municipality"}

    def _post_clean(self) -> None:
        if self.instance.municipality_id is None:
            self.instance.municipality = self.current_municipality
        super()._post_clean()


class PartFormSet(forms.BaseInlineFormSet):
    """Rows of one parent, which they reach as it stands in the form, before it is saved."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        setattr(form.instance, self.fk.name, self.instance)
        for name, field in form.fields.items():
            if isinstance(field, FoundField):
                field.found = self._found(name, field)
        return form

    def _found(self, name: str, field: Any) -> dict[str, models.Model]:
        """Read at once what every row has in the field ``name``, and what was sent for it."""
        known = self.__dict__.setdefault("_found_rows", {})
        if name not in known:
            column: Any = self.model._meta.get_field(name)  # type: ignore[union-attr]
            keys = {getattr(row, column.attname) for row in self.get_queryset()}
            keys |= {(extra or {}).get(name) for extra in self.initial_extra or ()}
            if self.is_bound:
                prefixes = (self.add_prefix(i) for i in range(self.total_form_count()))
                keys |= {self.data.get(f"{prefix}-{name}") for prefix in prefixes}
            key = field.queryset.model._meta.pk
            known[name] = found_rows(field, [str(k) for k in keys if k and is_key(k, key)])
        return known[name]

    def save_new(self, form, commit=True):
        if hasattr(form.instance, "position"):
            form.instance.position = 1 + max(
                (row.position for row in self.get_queryset()), default=0
            )
        return super().save_new(form, commit)

    def get_unique_error_message(self, unique_check) -> str:
        """Say which columns repeat by the names people see, where Django names the fields."""
        columns = [name for name in unique_check if name != self.fk.name]
        labels = [
            str(self.form.base_fields[name].label)
            for name in columns
            if name in self.form.base_fields
        ]
        return _("Два реда са еднакви (%(columns)s). Изтрийте или променете единия.") % {
            "columns": ", ".join(labels) or self.model._meta.verbose_name,  # type: ignore[union-attr]
        }

    def get_form_error(self) -> str:
        return str(_("Такъв ред вече има по-горе."))

    def kept(self) -> list[forms.ModelForm]:
        """Forms with a row that stays."""
        return [
            form
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
