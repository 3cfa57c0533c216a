"""Addresses of intake."""

from __future__ import annotations

from django.urls import path

from referrals.intake import views, views_after, views_alert

urlpatterns = [
    path("novo/", views.new_application, name="application_new"),
    path("signal/", views_alert.new_alert, name="alert_new"),
    path("<int:pk>/prieto/", views_after.registered, name="application_registered"),
    path("<int:pk>/promyana/", views_after.edit_application, name="application_edit"),
    path("<int:pk>/protokol/", views_after.protocol, name="application_protocol"),
    path("<int:pk>/protokol/podpisan/", views_after.signed, name="application_signed"),
    path("<int:pk>/kod/", views_after.replace_code, name="application_new_code"),
]
