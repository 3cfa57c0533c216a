"""Pages about municipalities and those that every footer links to."""

import pytest

from municipalities.models import Municipality
from tests.factories import (
    MunicipalityFactory,
    OfficeFactory,
    OfficeHoursFactory,
    ServiceFactory,
    ServiceKindFactory,
)

pytestmark = pytest.mark.django_db


def test_list_shows_active_municipalities_with_their_offices(client, sliven):
    OfficeFactory(municipality=sliven, name="Център „Дружба“", phone="044 000 100")
    MunicipalityFactory(name="Чужда", is_active=False)
    page = client.get("/obshtini/").content.decode()
    assert "Център „Дружба“" in page
    assert "tel:044000100" in page
    assert "Чужда" not in page


def test_municipality_page_shows_office_services_and_hides_what_is_not_public(client, sliven):
    office = OfficeFactory(municipality=sliven, name="Център „Дружба“", step_free_entrance=True)
    OfficeHoursFactory(municipality=sliven, office=office)
    OfficeFactory(municipality=sliven, name="Вътрешен офис", is_public=False)
    kind = ServiceKindFactory(number=7, plain_name="Грижа през деня")
    ServiceFactory(municipality=sliven, name="Дневен център", kinds=[kind])
    ServiceFactory(municipality=sliven, name="Топъл обяд")
    ServiceFactory(municipality=sliven, name="Чернова", status="draft", kinds=[kind])
    page = client.get("/obshtini/sliven/").content.decode()
    assert "Вход без стъпала" in page
    assert "8:30 – 17:00" in page
    assert "Грижа през деня" in page
    assert "Дневен център" in page
    assert "Други подкрепящи дейности" in page
    assert "Вътрешен офис" not in page
    assert "Чернова" not in page


def test_inactive_municipality_is_answered_like_a_missing_one(client, sliven):
    Municipality.objects.filter(pk=sliven.pk).update(is_active=False)
    assert client.get("/obshtini/sliven/").status_code == 404
    assert client.get("/obshtini/nyama-takava/").status_code == 404


def test_list_takes_the_same_queries_for_any_number(client, queries):
    def make(n):
        for _ in range(n):
            OfficeHoursFactory()

    queries.assert_same(client, "/obshtini/", make, name="obshtini")


def test_municipality_page_takes_the_same_queries_for_any_number(client, queries, sliven):
    kinds = [ServiceKindFactory(number=n) for n in range(1, 11)]

    def make(n):
        for i in range(n):
            ServiceFactory(municipality=sliven, kinds=[kinds[i % 10]])
            OfficeHoursFactory(municipality=sliven)

    queries.assert_same(client, "/obshtini/sliven/", make, name="obshtina")


def test_every_page_links_to_the_accessibility_statement_and_privacy(client, sliven):
    page = client.get("/").content.decode()
    for address in ("/dostapnost/", "/lichni-danni/"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


def test_health_and_readiness(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"database": "ok", "migrations": "ok"}


def test_readiness_says_when_a_migration_waits(client, django_db_blocker):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="frontoffice").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "waiting"
