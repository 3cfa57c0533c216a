from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesRegistryConfig(AppConfig):
    name = "services_registry"
    verbose_name = _("Регистър на социалните услуги")

    def ready(self):
        from municipalities.invitations import register_kind
        from municipalities.landing import register_landing
        from municipalities.sections import register_section
        from services_registry import provider_team
        from services_registry.permissions import works_for_a_provider
        from services_registry.views.service import services_section

        register_section(
            order=20, template="services_registry/section_services.html", load=services_section
        )
        register_kind(
            provider_team.KIND,
            words=provider_team.words,
            accept=provider_team.accept,
            has=provider_team.has,
        )
        register_landing(works_for_a_provider, "provider")
