"""Addresses of a provider's incoming referrals, with an account and by a link."""

from __future__ import annotations

from django.urls import path

from referrals.provider import views, views_link

urlpatterns = [
    path("", views.referrals, name="provider_referrals"),
    path("<int:pk>/", views.page, name="provider_referral"),
    path("<int:pk>/stapka/<slug:step>/", views.step, name="provider_referral_step"),
    path("vrazka/<slug:obshtina>/<str:token>/", views_link.link, name="provider_link"),
]
