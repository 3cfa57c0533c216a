"""Addresses of follow-ups, under /rabotno-myasto/posledvashti/."""

from __future__ import annotations

from django.urls import path

from frontoffice.followups import views, views_calendar, views_feed

urlpatterns = [
    path("", views.follow_ups, name="follow_ups"),
    path("nova/", views.new_follow_up, name="follow_up_new"),
    path("predavane/", views.hand_over_many, name="follow_ups_hand_over"),
    path("iznasyane/", views.export, name="follow_ups_export"),
    path("kalendar/", views_calendar.calendar, name="follow_up_calendar"),
    path("kalendar/abonament/", views_feed.settings_page, name="calendar_settings"),
    path("<int:pk>/", views.follow_up, name="follow_up"),
    path("<int:pk>/priklyuchvane/", views.close, name="follow_up_close"),
    path("<int:pk>/otvaryane/", views.reopen, name="follow_up_reopen"),
    path("<int:pk>/predavane/", views.hand_over, name="follow_up_hand_over"),
]
