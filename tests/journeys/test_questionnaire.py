"""A citizen fills a questionnaire on a phone without JavaScript; the manager reads the answers."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import expect

from campaigns.studies import answering
from campaigns.studies.questions import Given
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from tests.factories import SettlementFactory
from tests.factories_campaigns import StudyFactory, StudyQuestionFactory
from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser
KEEP = re.compile(r"отворена таблица ?: Какво липсва\?$")


def ask(town: Municipality):
    """An open questionnaire that nineteen people have answered."""
    study = StudyFactory(
        municipality=town, title="Какви услуги липсват", method="анкета", sample="всички",
        opening="Питаме, за да знаем какво да поискаме догодина. Отнема две минути.",
        shows_results=True,
    )  # fmt: skip
    of_it = {"municipality": town, "study": study}
    use = StudyQuestionFactory(
        **of_it, label="Ползвате ли услуга?", section="За вас", is_required=True
    )
    StudyQuestionFactory(**of_it, label="Къде живеете?", form="settlement", choices=[])
    wants = StudyQuestionFactory(
        **of_it, label="Какво липсва?", form="several", section="Какво липсва",
        choices=["патронаж", "транспорт до услугата"],
    )  # fmt: skip
    StudyQuestionFactory(
        **of_it, label="Лесно ли се стига до нас?", form="scale", choices=[],
        lowest_means="много трудно", highest_means="много лесно",
    )  # fmt: skip
    StudyQuestionFactory(**of_it, label="Какво друго?", form="text", choices=[])
    with municipality_scope(town):
        for n in range(19):
            given = [Given(use, chosen=("да" if n % 2 else "не",))]
            given.append(Given(wants, chosen=("патронаж",)))
            answering.answer(study=study, form_key=uuid.uuid4(), given=given)
    return study


def test_a_questionnaire_is_filled_and_read(browse):
    town = Municipality.objects.get(slug="sliven")
    SettlementFactory(municipality=town, kind="с.", name="Пробно", ekatte="99001")
    study = ask(town)

    citizen = browse("/prouchvaniya/", viewport=NARROW, java_script_enabled=False)
    citizen.get_by_role("link", name=study.title, exact=True).click()
    citizen.get_by_role("link", name="Попълнете анкетата").click()
    citizen.get_by_label("патронаж").check()
    citizen.get_by_label("Какво друго?").fill("Автобус в събота")
    citizen.get_by_role("button", name="Изпрати анкетата").click()
    expect(citizen.get_by_role("alert")).to_contain_text("Ползвате ли услуга?")
    expect(citizen.get_by_label("патронаж")).to_be_checked()
    citizen.get_by_role("group", name="Ползвате ли услуга?").get_by_label("да").check()
    citizen.get_by_label("Къде живеете?").select_option("с. Пробно")
    citizen.get_by_label("5 – много лесно").check()
    citizen.get_by_role("button", name="Изпрати анкетата").click()
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Благодарим за отговорите")

    page = browse(f"/prouchvaniya/sliven/{study.slug}/anketa/", viewport=NARROW)
    assert_good(page)
    page.get_by_role("button", name="Изпрати анкетата").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_good(page)

    manager = browse("/accounts/login/")
    sign_in(manager, "manager.sliven")
    manager.goto(f"/admin/campaigns/study/{study.pk}/anketa/")
    expect(manager.locator(".figures")).to_contain_text("20")
    assert_good(manager)
    tabs = manager.get_by_role("navigation", name="Страници на проучването")
    tabs.get_by_role("link", name="От хартия").click()
    manager.get_by_role("group", name="Ползвате ли услуга?").get_by_label("не", exact=True).check()
    manager.get_by_role("button", name="Запиши и следваща").click()
    expect(manager.get_by_text("Записана е анкета от хартия.")).to_be_visible()
    assert_good(manager)
    tabs.get_by_role("link", name="Анкета").click()
    manager.get_by_role("button", name="Затвори анкетата сега").click()
    tabs.get_by_role("link", name="Отговори").click()
    expect(manager.get_by_role("row", name="патронаж")).to_contain_text("20 (95\xa0%)")
    expect(manager.get_by_text("Автобус в събота")).to_be_visible()
    manager.get_by_label("Покажи и по отговора на").select_option(label="Ползвате ли услуга?")
    manager.get_by_role("button", name="Покажи", exact=True).click()
    assert_good(manager)
    manager.get_by_role("button", name=KEEP).click()
    expect(manager.get_by_text("Запазена е отворена таблица")).to_be_visible()

    page.goto(study.get_absolute_url())
    expect(page.get_by_role("heading", name="Какво отговориха хората")).to_be_visible()
    page.get_by_role("link", name="Какво липсва?", exact=True).click()
    expect(page.get_by_role("row", name="патронаж")).to_contain_text("20")
    assert_good(page)
