"""The law as data in the admin: norms with their dates, and days that a decision has moved."""

from __future__ import annotations

import datetime as dt

from django.contrib import admin, messages
from django.forms import Textarea
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.admin_site import ScopedAdmin
from municipalities.hours import Weekday
from municipalities.norms.deadlines import is_working
from municipalities.norms.forms_admin import LegalNormForm, WorkdayChangeForm, days_of
from municipalities.norms.models import LegalNorm, WorkdayChange
from municipalities.permissions import can_set_desk


def verified_words(row) -> str:
    """Return „сверено на 21.11.2026“, or that nobody has compared it with the law."""
    if not row.is_verified:
        return str(_("непотвърдено"))
    return str(_("сверено на %(day)s") % {"day": f"{row.verified_on:%d.%m.%Y}"})


@admin.register(LegalNorm)
class LegalNormAdmin(ScopedAdmin):
    """Срокове по закон. An edition that ended stays: the next one is added after it."""

    change_rule = staticmethod(can_set_desk)
    form = LegalNormForm
    list_display = ("name", "how_long", "legal_basis", "in_force", "checked")
    list_filter = ("is_verified",)
    search_fields = ("name", "legal_basis", "source")
    search_help_text = _("По име, основание или източник.")
    readonly_fields = ("next_edition",)
    fieldsets = (
        (
            None,
            {
                "fields": ("code", "name", ("value", "unit"), "next_edition"),
                "description": _(
                    "Нов срок важи за заявления, оценки и насочвания след промяната."
                    " Вече изчислените срокове не се местят."
                ),
            },
        ),
        (_("От кога до кога важи"), {"fields": (("valid_from", "valid_to"),)}),
        (
            _("Откъде е"),
            {
                "fields": ("legal_basis", "source", ("is_verified", "verified_on")),
                "description": _(
                    "Непотвърден срок го виждат само служителите, с бележка „непотвърдена норма“."
                    " На гражданите не се показва."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "source":
            kwargs["widget"] = Textarea(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("срок"), ordering="value")
    def how_long(self, norm: LegalNorm) -> str:
        if norm.value is None:
            return str(_("не е известен"))
        return f"{norm.value} {norm.get_unit_display()}"

    @admin.display(description=_("в сила"), ordering="valid_from")
    def in_force(self, norm: LegalNorm) -> str:
        return days_of(norm)

    @admin.display(description=_("потвърдена"), ordering="is_verified")
    def checked(self, norm: LegalNorm) -> str:
        return verified_words(norm)

    @admin.display(description=_("законът се е променил"))
    def next_edition(self, norm: LegalNorm) -> str:
        url = reverse("admin:municipalities_legalnorm_add")
        words = _("Добавете новия срок, след като тук сложите крайна дата")
        return format_html('<a href="{}?code={}">{}</a>', url, norm.code, words)

    def get_fieldsets(self, request: HttpRequest, obj=None):
        """Ask which norm it is of a new one only, and offer a next edition of one that is there."""
        without = "next_edition" if obj is None else "code"
        (title, options), *others = super().get_fieldsets(request, obj)
        fields = tuple(field for field in options["fields"] if field != without)
        return [(title, {**options, "fields": fields}), *others]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """Begin a next edition with what its last one says; ``?code=`` that is unknown is left."""
        code = request.GET.get("code", "")
        editions = [norm for norm in LegalNorm.objects.order_by("pk") if norm.code == code]
        if not editions:
            return {}
        last = max(editions, key=lambda norm: (norm.valid_to or dt.date.max, norm.pk))
        begins = last.valid_to and last.valid_to + dt.timedelta(days=1)
        kept = ("code", "name", "unit", "legal_basis", "source")
        return {name: getattr(last, name) for name in kept} | {"valid_from": begins}

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """An edition added by mistake may go, the only one of its norm gets an end."""
        may = super().has_delete_permission(request, obj)
        if not may or obj is None:
            return may
        return LegalNorm.objects.filter(code=obj.code).exclude(pk=obj.pk).exists()

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer no deletion of many: among them would be the only ones of their norm."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: LegalNorm, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.value and not obj.is_verified:
            words = _("Срокът е непотвърден: служителите го виждат с бележка, гражданите – не.")
            self.message_user(request, words, messages.WARNING)


@admin.register(WorkdayChange)
class WorkdayChangeAdmin(ScopedAdmin):
    """Работни съботи и почивни дни by decision; the holidays of КТ are known without them."""

    change_rule = staticmethod(can_set_desk)
    form = WorkdayChangeForm
    list_display = ("day", "weekday", "what", "legal_basis")
    list_filter = ("is_working",)
    date_hierarchy = "day"
    search_fields = ("legal_basis",)
    fieldsets = (
        (
            None,
            {
                "fields": ("day", "is_working", "legal_basis"),
                "description": _(
                    "Официалните празници и почивните дни са известни. Тук се добавят само"
                    " дните, които са разместени с решение. Вече изчислените срокове не се местят."
                ),
            },
        ),
    )

    @admin.display(description=_("ден от седмицата"))
    def weekday(self, change: WorkdayChange) -> str:
        return str(Weekday(change.day.isoweekday()).label)

    @admin.display(description=_("какъв е"), ordering="is_working")
    def what(self, change: WorkdayChange) -> str:
        return str(_("работен") if change.is_working else _("почивен"))

    def save_model(self, request: HttpRequest, obj: WorkdayChange, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if is_working(obj.day, {}) == obj.is_working:
            words = _("Този ден и без решение е %(what)s. Проверете датата.")
            self.message_user(request, words % {"what": self.what(obj)}, messages.WARNING)
