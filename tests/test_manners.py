"""The suite's own manners work: each is shown something wrong and must notice."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.template import engines
from django.template.loader import render_to_string

from municipalities.models import Municipality, Province
from tests import factories
from tests.support import people
from tests.support.html import PageFault, check_response, faults_of_page
from tests.support.queries import QueryCounts, statements
from tests.support.shuffle import as_they_come
from tests.support.undefined import UndefinedVariable

GOOD = '<!doctype html><html lang="bg"><head><title>Т</title></head><body>{}</body></html>'


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<script>alert(1)</script>", "inline script"),
        ("<style>p{}</style>", "inline style sheet"),
        ('<p style="color: red">', "style attribute"),
        ('<p onclick="x()">', "event handler onclick"),
        ('<a href="javascript:x()">', "javascript: address"),
        ("{{ name }}", "template syntax {{"),
        ("{% if %}", "template syntax {%"),
        ("{# note #}", "template syntax {#"),
        ('<p id="a"></p><p id="a"></p>', 'id="a" used 2 times'),
        ('<form method="post"></form>', "form without a CSRF token"),
        ("<form><form></form></form>", "form inside a form"),
    ],
)
def test_a_wrong_page_is_refused(body, fault):
    response = HttpResponse(GOOD.replace("{}", body))
    with pytest.raises(PageFault, match=fault.replace("{", r"\{")):
        check_response(response)


def test_a_right_page_passes():
    body = (
        '<p id="a"></p><form><input name="q"></form><script src="/a.js"></script>'
        '<script type="application/ld+json">{"name": "a"}</script>'
        '<form method="post"><input name="csrfmiddlewaretoken" value="x"></form>'
    )
    assert faults_of_page(GOOD.replace("{}", body)) == []


def test_a_page_without_language_or_title_is_refused_and_a_part_of_one_is_not():
    assert faults_of_page("<html><body></body></html>") == ["no lang on <html>", "no <title>"]
    assert "no <html> element" in faults_of_page("<p>част</p>")
    assert faults_of_page("<p>част</p>", whole=False) == []


def test_answers_that_are_not_pages_are_left_alone():
    check_response(HttpResponse("{{ }}", content_type="text/plain"))
    check_response(HttpResponse(b"", content_type="text/html"))


def test_the_client_of_the_suite_looks_at_pages(client, monkeypatch, db):
    monkeypatch.setattr(
        "municipalities.views.health.JsonResponse", lambda data: HttpResponse("<p onclick=x>")
    )
    with pytest.raises(PageFault, match="GET /healthz"):
        client.get("/healthz")


# Templates


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("{{ nobody }}", "nobody"),
        ("{{ nobody|upper }}", "nobody"),
        ("{{ user.nothing }}", "user.nothing"),
        ("{% with a=nobody %}{{ a }}{% endwith %}", "nobody"),
        (
            "{% load i18n %}{% blocktranslate %}Здравей, {{ nobody }}{% endblocktranslate %}",
            "nobody",
        ),
        ("{% for a in some %}{{ a.nothing }}{% endfor %}", "a.nothing"),
    ],
)
def test_an_undefined_variable_is_an_error(source, missing, tmp_path, monkeypatch):
    render = _from_file_of_ours(source, tmp_path, monkeypatch)
    with pytest.raises(UndefinedVariable, match=f"page.html, line 1: {missing} "):
        render({"user": object(), "some": [1]})


@pytest.mark.parametrize(
    "source",
    [
        "{% if nobody %}x{% endif %}",
        "{% if nobody.name == 'x' %}x{% endif %}",
        "{% for a in nobody %}x{% endfor %}",
        "{% firstof nobody 'x' %}",
        "{{ none }}{{ empty }}{{ zero }}",
    ],
)
def test_asking_whether_a_variable_is_there_is_not(source, tmp_path, monkeypatch):
    render = _from_file_of_ours(source, tmp_path, monkeypatch)
    assert render({"none": None, "empty": "", "zero": 0}) in ("", "x", "None0")


def test_templates_of_packages_may_leave_variables_out():
    source = "{{ nobody }}{{ nobody|default:'x' }}"
    assert engines["django"].from_string(source).render({}) == "x"
    assert "nav-sidebar" in render_to_string("admin/nav_sidebar.html", {"available_apps": []})


def _from_file_of_ours(source, folder, monkeypatch):
    (folder / "page.html").write_text(source, encoding="utf-8")
    monkeypatch.setattr("tests.support.undefined.OURS", folder)
    engine = engines["django"].engine
    template = engine.from_string(source)
    for node in template.nodelist.get_nodes_by_type(object):
        node.origin = type("Origin", (), {"name": str(folder / "page.html")})
    return lambda context: (
        engines["django"].from_string("{% include page %}").render({**context, "page": template})
    )


# The order of rows


@pytest.fixture
def thirty(db):
    for number in range(30):
        factories.ProvinceFactory(code=f"{number:03d}", name=f"{number:03d}")


def test_rows_without_an_order_are_shuffled(thirty):
    names = [p.name for p in Province.objects.order_by()]
    assert sorted(names) == [f"{n:03d}" for n in range(30)]
    assert names != sorted(names)


def test_distinct_values_and_unions_are_shuffled_and_stay_what_they_are(thirty):
    codes = Province.objects.order_by().values_list("code", flat=True)
    for rows in (
        codes.distinct(),
        codes.filter(code__lt="015").union(codes.filter(code__gt="010")),
    ):
        assert sorted(rows) == [f"{n:03d}" for n in range(30)]
        assert list(rows.all()) != sorted(rows)


def test_rows_with_an_order_keep_it(thirty):
    ordered = [f"{n:03d}" for n in range(30)]
    assert [p.code for p in Province.objects.all()] == ordered
    assert [p.code for p in Province.objects.order_by("-code")] == ordered[::-1]
    assert Province.objects.order_by().first().code == "000"


def test_which_rows_an_unordered_slice_holds_is_open_too(thirty):
    seen = {p.code for _ in range(20) for p in Province.objects.order_by()[:3]}
    assert len(seen) > 3


def test_shuffling_can_be_put_aside(thirty):
    with as_they_come():
        assert "RANDOM" not in statements(lambda: list(Province.objects.order_by()))[0]


# Queries


class Page:
    """Stands for a client whose page takes a query a row, or one."""

    def __init__(self, a_row: bool):
        self.a_row = a_row

    def get(self, url):
        for province in Province.objects.all():
            if self.a_row:
                list(province.municipalities.all())
        return HttpResponse()


def make_provinces(count):
    start = Province.objects.count()
    for number in range(start, start + count):
        factories.ProvinceFactory(code=f"{number:03d}", name=f"{number:03d}")


def test_a_page_with_a_query_a_row_is_found(db):
    with pytest.raises(pytest.fail.Exception, match="6 queries for 5 rows, 51 for 50") as caught:
        QueryCounts().assert_same(Page(a_row=True), "/page/", make_provinces, name="-")
    assert "+45: SELECT" in str(caught.value)


def test_a_page_that_costs_more_than_the_baseline_is_found(db, monkeypatch, tmp_path):
    baseline = tmp_path / "counts.json"
    baseline.write_text('{"page": 7}', encoding="utf-8")
    monkeypatch.setattr("tests.support.queries.BASELINE", baseline)
    with pytest.raises(AssertionError, match="page: 1 queries, 7 in"):
        QueryCounts(rewrite=False).assert_same(Page(False), "/", make_provinces, name="page")
    QueryCounts(rewrite=True).compare("page", 1)
    QueryCounts(rewrite=False).compare("page", 1)


# Databases


def test_the_database_of_a_test_is_empty(db):
    assert not Municipality.objects.exists()


def test_the_demo_is_there_for_who_asks(demo, client):
    assert Municipality.objects.active().count() == 5
    assert client.get("/uslugi/").status_code == 200
    Municipality.objects.update(is_active=False)


def test_and_nothing_of_the_last_test_is_left_in_it(demo):
    assert Municipality.objects.active().count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_works_on_a_copy(sliven):
    assert Municipality.objects.get() == sliven


def test_and_leaves_nothing_behind(db):
    assert not Municipality.objects.exists()


def test_people_are_signed_in_as_who_they_are(specialist, manager, operator, elena_specialist):
    assert specialist.membership.municipality.slug == "sliven"
    assert elena_specialist.membership.municipality.slug == "elena"
    assert "Сливен" in specialist.get("/rabotno-myasto/").content.decode()
    assert manager.get("/rabotno-myasto/").status_code == 403
    assert operator.user.is_operator
    assert people.rows_of(specialist.membership.municipality, type(specialist.membership))
