"""Addresses of the numbers of referring and what is late."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
