"""Norms and moved days in the admin."""

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.models import LegalNorm, WorkdayChange
from municipalities.norms import deadlines
from municipalities.tenancy import municipality_scope
from tests.factories_applications import NormFactory
from tests.projects.test_admin import errors, filled
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
NORMS = "/admin/municipalities/legalnorm/"
DAYS = "/admin/municipalities/workdaychange/"


@pytest.fixture
def norm(sliven):
    return NormFactory(municipality=sliven, code="answer", name="Отговор", source="по памет")


def page_of(row, base=NORMS) -> str:
    return f"{base}{row.pk}/change/"


def again(row):
    with municipality_scope(row.municipality):
        return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize("role", ["administrator", "head"])
def test_those_who_keep_norms_see_what_is_not_verified(request, role, norm, sliven):
    NormFactory(municipality=sliven, value=None)
    text = request.getfixturevalue(role).get(NORMS).content.decode()
    assert 'class="field-how_long">20 календарни дни</td>' in text
    assert 'class="field-how_long">не е известен</td>' in text
    assert 'class="field-checked">непотвърдено</td>' in text


@pytest.mark.parametrize("role", ["specialist", "manager", "dpo", "provider", "operator"])
@pytest.mark.parametrize("base", [NORMS, DAYS])
def test_nobody_else_sees_any(request, role, base, norm):
    client = request.getfixturevalue(role)
    for url in (base, f"{base}add/", f"{base}{norm.pk}/change/"):
        assert client.get(url).status_code in (302, 403)
        assert client.post(url, {}).status_code in (302, 403)


def test_a_norm_of_elena_is_answered_like_none(administrator, elena):
    foreign = NormFactory(municipality=elena)
    answers = [administrator.get(f"{NORMS}{pk}/change/") for pk in (foreign.pk, foreign.pk + 999)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert "own-" not in administrator.get(f"{NORMS}add/?code={foreign.code}").content.decode()


def test_a_change_of_the_law_is_a_second_edition(administrator, norm, sliven):
    data = filled(administrator, page_of(norm), valid_to="31.12.2026")
    assert administrator.post(page_of(norm), data).status_code == 302
    url = f"{NORMS}add/?code=answer"
    assert f'href="{url}"' in administrator.get(page_of(norm)).content.decode()
    data = filled(administrator, url, value="14", unit="working_days")
    assert (data["name"], data["valid_from"]) == ("Отговор", "01.01.2027")
    response = administrator.post(url, data, follow=True)
    assert "Срокът е непотвърден" in response.content.decode()
    with municipality_scope(sliven):
        assert deadlines.norm_on("answer", dt.date(2026, 12, 31)).value == 20
        assert deadlines.norm_on("answer", dt.date(2027, 1, 1)).value == 14


@pytest.mark.parametrize(
    ("first", "last"),
    [("", ""), ("1.1.2026", ""), ("", "1.1.2026"), ("5.5.2026", "5.5.2026"), ("31.12.2026", "")],
)
def test_two_editions_at_once_are_refused_with_the_name_of_the_other(
    administrator, sliven, first, last
):
    NormFactory(
        municipality=sliven, code="answer", name="Отговор",
        valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 12, 31),
    )  # fmt: skip
    data = filled(
        administrator, f"{NORMS}add/", code="answer", name="Нов", valid_from=first, valid_to=last
    )
    message = errors(administrator.post(f"{NORMS}add/", data))
    assert "вече е в сила „Отговор“ (от 01.01.2026 до 31.12.2026)" in message
    assert len(rows_of(sliven, LegalNorm)) == 1


def test_an_edition_stretched_over_another_is_refused(administrator, norm, sliven):
    with municipality_scope(sliven):
        LegalNorm.objects.filter(pk=norm.pk).update(valid_to=dt.date(2026, 6, 30))
    NormFactory(municipality=sliven, code="answer", valid_from=dt.date(2026, 7, 1))
    data = filled(administrator, page_of(norm), valid_to="31.7.2026")
    assert "вече е в сила" in errors(administrator.post(page_of(norm), data))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "0"}, "по-голяма или равна на 1"),
        ({"value": "-5"}, "по-голяма"),
        ({"value": "3651"}, "3650"),
        ({"value": "9" * 40}, "10000000"),
        ({"value": "двайсет"}, "цяло число"),
        ({"unit": "години"}, "години"),
        ({"unit": "euro"}, "Нормата е за време, не за сума."),
        ({"valid_from": "2.1.2026", "valid_to": "1.1.2026"}, "Крайната дата е преди началната."),
        ({"valid_from": "1.1.9999"}, "Проверете годината."),
        ({"valid_to": "1.1.0001"}, "Проверете годината."),
        ({"valid_to": "\x00"}, "дата"),
        ({"is_verified": "on"}, "Напишете кога сте сверили"),
        ({"is_verified": "on", "verified_on": "1.1.2099"}, "Денят на сверката е в бъдещето."),
        ({"is_verified": "on", "verified_on": "1.1.2026", "legal_basis": ""}, "с кой текст"),
        ({"name": ""}, "Попълнете това поле."),
        ({"name": "\x00а"}, "знак, който не може да се запише"),
    ],
)
def test_a_wrong_norm_is_refused_in_words(administrator, norm, changes, message):
    data = filled(administrator, page_of(norm), **changes)
    assert message in errors(administrator.post(page_of(norm), data))
    assert again(norm).value == 20


@pytest.mark.parametrize("code", ["nyama", "\x00", "а" * 500])
def test_a_wrong_code_is_refused_and_begins_nothing(administrator, norm, code):
    page = administrator.get(f"{NORMS}add/", {"code": code})
    assert page.status_code == 200
    data = filled(administrator, f"{NORMS}add/", name="Друг", code=code)
    assert "възможните избори" in errors(administrator.post(f"{NORMS}add/", data))


def test_a_norm_of_ones_own_gets_a_code_that_no_other_has(administrator, norm, sliven):
    for name in ("Първи", "Втори"):
        data = filled(administrator, f"{NORMS}add/", name=name)
        assert administrator.post(f"{NORMS}add/", data).status_code == 302
    codes = [row.code for row in rows_of(sliven, LegalNorm)]
    assert len(set(codes)) == 3


def test_the_only_edition_is_not_deleted_and_a_second_is(administrator, norm, sliven):
    delete = f"{NORMS}{norm.pk}/delete/"
    assert administrator.post(delete, {"post": "yes"}).status_code == 403
    with municipality_scope(sliven):
        LegalNorm.objects.filter(pk=norm.pk).update(valid_to=dt.date(2026, 6, 30))
    second = NormFactory(municipality=sliven, code="answer", valid_from=dt.date(2026, 7, 1))
    delete = f"{NORMS}{second.pk}/delete/"
    assert administrator.post(delete, {"post": "yes"}).status_code == 302
    assert rows_of(sliven, LegalNorm) == [norm]


def test_a_verified_norm_says_when(administrator, norm):
    data = filled(administrator, page_of(norm), verified_on="1.3.2026") | {"is_verified": "on"}
    assert administrator.post(page_of(norm), data).status_code == 302
    assert "сверено на 01.03.2026" in administrator.get(NORMS).content.decode()


# Moved days


def add_day(client, **changes):
    data = {"day": "28.11.2026", "legal_basis": "РМС № 1"} | changes
    return client.post(f"{DAYS}add/", data, follow=True)


def test_a_working_saturday_moves_new_deadlines(head, sliven):
    assert add_day(head, is_working="on").status_code == 200
    (row,) = rows_of(sliven, WorkdayChange)
    assert (row.day, row.is_working, row.municipality) == (dt.date(2026, 11, 28), True, sliven)
    with municipality_scope(sliven):
        changes = deadlines.changes_from(dt.date(2026, 11, 27))
    assert deadlines.ends_on(dt.date(2026, 11, 27), 1, "working_days", changes) == row.day
    text = head.get(DAYS).content.decode()
    assert "събота" in text
    assert "РМС № 1" in text


def test_a_day_that_is_so_anyway_is_pointed_out(head):
    assert "и без решение е почивен" in add_day(head).content.decode()
    assert "и без решение е" not in add_day(head, day="30.11.2026").content.decode()


def test_a_day_is_moved_once(administrator, sliven, elena):
    with municipality_scope(elena):
        WorkdayChange.objects.create(municipality=elena, day="2026-11-28")
    add_day(administrator)
    response = administrator.post(f"{DAYS}add/", {"day": "28.11.2026"})
    assert "За този ден вече има запис." in errors(response)
    assert len(rows_of(sliven, WorkdayChange)) == 1


@pytest.mark.parametrize("day", ["", "31.2.2026", "1.1.0001", "31.12.9999", "\x00", "9" * 400])
def test_a_wrong_day_is_refused(administrator, sliven, day):
    assert errors(administrator.post(f"{DAYS}add/", {"day": day}))
    assert rows_of(sliven, WorkdayChange) == []


@pytest.mark.parametrize(("base", "name"), [(NORMS, "admin: norms"), (DAYS, "admin: moved days")])
def test_lists_cost_the_same_for_any_number(administrator, queries, sliven, base, name):
    def make(count: int) -> None:
        if base == NORMS:
            NormFactory.create_batch(count, municipality=sliven)
            return
        with municipality_scope(sliven):
            first = rows_of(sliven, WorkdayChange)
            start = timezone.localdate() + dt.timedelta(days=len(first))
            for n in range(count):
                WorkdayChange.objects.create(municipality=sliven, day=start + dt.timedelta(days=n))

    queries.assert_same(administrator, base, make, name=name, at_most=20)
