"""A campaign as workbooks: its settlements, what it came to."""

from __future__ import annotations

from campaigns.models import Campaign
from campaigns.planning.cost import Outcome
from municipalities.exports import Column, Sheet
from projects.models import Expense

PLACES = [
    Column("Населено място", lambda place: str(place.settlement), 26),
    Column("ЕКАТТЕ", lambda place: place.settlement.ekatte, 9),
    Column("Население (2013 г.)", lambda place: place.settlement.population_2013),
    Column("Състояние", lambda place: place.words),
    Column("В плана", lambda place: place.is_in_plan, 9),
    Column("Последно достигнато", lambda place: place.last_on),
    Column("С кое събитие", lambda place: place.last.title if place.last else "", 40),
    Column("Проведени събития", lambda place: place.times),
    Column("Дошли хора", lambda place: place.people),
    Column("Насрочено за", lambda place: place.coming.starts_at if place.coming else None),
    Column("Отново на ред от", lambda place: place.due_on),
]


def _pairs(heading: str, number: str) -> list[Column]:
    return [Column(heading, lambda row: row[0], 44), Column(number, lambda row: row[1])]


def totals_of(outcome: Outcome) -> list[tuple]:
    """Return (words, number) of what a campaign came to."""
    return [
        ("Проведени събития", outcome.held),
        ("Предстоящи събития", outcome.coming),
        ("Отменени събития", outcome.cancelled),
        ("Достигнати населени места", outcome.settlements),
        ("Дошли хора", outcome.people),
        ("Раздадени материали", outcome.copies),
        ("Публикации в медиите", outcome.published),
        ("Обхват на публикациите, доколкото е казан", outcome.media_reach),
        ("Изтегляния на материали", outcome.downloads),
        ("Разходи в евро", outcome.cost),
        ("Цена на едно посещение в евро", outcome.cost_per_person),
    ]


EXPENSES = [
    Column("Дата", lambda row: row.document_on),
    Column(
        "Документ", lambda row: f"{row.get_document_display()} {row.document_number}".strip(), 28
    ),
    Column("Изпълнител", lambda row: str(row.supplier or ""), 32),
    Column("За какво", lambda row: row.description, 44),
    Column("Перо", lambda row: str(row.line), 32),
    Column("Сума в евро", lambda row: row.amount_eur),
    Column("Състояние", lambda row: Expense.State(row.state).label),
]


def outcome_sheets(campaign: Campaign, outcome: Outcome) -> list[Sheet]:
    """Return the sheets of what ``campaign`` came to."""
    media = [
        Column("Вид медия", lambda row: row[0], 30),
        Column("Публикации", lambda row: row[1]),
        Column("Обхват", lambda row: row[2]),
    ]
    return [
        Sheet("Общо", _pairs("Какво", "Колко"), totals_of(outcome)),
        Sheet("Хора по групи", _pairs("Група", "Хора"), outcome.groups),
        Sheet("Раздадени материали", _pairs("Материал", "Броя"), outcome.handed),
        Sheet("Публикации", media, outcome.clippings),
        Sheet("Разходи", EXPENSES, outcome.expenses),
    ]
