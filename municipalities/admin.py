"""The admin of territory, municipalities and their offices."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from municipalities.admin_site import PortalAdmin, ScopedAdmin, ScopedTabular
from municipalities.models import (
    Municipality,
    Office,
    OfficeException,
    OfficeHours,
    Province,
    Settlement,
)
from municipalities.norms import admin as norms_admin  # noqa: F401  its pages are found here
from municipalities.permissions import can_enter_admin, can_manage_registry, can_operate_platform
from municipalities.places import AccessiblePlace


class PublicFactsAdmin(PortalAdmin):
    """Public facts: whoever works here may follow a link to them, the operator finds the list."""

    view_rule = staticmethod(can_enter_admin)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can_operate_platform(request)


@admin.register(Province)
class ProvinceAdmin(PublicFactsAdmin):
    """Области: read; they come with the portal's data."""

    list_display = ("name", "code", "nuts2")
    search_fields = ("name", "name_en", "code")


@admin.register(Municipality)
class MunicipalityAdmin(PublicFactsAdmin):
    """Which municipalities use the portal. They are imported, never added or deleted by hand."""

    change_rule = staticmethod(can_operate_platform)
    list_display = ("name", "code", "province", "is_active", "slug")
    list_filter = ("is_active", "province")
    list_select_related = ("province",)
    search_fields = ("name", "name_en", "code", "slug")
    search_help_text = _("По име на кирилица или латиница, или по код.")
    readonly_fields = ("code", "name", "name_en", "province", "centre_ekatte", "population_2013")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "is_active", "slug", "website"),
                "description": _("Общината се вижда в портала, когато го ползва."),
            },
        ),
        (
            _("Данни от класификацията"),
            {"fields": ("code", "name_en", "province", "centre_ekatte", "population_2013")},
        ),
    )

    def view_on_site(self, municipality: Municipality) -> str | None:
        """Link to the public page of a municipality that has one."""
        return municipality.get_absolute_url() if municipality.is_active else None

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(Settlement)
class SettlementAdmin(PortalAdmin):
    """Населени места: public facts that whoever works in the admin may look up, not change."""

    view_rule = staticmethod(can_enter_admin)
    list_display = ("name", "kind", "municipality", "ekatte", "postcode")
    list_filter = (("municipality", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("municipality",)
    search_fields = ("name", "name_en", "ekatte")
    search_help_text = _("По име или ЕКАТТЕ.")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """In the autocomplete of a municipality's pages offer that municipality's places only."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.municipality and request.path.endswith("/autocomplete/"):
            found = found.filter(municipality=request.municipality)
        return found, may_repeat


class OfficeHoursInline(ScopedTabular):
    model = OfficeHours
    change_rule = staticmethod(can_manage_registry)
    fields = ("weekday", "opens", "closes")
    verbose_name_plural = _("Работно време")


class OfficeExceptionInline(ScopedTabular):
    model = OfficeException
    change_rule = staticmethod(can_manage_registry)
    fields = ("first_day", "last_day", "opens", "closes", "reason")
    verbose_name_plural = _("Дни с друго работно време (без часове: затворено)")


@admin.register(Office)
class OfficeAdmin(ScopedAdmin):
    """Where the municipality receives people."""

    change_rule = staticmethod(can_manage_registry)
    list_display = ("name", "settlement", "address", "phone", "workplaces", "is_public")
    list_select_related = ("settlement",)
    search_fields = ("name", "address")
    autocomplete_fields = ("settlement",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (OfficeHoursInline, OfficeExceptionInline)
    fieldsets = (
        (None, {"fields": ("name", "about", "is_public", "slug")}),
        (
            _("Къде и как"),
            {"fields": ("settlement", "address", "phone", "email", "workplaces")},
        ),
        (
            _("Достъпност"),
            {
                "fields": AccessiblePlace.ACCESS_FIELDS,
                "description": _("„Неизвестно“ не се показва на гражданите."),
            },
        ),
    )
