"""Addresses of the provider's portal."""

from django.urls import path

from services_registry.upkeep import views_proposals as proposals
from services_registry.views import provider

urlpatterns = [
    path("", provider.my_services, name="provider"),
    path("uslugi/<int:pk>/", provider.service, name="provider_service"),
    path("uslugi/<int:pk>/mesta/", provider.save_places, name="provider_places"),
    path("uslugi/<int:pk>/vyarno/", provider.still_true, name="provider_still_true"),
    path("uslugi/<int:pk>/kontakti/", provider.save_provider_contacts, name="provider_contacts"),
    path("mesta/<int:pk>/kontakti/", provider.save_site_contacts, name="provider_site_contacts"),
    path("mesta/<int:pk>/vreme/", provider.save_hours, name="provider_hours"),
    path("mesta/<int:pk>/dni/", provider.add_days, name="provider_days"),
    path("mesta/<int:pk>/dni/<int:day>/mahni/", provider.remove_days, name="provider_days_remove"),
    path("uslugi/<int:pk>/predlozhenie/", proposals.propose, name="provider_proposal"),
    path("predlozheniya/<int:pk>/", proposals.seen_by_provider, name="provider_proposal_seen"),
    path(
        "predlozheniya/<int:pk>/otteglyane/",
        proposals.withdraw,
        name="provider_proposal_withdraw",
    ),
]
