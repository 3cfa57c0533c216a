"""Addresses of preliminary assessments, at the desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from referrals.assessments import views, views_documents, views_fill, views_steps

urlpatterns: list[URLPattern] = [
    path("nova/<int:pk>/", views.assessment_begin, name="assessment_begin"),
    path("<int:pk>/", views.assessment_page, name="assessment"),
    path("<int:pk>/popalvane/", views_fill.assessment_fill, name="assessment_fill"),
    path("<int:pk>/zaklyuchenie/", views_fill.assessment_conclude, name="assessment_conclude"),
    path("<int:pk>/proverka/", views.assessment_check, name="assessment_check"),
    path("<int:pk>/stapka/<slug:step>/", views_steps.assessment_step, name="assessment_step"),
    path(
        "<int:pk>/dokument/<int:edition>/",
        views_documents.assessment_document,
        name="assessment_document",
    ),
    path("<int:pk>/pismo-dsp/", views_documents.assessment_redirect, name="assessment_redirect"),
    path("<int:pk>/nova-versiya/", views.assessment_replace, name="assessment_replace"),
]
