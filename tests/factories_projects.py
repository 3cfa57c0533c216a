"""Factories of projects, trainings and campaigns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.db import connection, transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from campaigns.models import Campaign, CampaignEvent
from projects.models import (
    Activity,
    BudgetAnnex,
    BudgetChange,
    BudgetLine,
    Expense,
    ExpenseImport,
    ExpenseShare,
    FlatRate,
    FundingSource,
    Indicator,
    IndicatorValue,
    Obligation,
    Partner,
    PaymentRequest,
    PeriodReport,
    Position,
    Procedure,
    Programme,
    Project,
    ProjectContract,
    ProjectDocument,
    Supplier,
    UnitCost,
    Workplace,
)
from projects.money import Currency
from tests.factories import TenantFactory, UserFactory
from trainings.models import (
    Attendance,
    Certificate,
    DevelopmentNorm,
    Evaluation,
    Supervision,
    SupervisionParticipant,
    Trainee,
    Training,
    TrainingParticipant,
    TrainingSession,
)


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


class TraineeFactory(TenantFactory):
    class Meta:
        model = Trainee

    name = factory.Sequence(lambda n: f"Участник {n}")


class ParticipantFactory(TenantFactory):
    """Somebody who took part."""

    class Meta:
        model = TrainingParticipant

    training = factory.SubFactory(
        TrainingFactory, municipality=factory.SelfAttribute("..municipality")
    )
    trainee = factory.SubFactory(
        TraineeFactory, municipality=factory.SelfAttribute("..municipality")
    )
    state = "attended"


class SupplierFactory(TenantFactory):
    class Meta:
        model = Supplier

    name = factory.Sequence(lambda n: f"Изпълнител {n}")


class ExpenseFactory(TenantFactory):
    """An invoice of 100,00 € without VAT, charged to a line of its project."""

    class Meta:
        model = Expense

    project = factory.SubFactory(
        ProjectFactory, municipality=factory.SelfAttribute("..municipality")
    )
    line = factory.SubFactory(
        BudgetLineFactory,
        municipality=factory.SelfAttribute("..municipality"),
        project=factory.SelfAttribute("..project"),
    )
    supplier = factory.SubFactory(
        SupplierFactory, municipality=factory.SelfAttribute("..municipality")
    )
    document = "invoice"
    document_number = factory.Sequence(lambda n: f"{n:010d}")
    document_on = dt.date(2026, 3, 2)
    description = "Столове"
    net = Decimal("100.00")
    amount = factory.LazyAttribute(lambda o: o.net)


class SupervisionFactory(TenantFactory):
    class Meta:
        model = Supervision

    form = "group"
    held_on = dt.date(2026, 3, 2)
    hours = Decimal(2)
    supervisor = "Вера Супервизор"


def a_row_of_each(project, training) -> list:
    """Return a row of every other tenant model of projects and trainings, in the open scope."""
    owner, user = project.municipality, UserFactory()
    mine: dict[str, Any] = {"municipality": owner}
    of_it = {**mine, "project": project}
    line, other = BudgetLineFactory(**of_it), BudgetLineFactory(**of_it)
    supplier = SupplierFactory(**mine)
    contract = ProjectContract.objects.create(
        **of_it, line=line, supplier=supplier, number="Д-1", signed_on="2026-01-05",
        subject="Столове", amount=1,
    )  # fmt: skip
    request = PaymentRequest.objects.create(**of_it, number=1)
    expense = ExpenseFactory(
        **of_it, line=line, supplier=supplier, contract=contract, request=request
    )
    funding = project.funding.first() or FundingSourceFactory(**of_it)
    annex = BudgetAnnex.objects.create(
        **of_it, number="1", signed_on="2026-02-01", reason="нужда", made_by=user
    )
    paper = ProjectDocument.objects.create(
        **of_it, kind="report", title="Отчет", name="otchet.pdf", content_type="application/pdf",
        size=1, path="none", added_by=user,
    )  # fmt: skip
    indicator = IndicatorFactory(**of_it)
    return [
        supplier,
        contract,
        request,
        expense,
        ExpenseShare.objects.create(**mine, expense=expense, funding=funding, amount=100),
        annex,
        BudgetChange.objects.create(**mine, annex=annex, line=line, after=1),
        UnitCost.objects.create(**mine, line=line, name="час", unit="час", amount=1),
        FlatRate.objects.create(**mine, line=line, base=other, percent=15),
        paper,
        Obligation.objects.create(**of_it, kind="technical", title="Отчет", due_on="2026-05-01"),
        IndicatorValue.objects.create(**mine, indicator=indicator, value=1, evidence=paper),
        ExpenseImport.objects.create(**of_it, file_name="razhodi.xlsx", made_by=user),
        PeriodReport.objects.create(
            **of_it, period_from="2026-01-01", period_to="2026-03-31", made_by=user
        ),
        Workplace.objects.create(**of_it, name="Гише 1", evidence=paper),
        Position.objects.create(
            **of_it, title="Социален работник", kind="employment", starts_on="2026-01-01",
            name="Вяра",
        ),
        *_of_learning(project, training),
    ]  # fmt: skip


def _of_learning(project, training) -> list:
    owner, user = project.municipality, UserFactory()
    mine: dict[str, Any] = {"municipality": owner}
    trainee = TraineeFactory(**mine)
    participant = ParticipantFactory(**mine, training=training, trainee=trainee)
    session = TrainingSession.objects.create(
        **mine, training=training, day="2026-03-02", academic_hours=1
    )
    supervision = SupervisionFactory(**mine, project=project)
    return [
        trainee,
        participant,
        session,
        Attendance.objects.create(**mine, session=session, participant=participant),
        Certificate.objects.create(
            **mine,
            participant=participant,
            number=f"УД-{participant.pk}",
            hours=8,
            code_hash=f"{participant.pk}",
            issued_by=user,
            path="none",
            size=1,
        ),
        Evaluation.objects.create(
            **mine, training=training, content=5, trainer=5, use=5, organisation=5
        ),
        supervision,
        SupervisionParticipant.objects.create(**mine, supervision=supervision, trainee=trainee),
        DevelopmentNorm.objects.create(**mine, what="upgrading"),
    ]


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
