from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    name = "municipalities"
    verbose_name = _("Общини и хора")

    def ready(self) -> None:
        from municipalities.landing import register_landing
        from municipalities.models import LegalNorm, Membership, WorkdayChange
        from municipalities.permissions import (
            can_manage_people,
            can_operate_platform,
            can_see_access_log,
        )
        from municipalities.signin import signals  # noqa: F401  connects them
        from municipalities.trails import register_trail

        register_landing(can_manage_people, "team")
        register_landing(can_see_access_log, "access_log")
        register_landing(can_operate_platform, "platform")
        register_trail(Membership, is_personal=False)
        register_trail(LegalNorm, is_personal=False)
        register_trail(WorkdayChange, is_personal=False)
