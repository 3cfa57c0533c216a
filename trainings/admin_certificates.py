"""Certificates in the admin: found, downloaded, declared invalid with a reason; never changed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from municipalities.admin_pages import row_page
from municipalities.numbers import plain
from municipalities.permissions import can_manage_projects
from projects.admin_base import ManagedAdmin
from trainings import certificates
from trainings.errors import TrainingRefused
from trainings.forms import RevokeForm
from trainings.models import Certificate


class ValidFilter(admin.SimpleListFilter):
    """Valid ones, or those declared invalid."""

    title = _("дали важи")
    parameter_name = "valid"

    def lookups(self, request: HttpRequest, model_admin):
        return [("yes", _("валидни")), ("no", _("обявени за невалидни"))]

    def queryset(self, request: HttpRequest, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(revoked_on__isnull=self.value() == "yes")
        return queryset


@admin.register(Certificate)
class CertificateAdmin(ManagedAdmin):
    """Papers that were issued. They come from the page of a training and stay as they are."""

    list_display = ("number", "person", "training", "hours_written", "issued_on", "is_valid")
    list_filter = (ValidFilter, "participant__training__kind", "participant__training__project")
    search_fields = ("number", "participant__trainee__name", "participant__training__title")
    search_help_text = _("По номер, име или тема.")
    date_hierarchy = "issued_on"
    ordering = ("-issued_on", "-number")
    list_select_related = ("participant__trainee", "participant__training")
    fields = (
        "number",
        "person",
        "training",
        "hours_written",
        "issued_on",
        "issued_by",
        "is_valid",
        "revoked_on",
        "revoked_reason",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        return rows.select_related("participant__trainee", "participant__training", "issued_by")

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs):
        """Offer no saving where there is nothing to change."""
        context |= {"show_save": False, "show_save_and_continue": False, "title": "Удостоверение"}
        return super().render_change_form(request, context, *args, **kwargs)

    @row_page("dokument", "Документът (PDF)")
    def document(self, request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
        """The paper as it was made, as a download; the look at it is kept."""
        return certificates.serve(
            request, certificate, rule=lambda request, _row: can_manage_projects(request)
        )

    @row_page("nevalidno", "Обяви за невалидно", rule=lambda row: row.revoked_on is None)
    def revoke(self, request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
        """Ask why, and say publicly from today that the paper is not valid."""
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                certificates.revoke(certificate=certificate, reason=reason)
            except TrainingRefused as refused:
                form.add_error(None, str(refused))
            else:
                self.log_change(request, certificate, f"Обявено за невалидно: {reason}")
                self.message_user(request, f"{certificate.number} вече не е валидно.")
                return redirect("admin:trainings_certificate_change", certificate.pk)
        return self.page(
            request,
            "trainings/admin/revoke.html",
            certificate,
            title=f"Обявяване за невалидно: {certificate.number}",
            form=form,
            status=422 if form.is_bound else 200,
        )

    @admin.display(description=_("на кого"), ordering="participant__trainee__name")
    def person(self, row: Certificate) -> str:
        return str(row.participant.trainee)

    @admin.display(description=_("обучение"), ordering="participant__training__title")
    def training(self, row: Certificate) -> str:
        return row.participant.training.title

    @admin.display(description=_("учебни часове"), ordering="hours")
    def hours_written(self, row: Certificate) -> str:
        return plain(row.hours)

    @admin.display(description=_("валидно"), boolean=True, ordering="revoked_on")
    def is_valid(self, row: Certificate) -> bool:
        return row.revoked_on is None
