from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrontofficeConfig(AppConfig):
    name = "frontoffice"
    verbose_name = _("Работа на бюрото")

    def ready(self) -> None:
        from frontoffice import counted
        from frontoffice.dossier.models import PersonMerge, PersonNote, PersonRelation
        from frontoffice.followups.models import FollowUp
        from frontoffice.models import Consultation
        from frontoffice.models_people import Person
        from municipalities.trails import register_trail

        counted.register()
        register_trail(Consultation)
        register_trail(FollowUp, labels={"reminded_on": str(_("напомнена на"))})
        register_trail(Person, labels={"identifier_index": str(_("ЕГН или ЛНЧ"))})
        # Texts of notes are never told: the officer reads that there was one, not what was
        # written for its author or for the head alone.
        register_trail(PersonNote, masked=("text",))
        register_trail(PersonRelation)
        register_trail(PersonMerge, hidden=("moved",))
