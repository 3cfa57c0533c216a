"""The public page of a service, its sheet of paper, and what search engines read of it."""

from __future__ import annotations

import json
import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from tests import factories
from tests.support.whole import days, of, whole_service

ADDRESS = "/uslugi/sliven/patronazh/"


def page_of(client, service: Service) -> str:
    return client.get(service.get_absolute_url()).content.decode()


def change(row, **facts) -> None:
    with municipality_scope(row.municipality):
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()


@pytest.fixture
def patronage(sliven) -> Service:
    return factories.ServiceFactory(
        municipality=sliven, name="Домашен социален патронаж", slug="patronazh"
    )


@pytest.fixture
def full(sliven) -> Service:
    return whole_service(sliven)


class TestThePage:
    def test_everything_that_is_known_is_there_in_the_order_people_ask(self, client, full):
        page = page_of(client, full)
        asked = [
            "Свободни места: 4 от 30",
            "Помагаме на хора",
            "Услугата се закрива",
            "Хората минават в новия център.",
            "Лесно за четене",
            "група от дневния център",
            '<p lang="en"',
            "<dt>За кого</dt>",
            "<dt>За кого не е</dt>",
            "<dt>Кога имате право</dt>",
            "<dt>Цена</dt>",
            "10,50\xa0€ на месец",
            "<dt>Документи</dt>",
            "<dt>Как се кандидатства</dt>",
            "<dt>Насочване</dt>",
            "Целодневно",
            "Български, турски",
            "Къде и кога",
            "дезинфекция",
            "вход без стъпала",
            "Лиценз 0123-4",
            "<dt>Вид по закона</dt>",
            "превантивна, подкрепяща",
            "Решение № 12 на Общинския съвет",
            "Включена в Националната карта",
            "Проверено",
            "Намерих грешка",
        ]
        page = page.partition("<main")[2]
        places = [page.find(words) for words in asked]
        assert -1 not in places, [w for w, at in zip(asked, places, strict=True) if at == -1]
        assert places == sorted(places)

    def test_what_is_not_known_is_not_asked_about(self, client, patronage):
        page = page_of(client, patronage)
        for words in (
            "Кога имате право",
            "Цена",
            "Езици",
            "Колко време",
            "Създадена",
            "Лиценз",
            "Лесно за четене",
            'lang="en"',
            "се закрива",
            "Достъпност</h4>",
        ):
            assert words not in page, words
        assert "None" not in page

    def test_with_everything_on_it_it_stays_within_a_hundred_kilobytes(self, client, full):
        response = client.get(full.get_absolute_url())
        assert len(response.content) < 100_000
        # What it loads besides itself: styles, script, icon. All is same-origin and cached.
        loaded = re.findall(
            r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page_of(client, full)
        )
        assert len(set(loaded)) + 1 <= 10
        assert all(address.startswith("/") for address in loaded)

    def test_an_accessible_point_that_is_missing_is_said(self, client, full):
        page = re.sub(r"<[^>]+>|\s+", " ", page_of(client, full))
        assert re.search(r"няма\s+асансьор", page)
        assert re.search(r"има\s+вход без стъпала", page)

    def test_no_article_of_the_law_is_named_but_two(self, client, full):
        assert set(re.findall(r"чл\. (\d+)", page_of(client, full))) == {"12", "15"}

    def test_hostile_words_stay_words(self, client, patronage):
        evil = "</script><script>alert(1)</script>&<!--"
        change(patronage, name=evil[:160], summary=evil)
        page = page_of(client, patronage)
        assert "<script>alert" not in page
        assert data_of(page)["description"] == evil


class TestPrices:
    @pytest.mark.parametrize(
        ("first", "last", "shown"),
        [
            (None, None, True),
            (-10, 10, True),
            (0, 0, True),
            (-10, -1, False),
            (None, -1, False),
        ],
    )
    def test_only_what_is_in_force_is_shown(self, client, patronage, first, last, shown):
        factories.FeeFactory(
            **of(patronage),
            kind="fixed",
            amount="12.50",
            verified=True,
            valid_from=None if first is None else days(first),
            valid_to=None if last is None else days(last),
        )
        page = page_of(client, patronage)
        assert ("12,50" in page) == shown
        assert ("Сегашната такса се уточнява" in page) == (not shown)
        assert ("offers" in data_of(page)) == shown

    def test_a_coming_price_says_from_when(self, client, patronage):
        factories.FeeFactory(
            **of(patronage), kind="fixed", amount="15", verified=True, valid_from=days(30)
        )
        page = re.sub(r"<[^>]+>", "", page_of(client, patronage))
        assert f"от {days(30):%d.%m.%Y}: 15,00\xa0€" in page

    def test_a_sum_that_nobody_verified_is_nowhere(self, client, patronage):
        factories.FeeFactory(**of(patronage), kind="fixed", amount="77.30")
        for address in (ADDRESS, f"{ADDRESS}list/", "/izbrani/list/?u=sliven/patronazh"):
            page = client.get(address).content.decode()
            assert not re.search(r"77[.,]30?", page)


class TestTheProvider:
    def test_an_expired_licence_is_not_shown_as_valid(self, client, full):
        change(full.provider, licence_valid_to=days(-1))
        page = page_of(client, full)
        assert "валиден до" not in page
        assert f"Срокът на лиценз 0123-4 е изтекъл на {days(-1):%d.%m.%Y}" in page

    def test_a_licence_is_valid_on_its_last_day(self, client, full):
        change(full.provider, licence_valid_to=days(0))
        assert f"валиден до {days(0):%d.%m.%Y}" in page_of(client, full)


class TestAge:
    def test_stale_data_say_so_and_send_to_the_telephone(self, client, patronage):
        change(patronage, checked_on=days(-215), checked_by="provider")
        page = page_of(client, patronage)
        assert "непроверено от 7 месеца" in page
        assert "Данните може да са остарели" in page

    def test_fresh_data_do_not(self, client, full):
        assert "остарели" not in page_of(client, full)

    def test_after_its_last_day_a_service_is_gone(self, client, full):
        change(full, closes_on=days(0))
        assert client.get(full.get_absolute_url()).status_code == 200
        change(full, closes_on=days(-1))
        assert client.get(full.get_absolute_url()).status_code == 404
        assert client.get(f"{full.get_absolute_url()}list/").status_code == 404


def data_of(page: str) -> dict:
    """Return the page's JSON-LD as a search engine reads it."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


class TestJsonLd:
    def test_it_says_what_the_page_says(self, client, full):
        data = data_of(page_of(client, full))
        assert data["@context"] == "https://schema.org"
        assert data["@type"] == "GovernmentService"
        assert data["url"] == f"http://testserver{full.get_absolute_url()}"
        assert data["name"] == full.name
        assert data["serviceOperator"]["@type"] == "NGO"
        assert [offer["price"] for offer in data["offers"]] == ["10.50", "11.50", "12.50", "13.50"]
        channel = data["availableChannel"][0]
        assert channel["availableLanguage"] == ["bg", "tr"]
        where = channel["serviceLocation"]
        assert where["address"]["addressCountry"] == "BG"
        assert len(where["openingHoursSpecification"]) == 5
        assert where["specialOpeningHoursSpecification"][0]["closes"] == "00:00"
        assert {"вход без стъпала": True, "асансьор": False}.items() <= {
            feature["name"]: feature["value"] for feature in where["amenityFeature"]
        }.items()

    def test_a_shelter_cannot_be_found_by_it(self, client, patronage):
        site = factories.ServiceSiteFactory(**of(patronage), address="", address_is_secret=True)
        page = page_of(client, patronage)
        text = json.dumps(data_of(page), ensure_ascii=False)
        assert site.settlement.name not in text
        assert "geo" not in text


class TestTheSheet:
    def test_its_code_leads_to_the_page(self, client, full):
        page = client.get(f"{full.get_absolute_url()}list/").content.decode()
        assert decode(page) == [f"http://testserver{full.get_absolute_url()}"]

    def test_it_has_what_is_needed_on_the_way(self, client, full):
        page = client.get(f"{full.get_absolute_url()}list/").content.decode()
        for words in ("Документ 5", "044\xa0000\xa0300", "10,50\xa0€", "ул. „Примерна“ 1"):
            assert words in page
        assert 'content="noindex"' in page

    @pytest.mark.parametrize("path", ["/uslugi/sliven/nyama/list/", "/uslugi/x/patronazh/list/"])
    def test_there_is_none_of_what_is_not_there(self, client, patronage, path):
        assert client.get(path).status_code == 404

    def test_there_is_none_of_a_draft(self, client, patronage):
        change(patronage, status="draft")
        assert client.get(f"{ADDRESS}list/").status_code == 404


SCALE = 4


def decode(page: str) -> list[str]:
    """Draw every QR code of a page as its SVG says, and read them as a telephone does."""
    read = []
    for size, path in re.findall(
        r'<svg viewBox="0 0 (\d+) \d+" class="qr"><path[^>]+d="(.*?)"', page
    ):
        image = Image.new("L", (int(size) * SCALE,) * 2, 255)
        draw = ImageDraw.Draw(image)
        x = y = 0.0
        for command, first, second in re.findall(r"([MmHh])(-?[\d.]+)(?: ?(-?[\d.]+))?", path):
            if command == "M":
                x, y = float(first), float(second)
            elif command == "m":
                x, y = x + float(first), y + float(second)
            else:
                left, top = x * SCALE, (y - 0.5) * SCALE
                x += float(first)
                draw.rectangle((left, top, x * SCALE - 1, top + SCALE - 1), fill=0)
        read += [code.text for code in zxingcpp.read_barcodes(image)]
    return read


class TestQueries:
    def test_of_the_sheet(self, client, queries, patronage):
        def make(count: int) -> None:
            for _ in range(count):
                factories.ServiceSiteFactory(**of(patronage))
                factories.FeeFactory(**of(patronage))

        queries.assert_same(client, f"{ADDRESS}list/", make, name="usluga: list")


class TestTheMunicipality:
    def test_its_services_are_there_by_kind_with_places_and_age(self, client, sliven):
        kind = factories.ServiceKindFactory()
        services = [
            factories.ServiceFactory(municipality=sliven, kinds=[kind], name=f"Център {n}")
            for n in range(6)
        ]
        factories.CapacityFactory(**of(services[0]))
        factories.CapacityFactory(**of(services[1]), free=0)
        change(services[2], checked_on=days(-215), checked_by="office")
        page = client.get("/obshtini/sliven/").content.decode()
        assert "свободни места: 4 към" in page
        assert "няма свободни места към" in page
        assert "непроверено от 7 месеца" in page
        assert "още 2\xa0услуги" in page
        assert "Център 5" not in page
        assert f"?obshtina=sliven&amp;vid={kind.code}" in page


class TestForSearchEngines:
    def test_the_sitemap_has_what_is_public_and_nothing_else(self, client, full, patronage):
        change(patronage, status="draft")
        response = client.get("/sitemap.xml")
        assert response["Content-Type"] == "application/xml"
        found = re.findall(r"<loc>(.*?)</loc>", response.content.decode())
        assert f"http://testserver{full.get_absolute_url()}" in found
        assert "http://testserver/obshtini/sliven/" in found
        assert not [address for address in found if "patronazh" in address]

    def test_every_address_of_the_sitemap_answers(self, demo, client):
        body = client.get("/sitemap.xml").content.decode()
        found = re.findall(r"<loc>http://testserver(.*?)</loc>", body)
        assert len(found) > 40
        assert {a: r for a in found if (r := client.get(a).status_code) != 200} == {}

    def test_the_sitemap_takes_as_many_queries_for_more(self, client, queries, sliven):
        def make(count: int) -> None:
            for _ in range(count):
                factories.ServiceFactory(municipality=sliven)

        queries.assert_same(client, "/sitemap.xml", make, name="sitemap.xml", at_most=6)

    def test_robots_are_told_of_the_sitemap_and_kept_from_the_staff(self, client):
        text = client.get("/robots.txt").content.decode()
        assert "Sitemap: http://testserver/sitemap.xml" in text
        assert "Disallow: /admin/" in text
