"""Addresses of proposals as the municipality decides on them."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
