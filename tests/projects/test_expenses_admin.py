"""Expenses, suppliers, contracts and payment requests in the admin."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from municipalities.tenancy import municipality_scope
from projects.models import Expense, ExpenseShare, PaymentRequest, ProjectContract, Supplier
from projects.spending.sums import sums_of
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    ExpenseFactory,
    FundingSourceFactory,
    ProjectFactory,
    SupplierFactory,
)
from tests.projects.test_admin import errors, filled
from tests.support.people import rows_of

LIST = "/admin/projects/expense/"
REQUESTS = "/admin/projects/paymentrequest/"


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4)).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def project(sliven):
    project = ProjectFactory(municipality=sliven, currency="EUR", amount=Decimal(10_000))
    for source, amount in (("esf_plus", 85), ("national", 15)):
        FundingSourceFactory(municipality=sliven, project=project, source=source, amount=amount)
    return project


@pytest.fixture
def line(sliven, project):
    return BudgetLineFactory(
        municipality=sliven, project=project, code="1.1", name="Мебели", amount=Decimal(500)
    )


@pytest.fixture
def supplier(sliven):
    return SupplierFactory(municipality=sliven, name="Столове ЕООД")


@pytest.fixture
def invoice(manager, project, line, supplier):
    """The filled form of an invoice, as a browser sends it."""

    def make(**changes) -> dict[str, str]:
        facts = {
            "line": line.pk,
            "supplier": supplier.pk,
            "document": "invoice",
            "document_number": "17",
            "document_on": "02.03.2026",
            "description": "Столове",
            "net": "100,00",
            "vat": "20,00",
            "currency": "EUR",
        }
        return filled(manager, f"{LIST}add/?project={project.pk}", **{**facts, **changes})

    return make


@pytest.fixture
def add(manager, project):
    def send(data: dict):
        return manager.post(f"{LIST}add/?project={project.pk}", data)

    return send


def one(owner) -> Expense:
    (row,) = rows_of(owner, Expense)
    return row


def messages(response) -> str:
    listed = re.search(r'<ul class="messagelist">(.*?)</ul>', response.content.decode(), re.S)
    return re.sub(r"<[^>]+>|\s+", " ", listed[1]) if listed else ""


# Writing an expense


def test_an_expense_is_written_with_its_shares(manager, sliven, add, invoice, project):
    response = add(invoice())
    assert response.status_code == 302, errors(response)
    row = one(sliven)
    assert (row.amount, row.project_id, row.made_by) == (Decimal(120), project.pk, manager.user)
    assert [share.amount for share in rows_of(sliven, ExpenseShare)] == [
        Decimal("102.00"),
        Decimal("18.00"),
    ]
    assert "По перо „1.1 Мебели“ остават 380,00\xa0€" in manager.get(LIST).content.decode()
    text = manager.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Европейски социален фонд плюс: 102,00\xa0€" in text


def test_the_project_is_asked_first_where_there_are_several(manager, sliven, project, line):
    other = ProjectFactory(municipality=sliven, name="Другият проект")
    foreign = BudgetLineFactory(municipality=sliven, project=other, name="Чуждо перо")
    asked = manager.get(f"{LIST}add/").content.decode()
    assert f'href="?project={other.pk}"' in asked
    assert 'name="net"' not in asked
    text = manager.get(f"{LIST}add/?project={project.pk}").content.decode()
    assert "1.1 Мебели" in text
    assert foreign.name not in text
    for wrong in ("0", "x", "99999999999999999999", "%00"):
        assert 'name="net"' not in manager.get(f"{LIST}add/?project={wrong}").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"document_on": "02.03.2099"}, "Датата е в бъдещето."),
        ({"currency": "BGN"}, "От 01.01.2026 документите са в евро."),
        ({"vat": "21"}, "ДДС е най-много 20 %"),
        ({"net": "0", "vat": ""}, "по-голяма от нула"),
        ({"net": "9" * 30}, "Уверете се"),
        ({"net": "ала"}, "Въведете число"),
        ({"supplier": ""}, "Фактурата има изпълнител."),
        ({"supplier": "", "supplier_eik": "123456789"}, "ЕИК не е верен"),
        ({"supplier": "", "supplier_eik": "000696327"}, "Няма изпълнител с този ЕИК."),
        ({"supplier_name": "Нов"}, "Изберете изпълнител от списъка или напишете нов."),
        ({"net": "500", "vat": "100"}, "Перото „1.1 Мебели“ е 500,00"),
        ({"description": "а\x00б"}, "В текста има знак"),
    ],
)
def test_what_is_wrong_is_said_by_the_field(sliven, add, invoice, changes, words):
    response = add(invoice(**changes))
    assert words in errors(response)
    assert rows_of(sliven, Expense) == []


def test_a_repetition_is_shown_and_written_with_a_reason(sliven, add, invoice):
    add(invoice())
    again = invoice(document_number="0017", net="1", vat="")
    assert "разход: фактура № 17, 120,00\xa0€ от 02.03.2026." in errors(add(again))
    again["duplicate_reason"] = "Разделена по пера"
    assert add(again).status_code == 302
    assert len(rows_of(sliven, Expense)) == 2


def test_the_same_form_sent_twice_makes_one(sliven, add, invoice):
    data = invoice()
    assert [add(data).status_code, add(data).status_code] == [302, 302]
    assert one(sliven).amount == 120


def test_a_new_supplier_is_written_with_the_expense(sliven, add, invoice):
    new = {"supplier": "", "supplier_eik": "000696327", "supplier_name": "Нов ЕООД"}
    assert add(invoice(**new)).status_code == 302
    with municipality_scope(sliven):
        assert Expense.objects.get().supplier.eik == "000696327"
    known = {"supplier": "", "supplier_eik": "000696327", "document_number": "18", "net": "7"}
    assert add(invoice(**known, vat="")).status_code == 302
    assert [row.name for row in rows_of(sliven, Supplier)].count("Нов ЕООД") == 1


def test_the_file_of_the_document_is_kept_and_given(manager, sliven, add, invoice, elena_manager):
    data = invoice() | {"file": SimpleUploadedFile("фактура.png", picture(), "image/png")}
    response = add(data)
    assert response.status_code == 302, errors(response)
    url = f"{LIST}{one(sliven).pk}/fayl/"
    given = manager.get(url)
    assert given["Content-Type"] == "image/png"
    assert b"".join(given.streaming_content).startswith(b"\x89PNG")
    assert elena_manager.get(url).status_code == 404


def test_a_change_is_refused_over_somebody_elses(manager, sliven, add, invoice):
    add(invoice())
    url = f"{LIST}{one(sliven).pk}/change/"
    mine, theirs = filled(manager, url, net="50", vat="10"), filled(manager, url, net="40", vat="0")
    assert manager.post(url, theirs).status_code == 302
    assert "променен от друг" in errors(manager.post(url, mine))
    assert one(sliven).amount == 40


def test_a_foreign_expense_is_as_one_that_is_not(elena_manager, sliven):
    expense = ExpenseFactory(municipality=sliven)
    for page in ("fayl", "change"):
        foreign = elena_manager.get(f"{LIST}{expense.pk}/{page}/")
        missing = elena_manager.get(f"{LIST}{expense.pk + 999}/{page}/")
        assert foreign.status_code == missing.status_code
    assert expense.document_number not in elena_manager.get(LIST).content.decode()


def test_a_contract_is_charged_to_a_line_of_its_project(manager, sliven, project, line, supplier):
    activity = ActivityFactory(municipality=sliven, project=project)
    url = f"/admin/projects/projectcontract/add/?project={project.pk}"
    facts = {"line": line.pk, "activity": activity.pk, "supplier": supplier.pk, "number": "Д-1"}
    facts |= {"signed_on": "01.02.2026", "subject": "Доставка", "amount": "400", "currency": "BGN"}
    data = filled(manager, url, **facts)
    assert "От 01.01.2026 документите са в евро." in errors(manager.post(url, data))
    assert manager.post(url, data | {"currency": "EUR"}).status_code == 302
    row = rows_of(sliven, ProjectContract)[-1]
    assert (row.project_id, row.line_id) == (project.pk, line.pk)
    more = manager.post(url, data | {"currency": "EUR", "number": "Д-2"}, follow=True)
    assert "По договорите за перо „1.1 Мебели“ са 800,00 €" in messages(more)
    assert "Този договор вече е записан." in errors(manager.post(url, data | {"currency": "EUR"}))


# Payment requests


@pytest.fixture
def paper(manager, sliven, project) -> PaymentRequest:
    url = f"{REQUESTS}add/?project={project.pk}"
    response = manager.post(url, filled(manager, url, kind="interim", currency="EUR"))
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, PaymentRequest)
    assert response["Location"] == f"{REQUESTS}{row.pk}/razhodi/"
    return row


def step(client, paper, name: str, **facts):
    fields = {f"{name}-{key}": value for key, value in facts.items()}
    return client.post(f"{REQUESTS}{paper.pk}/stapka/", {"step": name, **fields})


def test_a_request_from_gathering_to_payment(manager, sliven, project, line, paper):
    ExpenseFactory.create_batch(3, municipality=sliven, project=project, line=line)
    page = f"{REQUESTS}{paper.pk}/razhodi/"
    refused = step(manager, paper, "submit", on="01.04.2026")
    assert refused.status_code == 422
    assert "няма разходи" in refused.content.decode()
    rows = rows_of(sliven, Expense)
    adding = f"{REQUESTS}{paper.pk}/dobavyane/"
    manager.post(adding, {"expense": [rows[0].pk, "x", "9" * 30]})
    manager.post(adding, {"all": "1"})
    assert "300,00\xa0€" in manager.get(page).content.decode()
    manager.post(page, {"expense": [rows[0].pk]})
    assert "200,00\xa0€" in manager.get(page).content.decode()
    assert step(manager, paper, "submit", on="01.04.2026").status_code == 302
    sums = f"{REQUESTS}{paper.pk}/sumi/"
    over = manager.post(sums, {f"sum-{rows[1].pk}": "100,01"})
    assert over.status_code == 422
    assert "Най-много 100,00\xa0€." in over.content.decode()
    assert manager.post(sums, {f"sum-{rows[1].pk}": "60,50"}).status_code == 302
    assert step(manager, paper, "verify", on="31.03.2026").status_code == 422
    assert step(manager, paper, "verify", on="02.05.2026").status_code == 302
    assert 'value="160,50"' in manager.get(page).content.decode()
    assert step(manager, paper, "pay", on="03.05.2026", amount="160,50").status_code == 302
    assert "платено" in manager.get(page).content.decode()
    with municipality_scope(sliven):
        total = sums_of(project).total
    assert (total.spent, total.requested, total.verified) == (300, 200, Decimal("160.50"))
    assert manager.get(f"{LIST}{rows[1].pk}/change/").status_code == 200
    again = step(manager, paper, "submit", on="01.04.2026")
    assert again.status_code == 302
    assert "вече е подадено" in messages(manager.get(page))


def test_a_submitted_request_holds_its_expenses_as_they_are(manager, sliven, paper, project, line):
    ExpenseFactory(municipality=sliven, project=project, line=line)
    manager.post(f"{REQUESTS}{paper.pk}/dobavyane/", {"all": "1"})
    url = f"{LIST}{one(sliven).pk}/change/"
    before = filled(manager, url, net="1")
    step(manager, paper, "submit", on="01.04.2026")
    assert manager.post(url, before).status_code == 403
    assert manager.post(f"{LIST}{one(sliven).pk}/delete/", {"post": "yes"}).status_code == 403
    assert manager.post(f"{REQUESTS}{paper.pk}/delete/", {"post": "yes"}).status_code == 403
    assert one(sliven).amount == 100
    assert step(manager, paper, "reopen").status_code == 302
    assert manager.post(f"{REQUESTS}{paper.pk}/delete/", {"post": "yes"}).status_code == 302
    assert one(sliven).request_id is None


def test_the_facts_of_a_request_are_corrected_while_it_is_prepared(manager, sliven, paper):
    url = f"{REQUESTS}{paper.pk}/change/"
    draft = filled(manager, url, period_from="01.01.2026", period_to="31.03.2026", note="Първо")
    response = manager.post(url, draft)
    assert response.status_code == 302, errors(response)
    wrong = draft | {"kind": "advance"}
    assert "Напишете какъв аванс се иска." in errors(manager.post(url, wrong))
    assert manager.post(url, wrong | {"asked_amount": "500"}).status_code == 302
    assert step(manager, paper, "submit", on="01.04.2026").status_code == 302
    assert manager.post(url, draft | {"note": "После"}).status_code == 302
    (row,) = rows_of(sliven, PaymentRequest)
    assert (row.kind, row.state, row.note) == ("advance", "submitted", "После")
    assert step(manager, paper, "pay", on="05.04.2026", amount="500").status_code == 302


def test_chosen_in_the_list_they_go_into_a_request(manager, sliven, paper, project, line):
    rows = ExpenseFactory.create_batch(2, municipality=sliven, project=project, line=line)
    chosen = {"action": "add_to_request", "_selected_action": [row.pk for row in rows]}
    asked = manager.post(LIST, chosen)
    assert f"№ {paper.number}, {project}" in asked.content.decode()
    sent = {**chosen, "confirmed": "1", "counted": "2", "into": paper.pk}
    assert manager.post(LIST, sent).status_code == 302
    with municipality_scope(sliven):
        assert paper.expenses.count() == 2
    again = manager.post(LIST, sent)
    assert again.status_code == 422
    assert "Нито един не е свободен" in again.content.decode()


def test_all_found_means_those_of_the_filter(manager, sliven, paper, project, line):
    of = {"municipality": sliven, "project": project, "line": line}
    for month in (1, 2, 3):
        ExpenseFactory(**of, document_on=dt.date(2026, month, 5))
    url = f"{REQUESTS}{paper.pk}/dobavyane/"
    text = manager.get(url, {"filtered": "1", "since": "01.02.2026", "upto": "28.02.2026"})
    sent = dict(
        re.findall(r'<input type="hidden" name="(since|upto)" value="(.*?)"', text.content.decode())
    )
    manager.post(url, {"filtered": "1", **sent, "all": "1"})
    with municipality_scope(sliven):
        assert [row.document_on.month for row in paper.expenses.all()] == [2]


@pytest.mark.parametrize("slug", ["razhodi", "dobavyane", "sumi", "stapka"])
def test_pages_of_a_foreign_request_are_not_there(elena_manager, paper, slug):
    assert elena_manager.get(f"{REQUESTS}{paper.pk}/{slug}/").status_code == 404
    assert elena_manager.post(f"{REQUESTS}{paper.pk}/{slug}/").status_code == 404


@pytest.mark.parametrize(
    ("slug", "data"),
    [
        ("razhodi", {"expense": ["", "x", "-1", "9" * 40]}),
        ("dobavyane", {"expense": "\x00"}),
        ("dobavyane", {"filtered": "1", "since": "ала", "line": "x", "q": "\x00", "all": "1"}),
        ("sumi", {"sum-x": "1", "sum-99999999999999999999": "1"}),
        ("stapka", {"step": "pay", "pay-on": "x", "pay-amount": "NaN"}),
        ("stapka", {"step": "няма"}),
        ("stapka", {}),
    ],
)
def test_bad_input_changes_nothing(manager, sliven, paper, project, line, slug, data):
    ExpenseFactory(municipality=sliven, project=project, line=line)
    response = manager.post(f"{REQUESTS}{paper.pk}/{slug}/", data)
    assert response.status_code in (302, 422)
    assert one(sliven).request_id is None
    assert rows_of(sliven, PaymentRequest)[0].state == "draft"


# Queries


def many(sliven, project, line, paper=None):
    def make(count: int) -> None:
        for _n in range(count):
            supplier = SupplierFactory(municipality=sliven)
            ExpenseFactory(
                municipality=sliven, project=project, line=line, supplier=supplier, request=paper
            )

    return make


@pytest.mark.parametrize("which", ["list", "request", "adding", "requests"])
def test_pages_cost_the_same_for_any_number(manager, queries, sliven, project, line, paper, which):
    inside = paper if which in ("request", "requests") else None
    url = {
        "list": LIST,
        "request": f"{REQUESTS}{paper.pk}/razhodi/",
        "adding": f"{REQUESTS}{paper.pk}/dobavyane/",
        "requests": REQUESTS,
    }[which]
    make = many(sliven, project, line, inside)
    queries.assert_same(manager, url, make, name=f"admin: spending, {which}", at_most=20)


def test_the_form_costs_the_same_for_any_number(manager, queries, sliven, project, line):
    expense = ExpenseFactory(municipality=sliven, project=project, line=line)

    def make(count: int) -> None:
        many(sliven, project, line)(count)
        BudgetLineFactory.create_batch(count, municipality=sliven, project=project)
        ActivityFactory.create_batch(count, municipality=sliven, project=project)

    queries.assert_same(
        manager, f"{LIST}{expense.pk}/change/", make, name="admin: an expense", at_most=20
    )


def test_ten_thousand_expenses_in_the_list(manager, sliven, project, line, queries):
    with municipality_scope(sliven), pgtrigger.ignore():
        Expense.objects.bulk_create(
            [
                Expense(
                    municipality=sliven,
                    project=project,
                    line=line,
                    document="other",
                    document_number=str(n),
                    document_on=dt.date(2026, 1 + n % 6, 1),
                    description="Проба",
                    net=Decimal(n + 1) / 100,
                    amount=Decimal(n + 1) / 100,
                )
                for n in range(10_000)
            ],
            batch_size=5000,
        )
        assert sums_of(project).total.spent == Decimal("500050.00")
    assert len(queries.of(manager, LIST)) <= 20
    assert "500\xa0050,00\xa0€" in manager.get(LIST).content.decode()
