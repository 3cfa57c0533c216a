from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Кампании")
    admin_place = 30
    admin_order = (
        "Campaign",
        "CampaignEvent",
        "Registration",
        "Handout",
        "Clipping",
        "Material",
        "Handbook",
        "HandbookEdition",
        "Study",
        "Audience",
        "AttendanceCertificate",
    )

    def ready(self):
        from campaigns import counted, reported
        from campaigns.conference import joining as conference
        from campaigns.handbooks import joining as handbooks
        from campaigns.materials import joining as materials
        from campaigns.planning import joining as planning
        from campaigns.registering import joining as registering
        from campaigns.studies import joining as studies
        from campaigns.trails import register_trails
        from campaigns.views import events_section
        from municipalities.sections import register_section

        counted.register()
        reported.register()
        register_section(order=30, template="campaigns/section_events.html", load=events_section)
        register_trails()
        for part in (planning, registering, conference, materials, handbooks, studies):
            part.join()
