"""Addresses of the numbers of referring and what is late."""

from __future__ import annotations

from django.urls import path

from referrals.measures import views_late

urlpatterns = [
    path("zakasneli/", views_late.late, name="referring_late"),
    path("zakasneli/predavane/", views_late.hand, name="cases_hand"),
]
