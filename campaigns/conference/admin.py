"""Certificates of attendance in the admin: found, downloaded, declared invalid; never changed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from campaigns.conference import certificates
from campaigns.conference.errors import ConferenceRefused
from campaigns.conference.forms import RevokeForm
from campaigns.conference.models import AttendanceCertificate
from municipalities.admin_pages import row_page
from municipalities.permissions import can_manage_projects
from projects.admin_base import ManagedAdmin


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


@admin.register(AttendanceCertificate)
class AttendanceCertificateAdmin(ManagedAdmin):
    """Papers that were issued. They come from the page of an event and stay as they are."""

    project_path = "registration__event__campaign__project"
    list_display = ("number", "person", "event", "issued_on", "is_valid")
    list_filter = (ValidFilter, "registration__event__campaign")
    search_fields = ("number", "registration__name", "registration__event__title")
    search_help_text = _("По номер, име или събитие.")
    date_hierarchy = "issued_on"
    ordering = ("-issued_on", "-number")
    list_select_related = ("registration__event",)
    fields = (
        "number",
        "person",
        "event",
        "issued_on",
        "issued_by",
        "is_valid",
        "revoked_on",
        "revoked_reason",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("registration__event", "issued_by")

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs):
        """Offer no saving where there is nothing to change."""
        context |= {"show_save": False, "show_save_and_continue": False, "title": "Удостоверение"}
        return super().render_change_form(request, context, *args, **kwargs)

    @row_page("dokument", "Документът (PDF)", rule=lambda row: row.path != "")
    def document(
        self, request: HttpRequest, certificate: AttendanceCertificate
    ) -> HttpResponseBase:
        """The paper as it was made, as a download; the look at it is kept."""
        return certificates.serve(
            request, certificate, rule=lambda request, _row: can_manage_projects(request)
        )

    @row_page("nevalidno", "Обяви за невалидно", rule=lambda row: row.revoked_on is None)
    def revoke(self, request: HttpRequest, certificate: AttendanceCertificate) -> HttpResponseBase:
        """Ask why, and say publicly from today that the paper is not valid."""
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                certificates.revoke(certificate=certificate, reason=reason)
            except ConferenceRefused as refused:
                form.add_error(None, str(refused))
            else:
                self.log_change(request, certificate, f"Обявено за невалидно: {reason}")
                self.message_user(request, f"{certificate.number} вече не е валидно.")
                return redirect("admin:campaigns_attendancecertificate_change", certificate.pk)
        return self.page(
            request,
            "campaigns/conference/admin/revoke.html",
            certificate,
            title=f"Обявяване за невалидно: {certificate.number}",
            form=form,
            status=422 if form.is_bound else 200,
        )

    @admin.display(description=_("на кого"), ordering="registration__name")
    def person(self, row: AttendanceCertificate) -> str:
        return row.registration.name or f"{row.initials} (името е заличено)"

    @admin.display(description=_("събитие"), ordering="registration__event__title")
    def event(self, row: AttendanceCertificate) -> str:
        return row.registration.event.title

    @admin.display(description=_("валидно"), boolean=True, ordering="revoked_on")
    def is_valid(self, row: AttendanceCertificate) -> bool:
        return row.revoked_on is None
