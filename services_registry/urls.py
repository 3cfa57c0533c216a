"""Public addresses of the catalogue, and the provider's corner."""

from django.urls import path

from services_registry.views import catalogue, provider, provider_people

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("uslugi/", catalogue.catalogue, name="catalogue"),
    path("uslugi/<slug:municipality>/<slug:slug>/", catalogue.service, name="service"),
    path("dostavchik/", provider.my_services, name="provider"),
    path("obshtina/dostavchitsi/", provider_people.people, name="provider_people"),
    path("obshtina/dostavchitsi/pokana/", provider_people.invite, name="provider_invite"),
    path(
        "obshtina/dostavchitsi/pokani/<int:pk>/otnovo/",
        provider_people.resend,
        name="provider_resend",
    ),
    path(
        "obshtina/dostavchitsi/pokani/<int:pk>/otmyana/",
        provider_people.revoke,
        name="provider_revoke",
    ),
    path("obshtina/dostavchitsi/<int:pk>/kray/", provider_people.end, name="provider_end"),
]
