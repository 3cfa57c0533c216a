"""The whole way in real browsers: from the application to the answer of the person; and a refusal.

Each page is looked at by axe where no other journey comes to it.
"""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from referrals.models import Application, OutcomeQuestion, Referral, ReferralEvent, ReferringPolicy
from referrals.models import SocialAssistanceDirectorate as Directorate
from referrals.outcomes import tasks
from tests import factories
from tests.factories_applications import SECRET, ApplicationFactory
from tests.factories_people import PersonFactory
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser
WISH = "Да остана вкъщи и някой да готви."


@pytest.fixture
def town(sliven, office):
    """Сливен with what it begins with and its own rules; the question is asked after a day."""
    begin(sliven)
    with municipality_scope(sliven):
        ReferringPolicy.objects.update_or_create(
            municipality=sliven,
            defaults={"outcome_after_days": 1, "appeal_court": "Административен съд – Сливен"},
        )
    return sliven


@pytest.fixture
def application(town, office, specialist) -> Application:
    """A confirmed wish of a known person, three days old."""
    return ApplicationFactory(
        municipality=town,
        office=office,
        owner=specialist.user,
        person=PersonFactory(municipality=town, phones="0888123456"),
        confirmed_at=timezone.now(),
        received_on=timezone.localdate() - dt.timedelta(days=3),
        state="in_work",
        email="penka@example.bg",
    )


@pytest.fixture
def service(town, provider):
    """A service of the municipality without a free place."""
    kind = factories.ServiceKindFactory(name="Асистентска подкрепа")
    made = factories.ServiceFactory(
        municipality=town, provider=provider.provider, status="published", kinds=[kind],
        name="Домашен патронаж", summary="Храна и помощ вкъщи.", scope="specialised",
        financing="municipal",
    )  # fmt: skip
    factories.CapacityFactory(
        municipality=town, service=made, places=20, free=0, as_of=timezone.localdate()
    )
    return made


def assessed(page: Page, application: Application, outcome: re.Pattern) -> None:
    """Begin the assessment and fill it up to the conclusion, which is chosen."""
    page.goto(f"/rabotno-myasto/zayavleniya/{application.pk}/")
    page.get_by_role("link", name="Започни оценката").click()
    page.get_by_role("button", name=re.compile("Започни оценката")).click()
    page.get_by_label("Какво желае човекът, с негови думи").fill(WISH)
    page.get_by_label("лично, с пълно участие").check()
    page.get_by_label("с помощ понякога").check()
    lives = page.get_by_role("group", name=re.compile("С кого живее"))
    lives.get_by_label("сам", exact=True).check()
    danger = page.get_by_role("group", name=re.compile("непосредствена опасност"))
    danger.get_by_label("Не", exact=True).check()
    page.get_by_role("button", name=re.compile("Запиши и продължи")).click()
    page.get_by_label(outcome).check()


def unlocked(page: Page, application: Application) -> None:
    """Open the tracking page as the person does, with the number and the code."""
    page.goto("/zayavlenie/prosledyavane/?obshtina=sliven")
    page.get_by_label("Номер на заявлението").fill(application.number)
    page.get_by_label("Код за проследяване").fill(SECRET)
    page.get_by_role("button", name="Покажи заявлението").click()


def text_of(page: Page, link) -> str:
    """Return the text of the PDF that ``link`` leads to."""
    answer = page.request.get(link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    return "\n".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.body())).pages)


def referred(desk: Page, application: Application) -> None:
    """Assess, choose the service with the person, issue the document."""
    assessed(desk, application, re.compile("насочване към услуга"))
    desk.get_by_label("Асистентска подкрепа").check()
    desk.get_by_label(re.compile("^Установена")).fill("Помощ с храненето.")
    desk.get_by_role("button", name=re.compile("Запиши и продължи")).click()
    desk.get_by_role("link", name="Избери Домашен патронаж").click()
    desk.get_by_label("човекът избра сам").check()
    desk.get_by_label("За доставчика").fill("Топъл обяд всеки ден.")
    desk.get_by_role("button", name=re.compile("^Избери")).click()
    desk.get_by_role("link", name="Проверка").first.click()
    desk.get_by_role("button", name=re.compile("Издай оценката")).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(re.compile(r"ПО-\d{4}-000001"))
    words = text_of(desk, desk.get_by_role("link", name=re.compile(r"екземпляр 1 \(PDF\)")))
    assert "Домашен патронаж" in words
    assert "обжалва" not in words


def put_in_line(theirs: Page) -> None:
    """The provider reads what is written for it, and nothing else, and has no place."""
    theirs.get_by_role("link", name=re.compile(r"^ПО-")).click()
    expect(theirs.get_by_text("Топъл обяд всеки ден.")).to_be_visible()
    expect(theirs.get_by_text(WISH)).to_have_count(0)
    theirs.get_by_role("link", name="В листата на чакащите").click()
    theirs.get_by_role("button", name="Запиши в листата").click()
    expect(theirs.get_by_text("Човекът е в листата на чакащите.")).to_be_visible()


def offered_and_taken(theirs: Page, person: Page) -> None:
    """The provider writes that a place is free; the person reads of it and accepts."""
    theirs.goto("/dostavchik/")
    card = theirs.get_by_role("article", name="Домашен патронаж")
    card.get_by_label("Свободни").fill("1")
    card.get_by_role("button", name="Запиши местата").click()
    expect(card.get_by_role("status")).to_have_text("Записано.")
    assert any(one.to == ["penka@example.bg"] for one in mail.outbox)
    person.reload()
    person.get_by_role("link", name="Приемам мястото").click()
    person.get_by_role("button", name="Приемам мястото").click()
    expect(person.get_by_text("Прието, има място")).to_be_visible()


def started(theirs: Page, referral: Referral) -> None:
    """The provider writes from when the person uses the service, and the contract's day."""
    day = f"{timezone.localdate() - dt.timedelta(days=1):%d.%m.%Y}"
    theirs.goto(f"/dostavchik/nasochvaniya/{referral.pk}/")
    theirs.get_by_role("link", name="Започна услугата").click()
    theirs.get_by_label("Ползва услугата от").fill(day)
    theirs.get_by_label("Договор от").fill(day)
    theirs.get_by_role("button", name="Запиши началото").click()
    expect(theirs.get_by_text("Началото е записано.")).to_be_visible()


def test_from_the_application_to_the_answer_of_the_person(
    desk_of, specialist, provider, town, application, service, settings, live_server
):
    settings.SITE_URL = live_server.url
    desk = desk_of(specialist, "/rabotno-myasto/")
    referred(desk, application)

    # The provider has no place: the person waits, and says so to nobody but themselves.
    theirs = desk_of(provider, "/dostavchik/nasochvaniya/")
    put_in_line(theirs)
    person = desk_of(specialist, "/", NARROW)
    person.context.clear_cookies()
    unlocked(person, application)
    expect(person.get_by_text("Вие сте 1-ви в листата.")).to_be_visible()

    offered_and_taken(theirs, person)
    (referral,) = rows(town, Referral)
    started(theirs, referral)

    mail.outbox.clear()
    tasks.ask_outcomes()
    (asked,) = [one for one in mail.outbox if "/otziv/" in one.body]
    person.goto(re.search(r"(/otziv/\S+)", asked.body)[1])
    person.get_by_label("Да", exact=True).check()
    person.get_by_label("Да, помага").check()
    person.get_by_role("button", name="Изпрати отговора").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("Благодарим за отговора")

    (answered,) = rows(town, OutcomeQuestion)
    assert (answered.reached, answered.helped) == ("yes", "yes")
    way = [step.kind for step in rows(town, ReferralEvent)]
    assert way == [
        "chosen", "sent", "waiting", "offered", "offer_taken", "started", "asked", "answered",
    ]  # fmt: skip
    desk.goto(f"/rabotno-myasto/nasochvaniya/{referral.pk}/")
    expect(desk.get_by_text("Отговор за резултата")).to_be_visible()
    assert_good(desk)


def rows(owner, model) -> list:
    """Return the rows of ``owner`` in the order in which they were made."""
    with municipality_scope(owner):
        return list(model.objects.order_by("pk"))


def test_a_refusal_says_where_to_appeal_and_a_redirection_goes_to_the_directorate(
    desk_of, specialist, head, town, application, office
):
    with municipality_scope(town):
        Directorate.objects.create(
            municipality=town, name="ДСП – Сливен", address="гр. Сливен, ул. „Пробна“ 2"
        )
    desk, reading = desk_of(specialist, "/rabotno-myasto/"), desk_of(head, "/rabotno-myasto/")
    assessed(desk, application, re.compile("не се установява потребност"))
    desk.get_by_label(re.compile("^Защо")).fill("Справя се с помощта на дъщеря си.")
    words = issued(desk, reading)
    assert "Не се установява потребност" in words
    assert "Административен съд – Сливен" in words
    assert "14" not in words.split("обжалва")[1][:200], "nobody verified how many days there are"

    second = ApplicationFactory(
        municipality=town,
        office=office,
        owner=specialist.user,
        person=PersonFactory(municipality=town),
        confirmed_at=timezone.now(),
        state="in_work",
    )
    assessed(desk, second, re.compile("пренасочване към ДСП"))
    desk.get_by_label(re.compile("Към кой орган")).fill("ДСП – Сливен")
    desk.get_by_label(re.compile("^Защо")).fill("За резидентна грижа насочва ДСП.")
    assert "ДСП – Сливен" in issued(desk, reading)
    desk.reload()
    desk.get_by_role("link", name=re.compile("Писмо до ДСП|писмо до ДСП")).first.click()
    assert_good(desk)
    expect(desk.get_by_label("До", exact=True)).to_have_value("ДСП – Сливен")
    desk.get_by_role("button", name=re.compile("Изготви")).click()
    expect(desk.get_by_role("heading", name=re.compile("Писмо ИЗХ-"))).to_be_visible()
    assert_good(desk)


def issued(desk: Page, reading: Page) -> str:
    """Give the assessment to the head, who issues it; return the text of its document."""
    desk.get_by_role("button", name=re.compile("Запиши и продължи")).click()
    desk.get_by_role("button", name=re.compile("Дай за преглед")).click()
    expect(desk.get_by_text("Чака преглед от ръководителя.")).to_be_visible()
    reading.goto(desk.url)
    reading.get_by_role("link", name="Прегледай").click()
    reading.get_by_role("button", name=re.compile("Одобри и издай")).click()
    expect(reading.get_by_role("heading", level=1)).to_have_text(re.compile(r"ПО-\d{4}-00000"))
    return text_of(reading, reading.get_by_role("link", name=re.compile(r"екземпляр 1 \(PDF\)")))
