"""What the administrator reads when two rows of a service repeat."""

from types import SimpleNamespace

from django.contrib import admin
from django.forms import modelform_factory

from municipalities.admin_forms import PartFormSet
from services_registry.admin import PaperInline
from services_registry.models import Service, ServicePaper


def test_repeated_rows_are_named_by_their_column():
    assert isinstance(PaperInline(Service, admin.site).formset, type)
    assert issubclass(PaperInline.formset, PartFormSet)
    rows = SimpleNamespace(
        fk=ServicePaper._meta.get_field("service"),
        form=modelform_factory(ServicePaper, fields=["document", "note"]),
        model=ServicePaper,
    )
    message = PartFormSet.get_unique_error_message(rows, ("service", "document"))
    label = str(ServicePaper._meta.get_field("document").verbose_name).capitalize()
    assert message == f"Два реда са еднакви ({label}). Изтрийте или променете единия."
