"""200 interruptions of people at the desk: not a character is lost, nothing is saved twice.

What was typed is compared with the rows of the database afterwards; only then are the interruptions
of a test counted. ``make interruptions`` does all 200, 40 of each kind; among the other tests every
kind happens a quarter as often.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Error, Page, expect

from frontoffice.drafts import keeping
from frontoffice.models import Consultation, Draft
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from tests.journeys.conftest import sign_in
from tests.support.browser import DESKTOP
from tests.support.servers import PortalServer

pytestmark = pytest.mark.browser

NEW = "/rabotno-myasto/konsultatsii/nova/"
SHARE = 1 if os.environ.get("INTERRUPTIONS") == "all" else 4
LETTERS = "абвгдежзийклмнопрстуфхцчшщъьюяАЖЮЯ „“–.,0123456789 \n"
STATE = "[data-draft-state]"
KEPT = re.compile(r"записано \d\d:\d\d")
OFFLINE = re.compile("няма връзка")
AFTER_TYPING = 900  # ms, more than drafts.js waits
CHOOSE = """() => {
  for (const name of ['channel', 'subject', 'outcome', 'topics']) {
    const answer = document.querySelector(`form[data-capture] [name=${name}]`);
    if (!answer.checked) answer.click();
  }
}"""
# What a person sees after pressing the button; „вече е записана“: only the answer was lost.
LOOK = """() => {
  if (location.protocol === 'chrome-error:') return 'error';
  if (document.readyState !== 'complete' || !document.querySelector('body.desk')) return 'busy';
  if (!location.pathname.includes('/nova/')) return 'saved';
  if (document.body.innerText.includes('вече е записана или изтрита')) return 'saved';
  if (!document.querySelector('[data-draft-problem]').hidden) return 'told';
  return window.wasPressed ? 'busy' : 'form';
}"""
PATIENCE = 60  # seconds until one must have saved


@pytest.fixture(scope="module")
def tally() -> Iterator[Counter[str]]:
    """How often each kind of interruption happened and lost nothing; said at the end."""
    counted: Counter[str] = Counter()
    yield counted
    told = ", ".join(f"{kind} {count}" for kind, count in counted.items())
    print(f"\n{counted.total()} interruptions: {told}; 0 characters lost, 0 duplicates")


@pytest.fixture
def chance(request) -> random.Random:
    """The same texts and moments in every run of a test."""
    return random.Random(request.node.name)


@pytest.fixture
def desk(demo, transactional_db) -> Municipality:
    return Municipality.objects.get(slug="sliven")


@pytest.fixture
def server(desk) -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def open_desk(new_context) -> Callable[[str], Page]:
    """Open a browser of a signed-in specialist; the page's clock can be put forward."""

    def opened(portal: str) -> Page:
        page = new_context(base_url=portal, viewport=DESKTOP).new_page()
        sign_in(page, "specialist.sliven")
        page.clock.install()
        return page

    return opened


def words(chance: random.Random, length: int = 12) -> str:
    """Return a piece of a note; its ends are letters, because forms take spaces there off."""
    middle = "".join(chance.choices(LETTERS, k=length))
    return f"{chance.choice('абвгд')}{middle}{chance.choice('абвгд')}"


def note_of(page: Page):
    return page.locator("form[data-capture] [name=note]")


def write(page: Page, text: str) -> None:
    """Type at the end of the note, letter by letter."""
    note = note_of(page)
    note.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def pass_time(page: Page, milliseconds: int = AFTER_TYPING) -> None:
    page.clock.run_for(milliseconds)


def until_kept(page: Page) -> None:
    """Put the clock forward until the page says that all of it is on the server."""
    pass_time(page)
    expect(page.locator(STATE)).to_have_text(KEPT)


def save(page: Page, *, following: bool = False) -> None:
    name = "next" if following else "[data-save]"
    button = page.locator(f"button[name={name}]" if following else f"button{name}")
    button.click()


def saved(page: Page) -> None:
    """Wait for the page after saving."""
    expect(page.get_by_text("Консултацията е записана.")).to_be_visible(timeout=15_000)


def notes_in(desk: Municipality) -> Counter[str]:
    """Return the notes of the municipality's consultations and how often each is there."""
    with municipality_scope(desk):
        return Counter(c.note.replace("\r\n", "\n") for c in Consultation.objects.all())


def typed_in_drafts(desk: Municipality) -> list[str]:
    """Return the notes of all drafts that wait."""
    with municipality_scope(desk):
        rows = Draft.objects.filter(closed_at__isnull=True)
        typed = [dict(keeping.read(row).fields)["note"][-1] for row in rows]
    return [note.replace("\r\n", "\n") for note in typed]


def assert_all_there(desk: Municipality, before: Counter[str], texts: list[str]) -> None:
    """Each text is in one row, whole, and there is no other row."""
    assert notes_in(desk) - before == Counter(texts)
    assert typed_in_drafts(desk) == [], "what is saved is no draft any more"


# The end of the session


def sign_in_in_place(page: Page) -> None:
    ended = page.get_by_role("dialog", name="Сесията изтече")
    expect(ended).to_be_visible()
    ended.locator("[name=password]").fill(settings.DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(ended).to_be_hidden()


def test_the_session_ends_while_one_types(desk, live_server, open_desk, chance, tally):
    before, texts = notes_in(desk), []
    done: Counter[str] = Counter()
    page = open_desk(live_server.url)
    for _round in range(10 // SHARE):
        page.goto(NEW)
        page.evaluate(CHOOSE)
        text = ""
        for _time in range(3):
            text += (piece := words(chance))
            write(page, piece)
            Session.objects.all().delete()
            pass_time(page)
            sign_in_in_place(page)
            expect(page.locator(STATE)).to_have_text(KEPT)
            assert text in typed_in_drafts(desk)
        # And once between the last letter and the button.
        text += (piece := words(chance))
        write(page, piece)
        Session.objects.all().delete()
        save(page)
        sign_in_in_place(page)
        save(page)
        saved(page)
        texts.append(text)
        done["expiry"] += 4
    assert_all_there(desk, before, texts)
    tally.update(done)


# Half a minute without a network


def test_the_network_is_away_for_half_a_minute(desk, live_server, open_desk, chance, tally):
    before, texts = notes_in(desk), []
    done: Counter[str] = Counter()
    page = open_desk(live_server.url)
    for _round in range(10 // SHARE):
        page.goto(NEW)
        page.evaluate(CHOOSE)
        text = ""
        for time_ in range(4):
            text += (piece := words(chance))
            write(page, piece)
            if time_ % 2:
                until_kept(page)
            page.context.set_offline(True)
            text += (piece := words(chance))
            write(page, piece)
            for _step in range(6):
                pass_time(page, 5000)
            expect(page.locator(STATE)).to_have_text(OFFLINE)
            if time_ == 3:
                save(page)
                pass_time(page, 5000)
                expect(page.locator("[data-draft-problem]")).to_contain_text("Не е изпратено")
                expect(note_of(page)).to_have_value(text)
            page.context.set_offline(False)
            pass_time(page)
            expect(page.locator(STATE)).to_have_text(KEPT)
            assert text in typed_in_drafts(desk)
        save(page)
        saved(page)
        texts.append(text)
        done["offline 30 s"] += 4
    assert_all_there(desk, before, texts)
    tally.update(done)


# Two tabs


def test_two_tabs_are_written_in_by_turns(desk, live_server, open_desk, chance, tally):
    before, texts = notes_in(desk), []
    done: Counter[str] = Counter()
    one = open_desk(live_server.url)
    other = one.context.new_page()
    other.clock.install()
    for round_ in range(10 // SHARE):
        one.goto(NEW)
        typed = {one: words(chance), other: ""}
        write(one, typed[one])
        if round_ % 2:
            # The same draft, opened once more.
            until_kept(one)
            other.goto(one.url)
            typed[other] = typed[one]
        else:
            other.goto(NEW)
        for _time in range(2):
            for page in (other, one):
                page.bring_to_front()
                typed[page] += (piece := words(chance))
                write(page, piece)
                until_kept(page)
                done["two tabs"] += 1
        assert sorted(typed_in_drafts(desk)) == sorted(typed.values())
        for page in (one, other):
            page.bring_to_front()
            page.evaluate(CHOOSE)
            save(page)
            saved(page)
        texts += typed.values()
    assert_all_there(desk, before, texts)
    tally.update(done)


# Two clicks


def test_the_button_is_pressed_twice(desk, live_server, open_desk, chance, tally):
    before, texts = notes_in(desk), []
    done: Counter[str] = Counter()
    page = open_desk(live_server.url)
    page.goto(NEW)
    ways: list[Callable[[], None]] = [
        lambda: page.locator("button[name=next]").dblclick(),
        lambda: page.evaluate(
            """() => {
              const button = document.querySelector('button[name=next]');
              button.click(); button.click(); button.click();
            }"""
        ),
        lambda: page.evaluate(
            """() => {
              const keys = {key: 'Enter', ctrlKey: true, shiftKey: true, bubbles: true};
              for (const _ of [1, 2]) document.dispatchEvent(new KeyboardEvent('keydown', keys));
            }"""
        ),
    ]
    for round_ in range(40 // SHARE):
        form_key = page.locator("[name=form_key]").input_value()
        page.evaluate(CHOOSE)
        texts.append(words(chance, 24))
        write(page, texts[-1])
        ways[round_ % len(ways)]()
        expect(page.locator("[name=form_key]")).not_to_have_value(form_key)
        saved(page)
        done["double click"] += 1
    assert_all_there(desk, before, texts)
    tally.update(done)


# A server that is killed


def killed_after(server: PortalServer, pause: float, *, whole: bool) -> None:
    """Kill the server (or only its worker) so long after now, and have it run again."""
    time.sleep(pause)
    if whole:
        server.kill()
        server.start(wait=False)
    else:
        server.kill_worker()


def press(page: Page) -> None:
    page.evaluate(
        """() => {
          window.wasPressed = true;
          setTimeout(() => document.querySelector('[data-save]').click());
        }"""
    )


def what_is_seen(page: Page) -> str:
    """Return "saved", "form" (it waits to be sent), "told" (that it was not), "error" or "busy"."""
    try:
        return page.evaluate(LOOK)
    except Error:
        return "busy"  # on the way from one page to another


def insist(page: Page, server: PortalServer, text: str) -> None:
    """Do what a person does until it is saved: go back, see the text there, press again."""
    errors = 0
    until = time.monotonic() + PATIENCE
    while (seen := what_is_seen(page)) != "saved":
        assert time.monotonic() < until, f"not saved: {seen}, {page.url}"
        if seen == "error":
            server.wait()
            with suppress(Error):
                page.reload() if errors else page.go_back()
            errors += 1
        elif seen == "busy":
            time.sleep(0.02)
        else:
            errors = 0
            with suppress(Error):
                expect(note_of(page)).to_have_value(text)
                page.evaluate(CHOOSE)
                press(page)


def test_the_server_is_killed(desk, server, open_desk, chance, tally):
    before, texts = notes_in(desk), []
    done: Counter[str] = Counter()
    page = open_desk(server.url)
    for round_ in range(20 // SHARE):
        whole = round_ % 10 == 0
        server.wait()
        page.goto(NEW)
        page.evaluate(CHOOSE)
        text = words(chance)
        write(page, text)
        # While it is being kept …
        pass_time(page)
        killed_after(server, chance.uniform(0, 0.04), whole=whole)
        text += (piece := words(chance))
        write(page, piece)
        for _wait in range(100):
            pass_time(page, 1000)
            if KEPT.search(page.locator(STATE).inner_text()):
                break
            page.wait_for_timeout(50)
        expect(page.locator(STATE)).to_have_text(KEPT)
        assert text in typed_in_drafts(desk)
        # … and while it is being saved.
        text += (piece := words(chance))
        write(page, piece)
        press(page)
        pass_time(page, 1)
        killed_after(server, chance.uniform(0, 0.25), whole=whole)
        insist(page, server, text)
        texts.append(text)
        done["kill -9 of the server" if whole else "kill -9 of its process"] += 2
    assert_all_there(desk, before, texts)
    tally.update(done)
