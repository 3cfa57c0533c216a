"""Addresses of materials."""

from django.urls import path

from campaigns.materials import views

urlpatterns = [
    path("", views.material_list, name="materials"),
    path("fayl/<int:pk>/", views.material_file, name="material_file"),
    path("<slug:municipality>/<slug:slug>/", views.material, name="material"),
]
