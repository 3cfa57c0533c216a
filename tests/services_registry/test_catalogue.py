"""The public catalogue: home, search and filters, a service."""

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.search_index import reindex
from tests.factories import (
    CapacityFactory,
    FeeFactory,
    LifeSituationFactory,
    MunicipalityFactory,
    OfficeFactory,
    OfficeHoursFactory,
    ServiceFactory,
    ServiceKindFactory,
    ServiceSiteFactory,
    SettlementFactory,
    TargetGroupFactory,
)

pytestmark = pytest.mark.django_db


def found(client, **params) -> list[str]:
    """Return the names on the first page of results."""
    return [s.name for s in client.get("/uslugi/", params).context["page_obj"]]


def text(client, address, **params) -> str:
    return client.get(address, params).content.decode()


@pytest.fixture
def patronage(sliven) -> Service:
    return ServiceFactory(
        municipality=sliven,
        name="Домашен социален патронаж",
        slug="patronazh",
        summary="Носят храна и лекарства на възрастни хора, които не могат да излизат.",
    )


@pytest.fixture
def day_centre(elena) -> Service:
    return ServiceFactory(
        municipality=elena,
        name="Дневен център за деца с увреждания",
        slug="dneven-tsentar",
        summary="Рехабилитация и занимания за деца през деня.",
    )


@pytest.fixture
def indexed(patronage, day_centre) -> None:
    for service in (patronage, day_centre):
        with municipality_scope(service.municipality):
            reindex(Service.objects.all())


class TestSearch:
    @pytest.mark.parametrize(
        "query",
        ["патронажа", "възрастните хора", "храната", "патронаш", "patronaj", "ПАТРОНАЖ"],
    )
    def test_inflected_mistyped_and_latin_words_find_the_service(self, client, indexed, query):
        assert found(client, q=query)[0] == "Домашен социален патронаж"

    def test_a_mended_word_is_told(self, client, indexed):
        assert "вместо „патронаш“" in text(client, "/uslugi/", q="патронаш")

    @pytest.mark.parametrize("query", ["", "   "])
    def test_an_empty_query_shows_everything(self, client, indexed, query):
        assert len(found(client, q=query)) == 2

    def test_a_query_of_ten_thousand_characters_gets_a_clear_message(self, client, indexed):
        page = text(client, "/uslugi/", q="я" * 10_000)
        assert "Търсенето е твърде дълго" in page
        assert "Грешка:" in page

    def test_a_nul_byte_gets_a_clear_message(self, client, indexed):
        page = text(client, "/uslugi/", q="патронаж\x00")
        assert "В търсенето има знак, който не се чете" in page

    def test_nothing_found_says_what_to_do(self, client, indexed):
        page = text(client, "/uslugi/", q="космически кораб")
        assert "Не намерихме услуга" in page
        assert "/obshtini/" in page

    def test_what_was_typed_is_kept(self, client, indexed):
        assert 'value="&lt;b&gt;храна"' in text(client, "/uslugi/", q="<b>храна")


class TestFilters:
    def test_by_municipality(self, client, indexed):
        assert found(client, obshtina="elena") == ["Дневен център за деца с увреждания"]

    @pytest.mark.parametrize(
        "place", ["Сливен", "гр. Сливен", "sliven", "Желю войвода", "с. желю Войвода"]
    )
    def test_by_place_in_any_spelling(self, client, indexed, sliven, place):
        SettlementFactory(municipality=sliven, name="Желю войвода", kind="с.")
        assert found(client, myasto=place) == ["Домашен социален патронаж"]

    @pytest.mark.parametrize(
        "place", ["jeliu voivoda", "Жельо войвода", "желювойвода", "с. Желю войвда"]
    )
    def test_a_mistyped_place_is_understood_and_said(self, client, indexed, sliven, place):
        SettlementFactory(municipality=sliven, name="Желю войвода", kind="с.")
        assert found(client, myasto=place) == ["Домашен социален патронаж"]
        page = text(client, "/uslugi/", myasto=place)
        assert f"Търсим в „Желю войвода“ вместо в „{place}“." in page
        assert "Грешка:" not in page

    def test_a_real_place_elsewhere_is_not_taken_for_a_mistyped_one(self, client, indexed, sliven):
        SettlementFactory(municipality=sliven, name="Котиел", kind="с.")
        MunicipalityFactory(name="Котел", is_active=False, centre_ekatte="39030")
        page = text(client, "/uslugi/", myasto="Котел")
        assert "„Котел“ е в община Котел" in page
        assert "Котиел" not in page
        assert "Грешка:" not in page

    def test_an_unknown_place_is_told_and_everything_shown(self, client, indexed):
        answer = client.get("/uslugi/", {"myasto": "Атлантида"})
        assert "Не намерихме „Атлантида“" in answer.content.decode()
        assert len(answer.context["page_obj"]) == 2

    def test_by_kind_group_situation_and_setting_together(self, client, sliven):
        kind, group, situation = ServiceKindFactory(), TargetGroupFactory(), LifeSituationFactory()
        ServiceFactory(
            municipality=sliven,
            name="Търсената",
            kinds=[kind],
            target_groups=[group],
            life_situations=[situation],
            settings=["home", "mobile"],
        )
        ServiceFactory(municipality=sliven, name="Друга", kinds=[kind], settings=["home"])
        params = {
            "vid": kind.code,
            "za": group.code,
            "situatsiya": situation.slug,
            "sreda": "mobile",
        }
        assert found(client, **params) == ["Търсената"]

    def test_supporting_activities_are_those_without_a_kind(self, client, sliven):
        ServiceFactory(municipality=sliven, name="Дневен център", kinds=[ServiceKindFactory()])
        ServiceFactory(municipality=sliven, name="Топъл обяд")
        assert found(client, vid="podkrepyashti") == ["Топъл обяд"]

    def test_a_wrong_filter_is_told_and_left_out(self, client, indexed):
        answer = client.get("/uslugi/", {"vid": "няма-такъв", "obshtina": "elena"})
        assert "Няма такъв избор" in answer.content.decode()
        assert [s.name for s in answer.context["page_obj"]] == [
            "Дневен център за деца с увреждания"
        ]

    def test_a_chosen_filter_can_be_taken_off_and_the_rest_stays(self, client, indexed):
        assert 'href="/uslugi/?q=%D1%85%D1%80%D0%B0%D0%BD%D0%B0"' in text(
            client, "/uslugi/", q="храна", obshtina="sliven", page="1"
        )

    def test_situation_of_violence_offers_a_quick_exit(self, client, sliven):
        LifeSituationFactory(slug="nasilie", quick_exit=True)
        assert "data-quick-exit" in text(client, "/uslugi/", situatsiya="nasilie")
        assert "data-quick-exit" not in text(client, "/uslugi/")

    def test_pages_keep_the_rest_of_the_address(self, client, sliven):
        for n in range(25):
            ServiceFactory(municipality=sliven, name=f"Услуга {n:02d}")
        page = text(client, "/uslugi/", obshtina="sliven")
        assert "?obshtina=sliven&amp;page=2" in page
        assert len(found(client, obshtina="sliven", page="2")) == 5

    @pytest.mark.parametrize("page", ["0", "-1", "9" * 5000, "две", ""])
    def test_a_wrong_page_number_shows_some_page(self, client, indexed, page):
        assert client.get("/uslugi/", {"page": page}).status_code == 200


class TestWhatIsShown:
    def test_drafts_and_closed_services_are_nowhere(self, client, sliven):
        for status in ("draft", "closed"):
            ServiceFactory(municipality=sliven, slug=status, name=f"Скрита {status}", status=status)
            assert client.get(f"/uslugi/sliven/{status}/").status_code == 404
        assert "Скрита" not in text(client, "/uslugi/") + text(client, "/")

    def test_a_paused_service_says_why(self, client, sliven):
        ServiceFactory(
            municipality=sliven, slug="s", status="paused", paused_reason="Ремонт до пролетта."
        )
        assert "Ремонт до пролетта." in text(client, "/uslugi/sliven/s/")

    def test_the_newest_count_of_places_is_shown_with_its_date(self, client, patronage):
        today = timezone.localdate()
        for days, free in ((40, 9), (3, 4)):
            CapacityFactory(
                municipality=patronage.municipality,
                service=patronage,
                as_of=today - dt.timedelta(days=days),
                free=free,
            )
        day = f"{today - dt.timedelta(days=3):%d.%m.%Y}"
        for address in ("/uslugi/", "/uslugi/sliven/patronazh/"):
            assert f"Свободни места: 4 от 30 · към {day}" in text(client, address)

    def test_an_unverified_sum_is_not_shown_to_citizens(self, client, patronage):
        fee = FeeFactory(
            municipality=patronage.municipality,
            service=patronage,
            kind="fixed",
            amount="12.50",
            per="month",
        )
        address = "/uslugi/sliven/patronazh/"
        assert "12,50" not in text(client, address)
        with municipality_scope(patronage.municipality):
            fee.verified = True
            fee.save()
        assert "12,50\xa0€ на месец" in text(client, address)

    def test_a_secret_address_is_not_shown_and_cannot_be_stored(self, client, patronage):
        from django.db import IntegrityError, transaction

        facts = {"municipality": patronage.municipality, "service": patronage}
        ServiceSiteFactory(**facts, address="", address_is_secret=True)
        assert "Адресът не се показва" in text(client, "/uslugi/sliven/patronazh/")
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceSiteFactory(**facts, address="ул. „Тайна“ 1", address_is_secret=True)

    def test_stale_data_are_marked(self, client, patronage):
        with municipality_scope(patronage.municipality):
            patronage.checked_on = timezone.localdate() - dt.timedelta(days=215)
            patronage.checked_by = "provider"
            patronage.save()
        assert "непроверено от 7 месеца" in text(client, "/uslugi/")

    def test_what_is_not_known_is_not_a_row_of_dashes(self, client, sliven):
        ServiceFactory(municipality=sliven, slug="s")
        page = text(client, "/uslugi/sliven/s/")
        for heading in ("Документи", "Цена", "За кого не е", "Къде и кога"):
            assert heading not in page

    def test_the_page_of_a_service_carries_it_into_applying(self, client, patronage):
        address = "/zayavlenie/?usluga=sliven/patronazh"
        assert address in text(client, "/uslugi/sliven/patronazh/")
        OfficeFactory(municipality=patronage.municipality, name="Център „Дружба“")
        page = text(client, address)
        assert "Домашен социален патронаж" in page
        assert "Център „Дружба“" in page


class TestQueries:
    def test_catalogue_search(self, client, queries, sliven):
        def make(n):
            for _ in range(n):
                service = ServiceFactory(municipality=sliven, name="Домашен патронаж за хора")
                ServiceSiteFactory(municipality=sliven, service=service)
                CapacityFactory(municipality=sliven, service=service)
            with municipality_scope(sliven):
                reindex(Service.objects.all())

        queries.assert_same(
            client, "/uslugi/?q=патронажа&myasto=Сливен", make, name="uslugi?q", at_most=6
        )

    def test_service(self, client, queries, patronage):
        sliven = patronage.municipality

        def make(n):
            for i in range(n):
                facts = {"municipality": sliven, "service": patronage}
                ServiceSiteFactory(**facts)
                FeeFactory(**facts)
                CapacityFactory(
                    **facts, as_of=timezone.localdate() - dt.timedelta(days=i + 100 * n)
                )

        queries.assert_same(client, "/uslugi/sliven/patronazh/", make, name="usluga")

    def test_home(self, client, queries):
        def make(n):
            for _ in range(n):
                OfficeHoursFactory()
                LifeSituationFactory()

        queries.assert_same(client, "/", make, name="home")
