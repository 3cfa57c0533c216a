"""The pages of a training in the admin: many enrolled at once, the sheet, who may."""

import datetime as dt

import pytest

from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from tests.factories import MembershipFactory, UserFactory
from tests.factories_projects import ParticipantFactory, TraineeFactory, TrainingFactory
from tests.projects.test_admin import filled
from trainings.models import (
    Attendance,
    Evaluation,
    Trainee,
    Training,
    TrainingParticipant,
    TrainingSession,
)

pytestmark = pytest.mark.django_db
PAGES = ("hod", "zapisvane", "prisastvie", "udostovereniya", "otsenka")


@pytest.fixture
def training(sliven) -> Training:
    row = TrainingFactory(municipality=sliven, title="Работа с хора")
    for day in (2, 3):
        with municipality_scope(sliven):
            TrainingSession.objects.create(
                municipality=sliven, training=row, day=dt.date(2026, 3, day), academic_hours=4
            )
    return row


def page(training, name: str) -> str:
    return f"/admin/trainings/training/{training.pk}/{name}/"


def rows(sliven, model) -> list:
    with municipality_scope(sliven):
        return list(model.objects.order_by("pk"))


def test_everybody_of_the_office_is_enrolled_at_once_and_once(manager, sliven, office, training):
    for name in ("Ани", "Боян", "Вяра"):
        MembershipFactory(
            municipality=sliven, role=Role.SPECIALIST, office=office, user=UserFactory(name=name)
        )
    url = f"{page(training, 'zapisvane')}?ot=office-{office.pk}"
    text = manager.get(url).content.decode()
    assert "Запиши всички 3" in text
    for _ in range(2):
        manager.post(url, {"what": "all"})
    assert sorted(row.name for row in rows(sliven, Trainee)) == ["Ани", "Боян", "Вяра"]
    assert len(rows(sliven, TrainingParticipant)) == 3


def test_the_chosen_are_enrolled_and_one_cancels(manager, sliven, training):
    people = TraineeFactory.create_batch(3, municipality=sliven)
    with municipality_scope(sliven):
        Training.objects.update(capacity=1)
    url = page(training, "zapisvane")
    answer = manager.post(
        url, {"what": "chosen", "who": [f"t{p.pk}" for p in people[:2]]}, follow=True
    )
    text = answer.content.decode()
    assert "Записани: 1. Чакат място: 1." in text
    assert "1-и поред" in text
    first, _second = rows(sliven, TrainingParticipant)
    text = manager.post(url, {"what": f"cancel-{first.pk}"}, follow=True).content.decode()
    assert f"Мястото получава: {people[1].name}." in text
    nobody = manager.post(url, {"what": "chosen", "who": ["t0", "u9999999", "\x00", "t" * 99]})
    assert nobody.status_code == 302
    for wrong in ("cancel-x", "cancel-999999", f"cancel-{'9' * 30}"):
        assert manager.post(url, {"what": wrong}).status_code == 404


def test_a_new_person_is_asked_for_where_the_name_is_there(manager, sliven, training):
    TraineeFactory(municipality=sliven, name="Иван Иванов", organisation="ДСП")
    url = page(training, "zapisvane")
    facts = {"what": "person", "name": "иван иванов", "organisation": "Дом"}
    answer = manager.post(url, facts)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Вече има човек с това име." in text
    assert "Иван Иванов (ДСП)" in text
    assert manager.post(url, facts | {"is_other": "on"}).status_code == 302
    _known, made = rows(sliven, Trainee)
    assert made.organisation == "Дом"
    assert [row.trainee_id for row in rows(sliven, TrainingParticipant)] == [made.pk]
    assert manager.post(url, {"what": "person", "name": "a\x00"}).status_code == 422


def test_the_sheet_is_kept_and_everybody_of_a_day_is_ticked(manager, sliven, training):
    one, two = ParticipantFactory.create_batch(
        2, municipality=sliven, training=training, state="enrolled"
    )
    first, second = rows(sliven, TrainingSession)
    url = page(training, "prisastvie")
    sheet = {"people": f"{one.pk},{two.pk}", "sessions": f"{first.pk},{second.pk}"}
    manager.post(url, {**sheet, "m": [f"{one.pk}-{second.pk}"], "all": str(first.pk)})
    pairs = {(a.participant_id, a.session_id) for a in rows(sliven, Attendance)}
    assert pairs == {(one.pk, first.pk), (one.pk, second.pk), (two.pk, first.pk)}
    assert manager.get(url).content.decode().count(" checked") == 3
    bad = {"people": "x,,9" + "9" * 40, "sessions": "\x00", "m": ["-", "1", "a-b"], "all": "²"}
    assert manager.post(url, bad).status_code == 302
    assert len(rows(sliven, Attendance)) == 3
    manager.post(url, sheet)
    assert rows(sliven, Attendance) == []
    assert {row.state for row in rows(sliven, TrainingParticipant)} == {"enrolled"}


def test_a_training_without_sessions_has_one_mark_a_person(manager, sliven):
    training = TrainingFactory(municipality=sliven)
    one, two = ParticipantFactory.create_batch(
        2, municipality=sliven, training=training, state="enrolled"
    )
    url = page(training, "prisastvie")
    manager.post(url, {"people": f"{one.pk},{two.pk}", "came": [str(two.pk)]})
    assert [row.state for row in rows(sliven, TrainingParticipant)] == ["enrolled", "attended"]


def test_the_step_to_held_says_what_is_missing(manager, sliven, training):
    ParticipantFactory(municipality=sliven, training=training, state="enrolled")
    url = page(training, "hod")
    text = manager.post(url, {"step": "done"}, follow=True).content.decode()
    assert "Няма отбелязано присъствие" in text
    with municipality_scope(sliven):
        TrainingSession.objects.update(academic_hours=1)
    assert "Занятията са общо 2 учебни часа, с 6 по-малко" in manager.get(url).content.decode()
    assert manager.post(url, {"step": "няма"}).status_code == 302


def test_what_was_held_is_read_and_not_changed(manager, sliven, training):
    ParticipantFactory(municipality=sliven, training=training)
    url = page(training, "change")
    sent = filled(manager, url, title="Друга тема", trainer="Вера")
    sent |= {"participants-0-state": "absent", "sessions-0-academic_hours": "2"}
    with municipality_scope(sliven):
        Training.objects.update(state="done")
    text = manager.get(url).content.decode()
    assert "Участник" in text
    assert 'name="title"' not in text
    assert 'name="participants-0-state"' not in text
    assert manager.post(url, sent).status_code == 302
    (row,) = rows(sliven, Training)
    assert (row.title, row.trainer) == ("Работа с хора", "Вера")
    assert rows(sliven, TrainingParticipant)[0].state == "attended"
    assert rows(sliven, TrainingSession)[0].academic_hours == 4


def test_a_session_that_is_no_more_takes_its_hours_along(manager, sliven, training):
    row = ParticipantFactory(municipality=sliven, training=training, state="enrolled")
    sheet = {"people": str(row.pk), "sessions": "", "m": []}
    for session in rows(sliven, TrainingSession):
        sheet["m"].append(f"{row.pk}-{session.pk}")
        sheet["sessions"] += f"{session.pk},"
    manager.post(page(training, "prisastvie"), sheet)
    assert rows(sliven, TrainingParticipant)[0].academic_hours == 8
    url = page(training, "change")
    text = manager.post(url, filled(manager, url) | {"sessions-1-DELETE": "on"}, follow=True)
    assert "Занятията са общо 4 учебни часа" in text.content.decode()
    (kept,) = rows(sliven, TrainingParticipant)
    assert (kept.academic_hours, kept.state) == (4, "attended")


def test_more_places_in_the_form_move_those_who_wait(manager, sliven, training):
    with municipality_scope(sliven):
        Training.objects.update(capacity=0)
    ParticipantFactory(municipality=sliven, training=training, state="waiting")
    url = page(training, "change")
    text = manager.post(url, filled(manager, url, capacity="1"), follow=True).content.decode()
    assert "има място и е в обучението" in text
    assert rows(sliven, TrainingParticipant)[0].state == "enrolled"


@pytest.mark.parametrize("name", PAGES)
def test_a_foreign_training_is_not_there(elena_manager, training, name):
    foreign, missing = page(training, name), page(Training(pk=999_999), name)
    for method in (elena_manager.get, elena_manager.post):
        assert (method(foreign).status_code, method(missing).status_code) == (404, 404)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["specialist", "administrator", "provider"])
def test_only_managers_open_its_pages(request, role, training, name):
    assert request.getfixturevalue(role).get(page(training, name)).status_code in (302, 403)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_same_for_any_number_of_people(manager, queries, sliven, training, name):
    sessions = rows(sliven, TrainingSession)

    def make(n):
        for _ in range(n):
            row = ParticipantFactory(municipality=sliven, training=training)
            ParticipantFactory(municipality=sliven)
            TraineeFactory(municipality=sliven)
            Attendance.objects.create(municipality=sliven, participant=row, session=sessions[0])
            Evaluation.objects.create(
                municipality=sliven, training=training, content=5, trainer=4, use=3, organisation=2
            )

    def inside(n):
        with municipality_scope(sliven):
            make(n)

    queries.assert_same(
        manager, page(training, name), inside, name=f"admin: a training, {name}", at_most=20
    )
