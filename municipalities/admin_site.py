"""The admin site and the base classes every admin page of the portal derives from."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from municipalities import admin_filters  # noqa: F401  its filter takes the place of Django's
from municipalities.admin_forms import FoundSelect, PartFormSet, TenantForm, is_key
from municipalities.admin_found import FoundView
from municipalities.admin_history import WithHistory
from municipalities.admin_inlines import FoundField
from municipalities.admin_lists import WithLists
from municipalities.admin_menu import links_of
from municipalities.admin_needs import has_needs, needs_of
from municipalities.permissions import can_enter_admin

LONGEST_SEARCH = 200
MOST_ROWS = 200  # of one table inside a page: each is checked, and anybody may claim to send more


def menu_place(model: type[models.Model]) -> tuple[int, int]:
    """Return where an app, and in it a model, stands in the menu; the rest keep their order."""
    config = apps.get_app_config(model._meta.app_label)
    order = getattr(config, "admin_order", ())
    name = model._meta.object_name
    return getattr(config, "admin_place", 100), order.index(name) if name in order else 100


class PortalAdminSite(admin.AdminSite):
    """Django's admin, entered through the portal's own sign-in and by its own rules."""

    site_header = _("Фронт-офис: управление")
    site_title = _("Фронт-офис")
    index_title = _("Какво искате да направите?")
    enable_nav_sidebar = True

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        """Take the portal's own pages alone.

        Those that other packages bring (groups, factors, the queue) ask for Django's permissions,
        which nobody has here: they would be pages that no one can open.
        """
        if admin_class is not None and issubclass(admin_class, RuleMixin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return can_enter_admin(request)

    def login(self, request: HttpRequest, extra_context=None):
        """Send strangers to the portal's sign-in; refuse people without the right."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    login.login_required = False

    def index(self, request: HttpRequest, extra_context=None):
        """Say first what waits, then what lists there are."""
        waits = {"is_needed": has_needs(request), "needs": needs_of(request)}
        return super().index(request, {**waits, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label=None) -> list[dict]:
        """Put first what is used most: by the ``admin_place`` and ``admin_order`` of the apps."""
        listed = super().get_app_list(request, app_label)
        for app in listed:
            app["models"].sort(key=lambda row: menu_place(row["model"])[1])
            app["models"] += links_of(request, app["app_label"])
        return sorted(listed, key=lambda app: menu_place(app["models"][0]["model"])[0])

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Find nothing by a character that no text in the database can hold."""
        if "\x00" in request.GET.get("term", ""):
            return JsonResponse({"results": [], "pagination": {"more": False}})
        return FoundView.as_view(admin_site=self)(request)


class RuleMixin:
    """Rights of an admin page or inline as predicates on the request; nobody may by default."""

    view_rule: Callable[[HttpRequest], bool] = staticmethod(lambda request: False)
    change_rule: Callable[[HttpRequest], bool] | None = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(type(self).view_rule(request)) or self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        rule = type(self).change_rule
        return bool(rule and rule(request))

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")  # of an address typed without one
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", FoundSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class StillInUse(Exception):
    """A row that somebody's hidden row points to cannot be deleted."""


def delete_or_refuse(delete: Callable[[], object]) -> None:
    """Run ``delete`` and ask the foreign keys at once; raises StillInUse, with nothing deleted.

    Django warns of the rows it finds, but row security hides other municipalities' rows from it
    and not from the foreign keys, which would otherwise answer when the request is over.
    """
    try:
        with transaction.atomic():
            delete()
            connection.check_constraints()
    except IntegrityError as error:
        raise StillInUse from error


def without_links(rows: list, unnamed: tuple[str, ...]) -> list:
    """Return the nested list of what will be deleted without the rows that begin ``unnamed``."""
    kept = []
    for row in rows:
        if isinstance(row, list):
            if inner := without_links(row, unnamed):
                kept.append(inner)
        elif not str(row).startswith(unnamed):
            kept.append(row)
    return kept


class PortalChangeList(ChangeList):
    """A list that shows everything, as Django does for other wrong filters, where Django fails."""

    totals: list[tuple[str, str]] = []  # these two are set by municipalities/admin_lists.py
    export_url = ""
    project = None  # and these by projects/admin_base.py
    lists_of_project: list = []

    def get_filters(self, request: HttpRequest):
        if any("\x00" in value for values in self.filter_params.values() for value in values):
            raise IncorrectLookupParameters
        try:
            return super().get_filters(request)
        except (OverflowError, ValueError) as error:  # of a year beyond the calendar
            raise IncorrectLookupParameters from error


class PortalAdmin(RuleMixin, admin.ModelAdmin):
    """Base of every admin page. Lists have 50 rows a page."""

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    save_on_top = False

    def get_changelist(self, request: HttpRequest, **kwargs):
        return PortalChangeList

    def get_deleted_objects(self, objs, request: HttpRequest):
        """Name what a person knows; the rows of link tables go with what they link, unnamed."""
        deleted, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        links = [
            m._meta for m in apps.get_models(include_auto_created=True) if m._meta.auto_created
        ]
        unnamed = tuple(f"{capfirst(link.verbose_name)}: " for link in links)
        for link in links:
            counts.pop(link.verbose_name_plural, None)
        return without_links(deleted, unnamed), counts, perms_needed, protected

    def response_action(self, request: HttpRequest, queryset):
        """Run an action on rows; of keys that no row can have it is as if nothing were chosen."""
        key = self.opts.pk
        if all(is_key(pk, key) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            return super().response_action(request, queryset)
        return None

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """Search for as much as anybody types: each word more is a condition on every field."""
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])

    def delete_model(self, request: HttpRequest, obj) -> None:
        delete_or_refuse(obj.delete)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        delete_or_refuse(queryset.delete)

    def delete_view(self, request: HttpRequest, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except StillInUse:
            return self._say_still_in_use(request)

    def changelist_view(self, request: HttpRequest, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except StillInUse:
            return self._say_still_in_use(request)

    def _say_still_in_use(self, request: HttpRequest) -> HttpResponse:
        self.message_user(
            request,
            _("Нищо не е изтрито: избраното се ползва в записите на някоя община."),
            messages.ERROR,
        )
        opts = self.opts
        return redirect(f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_changelist")


class ScopedAdmin(WithLists, WithHistory, PortalAdmin):
    """Admin of rows that belong to a municipality.

    The rows come through the scoped manager, the municipality is never a field in the form: it is
    the one of the signed-in membership.
    """

    exclude = ("municipality",)
    form = TenantForm

    def get_queryset(self, request: HttpRequest):
        if request.municipality is None:  # Django looks a row up before it asks who may see it
            raise PermissionDenied
        return super().get_queryset(request)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.municipality is not None and super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.municipality is not None and super().has_change_permission(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """Fill a new row in with what the list it was opened from is filtered by."""
        initial = super().get_changeform_initial_data(request)
        for name, value in parse_qsl(str(initial.pop("_changelist_filters", ""))):
            column, _sep, how = name.partition("__")
            field = self.opts._forward_fields_map.get(column)
            if field and field.many_to_one and how == "id__exact":
                initial.setdefault(column, value)
        return initial

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.current_municipality = request.municipality
        return form


class ScopedInline(RuleMixin):
    """Mix into TabularInline or StackedInline of rows that belong to a municipality."""

    exclude = ("municipality",)
    extra = 0
    form = TenantForm
    formset = PartFormSet
    max_num = MOST_ROWS

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("form_class", FoundField)  # see municipalities/admin_inlines.py
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        kwargs.setdefault("absolute_max", MOST_ROWS)
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.current_municipality = request.municipality
        return formset


class ScopedTabular(ScopedInline, admin.TabularInline):
    """Rows of a municipality as a table inside their parent's page."""


class ScopedStacked(ScopedInline, admin.StackedInline):
    """Rows of a municipality as blocks inside their parent's page."""
