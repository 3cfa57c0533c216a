"""Addresses of the desk."""

from django.urls import path

from frontoffice import views

urlpatterns = [
    path("", views.today, name="desk"),
    path("konsultatsii/", views.journal, name="consultations"),
    path("konsultatsii/nova/", views.new_consultation, name="consultation_new"),
    path("konsultatsii/<int:pk>/", views.edit_consultation, name="consultation"),
]
