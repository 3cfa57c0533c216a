"""The five announced projects, word for word with the announcements: what they say, nothing else.

Each fact is read from the demo's rows and on the page that citizens get.
"""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest

from municipalities.models import Municipality
from municipalities.templatetags.portal import money
from municipalities.tenancy import municipality_scope
from projects.models import Project
from projects.publicity.poster import poster_data

PRCHR = "Програма „Развитие на човешките ресурси“ 2021–2027"
CAPACITY = "BG05SFPR002-2.002 „Укрепване на общинския капацитет“"
NOTHING_MORE = {
    "contract_number": "",
    "contract_signed_on": None,
    "contract_signed_note": "",
    "starts_on": None,
    "starts_note": "",
    "ends_on": None,
}
APRIL = dt.date(2023, 4, 1)

FACTS = {
    "sliven": {
        "name": "Информационно-консултативен център в кв. „Дружба“",
        "programme": PRCHR,
        "procedure": CAPACITY,
        "amount": "420304.68",
        "eur": "214898.37",
        "kind": "value",
        "months": 24,
        "funding": {"grant": ("420304.68", "100.00")},
        "results": {5, 51},
        "known": {},
        "on_page": [
            "420 304,68 лв. (214 898,37 €)",
            "24 месеца",
            "5 лица",
            "51 лица",
            "100 %",
            "осмият по големина",
            "165-те общини",
            "ул. „Стефан Стамболов“ №6",
        ],
        "not_on_page": ["Начало", "Край", "Договор", "Партньор"],
    },
    "dolni-chiflik": {
        "name": "Център за възстановяване на социалния живот",
        "programme": "Оперативна програма „Развитие на човешките ресурси“ 2014–2020",
        "procedure": None,
        "amount": "198660.00",
        "eur": "101573.25",
        "kind": "grant",
        "months": 18,
        "funding": {"eu": ("188727.00", "95.00"), "national": ("9933.00", "5.00")},
        "results": {2, 1},
        "known": {"contract_signed_note": "през февруари", "starts_note": "3 юли"},
        "on_page": [
            "198 660,00 лв. (101 573,25 €)",
            "188 727,00 лв.",
            "9 933,00 лв.",
            "95 %",
            "5 %",
            "18 месеца",
            "3 юли (непълна дата)",
            "Община Осило (Италия)",
            "Наръчник „Интегрирани социални услуги – за всеки според потребностите“",
            "Международна конференция",
            "Електронна платформа",
            "2 бр.",
        ],
        "not_on_page": ["Процедура", "Край", "Момкова"],
    },
    "aytos": {
        "name": "Укрепване на капацитета на Община Айтос за предоставяне на социални услуги",
        "programme": PRCHR,
        "procedure": CAPACITY,
        "amount": "88811.00",
        "eur": "45408.34",
        "kind": "value",
        "months": 24,
        "funding": {},
        "results": {2, 15, 1},
        "known": {"starts_on": APRIL},
        "on_page": [
            "88 811,00 лв. (45 408,34 €)",
            "01.04.2023",
            "01.04.2025 (изчислен)",
            "24 месеца",
            "15 лица",
            "2 лица",
            "2 бр.",
            "1 бр.",
            "Европейски социален фонд плюс",
            "Дейност 1. Наемане и обучение на персонала",
            "2.1. Подготовка за обезпечаване",
            "2.2. Изготвяне на анализ",
            "2.3. Провеждане на разяснително-информационни кампании",
        ],
        "not_on_page": ["Финансиране по източник", "BG05SFR002", "Договор"],
    },
    "svoge": {
        "name": "Укрепване на общинския капацитет в община Своге",
        "programme": PRCHR,
        "procedure": None,
        "amount": "18797.00",
        "eur": "9610.75",
        "kind": "value",
        "months": 6,
        "funding": {},
        "results": {1, 2},
        "known": {"starts_on": APRIL},
        "on_page": [
            "18 797,00 лв. (9 610,75 €)",
            "01.04.2023",
            "01.10.2023 (изчислен)",
            "6 месеца",
            "Ново лице, наето на трудов договор",
            "2 лица",
        ],
        "not_on_page": ["Финансиране по източник", "Процедура", "Договор"],
    },
    "elena": {
        "name": "Укрепване капацитета на служителите от общинска администрация Елена",
        "programme": PRCHR,
        "procedure": CAPACITY,
        "amount": "49128.00",
        "eur": "25118.75",
        "kind": "grant",
        "months": 12,
        "funding": {},
        "results": {3},
        "known": {
            "contract_number": "BG05SFPR002-2.002-0078",
            "ends_on": dt.date(2024, 4, 13),
        },
        "on_page": [
            "49 128,00 лв. (25 118,75 €)",
            "№ BG05SFPR002-2.002-0078",
            "13.04.2024",
            "12 месеца",
            "3 лица",
            "Индивидуална и групова супервизия",
        ],
        "not_on_page": ["Начало", "(изчислен)", "Финансиране по източник"],
    },
}


# Every number of the announcements that is about the project itself (not the days of publishing and
# of editing the news), as the announcement writes it, and how the page says it.
NUMBERS = {
    "sliven": {
        "165-те общини": "165-те общини",
        "2021 – 2027 г.": "2021–2027",
        "осмият по големина": "осмият по големина",
        "ул. „Стефан Стамболов“ №6": "ул. „Стефан Стамболов“ №6",
        "първия етаж": "първия етаж",
        "5 нови специалисти": "5 лица",
        "51 души": "51 лица",
        "24 месеца": "24 месеца",
        "420 304,68 лв.": "420 304,68 лв. (214 898,37 €)",
        "100% безвъзмездна финансова помощ": "100 %",
    },
    "dolni-chiflik": {
        "2014-2020": "2014–2020",
        "февруари": "подписан през февруари",
        "198 660,00 лв.": "198 660,00 лв. (101 573,25 €)",
        "188 727 лв.": "188 727,00 лв. 96 494,58 € 95 %",
        "9933,00 лв.": "9 933,00 лв. 5 078,66 € 5 %",
        "18 месеца": "18 месеца",
        "3 юли": "3 юли",
        "две работни места": "Център с две работни места",
        "едно гише": "едно гише",
    },
    "aytos": {
        "BG05SFR002.-2.002": "BG05SFPR002-2.002",  # its misprint is put right
        "2021-2027": "2021–2027",
        "88 811.00 лв.": "88 811,00 лв. (45 408,34 €)",
        "01.04.2023 г.": "01.04.2023",
        "24 месеца": "24 месеца",
        "Дейност 1": "Дейност 1.",
        "Дейност 2": "Дейност 2.",
        "2.1.": "2.1.",
        "2.2.": "2.2.",
        "2.3.": "2.3.",
        "двама социални работници": "Назначени социални работници 2 лица",
        "две работни места": "фронт-офис 2 бр.",
        "15 служители": "15 лица",
        "анализ": "Айтос 1 бр.",
    },
    "svoge": {
        "2021-2027г.": "2021–2027",
        "01.04.2023г.": "01.04.2023",
        "6 месеца": "6 месеца",
        "18 797 лева": "18 797,00 лв. (9 610,75 €)",
        "едно ново лице": "1 лица",
        "двама настоящи служители": "допълнително споразумение 2 лица",
    },
    "elena": {
        "BG05SFPR002-2.002-0078": "№ BG05SFPR002-2.002-0078",
        "2021-2027": "2021–2027",
        "BG05SFPR002-2.002": "BG05SFPR002-2.002 „Укрепване на общинския капацитет“",
        "12 месеца": "12 месеца",
        "13.04.2024 г.": "13.04.2024",
        "49 128,00 лв.": "49 128,00 лв. (25 118,75 €)",
        "3 общински служители": "3 лица",
    },
}


@pytest.fixture(params=FACTS)
def announced(request, demo):
    """(the project with its municipality's scope open, what the announcement says)"""
    municipality = Municipality.objects.get(slug=request.param)
    with municipality_scope(municipality):
        yield Project.objects.for_listing().get(is_public=True), FACTS[request.param]


def test_the_facts(announced):
    project, says = announced
    assert project.name == says["name"]
    assert str(project.programme) == says["programme"]
    assert (str(project.procedure) if project.procedure else None) == says["procedure"]
    assert (project.amount, project.currency) == (Decimal(says["amount"]), "BGN")
    assert project.amount_eur == Decimal(says["eur"])
    assert project.amount_kind == says["kind"]
    assert project.duration_months == says["months"]
    assert project.is_public


def test_what_is_not_said_stays_empty(announced):
    project, says = announced
    assert {name: getattr(project, name) for name in NOTHING_MORE} == NOTHING_MORE | says["known"]
    assert not project.budget_lines.exists()
    assert not project.indicators.exclude(baseline=None).exists()


def test_money_by_source(announced):
    project, says = announced
    rows = {row.source: (row.amount, row.share) for row in project.funding.all()}
    assert rows == {
        source: (Decimal(amount), Decimal(share))
        for source, (amount, share) in says["funding"].items()
    }
    if rows:
        assert sum(amount for amount, _share in rows.values()) == project.amount


def test_planned_results(announced):
    project, says = announced
    assert {int(row.target) for row in project.indicators.all()} == says["results"]


def test_the_page_says_it_and_nothing_else(announced, client):
    project, says = announced
    text = words_of(client.get(project.get_absolute_url()))
    for said in says["on_page"]:
        assert said in text
    for unsaid in says["not_on_page"]:
        assert unsaid not in text
    assert "Съфинансирано от Европейския съюз" in text


def test_every_number_of_the_announcement_is_on_the_page(announced, client):
    project, _says = announced
    text = words_of(client.get(project.get_absolute_url()))
    numbers = NUMBERS[project.municipality.slug]
    assert [told for told, shown in numbers.items() if shown not in text] == []


def test_every_amount_of_the_announcement_is_on_the_poster(announced):
    project, says = announced
    said = poster_data(Project.public.for_page().get(pk=project.pk))
    euro = f"{Decimal(says['eur']):,.2f}".replace(",", "\xa0").replace(".", ",")
    assert said["amount"] == [money(project.amount, "BGN"), f"{euro}\xa0€"]
    sources = {row["amount"][0] for row in said["sources"]}
    assert sources == {money(amount, "BGN") for amount, _share in says["funding"].values()}
    assert said["eu"]["statement"] == "Съфинансирано от Европейския съюз"
    assert said["eu"]["programme"] == says["programme"]


def test_the_parts_of_dolni_chiflik_make_up_the_whole_to_the_cent(demo):
    with municipality_scope(Municipality.objects.get(slug="dolni-chiflik")):
        project = Project.public.get(municipality__slug="dolni-chiflik")
        parts = sorted(row.amount for row in project.funding.all())
    assert parts == [Decimal("9933.00"), Decimal("188727.00")]
    assert sum(parts) == project.amount == Decimal("198660.00")


def test_the_activities_of_aytos_are_a_numbered_tree(demo):
    municipality = Municipality.objects.get(slug="aytos")
    with municipality_scope(municipality):
        rows = Project.objects.get(is_public=True).activities.select_related("parent")
        tree = [(row.number, row.parent.number if row.parent else None) for row in rows]
    assert tree == [("1", None), ("2", None), ("2.1", "2"), ("2.2", "2"), ("2.3", "2")]


def test_the_misprint_of_aytos_is_noted_where_managers_read(demo):
    with municipality_scope(Municipality.objects.get(slug="aytos")):
        assert "BG05SFR002.-2.002" in Project.objects.get(is_public=True).note


def test_loading_again_changes_nothing(demo):
    from projects import demo as projects_demo

    lines: list[str] = []
    projects_demo.load(report=lines.append)
    assert Project.public.count() == 5
    assert lines == ["Проекти: 5 и по един примерен"]


def words_of(response) -> str:
    """The text of a page as it is read: no tags, plain spaces."""
    assert response.status_code == 200
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    text = html.unescape(re.sub(r"<[^>]+>", " ", main)).replace("\xa0", " ")
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"([(]) | ([).,])", r"\1\2", text)
