"""Addresses of the question about the outcome, at the desk."""

from __future__ import annotations

from django.urls import path

from referrals.outcomes import views

urlpatterns = [path("vapros/<int:pk>/", views.outcome_call, name="outcome_call")]
