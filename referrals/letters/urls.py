"""Addresses of letters."""

from __future__ import annotations

from django.urls import path

from referrals.letters import views

urlpatterns = [
    path("<int:pk>/pismo/", views.letter_new, name="letter_new"),
    path("pisma/<int:pk>/", views.letter, name="letter"),
    path("pisma/<int:pk>/prashtane/", views.letter_send, name="letter_send"),
]
