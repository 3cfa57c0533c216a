"""Pages of follow-ups: the list, a new one, one of them, handing over, many at once, the export."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from frontoffice.followups import following
from frontoffice.followups.following import NotAColleague
from frontoffice.models import FollowUp, Handover
from municipalities.audit import AccessEvent
from municipalities.models import Role
from tests import factories
from tests.factories_desk import FollowUpFactory
from tests.factories_people import PersonFactory
from tests.support import people
from tests.support.people import rows_of

LIST = "/rabotno-myasto/posledvashti/"
NEW = f"{LIST}nova/"
MANY = f"{LIST}predavane/"
EXPORT = f"{LIST}iznasyane/"
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)
EGN = "9521080015"


def page_of(row: FollowUp, what: str = "follow_up") -> str:
    return reverse(what, args=[row.pk])


def answers(client, **other) -> dict:
    return {
        "title": "Обаждане за мястото",
        "due_on": f"{TODAY() + DAY:%d.%m.%Y}",
        "owner": client.user.pk,
        "note": "",
        "reminds": "on",
        "form_key": uuid.uuid4(),
        **other,
    }


def changed(row: FollowUp, **other) -> dict:
    """Return the form of a follow-up as its page has it, changed."""
    return {
        "title": row.title,
        "due_on": f"{row.due_on:%d.%m.%Y}",
        "note": row.note,
        "reminds": "on",
        "form_key": row.form_key,
        "version": row.version,
        **other,
    }


def text(response) -> str:
    return response.content.decode()


def titles(response) -> list[str]:
    return [row.title for row in response.context["page_obj"]]


@pytest.fixture
def mine(specialist, sliven, office):
    """Make a follow-up of the specialist."""

    def make(title: str = "Моята", **facts) -> FollowUp:
        return FollowUpFactory(
            municipality=sliven,
            title=title,
            **{"owner": specialist.user, "office": office, **facts},
        )

    return make


def done(owner) -> dict:
    return {"state": "done", "closed_at": timezone.now(), "closed_by": owner}


# Promising


def test_a_new_one_is_saved_once_however_often_it_is_sent(specialist, sliven):
    sent = answers(specialist, due_at="14:30", note="Сутрин не вдига.")
    for _ in range(2):
        assert specialist.post(NEW, sent).url == LIST
    (row,) = rows_of(sliven, FollowUp)
    assert (row.title, row.due_on, row.due_at) == (
        "Обаждане за мястото",
        TODAY() + DAY,
        dt.time(14, 30),
    )
    assert "вече беше записана" in text(specialist.get(LIST))


@pytest.mark.parametrize("written", ["1.3.2027", "01.03.2027 г.", "2027-03-01", "1.3.27"])
def test_a_day_is_written_as_people_write_it(specialist, sliven, written):
    specialist.post(NEW, answers(specialist, due_on=written))
    assert rows_of(sliven, FollowUp)[0].due_on == dt.date(2027, 3, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Напишете какво"),
        ({"title": "я" * 201}, "200"),
        ({"title": f"Обади се на {EGN}"}, "Тук има ЕГН"),
        ({"note": f"ЕГН {EGN}"}, "Тук има ЕГН"),
        ({"title": "a\x00b"}, ""),
        ({"due_on": ""}, "Напишете до кога"),
        ({"due_on": "32.13.2026"}, "Напишете деня като"),
        ({"due_on": "9" * 400}, "Напишете деня като"),
        ({"due_on": "01.01.9999"}, "Напишете деня като"),
        ({"due_on": "01.01.2001"}, "Този ден вече мина"),
        ({"due_at": "25:99"}, "Напишете часа"),
        ({"owner": "9" * 30}, "Изберете колега"),
        ({"owner": "\x00"}, "който не може да се запише"),
        ({"person": "9" * 30}, "не е намерено"),
        ({"consultation": "x"}, ""),
        ({"form_key": "x"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(specialist, sliven, wrong, said):
    sent = answers(specialist, note="Остава.") | wrong
    response = specialist.post(NEW, sent)
    assert response.status_code == 422
    assert said in text(response)
    assert "note" in wrong or "Остава." in text(response)
    assert rows_of(sliven, FollowUp) == []


def test_nobody_of_elsewhere_gets_one(specialist, elena_specialist, manager, sliven):
    for stranger in (elena_specialist, manager):
        response = specialist.post(NEW, answers(specialist, owner=stranger.user.pk))
        assert response.status_code == 422
    assert rows_of(sliven, FollowUp) == []


def test_a_person_and_a_talk_come_along(specialist, sliven):
    person = PersonFactory(municipality=sliven, given_name="Вяра")
    talk = factories.ConsultationFactory(
        municipality=sliven, specialist=specialist.user, person=person
    )
    page = specialist.get(f"{NEW}?konsultatsiya={talk.pk}")
    assert "Вяра Измислена" in text(page)
    assert [e.subject_id for e in rows_of(sliven, AccessEvent)] == [person.pk]
    sent = answers(specialist, person=person.pk, consultation=talk.pk)
    assert specialist.post(NEW, sent).url == reverse("person", args=[person.pk])
    (row,) = rows_of(sliven, FollowUp)
    assert (row.person_id, row.consultation_id) == (person.pk, talk.pk)
    alone = specialist.get(f"{NEW}?lice={person.pk}")
    assert "Вяра Измислена" in text(alone)


@pytest.mark.parametrize("query", ["konsultatsiya", "lice"])
@pytest.mark.parametrize("number", ["0", "99999999999999999999", "x", "%00", "¹"])
def test_what_is_not_there_does_not_come_along(specialist, query, number):
    assert specialist.get(f"{NEW}?{query}={number}").status_code == 404


def test_what_is_elsewhere_does_not_come_along(specialist, elena):
    person = PersonFactory(municipality=elena)
    talk = factories.ConsultationFactory(municipality=elena)
    assert specialist.get(f"{NEW}?lice={person.pk}").status_code == 404
    assert specialist.get(f"{NEW}?konsultatsiya={talk.pk}").status_code == 404
    sent = answers(specialist, person=person.pk)
    assert specialist.post(NEW, sent).status_code == 422


# The list


def test_the_list_by_when(specialist, mine):
    mine("закъсняла", due_on=TODAY() - 3 * DAY)
    mine("днешна")
    mine("далечна", due_on=TODAY() + 40 * DAY)
    mine("приключена", due_on=TODAY(), **done(specialist.user))
    for when, expected in {
        "": ["закъсняла", "днешна", "далечна"],
        "zakasneli": ["закъсняла"],
        "dnes": ["днешна"],
        "po-kasno": ["далечна"],
        "priklyucheni": ["приключена"],
        "novi": [],
    }.items():
        assert titles(specialist.get(f"{LIST}?koga={when}")) == expected, when
    page = specialist.get(LIST)
    assert "закъснява с 3 дни" in text(page)
    counted = {link["label"]: link["count"] for link in page.context["links"]}
    assert counted["закъснели"] == counted["днес"] == counted["по-късно"] == 1


def test_whose_is_seen_by_whom(specialist, colleague, head, mine, sliven):
    elsewhere = factories.OfficeFactory(municipality=sliven)
    other = people.member(sliven, Role.SPECIALIST, office=elsewhere)
    mine()
    mine("на колега", owner=colleague.user)
    mine("на друг офис", owner=other.user, office=elsewhere)
    assert titles(specialist.get(LIST)) == ["Моята"]
    assert set(titles(specialist.get(f"{LIST}?chii=ofis"))) == {"Моята", "на колега"}
    # „на общината“ is the head's; for others it is the same as no filter.
    assert titles(specialist.get(f"{LIST}?chii=vsichki")) == ["Моята"]
    everybody = head.get(f"{LIST}?chii=vsichki")
    assert set(titles(everybody)) == {"Моята", "на колега", "на друг офис"}
    one = head.get(f"{LIST}?chii=vsichki&u={other.user.pk}")
    assert titles(one) == ["на друг офис"]
    assert f"у {other.user.name}" in text(one)
    assert titles(head.get(LIST)) == []


def test_nobody_of_elsewhere_is_named_by_their_number(head, elena_specialist, sliven):
    for address in (LIST, f"{LIST}kalendar/"):
        page = text(head.get(f"{address}?chii=vsichki&u={elena_specialist.user.pk}"))
        assert elena_specialist.user.name not in page


def test_who_left_is_pointed_out_to_the_head(head, mine, sliven):
    left = people.member(sliven, Role.SPECIALIST)
    mine(owner=left.user)
    assert "вече не работи тук" not in text(head.get(f"{LIST}?chii=vsichki"))
    left.user.is_active = False
    left.user.save(update_fields=["is_active"])
    assert "вече не работи тук" in text(head.get(f"{LIST}?chii=vsichki"))


@pytest.mark.parametrize(
    "query",
    ["chii=x", "koga=x", "u=x", "u=99999999999999999999", "chii=ofis&u=%00", "page=x", "page=-1",
     "priklyuchena=x", "priklyuchena=9999999999999999999", "priklyuchena=1", "chii=ofis&koga=novi"],
)  # fmt: skip
def test_a_wrong_address_is_a_list_all_the_same(specialist, mine, query):
    mine()
    assert specialist.get(f"{LIST}?{query}").status_code == 200


@pytest.mark.parametrize(("role", "whose"), [("specialist", "moi"), ("head", "vsichki")])
def test_the_list_takes_as_many_queries_for_many(request, queries, sliven, office, role, whose):
    client = request.getfixturevalue(role)

    def make(count: int) -> None:
        for _ in range(count):
            person = PersonFactory(municipality=sliven)
            talk = factories.ConsultationFactory(municipality=sliven)
            FollowUpFactory(
                municipality=sliven,
                office=office,
                owner=client.user,
                person=person,
                consultation=talk,
            )

    queries.assert_same(client, f"{LIST}?chii={whose}", make, name=f"follow-ups: {role}")


# One of them


def test_what_another_office_has_is_not_there(sliven, elena_specialist, specialist, mine):
    elsewhere = people.member(
        sliven, Role.SPECIALIST, office=factories.OfficeFactory(municipality=sliven)
    )
    row = mine()
    for stranger in (elsewhere, elena_specialist):
        missing = stranger.get(page_of(row).replace(str(row.pk), "9999999"))
        assert missing.status_code == 404
        for what in ("follow_up", "follow_up_hand_over"):
            assert stranger.get(page_of(row, what)).status_code == 404
        for what in ("follow_up", "follow_up_close", "follow_up_reopen", "follow_up_hand_over"):
            assert stranger.post(page_of(row, what), {"state": "done"}).status_code == 404
    assert rows_of(sliven, FollowUp)[0].is_open


def test_a_colleagues_is_read_and_not_changed(colleague, sliven, mine):
    row = mine()
    page = colleague.get(page_of(row))
    assert page.status_code == 200
    assert "Променя я само" in text(page)
    colleague.raise_request_exception = False
    for what in ("follow_up", "follow_up_close", "follow_up_reopen", "follow_up_hand_over"):
        assert colleague.post(page_of(row, what), changed(row, state="done")).status_code == 403
    assert rows_of(sliven, FollowUp)[0].version == 1


def test_the_head_changes_anybodys(head, sliven, mine):
    row = mine()
    assert head.post(page_of(row), changed(row, title="Другояче")).status_code == 302
    assert rows_of(sliven, FollowUp)[0].title == "Другояче"


def test_a_day_that_has_passed_may_stay_as_it_is(specialist, sliven, mine):
    row = mine(due_on=TODAY() - 9 * DAY)
    assert specialist.post(page_of(row), changed(row, title="Другояче")).status_code == 302
    wrong = changed(row, due_on=f"{TODAY() - DAY:%d.%m.%Y}", version=2)
    assert specialist.post(page_of(row), wrong).status_code == 422


def test_a_colleagues_change_is_shown_and_never_covered(specialist, head, sliven, mine):
    row = mine()
    head.post(page_of(row), changed(row, title="На ръководителя"))
    refused = specialist.post(page_of(row), changed(row, title="На специалиста"))
    assert refused.status_code == 422
    page = text(refused)
    assert "Разлики" in page
    assert "На ръководителя" in page
    assert page.count("На специалиста") == 2, "in the table and in the field"
    assert rows_of(sliven, FollowUp)[0].title == "На ръководителя"
    again = changed(row, title="На специалиста", version=refused.context["form"].data["version"])
    assert specialist.post(page_of(row), again).status_code == 302
    assert rows_of(sliven, FollowUp)[0].title == "На специалиста"


def test_what_is_typed_into_a_closed_one_stays_on_the_page(specialist, head, mine):
    row = mine()
    head.post(page_of(row, "follow_up_close"), {"state": "done"})
    for version in (1, 2):
        refused = specialist.post(page_of(row), changed(row, title="Дописах", version=version))
        assert refused.status_code == 422
        assert "Междувременно задачата е приключена" in text(refused)
        assert "Дописах" in text(refused)


def test_a_look_at_the_person_is_kept(specialist, sliven, mine):
    person = PersonFactory(municipality=sliven, phones="+359888123456", egn=EGN)
    row = mine(person=person)
    page = text(specialist.get(page_of(row)))
    assert person.full_name in page
    assert "888 123" not in page
    assert "888123" not in page
    assert "••" not in page
    (look,) = rows_of(sliven, AccessEvent)
    assert (look.action, look.subject_id) == ("viewed", person.pk)


# Closing


def test_closed_from_the_list_and_opened_again_there(specialist, sliven, mine):
    row = mine()
    closed = specialist.post(
        page_of(row, "follow_up_close"), {"state": "done", "ot-spisaka": "?koga=dnes"}
    )
    assert closed.url == f"{LIST}?koga=dnes&priklyuchena={row.pk}"
    assert rows_of(sliven, FollowUp)[0].state == "done"
    page = specialist.get(closed.url)
    assert "Отвори отново" in text(page)
    opened = specialist.post(page_of(row, "follow_up_reopen"), {"ot-spisaka": page.context["here"]})
    assert opened.url == f"{LIST}?koga=dnes"
    assert rows_of(sliven, FollowUp)[0].is_open


def test_closed_from_its_page_with_how_it_ended(specialist, sliven, mine):
    row = mine()
    sent = {"state": "dropped", "outcome": "Преместиха се."}
    assert specialist.post(page_of(row, "follow_up_close"), sent).url == page_of(row)
    page = text(specialist.get(page_of(row)))
    assert "Преместиха се." in page
    assert "отпаднала" in page
    specialist.post(page_of(row, "follow_up_close"), {"state": "done"})
    assert rows_of(sliven, FollowUp)[0].state == "dropped", "the first closing stays"


@pytest.mark.parametrize(
    "wrong",
    [{}, {"state": "open"}, {"state": "x"}, {"state": "done", "outcome": f"ЕГН {EGN}"},
     {"state": "done", "outcome": "я" * 301}, {"state": "done", "outcome": "a\x00"}],
)  # fmt: skip
def test_a_wrong_closing_closes_nothing(specialist, sliven, mine, wrong):
    row = mine()
    assert specialist.post(page_of(row, "follow_up_close"), wrong).status_code == 422
    assert rows_of(sliven, FollowUp)[0].is_open


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/?chii=ofis", "\x00", "&" * 900]
)
def test_closing_leads_nowhere_else(specialist, mine, back):
    row = mine()
    sent = {"state": "done", "ot-spisaka": back}
    assert specialist.post(page_of(row, "follow_up_close"), sent).url.startswith(f"{LIST}?")


# Handing over


def test_handed_over_it_is_new_until_opened(specialist, colleague, sliven, mine):
    row = mine()
    sent = {"to": colleague.user.pk, "note": "Аз съм в отпуск."}
    assert specialist.post(page_of(row, "follow_up_hand_over"), sent).url == page_of(row)
    assert "още не е отворена" in text(specialist.get(page_of(row)))
    assert titles(colleague.get(f"{LIST}?koga=novi")) == [row.title]
    assert "нова за вас" in text(colleague.get(LIST))
    page = text(colleague.get(page_of(row)))
    assert "Аз съм в отпуск." in page
    assert titles(colleague.get(f"{LIST}?koga=novi")) == []
    assert rows_of(sliven, Handover)[0].seen_at


@pytest.mark.parametrize("to", ["", "x", "0", "9" * 30, "\x00"])
def test_to_nobody_it_is_not_handed(specialist, colleague, sliven, mine, to):
    row = mine()
    response = specialist.post(page_of(row, "follow_up_hand_over"), {"to": to, "note": "Остава"})
    assert response.status_code == 422
    assert "Остава" in text(response)
    assert rows_of(sliven, Handover) == []


def test_not_to_other_places_and_not_to_other_roles(
    specialist, elena_specialist, manager, administrator, mine, sliven
):
    row = mine()
    for stranger in (elena_specialist, manager, administrator):
        sent = {"to": stranger.user.pk}
        assert specialist.post(page_of(row, "follow_up_hand_over"), sent).status_code == 422
        assert stranger.user.name not in text(specialist.get(page_of(row, "follow_up_hand_over")))
    assert rows_of(sliven, Handover) == []


def test_a_closed_one_is_not_handed_over(specialist, colleague, mine, sliven):
    row = mine(**done(specialist.user))
    sent = {"to": colleague.user.pk}
    assert specialist.post(page_of(row, "follow_up_hand_over"), sent).url == page_of(row)
    assert rows_of(sliven, Handover) == []


def test_many_at_once_by_the_head(head, specialist, colleague, mine, sliven, elena):
    rows = [mine(f"Задача {n}") for n in range(3)]
    foreign = FollowUpFactory(municipality=elena)
    chosen = [rows[0].pk, rows[1].pk, foreign.pk, "x", "9" * 30]
    page = head.get(MANY, {"z": chosen})
    assert text(page).count("Задача ") == 2
    assert head.post(MANY, {"z": chosen, "to": ""}).status_code == 422
    moved = head.post(MANY, {"z": chosen, "to": colleague.user.pk, "note": "Отпуск"})
    assert moved.url == f"{LIST}?chii=vsichki&u={colleague.user.pk}"
    assert "Предадени са 2 задачи" in text(head.get(moved.url))
    owners = {row.title: row.owner_id for row in rows_of(sliven, FollowUp)}
    assert owners == {
        "Задача 0": colleague.user.pk,
        "Задача 1": colleague.user.pk,
        "Задача 2": specialist.user.pk,
    }
    specialist.raise_request_exception = False
    assert specialist.post(MANY, {"z": chosen, "to": specialist.user.pk}).status_code == 403


@pytest.mark.parametrize("chosen", [[], ["x"], ["9" * 30], ["\x00"]])
def test_none_chosen_is_said(head, chosen):
    assert head.get(MANY, {"z": chosen}).url == LIST
    assert "Отбележете поне една" in text(head.get(LIST))


# Taking out


def test_the_head_takes_the_list_out_and_that_is_kept(head, mine, sliven):
    mine("=1+1", person=PersonFactory(municipality=sliven, given_name="Вяра"))
    mine("друга", due_on=TODAY() + 30 * DAY)
    response = head.post(EXPORT, {"chii": "vsichki", "koga": "dnes"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.values)
    assert [row[3] for row in rows] == ["Какво", "=1+1"]
    assert rows[1][4] == "Вяра Измислена"
    kept = rows_of(sliven, AccessEvent)[-1]
    assert (kept.action, kept.subject_kind, kept.rows) == ("exported", "frontoffice.followup", 1)
    assert kept.reason == "последващи задачи: на общината, днес"


def test_only_the_head_takes_it_out(specialist, mine, sliven):
    mine()
    specialist.raise_request_exception = False
    assert specialist.post(EXPORT, {}).status_code == 403
    assert rows_of(sliven, AccessEvent) == []


def test_nothing_to_take_out_is_said(head, sliven):
    assert head.post(EXPORT, {"chii": "vsichki", "koga": "zakasneli"}).status_code == 302
    assert rows_of(sliven, AccessEvent) == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_colleague_whose_role_ends_meanwhile_is_told(head, colleague, mine, monkeypatch, at_once):
    def ended(user):
        raise NotAColleague

    row = mine()
    page = MANY if at_once else page_of(row, "follow_up_hand_over")
    monkeypatch.setattr(following, "_office_of", ended)
    answer = head.post(page, {"to": colleague.user.pk, "z": row.pk}, follow=True)
    assert "вече не работи на бюро" in text(answer)
