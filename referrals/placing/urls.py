"""Addresses of referrals, at the desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from referrals.placing import steps, views, views_choose

urlpatterns: list[URLPattern] = [
    path("otsenka/<int:assessment>/uslugi/", views_choose.compare, name="choose_services"),
    path(
        "otsenka/<int:assessment>/uslugi/<int:service>/",
        views_choose.choose,
        name="choose_service",
    ),
    path("<int:pk>/", views.page, name="referral"),
    path("<int:pk>/mahni/", views_choose.take_back, name="unchoose_service"),
    path("<int:pk>/stapka/<slug:step>/", steps.step_page, name="referral_step"),
]
