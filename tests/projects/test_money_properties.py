"""Money of a project reconciles to the cent whatever is recorded, in both currencies."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from municipalities.tenancy import municipality_scope
from projects.models import Expense, ExpenseShare, FundingSource, PaymentRequest
from projects.money import BGN_PER_EUR, to_eur
from projects.spending import requests, spending
from projects.spending.converting import column_in, converted
from projects.spending.facts import Facts
from projects.spending.shares import split
from projects.spending.sums import sums_of
from tests.factories import UserFactory
from tests.factories_projects import BudgetLineFactory, FundingSourceFactory, ProjectFactory

CENT = Decimal("0.01")
amounts = st.integers(1, 10**13).map(lambda cents: Decimal(cents) / 100)
small = st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100)
OF_DATABASE = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(amounts, st.lists(st.one_of(st.just(Decimal(0)), amounts), max_size=6))
def test_parts_are_the_whole_and_none_is_a_cent_away(amount, weights):
    parts = split(amount, weights)
    if sum(weights) == 0:
        assert parts == []
        return
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part == part.quantize(CENT)
        assert abs(part - amount * weight / sum(weights)) < CENT
        assert weight or not part


def test_the_cent_that_remains_goes_to_the_largest_remainder():
    assert split(Decimal("0.05"), [Decimal(50), Decimal(30), Decimal(20)]) == [
        Decimal("0.03"),  # 0.025 and 0.015 lose as much: the earlier first
        Decimal("0.01"),
        Decimal("0.01"),
    ]
    assert split(Decimal("100.00"), [Decimal(1)] * 3) == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    ]


@given(amounts)
def test_conversion_is_by_the_legal_rate_both_ways(amount):
    assert converted(amount, "BGN", "EUR") == to_eur(amount, "BGN")
    levs = (amount * BGN_PER_EUR).quantize(CENT, ROUND_HALF_UP)
    assert converted(amount, "EUR", "BGN") == levs
    assert converted(amount, "EUR", "EUR") == amount


facts_drawn = st.fixed_dictionaries(
    {
        "net": small,
        "vat_percent": st.sampled_from([0, 9, 20]),
        "is_vat_eligible": st.booleans(),
        "is_in_levs": st.booleans(),
        "line": st.integers(0, 2),
        "is_refused": st.booleans(),
    }
)


def written(project, lines, drawn, actor) -> list[Expense]:
    """Record what is drawn, with reasons for all that the portal may notice."""
    rows = []
    for number, one in enumerate(drawn):
        facts = Facts(
            project=project,
            line=lines[one["line"]],
            document="other",
            document_number=f"{number}",
            document_on=dt.date(2025, 6, 1) if one["is_in_levs"] else dt.date(2026, 6, 1),
            description="Проба",
            net=one["net"],
            vat=(one["net"] * one["vat_percent"] / 100).quantize(CENT, ROUND_HALF_UP),
            is_vat_eligible=one["is_vat_eligible"],
            currency="BGN" if one["is_in_levs"] else "EUR",
            duplicate_reason="проба",
            overrun_reason="проба",
        )
        expense, _is_new = spending.record(facts, actor=actor, form_key=uuid.uuid4())
        rows.append(spending.refuse(expense) if one["is_refused"] else expense)
    return rows


@pytest.mark.django_db
@pytest.mark.parametrize("currency", ["BGN", "EUR"])
@OF_DATABASE
@given(
    drawn=st.lists(facts_drawn, min_size=1, max_size=8),
    weights=st.lists(small, max_size=3),
)
def test_whatever_is_recorded_all_sums_agree(sliven, currency, drawn, weights):
    project = ProjectFactory(municipality=sliven, currency=currency, amount=10**9)
    of = {"municipality": sliven, "project": project}
    lines = [BudgetLineFactory(**of, amount=one) for one in (1, 10**5, 10**6)]
    for source, amount in zip(FundingSource.Source.values, weights, strict=False):
        FundingSourceFactory(**of, source=source, amount=amount)
    with municipality_scope(sliven):
        rows = written(project, lines, drawn, UserFactory())
        for row in rows:
            shares = ExpenseShare.objects.filter(expense=row)
            assert sum(share.amount for share in shares) == (row.amount if weights else 0)
        counted = [row for row in rows if row.state != Expense.State.REFUSED]
        in_all = sum((converted(row.amount, row.currency, currency) for row in counted), Decimal(0))
        sums = sums_of(project)
        assert sums.total.spent == in_all == sum(line.spent for line in sums.lines)
        assert sum(amount for _month, amount in sums.by_month) == in_all
        assert sum(row.spent for row in sums.sources) == (in_all if weights else 0)
        for into in ("BGN", "EUR"):
            by_database = Expense.objects.filter(project=project).annotate(c=column_in(into))
            for row in by_database:
                assert row.c == converted(row.amount, row.currency, into)


@pytest.mark.django_db
@OF_DATABASE
@given(drawn=st.lists(facts_drawn, min_size=2, max_size=8), data=st.data())
def test_requests_hold_each_expense_once_and_their_sums_agree(sliven, drawn, data):
    project = ProjectFactory(municipality=sliven, currency="EUR", amount=10**9)
    lines = [BudgetLineFactory(municipality=sliven, project=project) for _n in range(3)]
    with municipality_scope(sliven):
        rows = written(project, lines, drawn, UserFactory())
        papers = [requests.open_request(project, form_key=uuid.uuid4())[0] for _number in range(2)]
        for paper in papers:
            chosen = data.draw(st.sets(st.sampled_from([row.pk for row in rows])))
            requests.gather(paper, Expense.objects.filter(pk__in=chosen))
        first = papers[0]
        mine = list(first.expenses.all())
        asked = sum((row.amount_eur for row in mine), Decimal(0))
        assert requests.sums_of_request(first).asked == asked
        assert not set(mine) & set(papers[1].expenses.all())
        if not mine:
            return
        requests.submit(first, on=dt.date(2026, 7, 1))
        assert sums_of(project).total.requested == asked
        noted = {
            row.pk: data.draw(st.integers(0, int(row.amount * 100))) / Decimal(100)
            for row in mine[::2]
        }
        requests.note_sums(first, noted)
        requests.verify(first, on=dt.date(2026, 8, 1))
        verified = sum(
            (converted(noted.get(row.pk, row.amount), row.currency, "EUR") for row in mine),
            Decimal(0),
        )
        assert requests.sums_of_request(first).verified == verified
        assert sums_of(project).total.verified == verified
        assert PaymentRequest.objects.get(pk=first.pk).state == "verified"


@pytest.mark.django_db
def test_many_are_written_at_once_with_right_sums_in_fixed_queries(
    sliven, django_assert_num_queries
):
    project = ProjectFactory(municipality=sliven, currency="EUR", amount=10**7)
    of = {"municipality": sliven, "project": project}
    lines = [BudgetLineFactory(**of, code=f"{n}", amount=10**6) for n in range(4)]
    for source, amount in (("esf_plus", 85), ("national", 15)):
        FundingSourceFactory(**of, source=source, amount=amount)
    with municipality_scope(sliven):
        facts = [
            Facts(
                project=project,
                line=lines[n % 4],
                document="other",
                document_number=f"{n}",
                document_on=dt.date(2026, 1 + n % 6, 1),
                description="Проба",
                net=Decimal(n + 1) / 100,
            )
            for n in range(400)
        ]
        one_go = {"project": project, "actor": UserFactory(), "form_key": uuid.uuid4()}
        with django_assert_num_queries(10):
            spending.record_all(facts, **one_go)
        with django_assert_num_queries(6):
            sums = sums_of(project)
    assert sums.total.spent == Decimal(400 * 401 // 2) / 100
    assert sum(row.spent for row in sums.sources) == sums.total.spent
    assert [line.spent for line in sums.lines] == [
        sum((row.net for row in facts[n::4]), Decimal(0)) for n in range(4)
    ]
    assert len(sums.by_month) == 6
