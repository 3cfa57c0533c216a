"""What a financial report says of a project: by line, by source, expenses, payment requests.

All amounts are in the project's currency; an expense in another is converted once, in its row.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Count, Sum

from municipalities.templatetags.portal import CURRENCY_SIGNS, money
from projects.models import Expense, PaymentRequest, Project
from projects.reports.sections import Head, Kind, Section
from projects.spending.converting import column_in, converted
from projects.spending.sums import ProjectSums, sums_of

ZERO = Decimal("0.00")


def financial(project: Project, since: dt.date, upto: dt.date) -> list[Section]:
    """Return the tables of a financial report from ``since`` to ``upto``, both included.

    Needs the project's scope; the same number of queries whatever the rows.
    """
    period = sums_of(project, since=since, upto=upto)
    whole = sums_of(project, upto=upto)
    return [
        _lines(project, period, whole),
        _sources(project, period, whole),
        _expenses(project, since, upto),
        _requests(project, upto),
    ]


def sign(project: Project) -> str:
    """Return the sign of the project's currency."""
    return CURRENCY_SIGNS[project.currency]


def _money(words: str, project: Project) -> Head:
    return Head(f"{words}, {sign(project)}", Kind.MONEY)


def _lines(project: Project, period: ProjectSums, whole: ProjectSums) -> Section:
    spent = {row.line.pk: row.spent for row in period.lines if row.line}
    rows = [
        (str(row.line), row.planned, row.contracted, spent.get(row.line.pk, ZERO), row.spent,
         row.verified, row.left)
        for row in whole.lines if row.line
    ]  # fmt: skip
    total = whole.total
    return Section(
        "lines", "Бюджет по пера",
        [Head("Перо", share=3), _money("План", project), _money("Договорено", project),
         _money("За периода", project), _money("С натрупване", project),
         _money("Верифицирано", project), _money("Остава", project)],
        rows,
        total=("Общо", total.planned, total.contracted, period.total.spent, total.spent,
               total.verified, total.left),
        note="Договореното, отчетеното и верифицираното са с натрупване до края на периода."
        + _over(whole),
        empty="Няма бюджетни пера.",
    )  # fmt: skip


def _over(sums: ProjectSums) -> str:
    over = [row.line.code for row in sums.lines if row.is_over and row.line]
    return f" Надхвърлени пера: {', '.join(over)}." if over else ""


def _sources(project: Project, period: ProjectSums, whole: ProjectSums) -> Section:
    spent = {row.funding.pk: row.spent for row in period.sources}
    rows = [
        (str(row.funding), row.planned, row.share, spent.get(row.funding.pk, ZERO), row.spent)
        for row in whole.sources
    ]
    return Section(
        "sources", "Финансиране по източник",
        [Head("Източник", share=3), _money("План", project), Head("Дял", Kind.PERCENT),
         _money("За периода", project), _money("С натрупване", project)],
        rows,
        total=("Общо", sum((row[1] for row in rows), ZERO), None,
               sum((row[3] for row in rows), ZERO), sum((row[4] for row in rows), ZERO)),
        empty="Няма записано финансиране по източник.",
    )  # fmt: skip


def _expenses(project: Project, since: dt.date, upto: dt.date) -> Section:
    found = (
        Expense.objects.counted()
        .filter(project=project, document_on__range=(since, upto))
        .select_related("line", "supplier", "request")
        .order_by("document_on", "pk")
    )
    rows = [
        (row.document_on, str(row), row.supplier.name if row.supplier else "", row.line.code,
         row.description, row.amount, row.currency,
         converted(row.amount, row.currency, project.currency),
         f"№ {row.request.number}" if row.request else "")
        for row in found
    ]  # fmt: skip
    return Section(
        "expenses", "Разходи за периода",
        [Head("Дата", Kind.DAY), Head("Документ", share=3), Head("Изпълнител", share=3),
         Head("Перо", share=0), Head("За какво", share=3), Head("По документ", Kind.MONEY),
         Head("Валута", share=0), _money("Сума", project), Head("Искане", share=0)],
        rows,
        total=("", "Общо", "", "", "", None, "", sum((row[7] for row in rows), ZERO), ""),
        note="Невъзстановените разходи не са включени.",
        empty="Няма разходи за периода.",
        aside=() if any(row[6] != project.currency for row in rows) else (5, 6),
    )  # fmt: skip


def _requests(project: Project, upto: dt.date) -> Section:
    """Return the requests that were sent by the end of the period."""
    found = PaymentRequest.objects.filter(project=project, submitted_on__lte=upto)
    grouped = Expense.objects.filter(request__in=found.values("pk")).order_by().values("request")
    held = {
        row["request"]: (row["count"], row["sum"])
        for row in grouped.annotate(count=Count("pk"), sum=Sum(column_in(project.currency)))
    }
    rows = [
        (f"№ {row.number}", row.get_kind_display(), row.get_state_display(), row.submitted_on,
         *held.get(row.pk, (0, ZERO)), row.paid_on, money(row.paid_amount, row.currency))
        for row in found.order_by("number")
    ]  # fmt: skip
    return Section(
        "requests", "Искания за плащане",
        [Head("Искане", share=0), Head("Вид"), Head("Състояние", share=2),
         Head("Подадено", Kind.DAY), Head("Разходи, бр.", Kind.NUMBER),
         _money("На стойност", project), Head("Платено на", Kind.DAY), Head("Платено", share=0)],
        rows, empty="Няма подадени искания.",
    )  # fmt: skip
