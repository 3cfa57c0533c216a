"""Addresses of citizens' reports as staff answer them."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
