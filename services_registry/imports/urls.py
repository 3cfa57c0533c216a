"""Addresses of the import."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
