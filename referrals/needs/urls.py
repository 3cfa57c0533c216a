"""Addresses of the analysis of needs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
