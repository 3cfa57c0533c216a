"""A wholly invented project that is being run, in each demo municipality: nothing of it is public.

The announced projects stay as announced; what their texts do not say is not made up beside them.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from municipalities.models import Municipality, Office, User
from projects.models import (
    Activity,
    BudgetLine,
    Expense,
    FundingSource,
    Indicator,
    Obligation,
    PaymentRequest,
    Position,
    Procedure,
    Project,
    ProjectContract,
    Supplier,
    Workplace,
)
from projects.money import Currency
from projects.reports.demo import make_report
from projects.spending import requests
from projects.spending.facts import Facts
from projects.spending.spending import record_all

DATA = Path(__file__).parent / "demo_data" / "running.json"


def make_running(municipality: Municipality) -> Project:
    """Make the example project of ``municipality``; needs its scope and its demo people."""
    facts = json.loads(DATA.read_text(encoding="utf-8"))
    facts.pop("about")
    return _Running(municipality, facts).make()


class _Running:
    """What the rows of the example have in common while they are made."""

    def __init__(self, municipality: Municipality, facts: dict[str, Any]):
        self.municipality = municipality
        self.facts = facts
        today = timezone.localdate()
        begun = today - dt.timedelta(days=facts["starts_days_ago"])
        self.first = begun.replace(day=1)
        self.manager = self.person("manager")
        self.activities: dict[str, Activity] = {}
        self.lines: dict[str, BudgetLine] = {}
        self.suppliers: dict[str, Supplier] = {}
        self.contracts: dict[str, ProjectContract] = {}

    def person(self, prefix: str) -> User:
        return User.objects.get(email=f"{prefix}.{self.municipality.slug}@example.bg")

    def day(self, number: int) -> dt.date:
        """Return the day ``number`` days after the beginning."""
        return self.first + dt.timedelta(days=number)

    def day_of(self, row: dict[str, Any], name: str) -> dt.date | None:
        """Return the day that ``row`` has under ``name``, None where it has none."""
        return self.day(row[name]) if name in row else None

    @property
    def of_it(self) -> dict[str, Any]:
        return {"municipality": self.municipality, "project": self.project}

    def make(self) -> Project:
        facts = self.facts
        procedure = Procedure.objects.get(code="BG05SFPR002-2.002")
        self.project = Project.objects.create(
            municipality=self.municipality,
            name=facts["name"],
            slug=f"{facts['slug']}-{self.municipality.slug}",
            summary=facts["summary"],
            aim=facts["aim"],
            amount=facts["amount"],
            currency=Currency.EUR,
            programme=procedure.programme,
            procedure=procedure,
            starts_on=self.first,
            duration_months=facts["months"],
            eligible_from=self.first,
            has_investment=True,
            note="Измислен проект за показване.",
        )
        for row in facts["funding"]:
            FundingSource.objects.create(**self.of_it, **row)
        self._plan()
        self._people()
        self._money()
        for row in facts["obligations"]:
            Obligation.objects.create(
                **self.of_it,
                kind=row["kind"],
                title=row["title"],
                due_on=self.day(row["day"]),
                done_on=self.day_of(row, "done"),
            )
        make_report(self.project)
        return self.project

    def _plan(self) -> None:
        for position, row in enumerate(self.facts["activities"], start=1):
            self.activities[row["number"]] = Activity.objects.create(
                **self.of_it,
                position=position,
                number=row["number"],
                title=row["title"],
                parent=self.activities.get(row.get("parent", "")),
                starts_on=self.day(row["from"]),
                ends_on=self.day(row["to"]),
                done_on=self.day_of(row, "done"),
            )
        for row in self.facts["lines"]:
            self.lines[row["code"]] = BudgetLine.objects.create(
                **self.of_it,
                code=row["code"],
                name=row["name"],
                amount=Decimal(row["amount"]),
                activity=self.activities.get(row.get("activity", "")),
            )
        for position, row in enumerate(self.facts["indicators"], start=1):
            Indicator.objects.create(**self.of_it, position=position, **row)

    def _people(self) -> None:
        office = Office.objects.filter(municipality=self.municipality).order_by("pk").first()
        for row in self.facts["workplaces"]:
            Workplace.objects.create(
                **self.of_it, name=row["name"], office=office, opened_on=self.day(row["day"])
            )
        for row in self.facts["positions"]:
            Position.objects.create(
                **self.of_it,
                title=row["title"],
                kind=row["kind"],
                user=self.person(row["user"]) if "user" in row else None,
                name=row.get("name", ""),
                starts_on=self.day(row["from"]),
                ends_on=self.day_of(row, "to"),
                hours_per_day=Decimal(row.get("hours", "8")),
                office=office,
            )

    def _money(self) -> None:
        for row in self.facts["suppliers"]:
            self.suppliers[row["key"]] = Supplier.objects.create(
                municipality=self.municipality, name=row["name"]
            )
        for row in self.facts["contracts"]:
            self.contracts[row["number"]] = ProjectContract.objects.create(
                **self.of_it,
                number=row["number"],
                supplier=self.suppliers[row["supplier"]],
                line=self.lines[row["line"]],
                subject=row["subject"],
                signed_on=self.day(row["day"]),
                amount=Decimal(row["amount"]),
            )
        facts = [*map(self._facts, self.facts["expenses"]), *self._payroll()]
        facts.sort(key=lambda row: row.document_on)
        record_all(facts, project=self.project, actor=self.manager, form_key=uuid.uuid4())
        self._asked_for()

    def _facts(self, row: dict[str, str]) -> Facts:
        day = self.day(int(row["day"]))
        return Facts(
            project=self.project,
            line=self.lines[row["line"]],
            activity=self.lines[row["line"]].activity,
            supplier=self.suppliers[row["supplier"]],
            contract=self.contracts.get(row.get("contract", "")),
            document=row["document"],
            document_number=row["number"],
            document_on=day,
            paid_on=day,
            description=row["description"],
            net=Decimal(row["net"]),
            vat=Decimal(row["vat"]),
            overrun_reason=row.get("overrun", ""),
        )

    def _payroll(self) -> list[Facts]:
        row = self.facts["payroll"]
        found, month = [], self.first
        for _number in range(row["months"]):
            following = (month + dt.timedelta(days=31)).replace(day=1)
            found.append(
                Facts(
                    project=self.project,
                    line=self.lines[row["line"]],
                    activity=self.lines[row["line"]].activity,
                    supplier=self.suppliers[row["supplier"]],
                    document=Expense.Document.PAYROLL,
                    document_number=f"{month:%m/%Y}",
                    document_on=following - dt.timedelta(days=1),
                    paid_on=following - dt.timedelta(days=1),
                    description=f"Възнаграждения за {month:%m.%Y} г.",
                    net=Decimal(row["amount"]),
                )
            )
            month = following
        return found

    def _asked_for(self) -> None:
        """Gather the first half into a request that is verified, the rest into a draft."""
        half = self.day(180)
        for kind, days in (
            (PaymentRequest.Kind.INTERIM, (self.first, half)),
            (PaymentRequest.Kind.INTERIM, (half + dt.timedelta(days=1), self.day(290))),
        ):
            request, _new = requests.open_request(
                self.project,
                form_key=uuid.uuid4(),
                kind=kind,
                period_from=days[0],
                period_to=days[1],
            )
            mine = Expense.objects.filter(project=self.project, document_on__range=days)
            requests.gather(request, mine)
            if days[0] == self.first:
                requests.submit(request, on=self.day(195))
                requests.verify(request, on=self.day(240))
