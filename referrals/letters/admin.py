"""The head under which a municipality writes its letters."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

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

    def add_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """There is one: whoever would add another is led to it, to write the next signer there.

        Said here and not by ``has_add_permission``, which every page of the admin asks of every
        model to draw its menu.
        """
        there = Letterhead.objects.first() if can_keep_kinds(request) else None
        if there is not None:
            return redirect("admin:referrals_letterhead_change", there.pk)
        return super().add_view(request, *args, **options)
