"""The form of the preliminary assessment in the admin: its versions, areas and questions."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.forms import Textarea
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import sized
from municipalities.admin_site import ScopedAdmin, ScopedStacked, ScopedTabular
from referrals.assessments import versions
from referrals.assessments.admin_forms import AreaForm, FormForm, LimitedFormSet, QuestionForm
from referrals.assessments.contents import asked
from referrals.assessments.models_form import AssessmentArea, AssessmentForm, AssessmentQuestion
from referrals.permissions import can_keep_referring

State = AssessmentForm.State


def _is_prepared(row: object) -> bool:
    form = row.form if isinstance(row, AssessmentArea) else row
    return isinstance(form, AssessmentForm) and form.state == State.PREPARED


class _OnlyWhilePrepared:
    """Parts of a version that is in force are read and never written."""

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_add_permission(request, obj) and _is_prepared(obj)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_prepared(obj))

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or _is_prepared(obj))


class AreaInline(_OnlyWhilePrepared, ScopedTabular):
    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    model = AssessmentArea
    form = AreaForm
    formset = LimitedFormSet
    verbose_name_plural = _("Области на живота")
    fields = ("name", "hint", "order", "questions")
    readonly_fields = ("questions",)

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).annotate(asked=Count("questions"))

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("name", "hint"):
            kwargs["widget"] = sized(24)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("въпроси"))
    def questions(self, area: AssessmentArea) -> SafeString | str:
        if not area.pk:
            return "–"
        there = reverse("admin:referrals_assessmentarea_change", args=[area.pk])
        return format_html('<a href="{}">{} ({})</a>', there, _("Въпроси"), area.asked)


class QuestionInline(_OnlyWhilePrepared, ScopedStacked):
    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    model = AssessmentQuestion
    form = QuestionForm
    formset = LimitedFormSet
    verbose_name_plural = _("Въпроси")
    fields = ("label", "hint", "form", "choices", ("order", "is_required"))

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("label", "hint"):
            kwargs["widget"] = sized(70)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class _Versioned(ScopedAdmin):
    """What is saved is held first: it may have come in force while somebody was typing."""

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer no deletion of many: among them would be what assessments rest on."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def form_of(self, obj) -> AssessmentForm:
        return obj

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        rows = AssessmentForm.objects.select_for_update()
        if rows.get(pk=self.form_of(obj).pk).state != self.form_of(obj).state:
            raise PermissionDenied
        super().save_model(request, obj, form, change)


@admin.register(AssessmentForm)
class AssessmentFormAdmin(_Versioned):
    """Versions. One in force stays as it was asked by; the next one is made from it."""

    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    form = FormForm
    list_display = ("__str__", "state", "in_force_from", "change_note")
    ordering = ("-number",)
    inlines = (AreaInline,)
    change_form_template = "referrals/assessments/admin_form.html"
    readonly_fields = ("number", "state", "in_force_from")
    fieldsets = (
        (
            None,
            {
                "fields": (("number", "state", "in_force_from"), "title", "change_note"),
                "description": _(
                    "Версия в сила не се променя: започнатите по нея оценки остават с нейните "
                    "въпроси. За да добавите или смените въпрос, направете нова версия, поправете "
                    "я и я въведете в сила."
                ),
            },
        ),
        (
            _("Основание"),
            {
                "fields": ("legal_basis", "source", "is_verified"),
                "description": _(
                    "Докато не отбележите, че основанието е сверено с действащия закон, то се "
                    "показва само на служителите и не се печата."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "source":
            kwargs["widget"] = Textarea(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        if obj is None or obj.state == State.PREPARED:
            return self.readonly_fields
        return (*self.readonly_fields, "title", "change_note")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only as a copy of one that is there."""
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.state != State.RETIRED)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Only one that never came in force."""
        return super().has_delete_permission(request, obj) and _is_prepared(obj)

    def get_urls(self):
        own = [
            path(
                "<int:pk>/nova-versiya/",
                self.admin_site.admin_view(self.copy_view),
                name="referrals_assessmentform_copy",
            ),
            path(
                "<int:pk>/v-sila/",
                self.admin_site.admin_view(self.force_view),
                name="referrals_assessmentform_force",
            ),
        ]
        return own + super().get_urls()

    def render_change_form(self, request: HttpRequest, context, *args, obj=None, **kwargs):
        may = self.has_change_permission(request) and obj is not None
        context["may_copy"] = may and obj.state != State.PREPARED
        context["may_put_in_force"] = may and obj.state == State.PREPARED
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the next version, after it is said what that means."""
        form = self._found(request, pk)
        done = _("Новата версия е готова за поправки.")
        return self._asked(request, form, "copy", versions.next_version, done)

    def force_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a prepared version come in force, after it is read once more."""
        form = self._found(request, pk)
        return self._asked(
            request, form, "force", versions.put_in_force, _("Версията е в сила от днес.")
        )

    def _found(self, request: HttpRequest, pk: int) -> AssessmentForm:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = self.get_queryset(request).filter(pk=pk).first()
        if form is None:
            raise Http404
        return form

    def _asked(
        self,
        request: HttpRequest,
        form: AssessmentForm,
        what: str,
        verb: Callable[[AssessmentForm], AssessmentForm],
        done: object,
    ) -> HttpResponse:
        if request.method == "POST":
            try:
                made = verb(form)
            except versions.VersionRefused as refused:
                self.message_user(request, str(refused), messages.ERROR)
                made = form
            else:
                self.message_user(request, str(done), messages.SUCCESS)
            return redirect("admin:referrals_assessmentform_change", made.pk)
        return render(
            request,
            "referrals/assessments/admin_ask.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": form,
                "what": what,
                "areas": asked(form),
                "lacking": versions.lacking(form) if what == "force" else "",
                "in_force": AssessmentForm.objects.in_force().first(),
            },
        )


@admin.register(AssessmentArea)
class AssessmentAreaAdmin(_OnlyWhilePrepared, _Versioned):
    """An area of a version with its questions; it is reached from the page of the version."""

    change_rule = staticmethod(can_keep_referring)
    view_rule = staticmethod(can_keep_referring)
    form = AreaForm
    list_display = ("name", "form")
    list_select_related = ("form",)
    inlines = (QuestionInline,)
    fieldsets = ((None, {"fields": ("version", "name", "hint")}),)
    readonly_fields = ("version",)

    def form_of(self, obj: AssessmentArea) -> AssessmentForm:
        return obj.form

    @admin.display(description=_("форма"))
    def version(self, area: AssessmentArea) -> SafeString:
        there = reverse("admin:referrals_assessmentform_change", args=[area.form_id])
        return format_html(
            '<a href="{}">{}</a>, {}', there, area.form, area.form.get_state_display()
        )

    def response_post_save_change(self, request: HttpRequest, obj: AssessmentArea) -> HttpResponse:
        """Lead back to the version, where its areas are."""
        return redirect("admin:referrals_assessmentform_change", obj.form_id)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Stay out of the index: an area alone is nothing."""
        return {}

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("form")
