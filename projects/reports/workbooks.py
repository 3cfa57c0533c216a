"""The numbers of a report for a period as workbooks, to be copied into ИСУН or gone on with."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from municipalities.exports import Column, Sheet, workbook_response
from projects.models import PeriodReport
from projects.reports.financial import financial
from projects.reports.sections import Section, for_workbook
from projects.reports.technical import technical


def technical_workbook(report: PeriodReport) -> HttpResponse:
    """Return the tables of the technical report as a download."""
    return _workbook(report, "tehnicheski", "Технически отчет", technical)


def financial_workbook(report: PeriodReport) -> HttpResponse:
    """Return the tables of the financial report as a download."""
    return _workbook(report, "finansov", "Финансов отчет", financial)


def _workbook(report: PeriodReport, name: str, title: str, load: Any) -> HttpResponse:
    sections: list[Section] = load(report.project, report.period_from, report.period_to)
    days = f"{report.period_from:%Y-%m-%d}-{report.period_to:%Y-%m-%d}"
    sheets = [_about(report, title), *(for_workbook(section) for section in sections)]
    return workbook_response(f"{name}-otchet-{days}", title, sheets)


def _about(report: PeriodReport, title: str) -> Sheet:
    """Return the sheet that says of what project and of which days the others are."""
    project = report.project
    rows: list[tuple[str, Any]] = [
        ("Отчет", title),
        ("Проект", project.name),
        ("Договор", project.contract_number),
        ("Програма", str(project.programme)),
        ("Бенефициент", f"Община {project.municipality.name}"),
        ("Сума", project.amount),
        ("Валута", project.get_currency_display()),
        ("От", report.period_from),
        ("До", report.period_to),
    ]
    columns = [
        Column("Данни", lambda row: row[0], 20),
        Column("Записано", lambda row: row[1], 70),
    ]
    return Sheet("Отчетът", columns, rows)
