"""The report for a period: its texts, its document, its workbooks."""

import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pypdf
import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from municipalities.uploads import PrivateStorage
from projects.models import PeriodReport, ProjectDocument
from projects.reports import documents
from tests.factories import UserFactory
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    EventFactory,
    ExpenseFactory,
    FundingSourceFactory,
    IndicatorFactory,
    ParticipantFactory,
    ProjectFactory,
    SupervisionFactory,
    TraineeFactory,
    TrainingFactory,
)

ADD = "/admin/projects/periodreport/add/"
WHOLE = {"period_from": dt.date(2026, 1, 1), "period_to": dt.date(2026, 3, 31)}


def page_of(report, page: str = "dokument") -> str:
    return f"/admin/projects/periodreport/{report.pk}/{page}/"


@pytest.fixture
def project(sliven):
    """A project of 1 000 € with two lines, expenses in and out of the period, one in levs."""
    with municipality_scope(sliven):
        project = ProjectFactory(
            municipality=sliven, currency="EUR", starts_on=dt.date(2025, 1, 1),
            contract_number="Д-7", name="Център „Дружба“",
        )  # fmt: skip
        of = {"municipality": sliven, "project": project}
        first = BudgetLineFactory(**of, code="1", name="Заплати", amount=600)
        BudgetLineFactory(**of, code="2", name="Обучения", amount=400)
        FundingSourceFactory(**of, source="esf_plus", amount=1000)
        for day, amount, currency in (
            ("2026-03-02", "100.00", "EUR"),
            ("2025-12-01", "195.58", "BGN"),
            ("2026-04-01", "50.00", "EUR"),
        ):
            ExpenseFactory(**of, line=first, document_on=day, net=amount, currency=currency)
        ExpenseFactory(**of, line=first, document_on="2026-03-03", net=7, state="refused")
        return project


@pytest.fixture
def report(sliven, project):
    with municipality_scope(sliven):
        return PeriodReport.objects.create(
            municipality=sliven, project=project, done="Отворен е центърът.", **WHOLE
        )


@pytest.fixture
def worked(sliven, project):
    """What the floors above bring: two trainings of the same person, supervision, an event."""
    with municipality_scope(sliven):
        of = {"municipality": sliven, "project": project}
        ActivityFactory(**of, title="Ремонт", done_on=dt.date(2026, 2, 1))
        IndicatorFactory(**of, name="Обучени хора", unit="лица", counted_by="people-trained")
        mira = TraineeFactory(municipality=sliven, name="Мира Тайна")
        for title in ("Първо", "Второ"):
            training = TrainingFactory(**of, title=title)
            ParticipantFactory(municipality=sliven, training=training, trainee=mira)
        SupervisionFactory(**of)
        event = EventFactory(
            municipality=sliven, title="Ден на отворените врати",
            starts_at=timezone.make_aware(dt.datetime(2026, 3, 1, 10)),
            ends_at=timezone.make_aware(dt.datetime(2026, 3, 1, 12)),
        )  # fmt: skip
        event.campaign.project = project
        event.campaign.save()


def text_of(data: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(data))
    words = " ".join(page.extract_text() for page in reader.pages)
    return reader, re.sub(r"\s+", " ", words.replace("\u200b", ""))


def kept(report) -> bytes:
    with PrivateStorage().open(report.path) as file:
        return file.read()


def book(response) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(response.content))


def rows_of(sheet) -> list[tuple]:
    return list(sheet.iter_rows(values_only=True))


# What the manager writes


def test_saving_leads_to_where_the_document_is_made(manager, sliven, project):
    said = {
        "project": project.pk, "kind": "whole", "period_from": "01.01.2026",
        "period_to": "31.03.2026", "done": "Готово.", "_save": "Запис",
    }  # fmt: skip
    response = manager.post(ADD, said)
    with municipality_scope(sliven):
        report = PeriodReport.objects.get()
    assert response["Location"] == page_of(report)
    assert "Още не е изготвен" in manager.get(page_of(report)).content.decode()


def test_the_next_report_begins_where_the_last_one_ends(manager, report):
    text = manager.get(f"{ADD}?project={report.project_id}").content.decode()
    assert 'value="01.04.2026"' in text


@pytest.mark.parametrize("asked", ["", "?project=", "?project=0", "?project=x", "?project=%00"])
def test_no_project_or_a_wrong_one_in_the_address_is_no_error(manager, asked):
    assert manager.get(f"{ADD}{asked}").status_code == 200
    assert manager.get(f"{ADD}?project={'9' * 30}").status_code == 200


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("01.03.2026", "01.02.2026", "Периодът свършва, преди да започне."),
        ("01.01.2024", "01.02.2024", "Проектът започва на 01.01.2025 г."),
    ],
)
def test_days_that_cannot_be_are_refused_in_words(manager, project, first, last, why):
    said = {"project": project.pk, "kind": "whole", "period_from": first, "period_to": last}
    assert why in manager.post(ADD, said).content.decode()


def test_an_overlapping_report_of_the_same_kind_is_told(manager, report):
    said = {
        "project": report.project_id, "kind": "whole", "period_from": "31.03.2026",
        "period_to": "30.06.2026", "_save": "Запис",
    }  # fmt: skip
    text = manager.post(ADD, said, follow=True).content.decode()
    assert "Периодът се застъпва с друг отчет" in text


@pytest.mark.parametrize(
    ("first", "last"), [("01.01.0001", "31.12.9999"), ("31.12.9999", "31.12.9999")]
)
def test_days_at_the_ends_of_the_calendar_break_no_page(
    manager, sliven, project, worked, first, last
):
    said = {"project": project.pk, "kind": "whole", "period_from": first, "period_to": last}
    assert manager.post(ADD, {**said, "_save": "Запис"}).status_code == 302
    with municipality_scope(sliven):
        report = PeriodReport.objects.get()
    for page in ("dokument", "chernova", "tehnicheska-kniga", "finansova-kniga"):
        assert manager.get(page_of(report, page)).status_code == 200
    assert manager.get(f"{ADD}?project={project.pk}").status_code == 200


# The document


def test_the_document_says_what_happened_within_the_days_alone(sliven, report, worked):
    by = UserFactory(name="Вера Ръководителка")
    with municipality_scope(sliven):
        made = documents.make(report, by=by)
        reader, text = text_of(kept(made))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    for words in (
        "Технически и финансов отчет", "01.01.2026 – 31.03.2026", "№ Д-7", "Отворен е центърът.",
        "Съфинансирано от Европейския съюз", "завършена на 01.02.2026 г.", "Обучени хора", "Първо",
        "Второ", "групова", "Ден на отворените врати", "1 Заплати", "Европейски социален фонд плюс",
        "Вера Ръководителка",
    ):  # fmt: skip
        assert words in text, words
    assert "Мира" not in text  # nobody's name
    assert "50,00" not in text  # spent after the period
    # The line: plan, contracted, of the period, in all (195,58 лв. = 100,00 €), verified, left.
    assert "600,00 0,00 100,00 200,00 0,00 400,00" in text
    assert not re.search(r"\bПРОЕКТ\b", text)


@pytest.mark.parametrize(
    ("kind", "there", "absent"),
    [
        ("technical", "Индикатори", "Бюджет по пера"),
        ("financial", "Бюджет по пера", "Хора по проекта"),
    ],
)
def test_each_kind_has_its_tables(sliven, report, kind, there, absent):
    report.kind = kind
    with municipality_scope(sliven):
        _reader, text = text_of(documents.draft(report, by=UserFactory()))
    assert there in text
    assert absent not in text
    assert re.search(r"\bПРОЕКТ\b", text)


def test_a_new_document_takes_the_place_of_the_old_and_the_archive_keeps_its_copy(
    manager, sliven, report, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(page_of(report), {"action": "make"})
    for _twice in range(2):
        manager.post(page_of(report), {"action": "archive"})
    with municipality_scope(sliven):
        first = PeriodReport.objects.get()
        (copy,) = ProjectDocument.objects.all()
    assert copy.path != first.path
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(page_of(report), {"action": "make"})
    assert not PrivateStorage().exists(first.path)
    assert PrivateStorage().exists(copy.path)
    response = manager.get(page_of(report, "izteglyane"))
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert "otchet-2026-01-01-2026-03-31.pdf" in response["Content-Disposition"]


def test_what_is_not_made_is_not_there_and_not_archived(manager, report):
    assert manager.get(page_of(report, "izteglyane")).status_code == 404
    text = manager.post(page_of(report), {"action": "archive"}, follow=True).content.decode()
    assert "Няма документ за архива" in text
    for action in ("", "x\x00", "delete"):
        assert manager.post(page_of(report), {"action": action}).status_code == 302


# The workbooks


def test_the_financial_workbook_adds_up(manager, report):
    sheets = book(manager.get(page_of(report, "finansova-kniga")))
    lines = rows_of(sheets["Бюджет по пера"])
    assert lines[1] == ("1 Заплати", 600, 0, 100, 200, 0, 400)
    assert lines[-1] == ("Общо", 1000, 0, 100, 200, 0, 800)
    expenses = rows_of(sheets["Разходи за периода"])
    assert len(expenses) == 3  # the heading, the one of the period that is not refused, the total
    assert expenses[-1][7] == 100


def test_the_technical_workbook_counts_each_person_once(manager, report, worked):
    sheets = book(manager.get(page_of(report, "tehnicheska-kniga")))
    (indicator,) = rows_of(sheets["Индикатори"])[1:]
    assert indicator[6] == 1
    trainings = rows_of(sheets["Обучения"])
    assert [row[0] for row in trainings[1:]] == ["Първо", "Второ", "Общо"]
    assert trainings[-1][5] == 2


# Who may, and how much it costs


@pytest.mark.parametrize(
    "page", ["dokument", "chernova", "izteglyane", "tehnicheska-kniga", "finansova-kniga"]
)
def test_a_foreign_report_is_not_there(elena_manager, specialist, report, page):
    assert elena_manager.get(page_of(report, page)).status_code == 404
    assert specialist.get(page_of(report, page)).status_code in {302, 403}


def test_the_page_costs_the_same_for_any_number_of_rows(manager, queries, sliven, report, worked):
    of = {"municipality": sliven, "project": report.project}

    def make(n):
        for _ in range(n):
            line = BudgetLineFactory(**of)
            ExpenseFactory(**of, line=line)
            IndicatorFactory(**of, counted_by="people-trained")
            IndicatorFactory(**of)

    queries.assert_same(
        manager,
        page_of(report),
        make,
        name="/admin/projects/periodreport/<pk>/dokument/",
        at_most=20,
    )


def test_a_long_report_shows_the_first_rows_and_sums_them_all(sliven, report, project):
    from projects.models import Expense

    line = project.budget_lines.model.objects
    with municipality_scope(sliven):
        pay = line.get(project=project, code="1")
        like = ExpenseFactory.build(municipality=sliven, project=project, line=pay, supplier=None)
        Expense.objects.bulk_create(
            Expense(
                municipality=sliven, project=project, line=pay, document="receipt",
                document_number=f"К{number}", document_on="2026-02-01", net=Decimal("1.10"),
                amount=Decimal("1.10"), description=like.description,
            )
            for number in range(700)
        )  # fmt: skip
        _reader, text = text_of(documents.draft(report, by=UserFactory()))
    assert "Показани са първите 500 от 701 реда" in text
    assert "870,00" in text  # 100 and 700 times 1,10
