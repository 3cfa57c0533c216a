"""An application is worked on at the desk: papers asked and come, handed over, tied, withdrawn.

In real browsers, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from frontoffice.models import Person
from municipalities.tenancy import municipality_scope
from referrals.applications import handling
from referrals.models import Application, ApplicationEvent, PaperRequest
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindPaperFactory,
)
from tests.support.browser import assert_good
from tests.support.people import rows_of

pytestmark = pytest.mark.browser

LIST = "/rabotno-myasto/zayavleniya/"


@pytest.fixture
def application(sliven) -> Application:
    kind = ApplicationKindFactory(municipality=sliven, name="Желание за социална услуга")
    KindPaperFactory(municipality=sliven, kind=kind, name="Акт за раждане")
    return ApplicationFactory(municipality=sliven, kind=kind, phones="0888123456")


def stored(application) -> Application:
    with municipality_scope(application.municipality):
        return Application.objects.select_related("person", "owner").get(pk=application.pk)


def kinds(application) -> list[str]:
    return [step.kind for step in rows_of(application.municipality, ApplicationEvent)]


def test_a_missing_paper_is_asked_for_comes_and_the_clock_goes_on(
    desk_of, specialist, sliven, application, screen
):
    page = desk_of(specialist, LIST, screen)
    assert_good(page)
    page.get_by_role("link", name=application.number).click()
    assert_good(page)
    page.get_by_role("button", name="Поеми").click()
    expect(page.get_by_text("Заявлението вече е у вас.")).to_be_visible()

    page.get_by_role("link", name="Поискай документи").click()
    assert_good(page)
    page.get_by_role("button", name="Поискай", exact=False).first.click()  # nothing is chosen
    expect(page.get_by_role("alert")).to_contain_text("Посочете поне един документ")
    assert_good(page)
    page.get_by_label("Акт за раждане").check()
    page.get_by_label("Други документи").fill("Решение на съда")
    page.get_by_role("button", name=re.compile("^Поискай Ctrl|^Поискай$")).click()
    expect(page.get_by_text("срокът е спрян")).to_be_visible()
    expect(page.get_by_text("Решение на съда").first).to_be_visible()
    assert_good(page)
    assert stored(application).state == "waiting"

    with municipality_scope(sliven):  # the citizen adds one on the tracking page
        handling.paper_arrived(application=application, by=None, papers="Акт за раждане")
    page.goto(f"{LIST}?vid=waiting")
    expect(page.get_by_text("дойде документ")).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name=application.number).click()
    page.get_by_role("link", name="Получен документ", exact=True).click()
    assert_good(page)
    page.get_by_label("Решение на съда").check()
    page.get_by_label("Вече има всичко").check()
    page.get_by_role("button", name="Запиши").click()
    expect(page.get_by_text("Документът е записан.")).to_be_visible()
    assert_good(page)
    assert stored(application).state == "in_work"
    (request,) = rows_of(sliven, PaperRequest)
    assert request.is_received
    assert kinds(application) == ["taken", "asked", "paper", "paper", "resumed"]


def test_one_hands_over_and_the_other_finds_it_among_their_own(
    desk_of, specialist, colleague, sliven, named, application, screen
):
    with municipality_scope(sliven):
        handling.take(application=application, by=specialist.user)
    page = desk_of(specialist, f"{LIST}{application.pk}/", screen)
    page.get_by_role("link", name="Предай на колега").click()
    assert_good(page)
    page.get_by_label("На кого").select_option(label="Боян Втори")
    page.get_by_label("Бележка за колегата").fill("Утре съм в отпуск.")
    page.get_by_role("button", name=re.compile("^Предай")).click()
    expect(page.get_by_text("Заявлението е предадено.")).to_be_visible()
    expect(page.get_by_text("Заявлението е у Боян Втори.")).to_be_visible()
    assert_good(page)

    other = desk_of(colleague, f"{LIST}?vid=mine", screen)
    other.get_by_role("link", name=application.number).click()
    expect(other.get_by_text("Утре съм в отпуск.")).to_be_visible()
    assert_good(other)


def test_confirmed_with_the_person_who_is_then_written_down(
    desk_of, specialist, sliven, application, screen
):
    with municipality_scope(sliven):
        handling.take(application=application, by=specialist.user)
    page = desk_of(specialist, f"{LIST}{application.pk}/", screen)
    page.get_by_role("link", name="Потвърди с човека").first.click()
    assert_good(page)
    page.get_by_label("по телефона", exact=True).check()
    page.get_by_role("button", name=re.compile("^Потвърди")).click()
    expect(page.get_by_text("Желанието е потвърдено.")).to_be_visible()

    page.get_by_role("link", name="Свържи с лице").first.click()
    assert_good(page)
    expect(page.get_by_label("Имена")).to_have_value("Пенка Измислена")
    page.get_by_role("button", name="Запиши и свържи").click()
    expect(page.get_by_text("Заявлението е свързано с лицето.")).to_be_visible()
    assert_good(page)
    (person,) = rows_of(sliven, Person)
    assert stored(application).person == person
    assert person.phones == "0888123456"

    page.get_by_role("link", name="Приключи").first.click()
    assert_good(page)
    page.get_by_label("към предварителна оценка").check()
    page.get_by_role("button", name=re.compile("^Приключи")).click()
    expect(page.get_by_text("Заявлението е приключено.")).to_be_visible()
    assert_good(page)
    assert stored(application).outcome == "assessment"


def test_two_at_once_and_the_withdrawal_is_sent_again_knowingly(
    desk_of, specialist, head, sliven, application, screen
):
    with municipality_scope(sliven):
        handling.take(application=application, by=specialist.user)
    page = desk_of(specialist, f"{LIST}{application.pk}/ottegleno/", screen)
    assert_good(page)
    page.get_by_label("Какво каза човекът").fill("Синът я взе при себе си.")
    with municipality_scope(sliven):
        handling.confirm(application=application, by=head.user, how="phone")
    page.get_by_role("button", name=re.compile("^Оттегли")).click()
    expect(page.get_by_role("alert")).to_contain_text("Колега е променил заявлението")
    expect(page.get_by_role("cell").filter(has_text=re.compile(r"\d\d:\d\d"))).to_be_visible()
    expect(page.get_by_label("Какво каза човекът")).to_have_value("Синът я взе при себе си.")
    assert_good(page)
    page.get_by_role("button", name=re.compile("^Оттегли")).click()
    expect(page.get_by_text("Заявлението е оттеглено.")).to_be_visible()
    assert_good(page)
    assert stored(application).state == "withdrawn"

    page.goto(f"{LIST}registar/")
    expect(page.get_by_role("link", name=application.number)).to_be_visible()
    assert_good(page)
