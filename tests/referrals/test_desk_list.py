"""The work list and the register of incoming."""

import datetime as dt
import io
import zipfile

import pytest
from django.utils import timezone

from municipalities.models import AccessEvent
from municipalities.tenancy import municipality_scope
from referrals.applications import handling
from referrals.models import Attachment
from tests.factories_applications import ApplicationFactory, ApplicationKindFactory
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

LIST = "/rabotno-myasto/zayavleniya/"
REGISTER = f"{LIST}registar/"
DAY = dt.timedelta(days=1)


def text(answer) -> str:
    return answer.content.decode()


def numbers(answer) -> list[str]:
    return [row.number for row in answer.context["page_obj"]]


@pytest.fixture
def rows(sliven, specialist, colleague):
    today = timezone.localdate()
    made = {
        "new": {},
        "mine": {"state": "in_work", "owner": specialist.user, "due_on": today + 3 * DAY},
        "waiting": {"state": "waiting", "paused_on": today, "due_on": today - 9 * DAY},
        "late": {"state": "in_work", "owner": colleague.user, "due_on": today - 2 * DAY},
        "closed": {"state": "closed", "closed_at": timezone.now(), "outcome": "answered"},
    }
    return {name: ApplicationFactory(municipality=sliven, **f) for name, f in made.items()}


def test_each_tab_has_its_rows_and_count(rows, specialist):
    expected = {
        "new": ["new"],
        "mine": ["mine"],
        "waiting": ["waiting"],
        "late": ["late"],
        "closed": ["closed"],
        "all": ["late", "mine", "waiting", "new"],
    }
    for tab, names in expected.items():
        answer = specialist.get(LIST, {"vid": tab})
        assert numbers(answer) == [rows[name].number for name in names], tab
    counted = {one["label"]: one["count"] for one in answer.context["tabs"]}
    assert counted == {
        "Нови": 1, "Моите": 1, "Чакат документи": 1, "Закъснели": 1, "Всички отворени": 4,
        "Приключени": None,
    }  # fmt: skip


def test_how_long_there_is_stands_beside_the_day(rows, specialist):
    page = text(specialist.get(LIST, {"vid": "all"}))
    assert "остават 3 дни" in page
    assert "закъснява с 2 дни" in page
    assert "спрян от" in page
    assert "закъснява с 9" not in page


def test_a_foreign_application_is_in_no_list(elena, specialist):
    ApplicationFactory(municipality=elena, given_name="Чужда")
    assert numbers(specialist.get(LIST, {"vid": "all"})) == []
    assert numbers(specialist.get(REGISTER)) == []


def find(client, question: str, at: str = LIST):
    answer = client.post(at, {"q": question})
    assert answer.status_code == 302
    assert len(question) < 4 or question not in answer["Location"]
    return client.get(answer["Location"])


@pytest.mark.parametrize("at", [LIST, REGISTER])
def test_found_by_number_name_and_telephone_and_the_address_does_not_say_what(
    sliven, specialist, at
):
    person = PersonFactory(municipality=sliven, given_name="Станимира", family_name="Тихова")
    row = ApplicationFactory(
        municipality=sliven, given_name="Вяра", family_name="Горанова", phones="0899555444",
        state="closed", closed_at=timezone.now(), outcome="answered", person=person,
        number_seq=777, applicant_name="Данаил Упълномощен",
    )  # fmt: skip
    ApplicationFactory(municipality=sliven, phones="0888000111", number_seq=5)
    for question in (row.number, "777", "000777", "горанова", "ВЯРА гор", "0899 555 444",
                     "Данаил", "Tihova", "станимира"):  # fmt: skip
        assert numbers(find(specialist, question, at)) == [row.number], question
    assert numbers(find(specialist, "няма такъв", at)) == []


@pytest.mark.parametrize("at", [LIST, REGISTER])
@pytest.mark.parametrize(
    "question", ["(", "%", "\\", "-", "9" * 100, "+", "² 3", "'; --", "a-1-2", "٣"]
)
def test_any_question_is_answered(sliven, specialist, at, question):
    ApplicationFactory(municipality=sliven)
    assert find(specialist, question, at).status_code == 200


@pytest.mark.parametrize("at", [LIST, REGISTER])
@pytest.mark.parametrize(
    "params",
    [{"vid": "\x00"}, {"dokument": "\x00"}, {"ofis": "няма"}, {"u": "9" * 40}, {"kanal": "x"},
     {"page": "-1"}, {"page": "9" * 30}, {"t": "x" * 300}, {"godina": "1"}, {"ot": "99.99.9999"},
     {"ot": "2.2.2026", "do": "1.1.2026"}, {"do": "31.12.9999"}, {"red": "абв"}],
)  # fmt: skip
def test_a_wrong_address_is_answered(sliven, specialist, at, params):
    ApplicationFactory(municipality=sliven)
    assert specialist.get(at, params).status_code in (200, 422)


@pytest.mark.parametrize("at", [LIST, REGISTER])
def test_a_question_that_is_too_long_or_hides_a_nul_is_told(specialist, at):
    for question in ("а" * 500, "\x00"):
        assert specialist.post(at, {"q": question}).status_code == 422


def test_filters_narrow_and_stay_in_the_links(rows, sliven, specialist, office, colleague):
    kind = ApplicationKindFactory(municipality=sliven, code="zlp")
    row = ApplicationFactory(
        municipality=sliven, kind=kind, office=office, channel="post", owner=colleague.user,
        state="in_work",
    )  # fmt: skip
    for params in ({"dokument": "zlp"}, {"ofis": office.slug}, {"kanal": "post"}):
        answer = specialist.get(LIST, {"vid": "all", **params})
        assert numbers(answer) == [row.number], params
        name = next(iter(params))
        assert all(name in one["href"] for one in answer.context["tabs"])
    of_colleague = specialist.get(LIST, {"vid": "all", "u": str(colleague.user.pk)})
    assert set(numbers(of_colleague)) == {row.number, rows["late"].number}
    nobodys = specialist.get(LIST, {"vid": "all", "u": "0"})
    assert set(numbers(nobodys)) == {rows["new"].number, rows["waiting"].number}


def test_the_head_gives_several_at_once(rows, head, specialist, colleague):
    chosen = [rows["new"].pk, rows["late"].pk, rows["closed"].pk]
    page = text(head.get(f"{LIST}predavane/", {"z": chosen}))
    assert rows["new"].number in page
    assert rows["closed"].number not in page
    answer = head.post(f"{LIST}predavane/", {"z": chosen, "to": colleague.user.pk})
    assert answer.status_code == 302
    assert len(numbers(head.get(answer["Location"]))) == 2
    assert specialist.get(f"{LIST}predavane/", {"z": chosen}).status_code == 403


@pytest.mark.parametrize("chosen", [[], ["x"], ["9" * 30], ["\x00"], ["987654"]])
def test_nothing_chosen_leads_back(head, chosen):
    assert head.post(f"{LIST}predavane/", {"z": chosen}).status_code == 302


def test_the_list_asks_the_same_number_of_queries(sliven, specialist, head, queries):
    def make(count):
        for _n in range(count):
            person = PersonFactory(municipality=sliven)
            ApplicationFactory(municipality=sliven, person=person, owner=head.user)

    for client, who in ((specialist, "specialist"), (head, "head")):
        queries.assert_same(client, f"{LIST}?vid=all", make, name=f"applications/{who}")
    queries.assert_same(specialist, REGISTER, make, name="applications/register")


# The register


def test_the_register_stands_in_the_order_of_registration_either_way(rows, specialist):
    order = [rows[name].number for name in ("new", "mine", "waiting", "late", "closed")]
    assert numbers(specialist.get(REGISTER, {"red": "1"})) == order
    assert numbers(specialist.get(REGISTER)) == order[::-1]


def test_the_register_is_narrowed_by_day_year_kind_and_channel(sliven, specialist):
    kind = ApplicationKindFactory(municipality=sliven, code="zlp")
    now = timezone.now()
    old = ApplicationFactory(
        municipality=sliven, registered_at=now - 40 * DAY, number_year=2025, kind=kind,
        channel="ssev",
    )  # fmt: skip
    new = ApplicationFactory(municipality=sliven, registered_at=now)
    day = f"{timezone.localdate() - 40 * DAY:%d.%m.%Y}"
    for params in ({"godina": "2025"}, {"ot": day, "do": day}, {"dokument": "zlp"},
                   {"kanal": "ssev"}):  # fmt: skip
        assert numbers(specialist.get(REGISTER, params)) == [old.number], params
    today = f"{timezone.localdate():%d.%m.%Y}"
    assert numbers(specialist.get(REGISTER, {"ot": today})) == [new.number]


def words_of(answer) -> str:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return book.read("xl/sharedStrings.xml").decode()


def test_taken_out_with_names_by_the_head_only_and_kept_on_record(rows, specialist, head, sliven):
    mine = specialist.post(f"{REGISTER}iznos/")
    theirs = head.post(f"{REGISTER}iznos/")
    assert "Измислена" not in words_of(mine)
    assert "Измислена" in words_of(theirs)
    assert rows["new"].number in words_of(mine)
    kept = [one for one in rows_of(sliven, AccessEvent) if one.action == "exported"]
    assert [one.rows for one in kept] == [5, 5]
    assert sorted(one.reason.endswith("с имена") for one in kept) == [False, True]


def test_what_was_searched_for_is_what_is_taken_out(rows, sliven, specialist):
    found = find(specialist, rows["late"].number, REGISTER)
    answer = specialist.post(f"{REGISTER}iznos/", {"t": found.context["word"]})
    assert rows["late"].number in words_of(answer)
    assert rows["new"].number not in words_of(answer)
    over = specialist.post(f"{REGISTER}iznos/", {"t": "zabraveno"})
    assert over.status_code == 302


@pytest.mark.parametrize("role", ["manager", "provider", "administrator", "dpo", "operator"])
def test_others_have_no_list_and_no_register(request, role):
    client = request.getfixturevalue(role)
    assert client.get(LIST).status_code == 403
    assert client.get(REGISTER).status_code == 403
    assert client.post(f"{REGISTER}iznos/").status_code == 403


def test_the_page_of_one_asks_the_same_number_of_queries(sliven, specialist, colleague, queries):
    row = ApplicationFactory(municipality=sliven, owner=specialist.user, state="in_work")

    def make(count):
        with municipality_scope(sliven):
            for number in range(count):
                handling.note(application=row, by=colleague.user, text=f"Бележка {number}")
                Attachment.objects.create(
                    municipality=sliven, application=row, name=f"akt-{number}.pdf", size=3,
                    content_type="application/pdf", path=f"{sliven.pk}/{number:032}",
                    added_by=colleague.user,
                )  # fmt: skip
                ApplicationFactory(municipality=sliven, kind=row.kind, from_alert=row)

    specialist.get(f"{LIST}{row.pk}/")  # the look is kept once in a while
    queries.assert_same(specialist, f"{LIST}{row.pk}/", make, name="applications/page")
