"""The registry as staff list it: everything of their municipality, found, sorted, exported."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from tests import factories
from tests.test_lists import services as many_services

URL = "/registar/"


@pytest.fixture
def three(sliven, elena):
    """A draft, a closed and a published service of Сливен; one of Елена."""
    factories.ServiceFactory(municipality=elena, name="Чужда услуга")
    checked = {"checked_on": "2020-01-01", "checked_by": "office"}
    make = factories.ServiceFactory
    return {
        row.name: row
        for row in (
            make(municipality=sliven, name="Дневен център", **checked),
            make(municipality=sliven, name="Личен асистент", status="draft"),
            make(municipality=sliven, name="Топъл обяд", status="closed"),
        )
    }


def names(response) -> list[str]:
    return [service.name for service in response.context["page_obj"]]


def test_everything_of_ones_own_municipality_is_listed(specialist, three):
    assert names(specialist.get(URL)) == ["Дневен център", "Личен асистент", "Топъл обяд"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=обяд", ["Топъл обяд"]),
        ("sastoyanie=draft", ["Личен асистент"]),
        ("svezhest=stale", ["Дневен център"]),
        ("svezhest=never", ["Личен асистент", "Топъл обяд"]),
        ("svezhest=fresh", []),
        ("vid=podkrepyashti&sastoyanie=closed", ["Топъл обяд"]),
        ("otgovarya=nikoy&q=център", ["Дневен център"]),
        ("red=-ime", ["Топъл обяд", "Личен асистент", "Дневен център"]),
        ("red=provereni", ["Личен асистент", "Топъл обяд", "Дневен център"]),
        ("red=password", ["Дневен център", "Личен асистент", "Топъл обяд"]),
        ("sastoyanie=нещо", ["Дневен център", "Личен асистент", "Топъл обяд"]),
    ],
)
def test_filters_and_orders(specialist, three, query, expected):
    assert names(specialist.get(f"{URL}?{query}")) == expected


def test_the_provider_and_the_owner_narrow_the_list(specialist, sliven, three):
    chosen = three["Топъл обяд"]
    assert names(specialist.get(f"{URL}?dostavchik={chosen.provider_id}")) == ["Топъл обяд"]
    mine = factories.ServiceFactory(municipality=sliven, name="Моя", owner=specialist.user)
    assert names(specialist.get(f"{URL}?otgovarya={specialist.user.pk}")) == [mine.name]


def test_only_whoever_keeps_the_registry_adds_to_it(specialist, head, three):
    assert "Нова услуга" not in specialist.get(URL).text
    assert "Нова услуга" in head.get(URL).text


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "я" * 500, "page=99999999999999999999", "vid=x&vid=y"]
)
def test_nonsense_in_the_address_is_answered(specialist, three, query):
    assert specialist.get(f"{URL}?{query}").status_code == 200
    assert specialist.get(f"{URL}iznos/csv/?{query}").status_code == 200


# Exports


def test_the_filtered_list_as_csv_opens_in_a_spreadsheet_and_runs_nothing(specialist, sliven):
    provider = factories.ProviderFactory(municipality=sliven, name="=HYPERLINK(1)")
    factories.ServiceFactory(municipality=sliven, name="+Услуга; с точка", provider=provider)
    factories.ServiceFactory(municipality=sliven, name="Друга", status="draft")
    response = specialist.get(f"{URL}iznos/csv/?sastoyanie=published")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert ".csv" in response["Content-Disposition"]
    heading, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";")
    assert len(rows) == 1
    row = dict(zip(heading, rows[0], strict=True))
    assert row["Услуга"] == "'+Услуга; с точка"
    assert row["Доставчик"] == "'=HYPERLINK(1)"
    assert row["Състояние"] == "публикувана"


def test_the_filtered_list_as_xlsx(specialist, sliven, three):
    response = specialist.get(f"{URL}iznos/xlsx/?sastoyanie=draft")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["Услуга", "Личен асистент"]


def test_a_secret_address_is_in_no_export(specialist, sliven):
    service = factories.ServiceFactory(municipality=sliven)
    factories.ServiceSiteFactory(
        municipality=sliven, service=service, address="", address_is_secret=True, name="Убежище"
    )
    text = specialist.get(f"{URL}iznos/csv/").content.decode()
    assert "Убежище" in text


def test_another_kind_of_export_is_not_there(specialist):
    assert specialist.get(f"{URL}iznos/pdf/").status_code == 404


def test_the_list_and_its_export_take_as_many_queries_for_many_services(
    specialist, queries, sliven
):
    queries.assert_same(specialist, URL, many_services(sliven), name="registar", at_most=14)
    queries.assert_same(
        specialist, f"{URL}iznos/csv/", many_services(sliven), name="registar: csv", at_most=14
    )
