"""Kinds of application and the notice about personal data, kept by administrators and heads."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Max
from django.forms import Textarea
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import sized
from municipalities.admin_site import ScopedAdmin, ScopedStacked
from municipalities.models import Municipality
from municipalities.norms.admin import verified_words
from referrals import admin_referring  # noqa: F401  registers its pages
from referrals.applications.models import Application
from referrals.assessments import admin as assessment_admin  # noqa: F401  registers its pages
from referrals.kinds.forms_admin import (
    KindForm,
    NoticeForm,
    PaperForm,
    PaperFormSet,
    QuestionForm,
    QuestionFormSet,
)
from referrals.kinds.models import ApplicationKind, KindPaper, KindQuestion, PrivacyNotice
from referrals.kinds.shipped import shipped_codes
from referrals.letters import admin as letter_admin  # noqa: F401  registers its page
from referrals.permissions import can_keep_kinds


class QuestionInline(ScopedStacked):
    change_rule = staticmethod(can_keep_kinds)
    model = KindQuestion
    form = QuestionForm
    formset = QuestionFormSet
    verbose_name_plural = _("Въпроси")
    fields = (
        "label",
        "hint",
        ("form", "asked"),
        "choices",
        "only_for",
        ("order", "is_required", "is_active"),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("label", "hint"):
            kwargs["widget"] = sized(70)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class PaperInline(ScopedStacked):
    change_rule = staticmethod(can_keep_kinds)
    model = KindPaper
    form = PaperForm
    formset = PaperFormSet
    verbose_name_plural = _("Документи")
    fields = (
        "name",
        "hint",
        "only_for",
        ("order", "is_required", "is_for_reference", "is_active"),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("name", "hint"):
            kwargs["widget"] = sized(70)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ApplicationKind)
class ApplicationKindAdmin(ScopedAdmin):
    """A kind of application on one page: what it is, what it asks, which papers it needs."""

    change_rule = staticmethod(can_keep_kinds)
    form = KindForm
    exclude = ("municipality", "code")
    list_display = ("name", "number_code", "nature", "is_on", "is_online", "basis")
    list_filter = ("is_on", "is_online", "nature", "is_verified")
    search_fields = ("name", "public_name")
    search_help_text = _("По име за служителите или за гражданите.")
    inlines = (QuestionInline, PaperInline)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "public_name", "about", "statement"),
                "description": _("Каквото е за гражданите, се пише с прости думи."),
            },
        ),
        (
            _("Как се приема"),
            {
                "fields": (("is_on", "is_online"), "asks_service", "office", "order"),
                "description": _("Изключен вид не се предлага. Приетото досега остава."),
            },
        ),
        (
            _("Документ и номер"),
            {
                "fields": ("nature", "number_code"),
                "description": _(
                    "След първото заявление видът на документа не се сменя, а означението – "
                    "до края на годината: номерата на една година са в една поредица."
                ),
            },
        ),
        (
            _("Основание и срок"),
            {
                "fields": ("legal_basis", "source", ("is_verified", "verified_on"), "norm_code"),
                "description": _(
                    "Докато не отбележите, че основанието е сверено с действащия текст на закона, "
                    "служителите виждат „непотвърдено основание“, а в писмата то не се печата."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("source", "about", "statement"):
            kwargs["widget"] = Textarea(attrs={"rows": 2 if db_field.name == "source" else 4})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("основание"), ordering="is_verified")
    def basis(self, kind: ApplicationKind) -> str:
        return verified_words(kind)

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        """Keep what the numbers already given rest on."""
        if obj is None:
            return ()
        given = Application.objects.filter(kind=obj)
        if not given.exists():
            return ()
        this_year = given.filter(number_year=timezone.localdate().year).exists()
        return ("nature", "number_code") if this_year else ("nature",)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Only a kind of the municipality's own that nobody has used; others are switched off."""
        may = super().has_delete_permission(request, obj)
        if not may or obj is None:
            return may
        is_used = Application.objects.filter(kind=obj).exists()
        return not is_used and obj.code not in shipped_codes()

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer no deletion of many: among them would be what was used."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: ApplicationKind, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.is_on and not obj.is_verified:
            words = _("„%(name)s“ се приема с непотвърдено основание.") % {"name": obj.name}
            self.message_user(request, words, messages.WARNING)


@admin.register(PrivacyNotice)
class PrivacyNoticeAdmin(ScopedAdmin):
    """Versions of the notice. One in force stays as people read it; the next is added after it."""

    change_rule = staticmethod(can_keep_kinds)
    view_rule = staticmethod(can_keep_kinds)
    form = NoticeForm
    list_display = ("__str__", "beginning")
    ordering = ("-version",)
    fieldsets = (
        (
            None,
            {
                "fields": ("valid_from", "text"),
                "description": _(
                    "Чете се от всеки, който подава заявление. Версия, която вече е в сила, не се "
                    "променя: добавете нова. Празен ред дели абзаците; кратък абзац без точка "
                    "накрая е заглавие. Преди да започне, нека я прочете длъжностното лице по "
                    "защита на данните."
                ),
            },
        ),
    )

    @admin.display(description=_("начало на текста"))
    def beginning(self, notice: PrivacyNotice) -> str:
        return Truncator(notice.text).chars(80)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """A version that is not yet in force may still be corrected."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.valid_from > timezone.localdate())

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer no deletion of many: among them would be versions that people read."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """Begin a new version with the text of the last one."""
        last = PrivacyNotice.objects.order_by("-version").first()
        return {"text": last.text if last else "", "valid_from": timezone.localdate()}

    def save_model(self, request: HttpRequest, obj: PrivacyNotice, form, change: bool) -> None:
        if not change:
            # Whoever adds a version at the same time waits for this one's number.
            Municipality.objects.select_for_update().get(pk=obj.municipality_id)
            last = PrivacyNotice.objects.aggregate(last=Max("version"))["last"]
            obj.version = (last or 0) + 1
        super().save_model(request, obj, form, change)
