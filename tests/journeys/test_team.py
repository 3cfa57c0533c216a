"""From an invitation to the first day at work, and the officer's question: who looked at it."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import expect

from frontoffice.models_people import Person
from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.journeys.test_signin import refuse_faults, sign_in

pytestmark = pytest.mark.browser

PASSWORD = "жълта круша под стария мост"


@pytest.fixture
def portal(transactional_db, live_server, settings):
    cache.clear()
    settings.SITE_URL = live_server.url
    return live_server.url


def leave(page) -> None:
    page.context.clear_cookies()


def test_from_the_invitation_to_the_desk(page, portal, sliven, office):
    administrator = factories.MembershipFactory(municipality=sliven, role=Role.ADMINISTRATOR)
    sign_in(page, portal, administrator.user)
    expect(page.get_by_role("heading", name="Служителите в общината")).to_be_visible()
    refuse_faults(page)

    page.get_by_role("link", name="Покани човек").click()
    refuse_faults(page)
    page.get_by_label("Име и фамилия").fill("Нова Колежка")
    page.get_by_label("Служебна е-поща").fill("nova@example.bg")
    page.get_by_label("специалист", exact=True).check()
    page.locator("[name=office]").select_option(label=office.name)
    page.get_by_role("button", name="Изпрати поканата").click()
    expect(page.get_by_role("status").first).to_contain_text("е изпратена на nova@example.bg")
    refuse_faults(page)

    # The mail came; its reader is somebody else, at another computer.
    leave(page)
    (link,) = re.findall(r"http://\S+/pokana/\S+", mail.outbox[0].body)
    page.goto(link)
    expect(page).to_have_url(f"{portal}/pokana/")
    refuse_faults(page)
    page.get_by_label("Парола", exact=True).fill("кратка")
    page.get_by_label("Паролата още веднъж").fill("кратка")
    page.get_by_role("button", name="Приемам поканата").click()
    expect(page.get_by_role("alert")).to_be_focused()
    refuse_faults(page)
    page.get_by_label("Парола", exact=True).fill(PASSWORD)
    page.get_by_label("Паролата още веднъж").fill(PASSWORD)
    page.get_by_role("button", name="Приемам поканата").click()

    expect(page.get_by_text("Профилът ви е готов")).to_be_visible()
    page.get_by_label("Е-поща").fill("nova@example.bg")
    page.get_by_label("Парола", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Вход", exact=True).click()
    expect(page).to_have_url(f"{portal}/rabotno-myasto/")

    page.goto(link)
    expect(page.get_by_role("heading", name="Тази покана не може да се ползва")).to_be_visible()
    refuse_faults(page)


def test_access_is_ended_and_the_other_browser_is_out(page, portal, browser, sliven, office):
    administrator = factories.MembershipFactory(municipality=sliven, role=Role.ADMINISTRATOR)
    specialist = factories.MembershipFactory(municipality=sliven, office=office)
    there = browser.new_context(locale="bg-BG").new_page()
    sign_in(there, portal, specialist.user)
    expect(there).to_have_url(f"{portal}/rabotno-myasto/")

    sign_in(page, portal, administrator.user)
    page.get_by_role("link", name=specialist.user.name, exact=True).click()
    refuse_faults(page)
    page.get_by_role("link", name="Прекрати достъпа").click()
    refuse_faults(page)
    page.get_by_role("button", name="Прекрати достъпа").click()
    expect(page.get_by_text(re.compile("прекратена на"))).to_be_visible()
    refuse_faults(page)

    there.goto(f"{portal}/rabotno-myasto/konsultatsii/")
    expect(there).to_have_url(re.compile("/accounts/login/"))
    there.context.close()


def test_the_officer_finds_who_looked_at_a_person(page, portal, sliven, office):
    officer = factories.MembershipFactory(municipality=sliven, role=Role.DATA_PROTECTION_OFFICER)
    specialist = factories.MembershipFactory(municipality=sliven, office=office)
    person = _person(sliven, specialist.user)
    sign_in(page, portal, specialist.user)
    page.goto(f"{portal}/rabotno-myasto/hora/{person.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Проба")

    leave(page)
    sign_in(page, portal, officer.user)
    expect(page.get_by_role("heading", name="Кой какво е видял")).to_be_visible()
    page.get_by_label("Вид запис").select_option(label="Лице")
    page.get_by_label("Номер на записа").fill(str(person.pk))
    page.get_by_role("button", name="Търси").click()
    row = page.get_by_role("row").filter(has_text=specialist.user.name)
    expect(row.first).to_contain_text("преглед")
    refuse_faults(page)

    row.first.get_by_role("link", name=re.compile("Лице")).click()
    expect(page.get_by_role("heading", name="Кой е гледал този запис")).to_be_visible()
    expect(page.get_by_text("Проба").first).to_be_visible()
    refuse_faults(page)
    page.get_by_role("link", name=specialist.user.name).first.click()
    expect(page.get_by_role("heading", name=specialist.user.name)).to_be_visible()
    refuse_faults(page)

    page.goto(f"{portal}/zashtita/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Изнеси за Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.reload()
    expect(page.get_by_role("row").filter(has_text="изнасяне")).to_have_count(1)


def _person(municipality, by) -> Person:
    with municipality_scope(municipality):
        return Person.objects.create(
            municipality=municipality, given_name="Проба", family_name="Измислена", created_by=by
        )
