"""Addresses of the import."""

from django.urls import path

from services_registry.imports import views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("obrazets/", views.sample, name="import_sample"),
    path("<int:pk>/", views.run, name="import_run"),
    path("<int:pk>/koloni/", views.columns, name="import_columns"),
    path("<int:pk>/greshki/", views.faults, name="import_faults"),
    path("<int:pk>/zaredi/", views.load, name="import_load"),
    path("<int:pk>/otmyana/", views.undo, name="import_undo"),
    path("<int:pk>/iztriy/", views.forget, name="import_forget"),
]
