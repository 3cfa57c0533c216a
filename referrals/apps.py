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
        from referrals.joining import join
        from referrals.kinds.shipped import add_missing
        from referrals.models import Application, ApplicationKind, Letter

        keeping.RECORDS[Draft.Form.APPLICATION] = Application
        keeping.RECORDS[Draft.Form.LETTER] = Letter
        join()
        register_start(add_missing)
        # What somebody needs and what they were written is told to nobody who need not know it:
        # the officer reads that it was written or changed.
        register_trail(Application, masked=("need", "answers"))
        register_trail(Letter, masked=("body", "recipient_address"))
        register_trail(ApplicationKind, is_personal=False)
