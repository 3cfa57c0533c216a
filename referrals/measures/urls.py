"""Addresses of the numbers of referring and what is late."""

from __future__ import annotations

from django.urls import path

from referrals.measures import views_late, views_numbers

urlpatterns = [
    path("zakasneli/", views_late.late, name="referring_late"),
    path("zakasneli/predavane/", views_late.hand, name="cases_hand"),
    path("chisla/", views_numbers.numbers, name="referring_numbers"),
    path("chisla/iznos/", views_numbers.export, name="referring_numbers_export"),
]
