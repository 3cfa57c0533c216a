"""Addresses of the freshness board."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
