"""Norms and who meets them, in the admin; a person's own record."""

import io

import openpyxl
import pytest
from django.utils import timezone

from municipalities.models import Role
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from municipalities.uploads import CheckedFile, store
from tests.factories import MembershipFactory, UserFactory
from tests.factories_projects import ParticipantFactory, ProjectFactory, TraineeFactory
from tests.projects.test_admin import errors, filled
from tests.support.people import rows_of
from tests.trainings.test_merging import certify
from tests.trainings.test_record import Unit, What, attended, norm, supervised
from trainings.models import Certificate, DevelopmentNorm, Trainee

LIST = "/admin/trainings/developmentnorm/"
PAGE = f"{LIST}izpalnenie/"
OWN = "/moite-obucheniya/"


def text_of(client, url, **data) -> str:
    response = client.get(url, data)
    assert response.status_code == 200
    return response.content.decode()


def people_in(text: str) -> list[str]:
    part = text.split('bypeople"', 1)[-1].split("</table>", 1)[0]
    return [name for name in ("Ани", "Боян", "Вяра") if f">{name}</a>" in part]


@pytest.fixture
def three(sliven) -> dict[str, Trainee]:
    """Ани has met what is asked, Боян a half of it, Вяра nothing."""
    norm(sliven, What.TRAINING, 16)
    rows = {n: TraineeFactory(municipality=sliven, name=n) for n in ("Ани", "Боян", "Вяра")}
    attended(rows["Ани"], 16)
    attended(rows["Боян"], 8)
    return rows


# Who meets them


def test_the_page_says_what_each_lacks(manager, three):
    text = text_of(manager, PAGE, godina="2026")
    assert people_in(text) == ["Ани", "Боян", "Вяра"]
    assert text.index(">Вяра</a>") < text.index(">Ани</a>"), "who lacks something stands first"
    assert "8\xa0часа" in text
    assert "1 от 3" in text
    assert "непотвърдена норма" in text


def test_filters_narrow_the_people(manager, sliven, three):
    project = ProjectFactory(municipality=sliven)
    supervised(three["Вяра"], project=project)
    MembershipFactory(municipality=sliven, role=Role.HEAD, user=(user := UserFactory()))
    with municipality_scope(sliven):
        Trainee.objects.filter(name="Боян").update(user=user)
    for asked, found in (
        ({"sastoyanie": "lipsva"}, ["Боян", "Вяра"]),
        ({"sastoyanie": "izpalneno"}, ["Ани"]),
        ({"ime": "аНИ"}, ["Ани"]),
        ({"proekt": project.pk}, ["Вяра"]),
        ({"za": "desk"}, ["Боян"]),
        ({"za": "providers"}, []),
        ({"godina": "2025", "sastoyanie": "lipsva"}, ["Ани", "Боян", "Вяра"]),
    ):
        assert people_in(text_of(manager, PAGE, **{"godina": "2026", **asked})) == found, asked


@pytest.mark.parametrize(
    "value", ["", "x", "\x00", "9" * 30, "-1", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_nonsense_in_the_address_asks_for_everything(manager, three, value):
    for name in ("godina", "za", "proekt", "norma", "sastoyanie", "page"):
        assert people_in(text_of(manager, PAGE, **{name: value})) == ["Ани", "Боян", "Вяра"]
    assert manager.get(PAGE, {"ime": value}).status_code == 200


def test_the_workbook_has_what_the_page_shows(manager, three):
    response = manager.get(f"{PAGE}xlsx/", {"godina": "2026", "sastoyanie": "lipsva"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    column = {name: number for number, name in enumerate(rows[0])}
    assert [(row[column["Име"]], row[column["Липсва"]]) for row in rows[1:]] == [
        ("Боян", 8),
        ("Вяра", 16),
    ]


def test_those_of_the_desk_whom_nobody_keeps_are_added(manager, sliven, elena):
    MembershipFactory(municipality=sliven, role=Role.SPECIALIST)
    MembershipFactory(municipality=elena, role=Role.SPECIALIST)
    MembershipFactory(municipality=sliven, role=Role.ADMINISTRATOR)
    assert "1\xa0служител на фронт-офиса още не е" in text_of(manager, PAGE)
    for _ in range(2):
        assert manager.post(f"{PAGE}dobavyane/").status_code == 302
    assert len(rows_of(sliven, Trainee)) == 1
    assert "още не е" not in text_of(manager, PAGE)


def test_a_municipality_without_amounts_is_told_so(manager, sliven):
    begin(sliven)
    assert "няма стойност" in text_of(manager, PAGE)


def test_another_municipality_sees_its_own(elena_manager, three):
    assert people_in(text_of(elena_manager, PAGE)) == []
    assert (
        elena_manager.get(f"/admin/trainings/trainee/{three['Ани'].pk}/zapis/").status_code == 404
    )


@pytest.mark.parametrize("role", ["specialist", "head", "administrator", "provider", "operator"])
def test_only_managers_see_who_lacks_what(request, role, three):
    client = request.getfixturevalue(role)
    record = f"/admin/trainings/trainee/{three['Ани'].pk}/zapis/"
    for url in (PAGE, f"{PAGE}xlsx/", record):
        assert client.get(url).status_code in {302, 403}, url
    assert client.post(f"{PAGE}dobavyane/").status_code in {302, 403}


def test_the_page_costs_the_same_for_any_number(manager, queries, sliven):
    norm(sliven, What.TRAINING, 16)

    def make(n):
        for row in TraineeFactory.create_batch(n, municipality=sliven):
            attended(row, 8)
            supervised(row)

    queries.assert_same(manager, PAGE, make, name="admin: norms met", at_most=20)


def test_the_lists_cost_the_same_for_any_number(manager, queries, sliven):
    def make(n):
        for _ in range(n):
            norm(sliven, What.TRAINING, 16)
            TraineeFactory(municipality=sliven, user=UserFactory())

    queries.assert_same(manager, LIST, make, name="admin: norms of learning", at_most=20)
    queries.assert_same(
        manager, "/admin/trainings/trainee/", make, name="admin: trainees", at_most=20
    )


# A norm


def test_a_norm_is_added_and_marked_until_it_is_verified(manager, sliven):
    add = f"{LIST}add/"
    facts = {"what": "supervision", "applies_to": "all", "value": "4", "unit": "times"}
    response = manager.post(add, filled(manager, add, **facts))
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, DevelopmentNorm)
    assert row.code.startswith("own-")
    text = text_of(manager, LIST)
    assert "4\xa0пъти" in text
    assert "непотвърдено" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"what": "team", "unit": "days", "value": "30"}, "само за обучение"),
        ({"unit": "times", "value": "1,5"}, "цяло число"),
        ({"is_verified": "on", "value": "8"}, "кога сте сверили"),
        ({"is_verified": "on", "verified_on": "01.03.2026"}, "има стойност"),
        ({"value": "0"}, "по-голяма или равна"),
        ({"valid_from": "02.03.2026", "valid_to": "01.03.2026"}, "преди началната"),
    ],
)
def test_a_norm_that_cannot_be_is_refused(manager, sliven, changes, words):
    add = f"{LIST}add/"
    response = manager.post(add, filled(manager, add, **{"what": "training", **changes}))
    assert words in errors(response)
    assert rows_of(sliven, DevelopmentNorm) == []


def test_shipped_norms_stay(manager, sliven):
    begin(sliven)
    row = rows_of(sliven, DevelopmentNorm)[0]
    assert manager.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    own = norm(sliven, What.TEAM, 1, code="own-1")
    assert manager.post(f"{LIST}{own.pk}/delete/", {"post": "yes"}).status_code == 302


# One's own


def test_a_record_of_a_person(manager, three):
    supervised(three["Боян"], supervisor="Вера Супервизор")
    text = text_of(manager, f"/admin/trainings/trainee/{three['Боян'].pk}/zapis/", godina="2026")
    assert "Вера Супервизор" in text
    assert "8\xa0часа" in text


def test_everybody_sees_their_own_and_nobody_elses(specialist, sliven, three):
    assert "Още не сте записани" in text_of(specialist, OWN)
    with municipality_scope(sliven):
        Trainee.objects.filter(name="Боян").update(user=specialist.user)
    supervised(three["Боян"], supervisor="Моят супервизор")
    supervised(three["Ани"], supervisor="Чуждият супервизор")
    text = text_of(specialist, OWN, godina="2026")
    assert "Моят супервизор" in text
    assert "Чуждият супервизор" not in text
    assert "8\xa0часа" in text


def test_a_providers_person_sees_their_own(provider, sliven):
    row = TraineeFactory(municipality=sliven, user=provider.user)
    supervised(row, supervisor="Моят супервизор")
    assert "Моят супервизор" in text_of(provider, OWN, godina="2026")


def test_of_two_municipalities_one_reads_where_one_works(specialist, elena):
    row = TraineeFactory(municipality=elena, user=specialist.user)
    supervised(row, supervisor="В другата община")
    assert "Още не сте записани" in text_of(specialist, OWN, godina="2026")


def test_ones_own_certificate_and_no_other(specialist, sliven, tmp_path, settings):
    mine = TraineeFactory(municipality=sliven, user=specialist.user)
    papers = {}
    for name, trainee in (("mine", mine), ("other", TraineeFactory(municipality=sliven))):
        row = ParticipantFactory(municipality=sliven, trainee=trainee)
        with municipality_scope(sliven):
            papers[name] = certify(row, f"УД-{name}")
    path = store(sliven, CheckedFile(b"%PDF-1.7 mine", "a.pdf", "application/pdf"))
    with municipality_scope(sliven):
        Certificate.objects.update(path=path)
    response = specialist.get(f"{OWN}udostoverenie/{papers['mine'].pk}/")
    assert response.status_code == 200
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    foreign = specialist.get(f"{OWN}udostoverenie/{papers['other'].pk}/")
    missing = specialist.get(f"{OWN}udostoverenie/999999/")
    assert foreign.status_code == missing.status_code == 404
    with municipality_scope(sliven):
        Certificate.objects.filter(pk=papers["mine"].pk).update(revoked_on="2026-03-03")
    assert specialist.get(f"{OWN}udostoverenie/{papers['mine'].pk}/").status_code == 404


def test_today_says_what_is_missing_and_what_comes(specialist, sliven):
    desk = "/rabotno-myasto/"
    assert "Моите обучения</h2>" not in text_of(specialist, desk)
    mine = TraineeFactory(municipality=sliven, user=specialist.user)
    assert "Моите обучения</h2>" not in text_of(specialist, desk)
    norm(sliven, What.SUPERVISION, 2, Unit.TIMES, applies_to="desk")
    text = text_of(specialist, desk)
    assert "Моите обучения</h2>" in text
    assert "2\xa0пъти" in text
    assert OWN in text
    coming = attended(mine, state="enrolled", ends_on=timezone.localdate()).training
    text = text_of(specialist, desk)
    assert coming.title in text
    assert coming.title in text_of(specialist, OWN).split("Предстои ви", 1)[1]


def test_what_waits_for_a_manager_names_them(manager, elena_manager, three):
    assert "2\xa0души с неизпълнени норми" in text_of(manager, "/admin/")
    assert "неизпълнени норми" not in text_of(elena_manager, "/admin/")
