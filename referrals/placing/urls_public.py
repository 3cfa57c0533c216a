"""Addresses of the waiting list that citizens open."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
