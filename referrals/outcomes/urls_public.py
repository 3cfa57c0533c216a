"""Addresses that a citizen opens by a link."""

from __future__ import annotations

from django.urls import path

from referrals.outcomes import views_public

urlpatterns = [
    path("<slug:obshtina>/<str:token>/", views_public.outcome_answer, name="outcome_answer"),
]
