"""A promise goes from one colleague to another, who sees it as new, opens it and closes it.

In real browsers, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from frontoffice.models import CalendarFeed, FollowUp, Handover
from tests.factories_desk import FollowUpFactory
from tests.factories_people import PersonFactory
from tests.support.browser import DESKTOP, NARROW, Keyboard, assert_good
from tests.support.people import rows_of

pytestmark = pytest.mark.browser

LIST = "/rabotno-myasto/posledvashti/"
TITLE = "Обаждане за мястото в дневния център"


def test_one_hands_over_and_the_other_sees_it_as_new_and_closes_it(
    desk_of, specialist, colleague, sliven, named, screen
):
    person = PersonFactory(municipality=sliven, given_name="Вяра")
    page = desk_of(specialist, f"{LIST}nova/?lice={person.pk}", screen)
    expect(page.get_by_label("Какво")).to_be_focused()
    assert_good(page)
    keys = Keyboard(page)
    keys.write(TITLE)
    page.get_by_role("button", name=re.compile("след седмица")).click()
    expect(page.get_by_label("До кога")).to_have_value(re.compile(r"\d\d\.\d\d\.\d{4}"))
    keys.press("Control+Enter")
    expect(page.get_by_text("Задачата е записана за")).to_be_visible()

    page.goto(LIST)
    assert_good(page)
    page.get_by_role("link", name=TITLE).click()
    assert_good(page)
    page.get_by_role("link", name="Предай на колега").click()
    assert_good(page)
    page.get_by_role("button", name="Предай").click()  # nobody is chosen
    expect(page.get_by_role("alert")).to_contain_text("Изберете колега")
    assert_good(page)
    page.get_by_label("На кого").select_option(label="Боян Втори")
    page.get_by_label("Бележка за колегата").fill("От утре съм в отпуск.")
    page.get_by_role("button", name="Предай").click()
    expect(page.get_by_text("Задачата вече е у Боян Втори.")).to_be_visible()
    expect(page.get_by_text("още не е отворена")).to_be_visible()
    assert_good(page)

    other = desk_of(colleague, LIST, screen)
    expect(other.get_by_text("нова за вас")).to_be_visible()
    assert_good(other)
    other.get_by_role("link", name=TITLE).click()
    expect(other.get_by_text("От утре съм в отпуск.")).to_be_visible()
    assert_good(other)
    assert rows_of(sliven, Handover)[0].seen_at
    other.goto(LIST)
    expect(other.get_by_text("нова за вас")).to_have_count(0)

    other.get_by_role("button", name=re.compile("^Свършена")).click()
    expect(other.get_by_role("button", name="Отвори отново")).to_be_visible()
    expect(other.get_by_role("link", name=TITLE)).to_have_count(0)
    assert_good(other)
    other.get_by_role("button", name="Отвори отново").click()
    other.get_by_role("link", name=TITLE).click()
    other.get_by_label("Как приключи").fill("Има място от понеделник.")
    other.get_by_role("button", name="Свършена").click()
    expect(other.get_by_text("Задачата е приключена.")).to_be_visible()
    assert_good(other)
    (row,) = rows_of(sliven, FollowUp)
    assert (row.state, row.outcome, row.closed_by_id) == (
        "done",
        "Има място от понеделник.",
        colleague.user.pk,
    )


def test_two_correct_the_same_one_and_the_second_sees_what_differs(
    desk_of, specialist, head, sliven, office
):
    row = FollowUpFactory(
        municipality=sliven, owner=specialist.user, office=office, title="Обаждане"
    )
    mine = desk_of(specialist, f"{LIST}{row.pk}/")
    theirs = desk_of(head, f"{LIST}{row.pk}/")
    theirs.get_by_label("Какво").fill("Посещение у дома")
    theirs.get_by_role("button", name="Запиши промените").click()
    expect(theirs.get_by_text("Промените са записани")).to_be_visible()
    mine.get_by_label("Какво").fill("Обаждане следобед")
    mine.get_by_role("button", name="Запиши промените").click()
    expect(mine.get_by_role("table", name="Разлики")).to_contain_text("Посещение у дома")
    expect(mine.get_by_label("Какво")).to_have_value("Обаждане следобед")
    assert_good(mine)
    mine.get_by_role("button", name="Запиши промените").click()
    expect(mine.get_by_text("Промените са записани")).to_be_visible()
    assert rows_of(sliven, FollowUp)[0].title == "Обаждане следобед"


def test_the_head_gives_many_to_somebody_else(desk_of, head, specialist, sliven, named, screen):
    for number in range(3):
        FollowUpFactory(municipality=sliven, owner=specialist.user, title=f"Задача {number}")
    page = desk_of(head, f"{LIST}?chii=vsichki", screen)
    assert_good(page)
    for number in (0, 2):
        page.get_by_label(f"Отбележи „Задача {number}“").check()
    page.get_by_role("button", name="Предай отбелязаните").click()
    expect(page.get_by_role("heading", name="Предаване на 2 задачи")).to_be_visible()
    assert_good(page)
    page.get_by_label("На кого").select_option(label=head.user.name)
    page.get_by_role("button", name="Предай").click()
    expect(page.get_by_text("Предадени са 2 задачи")).to_be_visible()
    assert_good(page)
    owners = sorted(row.owner_id == head.user.pk for row in rows_of(sliven, FollowUp))
    assert owners == [False, True, True]


def test_the_calendar_wide_and_on_a_phone(desk_of, specialist, sliven, screen):
    for number in range(6):
        FollowUpFactory(municipality=sliven, owner=specialist.user, title=f"Днешна {number}")
    late = FollowUpFactory(
        municipality=sliven, owner=specialist.user, title="Стара", due_on="2026-03-03"
    )
    page = desk_of(specialist, f"{LIST}kalendar/", screen)
    expect(page.get_by_role("link", name="Днешна 5")).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name="Месец", exact=True).click()
    expect(page.get_by_role("link", name="още 2")).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name="Предишен месец").click()
    expect(page.get_by_role("link", name="Днешна 0")).to_have_count(0)
    page.get_by_role("link", name="Днес", exact=True).last.click()
    expect(page.get_by_role("link", name="Днешна 0")).to_be_visible()
    page.goto(f"{LIST}kalendar/?izgled=mesets&den=03.03.2026")
    expect(page.get_by_role("link", name=late.title)).to_be_visible()
    expect(page.get_by_text("закъснява")).to_be_visible()
    # The national holiday stands in its day, of weekdays only on a wide page.
    expect(page.get_by_text(re.compile("Освобождението")).first).to_be_visible()
    expect(page.get_by_role("columnheader", name="понеделник")).to_have_count(
        1 if screen == DESKTOP else 0
    )
    assert_good(page)


def test_the_address_of_a_calendar(desk_of, specialist, sliven, live_server, settings, screen):
    settings.SITE_URL = live_server.url
    FollowUpFactory(municipality=sliven, owner=specialist.user, title=TITLE)
    page = desk_of(specialist, f"{LIST}kalendar/abonament/", screen)
    assert_good(page)
    page.get_by_role("button", name="Направи адрес").click()
    address = page.locator("code").inner_text()
    assert_good(page)
    stranger = page.context.browser.new_context()
    answer = stranger.request.get(address)
    assert answer.status == 200
    assert "Последваща задача" in answer.text()
    assert TITLE not in answer.text()
    page.reload()
    page.get_by_role("button", name="Премахни адреса").click()
    expect(page.get_by_text("Адресът е премахнат")).to_be_visible()
    assert stranger.request.get(address).status == 404
    stranger.close()
    assert rows_of(sliven, CalendarFeed) == []


def test_without_scripts_everything_works(desk_of, specialist, sliven):
    page = desk_of(specialist, f"{LIST}nova/", NARROW, java_script_enabled=False)
    page.get_by_label("Какво").fill(TITLE)
    page.get_by_label("До кога").fill("1.3.2027")
    page.get_by_role("button", name="Запиши", exact=False).first.click()
    expect(page.get_by_text("Задачата е записана за понеделник, 1 март 2027 г.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Свършена")).click()
    page.get_by_role("button", name="Отвори отново").click()
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    assert rows_of(sliven, FollowUp)[0].is_open
