"""The budget changes by annexes alone, always whole, and says what it was before."""

from __future__ import annotations

import io
import re
import uuid
from decimal import Decimal

import openpyxl
import pytest

from municipalities.tenancy import municipality_scope
from projects.models import BudgetAnnex, BudgetChange, BudgetLine, FundingSource, Project
from tests.factories_projects import (
    BudgetLineFactory,
    ExpenseFactory,
    FundingSourceFactory,
    ProjectFactory,
)
from tests.projects.test_admin import change, errors, filled
from tests.support.people import rows_of


@pytest.fixture
def project(sliven):
    """1 000,00 € in two lines."""
    made = ProjectFactory(municipality=sliven, amount="1000.00", currency="EUR")
    for code, amount in (("1", "600.00"), ("2", "400.00")):
        BudgetLineFactory(municipality=sliven, project=made, code=code, amount=amount)
    return made


def page(project, slug: str) -> str:
    return f"/admin/projects/project/{project.pk}/{slug}/"


def lines(project) -> dict[str, str]:
    found = rows_of(project.municipality, BudgetLine)
    return {row.code: f"{row.amount}" for row in found if row.project_id == project.pk}


def line_box(project, code: str) -> str:
    found = rows_of(project.municipality, BudgetLine)
    return f"line_{next(row.pk for row in found if row.code == code)}"


def sent(manager, project, **changes) -> dict[str, str]:
    """An annex that moves 100,00 from the first line to the second, with ``changes``."""
    given = {
        "number": "1",
        "signed_on": "01.03.2026",
        "reason": "Повече обучения",
        line_box(project, "1"): "500,00",
        line_box(project, "2"): "500,00",
    } | changes
    data = filled(manager, page(project, "aneks"), **given)
    return {name: value for name, value in data.items() if name != "more"}


def errors_of(response) -> str:
    assert response.status_code == 422
    text = response.content.decode()
    return re.search(r'<div class="errors".*?</div>', text, re.S)[0]


def test_an_annex_moves_money_between_lines_and_stays_in_the_history(manager, project):
    response = manager.post(page(project, "aneks"), sent(manager, project))
    assert response["Location"] == page(project, "byudzhet")
    assert lines(project) == {"1": "500.00", "2": "500.00"}
    changes = rows_of(project.municipality, BudgetChange)
    assert [(row.before, row.after) for row in changes] == [
        (Decimal("600.00"), Decimal("500.00")),
        (Decimal("400.00"), Decimal("500.00")),
    ]
    manager.post(
        page(project, "aneks"),
        sent(
            manager, project, number="2", signed_on="02.04.2026", new_0_code="3",
            new_0_name="Плакат", new_0_amount="150,00", **{line_box(project, "1"): "350,00"},
        ),
    )  # fmt: skip
    assert lines(project) == {"1": "350.00", "2": "500.00", "3": "150.00"}
    text = manager.get(page(project, "byudzhet")).content.decode()
    body = re.search(r'<table class="listed byannex">.*?</table>', text, re.S)[0]
    amounts = [re.findall(r"(\d[\d\xa0]*,\d\d)\xa0€|(няма)", row) for row in body.split("<tr>")[2:]]
    flat = [[amount or none for amount, none in row][:3] for row in amounts]
    assert flat == [
        ["600,00", "500,00", "350,00"],
        ["400,00", "500,00", "500,00"],
        ["няма", "няма", "150,00"],
        ["1\xa0000,00", "1\xa0000,00", "1\xa0000,00"],
    ]


def test_an_annex_sent_twice_is_written_once(manager, project):
    data = sent(manager, project)
    for _ in range(2):
        assert manager.post(page(project, "aneks"), data).status_code == 302
    assert len(rows_of(project.municipality, BudgetAnnex)) == 1


def test_the_lines_are_the_whole_or_the_whole_changes_too(manager, project):
    url, second = page(project, "aneks"), line_box(project, "2")
    sliven = project.municipality
    FundingSourceFactory(municipality=sliven, project=project, source="eu", amount="850.00")
    FundingSourceFactory(municipality=sliven, project=project, source="national", amount="150.00")
    refused = errors_of(manager.post(url, sent(manager, project, **{second: "400,00"})))
    assert "с 100,00\xa0€ по-малко от сумата на проекта (1\xa0000,00\xa0€)" in refused
    less = {second: "400,00", "total": "900,00"}
    refused = errors_of(manager.post(url, sent(manager, project, **less)))
    assert "Източниците са общо 1\xa0000,00\xa0€" in refused
    sources = {row.source: f"source_{row.pk}" for row in rows_of(sliven, FundingSource)}
    less |= {sources["eu"]: "765,00", sources["national"]: "135,00"}
    assert manager.post(url, sent(manager, project, **less)).status_code == 302
    assert [row.amount for row in rows_of(sliven, Project)] == [Decimal("900.00")]
    assert sum(row.amount for row in rows_of(sliven, FundingSource)) == Decimal("900.00")


def test_a_line_below_what_is_spent_is_flagged_and_written_only_knowingly(manager, project):
    sliven = project.municipality
    first = next(row for row in rows_of(sliven, BudgetLine) if row.code == "1")
    ExpenseFactory(municipality=sliven, project=project, line=first, net="550.00")
    url = page(project, "aneks")
    assert "вече са похарчени 550,00\xa0€" in errors_of(manager.post(url, sent(manager, project)))
    known = sent(manager, project, below_is_known="on")
    assert manager.post(url, known).status_code == 302
    assert "под похарченото" in manager.get(page(project, "byudzhet")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"signed_on": "01.03.2199"}, "Денят е в бъдещето."),
        ({"signed_on": "1 март"}, "Напишете ден като 21.11.2026."),
        ({"number": ""}, "Номер на анекса"),
        ({"new_0_name": "Плакат"}, "Напишете кода на новото перо."),
        ({"new_0_code": "1", "new_0_name": "Още", "new_0_amount": "0"}, "Вече има перо с код 1."),
        ({"seen": "друго"}, "Междувременно бюджетът е променен."),
        ({"form_key": "x\x00"}, "form_key"),
        ({"new_lines": "99999999999999999999"}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_written(manager, project, wrong, words):
    data = sent(manager, project) | wrong
    response = manager.post(page(project, "aneks"), data)
    if words:
        assert words in response.content.decode()
        assert response.status_code == 422
        assert lines(project) == {"1": "600.00", "2": "400.00"}
    else:
        assert response.status_code == 302


def test_an_annex_that_changes_nothing_or_comes_before_another_is_refused(manager, project):
    url = page(project, "aneks")
    boxes = {line_box(project, "1"): "600,00", line_box(project, "2"): "400,00"}
    assert "не променя нито едно перо" in errors_of(
        manager.post(url, sent(manager, project, **boxes))
    )
    manager.post(url, sent(manager, project))
    earlier = sent(manager, project, number="2", signed_on="28.02.2026", **boxes)
    assert "Последният анекс е от 01.03.2026" in errors_of(manager.post(url, earlier))
    same = sent(manager, project, **boxes)
    assert "Вече има анекс с този номер" in errors_of(manager.post(url, same))


def test_more_boxes_keep_what_is_typed(manager, project):
    data = sent(manager, project, new_0_code="3") | {"more": "1"}
    text = manager.post(page(project, "aneks"), data).content.decode()
    assert "Ново перо 4" in text
    assert 'value="Повече обучения"' in text or "Повече обучения</textarea>" in text
    assert 'name="new_0_code" value="3"' in text
    assert 'value="500,00"' in text


def test_after_an_annex_the_project_page_changes_no_amounts(manager, project):
    manager.post(page(project, "aneks"), sent(manager, project))
    as_it_is = filled(manager, change(project))
    assert manager.post(change(project), as_it_is).status_code == 302
    named = filled(manager, change(project), **{"budget_lines-0-name": "Столове и маси"})
    assert manager.post(change(project), named).status_code == 302
    for wrong in (
        {"budget_lines-0-amount": "499,00"},
        {"budget_lines-0-DELETE": "on"},
        {"amount": "2000,00"},
    ):
        response = manager.post(change(project), filled(manager, change(project), **wrong))
        assert response.status_code == 200
        assert "с анекс" in errors(response), wrong
    assert lines(project) == {"1": "500.00", "2": "500.00"}


def test_the_workbook_has_the_budget_its_annexes_and_the_expenses(manager, project):
    manager.post(page(project, "aneks"), sent(manager, project))
    first = next(row for row in rows_of(project.municipality, BudgetLine) if row.code == "1")
    ExpenseFactory(
        municipality=project.municipality, project=project, line=first, description="=1+1"
    )
    response = manager.get(page(project, "byudzhet-xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["Бюджет", "Анекси", "Разходи", "Искания за плащане"]
    last = [cell.value for cell in list(book["Бюджет"].rows)[-1]]
    assert last[1:4] == ["Общо", 1000, 1000]
    assert last[6] == 100
    expense = [cell for cell in list(book["Разходи"].rows)[1] if cell.value == "=1+1"]
    assert expense[0].data_type == "s"


def test_another_municipality_has_no_such_budget(elena_manager, project, specialist):
    for slug in ("byudzhet", "aneks", "byudzhet-xlsx"):
        foreign = elena_manager.get(page(project, slug))
        assert foreign.status_code == 404
        assert specialist.get(page(project, slug)).status_code in {302, 403}
    assert elena_manager.post(page(project, "aneks"), {"number": "1"}).status_code == 404


def test_the_budget_takes_as_many_queries_for_many_lines(manager, project, queries):
    annex = []

    def more(count: int) -> None:
        with municipality_scope(project.municipality):
            for _ in range(count):
                line = BudgetLineFactory(municipality=project.municipality, project=project)
                made = BudgetAnnex.objects.create(
                    municipality=project.municipality, project=project, signed_on="2026-03-01",
                    number=uuid.uuid4().hex[:8], reason="нужда", made_by=manager.user,
                )  # fmt: skip
                annex.append(made)
                BudgetChange.objects.create(
                    municipality=project.municipality, annex=made, line=line, after=line.amount
                )

    queries.assert_same(
        manager, page(project, "byudzhet"), more, name="admin: budget of a project", at_most=20
    )
    queries.assert_same(
        manager, page(project, "aneks"), more, name="admin: annex of a project", at_most=20
    )
