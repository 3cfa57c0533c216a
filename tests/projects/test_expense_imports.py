"""Expenses from a spreadsheet: what is wrong named by cell, then every row or none."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db.models import Sum

from municipalities.tenancy import municipality_scope
from projects.models import (
    BudgetLine,
    Expense,
    ExpenseImport,
    ExpenseShare,
    ProjectContract,
    Supplier,
)
from projects.spending import importing
from projects.spending.sums import sums_of
from tests.factories import UserFactory
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    ExpenseFactory,
    FundingSourceFactory,
    ProjectFactory,
    SupplierFactory,
)
from tests.support.people import rows_of
from tests.support.queries import statements
from tests.support.spreadsheets import book, sent

HEAD = (
    "Перо *",
    "Вид документ",
    "Номер",
    "Дата",
    "Изпълнител",
    "ЕИК",
    "За какво",
    "Без ДДС",
    "ДДС",
)
EIK = "175074752"


@pytest.fixture
def project(sliven):
    """In levs until 2025, of 85 and 15 per cent, with two lines of 5 000,00."""
    made = ProjectFactory(
        municipality=sliven, amount="10000.00", currency="BGN",
        eligible_from=dt.date(2025, 1, 1), eligible_to=dt.date(2026, 10, 31),
    )  # fmt: skip
    FundingSourceFactory(municipality=sliven, project=made, source="eu", amount="8500.00")
    FundingSourceFactory(municipality=sliven, project=made, source="national", amount="1500.00")
    for code in ("1.1", "2"):
        BudgetLineFactory(municipality=sliven, project=made, code=code, amount="5000.00")
    ActivityFactory(municipality=sliven, project=made, number="2.1", title="Кампания")
    return made


def row(**changes) -> list:
    """A row of the book; a name of ``HEAD`` in ``changes`` stands instead."""
    given = dict(
        zip(
            HEAD,
            (1.1, "фактура", "0000000123", dt.date(2026, 3, 2), "Печатница ООД", EIK, "Дипляни",
             100, "20,00"),
            strict=True,
        )
    )  # fmt: skip
    return list((given | changes).values())


def bring(client, project, rows, head=HEAD):
    """Send a book of ``rows``; return its import and the page about it."""
    url = f"/admin/projects/project/{project.pk}/vnasyane/"
    response = client.post(url, {"table": sent(book([head, *rows]), "razhodi.xlsx")})
    assert response.status_code == 302, response.content.decode()[-3000:]
    return rows_of(project.municipality, ExpenseImport)[0], client.get(response["Location"])


def step(client, run, name: str):
    return client.post(f"/admin/projects/expenseimport/{run.pk}/pregled/", {name: "1"})


def faults_of(run) -> list[tuple[int, str]]:
    return [(problem["row"], problem["message"]) for problem in run.problems]


def test_a_book_becomes_expenses_with_their_shares(manager, project):
    rows = [
        row(),
        row(**{"Перо *": "2", "Номер": "77", "Дата": "14.11.2025", "Без ДДС": "50,01 лв.",
               "ДДС": "", "Изпълнител": "Столове ЕООД", "ЕИК": ""}),
        row(**{"Вид документ": "ведомост", "Номер": "3/2026", "Изпълнител": "", "ЕИК": "",
               "Без ДДС": "1 000,50", "ДДС": ""}),
    ]  # fmt: skip
    run, page = bring(manager, project, rows)
    text = page.content.decode()
    assert "готови за записване са 3\xa0разхода" in text
    assert "1\xa0120,50\xa0€" in text
    assert "50,01\xa0лв." in text
    assert "Ще бъдат създадени изпълнители: 2" in text
    assert rows_of(project.municipality, Expense) == []
    for _ in range(2):
        assert step(manager, run, "load").status_code == 302
    made = {e.document_number: e for e in rows_of(project.municipality, Expense)}
    assert {n: (e.amount, e.currency) for n, e in made.items()} == {
        "0000000123": (Decimal("120.00"), "EUR"),
        "77": (Decimal("50.01"), "BGN"),
        "3/2026": (Decimal("1000.50"), "EUR"),
    }
    suppliers = {(s.name, s.eik) for s in rows_of(project.municipality, Supplier)}
    assert suppliers == {("Печатница ООД", EIK), ("Столове ЕООД", "")}
    shares = rows_of(project.municipality, ExpenseShare)
    for expense in made.values():
        mine = [share.amount for share in shares if share.expense_id == expense.pk]
        assert sum(mine) == expense.amount
        assert len(mine) == 2
    run = rows_of(project.municipality, ExpenseImport)[0]
    assert (run.state, run.rows) == ("loaded", [])
    assert "Записани са всички редове: 3" in manager.get(page.wsgi_request.path).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"Перо *": "9"}, "Проектът няма такова перо. Пера: „1.1“, „2“."),
        ({"Перо *": ""}, "Клетката е празна, а е задължителна."),
        ({"Дата": "31.02.2026"}, "Очаква се ден като 21.11.2026."),
        ({"Дата": dt.date(2024, 12, 31)}, "Допустими са разходите от 01.01.2025 до 31.10.2026."),
        ({"Вид документ": "фактури"}, "Може би „фактура“?"),
        ({"Без ДДС": "сто"}, "Очаква се сума като 1 234,56."),
        ({"Без ДДС": "-5"}, "Очаква се сума като 1 234,56."),
        ({"Без ДДС": "10,005"}, "най-много два знака"),
        ({"Без ДДС": "100 лв."}, "От 01.01.2026 документите са в евро."),
        ({"ДДС": "21"}, "ДДС е най-много 20 % от сумата без него: 20,00\xa0€."),
        ({"ЕИК": "175074753"}, "ЕИК не е верен"),
        ({"Изпълнител": "", "ЕИК": ""}, "Фактурата има изпълнител."),
        ({"Без ДДС": 9000, "ДДС": ""}, "Напишете защо се записва."),
        ({"За какво": "д" * 251}, "може най-много 250"),
        ({"Номер": "#REF!"}, "грешка от формула"),
    ],
)
def test_what_is_wrong_is_named_by_cell_and_nothing_is_written(manager, project, wrong, words):
    run, page = bring(manager, project, [row(**{"Номер": "1"}), row(**({"Номер": "2"} | wrong))])
    assert [number for number, _words in faults_of(run)] == [3]
    assert words in faults_of(run)[0][1]
    column = HEAD.index(next(iter(wrong)))
    if words[:4] not in {"Доп.", "Напи", "Факт", "От 0"}:
        assert f"{'ABCDEFGHI'[column]}3" in page.content.decode()
    assert step(manager, run, "load").status_code == 302
    assert rows_of(project.municipality, Expense) == []
    assert rows_of(project.municipality, Supplier) == []


def test_repeated_documents_are_told_apart_in_the_file_and_in_the_project(manager, project):
    sliven = project.municipality
    with municipality_scope(sliven):
        line = BudgetLine.objects.get(code="2")
    printer = SupplierFactory(municipality=sliven, name="Печатница ООД", eik=EIK)
    ExpenseFactory(
        municipality=sliven, project=project, line=line, supplier=printer, document_number="55"
    )
    numbers = (("0055", 100), ("9", 101), (None, 0), ("009", 102))
    rows = [row(**{"Номер": n, "Без ДДС": net}) if n else [] for n, net in numbers]
    run, _page = bring(manager, project, rows)
    found = faults_of(run)
    assert [number for number, _words in found] == [2, 5]
    assert "Прилича на вече записан разход: фактура № 55" in found[0][1]
    assert "Повтаря ред 3 от същия списък" in found[1][1]
    head = (*HEAD, "Защо не е повторение")
    run, page = bring(manager, project, [[*row(**{"Номер": "55"}), "две пера"]], head)
    assert run.problems == []
    assert "Ще бъдат създадени" not in page.content.decode()


def test_a_line_goes_over_by_the_rows_together(manager, project):
    rows = [row(**{"Номер": f"{n}", "Без ДДС": 1000 + n, "ДДС": ""}) for n in range(1, 4)]
    run, _page = bring(manager, project, rows)  # 5 000,00 лв. are 2 556,46 €
    assert [number for number, _words in faults_of(run)] == [4]
    url = f"/admin/projects/expenseimport/{run.pk}/pregled/"
    assert "Защо надхвърля перото (няма такава колона)" in manager.get(url).content.decode()
    assert manager.post(url, {"explain": "1", "reason": ""}).status_code == 422
    manager.post(url, {"explain": "1", "reason": "Решение № 5"})
    run = rows_of(project.municipality, ExpenseImport)[0]
    assert run.problems == []
    assert [values[-1] for values in run.rows[3:]] == ["Решение № 5"]
    step(manager, run, "forget")
    head = (*HEAD, "Защо надхвърля")
    run, page = bring(manager, project, [[*line, "анекс"] for line in rows], head)
    assert "надхвърлено" in page.content.decode()
    step(manager, run, "load")
    assert {e.overrun_reason for e in rows_of(project.municipality, Expense)} == {"анекс"}


def test_a_file_that_fitted_does_not_after_somebody_else_wrote_the_document(manager, project):
    run, page = bring(manager, project, [row()])
    assert "Няма грешки" in page.content.decode()
    with municipality_scope(project.municipality):
        line = BudgetLine.objects.get(code="2")
        printer = Supplier.objects.create(
            municipality=project.municipality, name="Печатница ООД", eik=EIK
        )
    facts = {"municipality": project.municipality, "project": project, "line": line}
    ExpenseFactory(**facts, supplier=printer, document_number="123")
    text = manager.get(step(manager, run, "load")["Location"]).content.decode()
    assert "Нищо не е записано: проектът междувременно е променен." in text
    assert "1\xa0грешка" in text
    assert len(rows_of(project.municipality, Expense)) == 1
    step(manager, run, "forget")
    assert rows_of(project.municipality, ExpenseImport) == []
    assert step(manager, run, "load").status_code == 404


def test_a_book_without_a_required_column_or_no_book_is_refused_in_words(manager, project):
    run, page = bring(manager, project, [["2", "фактура"]], ("Перо", "Вид документ"))
    assert "В заглавния ред липсва: Номер, Дата, За какво, Без ДДС." in faults_of(run)[0][1]
    assert "ред 1" in page.content.decode()
    url = f"/admin/projects/project/{project.pk}/vnasyane/"
    for data in (b"PK\x03\x04", b"%PDF-1.7", b"\x00" * 50):
        response = manager.post(url, {"table": sent(data, "a.xlsx")})
        assert response.status_code == 422
    assert manager.post(url, {}).status_code == 422


def test_the_template_says_what_may_be_written(manager, project):
    with municipality_scope(project.municipality):
        printer = Supplier.objects.create(
            municipality=project.municipality, name="=Печатница", eik=EIK
        )
        line = BudgetLine.objects.get(code="2")
        ProjectContract.objects.create(
            municipality=project.municipality, project=project, line=line, supplier=printer,
            number="Д-1", signed_on="2026-01-05", subject="Дипляни", amount=100,
        )  # fmt: skip
    url = f"/admin/projects/project/{project.pk}/vnasyane-obrazets/"
    found = openpyxl.load_workbook(io.BytesIO(manager.get(url).content))
    assert next(found["Разходи"].rows)[0].value == "Перо *"
    assert [row[0].value for row in found["Пера"].rows] == ["Стойност", "1.1", "2"]
    assert list(found["Изпълнители"].rows)[1][0].data_type == "s"
    assert list(found["Договори"].rows)[1][0].value == "Д-1"
    # Its headings are the ones that are read, with every optional column.
    head = [cell.value for cell in next(found["Разходи"].rows)]
    cells = ["2", "2.1", "фактура", "8", "02.03.2026", "05.03.2026", EIK, "", "Д-1", "Дипляни"]
    run, _page = bring(manager, project, [[*cells, "80", "16", "не", "евро"]], head)
    assert run.problems == []
    step(manager, run, "load")
    made = rows_of(project.municipality, Expense)[0]
    assert (made.amount, made.vat) == (Decimal(80), Decimal(16))
    assert made.contract_id is not None


def test_many_rows_are_checked_and_loaded_in_a_fixed_number_of_queries(sliven):
    made = ProjectFactory(municipality=sliven, amount=Decimal(600_000), currency="EUR")
    FundingSourceFactory(municipality=sliven, project=made, amount="600000.00")
    BudgetLineFactory(municipality=sliven, project=made, code="1", amount="600000.00")
    user, counts = UserFactory(), []
    with municipality_scope(sliven):
        for many in (10, 1000):
            rows = [list(HEAD)] + [
                ["1", "фактура", f"{many}-{n}", "02.03.2026", f"Фирма {n % 700}", "", "Хартия",
                 f"{n % 90 + 1},{many % 97:02}", ""]
                for n in range(many)
            ]  # fmt: skip
            run = importing.begin(project=made, rows=rows, file_name="a.xlsx", by=user)
            assert run.problems == []
            counts.append(len(statements(lambda run=run: importing.load(run, by=user))))
        assert Expense.objects.filter(project=made).count() == 1010
        written = ExpenseShare.objects.filter(expense__project=made).aggregate(sum=Sum("amount"))
        assert written["sum"] == sums_of(made).total.spent
    assert counts[1] <= counts[0] + 12  # what is written goes in batches


def test_another_municipality_has_no_such_file(elena_manager, manager, project, specialist):
    _run, page = bring(manager, project, [row()])
    for url in (page.wsgi_request.path, f"/admin/projects/project/{project.pk}/vnasyane/"):
        assert elena_manager.get(url).status_code == 404
        assert elena_manager.post(url, {"load": "1"}).status_code == 404
        assert specialist.get(url).status_code in {302, 403}
    assert rows_of(project.municipality, Expense) == []


def test_pages_of_a_file_take_as_many_queries_for_many_rows(manager, project, queries):
    def rows(count: int):
        return [
            row(**{"Номер": f"{n}", "Без ДДС": 1 + n, "ДДС": "", "ЕИК": "",
                   "Изпълнител": f"Фирма {n}"})
            for n in range(count)
        ]  # fmt: skip

    _run, few = bring(manager, project, rows(5))
    _run, many = bring(manager, project, rows(50))
    at = [page.wsgi_request.path for page in (few, many)]
    assert len(queries.of(manager, at[0])) == len(queries.of(manager, at[1])) <= 20
    _run, few = bring(manager, project, [row(**{"Перо *": "x"})] * 5)
    _run, many = bring(manager, project, [row(**{"Перо *": "x"})] * 50)
    at = [page.wsgi_request.path for page in (few, many)]
    assert len(queries.of(manager, at[0])) == len(queries.of(manager, at[1])) <= 20
    assert manager.get("/admin/projects/expenseimport/").status_code == 200
    new = manager.get("/admin/projects/expenseimport/nov/")
    assert new["Location"] == f"/admin/projects/project/{project.pk}/vnasyane/"
