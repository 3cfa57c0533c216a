"""How a wish to use a service is stated."""

import pytest

from tests.factories import MunicipalityFactory, OfficeFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def test_a_chosen_municipality_shows_whom_to_call(client, sliven):
    OfficeFactory(municipality=sliven, name="Център „Дружба“", phone="044 000 100")
    page = client.get("/zayavlenie/", {"obshtina": "sliven"}).content.decode()
    assert "Център „Дружба“" in page
    assert "tel:044000100" in page


def test_a_draft_service_is_not_carried_in(client, sliven):
    ServiceFactory(municipality=sliven, slug="chernova", name="Чернова услуга", status="draft")
    page = client.get("/zayavlenie/", {"usluga": "sliven/chernova"}).content.decode()
    assert "Чернова услуга" not in page


@pytest.mark.parametrize(
    "params",
    [
        {"obshtina": "nyama"},
        {"obshtina": "\x00"},
        {"usluga": "a" * 5000},
        {"usluga": "\x00/\x00"},
        {"usluga": "само-община"},
    ],
)
def test_a_wrong_address_still_explains_how(client, params):
    MunicipalityFactory(slug="nyama", is_active=False)
    answer = client.get("/zayavlenie/", params)
    assert answer.status_code == 200
    assert "Стъпките" in answer.content.decode()


def test_no_unverified_number_of_days_is_presented_as_law(client, sliven):
    page = client.get("/zayavlenie/").content.decode()
    assert "20 дни" not in page
    assert "в срок" not in page
