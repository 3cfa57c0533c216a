"""Addresses of tracking."""

from __future__ import annotations

from django.urls import path

from referrals.letters.views_citizen import track_letter
from referrals.tracking import views, views_cases

_OF_ONE = "prosledyavane/<slug:obshtina>/<uuid:public_id>/"

urlpatterns = [
    path("prosledyavane/", views.track, name="track"),
    path("prosledyavane/izhod/", views.track_leave, name="track_leave"),
    path(_OF_ONE, views.track_application, name="track_application"),
    path(f"{_OF_ONE}dokument/", views.track_paper, name="track_paper"),
    path(f"{_OF_ONE}ottegli/", views.track_withdraw, name="track_withdraw"),
    path(f"{_OF_ONE}kopie/", views.track_copy, name="track_copy"),
    path(f"{_OF_ONE}fayl/<int:pk>/", views.track_file, name="track_file"),
    path(f"{_OF_ONE}pismo/<int:pk>/", track_letter, name="track_letter"),
    path(f"{_OF_ONE}otsenka/<int:pk>/", views_cases.track_assessment, name="track_assessment"),
    path(
        f"{_OF_ONE}nasochvane/<int:pk>/<slug:answer>/", views_cases.track_offer, name="track_offer"
    ),
]
