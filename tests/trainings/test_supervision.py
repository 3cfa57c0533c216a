"""Supervision in the admin: that it took place and who was there, never what was said."""

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from tests.factories import ProviderFactory
from tests.factories_projects import ProjectFactory, TraineeFactory
from tests.projects.test_admin import errors, filled
from tests.support.people import rows_of
from tests.trainings.test_record import supervised
from trainings.models import Supervision, SupervisionParticipant, Trainee

LIST = "/admin/trainings/supervision/"
ADD = f"{LIST}add/"


def sent(client, url=ADD, people=(), **changes) -> dict:
    facts = {"form": "group", "held_on": "02.03.2026", "hours": "1,5", "supervisor": "В. Пробна"}
    data = filled(client, url, **(facts if url == ADD else {}) | changes)
    return data | {"people": [getattr(person, "pk", person) for person in people]}


def names_of(supervision) -> set[str]:
    with municipality_scope(supervision.municipality):
        return set(supervision.participants.values_list("trainee__name", flat=True))


@pytest.fixture
def two(sliven) -> list[Trainee]:
    return [TraineeFactory(municipality=sliven, name=name) for name in ("Ани", "Боян")]


def test_a_supervision_is_recorded_with_who_was_there(manager, sliven, two):
    response = manager.post(ADD, sent(manager, people=two))
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, Supervision)
    assert (row.form, row.hours, row.held_on) == ("group", Decimal("1.5"), dt.date(2026, 3, 2))
    assert names_of(row) == {"Ани", "Боян"}
    text = manager.get(LIST).content.decode()
    assert re.search(r'field-how_many"[^>]*>2<', text)
    assert re.search(r'field-how_long"[^>]*>1,5<', text)


def test_nothing_asks_what_was_said():
    kept = {field.name for field in Supervision._meta.get_fields() if field.concrete}
    assert kept == {
        "id",
        "municipality",
        "project",
        "form",
        "held_on",
        "hours",
        "supervisor",
        "is_online",
        "form_key",
    }
    kept = {field.name for field in SupervisionParticipant._meta.get_fields()}
    assert kept == {"id", "municipality", "supervision", "trainee"}


@pytest.mark.parametrize(
    ("form", "count", "words"),
    [
        ("group", 0, "Изберете кой е участвал."),
        ("team", 1, "поне двама"),
        ("individual", 2, "е с един човек"),
    ],
)
def test_as_many_as_the_form_wants(manager, sliven, two, form, count, words):
    response = manager.post(ADD, sent(manager, people=two[:count], form=form))
    assert words in errors(response)
    assert rows_of(sliven, Supervision) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_on": "later"}, "Записват се само проведени"),
        ({"held_on": "01.01.0999"}, "Проверете годината"),
        ({"hours": "25"}, "най-много 24 часа"),
        ({"hours": "0"}, "по-голяма или равна"),
        ({"hours": "\x00"}, "Null"),
        ({"form": "secret"}, "валиден избор"),
    ],
)
def test_what_cannot_be_true_is_refused(manager, sliven, two, changes, words):
    later = timezone.localdate() + dt.timedelta(days=1)
    changes = {k: f"{later:%d.%m.%Y}" if v == "later" else v for k, v in changes.items()}
    response = manager.post(ADD, sent(manager, people=two, **changes))
    assert response.status_code == 200
    assert rows_of(sliven, Supervision) == []


@pytest.mark.parametrize("key", ["x", "\x00", "9" * 30, "-1"])
def test_nobody_is_found_by_what_is_no_key(manager, sliven, two, key):
    response = manager.post(ADD, sent(manager, people=[two[0], key]))
    assert "вече не е в списъка" in errors(response)


def test_somebody_of_another_municipality_is_not_there(manager, sliven, elena, two):
    stranger = TraineeFactory(municipality=elena)
    response = manager.post(ADD, sent(manager, people=[two[0], stranger]))
    assert errors(response)
    assert rows_of(sliven, Supervision) == []
    project = ProjectFactory(municipality=elena)
    response = manager.post(ADD, sent(manager, people=two, project=project.pk))
    assert "не е един от възможните избори" in errors(response)


def test_a_form_sent_twice_is_one_supervision(manager, sliven, two):
    data = sent(manager, people=two)
    assert uuid.UUID(data["sent_key"])
    first, second = (manager.post(ADD, data) for _ in range(2))
    assert first.status_code == second.status_code == 302
    (row,) = rows_of(sliven, Supervision)
    assert second["Location"] == f"{LIST}{row.pk}/change/"


def test_people_are_changed_and_stay_otherwise(manager, sliven, two):
    row = supervised(*two)
    change = f"{LIST}{row.pk}/change/"
    third = TraineeFactory(municipality=sliven, name="Вяра")
    kept = {part.trainee_id: part.pk for part in rows_of(sliven, SupervisionParticipant)}
    text = manager.get(change).content.decode()
    assert "Ани" in text
    response = manager.post(change, sent(manager, change, people=[two[0], third]))
    assert response.status_code == 302, errors(response)
    assert names_of(row) == {"Ани", "Вяра"}
    after = {part.trainee_id: part.pk for part in rows_of(sliven, SupervisionParticipant)}
    assert after[two[0].pk] == kept[two[0].pk]


def test_another_begins_with_the_same_people(manager, sliven, elena, two):
    row = supervised(*two, form="team")
    text = manager.get(f"{ADD}?kato={row.pk}").content.decode()
    for person in two:
        assert f'<option value="{person.pk}" selected' in text
    foreign = supervised(TraineeFactory(municipality=elena, name="Чужд човек"))
    for asked in (foreign.pk, "x", "9" * 30, "\x00"):
        response = manager.get(ADD, {"kato": asked})
        assert response.status_code == 200
        assert "Чужд човек" not in response.content.decode()


def test_two_of_the_same_name_are_told_apart(manager, sliven):
    provider = ProviderFactory(municipality=sliven, name="Дом за стари хора")
    for facts in ({"organisation": "Община Сливен"}, {"provider": provider, "job": "санитар"}):
        TraineeFactory(municipality=sliven, name="Иван Иванов", **facts)
    asked = {"app_label": "trainings", "model_name": "supervisionparticipant"}
    found = manager.get("/admin/autocomplete/", {**asked, "field_name": "trainee", "term": "Иван"})
    assert [row["text"] for row in found.json()["results"]] == [
        "Иван Иванов, Община Сливен",
        "Иван Иванов, Дом за стари хора, санитар",
    ]


def test_the_list_finds_by_a_participant(manager, sliven, two):
    supervised(*two, supervisor="Първи супервизор")
    assert "Първи супервизор" in manager.get(f"{LIST}?q=Боян").content.decode()
    assert "Първи супервизор" not in manager.get(f"{LIST}?q=никой").content.decode()


def test_a_foreign_supervision_is_not_there(elena_manager, two):
    row = supervised(*two)
    foreign = elena_manager.get(f"{LIST}{row.pk}/change/")
    missing = elena_manager.get(f"{LIST}{row.pk + 999}/change/")
    assert foreign.status_code == missing.status_code == 302


def test_the_list_costs_the_same_for_any_number(manager, queries, sliven):
    project = ProjectFactory(municipality=sliven)

    def make(n):
        for _ in range(n):
            supervised(*TraineeFactory.create_batch(2, municipality=sliven), project=project)

    queries.assert_same(manager, LIST, make, name="admin: supervisions", at_most=20)


def test_the_page_costs_the_same_for_any_number_of_people(manager, queries, sliven):
    row = supervised(*TraineeFactory.create_batch(2, municipality=sliven))

    def make(n):
        with municipality_scope(sliven):
            for trainee in TraineeFactory.create_batch(n, municipality=sliven):
                SupervisionParticipant.objects.create(
                    municipality=sliven, supervision=row, trainee=trainee
                )

    url = f"{LIST}{row.pk}/change/"
    queries.assert_same(manager, url, make, name="admin: a supervision", at_most=20)
