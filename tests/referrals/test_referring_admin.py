"""The rules of referring in the admin: what a municipality sets without a programmer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from referrals.models import (
    ReferringPolicy,
    RoutingRow,
    SocialAssistanceDirectorate,
    WaitingPriority,
    WaitingRule,
)
from referrals.routing.deciding import decide
from services_registry.models import ServiceKind
from services_registry.reference import load
from tests.factories import ServiceFactory
from tests.factories_applications import NormFactory
from tests.factories_referring import (
    ReferralFactory,
    RoutingRowFactory,
    WaitingPriorityFactory,
    WaitingRuleFactory,
)
from tests.projects.test_admin import errors, filled, new_row
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
ROWS = "/admin/referrals/routingrow/"
DIRECTORATES = "/admin/referrals/socialassistancedirectorate/"
RULES = "/admin/referrals/waitingrule/"
POLICY = "/admin/referrals/referringpolicy/"
ALL = [ROWS, DIRECTORATES, RULES, POLICY]
EVERYBODY_ELSE = ["specialist", "manager", "dpo", "provider", "operator"]


def page_of(row, base=ROWS) -> str:
    return f"{base}{row.pk}/change/"


def one_of_each(municipality) -> list:
    with municipality_scope(municipality):
        return [
            RoutingRowFactory(municipality=municipality, code="mine"),
            SocialAssistanceDirectorate.objects.create(municipality=municipality, name="ДСП"),
            WaitingRuleFactory(municipality=municipality),
            ReferringPolicy.objects.create(municipality=municipality),
        ]


@pytest.mark.parametrize("role", EVERYBODY_ELSE)
def test_nobody_but_who_keeps_them_sees_any(request, role, sliven):
    client = request.getfixturevalue(role)
    for base, row in zip(ALL, one_of_each(sliven), strict=True):
        for url in (base, f"{base}add/", page_of(row, base)):
            assert client.get(url).status_code in (302, 403)
            assert client.post(url, {}).status_code in (302, 403)


def test_those_of_elena_are_answered_like_none(head, elena):
    for base, row in zip(ALL, one_of_each(elena), strict=True):
        answers = [head.get(f"{base}{pk}/change/") for pk in (row.pk, row.pk + 1000)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert f"{base}{row.pk}/" not in head.get(base).content.decode()


@pytest.mark.parametrize("role", ["administrator", "head"])
def test_the_shipped_rows_open_and_are_saved_as_they_are(request, sliven, role):
    list(load())
    begin(sliven)
    client = request.getfixturevalue(role)
    text = client.get(ROWS).content.decode()
    assert "Асистентска подкрепа, частно финансиране" in text
    assert 'class="field-checked">непотвърдено</td>' in text
    for row in rows_of(sliven, RoutingRow):
        answer = client.post(page_of(row), filled(client, page_of(row)))
        assert answer.status_code == 302, errors(answer)
    assert (
        "Отговор на доставчика" in client.get("/admin/municipalities/legalnorm/").content.decode()
    )


# Who refers


def test_a_municipality_corrects_who_refers_and_the_row_says_for_what_it_decides(head, sliven):
    list(load())
    begin(sliven)
    service = ServiceFactory(
        municipality=sliven, name="Дневен център", status="published", financing="state"
    )
    ServiceFactory(municipality=sliven, name="Неготова", status="draft", financing="state")
    with municipality_scope(sliven):
        service.kinds.set(ServiceKind.objects.filter(code="day_care"))
        row = RoutingRow.objects.get(code="specialised-state")
    text = head.get(page_of(row)).content.decode()
    assert "<li>Дневен център</li>" in text
    assert "Неготова" not in text
    data = filled(
        head, page_of(row), authority="municipality", legal_basis="чл. 3 от закона",
        is_verified="on", verified_on=f"{timezone.localdate():%d.%m.%Y}",
    )  # fmt: skip
    answer = head.post(page_of(row), data)
    assert answer.status_code == 302, errors(answer)
    with municipality_scope(sliven):
        decision = decide(service=service)
    assert decision.words == "Насочва общината: чл. 3 от закона"


def test_a_new_row_for_one_kind_wins_and_may_be_deleted(head, sliven):
    list(load())
    kind = ServiceKind.objects.get(code="day_care")
    data = filled(head, f"{ROWS}add/", kind=kind.pk, authority="directorate", order=5)
    answer = head.post(f"{ROWS}add/", data, follow=True)
    assert "Редът е непотвърден" in answer.content.decode()
    (row,) = rows_of(sliven, RoutingRow)
    assert row.code.startswith("own-")
    same = head.post(f"{ROWS}add/", {**data, "authority": "municipality"})
    assert "За същите услуги и дни вече има ред" in errors(same)
    assert head.post(f"{ROWS}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert rows_of(sliven, RoutingRow) == []


def test_what_cannot_be_is_refused_in_words(head, sliven):
    add = f"{ROWS}add/"
    wrong = filled(
        head, add, authority="municipality", order="0", is_verified="on",
        valid_from="02.02.2026", valid_to="01.02.2026",
    )  # fmt: skip
    said = errors(head.post(add, wrong))
    assert "Крайната дата е преди началната" in said
    assert "Напишете кога сте сверили" in said
    assert "Напишете с кой текст" in said
    assert "Проверете годината" in errors(head.post(add, {**wrong, "valid_from": "01.01.0001"}))
    for bad in ("\x00", "9" * 400, "-1"):
        assert head.post(add, {**wrong, "legal_basis": bad, "order": bad}).status_code == 200
    assert rows_of(sliven, RoutingRow) == []


def test_a_shipped_row_gets_an_end_and_is_not_deleted(administrator, sliven):
    list(load())
    begin(sliven)
    with municipality_scope(sliven):
        row = RoutingRow.objects.get(code="general")
    assert administrator.get(f"{ROWS}{row.pk}/delete/").status_code == 403
    assert administrator.post(f"{ROWS}{row.pk}/delete/", {"post": "yes"}).status_code == 403


# Directorates


def test_a_directorate_is_written_down_once(head, sliven):
    add = f"{DIRECTORATES}add/"
    data = filled(head, add, name="ДСП – Сливен", address="ул. „Държавна“ 1", is_active="on")
    assert head.post(add, data).status_code == 302
    assert head.post(add, data).status_code == 200
    assert [row.name for row in rows_of(sliven, SocialAssistanceDirectorate)] == ["ДСП – Сливен"]


# Waiting


def rule_data(client, **changes) -> dict:
    data = filled(
        client, f"{RULES}add/", act="Решение № 12", text="Първо самотните.",
        valid_from="01.01.2026", is_on="on", **changes,
    )  # fmt: skip
    return data | new_row("priorities", name="живее сам", order="1")


def test_an_act_with_its_priorities_is_one_page(administrator, sliven):
    answer = administrator.post(f"{RULES}add/", rule_data(administrator))
    assert answer.status_code == 302, errors(answer)
    (rule,) = rows_of(sliven, WaitingRule)
    (priority,) = rows_of(sliven, WaitingPriority)
    assert (priority.rule, priority.name, rule.is_on) == (rule, "живее сам", True)
    again = administrator.post(f"{RULES}add/", rule_data(administrator))
    assert "През тези дни вече се прилага „Решение № 12“" in errors(again)
    service = ServiceFactory(municipality=sliven)
    for_one = administrator.post(f"{RULES}add/", rule_data(administrator, service=service.pk))
    assert for_one.status_code == 302, errors(for_one)


def test_a_rule_for_a_service_of_elena_is_refused(administrator, sliven, elena):
    foreign = ServiceFactory(municipality=elena)
    answer = administrator.post(f"{RULES}add/", rule_data(administrator, service=foreign.pk))
    assert answer.status_code == 200
    assert rows_of(sliven, WaitingRule) == []


def test_a_priority_by_which_somebody_waits_stays(administrator, sliven):
    rule = WaitingRuleFactory(municipality=sliven)
    priority = WaitingPriorityFactory(municipality=sliven, rule=rule)
    with municipality_scope(sliven):
        ReferralFactory(municipality=sliven, state="waiting", priority=priority)
    url = page_of(rule, RULES)
    data = filled(administrator, url) | {"priorities-0-DELETE": "on"}
    text = administrator.post(url, data).content.decode()
    assert "сложете на правилото крайна дата" in text
    assert administrator.post(f"{RULES}{rule.pk}/delete/", {"post": "yes"}).status_code == 403
    assert rows_of(sliven, WaitingPriority) == [priority]


# The municipality's own rules


def test_there_is_one_policy_and_adding_leads_to_it(head, sliven):
    add = f"{POLICY}add/"
    answer = head.post(add, filled(head, add, offer_days=7))
    assert answer.status_code == 302, errors(answer)
    (policy,) = rows_of(sliven, ReferringPolicy)
    assert policy.offer_days == 7
    assert head.get(add)["Location"] == page_of(policy, POLICY)
    wrong = filled(head, page_of(policy, POLICY), offer_days=0)
    assert errors(head.post(page_of(policy, POLICY), wrong))


def test_the_note_on_appeals_has_no_number_until_it_is_compared(head, sliven):
    add = f"{POLICY}add/"
    typed = filled(head, add, appeal_note="Жалба се подава до 14 дни.")
    assert "непотвърдени числа не се печатат" in errors(head.post(add, typed))
    assert "Напишете указанието" in errors(
        head.post(add, {**typed, "appeal_note": "", "appeal_verified": "on"})
    )
    assert head.post(add, {**typed, "appeal_verified": "on"}).status_code == 302
    (policy,) = rows_of(sliven, ReferringPolicy)
    assert "Жалба се подава до 14 дни." in head.get(page_of(policy, POLICY)).content.decode()


def test_the_policy_shows_what_is_printed_now(head, sliven):
    with municipality_scope(sliven):
        policy = ReferringPolicy.objects.create(municipality=sliven, appeal_court="АС – Сливен")
        norm = NormFactory(municipality=sliven, code="appeal", value=14, is_verified=False)
    url = page_of(policy, POLICY)
    text = head.get(url).content.decode()
    assert "можете да обжалвате пред АС – Сливен. Жалбата" in text
    norm.is_verified, norm.verified_on = True, dt.date(2026, 11, 1)
    with municipality_scope(sliven):
        norm.save()
    assert "в срок от 14 календарни дни" in head.get(url).content.decode()
