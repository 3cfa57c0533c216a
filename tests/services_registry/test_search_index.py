"""The search index: what of a service goes into it, and its vocabulary as services change."""

import pytest
from django.db import connection

from municipalities.tenancy import municipality_scope
from services_registry.classifiers import SearchTerm
from services_registry.models import Service
from services_registry.search import index_service, rebuild_vocabulary, reindex, search
from services_registry.text import lemma
from tests.factories import (
    MunicipalityFactory,
    ServiceFactory,
    ServiceSiteFactory,
    SettlementFactory,
)

pytestmark = pytest.mark.django_db


def names(query):
    return [service.name for service in search(Service.public.all(), query)[0]]


def occurrences(lemma):
    return SearchTerm.objects.filter(lemma=lemma).values_list("occurrences", flat=True).first()


def test_the_vocabulary_follows_a_service_from_draft_to_closed():
    service = ServiceFactory(name="Хосписна грижа", status=Service.Status.DRAFT)
    index_service(service)
    assert occurrences("грижа") is None
    assert names("грижа") == []

    service.status = Service.Status.PUBLISHED
    save(service)
    assert occurrences("грижа") == 1
    index_service(service)  # once more changes nothing
    assert occurrences("грижа") == 1
    assert names("грижа") == ["Хосписна грижа"]

    service.name = "Хосписна помощ"
    save(service)
    assert occurrences("грижа") is None
    assert names("грижа") == []

    service.status = Service.Status.CLOSED
    save(service)
    assert not SearchTerm.objects.exists()


def save(service):
    with municipality_scope(service.municipality):
        service.save()
    index_service(service)


def test_a_paused_service_is_still_found():
    service = ServiceFactory(
        name="Хосписна грижа", status=Service.Status.PAUSED, paused_reason="ремонт"
    )
    index_service(service)
    assert names("хоспис") == ["Хосписна грижа"]


def test_counting_as_services_change_equals_counting_anew():
    names_given = ("Дневен център", "Дневен център за деца", "Приют", "Топъл обяд")
    services = [ServiceFactory(name=name) for name in names_given]
    reindex(Service.public.all())
    changed = Service.public.get(pk=services[0].pk)
    changed.name = "Нещо съвсем друго"
    save(changed)
    counted = dict(SearchTerm.objects.values_list("lemma", "occurrences"))
    assert rebuild_vocabulary() == len(counted)
    assert dict(SearchTerm.objects.values_list("lemma", "occurrences")) == counted


def test_saving_an_instance_from_before_the_indexing_leaves_the_index_be():
    service = ServiceFactory(name="Дневен център")
    reindex(Service.public.all())
    with municipality_scope(service.municipality):
        service.save()
    assert names("дневен център") == ["Дневен център"]


def test_reindex_serves_every_municipality_in_a_fixed_number_of_queries(
    django_assert_max_num_queries,
):
    municipality = MunicipalityFactory()
    for number in range(3):
        ServiceFactory(municipality=municipality, name=f"Дневен център {number}")
    with django_assert_max_num_queries(25):
        assert reindex(Service.public.all()) == 3
    for number in range(12):
        ServiceFactory(municipality=municipality, name=f"Приют {number}")
    ServiceFactory(name="Дневен център другаде")
    with django_assert_max_num_queries(45):  # two municipalities now
        assert reindex(Service.public.all()) == 16
    assert len(names("дневен център")) == 4


def test_fields_have_their_weights():
    municipality = MunicipalityFactory(name="Котел")
    service = ServiceFactory(
        municipality=municipality,
        name="Хоспис",
        own_words="умиращ",
        summary="Утеха",
        description="Дълго описание",
        not_for="Зъболекар",
    )
    ServiceSiteFactory(
        service=service,
        municipality=municipality,
        settlement=SettlementFactory(municipality=municipality, name="Жеравна"),
    )
    index_service(service)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lexeme, weights FROM services_registry_service, unnest(search_vector)"
            " WHERE id = %s",
            [service.pk],
        )
        weights = {lexeme: set(letters) for lexeme, letters in cursor.fetchall()}
    assert weights["хоспис"] == {"A"}
    assert weights[lemma("умиращ")] == {"B"}
    assert weights["утеха"] == {"C"}
    assert weights["описание"] == {"D"}
    assert "D" in weights["котел"]
    assert "D" in weights[lemma("жеравна")]
    assert "зъболекар" not in weights  # „за кого не е“ must not bring anybody here


def test_the_village_of_a_secret_shelter_is_not_searchable():
    municipality = MunicipalityFactory(name="Котел")
    service = ServiceFactory(municipality=municipality, name="Кризисен център")
    ServiceSiteFactory(
        service=service,
        municipality=municipality,
        settlement=SettlementFactory(municipality=municipality, name="Жеравна"),
        address="",
        address_is_secret=True,
    )
    index_service(service)
    assert occurrences(lemma("жеравна")) is None
    assert names("жеравна") == []
