"""The registry in the admin: services with their places, papers, fees and free places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import admin
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.forms import Textarea
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import ListedChoiceField
from municipalities.admin_site import PortalAdmin, ScopedAdmin, ScopedStacked, ScopedTabular
from municipalities.models import Membership, Settlement, User
from municipalities.permissions import can_manage_registry, can_operate_platform
from municipalities.places import AccessiblePlace
from services_registry import free_places
from services_registry.classifiers import (
    LifeSituation,
    RequiredDocument,
    SearchSynonym,
    ServiceKind,
    TargetGroup,
)
from services_registry.editing import keep_changes
from services_registry.forms import ServiceAdminForm
from services_registry.models import (
    Capacity,
    Fee,
    Provider,
    Service,
    ServicePaper,
    ServiceSite,
    SiteException,
    SiteHours,
)
from services_registry.search_index import index_service, rebuild_vocabulary
from services_registry.upkeep.confirming import confirm
from services_registry.upkeep.models import Side
from services_registry.values import untracked_of


class ClassifierAdmin(PortalAdmin):
    """Lists that municipalities share: the operator keeps them, the registry's people see them."""

    view_rule = staticmethod(can_manage_registry)
    change_rule = staticmethod(can_operate_platform)


@admin.register(ServiceKind)
class ServiceKindAdmin(ClassifierAdmin):
    list_display = ("number", "name", "plain_name", "hint")
    list_display_links = ("name",)
    search_fields = ("name", "plain_name")


@admin.register(TargetGroup)
class TargetGroupAdmin(ClassifierAdmin):
    list_display = ("plain_name", "name", "order")
    search_fields = ("name", "plain_name")


@admin.register(LifeSituation)
class LifeSituationAdmin(ClassifierAdmin):
    list_display = ("name", "summary", "order", "quick_exit")
    search_fields = ("name", "summary")


@admin.register(RequiredDocument)
class RequiredDocumentAdmin(ClassifierAdmin):
    list_display = ("name", "where", "for_reference")
    search_fields = ("name",)


@admin.register(SearchSynonym)
class SearchSynonymAdmin(ClassifierAdmin):
    list_display = ("term", "words")
    search_fields = ("term",)

    @admin.display(description=_("търси се и като"))
    def words(self, synonym: SearchSynonym) -> str:
        return ", ".join(synonym.expands_to)


@admin.register(Provider)
class ProviderAdmin(ScopedAdmin):
    """Доставчици на услуги в общината."""

    change_rule = staticmethod(can_manage_registry)
    list_display = ("name", "kind", "phone", "licence_number", "licence_valid_to")
    list_filter = ("kind",)
    search_fields = ("name", "eik", "licence_number")
    fieldsets = (
        (None, {"fields": ("name", "kind", "eik", "phone", "email", "website")}),
        (
            _("Лиценз"),
            {
                "fields": ("licence_number", "licence_issued_on", "licence_valid_to"),
                "description": _("Само за частен доставчик, от Агенцията за качеството (АКСУ)."),
            },
        ),
    )


class RegistryInline:
    """Rows of a service, kept by whoever keeps the registry."""

    change_rule = staticmethod(can_manage_registry)


class SiteInline(RegistryInline, ScopedStacked):
    model = ServiceSite
    show_change_link = True
    verbose_name_plural = _("Места на предоставяне")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "settlement"),
                    ("address", "address_is_secret"),
                    ("latitude", "longitude"),
                    ("phone", "email"),
                    "note",
                )
            },
        ),
        (_("Достъпност"), {"fields": (AccessiblePlace.ACCESS_FIELDS,), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("settlement")

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        """Offer the municipality's own settlements, brought once for all the sites of the page."""
        if db_field.name != "settlement":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        own = Settlement.objects.filter(municipality=request.municipality)
        return ListedChoiceField(
            own.order_by("name", "ekatte"), required=True, label=db_field.verbose_name
        )


class PaperInline(RegistryInline, ScopedTabular):
    model = ServicePaper
    autocomplete_fields = ("document",)
    fields = ("document", "note", "order")
    verbose_name_plural = _("Нужни документи")


class FeeInline(RegistryInline, ScopedStacked):
    model = Fee
    extra = 0
    fields = (
        ("user_group", "kind"),
        ("amount", "currency", "per"),
        "note",
        ("legal_act", "verified"),
        ("valid_from", "valid_to"),
    )
    verbose_name_plural = _("Такси")


class CapacityInline(RegistryInline, ScopedTabular):
    model = Capacity
    fields = ("as_of", "places", "free", "waiting")
    verbose_name_plural = _("Свободни места към дата")
    max_num = 60

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).order_by("-as_of", "-pk")


class KindFilter(admin.RelatedFieldListFilter):
    """Kinds of чл. 15, and the services without one by a name instead of a dash."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.empty_value_display = _("без вид")


@admin.register(Service)
class ServiceAdmin(ScopedAdmin):
    """A service of the registry on one page."""

    change_rule = staticmethod(can_manage_registry)
    form = ServiceAdminForm
    list_display = ("name", "provider", "status", "checked", "free_places")
    list_filter = ("status", "scope", "financing", ("kinds", KindFilter))
    list_select_related = ("provider",)
    search_fields = ("name", "summary", "provider__name")
    search_help_text = _("По име, описание накратко или доставчик.")
    autocomplete_fields = ("provider",)
    filter_horizontal = ("kinds", "target_groups", "life_situations")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (SiteInline, PaperInline, FeeInline, CapacityInline)
    actions = ("still_true",)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "provider", "summary", "description", "status", "paused_reason"),
                "description": _("Публикувана услуга се вижда от гражданите веднага."),
            },
        ),
        (
            _("За кого"),
            {
                "fields": (
                    "for_whom",
                    "not_for",
                    "eligibility",
                    "target_groups",
                    "life_situations",
                )
            },
        ),
        (
            _("Вид по закона"),
            {"fields": ("kinds", "scope", "functions", "settings", "terms", "intensities")},
        ),
        (_("Как се кандидатства"), {"fields": ("referred_by", "steps")}),
        (
            _("Лесно за четене"),
            {
                "fields": ("easy_read", ("easy_read_tested_by", "easy_read_tested_on")),
                "classes": ("collapse",),
            },
        ),
        (
            _("Създаване и пари"),
            {
                "fields": (
                    "financing",
                    ("legal_act", "legal_act_on"),
                    ("opened_on", "in_national_map"),
                )
            },
        ),
        (
            _("Езици, търсене и адрес"),
            {"fields": ("languages", "summary_en", "own_words", "slug"), "classes": ("collapse",)},
        ),
        (
            _("Проверка на данните"),
            {"fields": (("owner", "review_every"), ("checked_on", "checked_by"))},
        ),
        (_("Закриване"), {"fields": ("closes_on", "closing_note"), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).with_latest_capacity().defer("search_vector")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in ("for_whom", "not_for", "eligibility", "own_words", "summary_en"):
            kwargs["widget"] = Textarea(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        """Offer as owner only those who work in the municipality now; one query."""
        if db_field.name == "owner":
            here = Membership.objects.current().filter(user=OuterRef("pk"))
            kwargs["queryset"] = User.objects.filter(Exists(here)).order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("проверена"), ordering="checked_on")
    def checked(self, service: Service) -> str:
        return f"{service.checked_on:%d.%m.%Y}" if service.checked_on else str(_("още не"))

    @admin.display(description=_("свободни места"))
    def free_places(self, service: Service) -> str:
        if service.capacity_places is None:
            return ""
        return f"{service.capacity_free} от {service.capacity_places}"

    @admin.action(description=_("Все още е вярно: отбележи като проверени днес"))
    def still_true(self, request: HttpRequest, queryset) -> None:
        """Mark the chosen services as checked by the office today."""
        with transaction.atomic():
            chosen = list(Service.objects.filter(pk__in=queryset.order_by().values("pk")))
            for service in chosen:
                confirm(service, side=Side.OFFICE, by=request.user)
        self.message_user(request, _("Отбелязани като проверени днес: %d.") % len(chosen))

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Only a draft is deleted: what was once offered stays in past talks, and is closed."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or obj.status == Service.Status.DRAFT)

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer no deletion of many: among them would be what was once offered."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request: HttpRequest, obj: Service) -> None:
        super().delete_model(request, obj)
        rebuild_vocabulary()

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Save links and rows, keep in the history how they differ, and bring the search along.

        Who waits is told of places that became free.
        """
        before = free_places.newest_capacity(free_places.lock(form.instance.pk))
        with following(form.instance.pk):
            super().save_related(request, form, formsets, change)
        index_service(form.instance)
        free_places.tell_if_freed(form.instance, before)


@contextmanager
def following(pk: int) -> Iterator[None]:
    """Keep with the change of this request what no trigger follows in the service ``pk``."""
    before = untracked_of(Service.objects.get(pk=pk))
    yield
    service = Service.objects.get(pk=pk)
    keep_changes(service, before, untracked_of(service))


class SiteHoursInline(RegistryInline, ScopedTabular):
    model = SiteHours
    fields = ("weekday", "opens", "closes")
    verbose_name_plural = _("Работно време")


class SiteExceptionInline(RegistryInline, ScopedTabular):
    model = SiteException
    fields = ("first_day", "last_day", "opens", "closes", "reason")
    verbose_name_plural = _("Дни с друго работно време (без часове: затворено)")


@admin.register(ServiceSite)
class ServiceSiteAdmin(ScopedAdmin):
    """A place with its hours, reached from its service; new places are added there."""

    change_rule = staticmethod(can_manage_registry)
    list_display = ("__str__", "of_service", "settlement", "address", "phone")
    list_select_related = ("service", "settlement")
    search_fields = ("name", "address", "service__name")
    autocomplete_fields = ("settlement",)
    exclude = ("municipality", "service")
    readonly_fields = ("of_service",)
    inlines = (SiteHoursInline, SiteExceptionInline)

    @admin.display(description=_("услуга"), ordering="service__name")
    def of_service(self, site: ServiceSite) -> str:
        return str(site.service)

    def delete_model(self, request: HttpRequest, obj: ServiceSite) -> None:
        with following(obj.service_id):
            super().delete_model(request, obj)

    def save_form(self, request: HttpRequest, form, change: bool):
        """Remember what the service was before anything of the place is written."""
        form.before = untracked_of(Service.objects.get(pk=form.instance.service_id))
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Save the hours and other days, and keep in the history how the place differs."""
        super().save_related(request, form, formsets, change)
        service = Service.objects.get(pk=form.instance.service_id)
        keep_changes(service, form.before, untracked_of(service))

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
