"""Applications taken at the desk, by keyboard, counted; an alert; a talk that becomes a wish."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from frontoffice.models import Person, PersonRelation
from municipalities.tenancy import municipality_scope
from referrals.kinds.shipped import add_missing
from referrals.models import Application
from tests.factories import (
    CapacityFactory,
    ConsultationFactory,
    ConsultationTopicFactory,
    ServiceFactory,
    SettlementFactory,
)
from tests.factories_people import PersonFactory
from tests.support.browser import Keyboard, assert_good
from tests.support.people import rows_of

pytestmark = pytest.mark.browser

MOST_SECONDS = 120
SIZES = {"wide": (1280, 900), "narrow": (320, 640)}
DESK = "/rabotno-myasto/zayavleniya/"
NEED = "Живее сама, стълбите са ѝ трудни и иска помощ сутрин"


@pytest.fixture
def penka(sliven):
    """A known person in a municipality that takes the shipped kinds."""
    with municipality_scope(sliven):
        add_missing(sliven)
    service = ServiceFactory(municipality=sliven, name="Домашен патронаж")
    CapacityFactory(municipality=sliven, service=service, places=20, free=3, waiting=4)
    return PersonFactory(
        municipality=sliven,
        given_name="Пенка",
        family_name="Измислена",
        phones="0888123456",
        settlement=SettlementFactory(municipality=sliven, name="Пробно село"),
    )


@pytest.fixture
def desk(page: Page, live_server, specialist, penka, watch, request) -> Iterator[Page]:
    """A browser in which the specialist is signed in, on the list of applications."""
    cookie = next(iter(specialist.cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    width, height = SIZES[getattr(request, "param", "wide")]
    page.set_viewport_size({"width": width, "height": height})
    page.base = live_server.url
    watch.over(page).goto(f"{live_server.url}{DESK}")
    yield page
    page.close()  # before the database goes: the page may still be sending a draft


def test_an_oral_wish_of_a_known_person_by_keyboard(desk, sliven, penka):
    keys = Keyboard(desk)
    keys.press("n")
    desk.wait_for_url("**/zayavleniya/novo/")
    assert "person_query" in keys.focused(), "the first question that nobody can prefill"
    keys.write("penka")
    keys.press("Enter")
    expect(desk.get_by_text("Изберете от намерените.")).to_be_visible()
    keys.press("Space")
    expect(desk.get_by_text("Празното се взема от картона")).to_be_visible()
    expect(desk.locator("[data-part=known]")).to_contain_text("0888 123 456")
    keys.tab_to("id_service_box")
    keys.write("патро")
    keys.press("Enter")
    expect(desk.get_by_role("region", name="Говорите за")).to_contain_text("свободни 3 от 20")
    keys.tab_to("need |")
    keys.write(NEED)
    # The questions of the kind, as far as they were talked about, and the papers.
    keys.press("Tab")
    keys.press("Space")
    keys.tab_to("papers")
    keys.press("Space")
    assert_good(desk)
    keys.press("Control+Enter")
    desk.wait_for_url("**/prieto/")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("вх. № СУ-")
    expect(desk.get_by_text(re.compile(r"^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$"))).to_be_visible()
    assert_good(desk)
    keys.tab_to("Отпечатай протокола")
    print(f"oral wish of a known person: {keys.told()}")
    assert keys.seconds <= MOST_SECONDS
    (made,) = rows_of(sliven, Application)
    assert (made.person_id, made.need, made.channel) == (penka.pk, NEED, "oral")
    assert made.service is not None
    assert [one["value"] for one in made.answers if one.get("paper")] == ["показан, без копие"]
    assert len(made.answers) == 2


def test_a_new_person_and_their_mother_in_one_submit(desk, sliven):
    desk.goto(f"{desk.base}{DESK}novo/")
    keys = Keyboard(desk)
    keys.write("Вяра Нова")
    keys.press("Enter")
    expect(desk.get_by_text("Няма такова лице.")).to_be_visible()
    expect(desk.get_by_label("Имена")).to_have_value("Вяра Нова")
    expect(desk.get_by_label("Имена")).to_be_focused()
    desk.get_by_label("Родител за детето си").check()
    desk.get_by_label("Име на заявителя").fill("Мария Нова")
    desk.get_by_label("На какво основание").fill("акт за раждане № 7")
    desk.get_by_label("От какво има нужда").fill("Рехабилитация")
    desk.locator("[name=phones]").fill("0888 765 432")
    assert_good(desk)
    keys.press("Control+Enter")
    desk.wait_for_url("**/prieto/")
    (made,) = rows_of(sliven, Application)
    vyara = next(row for row in rows_of(sliven, Person) if row.given_name == "Вяра")
    assert (made.person_id, made.on_behalf, made.applicant_name) == (
        vyara.pk, "child", "Мария Нова",
    )  # fmt: skip


def test_a_recorded_relative_fills_who_applies(desk, sliven, penka, specialist):
    with municipality_scope(sliven):
        PersonRelation.objects.create(
            municipality=sliven, person=penka, kind="authorised", name="Димо Внук",
            phones="0888999000", is_representative=True, basis="пълномощно № 5",
            created_by=specialist.user, form_key=uuid.uuid4(),
        )  # fmt: skip
    desk.goto(f"{desk.base}{DESK}novo/?lice={penka.pk}")
    desk.get_by_label("Димо Внук, пълномощник – пълномощно № 5").check()
    expect(desk.get_by_label("Име на заявителя")).to_have_value("Димо Внук")
    expect(desk.get_by_label("Упълномощен")).to_be_checked()
    desk.get_by_label("От какво има нужда").fill("Помощ вкъщи")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/prieto/")
    (made,) = rows_of(sliven, Application)
    assert (made.applicant_right, made.phones) == ("пълномощно № 5", "0888999000")


def test_questions_follow_the_kind_and_nothing_typed_is_lost(desk, sliven, penka):
    with municipality_scope(sliven):
        from referrals.models import ApplicationKind

        ApplicationKind.objects.filter(code="personal-assistance").update(is_on=True)
    desk.goto(f"{desk.base}{DESK}novo/?lice={penka.pk}")
    desk.get_by_label("От какво има нужда").fill(NEED)
    expect(desk.get_by_role("combobox", name="Услуга")).to_be_visible()
    desk.get_by_label("Заявление-декларация по Закона за личната помощ").check()
    expect(desk.get_by_label("Номер на направлението")).to_be_visible()
    expect(desk.get_by_role("combobox", name="Услуга")).to_be_hidden()
    expect(desk.get_by_label("От какво има нужда")).to_have_value(NEED)
    assert_good(desk)
    desk.get_by_label("През ССЕВ").check()
    desk.get_by_label("Номер на съобщението в ССЕВ").fill("ССЕВ-7")
    desk.get_by_label("Номер на направлението").fill("15")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/prieto/")
    (made,) = rows_of(sliven, Application)
    assert (made.number[:2], made.signature) == ("ЛП", "ssev")
    assert {"label": "Номер на направлението", "value": "15"}.items() <= made.answers[0].items()


@pytest.mark.parametrize("desk", ["wide", "narrow"], indirect=True)
def test_an_alert_for_a_child_at_risk(desk, sliven):
    desk.goto(f"{desk.base}{DESK}signal/")
    expect(desk.get_by_role("region", name="Дете в риск")).to_contain_text("„Закрила на детето“")
    assert desk.locator("[name=service]").count() == 0
    desk.get_by_label("съсед или познат").check()
    desk.get_by_label("Имена, доколкото са известни").fill("Дете от съседния вход")
    desk.get_by_label("Какво се случва").fill("Стои само вечер.")
    desk.get_by_label("Дете е в риск").check()
    assert_good(desk)
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/prieto/")
    expect(desk.get_by_text("още никой не е уведомен")).to_be_visible()
    expect(desk.get_by_role("link", name="Писмо за дете в риск")).to_be_visible()
    assert_good(desk)
    desk.get_by_role("link", name="Запиши кого уведомихте").click()
    desk.get_by_label("ДСП, отдел „Закрила на детето“").check()
    assert_good(desk)
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Промените са записани.")).to_be_visible()
    (made,) = rows_of(sliven, Application)
    desk.goto(f"{desk.base}{DESK}{made.pk}/prieto/")
    expect(desk.get_by_text("Уведомени са ДСП")).to_be_visible()
    assert (made.notified, made.service_id, made.reporter) == ("dsp", None, "neighbour")
    desk.get_by_role("link", name="Човекът желае услуга").click()
    expect(desk.get_by_text(f"След сигнал вх. № {made.number}")).to_be_visible()


def test_a_talk_becomes_a_wish_with_everything_carried_over(desk, sliven, penka, specialist):
    with municipality_scope(sliven):
        services = list(ServiceFactory._meta.model.objects.filter(municipality=sliven))
    talk = ConsultationFactory(
        municipality=sliven, specialist=specialist.user, person=penka, note="Слиза трудно.",
        topics=[ConsultationTopicFactory(short_name="Патронаж")], services=services,
    )  # fmt: skip
    desk.goto(f"{desk.base}{DESK}novo/?konsultatsiya={talk.pk}")
    assert_good(desk)
    keys = Keyboard(desk)
    assert "need" in keys.focused()
    keys.press("Control+Enter")
    desk.wait_for_url("**/prieto/")
    print(f"from a consultation: {keys.told()}")
    (made,) = rows_of(sliven, Application)
    assert (made.consultation_id, made.person_id, made.channel) == (talk.pk, penka.pk, "phone")
    assert made.need == "Слиза трудно.\r\nГоворихме за: Патронаж."
    assert made.service_id == services[0].pk


def test_a_wish_without_scripts(new_context, live_server, specialist, sliven, penka, watch):
    context = new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    cookie = next(iter(specialist.cookies.values()))
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = watch.over(context.new_page())
    page.goto(f"{DESK}novo/")
    page.get_by_label("Име, ЕГН, ЛНЧ").fill("Пенка")
    page.get_by_role("button", name="Намери").click()
    page.get_by_label("Пенка Измислена").check(force=True)
    page.get_by_label("От какво има нужда").fill(NEED)
    page.get_by_role("button", name="Регистрирай").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("вх. № СУ-")
    assert len(rows_of(sliven, Application)) == 1
