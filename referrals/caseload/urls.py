"""Addresses of the work list of referring, at the desk."""

from __future__ import annotations

from django.urls import path

from referrals.caseload import views

urlpatterns = [
    path("", views.caseload, name="caseload"),
    path("iznos/", views.export, name="caseload_export"),
]
