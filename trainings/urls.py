"""Addresses of learning: checking a certificate, evaluating a training, one's own record."""

from django.urls import path

from trainings import views
from trainings.supervising import views as own

urlpatterns = [
    path("udostoverenie/", views.certificate_check, name="certificate_check"),
    path("udostoverenie/<str:code>/", views.certificate, name="certificate"),
    path(
        "otsenka-obuchenie/<slug:obshtina>/<str:token>/",
        views.training_evaluation,
        name="training_evaluation",
    ),
    path("moite-obucheniya/", own.own_learning, name="own_learning"),
    path("moite-obucheniya/udostoverenie/<int:pk>/", own.own_certificate, name="own_certificate"),
]
