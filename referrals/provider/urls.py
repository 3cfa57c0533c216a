"""Addresses of a provider's incoming referrals, with an account and by a link."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
