"""Addresses that a citizen opens by a link."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
