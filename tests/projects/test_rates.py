"""Costs without invoices: units at a price, a percent of another line, both to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from municipalities.tenancy import municipality_scope
from projects.models import Expense, FlatRate, UnitCost
from projects.spending.rates import due_of
from projects.spending.spending import refuse
from tests.factories_projects import (
    BudgetLineFactory,
    ExpenseFactory,
    FundingSourceFactory,
    ProjectFactory,
)
from tests.projects.test_admin import filled
from tests.support.people import rows_of

UNITS, RATES = "/admin/projects/unitcost/", "/admin/projects/flatrate/"


@pytest.fixture
def project(sliven):
    """In levs, with a line of pay and one of what goes with it, of 1 500,00 each."""
    made = ProjectFactory(municipality=sliven, amount="3000.00", currency="BGN")
    FundingSourceFactory(municipality=sliven, project=made, amount="3000.00")
    for code in ("1", "2"):
        BudgetLineFactory(municipality=sliven, project=made, code=code, amount="1500.00")
    return made


@pytest.fixture
def lines(project):
    with municipality_scope(project.municipality):
        return list(project.budget_lines.order_by("code"))


@pytest.fixture
def rate(project, lines):
    with municipality_scope(project.municipality):
        return FlatRate.objects.create(
            municipality=project.municipality, line=lines[1], base=lines[0], percent=15
        )


def written(project) -> list[tuple[str, Decimal, str]]:
    rows = reversed(rows_of(project.municipality, Expense))  # the oldest first
    return [(r.method, r.amount, r.currency) for r in rows if r.method != "document"]


def test_units_are_an_expense_without_a_document(manager, project, lines):
    manager.post(
        f"{UNITS}add/?project={project.pk}",
        {"line": lines[0].pk, "name": "Час обучение", "unit": "час", "amount": "33,33"},
    )
    cost = rows_of(project.municipality, UnitCost)[0]
    url = f"{UNITS}{cost.pk}/otchitane/"
    for on, quantity in (("01.12.2025", "2,5"), ("02.03.2026", "3")):
        data = filled(manager, url, on=on, quantity=quantity)
        for _ in range(2):
            assert manager.post(url, data)["Location"] == url
    assert written(project) == [
        ("unit", Decimal("83.33"), "BGN"),
        ("unit", Decimal("51.12"), "EUR"),  # 99,99 лв.
    ]
    assert "83,33\xa0лв." in manager.get(url).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"quantity": "0"}, "повече от нула"),
        ({"quantity": "9" * 40}, "цифр"),
        ({"quantity": "много"}, "число"),
        ({"on": "01.01.2199"}, "Датата е в бъдещето."),
        ({"quantity": "100"}, "Напишете защо се записва"),
    ],
)
def test_units_that_cannot_be_are_refused_in_words(manager, project, lines, wrong, words):
    with municipality_scope(project.municipality):
        cost = UnitCost.objects.create(
            municipality=project.municipality, line=lines[0], name="Час", unit="час", amount=100
        )
    url = f"{UNITS}{cost.pk}/otchitane/"
    response = manager.post(url, filled(manager, url, on="02.03.2026", quantity="1") | wrong)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert written(project) == []
    if "защо" in words:
        known = filled(manager, url, on="02.03.2026") | wrong | {"overrun_reason": "Решение № 5"}
        assert manager.post(url, known).status_code == 302


def test_a_rate_charges_the_percent_of_what_is_spent_and_only_the_rest_next_time(
    manager, project, lines, rate
):
    sliven = project.municipality
    facts = {"municipality": sliven, "project": project, "line": lines[0]}
    ExpenseFactory(**facts, net="99.99", currency="BGN", document_on=dt.date(2025, 11, 3))
    url = f"{RATES}{rate.pk}/nachislyavane/"

    def charge(upto: str) -> int:
        page = f"{url}?upto={upto}"
        assert "За начисляване" in manager.get(page).content.decode()
        return manager.post(url, filled(manager, page)).status_code

    assert charge("30.11.2025") == 302
    assert written(project) == [("flat", Decimal("15.00"), "BGN")]
    # The next one is in euro, and brings a document of the charged days that came late.
    ExpenseFactory(**facts, net="100.00", currency="BGN", document_on=dt.date(2025, 11, 4))
    ExpenseFactory(**facts, net="200.00", currency="EUR", document_on=dt.date(2026, 2, 4))
    assert charge("28.02.2026") == 302
    base = Decimal("51.12") + Decimal("51.13") + Decimal("200.00")
    total = (base * Decimal("0.15")).quantize(Decimal("0.01"))
    assert written(project)[1] == ("flat", total - Decimal("7.67"), "EUR")
    assert "Няма какво да се начисли" in manager.get(f"{url}?upto=28.02.2026").content.decode()
    with municipality_scope(sliven):
        refuse(Expense.objects.get(net="200.00"))
        assert due_of(rate, dt.date(2026, 2, 28)).amount < 0
    assert "Начислено е повече" in manager.get(f"{url}?upto=28.02.2026").content.decode()


def test_what_was_shown_is_what_is_charged(manager, project, lines, rate):
    facts = {"municipality": project.municipality, "project": project, "line": lines[0]}
    ExpenseFactory(**facts, net="100.00")
    url = f"{RATES}{rate.pk}/nachislyavane/"
    data = filled(manager, f"{url}?upto=31.03.2026")
    ExpenseFactory(**facts, net="50.00")
    response = manager.post(url, data)
    assert response.status_code == 422
    assert "Междувременно сумата е друга" in response.content.decode()
    assert written(project) == []
    again = data | {"amount": "22.50"}
    assert manager.post(url, again).status_code == 302
    assert manager.post(url, again).status_code == 302
    assert written(project) == [("flat", Decimal("22.50"), "EUR")]
    for bad in ({"upto": "x\x00"}, {"amount": "NaN"}, {"form_key": ""}, {"upto": "01.01.0001"}):
        assert manager.post(url, again | bad).status_code in {302, 422}
    for bad in ("x", "31.12.9999", "%00"):
        assert manager.get(f"{url}?upto={bad}").status_code in {200, 422}


def test_a_rate_stands_on_another_line_of_the_same_project(manager, project, lines, rate):
    other = BudgetLineFactory(municipality=project.municipality)
    text = manager.get(f"{RATES}add/?project={project.pk}").content.decode()
    assert str(lines[0]) in text
    assert str(other) not in text
    for wrong, words in (
        ({"line": lines[0].pk, "base": lines[0].pk}, "не върху себе си"),
        ({"line": lines[0].pk, "base": other.pk}, "на един проект"),
        ({"line": lines[0].pk, "base": lines[1].pk}, "само е ставка върху другото"),
        ({"line": "9" * 30, "base": lines[1].pk}, ""),
    ):
        response = manager.post(f"{RATES}add/", {"percent": "15", "legal_basis": "", **wrong})
        assert response.status_code == 200
        assert words in response.content.decode()
    assert len(rows_of(project.municipality, FlatRate)) == 1


def test_lists_and_pages_of_costs_take_as_many_queries_for_many(manager, project, lines, queries):
    sliven = project.municipality
    made: list = []

    def more(count: int) -> None:
        with municipality_scope(sliven):
            for _ in range(count):
                line = BudgetLineFactory(municipality=sliven, project=project)
                ExpenseFactory(municipality=sliven, project=project, line=lines[0])
                made.append(
                    (
                        UnitCost.objects.create(
                            municipality=sliven, line=line, name="Час", unit="час", amount=1
                        ),
                        FlatRate.objects.create(
                            municipality=sliven, line=line, base=lines[0], percent=1
                        ),
                    )
                )

    more(1)
    for url, name in (
        (UNITS, "admin: unit costs"),
        (RATES, "admin: flat rates"),
        (f"{UNITS}{made[0][0].pk}/otchitane/", "admin: units of a cost"),
        (f"{RATES}{made[0][1].pk}/nachislyavane/?upto=31.03.2026", "admin: a rate charged"),
        (f"{RATES}{made[0][1].pk}/change/", "admin: a flat rate"),
    ):
        queries.assert_same(manager, url, more, name=name, at_most=20)
