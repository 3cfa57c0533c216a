"""Addresses of the registry as staff keep it."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
