"""Addresses of the registry as staff keep it."""

from django.urls import path

from services_registry.views import registry, registry_record, registry_sites, registry_steps

urlpatterns = [
    path("", registry.services, name="registry"),
    path("iznos/<slug:kind>/", registry.export, name="registry_export"),
    path("nova/", registry.new, name="registry_new"),
    path("uslugi/<int:pk>/", registry_record.record, name="registry_service"),
    path("uslugi/<int:pk>/izgled/", registry_record.preview, name="registry_preview"),
    path("uslugi/<int:pk>/istoriya/", registry_record.history, name="registry_history"),
    path("uslugi/<int:pk>/kopie/", registry_steps.copy, name="registry_copy"),
    path("uslugi/<int:pk>/stapka/<slug:code>/", registry_steps.step, name="registry_step"),
    path("uslugi/<int:pk>/mesta/novo/", registry_sites.new, name="registry_site_new"),
    path("uslugi/<int:pk>/mesta/<int:site_pk>/", registry_sites.edit, name="registry_site"),
    path(
        "uslugi/<int:pk>/mesta/<int:site_pk>/zakrivane/",
        registry_sites.close,
        name="registry_site_close",
    ),
    path("uslugi/<int:pk>/<slug:section>/", registry_record.section, name="registry_section"),
]
