"""Addresses of proposals as the municipality decides on them."""

from django.urls import path

from services_registry.upkeep import views_proposals as views

urlpatterns = [
    path("", views.proposals, name="proposals"),
    path("<int:pk>/", views.proposal, name="proposal"),
]
