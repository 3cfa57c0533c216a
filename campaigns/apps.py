from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Кампании")

    def ready(self):
        from campaigns import counted, reported
        from campaigns.views import events_section
        from municipalities.sections import register_section

        counted.register()
        reported.register()
        register_section(order=30, template="campaigns/section_events.html", load=events_section)
