"""The addresses of the registry; each part of the work has its own file."""

from django.urls import include, path

from services_registry.upkeep import views_reports, views_review
from services_registry.views import catalogue, provider_people, service

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("uslugi/", catalogue.catalogue, name="catalogue"),
    path("uslugi/<slug:municipality>/<slug:slug>/", service.service, name="service"),
    path(
        "uslugi/<slug:municipality>/<slug:slug>/greshka/", views_reports.report, name="report_error"
    ),
    path(
        "uslugi/<slug:municipality>/<slug:slug>/greshka/blagodarim/",
        views_reports.thanks,
        name="report_thanks",
    ),
    path("", include("services_registry.urls_public")),
    path("pregled/<slug:municipality>/<str:token>/", views_review.review, name="review"),
    path("dostavchik/", include("services_registry.urls_provider")),
    path("registar/", include("services_registry.urls_registry")),
    path("registar/svezhest/", include("services_registry.upkeep.urls_freshness")),
    path("registar/signali/", include("services_registry.upkeep.urls_reports")),
    path("registar/predlozheniya/", include("services_registry.upkeep.urls_proposals")),
    path("registar/vnos/", include("services_registry.imports.urls")),
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
