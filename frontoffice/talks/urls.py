"""Addresses of what a talk leaves on paper, and of a day outside the office."""

from django.urls import path

from frontoffice.talks import views_field_day, views_sheet

urlpatterns = [
    path("list/", views_sheet.talk_sheet, name="talk_sheet"),
    path("<int:pk>/list/", views_sheet.consultation_sheet, name="consultation_sheet"),
    path("priemna/", views_field_day.field_day, name="field_day"),
]
