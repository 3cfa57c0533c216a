"""A place becomes free: the person reads of it on a phone, accepts it, and is later asked.

The person walks without JavaScript on the narrowest screen; another browser, with it, looks at the
same pages by axe.
"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from municipalities.tenancy import municipality_scope
from referrals.models import ReferringPolicy
from referrals.outcomes import tasks
from referrals.provider import answering
from referrals.workflow.machine import Actor, Who
from tests import factories
from tests.factories_applications import SECRET
from tests.factories_referring import WaitingPriorityFactory, WaitingRuleFactory
from tests.referrals.lines import free, fresh, full_service, waits
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser
PROVIDER = Actor(Who.PROVIDER)


@pytest.fixture
def line(sliven):
    """Who uses the only place, and who waits for it first."""
    factories.OfficeFactory(municipality=sliven, phone="044 611 111")
    with municipality_scope(sliven):
        service = full_service(sliven)
        rule = WaitingRuleFactory(municipality=sliven, service=service)
        WaitingPriorityFactory(municipality=sliven, rule=rule)
        uses = waits(service, 60, state="started", holds_place=True)
        first = waits(service, 9, email="penka@example.bg")
        waits(service, 1)
        application = first.assessment.application
        application.state, application.outcome = "closed", "assessment"
        application.closed_at = timezone.now()
        application.save()
    return uses, first


@pytest.fixture
def opened(new_context, live_server, watch):
    def opened(**options) -> Page:
        context = new_context(base_url=live_server.url, viewport=NARROW, **options)
        return watch.over(context.new_page())

    return opened


def unlock(page: Page, application) -> None:
    page.goto("/zayavlenie/prosledyavane/?obshtina=sliven")
    page.get_by_label("Номер на заявлението").fill(application.number)
    page.get_by_label("Код за проследяване").fill(SECRET)
    page.get_by_role("button", name="Покажи заявлението").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Заявление {application.number}")


def test_a_place_frees_and_is_accepted_and_the_person_is_asked_later(
    opened, line, settings, live_server
):
    settings.SITE_URL = live_server.url
    uses, first = line
    person, looker = opened(java_script_enabled=False), opened()
    for page in (person, looker):
        unlock(page, first.assessment.application)
    expect(person.get_by_text("Вие сте 1-ви в листата.")).to_be_visible()
    assert_good(looker)
    looker.get_by_role("link", name="Как се чака за място").click()
    expect(looker.get_by_role("heading", level=1)).to_contain_text("Как се чака")
    assert_good(looker)
    looker.go_back()

    with municipality_scope(first.municipality):
        answering.end(referral=uses, actor=PROVIDER, on=timezone.localdate(), reason="goal")
    assert mail.outbox[-1].to == ["penka@example.bg"]
    for page in (person, looker):
        page.reload()
        expect(page.get_by_text("Освободи се място.")).to_be_visible()
    assert_good(looker)
    looker.get_by_role("link", name="Не искам услугата").click()
    expect(looker.get_by_role("heading", level=1)).to_have_text("Отказвате ли се от услугата?")
    assert_good(looker)

    person.get_by_role("link", name="Приемам мястото").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("Приемате ли мястото?")
    person.get_by_role("button", name="Приемам мястото").click()
    expect(person.get_by_text("Приехте мястото.").first).to_be_visible()
    expect(person.get_by_text("Прието, има място")).to_be_visible()
    assert fresh(first).state == "accepted"
    assert free(first.service)[0] == 0
    # The other browser's page was made before: its answer comes too late and says so.
    looker.get_by_role("button", name="Не искам услугата").click()
    expect(looker.get_by_text("Това предложение вече не чака отговор.")).to_be_visible()
    assert fresh(first).state == "accepted"
    assert_good(looker)

    began = timezone.localdate() - dt.timedelta(days=2)
    with municipality_scope(first.municipality):
        ReferringPolicy.objects.create(municipality=first.municipality, outcome_after_days=1)
        answering.start(referral=fresh(first), actor=PROVIDER, on=began, contract_on=began)
    tasks.ask_outcomes()
    path = re.search(r"(/otziv/\S+)", mail.outbox[-1].body)[1]
    for page in (person, looker):
        page.goto(path)
    assert_good(looker)
    person.get_by_role("button", name="Изпрати отговора").click()
    expect(person.get_by_text("Изберете един от отговорите.").first).to_be_visible()
    person.get_by_label("Отчасти").check()
    person.get_by_label("Не помага").check()
    person.get_by_role("button", name="Изпрати отговора").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("Благодарим за отговора")
    looker.reload()
    assert_good(looker)
