from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Заявяване и насочване")

    def ready(self) -> None:
        from frontoffice.drafts import keeping
        from frontoffice.drafts.models import Draft
        from municipalities.starting import register_start
        from municipalities.trails import register_trail
        from referrals.kinds.shipped import add_missing
        from referrals.models import Application, ApplicationKind, Letter

        keeping.RECORDS[Draft.Form.APPLICATION] = Application
        keeping.RECORDS[Draft.Form.LETTER] = Letter
        register_start(add_missing)
        register_trail(Application)
        register_trail(Letter)
        register_trail(ApplicationKind, is_personal=False)
