"""What every list and form of the admin can do: sums, XLSX, rows found in inlines."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from municipalities.audit import AccessEvent
from tests.factories_projects import ProjectFactory, TraineeFactory
from tests.support.people import rows_of

PROJECTS = "/admin/projects/project/"
TRAINEES = "/admin/trainings/trainee/"


def sheet_of(response) -> list[tuple]:
    assert response.status_code == 200
    page = load_workbook(io.BytesIO(response.content), read_only=False).active
    return list(page.iter_rows(values_only=True))


def test_a_list_is_carried_away_as_it_is_filtered(manager, sliven):
    ProjectFactory(municipality=sliven, name="=Ремонт", amount="1234.50", is_public=False)
    ProjectFactory(municipality=sliven, name="Друг")
    heading, *rows = sheet_of(manager.get(f"{PROJECTS}xlsx/?is_public__exact=0"))
    assert heading[0] == "Име"
    (row,) = [dict(zip(heading, row, strict=True)) for row in rows]
    assert row["Име"] == "=Ремонт"
    assert row["Сума"] == Decimal("1234.5")
    assert row["Валута"] == "лева"
    assert row["Публичен"] == "не"


def test_the_list_leads_to_its_workbook_with_its_filters(manager, sliven):
    ProjectFactory(municipality=sliven)
    text = manager.get(f"{PROJECTS}?is_public__exact=1&q=Проект").content.decode()
    assert "/admin/projects/project/xlsx/?" in text
    assert "is_public__exact=1" in text.split("xlsx/?")[1].split('"')[0]


def test_a_list_of_people_is_not_carried_away_unseen(manager, sliven):
    TraineeFactory.create_batch(3, municipality=sliven)
    manager.get(f"{TRAINEES}xlsx/")
    (event,) = rows_of(sliven, AccessEvent)
    assert (event.action, event.rows, event.subject_kind) == ("exported", 3, "trainings.trainee")


@pytest.mark.parametrize("role", ["specialist", "administrator", "operator"])
def test_only_who_sees_the_list_carries_it_away(request, role, sliven):
    client = request.getfixturevalue(role)
    assert client.get(f"{PROJECTS}xlsx/").status_code in {302, 403}


def test_a_workbook_holds_no_other_municipalitys_rows(elena_manager, sliven):
    ProjectFactory(municipality=sliven)
    assert len(sheet_of(elena_manager.get(f"{PROJECTS}xlsx/"))) == 1
