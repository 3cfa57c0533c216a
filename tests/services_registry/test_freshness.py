"""The freshness board: what it counts, lists, exports, and what a press of its button does."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from services_registry.models import Confirmation, Service
from services_registry.upkeep import freshness
from tests import factories
from tests.support import people
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db

BOARD = "/registar/svezhest/"
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-22T08:00:00+02:00", tick=False):
        yield


def checked(municipality, on: str | None, **facts) -> Service:
    """Return a published service that the office checked on a day (ISO), or nobody ever did."""
    day = {"checked_on": dt.date.fromisoformat(on), "checked_by": "office"} if on else {}
    return factories.ServiceFactory(municipality=municipality, **day, **facts)


def reread(service: Service) -> Service:
    with municipality_scope(service.municipality):
        return Service.objects.get(pk=service.pk)


def text(response) -> str:
    return response.content.decode()


def figures(response) -> dict[str, int]:
    return {one["state"]: one["count"] for one in response.context["figures"]}


def listed(response) -> list[str]:
    return [service.name for service in response.context["page_obj"]]


@pytest.fixture
def four(sliven):
    """A service in each state, and three that the board has nothing to say of."""
    checked(sliven, "2026-11-01", name="Нова")
    checked(sliven, "2026-06-10", name="Скоро")
    checked(sliven, "2026-04-01", name="Стара")
    checked(sliven, None, name="Неизвестна")
    checked(sliven, "2020-01-01", name="Чернова", status="draft")
    checked(sliven, "2020-01-01", name="Закрита", status="closed")
    checked(sliven, "2020-01-01", name="Приключила", closes_on=dt.date(2026, 11, 21))


def test_each_service_that_citizens_see_is_in_one_state(specialist, four):
    response = specialist.get(BOARD)
    assert figures(response) == {"svezhi": 1, "skoro": 1, "ostareli": 1, "neproveryavani": 1}
    assert listed(response) == ["Неизвестна", "Стара", "Скоро", "Нова"]


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("svezhi", "Нова"),
        ("skoro", "Скоро"),
        ("ostareli", "Стара"),
        ("neproveryavani", "Неизвестна"),
    ],
)
def test_each_count_leads_to_the_services_it_counts(specialist, four, state, name):
    assert f'href="{BOARD}?sastoyanie={state}"' in text(specialist.get(BOARD))
    response = specialist.get(BOARD, {"sastoyanie": state})
    assert listed(response) == [name]
    assert sum(figures(response).values()) == 4, "the other counts stay, to go on from"


def test_the_borders_of_the_states(sliven):
    """Fresh through its due day; „soon“ from thirty days before; by each service's own interval."""
    days = {
        "2026-05-22": "skoro",  # due today
        "2026-05-21": "ostareli",  # due yesterday
        "2026-06-22": "skoro",  # due in 30 days
        "2026-06-23": "svezhi",
    }
    for day, state in days.items():
        service = checked(sliven, day)
        assert freshness.state_of(service) == state, day
        with municipality_scope(sliven):
            board = freshness.on_the_board().filter(freshness.condition_of(state))
            assert service in board, day
    quick = checked(sliven, "2026-10-01", review_every=1)
    assert freshness.state_of(quick) == "ostareli"


def test_filters_by_provider_and_owner(specialist, sliven):
    owner = factories.UserFactory(name="Мария Отговорна")
    mine = checked(sliven, None, name="Моя", owner=owner)
    checked(sliven, None, name="Чужда")
    assert listed(specialist.get(BOARD, {"otgovornik": owner.pk})) == ["Моя"]
    assert listed(specialist.get(BOARD, {"dostavchik": mine.provider_id})) == ["Моя"]
    assert figures(specialist.get(BOARD, {"otgovornik": owner.pk}))["neproveryavani"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {"sastoyanie": "x"},
        {"dostavchik": "9" * 40},
        {"otgovornik": "\x00"},
        {"page": "-1", "mesta": "x", "litsenzi": "9" * 30},
        {"sastoyanie": ["svezhi", "skoro"]},
    ],
)
def test_nonsense_in_the_address_is_answered(specialist, four, query):
    assert specialist.get(BOARD, query).status_code == 200
    assert specialist.get(f"{BOARD}iznos/", query).status_code == 200


def test_nobody_sees_the_services_of_another_municipality(specialist, elena):
    foreign = checked(elena, None, name="Еленска услуга", owner=factories.UserFactory(name="Жена"))
    factories.CapacityFactory(
        municipality=elena, service=foreign, as_of=TODAY - dt.timedelta(days=90)
    )
    factories.ProviderFactory(municipality=elena, name="Еленски", licence_valid_to=TODAY)
    page = text(specialist.get(BOARD))
    assert "Еленск" not in page
    assert "Жена" not in page
    assert specialist.post(f"{BOARD}{foreign.pk}/vyarno/").status_code == 404
    assert reread(foreign).checked_on is None


def test_the_chart_counts_every_service_once(specialist, four):
    rows = specialist.get(BOARD).context["chart"]["rows"]
    assert {row["label"]: row["value"] for row in rows} == {
        "до 1 месец": 1,
        "от 1 до 3 месеца": 0,
        "от 3 до 6 месеца": 1,
        "от 6 до 12 месеца": 1,
        "над 12 месеца": 0,
        "никога": 1,
    }


# The button


def test_one_press_makes_a_service_fresh_and_says_so(specialist, sliven):
    service = checked(sliven, "2026-01-01", name="Топъл обяд")
    answer = specialist.post(f"{BOARD}{service.pk}/vyarno/?sastoyanie=ostareli&page=2")
    assert answer.url == f"{BOARD}?sastoyanie=ostareli&page=2"
    assert "данните са верни към днес. Следващ преглед до 22.05.2027" in text(
        specialist.get(answer.url)
    )
    fresh = reread(service)
    assert (fresh.checked_on, fresh.checked_by) == (TODAY, "office")
    with municipality_scope(sliven):
        said = Confirmation.objects.get()
    assert (said.by, said.side) == (specialist.user, "office")


def test_a_second_press_is_harmless(specialist, colleague, sliven):
    service = checked(sliven, None)
    for client in (specialist, specialist, colleague):
        assert client.post(f"{BOARD}{service.pk}/vyarno/").status_code == 302
    by = [one.by for one in people.rows_of(sliven, Confirmation)]
    assert sorted(user.pk for user in by) == [specialist.user.pk, colleague.user.pk]


@pytest.mark.parametrize("facts", [{"status": "draft"}, {"closes_on": dt.date(2026, 11, 1)}])
def test_what_is_not_on_the_board_is_not_confirmed_from_it(head, sliven, facts):
    service = checked(sliven, None, **facts)
    assert head.post(f"{BOARD}{service.pk}/vyarno/").status_code == 404
    assert head.post(f"{BOARD}{'9' * 30}/vyarno/").status_code == 404


def test_a_link_alone_confirms_nothing(specialist, sliven):
    service = checked(sliven, None)
    assert specialist.get(f"{BOARD}{service.pk}/vyarno/").status_code == 405
    assert reread(service).checked_on is None


# Beside the list


def test_free_places_older_than_a_month_are_listed(specialist, sliven):
    old = checked(sliven, "2026-11-01", name="Център с места")
    new = checked(sliven, "2026-11-01", name="Дом с места")
    days = {old: [dt.date(2026, 9, 12), dt.date(2026, 8, 1)], new: [dt.date(2026, 10, 23)]}
    for service, dates in days.items():
        for day in dates:
            factories.CapacityFactory(municipality=sliven, service=service, as_of=day)
    response = specialist.get(BOARD)
    assert [s.name for s in response.context["capacity_page"]] == ["Център с места"]
    assert "свободните места са от 12.09.2026" in text(response)


def test_licences_that_end_are_listed(specialist, sliven):
    for name, days in {"Изтекъл": -1, "Изтичащ": 90, "Далечен": 91}.items():
        factories.ProviderFactory(
            municipality=sliven, name=name, licence_valid_to=TODAY + dt.timedelta(days=days)
        )
    response = specialist.get(BOARD)
    assert [p.name for p in response.context["licence_page"]] == ["Изтекъл", "Изтичащ"]
    assert text(response).count(">изтекъл<") == 1


def test_the_table_for_a_spreadsheet_has_the_filtered_rows_of_all_pages(specialist, sliven):
    for _ in range(30):
        checked(sliven, "2026-01-05")
    checked(sliven, None, name="=1+1")
    response = specialist.get(f"{BOARD}iznos/", {"sastoyanie": "ostareli", "page": 2})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 31
    assert rows[0][:2] == ("Услуга", "Доставчик")
    assert rows[1][4] == dt.datetime(2026, 1, 5)
    whole = openpyxl.load_workbook(
        io.BytesIO(specialist.get(f"{BOARD}iznos/").content), read_only=True
    )
    assert next(whole.active.iter_rows(min_row=2, values_only=True))[0] == "=1+1"


# Who, and at what price


@pytest.mark.parametrize("role", ["manager", "dpo", "provider", "operator"])
def test_others_are_refused(request, sliven, role):
    service = checked(sliven, None)
    client = request.getfixturevalue(role)
    for answer in (
        client.get(BOARD),
        client.get(f"{BOARD}iznos/"),
        client.post(f"{BOARD}{service.pk}/vyarno/"),
    ):
        assert answer.status_code == 403


def test_the_board_takes_as_many_queries_for_fifty_rows(specialist, queries, sliven):
    def make(count: int) -> None:
        for _ in range(count):
            service = checked(
                sliven,
                "2026-01-01",
                owner=factories.UserFactory(),
                provider=factories.ProviderFactory(municipality=sliven, licence_valid_to=TODAY),
            )
            factories.CapacityFactory(
                municipality=sliven, service=service, as_of=dt.date(2026, 1, 1)
            )
            with municipality_scope(sliven):
                service.reviewreminders.create(
                    municipality=sliven,
                    side="provider",
                    email="a@example.bg",
                    due_on=TODAY,
                    token_hash="x",
                    sent_at=timezone.now(),
                )

    queries.assert_same(specialist, BOARD, make, name="registar/svezhest", at_most=20)


# What citizens read


@pytest.mark.parametrize(
    ("on", "every", "words"),
    [
        ("2026-04-22", 6, "непроверено от 7 месеца"),
        ("2026-04-22", 12, None),
        ("2026-10-10", 1, "непроверено от 43 дни"),
        (None, 6, "непроверени данни"),
    ],
)
def test_citizens_are_told_by_the_services_own_interval(sliven, on, every, words):
    checked(sliven, on, review_every=every)
    page = " ".join(text(StrictClient().get("/uslugi/?obshtina=sliven")).split())
    assert "непроверен" not in page if words is None else words in page
