from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesRegistryConfig(AppConfig):
    name = "services_registry"
    verbose_name = _("Регистър на социалните услуги")
