"""Factories of referring; tenant rows are made in their scope.

An ``AssessmentFactory`` is a draft, a ``ReferralFactory`` a chosen service. ``done`` and
``state`` bring one to where a test begins without the steps of the workflow: only for tests of
what is shown. What moves is tested through ``referrals.workflow``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.models import (
    AssessmentArea,
    AssessmentDocument,
    AssessmentEvent,
    AssessmentForm,
    AssessmentQuestion,
    NeedsAssessment,
    Offer,
    OutcomeQuestion,
    ProviderLink,
    Referral,
    ReferralEvent,
    ReferringPolicy,
    RoutingRow,
    SocialAssistanceDirectorate,
    WaitingPriority,
    WaitingRule,
)
from tests.factories import ServiceFactory, TenantFactory, UserFactory
from tests.factories_applications import ApplicationFactory
from tests.factories_people import PersonFactory


class AssessmentFormFactory(TenantFactory):
    """A version that is being prepared; see ``form_in_force``."""

    class Meta:
        model = AssessmentForm

    number = factory.Sequence(lambda n: n + 100)
    title = "Предварителна оценка"


def form_in_force(municipality, **facts: Any) -> AssessmentForm:
    """Return the form in force, made with one area and one required question if there is none."""
    with municipality_scope(municipality):
        there = AssessmentForm.objects.in_force().first()
        if there:
            return there
        form = AssessmentFormFactory(municipality=municipality, **facts)
        area = AssessmentAreaFactory(municipality=municipality, form=form)
        AssessmentQuestionFactory(municipality=municipality, area=area, is_required=True)
        form.state = AssessmentForm.State.IN_FORCE
        form.in_force_from = timezone.localdate()
        form.save()
    return form


class AssessmentAreaFactory(TenantFactory):
    class Meta:
        model = AssessmentArea

    code = factory.Sequence(lambda n: f"area-{n}")
    name = factory.Sequence(lambda n: f"Област {n}")


class AssessmentQuestionFactory(TenantFactory):
    class Meta:
        model = AssessmentQuestion

    code = factory.Sequence(lambda n: f"question-{n}")
    label = factory.Sequence(lambda n: f"Как е {n}?")


class AssessmentFactory(TenantFactory):
    """A draft of a confirmed application of a known person; ``done=True``: a document."""

    class Meta:
        model = NeedsAssessment

    class Params:
        done = factory.Trait(
            state="done",
            is_complete=True,
            outcome="referred",
            participation="personal",
            number_year=2026,
            number_seq=factory.Sequence(lambda n: n + 1),
            number=factory.LazyAttribute(lambda o: f"ПО-2026-{o.number_seq:06d}"),
            issued_on=factory.LazyFunction(timezone.localdate),
            closed_at=factory.LazyFunction(timezone.now),
        )

    person = factory.SubFactory(PersonFactory, municipality=factory.SelfAttribute("..municipality"))
    application = factory.SubFactory(
        ApplicationFactory,
        municipality=factory.SelfAttribute("..municipality"),
        person=factory.SelfAttribute("..person"),
        confirmed_at=factory.LazyFunction(timezone.now),
    )
    form = factory.LazyAttribute(lambda o: form_in_force(o.municipality))
    prepared_by = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        made = super()._create(model_class, *args, **kwargs)
        if made.state == "done":
            AssessmentDocumentFactory(municipality=made.municipality, assessment=made)
        return made


class AssessmentDocumentFactory(TenantFactory):
    class Meta:
        model = AssessmentDocument

    path = "documents/none.pdf"
    size = 1
    made_by = factory.SubFactory(UserFactory)


class ReferralFactory(TenantFactory):
    """A service chosen with a done assessment; ``state`` with what that state has."""

    class Meta:
        model = Referral

    assessment = factory.SubFactory(
        AssessmentFactory, municipality=factory.SelfAttribute("..municipality"), done=True
    )
    person = factory.SelfAttribute("assessment.person")
    service = factory.SubFactory(
        ServiceFactory,
        municipality=factory.SelfAttribute("..municipality"),
        status="published",
    )
    provider = factory.SelfAttribute("service.provider")
    ordinal = factory.Sequence(lambda n: n % 30_000 + 1)
    chosen_by = "person"
    routed_to = "municipality"
    requested_on = factory.LazyFunction(timezone.localdate)
    summary = "Помощ с пазаруване и готвене три пъти седмично."
    sent_at = factory.LazyAttribute(lambda o: None if o.state == "chosen" else timezone.now())
    waiting_since = factory.LazyAttribute(
        lambda o: timezone.now() if o.state in ("waiting", "offered") else None
    )
    contract_on = factory.LazyAttribute(
        lambda o: timezone.localdate() if o.state in ("started", "ended") else None
    )
    started_on = factory.LazyAttribute(lambda o: o.contract_on)
    ended_on = factory.LazyAttribute(lambda o: timezone.localdate() if o.state == "ended" else None)
    end_reason = factory.LazyAttribute(lambda o: "goal" if o.state == "ended" else "")
    decline_reason = factory.LazyAttribute(lambda o: "no_place" if o.state == "declined" else "")
    withdraw_reason = factory.LazyAttribute(lambda o: "wish" if o.state == "withdrawn" else "")
    closed_at = factory.LazyAttribute(
        lambda o: timezone.now() if o.state in ("ended", "declined", "withdrawn") else None
    )
    state = "chosen"


class RoutingRowFactory(TenantFactory):
    class Meta:
        model = RoutingRow

    authority = "municipality"
    legal_basis = "чл. 1 от пробния закон"


class WaitingRuleFactory(TenantFactory):
    class Meta:
        model = WaitingRule

    act = "Решение № 12 от 03.02.2026 г. на Общинския съвет"
    text = "Първо се приемат хората, които живеят сами."
    valid_from = dt.date(2026, 2, 3)
    is_on = True


class WaitingPriorityFactory(TenantFactory):
    class Meta:
        model = WaitingPriority

    rule = factory.SubFactory(
        WaitingRuleFactory, municipality=factory.SelfAttribute("..municipality")
    )
    name = "живее сам"


class OfferFactory(TenantFactory):
    class Meta:
        model = Offer

    referral = factory.SubFactory(
        ReferralFactory, municipality=factory.SelfAttribute("..municipality"), state="offered"
    )
    until = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=5))


def a_row_of_each(application, service, *, public: bool) -> list:
    """Return a row of every tenant model of referring, in the scope of ``application``."""
    owner, user = application.municipality, UserFactory()
    mine: dict[str, Any] = {"municipality": owner}
    with municipality_scope(owner):
        form = AssessmentFormFactory(**mine)
        area = AssessmentAreaFactory(**mine, form=form)
        # A draft: what is done cannot be written over.
        assessment = AssessmentFactory(**mine, application=application, form=form)
        assessment.kinds.set(service.kinds.all())
        referral = ReferralFactory(**mine, assessment=assessment, service=service, state="offered")
        rule = WaitingRuleFactory(**mine, service=service, is_on=public)
        return [
            form,
            area,
            AssessmentQuestionFactory(**mine, area=area),
            assessment,
            AssessmentDocumentFactory(**mine, assessment=assessment),
            AssessmentEvent.objects.create(**mine, assessment=assessment, kind="begun", who="head"),
            referral,
            ReferralEvent.objects.create(**mine, referral=referral, kind="chosen", who="head"),
            OfferFactory(**mine, referral=referral),
            rule,
            WaitingPriorityFactory(**mine, rule=rule),
            ProviderLink.objects.create(
                **mine,
                referral=referral,
                email="dostavchik@example.bg",
                expires_at=timezone.now(),
                created_by=user,
            ),
            OutcomeQuestion.objects.create(**mine, referral=referral, due_on=timezone.localdate()),
            ReferringPolicy.objects.create(**mine),
            RoutingRowFactory(**mine),
            SocialAssistanceDirectorate.objects.create(**mine, name="ДСП"),
        ]
