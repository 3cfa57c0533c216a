"""Certificates of attendance in the admin: found, downloaded, declared invalid; never changed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.conference import certificates
from campaigns.conference.errors import ConferenceRefused
from campaigns.conference.models import AttendanceCertificate
from projects.certificates_admin import CertificatesAdmin, ValidFilter


@admin.register(AttendanceCertificate)
class AttendanceCertificateAdmin(CertificatesAdmin):
    """Papers that were issued. They come from the page of an event and stay as they are."""

    verbs = certificates
    refused = ConferenceRefused
    project_path = "registration__event__campaign__project"
    list_display = ("number", "person", "event", "issued_on", "is_valid")
    list_filter = (ValidFilter, "registration__event__campaign")
    search_fields = ("number", "registration__name", "registration__event__title")
    search_help_text = _("По номер, име или събитие.")
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

    def told(self, certificate: AttendanceCertificate) -> str:
        """Say of whom and of what it is."""
        of = certificate.registration
        return f"{of}: „{of.event.title}“"

    @admin.display(description=_("на кого"), ordering="registration__name")
    def person(self, row: AttendanceCertificate) -> str:
        return row.registration.name or f"{row.initials} (името е заличено)"

    @admin.display(description=_("събитие"), ordering="registration__event__title")
    def event(self, row: AttendanceCertificate) -> str:
        return row.registration.event.title
