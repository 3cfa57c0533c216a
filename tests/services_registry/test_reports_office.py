"""The office's side of „намерих грешка“: the list, the export, one answer, and who may."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from services_registry.upkeep.models import ErrorReport
from services_registry.upkeep.reports import AlreadyAnswered, answer_report
from tests import factories
from tests.support.html import without_marks
from tests.support.reports import CANARY, EMAIL, LIST, address, fresh, lunch, make, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(sliven, office):
    return lunch(sliven, office)


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """What is done after a transaction is done: mails leave."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_open_ones_come_first_and_the_oldest_of_them_on_top(specialist, service, sliven):
    now = timezone.now()
    rows = [make(service, text=f"Сигнал {n}") for n in range(4)]
    with municipality_scope(sliven):
        for n, row in enumerate(rows):
            ErrorReport.objects.filter(pk=row.pk).update(created_at=now - dt.timedelta(days=n))
        done = {"state": "corrected", "answer": "Да.", "answered_at": now}
        ErrorReport.objects.filter(pk=rows[3].pk).update(**done)
    page = specialist.get(LIST).content.decode()
    assert re.findall(r"Сигнал \d", page) == ["Сигнал 2", "Сигнал 1", "Сигнал 0", "Сигнал 3"]


def test_filters_narrow_and_wrong_ones_are_told(specialist, service, sliven):
    other = factories.ServiceFactory(municipality=sliven, name="Дневен център")
    make(service, part="price", text="първи")
    make(other, part="places", text="втори")

    def found(query: str) -> str:
        return specialist.get(f"{LIST}?{query}").content.decode()

    assert "първи" in found("chast=price")
    assert "втори" not in found("chast=price")
    by_service = found(f"usluga={other.pk}")
    assert "втори" in by_service
    assert "първи" not in by_service
    assert "Няма сигнали по тези условия" in found("sastoyanie=corrected")
    wrong = found("sastoyanie=x&chast=%00&usluga=99999999999999999999&page=x")
    assert "Няма такова състояние" in wrong
    assert "първи" in wrong
    assert "втори" in wrong


def test_the_export_has_what_the_filter_shows_and_no_address(specialist, service):
    make(service, part="price", text="=1+1", email=EMAIL)
    make(service, part="places", text="друг")
    answer = specialist.post(f"{LIST}iznos/", {"chast": "price"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert len(rows) == 2
    assert rows[1][3] == "=1+1"
    assert sheet["D2"].data_type == "s"
    assert EMAIL not in str(rows)
    assert "gAAAA" not in str(rows)


def test_an_answer_must_say_something(specialist, service):
    report = make(service)
    url = reverse("report", args=[report.pk])
    for wrong in ({}, {"state": "open", "answer": "а"}, {"state": "declined", "answer": "\x00"}):
        answer = specialist.post(url, wrong)
        assert answer.status_code == 422
        assert "<title>Грешка:" in answer.content.decode()
    long = specialist.post(url, {"state": "corrected", "answer": "а" * 2001})
    assert "Най-много 2000 знака" in long.content.decode()
    assert fresh(report).state == "open"


def test_who_is_second_is_told_and_overwrites_nothing(specialist, colleague, service, commits):
    report = make(service, email=EMAIL)
    url = reverse("report", args=[report.pk])
    colleague.get(url)
    with commits():
        specialist.post(url, {"state": "corrected", "answer": "Поправих."})
        late = colleague.post(url, {"state": "declined", "answer": "Моят отговор"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Вече е отговорено" in page
    assert specialist.user.name in page
    assert "Моят отговор" in page
    assert (fresh(report).answer, len(mail.outbox)) == ("Поправих.", 1)
    empty = colleague.post(url, {"answer": "\x00недовършен"})
    assert empty.status_code == 409
    assert "недовършен" in empty.content.decode()


def test_the_same_answer_pressed_twice_is_one(specialist, service, commits):
    report = make(service, email=EMAIL)
    url = reverse("report", args=[report.pk])
    with commits():
        for _ in range(2):
            answer = specialist.post(url, {"state": "corrected", "answer": "Поправих."})
            assert answer.status_code == 302
    assert len(mail.outbox) == 1


def test_the_verb_refuses_a_second_answer(specialist, colleague, service, sliven):
    report = make(service)
    with municipality_scope(sliven):
        answer_report(report, state="declined", answer="а", by=specialist.user)
        with pytest.raises(AlreadyAnswered):
            answer_report(report, state="corrected", answer="б", by=colleague.user)


def test_a_foreign_report_is_missing_as_one_that_never_was(elena_specialist, service):
    report = make(service, text=CANARY, email=EMAIL)
    url = reverse("report", args=[report.pk])
    never = reverse("report", args=[report.pk + 1000])
    sent = {"state": "declined", "answer": "чуждо"}
    for method, data in (("get", {}), ("post", sent)):
        foreign = getattr(elena_specialist, method)(url, data)
        missing = getattr(elena_specialist, method)(never, data)
        assert foreign.status_code == missing.status_code == 404
        assert without_marks(foreign).replace(url, "") == without_marks(missing).replace(never, "")
    assert CANARY not in elena_specialist.get(LIST).content.decode()
    huge = elena_specialist.get(f"{LIST}99999999999999999999999/")
    assert huge.status_code == 404
    exported = elena_specialist.post(f"{LIST}iznos/")
    sheet = openpyxl.load_workbook(io.BytesIO(exported.content)).active
    assert len(list(sheet.values)) == 1
    assert fresh(report).state == "open"


@pytest.mark.parametrize("role", ["specialist", "head", "administrator"])
def test_whoever_sees_the_registry_answers(request, role, service):
    who = request.getfixturevalue(role)
    report = make(service)
    url = reverse("report", args=[report.pk])
    assert who.get(LIST).status_code == 200
    assert who.post(url, {"state": "declined", "answer": "Вярно е."}).status_code == 302
    assert fresh(report).answered_by == who.user


@pytest.mark.parametrize("role", ["manager", "dpo", "provider", "operator"])
def test_nobody_else_sees_any_report(request, role, service):
    who = request.getfixturevalue(role)
    report = make(service)
    for url in (LIST, reverse("report", args=[report.pk])):
        assert who.get(url).status_code == 403
    assert who.post(f"{LIST}iznos/").status_code == 403


def test_lists_take_as_many_queries_for_many_reports(specialist, queries, service, sliven):
    def reports(count: int) -> None:
        for _ in range(count):
            make(factories.ServiceFactory(municipality=sliven))
            make(
                service,
                state="corrected",
                answer="Да.",
                answered_at=timezone.now(),
                answered_by=specialist.user,
            )

    queries.assert_same(specialist, LIST, reports, name="registar/signali", at_most=14)


def test_a_report_takes_as_many_queries_for_a_large_service(specialist, queries, service, sliven):
    report = make(service)

    def parts(count: int) -> None:
        for _ in range(count):
            factories.ServiceSiteFactory(municipality=sliven, service=service)
            factories.FeeFactory(municipality=sliven, service=service)
            make(service)

    url = reverse("report", args=[report.pk])
    queries.assert_same(specialist, url, parts, name="registar/signali/1", at_most=24)


def test_the_form_takes_few_queries(client, queries, service):
    assert len(queries.of(client, address(service))) <= 5


def test_a_municipality_that_left_is_not_reported_to(client, service, sliven):
    Municipality.objects.filter(pk=sliven.pk).update(is_active=False)
    assert client.post(address(service), said()).status_code == 404
