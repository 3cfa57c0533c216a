"""Addresses of numbers."""

from __future__ import annotations

from django.urls import path

from frontoffice.numbers import views

urlpatterns = [
    path("", views.desk_numbers, name="desk_numbers"),
    path("iznos/", views.desk_numbers_export, name="desk_numbers_export"),
]
