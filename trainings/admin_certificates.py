"""Certificates in the admin: found, downloaded, declared invalid with a reason; never changed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from municipalities.numbers import plain
from projects.certificates_admin import CertificatesAdmin, ValidFilter
from trainings import certificates
from trainings.errors import TrainingRefused
from trainings.models import Certificate


@admin.register(Certificate)
class CertificateAdmin(CertificatesAdmin):
    """Papers that were issued. They come from the page of a training and stay as they are."""

    verbs = certificates
    refused = TrainingRefused
    list_display = ("number", "person", "training", "hours_written", "issued_on", "is_valid")
    list_filter = (ValidFilter, "participant__training__kind", "participant__training__project")
    search_fields = ("number", "participant__trainee__name", "participant__training__title")
    search_help_text = _("По номер, име или тема.")
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

    def told(self, certificate: Certificate) -> str:
        """Say of whom and of what it is."""
        of = certificate.participant
        return f"{of.trainee.name}: „{of.training.title}“"

    @admin.display(description=_("на кого"), ordering="participant__trainee__name")
    def person(self, row: Certificate) -> str:
        return str(row.participant.trainee)

    @admin.display(description=_("обучение"), ordering="participant__training__title")
    def training(self, row: Certificate) -> str:
        return row.participant.training.title

    @admin.display(description=_("учебни часове"), ordering="hours")
    def hours_written(self, row: Certificate) -> str:
        return plain(row.hours)
