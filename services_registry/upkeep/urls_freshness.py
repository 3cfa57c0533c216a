"""Addresses of the freshness board."""

from django.urls import path

from services_registry.upkeep import views_freshness

urlpatterns = [
    path("", views_freshness.board, name="freshness"),
    path("iznos/", views_freshness.export, name="freshness_export"),
    path("<int:pk>/vyarno/", views_freshness.still_true, name="freshness_confirm"),
]
