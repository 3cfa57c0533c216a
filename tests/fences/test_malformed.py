"""Whatever is sent, the portal answers: with what was asked or with a message, never a 500."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import escape

from frontoffice.models import Consultation
from municipalities.tenancy import municipality_scope
from services_registry.search import index_service, rebuild_vocabulary
from tests import factories
from tests.support.html import contexts_are_not_kept
from tests.support.rows import plant

NUL = "\x00"
NASTY = {
    "NUL": NUL,
    "NUL in a word": f"дом{NUL}ашен",
    "10 000 characters": "домашен " * 1250,
    "one long word": "а" * 10_000,
    "lone surrogate": "\udc80",
    "bad UTF-8": "%ff%fe%80",
    "half a sequence": "%d0",
    "quote": "'",
    "quotes": "''\"\"",
    "SQL": "'; DROP TABLE services_registry_service; --",
    "tsquery": "! & | ( ) <-> :* ' \\",
    "LIKE": "%_\\%",
    "percent": "100%",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onfocus="alert(1)" autofocus="',
    "right to left": "\u202eакод\u202c",
    "zero width": "дом\u200b\u200d\ufeffашен",
    "combining": "и\u0306" + "\u0301" * 200,
    "emoji": "👵🏽‍🦽🏠",
    "other scripts": "家庭 בית بيت",
    "control": "\x01\x02\x1b[31m\x7f",
    "newlines": "a\r\nSet-Cookie: x=y",
    "negative": "-1",
    "huge": "9" * 400,
    "float": "1e400",
    "not a number": "nan",
    "path": "../../../../etc/passwd",
    "null": "null",
    "brackets": "[]={}",
}
PUBLIC = [
    "/",
    "/uslugi/",
    "/obshtini/",
    "/kampanii/",
    "/proekti/",
    "/zayavlenie/",
    "/lichni-danni/",
]
PARAMETERS = {
    "/": ["q", "page"],
    "/uslugi/": ["q", "myasto", "obshtina", "situatsiya", "za", "vid", "sreda", "page"],
    "/obshtini/": ["page"],
    "/kampanii/": ["obshtina", "koga", "mesto", "page"],
    "/proekti/": ["obshtina", "page"],
    "/zayavlenie/": ["usluga", "obshtina"],
    "/lichni-danni/": ["page"],
}
JOURNAL = "/rabotno-myasto/konsultatsii/"
DESK = {
    "/rabotno-myasto/": ["page"],
    JOURNAL: ["q", "ot", "do", "tema", "kanal", "moi", "page"],
}


def encoded(text: str) -> str:
    """Return a value for a query string, byte by byte; what is written as %xx stays as it is."""
    if text.startswith("%") and len(text) > 2 and text[1:3] != "_\\":
        return text
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def raw_get(client, path: str, query: str = ""):
    """GET an address as it stands, without the client's own tidying."""
    return client.generic("GET", path, QUERY_STRING=query)


@pytest.fixture
def town(sliven):
    """A row of everything, published, so that pages have something to do."""
    return plant(sliven, "Слово", public=True)


def answers(client, calls: list[tuple[str, str]]) -> dict[str, int]:
    """Return the calls answered with a 5xx, of (path, query)."""
    client.raise_request_exception = False
    failed = {}
    with contexts_are_not_kept():
        for path, query in calls:
            status = raw_get(client, path, query).status_code
            if status >= 500:
                failed[f"{path}?{query[:80]}"] = status
    return failed


# What test_malformed_everywhere tries as well is tried here with every second of them.
SOME = list(NASTY)[::2]


# Addresses and query strings


@pytest.mark.parametrize("what", NASTY)
def test_public_pages_survive_any_query(client, town, what):
    value = encoded(NASTY[what])
    calls = [
        # A name that the page does not know changes nothing of how it reads those it does.
        (path, f"{name}={value}&{name}={value}&{name}[]={value}")
        for path, names in PARAMETERS.items()
        for name in [*names, "nobody"]
    ]
    assert answers(client, calls) == {}


@pytest.mark.parametrize("what", SOME)
def test_the_desk_survives_any_query(specialist, town, what):
    value = encoded(NASTY[what])
    calls = [
        # Once it comes last and is what is read, once it comes before another.
        (path, f"{name}={value}" if place % 2 else f"{name}={value}&{name}=1")
        for path, names in DESK.items()
        for place, name in enumerate([*names, "nobody"], start=len(what))
    ]
    assert answers(specialist, calls) == {}


@pytest.mark.parametrize("what", NASTY)
def test_every_part_of_an_address_survives_anything(client, specialist, town, what):
    part = NASTY[what][:2000].encode("utf-8", "surrogatepass").decode("latin-1")
    public = [
        f"/{part}",
        f"/uslugi/{part}/",
        f"/uslugi/sliven/{part}/",
        f"/uslugi/{part}/{part}/",
        f"/obshtini/{part}/",
        f"/proekti/{part}/",
        f"/accounts/password/reset/key/{part}-{part}/",
        f"/accounts/confirm-email/{part}/",
        f"/api/hsds/services/{part}",
    ]
    assert answers(client, [(path, "") for path in public]) == {}
    desk = [f"{JOURNAL}{part}/", f"/rabotno-myasto/{part}/", f"/profil/{part}"]
    assert answers(specialist, [(path, "") for path in desk]) == {}


@pytest.mark.parametrize("what", SOME)
def test_the_admin_survives_any_address_and_query(manager, town, what):
    value, part = (
        encoded(NASTY[what]),
        NASTY[what][:500].encode("utf-8", "replace").decode("latin-1"),
    )
    # All lists are made one way (and tried by test_malformed_everywhere); one reads other rows.
    lists = ["trainings/training", "municipalities/settlement"]
    calls = [(f"/admin/{one}/{part}/change/", "") for one in lists]
    calls += [(f"/admin/{one}/{part}/history/", "") for one in lists]
    for one in lists:
        for name in (
            "q",
            "o",
            "p",
            "id",
            "all",
            "project__id__exact",
            "municipality__id__exact",
            "e",
        ):
            calls.append((f"/admin/{one}/", f"{name}={value}"))
    for name in ("app_label", "model_name", "field_name", "term", "page"):
        good = {
            "app_label": "trainings",
            "model_name": "training",
            "field_name": "project",
            "term": "a",
        }
        query = "&".join(f"{k}={v}" for k, v in {**good, name: value}.items())
        calls.append(("/admin/autocomplete/", query))
    calls.append(("/admin/login/", f"next={value}"))
    assert answers(manager, calls) == {}


@pytest.mark.parametrize(
    "number", ["0", "-1", "9223372036854775807", "9223372036854775808", "9" * 200]
)
def test_numbers_of_consultations_that_cannot_be_are_missing(specialist, number):
    assert specialist.get(f"{JOURNAL}{number}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_methods_a_page_does_not_have_are_refused(client, specialist, town, method):
    number = town[Consultation].pk
    for who, path in (
        *((client, path) for path in PUBLIC),
        (specialist, "/rabotno-myasto/"),
        (specialist, JOURNAL),
        (specialist, f"{JOURNAL}{number}/"),
        (specialist, f"{JOURNAL}nova/"),
        (specialist, "/profil/"),
        (specialist, "/vhod/"),
    ):
        status = getattr(who, method)(path).status_code
        allowed = {405} if method != "post" else {405, 422, 200, 302}
        assert status in allowed, f"{method} {path}: {status}"


def test_head_answers_like_get_without_the_page(client, specialist, town):
    for who, path in ((client, "/uslugi/"), (specialist, JOURNAL), (specialist, f"{JOURNAL}nova/")):
        response = who.head(path)
        assert response.status_code == 200
        assert response.content == b""


def test_a_made_up_host_or_body_is_refused(client, town):
    client.raise_request_exception = False
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400
    for body, kind in (
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"{", "application/json"),
    ):
        assert client.generic("POST", "/accounts/login/", body, content_type=kind).status_code < 500


# What the visitor reads


@pytest.fixture
def home_care(sliven):
    """One service that is found by its words, and one that is not asked for."""
    service = factories.ServiceFactory(
        municipality=sliven, name="Домашни грижи за стари хора", own_words="майка ми не може сама"
    )
    other = factories.ServiceFactory(municipality=sliven, name="Център за обществена подкрепа")
    with municipality_scope(sliven):
        for one in (service, other):
            index_service(one)
    rebuild_vocabulary()
    return service, other


def found(client, query: str) -> tuple[list[str], str]:
    response = client.get("/uslugi/", {"q": query})
    assert response.status_code == 200
    return [s.name for s in response.context["page_obj"]], response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "домашни грижи",
        "домашните грижи",
        "домашна грижа",
        "грижите",
        "стар човек",
        "ДОМАШНИ ГРИЖИ",
        "domashni grizhi",
        "за майка ми",
    ],
)
def test_an_inflected_form_gives_results(client, home_care, query):
    assert home_care[0].name in found(client, query)[0]


@pytest.mark.parametrize("query", ["домашни грижо", "дамашни грижи", "домашни гржи"])
def test_a_typo_gives_results(client, home_care, query):
    assert found(client, query)[0] == [home_care[0].name]


def test_what_was_searched_instead_is_said(client, home_care):
    assert "вместо „дамашни“" in found(client, "дамашни грижи")[1]


@pytest.mark.parametrize("query", ["", " ", "\t\n"])
def test_an_empty_search_gives_everything(client, home_care, query):
    assert sorted(found(client, query)[0]) == sorted(service.name for service in home_care)


def test_a_search_of_10_000_characters_gives_a_clear_message(client, home_care):
    _names, page = found(client, "домашен " * 1250)
    assert "Търсенето е твърде дълго. Опишете нуждата с най-много 200 знака." in page
    assert 'class="errors"' in page
    assert "Грешка:" in page


@pytest.mark.parametrize("query", [NUL, f"домашни{NUL} грижи"])
def test_a_nul_byte_gives_a_clear_message(client, home_care, query):
    _names, page = found(client, query)
    assert 'class="errors"' in page
    assert NUL not in page
    assert "В търсенето има знак, който не се чете." in page


@pytest.mark.parametrize("what", ["markup", "attribute", "quote", "SQL"])
def test_what_was_typed_comes_back_as_text(client, home_care, what):
    _names, page = found(client, NASTY[what])
    assert NASTY[what] not in page.replace(escape(NASTY[what]), "") or what == "quote"


def test_a_wrong_filter_is_told_of_and_the_rest_is_shown(client, home_care):
    response = client.get("/uslugi/", {"obshtina": "nyama", "vid": "nyama"})
    assert len(response.context["page_obj"].object_list) == 2
    assert "Няма такъв избор. Показваме всички." in response.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", "1.5", "", "9" * 50])
def test_a_page_number_that_cannot_be_shows_a_page(client, home_care, page):
    assert client.get("/uslugi/", {"page": page}).context["page_obj"].object_list


# Forms of the desk


@pytest.mark.parametrize("what", SOME)
def test_the_capture_form_survives_anything(specialist, town, sliven, what):
    specialist.raise_request_exception = False
    value = NASTY[what].encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    names = (
        "channel",
        "topics",
        "subject",
        "services",
        "note",
        "outcome",
        "missing_kind",
        "settlement",
        "held_at",
        "duration_minutes",
        "form_key",
        "version",
        "person",
        "person_asked",
        "follow_up_on",
        "follow_up_title",
        "clock",
        "new-names",
        "new-phones",
        "new-identifier",
        "new-form_key",
        "new-shown",
    )
    number = town[Consultation].pk
    with municipality_scope(sliven):
        Consultation.objects.update(specialist=specialist.user)  # who may then correct it
    for url in (f"{JOURNAL}nova/", f"{JOURNAL}{number}/promyana/", "/profil/"):
        once = dict.fromkeys(names, value)
        for data in (once, {n: [value, value] for n in names}, {**once, "write_down": value}):
            response = specialist.post(url, {**data, "membership": value})
            assert response.status_code in (200, 422), f"{url}: {response.status_code}"
    with municipality_scope(sliven):
        assert Consultation.objects.count() == 1


def test_a_note_may_hold_any_text_people_write(specialist, town, sliven):
    with municipality_scope(sliven):
        topic = town[Consultation].topics.get()
    note = "„Баба ми“ каза: 100% <важно> & {{ не }} 👵🏽 '; --"
    specialist.is_careful = False  # its {{ }} are the person's own, and come back as text
    response = specialist.post(
        reverse("consultation_new"),
        {
            "channel": "phone",
            "topics": [topic.pk],
            "subject": "self",
            "outcome": "informed",
            "note": note,
            "held_at": "20.11.2026 10:00",
            "duration_minutes": "5",
            "form_key": "11111111-1111-4111-8111-111111111111",
        },
    )
    assert response.status_code == 302, response.content.decode()
    with municipality_scope(sliven):
        consultation = Consultation.objects.exclude(pk=town[Consultation].pk).get()
        assert consultation.note == note
    page = specialist.get(reverse("consultation_edit", args=[consultation.pk])).content.decode()
    assert escape(note) in page
