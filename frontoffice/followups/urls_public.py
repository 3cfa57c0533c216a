"""The address that calendar programs read, outside the desk."""

from __future__ import annotations

from django.urls import path

from frontoffice.followups import views_feed

urlpatterns = [path("kalendar/<str:token>.ics", views_feed.feed, name="calendar_feed")]
