"""Public addresses of the catalogue, and the provider's corner."""

from django.urls import path

from services_registry.views import catalogue, provider

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("uslugi/", catalogue.catalogue, name="catalogue"),
    path("uslugi/<slug:municipality>/<slug:slug>/", catalogue.service, name="service"),
    path("dostavchik/", provider.my_services, name="provider"),
]
