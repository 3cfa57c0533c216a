"""One row of everything a municipality owns, marked with a word that is found wherever it leaks."""

from __future__ import annotations

import datetime as dt
import uuid

import pghistory.models
from django.apps import apps
from django.db import models
from django.utils import timezone

from campaigns.models import CampaignEvent, DoorCount
from frontoffice.models import Consultation, ConsultationVersion
from municipalities.audit import AccessEvent
from municipalities.models import Invitation, Municipality, OfficeException, Settlement
from municipalities.tenancy import MunicipalModel, municipality_scope
from projects.models import BudgetChange, Expense, Project
from referrals.clocked import StepEvent
from referrals.models import NeedsVersion, PrivacyNotice
from services_registry.models import ColumnMatch, ImportRun, Service
from tests import (
    factories,
    factories_applications,
    factories_campaigns,
    factories_desk,
    factories_people,
    factories_projects,
    factories_referring,
)
from trainings.models import Training

# Columns whose form a word would break, or that a page shows of right to people of other places.
_NOT_WORDS = {
    "slug",
    "phone",
    "email",
    "website",
    "eik",
    "currency",
    "subject_kind",
    "path",
    "role",
    "phones",
    "number_code",
    "number_series",
    "series",
}
_PLAIN = (models.CharField, models.TextField)


def tenant_models() -> list[type[models.Model]]:
    """Return every model of the project whose rows belong to one municipality."""
    return [model for model in apps.get_models() if issubclass(model, MunicipalModel)]


def history_models() -> list[type[models.Model]]:
    """Return the models in which triggers keep what rows were before."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, pghistory.models.Event) and hasattr(model, "municipality")
    ]


def plant(owner: Municipality, word: str, *, public: bool) -> dict[type, models.Model]:
    """Make a row of every tenant model for ``owner`` and write ``word`` into all their text.

    With ``public`` False nothing of it is for citizens: a draft service, a project that is not
    announced, an office that is not shown. Returns the rows by model.
    """
    made: list[models.Model] = [
        *_of_the_municipality(owner, public),
        *_of_the_registry(owner, public),
        *_of_projects(owner, public),
    ]
    by_model = {type(row): row for row in made}
    person = factories_people.PersonFactory(municipality=owner, settlement=_settlement(owner))
    consultation = _consultation(owner, by_model)
    made += [person, consultation]
    with municipality_scope(owner):
        made += factories_projects.a_row_of_each(by_model[Project], by_model[Training])
        made += factories_campaigns.a_row_of_each(
            by_model[CampaignEvent],
            by_model[Service],
            next(row for row in made if isinstance(row, Expense)),
            public=public,
        )
        made += factories_desk.a_row_of_each(person, consultation)
        made += _of_applying(owner, by_model, public)
        made.append(
            AccessEvent.objects.create(
                municipality=owner,
                user=consultation.specialist,
                action="viewed",
                subject_kind="frontoffice.consultation",
                path="/",
                reason=word,
            )
        )
        made.append(
            Invitation.objects.create(
                municipality=owner,
                email="pokanen@example.bg",
                name="поканен",
                role="specialist",
                invited_by=consultation.specialist,
            )
        )
        for row in made:
            _write(row, word)
    return {type(row): row for row in made}


def _write(row: models.Model, word: str) -> None:
    if isinstance(row, AccessEvent | BudgetChange | StepEvent | ConsultationVersion | DoorCount):
        return  # nobody can change one
    if isinstance(row, NeedsVersion):
        return  # as above
    if isinstance(row, PrivacyNotice):
        return  # it is for whoever is about to apply, of whichever municipality
    changed = []
    for field in row._meta.concrete_fields:
        is_text = type(field) in _PLAIN and not field.choices and field.editable
        if is_text and field.name not in _NOT_WORDS and (field.max_length or 99) >= len(word):
            setattr(row, field.name, word)
            changed.append(field.name)
    if changed:
        row.save(update_fields=changed)


def _settlement(owner: Municipality) -> Settlement:
    return Settlement.objects.filter(municipality=owner).first() or factories.SettlementFactory(
        municipality=owner
    )


def _of_the_municipality(owner: Municipality, public: bool) -> list[models.Model]:
    office = factories.OfficeFactory(
        municipality=owner, is_public=public, settlement=_settlement(owner)
    )
    hours = factories.OfficeHoursFactory(municipality=owner, office=office)
    with municipality_scope(owner):
        other = OfficeException.objects.create(
            municipality=owner,
            office=office,
            first_day="2027-01-04",
            last_day="2027-01-05",
            reason="ремонт",
        )
    member = factories.MembershipFactory(municipality=owner, office=office)
    return [office, hours, other, member]


def _of_the_registry(owner: Municipality, public: bool) -> list[models.Model]:
    provider = factories.ProviderFactory(municipality=owner)
    status = Service.Status.PUBLISHED if public else Service.Status.DRAFT
    service = factories.ServiceFactory(
        municipality=owner,
        provider=provider,
        status=status,
        kinds=[factories.ServiceKindFactory()],
        target_groups=[factories.TargetGroupFactory()],
        life_situations=[factories.LifeSituationFactory()],
    )
    of_service = {"municipality": owner, "service": service}
    site = factories.ServiceSiteFactory(**of_service, settlement=_settlement(owner))
    with municipality_scope(owner):
        hours = site.hours.create(municipality=owner, weekday=1, opens="08:00", closes="12:00")
        day = timezone.localdate() + dt.timedelta(days=30)
        exception = site.exceptions.create(municipality=owner, first_day=day, last_day=day)
        reminder = service.reviewreminders.create(
            municipality=owner, side="office", email="sluzhba@example.bg", due_on=day
        )
        upkeep = [
            reminder,
            service.confirmations.create(municipality=owner, side="office", reminder=reminder),
            service.errorreports.create(
                municipality=owner, part="price", text="грешка", submission=uuid.uuid4()
            ),
            service.changeproposals.create(municipality=owner, after={"summary": "ново"}),
            ImportRun.objects.create(
                municipality=owner,
                file_name="uslugi.xlsx",
                rows=[["Наименование"], ["Услуга"]],
                total=1,
            ),
            ColumnMatch.objects.create(municipality=owner, heading="колона", field="name"),
        ]
        document = service.papers.model._meta.get_field("document").related_model
        paper = service.papers.create(
            municipality=owner,
            document=document.objects.create(code=f"d-{service.pk}", name="документ"),
        )
    return [
        provider,
        service,
        site,
        hours,
        exception,
        *upkeep,
        paper,
        factories.FeeFactory(**of_service),
        factories.CapacityFactory(**of_service),
        factories.ProviderMembershipFactory(municipality=owner, provider=provider),
    ]


def _of_projects(owner: Municipality, public: bool) -> list[models.Model]:
    made = factories_projects
    project = made.ProjectFactory(municipality=owner, is_public=public)
    mine = {"municipality": owner, "project": project}
    training = made.TrainingFactory(**mine)
    campaign = made.CampaignFactory(**mine, is_public=public)
    return [
        project,
        made.FundingSourceFactory(**mine),
        made.PartnerFactory(**mine),
        made.ActivityFactory(**mine),
        made.BudgetLineFactory(**mine),
        made.IndicatorFactory(**mine),
        training,
        campaign,
        made.EventFactory(
            municipality=owner, campaign=campaign, is_public=public, settlement=_settlement(owner)
        ),
    ]


def _of_applying(owner: Municipality, made: dict, public: bool) -> list[models.Model]:
    kind = factories_applications.ApplicationKindFactory(
        municipality=owner, is_on=public, is_online=public
    )
    application = factories_applications.ApplicationFactory(
        municipality=owner, kind=kind, service=made[Service]
    )
    service = made[Service]
    return [
        kind,
        application,
        *factories_applications.a_row_of_each(application, service),
        *factories_referring.a_row_of_each(application, service, public=public),
    ]


def _consultation(owner: Municipality, made: dict[type, models.Model]) -> Consultation:
    return factories.ConsultationFactory(
        municipality=owner,
        settlement=_settlement(owner),
        held_at=timezone.now() - dt.timedelta(minutes=1),
        topics=[factories.ConsultationTopicFactory()],
        services=[made[Service]],
    )
