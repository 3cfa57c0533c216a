"""Addresses of learning: checking a certificate, evaluating a training, one's own record."""

from django.urls import path

from trainings import views

urlpatterns = [
    path("udostoverenie/", views.certificate_check, name="certificate_check"),
    path("udostoverenie/<str:code>/", views.certificate, name="certificate"),
    path(
        "otsenka-obuchenie/<slug:obshtina>/<str:token>/",
        views.training_evaluation,
        name="training_evaluation",
    ),
]
