"""Addresses of the public pages of campaigns and events, and of their calendars."""

from django.urls import path

from campaigns.conference.views import registration_certificate
from campaigns.showing import views

urlpatterns = [
    path("kalendar.ics", views.campaigns_ics, name="campaigns_ics"),
    path("sabitiya/<int:pk>/", views.event, name="event"),
    path("sabitiya/<int:pk>/sabitie.ics", views.event_ics, name="event_ics"),
    path(
        "zapisvane/<slug:obshtina>/<int:pk>/udostoverenie/",
        registration_certificate,
        name="registration_certificate",
    ),
    path("<slug:obshtina>/<slug:slug>/", views.campaign, name="campaign"),
]
