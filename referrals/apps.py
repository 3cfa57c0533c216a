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
        from referrals import counted
        from referrals.assessments.shipped import add_missing as add_assessment_form
        from referrals.caseload.joining import join as join_cases
        from referrals.joining import join
        from referrals.kinds.shipped import add_missing
        from referrals.models import (
            Application,
            ApplicationKind,
            AssessmentForm,
            Letter,
            NeedsAssessment,
            Referral,
            ReferringPolicy,
            RoutingRow,
            WaitingRule,
        )
        from referrals.placing.news import mail_news
        from referrals.placing.waiting import place_freed
        from referrals.routing import shipped as referring
        from referrals.workflow.machine import register_hearer
        from services_registry.free_places import register_freed

        keeping.RECORDS[Draft.Form.APPLICATION] = Application
        keeping.RECORDS[Draft.Form.LETTER] = Letter
        keeping.RECORDS[Draft.Form.ASSESSMENT] = NeedsAssessment
        counted.register()
        join()
        join_cases()
        register_freed(place_freed)
        register_hearer(mail_news)
        register_start(add_missing)
        register_start(referring.add_missing)
        register_start(add_assessment_form)
        # What somebody needs and what they were written is told to nobody who need not know it:
        # the officer reads that it was written or changed.
        register_trail(Application, masked=("need", "answers"))
        register_trail(Letter, masked=("body", "recipient_address"))
        told = {
            "reminded_on": str(_("напомнено на")),
            "escalated_on": str(_("казано на ръководителя на")),
            "holds_place": str(_("заема място")),
        }
        register_trail(
            NeedsAssessment,
            hidden=("is_complete", "number_year", "number_seq"),
            masked=("urgent_reason", "pause_reason"),
            labels=told,
        )
        register_trail(
            Referral,
            masked=("summary", "choice_note", "decline_note", "pause_reason"),
            labels=told,
        )
        for model in (ApplicationKind, AssessmentForm, ReferringPolicy, RoutingRow, WaitingRule):
            register_trail(model, is_personal=False)
