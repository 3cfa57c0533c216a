"""The link to a provider without an account: what it shows, what it takes, when it is refused."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.models import ProviderLink, Referral
from referrals.provider import answering, telling
from referrals.provider.views_link import WRONG_LINKS
from referrals.workflow.machine import BY_LINK, CITIZEN, StepRefused
from referrals.workflow.referral import REFERRAL
from tests.factories import CapacityFactory, OfficeFactory, ProviderFactory, ServiceFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.support.html import without_marks

KEPT = ("Тодорка", "Иванова", "0888", "Тиха", "tita@", "ИЗБОР")


@pytest.fixture
def service(sliven):
    OfficeFactory(municipality=sliven, phone="044 611 148")
    provider = ProviderFactory(municipality=sliven, email="dom@example.bg")
    return ServiceFactory(municipality=sliven, provider=provider, status="published")


@pytest.fixture
def referral(sliven, service):
    person = PersonFactory(
        municipality=sliven,
        given_name="Тодорка",
        family_name="Иванова",
        phones="0888123456",
        email="tita@example.bg",
        address="ул. „Тиха“ 4",
        birth_date=dt.date(1950, 3, 1),
    )
    assessment = AssessmentFactory(municipality=sliven, person=person, done=True)
    return ReferralFactory(
        municipality=sliven,
        service=service,
        assessment=assessment,
        state="sent",
        choice_note="ИЗБОР",
    )


@pytest.fixture
def told(sliven, django_capture_on_commit_callbacks):
    """Tell the provider of a referral and return the path in the mail."""

    def tell(referral: Referral) -> str:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True), municipality_scope(sliven):
            assert telling.tell_provider(referral) == telling.Told.LINK
        (sent,) = mail.outbox
        assert sent.to == ["dom@example.bg"]
        assert not [kept for kept in KEPT if kept in sent.subject + sent.body]
        return re.search(r"/dostavchik/nasochvaniya/vrazka/\S+", sent.body).group()

    return tell


def now(referral: Referral) -> Referral:
    with municipality_scope(referral.municipality):
        return Referral.objects.get(pk=referral.pk)


def links_of(referral: Referral) -> list[ProviderLink]:
    with municipality_scope(referral.municipality):
        return list(ProviderLink.objects.filter(referral=referral).order_by("pk"))


def refused(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 404, url
    return without_marks(answer)


def test_the_page_says_what_is_needed_and_not_who(client, referral, told):
    url = told(referral)
    answer = client.get(url)
    text = answer.content.decode()
    for shown in (referral.summary, referral.written, "tel:044611148"):
        assert shown in text
    assert f"{referral.person.age}\xa0годин" in text
    assert not [kept for kept in KEPT if kept in text]
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    (link,) = links_of(referral)
    assert link.opened_at
    assert link.sent_at
    token = url.rstrip("/").rpartition("/")[2]
    assert token not in link.token_hash
    assert now(referral).state == "sent", "looking answers nothing"


def test_every_link_that_does_not_work_gets_one_answer(client, sliven, elena, referral, told):
    first = told(referral)
    wrong = refused(client, first[:-4] + "AAA/")
    assert "tel:044611148" in wrong
    second = told(referral)
    assert refused(client, first) == wrong, "a newer one was made"
    assert client.get(second).status_code == 200
    assert "Слив" not in refused(client, second.replace("/sliven/", "/elena/"))
    assert client.get(second.replace("/sliven/", "/nyama/")).status_code == 404
    with municipality_scope(sliven):
        ProviderLink.objects.update(expires_at=timezone.now())
    assert refused(client, second) == wrong, "it has expired"
    third = told(referral)
    with municipality_scope(sliven):
        REFERRAL.make(referral, "withdraw", by=CITIZEN, withdraw_reason="wish")
    assert refused(client, third) == wrong, "there is nothing to answer"
    assert client.post(third, {"kind": "answer", "answer": "accept"}).status_code == 404
    for _guess in range(WRONG_LINKS.amount):
        client.get(first)
    assert client.get(third).status_code == 429


def test_a_place_is_taken_by_a_link_once_and_then_dates_are_written(
    client, sliven, service, referral, told
):
    CapacityFactory(municipality=sliven, service=service, places=2, free=1, waiting=0)
    url = told(referral)
    sent = {"kind": "answer", "answer": "accept", "version": referral.version}
    for _press in range(2):
        assert client.post(url, sent).status_code == 302
    accepted = now(referral)
    assert (accepted.state, accepted.holds_place) == ("accepted", True)
    with municipality_scope(sliven):
        (event,) = referral.events.all()
    assert (event.who, event.user) == ("provider", None)
    assert "връзката" in event.words
    shown = client.get(url).content.decode()
    assert not [kept for kept in KEPT if kept in shown]
    day = timezone.localdate()
    dates = {"kind": "dates", "contract_on": f"{day:%d.%m.%Y}", "version": accepted.version}
    assert client.post(url, {**dates, "contract_on": "утре"}).status_code == 422
    assert client.post(url, dates).status_code == 302
    assert now(referral).contract_on == day
    start = {"kind": "start", "on": f"{day:%d.%m.%Y}"}
    assert client.post(url, start).status_code == 302
    assert now(referral).state == "accepted", "a start is not written by a link"


def test_without_a_place_the_link_says_what_to_do_and_takes_the_line(
    client, sliven, service, referral, told
):
    CapacityFactory(municipality=sliven, service=service, places=2, free=0, waiting=0)
    url = told(referral)
    sent = {"kind": "answer", "answer": "accept", "version": referral.version}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "Няма свободно място" in answer.content.decode()
    assert client.post(url, {**sent, "answer": "line"}).status_code == 302
    assert now(referral).state == "waiting"


def test_a_refusal_by_a_link_ends_it(client, referral, told):
    url = told(referral)
    sent = {"kind": "answer", "answer": "decline", "version": referral.version}
    assert client.post(url, sent).status_code == 422
    for wrong in ({"answer": "\x00"}, {"version": "9" * 400}, {"answer": "друго"}):
        assert client.post(url, {**sent, **wrong}).status_code == 422
    answer = client.post(url, {**sent, "reason": "papers"})
    assert answer.status_code == 302
    assert now(referral).decline_reason == "papers"
    assert client.get(answer["Location"]).status_code == 200
    refused(client, url)


def test_no_link_is_made_of_what_is_at_its_end_or_without_an_address(sliven, referral):
    with municipality_scope(sliven):
        with pytest.raises(StepRefused, match="е-поща"):
            telling.new_link(referral=referral, by=None, email="")
        answering.decline(referral=referral, actor=BY_LINK, reason="papers")
        with pytest.raises(StepRefused, match="отказано"):
            telling.new_link(referral=referral, by=None, email="dom@example.bg")
