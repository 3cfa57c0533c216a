"""Addresses of the provider's portal."""

from django.urls import path

from services_registry.views import provider

urlpatterns = [path("", provider.my_services, name="provider")]
