"""Certificates in the admin, of any kind: found, downloaded, declared invalid; never changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from municipalities.admin_pages import row_page
from municipalities.form_words import UNREADABLE
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


class RevokeForm(forms.Form):
    """Why a certificate is no longer valid."""

    reason = forms.CharField(
        label="Защо",
        max_length=200,
        help_text="Вижда се само тук. Не пишете ЕГН.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={
            "required": "Напишете защо.",
            "max_length": "Съкратете: най-много %(limit_value)d знака.",
            **UNREADABLE,
        },
    )


class CertificatesAdmin(ManagedAdmin):
    """Papers that were issued. They come from another page and stay as they are.

    ``verbs`` is the module with their ``serve`` and ``revoke``, ``refused`` what the latter raises;
    ``told`` says of a row in words what it is of.
    """

    verbs: Any
    refused: type[Exception]
    date_hierarchy = "issued_on"
    ordering = ("-issued_on", "-number")

    def told(self, certificate: Any) -> str:
        """Return what the page that declares it invalid says it is of."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs):
        """Offer no saving where there is nothing to change."""
        context |= {"show_save": False, "show_save_and_continue": False, "title": "Удостоверение"}
        return super().render_change_form(request, context, *args, **kwargs)

    @row_page("dokument", "Документът (PDF)", rule=lambda row: row.path != "")
    def document(self, request: HttpRequest, certificate: Any) -> HttpResponseBase:
        """The paper as it was made, as a download; the look at it is kept."""
        return self.verbs.serve(
            request, certificate, rule=lambda request, _row: can_manage_projects(request)
        )

    @row_page("nevalidno", "Обяви за невалидно", rule=lambda row: row.revoked_on is None)
    def revoke(self, request: HttpRequest, certificate: Any) -> HttpResponseBase:
        """Ask why, and say publicly from today that the paper is not valid."""
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                self.verbs.revoke(certificate=certificate, reason=reason)
            except self.refused as refused:
                form.add_error(None, str(refused))
            else:
                self.log_change(request, certificate, f"Обявено за невалидно: {reason}")
                self.message_user(request, f"{certificate.number} вече не е валидно.")
                return redirect(f"admin:{self.page_name('change')}", certificate.pk)
        return self.page(
            request,
            "projects/certificate_revoke.html",
            certificate,
            title=f"Обявяване за невалидно: {certificate.number}",
            form=form,
            told=self.told(certificate),
            status=422 if form.is_bound else 200,
        )

    @admin.display(description=_("валидно"), boolean=True, ordering="revoked_on")
    def is_valid(self, row: Any) -> bool:
        return row.revoked_on is None
