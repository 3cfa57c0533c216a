"""Signing in as people do it, in a browser: a second factor, a session that ends, leaving."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from frontoffice.models import Consultation
from municipalities.tenancy import municipality_scope
from tests import factories

pytestmark = pytest.mark.browser

NOTE = "Майка ѝ не може сама.\nПита за „личен асистент“ & помощ вкъщи <утре>."


def refuse_faults(page) -> None:
    """Fail on anything axe finds on the page as it is now."""
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [n["html"][:160] for n in one["nodes"]]) for one in found]


@pytest.fixture
def staff(transactional_db, sliven, office):
    """Somebody of the desk of Сливен, with a topic to choose."""
    factories.ConsultationTopicFactory(short_name="Грижа вкъщи")
    return factories.MembershipFactory(municipality=sliven, office=office).user


@pytest.fixture
def portal(live_server):
    return live_server.url


@pytest.fixture
def short(settings):
    """Sessions that end after seconds, so that a test can wait for it."""
    settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS = 10, 5


def sign_in(page, portal, user, onward="/vhod/") -> None:
    page.goto(f"{portal}/accounts/login/?next={onward}")
    page.get_by_label("Е-поща").fill(user.email)
    page.get_by_label("Парола", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Вход", exact=True).click()


def fill(page) -> None:
    page.locator("[name=channel][value=phone]").check()
    page.locator("[name=topics]").first.check()
    page.locator("[name=subject][value=self]").check()
    page.locator("[name=outcome][value=informed]").check()
    page.get_by_label("Бележка").fill(NOTE)


def written_in(municipality) -> list[str]:
    """Return the notes of all consultations, with the ends of lines as they were typed."""
    with municipality_scope(municipality):
        return [c.note.replace("\r\n", "\n") for c in Consultation.objects.all()]


def test_setting_up_the_second_factor_leads_to_the_desk(page, portal, staff, settings):
    settings.REQUIRE_MFA = True
    sign_in(page, portal, staff)
    expect(page.get_by_role("heading", name="Втора защита на профила")).to_be_visible()
    refuse_faults(page)
    page.get_by_role("link", name="Включи приложение").click()
    refuse_faults(page)
    page.get_by_text("Не може с камера?").click()
    secret = page.locator("details code").inner_text()
    page.get_by_label("Код от приложението").fill(
        format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    )
    page.get_by_role("button", name="Включи").click()
    expect(page.locator(".codes code")).to_have_count(10)
    refuse_faults(page)
    page.get_by_role("link", name="Записах ги, продължавам").click()
    expect(page).to_have_url(f"{portal}/rabotno-myasto/")

    page.context.clear_cookies()
    sign_in(page, portal, staff)
    expect(page.get_by_role("heading", name="Още една стъпка")).to_be_visible()
    refuse_faults(page)


def test_a_key_is_added_and_opens_the_door(page, portal, staff, settings):
    settings.REQUIRE_MFA = True
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    sign_in(page, portal, staff)
    page.get_by_role("link", name="Добави ключ").click()
    refuse_faults(page)
    page.get_by_label("Име на ключа").fill("Ключ от чекмеджето")
    page.get_by_role("button", name="Добави ключа").click()
    expect(page.get_by_role("heading", name="Резервни кодове", exact=True)).to_be_visible()
    page.goto(f"{portal}/accounts/2fa/webauthn/")
    expect(page.get_by_text("Ключ от чекмеджето")).to_be_visible()
    refuse_faults(page)

    page.context.clear_cookies()
    sign_in(page, portal, staff)
    page.get_by_role("button", name="Използвай ключ").click()
    expect(page).to_have_url(f"{portal}/rabotno-myasto/")


def test_a_password_can_be_shown(page, portal, staff):
    page.goto(f"{portal}/accounts/login/")
    field = page.get_by_label("Парола", exact=True)
    field.fill("нещо")
    page.get_by_role("button", name="Покажи: Парола").click()
    expect(field).to_have_attribute("type", "text")
    refuse_faults(page)
    page.get_by_role("button", name="Скрий: Парола").click()
    expect(field).to_have_attribute("type", "password")


def test_a_warning_comes_and_one_may_stay(page, portal, sliven, staff, short):
    sign_in(page, portal, staff, "/rabotno-myasto/konsultatsii/nova/")
    fill(page)
    page.get_by_label("Бележка").focus()
    warning = page.get_by_role("dialog", name="Още ли сте тук?")
    expect(warning).to_be_visible(timeout=8000)
    expect(warning.get_by_role("button", name="Остани")).to_be_focused()
    expect(warning).to_contain_text(re.compile(r"\d секунд"))
    refuse_faults(page)
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(page.get_by_label("Бележка")).to_be_focused()
    time.sleep(4)  # past the first end
    page.get_by_role("button", name="Запиши", exact=False).first.click()
    expect(page.get_by_text("Консултацията е записана.")).to_be_visible()
    assert written_in(sliven) == [NOTE]


def test_the_session_ends_in_the_middle_of_a_form_and_nothing_is_lost(
    page, portal, sliven, staff, short
):
    sign_in(page, portal, staff, "/rabotno-myasto/konsultatsii/nova/")
    fill(page)
    ended = page.get_by_role("dialog", name="Сесията изтече")
    expect(ended).to_be_visible(timeout=15000)
    expect(page.get_by_label(f"Парола на {staff.email}")).to_be_focused()
    refuse_faults(page)
    page.keyboard.press("Escape")
    expect(ended).to_be_visible()

    page.get_by_label(f"Парола на {staff.email}").fill("не е тази парола")
    page.keyboard.press("Enter")
    expect(ended).to_contain_text("Това не е паролата ви.")
    page.get_by_label(f"Парола на {staff.email}").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(ended).to_be_hidden()
    expect(page.get_by_label("Бележка")).to_have_value(NOTE)
    page.get_by_role("button", name="Запиши", exact=False).first.click()
    expect(page.get_by_text("Консултацията е записана.")).to_be_visible()
    assert written_in(sliven) == [NOTE]


def test_without_scripts_nothing_is_lost_either(browser, portal, sliven, staff, short):
    context = browser.new_context(java_script_enabled=False, locale="bg-BG")
    page = context.new_page()
    sign_in(page, portal, staff, "/rabotno-myasto/konsultatsii/nova/")
    fill(page)
    time.sleep(10.5)
    page.locator("form[data-capture] button[type=submit]").first.click()
    expect(page.get_by_role("heading", name="написаното е запазено")).to_be_visible()
    expect(page.get_by_label("Е-поща")).to_have_value(staff.email)
    page.get_by_label("Парола", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Вход", exact=True).click()
    expect(page.get_by_role("heading", name="Вие сте отново тук")).to_be_visible()
    assert written_in(sliven) == []
    page.get_by_role("button", name="Изпрати формуляра").click()
    assert written_in(sliven) == [NOTE]
    context.close()


def test_signing_out_everywhere(browser, page, portal, staff):
    other = browser.new_context(locale="bg-BG")
    there = other.new_page()
    sign_in(there, portal, staff)
    sign_in(page, portal, staff, "/profil/")
    expect(page.get_by_role("button", name="Прекрати")).to_have_count(1)
    refuse_faults(page)
    page.get_by_role("button", name="Излез отвсякъде").click()
    expect(page.get_by_text("Излязохте от всички устройства.")).to_be_visible()
    there.goto(f"{portal}/rabotno-myasto/")
    expect(there).to_have_url(re.compile("/accounts/login/"))
    other.close()
