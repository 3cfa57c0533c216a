"""A search for a kind that the municipality does not have is counted, and nothing else of it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from services_registry.classifiers import SearchSynonym
from services_registry.models import ServiceKind, UnmetSearch
from services_registry.searches import count_unmet
from tests.factories import ServiceFactory, ServiceKindFactory, ServiceSiteFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def kinds(sliven) -> dict[str, ServiceKind]:
    """Day care is there, a shelter and residential care are not."""
    made = {
        "day_care": ServiceKindFactory(
            number=7, code="day_care", name="Дневна грижа", plain_name="Грижа през деня"
        ),
        "residential_care": ServiceKindFactory(
            number=8, code="residential_care", name="Резидентна грижа",
            plain_name="Дом с постоянна грижа",
        ),
        "shelter": ServiceKindFactory(
            number=9, code="shelter", name="Осигуряване на подслон", plain_name="Подслон"
        ),
    }  # fmt: skip
    centre = ServiceFactory(municipality=sliven, name="Дневен център", kinds=[made["day_care"]])
    ServiceSiteFactory(municipality=sliven, service=centre)
    SearchSynonym.objects.create(term="бездомен", expands_to=["подслон"])
    SearchSynonym.objects.create(
        term="няма кой да го гледа", expands_to=["резидентна грижа", "дневна грижа"]
    )
    return made


def look(client, *, agent: str = BROWSER, **asked) -> None:
    response = client.get("/uslugi/", asked, headers={"User-Agent": agent} if agent else {})
    assert response.status_code == 200


def counted(sliven) -> dict[str, int]:
    names = {kind.pk: kind.code for kind in ServiceKind.objects.all()}
    return {names[row.kind_id]: row.count for row in rows_of(sliven, UnmetSearch)}


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("подслон", ["shelter"]),
        ("Търся подслон за майка ми", ["shelter"]),
        ("за бездомни", ["shelter"]),
        ("дом за стари хора", ["residential_care"]),
        ("кризисен център или старчески дом", ["residential_care", "shelter"]),
        ("дневна грижа", []),
        ("няма кой да го гледа", []),  # day care is an answer to it
        ("дом", []),
        ("грижа", []),
        ("", []),
        ("\x00\ud800 %' --", []),
    ],
)
def test_words_mean_a_kind(kinds, words, missing):
    assert sorted(count_unmet(place="sliven", words=words, kind="")) == missing


def test_a_search_counts_once_a_month_and_keeps_no_words(client, sliven, elena, kinds):
    look(client, q="подслон", obshtina="sliven")
    look(client, q="приют", myasto="Сливен")
    look(client, vid="shelter", obshtina="sliven")
    assert counted(sliven) == {"shelter": 3}
    (row,) = rows_of(sliven, UnmetSearch)
    assert row.month == timezone.localdate().replace(day=1)
    assert {field.name for field in UnmetSearch._meta.fields} == {
        "id", "municipality", "kind", "month", "count",
    }  # fmt: skip
    assert not rows_of(elena, UnmetSearch)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "подслон"},  # of no municipality
        {"q": "подслон", "obshtina": "nyama"},
        {"q": "подслон", "obshtina": "sliven", "page": "2"},
        {"q": "подслон", "obshtina": "sliven", "tsena": "bezplatno"},
        {"q": "подслон", "obshtina": "sliven", "izgled": "karta"},
        {"q": "подслон", "obshtina": "sliven", "agent": "Mozilla/5.0 (compatible; SomeBot/2.1)"},
        {"q": "подслон", "obshtina": "sliven", "agent": ""},
        {"obshtina": "sliven"},
    ],
)
def test_what_is_no_citizens_question_is_not_counted(client, sliven, kinds, asked):
    look(client, **asked)
    assert counted(sliven) == {}


def test_heads_staff_and_what_is_fetched_beforehand_are_not_counted(
    client, specialist, sliven, kinds
):
    asked = {"q": "подслон", "obshtina": "sliven"}
    client.head("/uslugi/", asked, headers={"User-Agent": BROWSER})
    look(specialist, **asked)
    early = {"User-Agent": BROWSER, "Sec-Purpose": "prefetch;prerender"}
    client.get("/uslugi/", asked, headers=early)
    assert counted(sliven) == {}


def test_once_there_is_a_service_nothing_is_missing(client, sliven, kinds):
    draft = ServiceFactory(municipality=sliven, kinds=[kinds["shelter"]], status="draft")
    look(client, q="подслон", obshtina="sliven")
    assert counted(sliven) == {"shelter": 1}
    with municipality_scope(sliven):
        draft.status = "published"
        draft.save()
    look(client, q="подслон", obshtina="sliven")
    assert counted(sliven) == {"shelter": 1}
