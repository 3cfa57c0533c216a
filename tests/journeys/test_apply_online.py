"""A citizen applies online: on a phone without scripts, with the connection lost; by keyboard."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from referrals.models import Application
from tests.support import uploads as made
from tests.support.browser import Keyboard, assert_good

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
NEED = "Майка ми не може сама да се облича и да готви."
PDF = {"name": "епикриза.pdf", "mimeType": "application/pdf", "buffer": made.pdf()}


def photograph(page: Page, name: str) -> None:
    """Photograph the page at two widths where ``LOOK_AT`` names a folder."""
    folder = os.environ.get("LOOK_AT")
    if not folder:
        return
    before = page.viewport_size
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{folder}/h1-{name}-{width}.png", full_page=True)
    page.set_viewport_size(before)


@pytest.fixture
def judge(browse, new_context) -> Callable[[Page], None]:
    """Let axe look at what a page without scripts shows: it is a script itself."""

    def judged(page: Page) -> None:
        state = page.context.storage_state()
        parts = urlsplit(page.url)
        context = new_context(
            base_url=f"{parts.scheme}://{parts.netloc}", storage_state=state, viewport=PHONE
        )
        other = context.new_page()
        other.goto(page.url)
        assert_good(other)
        photograph(other, re.sub(r"\W+", "-", parts.path[-20:]).strip("-"))
        context.close()

    return judged


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Продължете", exact=True).click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(words))


def pass_questions(page: Page, look: Callable[[Page], None]) -> None:
    """Leave out the questions of the kind itself: a wish may be stated in any form."""
    while "/vapros-" in page.url:
        look(page)
        here = page.url
        go_on(page)
        assert page.url != here


def say_for_whom(page: Page, judge: Callable[[Page], None]) -> None:
    heading(page, "За кого е заявлението")
    judge(page)
    page.get_by_label("За човек под настойничество").check()
    go_on(page)
    heading(page, "За кого заявявате")
    judge(page)
    page.get_by_label("Име", exact=True).fill("Пенка")
    page.get_by_label("Фамилно име").fill("Измислена")
    page.get_by_label("Ден").fill("14")
    page.get_by_label("Месец").fill("март")
    page.get_by_label("Година").fill("1950")
    go_on(page)
    heading(page, "Кой заявява")
    judge(page)
    page.get_by_label("Вашите имена").fill("Иван Измислен")
    page.get_by_label("Настойник", exact=True).check()
    go_on(page)
    heading(page, "С какво можем да помогнем")
    judge(page)
    page.get_by_label("С какво можем да помогнем").fill(NEED)
    go_on(page)
    heading(page, "Коя услуга искате")


def answer_the_rest(page: Page, judge: Callable[[Page], None]) -> None:
    heading(page, "Коя услуга искате")
    judge(page)
    page.get_by_label("Не знам, посъветвайте ме").check()
    go_on(page)
    pass_questions(page, judge)
    heading(page, "Къде живее човекът")
    judge(page)
    page.get_by_label("Населено място").select_option(index=1)
    page.get_by_label("Адрес").fill("ул. „Роза“ 1")
    go_on(page)
    heading(page, "Как да се свържем с вас")
    judge(page)
    page.get_by_label("Телефон", exact=True).fill("0888 123 456")
    page.get_by_label("по телефона").check()
    go_on(page)
    heading(page, "Документи")
    page.get_by_label("Файлове").set_input_files(PDF)
    page.get_by_role("button", name="Добави").click()
    expect(page.get_by_role("link", name="епикриза.pdf")).to_be_visible()
    judge(page)
    go_on(page)
    heading(page, "Вашите лични данни")
    judge(page)
    page.get_by_role("button", name="Прочетох, продължете").click()


def test_on_a_phone_without_scripts_with_the_connection_lost(browse, judge, demo):
    page = browse("/zayavlenie/?obshtina=sliven", viewport=PHONE, java_script_enabled=False)
    judge(page)
    page.get_by_role("button", name="Започнете").click()

    heading(page, "Запишете си кода")
    judge(page)
    link = page.locator("dd a").inner_text()
    secret = page.locator("dd strong").inner_text()
    page.get_by_role("link", name="Записах го, започваме").click()

    say_for_whom(page, judge)

    # The connection is lost; the person comes back with another browser.
    page.context.close()
    page = browse(
        urlsplit(link).path, viewport=PHONE, java_script_enabled=False, ignore_https_errors=True
    )
    heading(page, "Върнете се към заявлението")
    judge(page)
    page.get_by_label("Вашият код").fill(secret.lower().replace("-", " "))
    go_on(page)

    answer_the_rest(page, judge)
    heading(page, "Проверете и изпратете")
    expect(page.get_by_text(NEED)).to_be_visible()
    expect(page.get_by_text("желание, а не подписано заявление")).to_be_visible()
    judge(page)
    page.get_by_role("link", name="Промени Адрес").click()
    page.get_by_label("Адрес").fill("ул. „Роза“ 2")
    go_on(page)
    heading(page, "Проверете и изпратете")
    expect(page.get_by_text("ул. „Роза“ 2")).to_be_visible()
    page.get_by_role("button", name="Изпратете").click()

    heading(page, "Заявлението е изпратено")
    judge(page)
    sliven = Municipality.objects.get(slug="sliven")
    with municipality_scope(sliven):
        sent = Application.objects.order_by("-pk").first()
        assert sent.need == NEED
        assert sent.attachments.count() == 1
    expect(page.get_by_text(sent.number).first).to_be_visible()
    page.get_by_role("link", name="Вижте докъде е").click()
    expect(page.get_by_role("main")).to_contain_text(sent.number)


def test_by_keyboard_with_an_error_that_takes_the_focus(browse, screen):
    page = browse("/zayavlenie/?obshtina=sliven", viewport=screen)
    assert_good(page)
    page.get_by_role("button", name="Започнете").click()
    assert_good(page)
    page.get_by_role("link", name="Записах го, започваме").click()
    heading(page, "За кого е заявлението")
    go_on(page)
    expect(page).to_have_title(re.compile("^Грешка:"))
    expect(page.locator("[data-focus]")).to_be_focused()
    assert_good(page)
    photograph(page, "error")
    page.locator("[data-focus] a").click()
    keys = Keyboard(page)
    assert "on_behalf" in keys.focused()
    keys.press("Space")
    keys.press("Enter")
    heading(page, "Вашите имена")
    keys.tab_to("given_name")
    keys.write("Пенка")
    keys.press("Enter")
    expect(page).to_have_title(re.compile("^Грешка:"))
    expect(page.get_by_label("Име", exact=True)).to_have_value("Пенка")
    assert_good(page)
    photograph(page, "error-names")
    page.go_back()
    page.go_back()
    heading(page, "За кого е заявлението")
    expect(page.get_by_label("За себе си")).to_be_checked()
