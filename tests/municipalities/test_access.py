"""The data-protection officer's pages: who saw what, what was changed, and the export."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from frontoffice.models import Consultation
from municipalities.audit import AccessEvent
from municipalities.exports import Column, xlsx
from municipalities.models import Membership, Role
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.municipalities.test_team import text, without_marks
from tests.support import people

pytestmark = pytest.mark.django_db

LOG, EXPORT = "/zashtita/", "/zashtita/iznasyane/"
CONSULTATION = "frontoffice.consultation"


def look(municipality, user, **facts) -> AccessEvent:
    with municipality_scope(municipality):
        return AccessEvent.objects.create(
            **{
                "municipality": municipality,
                "user": user,
                "role": Role.SPECIALIST,
                "action": "viewed",
                "subject_kind": CONSULTATION,
                "subject_id": 1,
                "path": "/rabotno-myasto/konsultatsii/1/",
                **facts,
            }
        )


def found(response) -> list[str]:
    return [event.path for event in response.context["page_obj"]]


# The log


def test_the_officer_arrives_at_the_log_and_sees_who_looked(dpo, specialist, sliven):
    look(sliven, specialist.user, subject_id=42, reason="по телефона")
    assert dpo.get("/vhod/").url == LOG
    page = text(dpo.get(LOG))
    assert specialist.user.name in page
    assert "Консултация №\xa042" in page
    assert "преглед" in page
    assert "по телефона" in page


def test_the_officer_sees_only_their_own_municipality(dpo, elena_specialist, elena):
    look(elena, elena_specialist.user, subject_id=42, path="/elena/")
    consultation = factories.ConsultationFactory(municipality=elena)
    assert found(dpo.get(LOG)) == []
    assert elena_specialist.user.name not in text(dpo.get(LOG))
    missing = dpo.get(f"{LOG}zapis/{CONSULTATION}/999999/")
    for path in (
        f"zapis/{CONSULTATION}/42/",
        f"zapis/{CONSULTATION}/{consultation.pk}/",
        f"zapis/municipalities.membership/{elena_specialist.membership.pk}/",
        f"chovek/{elena_specialist.user.pk}/",
    ):
        answer = dpo.get(LOG + path)
        assert answer.status_code == 404
        assert without_marks(answer) == without_marks(missing)
    filtered = dpo.get(LOG, {"koy": elena_specialist.user.pk})
    assert elena_specialist.user.name not in text(filtered)
    cells = sheet(dpo.post(EXPORT))
    assert not any("/elena/" in row for row in cells)


@pytest.mark.parametrize(
    "who", ["specialist", "head", "manager", "administrator", "provider", "operator"]
)
def test_nobody_else_enters(request, who, sliven):
    client = request.getfixturevalue(who)
    event = look(sliven, client.user)
    for path in ("", f"zapis/{CONSULTATION}/1/", f"chovek/{event.user_id}/"):
        assert client.get(LOG + path).status_code == 403
    assert client.post(EXPORT).status_code == 403


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({"deystvie": "printed"}, ["/b/"]),
        ({"vid": "municipalities.membership"}, ["/c/"]),
        ({"nomer": "7"}, ["/b/"]),
        ({"stranitsa": "C/"}, ["/c/"]),
        ({"ot": "01.11.2026", "do": "01.11.2026"}, ["/a/"]),
        ({"do": "31.10.2026"}, ["/old/"]),
        ({"ot": "01.01.0001", "do": "31.12.9999"}, ["/c/", "/b/", "/a/", "/old/"]),
        ({}, ["/c/", "/b/", "/a/"]),
        ({"red": "nai-stari"}, ["/a/", "/b/", "/c/"]),
        ({"ot": "x", "nomer": "-1", "vid": "\x00", "page": "9" * 30}, None),
    ],
)
def test_filters(dpo, sliven, time_machine, query, paths):
    sofia = dt.timezone(dt.timedelta(hours=2))
    time_machine.move_to(dt.datetime(2026, 11, 21, 12, tzinfo=sofia))
    user = factories.UserFactory()
    look(sliven, user, path="/old/", at=dt.datetime(2026, 10, 1, tzinfo=sofia))
    look(sliven, user, path="/a/", at=dt.datetime(2026, 11, 1, 0, 1, tzinfo=sofia))
    look(
        sliven,
        user,
        path="/b/",
        action="printed",
        subject_id=7,
        at=dt.datetime(2026, 11, 2, tzinfo=sofia),
    )
    look(sliven, user, path="/c/", subject_kind="municipalities.membership")
    answer = dpo.get(LOG, query)
    assert answer.status_code == 200
    if paths is not None:
        assert found(answer) == paths


def test_filter_by_person(dpo, specialist, colleague, sliven):
    look(sliven, specialist.user, path="/a/")
    look(sliven, colleague.user, path="/b/")
    assert found(dpo.get(LOG, {"koy": colleague.user.pk})) == ["/b/"]


def test_a_person_shows_what_they_looked_at(dpo, specialist, colleague, sliven):
    look(sliven, specialist.user, path="/a/")
    look(sliven, specialist.user, path="/b/", action="revealed")
    look(sliven, colleague.user, path="/c/")
    answer = dpo.get(f"{LOG}chovek/{specialist.user.pk}/")
    assert found(answer) == ["/b/", "/a/"]
    assert "показан идентификатор" in text(answer).lower()


# One record


def test_a_record_shows_who_looked_and_what_was_changed(dpo, specialist, sliven):
    consultation = factories.ConsultationFactory(
        municipality=sliven, specialist=specialist.user, note="първо"
    )
    specialist.get(f"/rabotno-myasto/konsultatsii/{consultation.pk}/")
    look(sliven, specialist.user, subject_id=consultation.pk)
    with municipality_scope(sliven):
        consultation.note = "второ"
        consultation.channel = Consultation.Channel.EMAIL
        consultation.save()
    answer = dpo.get(f"{LOG}zapis/{CONSULTATION}/{consultation.pk}/")
    page = text(answer)
    assert specialist.user.name in page
    newest, oldest = answer.context["steps"]
    assert {(c.name, c.before, c.after) for c in newest.changes} == {
        ("Бележка", "първо", "второ"),
        ("Канал", "Телефон", "Е-поща"),
    }
    assert newest.what == "Променен"
    assert ("Специалист", "–", str(specialist.user)) in {
        (c.name, c.before, c.after) for c in oldest.changes
    }


def test_a_change_says_who_and_from_which_page(dpo, administrator, specialist):
    administrator.post(f"/obshtina/hora/roli/{specialist.membership.pk}/kray/")
    pk = specialist.membership.pk
    answer = dpo.get(f"{LOG}zapis/municipalities.membership/{pk}/")
    step = answer.context["steps"][0]
    assert step.who == administrator.user.name
    assert step.path == f"/obshtina/hora/roli/{pk}/kray/"
    assert [change.name for change in step.changes] == ["Прекратена на"]


def test_the_officers_own_look_at_changes_is_recorded(dpo, sliven):
    consultation = factories.ConsultationFactory(municipality=sliven)
    dpo.get(f"{LOG}zapis/{CONSULTATION}/{consultation.pk}/")
    with municipality_scope(sliven):
        event = AccessEvent.objects.get()
    assert (event.user_id, event.subject_id, event.action) == (
        dpo.user.pk,
        consultation.pk,
        "viewed",
    )


def test_secrets_are_said_to_have_changed_and_not_shown(dpo, specialist, sliven):
    from frontoffice.models_people import Person
    from municipalities import secrets

    def token(number):
        return {
            "identifier": secrets.encrypt(number),
            "identifier_index": secrets.blind_index(number, municipality=sliven, purpose="egn"),
        }

    with municipality_scope(sliven):
        person = Person.objects.create(
            municipality=sliven,
            given_name="Проба",
            identifier_kind="egn",
            needs=["sign_language"],
            created_by=specialist.user,
            **token("7523169263"),
        )
        for name, value in token("8032056031").items():
            setattr(person, name, value)
        person.save()
    answer = dpo.get(f"{LOG}zapis/frontoffice.person/{person.pk}/")
    (change,) = answer.context["steps"][0].changes
    assert (change.name, change.before, change.after) == (
        "ЕГН или ЛНЧ",
        "•••••• (скрито)",
        "•••••• (скрито)",
    )
    page = text(answer)
    assert "7523169263" not in page
    assert "8032056031" not in page
    assert "Български жестов език" in page


def test_a_long_history_has_pages_that_join(dpo, specialist, sliven):
    with municipality_scope(sliven):
        membership = Membership.objects.get(pk=specialist.membership.pk)
        for n in range(30):
            membership.job_title = f"длъжност {n}"
            membership.save()
    path = f"{LOG}zapis/municipalities.membership/{membership.pk}/"
    first, second = dpo.get(path), dpo.get(path, {"promeni": 2})
    steps = first.context["steps"] + second.context["steps"]
    assert len(steps) == 31
    assert [s.changes[0].before for s in steps[:30]] == [
        *(f"длъжност {n}" for n in range(28, -1, -1)),
        "–",
    ]


@pytest.mark.parametrize("kind", ["x", "frontoffice.nothing", "a%00b", "auth.user", "<b>.x"])
def test_unknown_kinds_are_missing(dpo, kind):
    assert dpo.get(f"{LOG}zapis/{kind}/1/").status_code == 404
    assert dpo.get(f"{LOG}zapis/{CONSULTATION}/{2**70}/").status_code == 404


# The export


def cells_of(workbook: bytes) -> list[list[str]]:
    """Return the sheet's cells as text, formulas included, so that one would be seen."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        shared = [
            "".join(part.text or "" for part in item.iter(f"{space}t"))
            for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        ]
        rows = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter(f"{space}row")
        table = []
        for row in rows:
            cells = []
            for cell in row:
                assert cell.find(f"{space}f") is None, "a formula"
                value = cell.findtext(f"{space}v") or ""
                cells.append(shared[int(value)] if cell.get("t") == "s" else value)
            table.append(cells)
    return table


def sheet(response) -> list[list[str]]:
    assert response.status_code == 200
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    return cells_of(response.content)


def test_the_export_holds_what_the_filters_show_and_is_recorded(dpo, specialist, sliven):
    specialist.user.name = "=HYPERLINK(1)"
    specialist.user.save()
    event = look(sliven, specialist.user, action="printed", subject_id=7, reason="+1")
    look(sliven, specialist.user, path="/other/")
    answer = dpo.post(EXPORT, {"deystvie": "printed"})
    heading, row = sheet(answer)
    assert heading[:3] == ["Кога", "Кой", "Е-поща"]
    days_since_1900 = float(row[0])
    moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=days_since_1900)
    local = timezone.localtime(event.at).replace(tzinfo=None)
    assert abs(moment - local) < dt.timedelta(seconds=1)
    assert row[1:] == [
        "=HYPERLINK(1)",
        specialist.user.email,
        "специалист",
        "печат",
        "Консултация",
        "7",
        "1",
        "/rabotno-myasto/konsultatsii/1/",
        "+1",
    ]
    assert f"dostap-sliven-{timezone.localdate():%Y-%m-%d}.xlsx" in answer["Content-Disposition"]
    with municipality_scope(sliven):
        kept = AccessEvent.objects.get(action="exported")
    assert (kept.user_id, kept.rows, kept.subject_kind) == (
        dpo.user.pk,
        1,
        "municipalities.accessevent",
    )
    assert "deystvie=printed" in kept.reason


def test_an_export_is_asked_for_and_with_right_filters(dpo):
    assert dpo.get(EXPORT).status_code == 405
    assert dpo.post(EXPORT, {"ot": "x"}).url == LOG


def test_too_much_is_not_exported(dpo, specialist, sliven, monkeypatch):
    monkeypatch.setattr("municipalities.views.access.MOST_EXPORTED", 1)
    look(sliven, specialist.user)
    look(sliven, specialist.user)
    assert dpo.post(EXPORT).url == LOG
    with municipality_scope(sliven):
        assert not AccessEvent.objects.filter(action="exported").exists()


def test_values_are_written_as_what_they_are():
    values = [
        "=1+1",
        "@SUM(1)",
        "-3",
        "http://example.bg",
        "007",
        True,
        3,
        dt.date(2026, 3, 1),
    ]
    workbook = xlsx("Проба", [Column("Стойност", lambda value: value)], values)
    written = [row[0] for row in cells_of(workbook)[1:]]
    assert written == ["=1+1", "@SUM(1)", "-3", "http://example.bg", "007", "да", "3", "46082"]
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert not any(
            "hyperlink" in archive.read(n).decode().lower()
            for n in archive.namelist()
            if n.startswith("xl/worksheets")
        )


def test_text_that_no_spreadsheet_can_hold_is_cut_and_cleaned():
    workbook = xlsx(
        "Проба",
        [Column("Текст", str)],
        ["а" * 40_000, "\x00\x0b\ud800".encode("utf-8", "replace").decode()],
    )
    assert len(cells_of(workbook)[1][0]) == 32_767


# Counts


def test_the_log_takes_the_same_queries_for_few_and_many(dpo, sliven, queries):
    queries.assert_same(
        dpo,
        LOG,
        lambda n: [look(sliven, factories.UserFactory(), subject_id=i) for i in range(1, n + 1)],
        name="access: log",
        at_most=14,
    )


def test_a_history_takes_the_same_queries_for_few_and_many(dpo, sliven, office, queries):
    membership = factories.MembershipFactory(municipality=sliven, office=office)

    def change(n):
        with municipality_scope(sliven):
            for _ in range(n):
                membership.job_title += "а"
                membership.save()
        for _ in range(n):
            look(
                sliven,
                factories.UserFactory(),
                subject_kind="municipalities.membership",
                subject_id=membership.pk,
            )

    queries.assert_same(
        dpo,
        f"{LOG}zapis/municipalities.membership/{membership.pk}/",
        change,
        name="access: record",
        at_most=18,
    )


def test_only_people_of_the_municipality_are_offered(dpo, specialist, elena_specialist):
    page = text(dpo.get(LOG))
    offered = {
        client for client in (dpo, specialist) if f'<option value="{client.user.pk}"' in page
    }
    assert offered == {dpo, specialist}
    assert f'<option value="{elena_specialist.user.pk}"' not in page


def test_an_officer_of_two_municipalities_sees_the_chosen_one(elena, sliven, specialist):
    officer = people.member(sliven, Role.DATA_PROTECTION_OFFICER)
    other = factories.MembershipFactory(
        municipality=elena, user=officer.user, role=Role.DATA_PROTECTION_OFFICER
    )
    look(sliven, specialist.user, path="/sliven/")
    look(elena, specialist.user, path="/elena/")
    assert found(officer.get(LOG)) == ["/sliven/"]
    officer.post("/profil/", {"membership": other.pk})
    assert found(officer.get(LOG)) == ["/elena/"]
