"""Addresses of projects."""

from django.urls import path

from projects import views

urlpatterns = [
    path("", views.project_list, name="projects"),
    path("<slug:slug>/", views.project_detail, name="project"),
    path("<slug:slug>/plakat.pdf", views.project_poster, name="project_poster"),
]
