"""The head under which a municipality writes its letters."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from municipalities.admin_site import ScopedAdmin
from referrals.letters.models import Letterhead
from referrals.permissions import can_keep_kinds


@admin.register(Letterhead)
class LetterheadAdmin(ScopedAdmin):
    """One row a municipality: who signs, and where the municipality is written to."""

    change_rule = staticmethod(can_keep_kinds)
    list_display = ("signer_title", "signer_name", "address", "phone", "email")
    fieldsets = (
        ("Кой подписва", {"fields": ("signer_title", "signer_name")}),
        (
            "Как се стига до общината",
            {
                "fields": ("address", "phone", "email"),
                "description": "Стои в горния край на всяко писмо. Празно: данните на офиса.",
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one; the next signer is written over the last."""
        if not super().has_add_permission(request):
            return False
        # Every page of the admin asks this, to draw its menu; only these need the answer.
        is_here = request.path.startswith(reverse("admin:referrals_letterhead_changelist"))
        return not (is_here and Letterhead.objects.exists())
