from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrontofficeConfig(AppConfig):
    name = "frontoffice"
    verbose_name = _("Работа на бюрото")

    def ready(self) -> None:
        from frontoffice.followups.models import FollowUp
        from frontoffice.models import Consultation
        from frontoffice.models_people import Person
        from municipalities.trails import register_trail

        register_trail(Consultation)
        register_trail(FollowUp, hidden=("reminded_on",))
        register_trail(Person, labels={"identifier_index": str(_("ЕГН или ЛНЧ"))})
