"""Addresses of drafts."""

from __future__ import annotations

from django.urls import path

from frontoffice.drafts import views

urlpatterns = [
    path("", views.drafts, name="drafts"),
    path("zapis/", views.draft_save, name="draft_save"),
    path("<int:pk>/iztrivane/", views.draft_discard, name="draft_discard"),
]
