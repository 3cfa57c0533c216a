"""The whole budget as a workbook: lines, annexes, expenses, requests."""

from __future__ import annotations

from django.db.models import Count, F, Q, Sum

from municipalities.exports import Column, Sheet
from projects.models import BudgetChange, Expense, PaymentRequest, Project
from projects.spending.budget import BudgetHistory, history_of


def budget_sheets(project: Project) -> list[Sheet]:
    """Return the sheets of the budget of ``project``, in a fixed number of queries."""
    history = history_of(project)
    return [
        Sheet("Бюджет", _line_columns(project, history), [*history.rows, None]),
        Sheet("Анекси", ANNEX_COLUMNS, _changes(project)),
        Sheet("Разходи", EXPENSE_COLUMNS, _expenses(project)),
        Sheet("Искания за плащане", REQUEST_COLUMNS, _requests(project)),
    ]


def _line_columns(project: Project, history: BudgetHistory) -> list[Column]:
    """Return the columns of the lines; the row None is their total."""
    unit = project.get_currency_display()

    def amount(name: str):
        return lambda row: getattr(row.sums if row else history.whole, name)

    def after(place: int):
        return lambda row: row.after[place] if row else history.totals[place + 1]

    return [
        Column("Код", lambda row: row.line.code if row else "", 10),
        Column("Перо", lambda row: row.line.name if row else "Общо", 44),
        Column(f"По договор ({unit})", lambda row: row.first if row else history.totals[0], 18),
        *(
            Column(f"След {annex} ({unit})", after(place), 18)
            for place, annex in enumerate(history.annexes)
        ),
        Column(f"Сега ({unit})", amount("planned"), 18),
        Column(f"Договорено ({unit})", amount("contracted"), 18),
        Column(f"Похарчено ({unit})", amount("spent"), 18),
        Column(f"Поискано ({unit})", amount("requested"), 18),
        Column(f"Верифицирано ({unit})", amount("verified"), 18),
        Column(f"Остава ({unit})", amount("left"), 18),
    ]


ANNEX_COLUMNS = [
    Column("Анекс", lambda change: change.annex.number, 14),
    Column("Подписан на", lambda change: change.annex.signed_on, 12),
    Column("Защо", lambda change: change.annex.reason, 44),
    Column("Код", lambda change: change.line.code, 10),
    Column("Перо", lambda change: change.line.name, 40),
    Column("Преди", lambda change: change.before),
    Column("След", lambda change: change.after),
]
EXPENSE_COLUMNS = [
    Column("Дата", lambda row: row.document_on, 12),
    Column("Документ", lambda row: row.get_document_display() or row.get_method_display(), 24),
    Column("Номер", lambda row: row.document_number),
    Column("Платен на", lambda row: row.paid_on, 12),
    Column("Код на перото", lambda row: row.line.code, 12),
    Column("Перо", lambda row: row.line.name, 32),
    Column("Дейност", lambda row: row.activity and str(row.activity), 32),
    Column("Изпълнител", lambda row: row.supplier and row.supplier.name, 32),
    Column("ЕИК", lambda row: row.supplier and row.supplier.eik, 14),
    Column("За какво", lambda row: row.description, 40),
    Column("Количество", lambda row: row.quantity, 12),
    Column("Без ДДС", lambda row: row.net),
    Column("ДДС", lambda row: row.vat),
    Column("ДДС е допустим", lambda row: row.is_vat_eligible, 12),
    Column("Допустима сума", lambda row: row.amount),
    Column("Валута", lambda row: row.get_currency_display(), 10),
    Column("Допустима сума (евро)", lambda row: row.amount_eur),
    Column("Състояние", lambda row: row.get_state_display(), 16),
    Column("Верифицирана сума", lambda row: row.verified_amount),
    Column("Искане №", lambda row: row.request and row.request.number, 10),
    Column("Защо надхвърля перото", lambda row: row.overrun_reason, 30),
    Column("Защо не е повторение", lambda row: row.duplicate_reason, 30),
]
REQUEST_COLUMNS = [
    Column("Искане №", lambda row: row.number, 10),
    Column("Вид", lambda row: row.get_kind_display(), 16),
    Column("Период от", lambda row: row.period_from, 12),
    Column("Период до", lambda row: row.period_to, 12),
    Column("Състояние", lambda row: row.get_state_display(), 16),
    Column("Подадено на", lambda row: row.submitted_on, 12),
    Column("Верифицирано на", lambda row: row.verified_on, 14),
    Column("Платено на", lambda row: row.paid_on, 12),
    Column("Разходи", lambda row: row.how_many, 10),
    Column("Разходи (евро)", lambda row: row.asked_eur),
    Column("Верифицирани (евро)", lambda row: row.accepted_eur),
    Column("Поискан аванс", lambda row: row.asked_amount),
    Column("Платена сума", lambda row: row.paid_amount),
    Column("Валута", lambda row: row.get_currency_display(), 10),
]


def _changes(project: Project):
    return (
        BudgetChange.objects.filter(annex__project=project)
        .select_related("annex", "line")
        .order_by("annex__signed_on", "annex__pk", "line__code", "pk")
    )


def _expenses(project: Project):
    return Expense.objects.filter(project=project).for_listing().order_by("document_on", "pk")


def _requests(project: Project):
    counted = ~Q(expenses__state=Expense.State.REFUSED)
    return (
        PaymentRequest.objects.filter(project=project)
        .annotate(
            how_many=Count("expenses", filter=counted),
            asked_eur=Sum(F("expenses__amount_eur"), filter=counted),
            accepted_eur=Sum(F("expenses__verified_eur"), filter=counted),
        )
        .order_by("number")
    )
