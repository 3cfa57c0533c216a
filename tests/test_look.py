"""The photographer of pages: whom it visits, what it calls wrong, what it says without Chromium."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from municipalities.demo import ACCOUNTS
from tests.support.crawl import Frontier, links_of
from tests.support.house import ROOT
from tests.support.html import faults_of_page


@pytest.fixture(scope="module")
def look():
    """The module scripts/look.py, which is run and not imported otherwise."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import look

        yield look
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.fixture
def photo(look):
    def made(**facts):
        return look.Photo(
            **{"role": "nobody", "path": "/", "title": "Начало", "status": 200, **facts}
        )

    return made


def test_every_role_of_the_demo_is_visited_and_a_stranger(look):
    names = [name for name, _email in look.roles()]
    assert names == ["nobody", *(prefix for prefix, _r, _w in ACCOUNTS), "provider", "operator"]


def test_a_page_is_bad_for_its_answer_or_what_the_browser_says(photo):
    assert not photo().is_bad()
    assert not photo(status=404, expected=404).is_bad()
    assert photo(status=404).is_bad()
    assert photo(status=200, expected=404).is_bad()
    assert photo(complaints=["Refused to apply inline style"]).is_bad()


def test_the_index_shows_every_photograph_and_every_fault(look, photo, tmp_path):
    one = photo(title="<b>", files={"1280 light": "nobody/000.png"}, complaints=["Грешка & беда"])
    look.write_index(tmp_path, [one, photo(path="/b/", overflows=True)], ["nobody", "specialist"])
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert faults_of_page(page) == []
    assert 'href="nobody/000.png"' in page
    assert "&lt;b&gt;" in page
    assert "Грешка &amp; беда" in page
    assert "не се побира на 360 px" in page
    assert "Специалист: 0 страници" in page


def test_without_chromium_it_says_what_to_do():
    done = subprocess.run(
        [sys.executable, "scripts/look.py"],
        cwd=ROOT,
        env={**os.environ, "CHROMIUM": "/nonexistent/chromium", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 2, done.stderr
    assert "Chromium не е намерен. Инсталирайте го" in done.stdout


# Following links


def test_of_pages_made_by_one_route_a_few_are_visited():
    page = "".join(f'<a href="/uslugi/sliven/usluga-{n}/">у</a>' for n in range(60))
    frontier = Frontier(["/"])
    for link in links_of(page):
        frontier.offer(link, came_from="/")
    assert len(list(frontier)) == 1 + frontier.examples


@pytest.mark.parametrize(
    "link",
    [
        "https://example.bg/",
        "//example.bg/",
        "mailto:a@example.bg",
        "tel:042000123",
        "#main",
        "/static/css/portal.css",
    ],
)
def test_links_away_and_links_to_files_are_not_followed(link):
    frontier = Frontier(["/"])
    frontier.offer(link, came_from="/")
    assert [url for url, _from in frontier] == ["/"]


def test_relative_links_and_queries_are(db):
    frontier = Frontier([])
    for link in ("?page=2", "?page=3", "?obshtina=elena", "../obshtini/", "http://testserver/"):
        frontier.offer(link, came_from="/uslugi/")
    assert [url for url, _from in frontier] == [
        "/uslugi/?page=2",
        "/uslugi/?obshtina=elena",
        "/obshtini/",
        "/",
    ]
