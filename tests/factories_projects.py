"""Factories of projects, trainings and campaigns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import factory
from django.db import connection, transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from campaigns.models import Campaign, CampaignEvent
from projects.models import (
    Activity,
    BudgetLine,
    FundingSource,
    Indicator,
    Partner,
    Procedure,
    Programme,
    Project,
)
from projects.money import Currency
from tests.factories import TenantFactory
from trainings.models import Training, TrainingParticipant


def make_now(factory: type[TenantFactory], **facts):
    """Make a row and have the database check at once what it would check at the end."""
    with transaction.atomic():
        row = factory(**facts)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return row


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme
        django_get_or_create = ("name", "period")

    name = "Програма за проба"
    period = "2021–2027"


class ProcedureFactory(DjangoModelFactory):
    class Meta:
        model = Procedure

    programme = factory.SubFactory(ProgrammeFactory)
    code = factory.Sequence(lambda n: f"BG05-{n}")
    name = "Процедура за проба"


class ProjectFactory(TenantFactory):
    """A public project of 1 000,00 лв. of which nothing else is known."""

    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"Проект {n}")
    programme = factory.SubFactory(ProgrammeFactory)
    amount = Decimal("1000.00")
    currency = Currency.BGN
    is_public = True


class OfProjectFactory(TenantFactory):
    class Meta:
        abstract = True

    project = factory.SubFactory(
        ProjectFactory, municipality=factory.SelfAttribute("..municipality")
    )


class FundingSourceFactory(OfProjectFactory):
    class Meta:
        model = FundingSource

    source = FundingSource.Source.EU
    amount = Decimal("100.00")


class PartnerFactory(OfProjectFactory):
    class Meta:
        model = Partner

    name = factory.Sequence(lambda n: f"Партньор {n}")


class ActivityFactory(OfProjectFactory):
    class Meta:
        model = Activity

    title = factory.Sequence(lambda n: f"Дейност за {n}")


class BudgetLineFactory(OfProjectFactory):
    class Meta:
        model = BudgetLine

    code = factory.Sequence(lambda n: f"П{n}")
    name = "Оборудване"
    amount = Decimal("1.00")


class IndicatorFactory(OfProjectFactory):
    class Meta:
        model = Indicator

    name = factory.Sequence(lambda n: f"Резултат {n}")
    target = Decimal(5)


class TrainingFactory(TenantFactory):
    class Meta:
        model = Training

    kind = Training.Kind.THEMATIC
    title = factory.Sequence(lambda n: f"Обучение {n}")
    academic_hours = Decimal(8)
    starts_on = dt.date(2026, 3, 2)
    ends_on = dt.date(2026, 3, 3)


class ParticipantFactory(TenantFactory):
    class Meta:
        model = TrainingParticipant

    training = factory.SubFactory(
        TrainingFactory, municipality=factory.SelfAttribute("..municipality")
    )
    name = factory.Sequence(lambda n: f"Участник {n}")


class CampaignFactory(TenantFactory):
    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Кампания {n}")
    is_public = True


class EventFactory(TenantFactory):
    """A public event that begins tomorrow and takes two hours."""

    class Meta:
        model = CampaignEvent

    campaign = factory.SubFactory(
        CampaignFactory, municipality=factory.SelfAttribute("..municipality")
    )
    title = factory.Sequence(lambda n: f"Събитие {n}")
    starts_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=1))
    ends_at = factory.LazyAttribute(lambda event: event.starts_at + dt.timedelta(hours=2))
