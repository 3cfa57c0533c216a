"""Addresses of the waiting list that citizens open."""

from __future__ import annotations

from django.urls import path

from referrals.placing import views_public

urlpatterns = [path("<slug:obshtina>/", views_public.waiting_rules, name="waiting_rules")]
