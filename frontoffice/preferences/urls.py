"""Addresses of the desk's settings."""

from django.urls import path

from frontoffice.preferences import views

urlpatterns = [
    path("", views.desk_settings, name="desk_settings"),
    path("temi/", views.desk_topics, name="desk_topics"),
    path("pravila/", views.desk_policy, name="desk_policy"),
    path("shabloni/nov/", views.new_template, name="note_template_new"),
    path("shabloni/<int:pk>/", views.edit_template, name="note_template"),
    path("shabloni/<int:pk>/iztrivane/", views.delete_template, name="note_template_delete"),
]
