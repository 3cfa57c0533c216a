"""Open data: what HSDS wants of them, and what they never give away."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from services_registry.api import mapping, queries, sites
from services_registry.models import Fee, Service, ServiceSite, SiteHours
from tests import factories
from tests.services_registry.hsds import (
    BROWSER,
    LISTS,
    NOBODY,
    ROOT,
    assert_valid,
    get,
    hidden,
    many,
    rich_service,
    schema,
    validator,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(sliven) -> Service:
    """A service with everything that a service may have."""
    return rich_service(sliven)


# The root


def test_root_for_programs(client):
    answer = get(client)
    assert answer["version"].startswith("3.")
    assert answer["openapi_url"] == "http://testserver/api/hsds/openapi.json"
    assert client.get(answer["openapi_url"]).status_code == 200
    wanted = schema("openapi")["paths"]["/"]["get"]["responses"]["200"]
    wanted = wanted["content"]["application/json"]["schema"]
    formats = validator("service").format_checker
    assert list(Draft202012Validator(wanted, format_checker=formats).iter_errors(answer)) == []
    assert set(answer) <= set(wanted["properties"])


def test_root_for_people(client, rich):
    response = client.get(ROOT, headers={"accept": BROWSER})
    page = response.content.decode()
    assert response["Content-Type"].startswith("text/html")
    assert "<h1>Отворени данни</h1>" in page
    assert "посочване на източника" in page
    assert "Условието подлежи на потвърждение от всяка община" in page
    assert f"{ROOT}services?municipality=sliven" in page
    assert "Accept" in response["Vary"]
    assert "Access-Control-Allow-Origin" not in response
    assert "Сдружение" not in page


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/json, */*;q=0.1"])
def test_root_is_json_unless_a_page_is_preferred(client, accept):
    response = client.get(ROOT, headers={"accept": accept})
    assert response["Content-Type"].startswith("application/json")
    assert "Accept" in response["Vary"]


def test_browser_may_see_what_programs_get(client):
    response = client.get(f"{ROOT}?format=json", headers={"accept": BROWSER})
    assert response["Content-Type"].startswith("application/json")


def test_openapi_describes_every_address(client):
    described = get(client, "openapi.json")
    assert described["openapi"].startswith("3.1")
    assert described["info"]["license"]["name"]
    paths = {path.removeprefix(ROOT.rstrip("/")): ops for path, ops in described["paths"].items()}
    standard = schema("openapi")["paths"]
    assert set(paths) == set(standard)
    for path, operations in paths.items():
        assert list(operations) == ["get"]
        assert operations["get"]["tags"] == standard[path]["get"]["tags"], path
    required = {path for path, ops in standard.items() if "required" in ops["get"]["tags"]}
    assert required == {"/", "/services", "/services/{id}"}


def test_openapi_tells_the_truth(client, rich):
    described = get(client, "openapi.json")
    formats = validator("service").format_checker
    for name in LISTS:
        asked = [(f"/{name}", name), (f"/{name}", f"{name}?full=true")]
        [first, *_rest] = get(client, name)["contents"]
        asked.append((f"/{name}/{{id}}", f"{name}/{first['id']}"))
        if name == "services":
            asked.append((f"/{name}", f"{name}?minimal=true"))
        for path, address in asked:
            operation = described["paths"][f"{ROOT.rstrip('/')}{path}"]["get"]
            answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
            whole = {**answer, "components": described["components"]}
            checker = Draft202012Validator(whole, format_checker=formats)
            faults = [
                f"{e.json_path}: {e.message}" for e in checker.iter_errors(get(client, address))
            ]
            assert faults == [], address


def test_ninja_shows_no_pages_of_its_own(client):
    assert get(client, "docs", expect=404)["message"]


# What is given out


def test_whole_service_is_valid(client, rich):
    answer = get(client, f"services/{rich.public_id}")
    assert_valid(answer, "service")
    assert answer["id"] == str(rich.public_id)
    assert answer["status"] == "active"
    assert answer["url"] == "http://testserver/uslugi/sliven/dneven-tsentar/"
    assert answer["description"].startswith("Място за деня.\n\nХрана")
    assert answer["application_process"] == (
        "1. Обадете се.\n2. Елате на разговор.\n\nНасочване: насочва общината."
    )
    assert answer["eligibility_description"] == (
        "Хора над 18 г.\n\nЗа кого не е: Хора с остро заболяване"
    )
    assert answer["assured_date"] == "2026-11-12"
    assert answer["assurer_email"] == "opora@example.bg"
    assert answer["accreditations"] == "Лиценз ДЕМО-1, валиден до 14.04.2030 г."
    assert answer["last_modified"].endswith("Z")
    assert [p["number"] for p in answer["phones"]] == ["+359 44 000 100"]
    assert [a["name"] for a in answer["service_areas"]] == ["Община Сливен"]
    assert [f["source"] for f in answer["funding"]] == ["държавно делегирана дейност"]
    [document] = answer["required_documents"]
    assert document["document"] == "Лична карта (само за справка): на лицето\nот МВР"
    [capacity] = answer["capacities"]
    assert (capacity["available"], capacity["maximum"]) == (4, 30)
    assert capacity["updated"] == "2026-11-17T22:00:00.000Z"
    assert "чакащи 2" in capacity["description"]


def test_organization_of_the_service(client, rich):
    own = get(client, f"services/{rich.public_id}")["organization"]
    assert own["website"].isascii()
    assert own["website"].startswith("https://xn--")
    assert [
        (i.get("identifier_scheme"), i["identifier"]) for i in own["organization_identifiers"]
    ] == [
        ("BG-EIK", "000590654"),
        (None, "ДЕМО-1"),
    ]
    assert own["legal_status"] == "юридическо лице с нестопанска цел"
    assert "община Сливен" in own["description"]


def test_attributes_say_what_the_law_and_citizens_say(client, rich):
    answer = get(client, f"services/{rich.public_id}")
    said = {(a["link_type"], a["value"]) for a in answer["attributes"]}
    assert said >= {
        ("service_kind", "вид 7"),
        ("scope", "специализирана"),
        ("setting", "в дома"),
        ("setting", "в център или друго място"),
        ("referral", "насочва общината"),
        ("municipality", "sliven"),
    }
    terms = {t["id"]: t for t in get(client, "taxonomy_terms")["contents"]}
    for attribute in answer["attributes"]:
        assert attribute["link_id"] == answer["id"]
        if "taxonomy_term" in attribute:
            assert terms[attribute["taxonomy_term_id"]] == attribute["taxonomy_term"]


def test_place_of_the_service(client, rich):
    [place] = get(client, f"services/{rich.public_id}")["service_at_locations"]
    location = place["location"]
    [address] = location["addresses"]
    assert (address["address_1"], address["city"], address["postal_code"]) == (
        "ул. „Примерна“ 1",
        "Сливен",
        "8800",
    )
    assert (address["state_province"], address["country"]) == ("Сливен", "BG")
    assert (location["latitude"], location["longitude"]) == (42.6817, 26.3229)
    assert [a["description"] for a in location["accessibility"]] == [
        "вход без стъпала: има",
        "асансьор: няма",
    ]
    assert [c["email"] for c in place["contacts"]] == ["center@example.bg"]
    assert [p["number"] for p in place["phones"]] == ["+359 888 000 101"]


@pytest.mark.parametrize(
    ("now", "offset", "zone"), [("2026-01-15", "+02:00", 2), ("2026-07-15", "+03:00", 3)]
)
def test_hours_have_the_offset_of_the_day(client, rich, time_machine, now, offset, zone):
    time_machine.move_to(f"{now}T12:00:00+00:00")
    [place] = get(client, f"services/{rich.public_id}")["service_at_locations"]
    [schedule] = place["schedules"]
    assert (schedule["freq"], schedule["byday"]) == ("WEEKLY", "MO,TU,WE")
    assert schedule["opens_at"] == f"08:30{offset}"
    assert schedule["closes_at"] == f"17:00{offset}"
    assert schedule["timezone"] == zone
    assert schedule["description"] == "понеделник – сряда, 8:30 – 17:00"


def test_paused_service_says_why(client, sliven):
    service = hidden(Service.Status.PAUSED, sliven)
    answer = get(client, f"services/{service.public_id}")
    assert (answer["status"], answer["alert"]) == ("temporarily closed", "ремонт")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("full", ["", "true"])
def test_lists_are_valid(client, rich, name, full):
    answer = get(client, name, **({"full": full} if full else {}))
    assert answer["contents"]
    for row in answer["contents"]:
        assert_valid(row, LISTS[name])
        assert_valid(get(client, f"{name}/{row['id']}"), LISTS[name])
    page = schema("openapi")["components"]["schemas"]["Page"]
    assert list(Draft202012Validator(page).iter_errors(answer)) == []
    assert set(answer) == {*page["properties"], "contents"}


def test_lists_leave_out_what_belongs_to_a_row_unless_asked(client, rich):
    [brief] = get(client, "services")["contents"]
    assert "service_at_locations" not in brief
    assert brief["organization"]["name"] == "Сдружение „Опора“"
    [full] = get(client, "services", full="true")["contents"]
    assert full == get(client, f"services/{rich.public_id}")
    [place] = get(client, "service_at_locations", full="true")["contents"]
    assert place["service"] == brief
    del place["service"]
    assert place == full["service_at_locations"][0]


def test_organization_with_its_services(client, rich):
    own = f"organizations/{rich.provider.public_id}"
    [brief] = get(client, own)["services"]
    assert brief == get(client, "services")["contents"][0]
    [full] = get(client, own, full_service="true")["services"]
    assert full == get(client, f"services/{rich.public_id}")
    assert_valid(get(client, own, full_service="true"), "organization")


def test_minimal_list_brings_every_service_at_once(client):
    many(3)
    answer = get(client, "services", minimal="true")
    assert (answer["total_items"], answer["total_pages"], answer["size"]) == (3, 1, 3)
    for row in answer["contents"]:
        assert set(row) == {"id", "last_modified", "modified_date"}
        assert row["last_modified"] == row["modified_date"]


def test_demo_is_valid(client, demo):
    total = Service.public.count()
    assert total >= 60
    served, page = [], 1
    while True:
        answer = get(client, "services", full="true", per_page=40, page=page)
        served += answer["contents"]
        if answer["last_page"]:
            break
        page += 1
    assert len({row["id"] for row in served}) == total == answer["total_items"]
    for row in served:
        assert_valid(row, "service")
    for row in get(client, "organizations", full="true")["contents"]:
        assert_valid(row, "organization")
    for row in get(client, "service_at_locations", full="true", per_page=100)["contents"]:
        assert_valid(row, "service_at_location")


# Identifiers


def identifiers(value) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in identifiers(one)]
    if not isinstance(value, dict):
        return []
    own = [value["id"]] if "id" in value else []
    return own + [found for one in value.values() for found in identifiers(one)]


def test_identifiers_do_not_hang_on_database_keys(client, rich):
    before = get(client, f"services/{rich.public_id}")
    with municipality_scope(rich.municipality):
        for fee in rich.fees.all():
            fee.delete()
            fee.pk = None
            fee.save()
        hours = list(SiteHours.objects.all())
        SiteHours.objects.all().delete()
        for row in hours:
            row.pk = None
            row.save()
    after = get(client, f"services/{rich.public_id}")
    assert after.pop("last_modified") > before.pop("last_modified")
    assert after == before


def test_identifiers_are_unique(client, rich):
    extra = {"service": rich, "municipality": rich.municipality, "user_group": "гости"}
    factories.FeeFactory(**extra)
    answer = get(client, f"services/{rich.public_id}")
    shared = identifiers(
        [answer["phones"], *[a.get("taxonomy_term") for a in answer["attributes"]]]
    )
    own = [one for one in identifiers(answer) if one not in shared]
    assert len(own) == len(set(own))


def test_identifier_of_a_fee_does_not_hang_on_its_sum(client, rich):
    before = [c["id"] for c in get(client, f"services/{rich.public_id}")["cost_options"]]
    with municipality_scope(rich.municipality):
        rich.fees.filter(user_group="гости").update(amount="11.11")
    after = [c["id"] for c in get(client, f"services/{rich.public_id}")["cost_options"]]
    assert before == after


# What is never given away


def test_sum_nobody_verified_is_not_given(client, rich):
    answer = get(client, f"services/{rich.public_id}")
    by_group = {c["option"]: c for c in answer["cost_options"]}
    assert (by_group["пълнолетни"]["amount"], by_group["пълнолетни"]["currency"]) == (61.36, "EUR")
    assert "Решение № 12" in by_group["пълнолетни"]["amount_description"]
    assert by_group["деца"]["amount"] == 0
    assert "amount" not in by_group["гости"]
    assert "currency" not in by_group["гости"]
    for path in (f"services/{rich.public_id}", "services", "organizations", "service_at_locations"):
        text = client.get(f"{ROOT}{path}", {"full": "true"}).content.decode()
        assert "98.76" not in text
        assert "98,76" not in text


def test_share_of_income_is_no_sum(client, rich):
    with municipality_scope(rich.municipality):
        rich.fees.update(kind=Fee.Kind.INCOME_SHARE, amount="30.00", verified=True)
    answer = get(client, f"services/{rich.public_id}")
    assert all("amount" not in option for option in answer["cost_options"])


def test_secret_place_gives_nothing_away(client, sliven):
    service = factories.ServiceFactory(municipality=sliven)
    settlement = factories.SettlementFactory(municipality=sliven, name="Тополчане")
    factories.ServiceSiteFactory(
        municipality=sliven,
        service=service,
        settlement=settlement,
        address="",
        address_is_secret=True,
        phone="044 000 126",
        note="Зад училището.",
        public_transport=True,
    )
    for path in (
        f"services/{service.public_id}",
        "services?full=true",
        "service_at_locations",
        "service_at_locations?full=true",
    ):
        text = client.get(f"{ROOT}{path}").content.decode()
        for word in ("Тополчане", "училището", "latitude", "address_1", "спирка"):
            assert word not in text, path
    [place] = get(client, f"services/{service.public_id}")["service_at_locations"]
    assert place["location"]["name"] == "Място с таен адрес"
    assert place["phones"][0]["number"] == "+359 44 000 126"


def test_secret_place_with_an_address_in_the_row_gives_nothing_away(sliven):
    service = factories.ServiceFactory(municipality=sliven)
    site = ServiceSite(
        pk=1,
        municipality=sliven,
        service=service,
        settlement=factories.SettlementFactory(municipality=sliven),
        address="ул. „Тайна“ 5",
        address_is_secret=True,
        latitude="42.1",
        longitude="26.1",
    )
    site._prefetched_objects_cache = {"hours": []}
    text = sites.service_at_location(site, full=True).model_dump_json(exclude_none=True)
    assert "Тайна" not in text
    assert "42.1" not in text
    assert str(site.settlement) not in text


@pytest.mark.parametrize("status", [Service.Status.DRAFT, Service.Status.CLOSED])
def test_unpublished_and_unknown_answer_the_same(client, sliven, status):
    service = hidden(status, sliven)
    site = ServiceSite.public.filter(service=service)
    with municipality_scope(sliven):
        site_id = site.get().public_id
    for path, known in (
        ("services", service.public_id),
        ("organizations", service.provider.public_id),
        ("service_at_locations", site_id),
    ):
        unpublished = client.get(f"{ROOT}{path}/{known}")
        unknown = client.get(f"{ROOT}{path}/{NOBODY}")
        assert unpublished.status_code == unknown.status_code == 404
        assert unpublished.content == unknown.content
        assert get(client, path)["empty"]


def test_members_see_what_everybody_sees(client, specialist, sliven, rich):
    draft = hidden(Service.Status.DRAFT, sliven)
    for path in ("services", "organizations", "service_at_locations"):
        mine = specialist.get(f"{ROOT}{path}?full=true")
        assert mine.content == client.get(f"{ROOT}{path}?full=true").content
        assert mine["Cache-Control"] == "no-store"
    assert specialist.get(f"{ROOT}services/{draft.public_id}").status_code == 404


def test_municipality_that_left_takes_its_services_along(client, sliven, rich):
    site = get(client, "service_at_locations")["contents"][0]["id"]
    sliven.is_active = False
    sliven.save()
    for path in ("services", "organizations", "service_at_locations"):
        assert get(client, path)["total_items"] == 0
    get(client, f"services/{rich.public_id}", expect=404)
    get(client, f"organizations/{rich.provider.public_id}", expect=404)
    get(client, f"service_at_locations/{site}", expect=404)


# Small things


@pytest.mark.parametrize(
    ("written", "given_out"),
    [
        ("044 000 100", "+359 44 000 100"),
        ("0888-000-101", "+359 888-000-101"),
        ("+359 44 000 100", "+359 44 000 100"),
        ("112", "112"),
        ("044 000 100, 044 000 101", "044 000 100, 044 000 101"),
        ("00359 44 000 100", "00359 44 000 100"),
    ],
)
def test_telephones_are_international(written, given_out):
    assert sites.international(written) == given_out


@pytest.mark.parametrize(
    ("written", "given_out"),
    [
        ("https://example.bg/a b", "https://example.bg/a%20b"),
        ("https://име:парола@община.бг:8080/път?а=б", "https://xn--80abvuc1e.xn--90ae:8080/"),
        ("", None),
        ("https://[", None),
        ("https://" + "а" * 70 + ".bg", None),
    ],
)
def test_web_addresses_are_ascii(written, given_out):
    found = mapping.ascii_uri(written)
    assert found == given_out or (given_out and found.startswith(given_out))
    assert found is None or found.isascii()


def test_only_open_statuses_have_a_word_in_hsds():
    assert set(mapping.STATUS) == set(Service.PUBLIC_STATUSES)
    assert queries.published().query  # needs no scope


def test_role_of_the_head_changes_nothing(client, head, rich):
    assert head.membership.role == Role.HEAD
    assert head.get(f"{ROOT}services").content == client.get(f"{ROOT}services").content
