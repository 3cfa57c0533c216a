"""Addresses of citizens' reports as staff answer them."""

from django.urls import path

from services_registry.upkeep import views_reports

urlpatterns = [
    path("", views_reports.reports, name="reports"),
    path("iznos/", views_reports.export, name="reports_export"),
    path("<int:pk>/", views_reports.one_report, name="report"),
]
