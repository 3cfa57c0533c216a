"""The verbs of expenses and payment requests: what is refused, in which words, and what stays."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import time_machine
from django.db import connection

from municipalities.tenancy import municipality_scope
from projects.models import Expense, ExpenseShare, PaymentRequest, Project
from projects.spending import requests, spending
from projects.spending.checks import checks
from projects.spending.facts import Facts, SpendingRefused
from tests.factories import UserFactory
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    ExpenseFactory,
    FundingSourceFactory,
    ProjectFactory,
    SupplierFactory,
)

DAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-07-01 12:00", tick=False):
        yield


@pytest.fixture
def project(sliven):
    return ProjectFactory(
        municipality=sliven,
        currency="EUR",
        amount=Decimal(10000),
        starts_on=dt.date(2025, 1, 1),
        duration_months=24,
    )


@pytest.fixture
def line(sliven, project):
    return BudgetLineFactory(
        municipality=sliven, project=project, code="1.1", name="Мебели", amount=Decimal(500)
    )


@pytest.fixture
def supplier(sliven):
    return SupplierFactory(municipality=sliven)


@pytest.fixture
def scoped(sliven):
    with municipality_scope(sliven):
        yield


@pytest.fixture
def invoice(project, line, supplier):
    """Facts of an invoice that nothing is wrong with, but for what is given."""

    def make(**changes) -> Facts:
        return Facts(
            **{
                "project": project,
                "line": line,
                "supplier": supplier,
                "document": "invoice",
                "document_number": "0000000017",
                "document_on": DAY,
                "description": "Столове",
                "net": Decimal("100"),
                "vat": Decimal("20"),
                **changes,
            }
        )

    return make


def recorded(facts: Facts) -> Expense:
    return spending.record(facts, actor=UserFactory(), form_key=uuid.uuid4())[0]


def words_of(facts: Facts, field: str) -> str:
    return " ".join(checks([facts], project=facts.project)[0].get(field, []))


# What is wrong with a document


@pytest.mark.usefixtures("scoped")
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"document_on": dt.date(2024, 12, 31)}, "document_on", "от 01.01.2025 до 01.01.2027"),
        ({"document_on": dt.date(2026, 7, 2)}, "document_on", "в бъдещето"),
        ({"paid_on": dt.date(2026, 7, 2)}, "paid_on", "в бъдещето"),
        ({"currency": "BGN"}, "currency", "От 01.01.2026 документите са в евро."),
        ({"vat": Decimal("20.06")}, "vat", "най-много 20 %"),
        ({"net": Decimal(0), "vat": Decimal(0)}, "net", "по-голяма от нула"),
        ({"net": Decimal("NaN")}, "net", "не е възможна"),
        ({"net": Decimal("1E+30")}, "net", "не е възможна"),
        ({"net": Decimal("0.001"), "vat": Decimal(0)}, "net", "два знака"),
        ({"document": ""}, "document", "Изберете"),
        ({"document_number": " "}, "document_number", "Напишете номера"),
        ({"supplier": None}, "supplier", "има изпълнител"),
        ({"description": "а" * 251}, "description", "най-много 250 знака"),
    ],
)
def test_what_is_refused_in_words(invoice, changes, field, words):
    assert words in words_of(invoice(**changes), field)
    with pytest.raises(SpendingRefused):
        recorded(invoice(**changes))
    assert not Expense.objects.exists()


@pytest.mark.usefixtures("scoped")
def test_a_document_in_levs_is_of_the_time_of_the_lev(invoice):
    last = invoice(document_on=dt.date(2025, 12, 31), currency="BGN")
    assert recorded(last).amount == 120
    first = invoice(document_on=dt.date(2026, 1, 1), document_number="18")
    assert checks([first], project=last.project) == [{}]


@pytest.mark.usefixtures("scoped")
def test_the_contracted_eligible_period_goes_before_the_projects(invoice, project):
    project.eligible_from, project.eligible_to = dt.date(2026, 4, 1), dt.date(2026, 5, 31)
    assert "от 01.04.2026 до 31.05.2026" in words_of(invoice(), "document_on")


@pytest.mark.usefixtures("scoped")
def test_parts_of_another_project_are_refused(invoice, sliven):
    other = ProjectFactory(municipality=sliven)
    of = {"municipality": sliven, "project": other}
    assert words_of(invoice(line=BudgetLineFactory(**of)), "line")
    assert words_of(invoice(activity=ActivityFactory(**of)), "activity")


@pytest.mark.usefixtures("scoped")
def test_vat_counts_only_where_it_is_eligible(invoice, sliven, project):
    for source, amount in (("esf_plus", "85"), ("national", "15")):
        FundingSourceFactory(municipality=sliven, project=project, source=source, amount=amount)
    expense = recorded(invoice(is_vat_eligible=False, net=Decimal("100.01")))
    assert expense.amount == Decimal("100.01")
    assert sorted(share.amount for share in ExpenseShare.objects.all()) == [
        Decimal("15.00"),
        Decimal("85.01"),
    ]


# Repetitions and overruns


@pytest.mark.usefixtures("scoped")
@pytest.mark.parametrize(
    "same",
    [
        {"document_number": "17", "net": Decimal(5), "vat": Decimal(1)},
        {"document_number": "0000000099"},
    ],
)
def test_a_repetition_is_written_only_with_a_reason(invoice, same):
    recorded(invoice())
    again = invoice(**same)
    assert "разход: фактура № 0000000017, 120,00\xa0€ от 02.03.2026. Ако" in words_of(
        again, "duplicate_reason"
    )
    with pytest.raises(SpendingRefused):
        recorded(again)
    assert recorded(invoice(**same, duplicate_reason="Разделена по пера")).pk


@pytest.mark.usefixtures("scoped")
def test_what_differs_or_is_refused_is_no_repetition(invoice, sliven):
    spending.refuse(recorded(invoice()))
    assert not words_of(invoice(), "duplicate_reason")
    recorded(invoice())
    another = SupplierFactory(municipality=sliven)
    assert not words_of(invoice(supplier=another), "duplicate_reason")
    assert not words_of(
        invoice(document_number="18", net=Decimal(99), vat=Decimal(0)), "duplicate_reason"
    )


@pytest.mark.usefixtures("scoped")
def test_a_repetition_in_another_project_is_seen(invoice, sliven):
    other = ProjectFactory(municipality=sliven, currency="EUR", name="Другият")
    recorded(invoice())
    again = invoice(
        project=other, line=BudgetLineFactory(municipality=sliven, project=other, amount=999)
    )
    assert ", по проект „Проект" in words_of(again, "duplicate_reason")


@pytest.mark.usefixtures("scoped")
def test_rows_of_one_list_are_judged_together(invoice, project):
    rows = [
        invoice(document_number="1", net=Decimal(250), vat=Decimal(50)),
        invoice(document_number="1", net=Decimal(1), vat=Decimal(0)),
        invoice(document_number="2", net=Decimal(200), vat=Decimal(0)),
    ]
    first, second, third = checks(rows, project=project)
    assert first == {}
    assert "Повтаря ред 1" in second["duplicate_reason"][0]
    assert "похарченото става 501,00\xa0€ (1,00\xa0€ повече)" in third["overrun_reason"][0]


@pytest.mark.usefixtures("scoped")
def test_over_the_line_is_written_only_with_a_reason(invoice):
    recorded(invoice(net=Decimal(400), vat=Decimal(80)))
    more = {"document_number": "18", "net": Decimal(21), "vat": Decimal(0)}
    with pytest.raises(SpendingRefused, match=r"Перото „1\.1 Мебели“ е 500,00"):
        recorded(invoice(**more))
    assert recorded(invoice(**more, overrun_reason="Решение на комисията")).pk


@pytest.mark.usefixtures("scoped")
def test_exactly_the_line_is_not_over(invoice):
    assert recorded(invoice(net=Decimal(500), vat=Decimal(0))).pk


# Saying it again


@pytest.mark.usefixtures("scoped")
def test_the_same_form_twice_writes_once(invoice):
    key = uuid.uuid4()
    first, is_new = spending.record(invoice(), actor=UserFactory(), form_key=key)
    again, is_new_again = spending.record(invoice(), actor=UserFactory(), form_key=key)
    assert (is_new, is_new_again, again.pk) == (True, False, first.pk)
    facts = [invoice(document_number=str(n), net=Decimal(n), vat=Decimal(0)) for n in (2, 3)]
    of_file = {"project": first.project, "actor": UserFactory(), "form_key": key}
    assert len(spending.record_all(facts, **of_file)) == 2
    assert len(spending.record_all(facts, **of_file)) == 2
    assert Expense.objects.count() == 3


@pytest.mark.usefixtures("scoped")
def test_a_change_keeps_the_shares_and_is_refused_over_somebody_elses(invoice, sliven, project):
    FundingSourceFactory(municipality=sliven, project=project, amount=Decimal(10))
    expense = recorded(invoice())
    spending.change(expense, invoice(net=Decimal("50"), vat=Decimal("10")), version=1)
    assert [share.amount for share in expense.shares.all()] == [Decimal(60)]
    with pytest.raises(SpendingRefused, match="променен от друг"):
        spending.change(expense, invoice(), version=1)


# Requests


def paper(project) -> PaymentRequest:
    return requests.open_request(project, form_key=uuid.uuid4())[0]


def everything():
    return Expense.objects.all()


@pytest.mark.usefixtures("scoped")
def test_numbers_follow_and_the_same_form_makes_one(project):
    key = uuid.uuid4()
    first, _new = requests.open_request(project, form_key=key)
    again, is_new = requests.open_request(project, form_key=key)
    assert (first.number, again.pk, is_new) == (1, first.pk, False)
    assert paper(project).number == 2


@pytest.mark.usefixtures("scoped")
def test_a_request_takes_what_is_free_and_gives_it_back(invoice, project):
    kept = recorded(invoice())
    spending.refuse(recorded(invoice(document_number="18", duplicate_reason="проба")))
    first, second = paper(project), paper(project)
    assert requests.gather(first, everything()) == 1
    assert requests.gather(second, everything()) == 0
    requests.discard(first)
    assert requests.gather(second, everything()) == 1
    assert requests.release(second, everything()) == 1
    kept.refresh_from_db()
    assert kept.request is None


@pytest.mark.usefixtures("scoped")
def test_what_a_request_holds_does_not_change_after_it_is_submitted(invoice, project):
    expense = recorded(invoice())
    request = paper(project)
    with pytest.raises(SpendingRefused, match="няма разходи"):
        requests.submit(request, on=DAY)
    requests.gather(request, everything())
    expense.refresh_from_db()
    requests.submit(request, on=DAY)
    for forbidden in (
        lambda: spending.change(expense, invoice(), version=expense.version),
        lambda: spending.refuse(expense),
        lambda: spending.erase(expense),
        lambda: requests.release(request, everything()),
        lambda: requests.discard(request),
        lambda: requests.submit(request, on=DAY),
    ):
        with pytest.raises(SpendingRefused):
            forbidden()
    requests.reopen(request)
    assert requests.release(request, everything()) == 1


@pytest.mark.usefixtures("scoped")
def test_a_request_is_verified_sum_by_sum_and_paid(invoice, project):
    whole = recorded(invoice())
    part = recorded(invoice(document_number="18", net=Decimal(30), vat=Decimal(0)))
    none = recorded(invoice(document_number="19", net=Decimal(40), vat=Decimal(0)))
    request = paper(project)
    requests.gather(request, everything())
    requests.submit(request, on=DAY)
    with pytest.raises(SpendingRefused, match="Най-много 30,00"):
        requests.note_sums(request, {part.pk: Decimal("30.01")})
    requests.note_sums(request, {part.pk: Decimal("29.99"), none.pk: Decimal(0)})
    with pytest.raises(SpendingRefused, match="преди подаването"):
        requests.verify(request, on=dt.date(2026, 3, 1))
    requests.verify(request, on=dt.date(2026, 4, 1))
    assert [(row.state, row.verified_amount) for row in everything().order_by("pk")] == [
        ("verified", whole.amount),
        ("verified", Decimal("29.99")),
        ("refused", 0),
    ]
    requests.pay(request, on=dt.date(2026, 5, 1), amount=Decimal("149.99"))
    assert Project.objects.get(pk=project.pk).last_payment_on == dt.date(2026, 5, 1)
    with pytest.raises(SpendingRefused, match="друго състояние: платено"):
        requests.reopen(request)


@pytest.mark.usefixtures("scoped")
def test_an_advance_asks_for_a_sum_and_holds_no_expenses(project):
    request, _new = requests.open_request(project, form_key=uuid.uuid4(), kind="advance")
    with pytest.raises(SpendingRefused, match="какъв аванс"):
        requests.submit(request, on=DAY)
    PaymentRequest.objects.filter(pk=request.pk).update(asked_amount=1000)
    requests.submit(request, on=DAY)
    assert requests.pay(request, on=DAY, amount=Decimal(900)).state == "paid"


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_each_expense_is_in_one(sliven, project, line):
    ExpenseFactory.create_batch(40, municipality=sliven, project=project, line=line)
    with municipality_scope(sliven):
        papers = [paper(project) for _n in range(4)]
    gate = threading.Barrier(4)

    def gather(request) -> int:
        try:
            with municipality_scope(sliven):
                gate.wait(30)
                return requests.gather(request, Expense.objects.all())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(gather, papers))
    assert sum(taken) == 40
    with municipality_scope(sliven):
        assert [row.expenses.count() for row in papers] == taken
