"""What a citizen reads on the tracking page after the application, and answers there."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from municipalities.uploads import check, store
from referrals.models import ApplicationEvent, AssessmentDocument, AssessmentEvent, ReferralEvent
from referrals.placing import waiting
from referrals.tracking.telling_cases import ordinal
from tests.factories_applications import SECRET
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.referrals.lines import fresh, full_service, waits
from tests.support import uploads as made
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(sliven):
    with municipality_scope(sliven):
        return full_service(sliven, free=1)


@pytest.fixture
def referral(sliven, service):
    """One who waits, whose application ended with an assessment."""
    with municipality_scope(sliven):
        row = waits(service, 9)
        application = row.assessment.application
        application.state, application.outcome = "closed", "assessment"
        application.closed_at = timezone.now()
        application.save()
        return row


def citizen_of(referral) -> StrictClient:
    """A browser in which the application is open."""
    client, application = StrictClient(), referral.assessment.application
    facts = {"obshtina": "sliven", "nomer": application.number, "kod": SECRET}
    assert client.post("/zayavlenie/prosledyavane/", facts).status_code == 302
    return client


@pytest.fixture
def citizen(referral):
    return citizen_of(referral)


def page(referral, name="track_application", *more) -> str:
    application = referral.assessment.application
    return reverse(name, args=["sliven", application.public_id, *more])


def answer_page(referral, answer) -> str:
    return page(referral, "track_offer", referral.pk, answer)


def read(client, url) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    words = re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main")[1].split("</main>")[0])
    return re.sub(r"\s+", " ", words)


def offered(referral):
    with municipality_scope(referral.municipality):
        return waiting.offer_next(referral.service)


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "1-ви"), (2, "2-ри"), (3, "3-ти"), (7, "7-ми"), (8, "8-ми"), (11, "11-ти"),
     (12, "12-ти"), (17, "17-ти"), (20, "20-ти"), (21, "21-ви"), (100, "100-тен"), (112, "112-ти")],
)  # fmt: skip
def test_a_place_in_line_is_written_as_it_is_read(number, written):
    assert ordinal(number) == written


def test_the_page_says_where_the_person_stands_in_line(citizen, referral, service):
    with municipality_scope(referral.municipality):
        waits(service, 20)
        waits(service, 1)
    said = read(citizen, page(referral))
    assert "Насочени сте" in said
    assert "Дневен център" in said
    assert "Вие сте 2-ри в листата." in said
    assert "/chakashti/sliven/" in citizen.get(page(referral)).content.decode()
    assert "Приемам мястото" not in said


def test_for_a_child_it_is_the_child_who_stands_in_line(citizen, referral):
    application = referral.assessment.application
    with municipality_scope(referral.municipality):
        application.on_behalf = "child"
        application.save()
    assert "Човекът, за когото заявихте, е 1-ви" in read(citizen, page(referral))


def test_what_was_told_of_the_assessment_and_of_each_service_stands_in_one_story(citizen, referral):
    with municipality_scope(referral.municipality):
        mine = {"municipality": referral.municipality}
        hours = [timezone.now() - dt.timedelta(hours=hour) for hour in (3, 2, 1)]
        AssessmentEvent.objects.create(
            **mine, assessment=referral.assessment, kind="done", at=hours[0], words="ТАЙНО",
            told="Оценката ви е готова.",
        )  # fmt: skip
        ReferralEvent.objects.create(
            **mine, referral=referral, kind="sent", at=hours[1], told="Насочихме ви."
        )
        ReferralEvent.objects.create(
            **mine, referral=referral, kind="note", at=hours[2], words="ТАЙНА БЕЛЕЖКА"
        )
        ApplicationEvent.objects.create(
            **mine, application=referral.assessment.application, kind="closed", at=hours[0],
            told="Заявлението ви продължава.",
        )  # fmt: skip
    said = read(citizen, page(referral))
    assert said.index("Насочихме ви.") < said.index("Оценката ви е готова.")
    assert "Следва оценка на нуждите" in said
    assert "Приключено" not in said
    assert "ТАЙН" not in said


def test_what_is_only_chosen_is_not_told(citizen, referral, sliven):
    with municipality_scope(sliven):
        other = full_service(sliven)
        other.name = "Неизпратена услуга"
        other.save()
        ReferralFactory(municipality=sliven, assessment=referral.assessment, service=other)
    assert "Неизпратена" not in read(citizen, page(referral))


def test_an_offer_is_accepted_after_a_page_that_says_what_it_means(citizen, referral):
    offer = offered(referral)
    said = read(citizen, page(referral))
    assert f"до {offer.until:%d.%m.%Y} г." in said
    for button in ("Приемам мястото", "Ще чакам друго", "Не искам услугата"):
        assert button in said
    asked = citizen.get(answer_page(referral, "priemam"))
    assert "Какво ще стане" in asked.content.decode()
    assert fresh(referral).state == "offered"
    answer = citizen.post(answer_page(referral, "priemam"), {"predlozhenie": offer.pk})
    assert answer["Location"] == page(referral)
    assert fresh(referral).state == "accepted"
    assert "Прието, има място" in read(citizen, page(referral))
    again = citizen.post(answer_page(referral, "priemam"), {"predlozhenie": offer.pk})
    assert again["Location"] == page(referral)
    assert fresh(referral).state == "accepted"


@pytest.mark.parametrize(("answer", "state"), [("chakam", "waiting"), ("otkazvam", "withdrawn")])
def test_the_other_two_answers(citizen, referral, answer, state):
    offer = offered(referral)
    citizen.post(answer_page(referral, answer), {"predlozhenie": offer.pk})
    assert fresh(referral).state == state


@pytest.mark.parametrize("seen", ["", "0", "9" * 30, "x\x00", "١"])
@pytest.mark.parametrize("answer", ["priemam", "chakam", "otkazvam"])
def test_an_answer_without_the_offer_it_is_to_changes_nothing(citizen, referral, answer, seen):
    offered(referral)
    posted = citizen.post(answer_page(referral, answer), {"predlozhenie": seen})
    assert posted.status_code == 302
    assert fresh(referral).state == "offered"


def test_whoever_waits_can_say_that_they_no_longer_wish_it(citizen, referral):
    assert "Вече не искам тази услуга" in read(citizen, page(referral))
    assert citizen.get(answer_page(referral, "otkazvam")).status_code == 200
    citizen.post(answer_page(referral, "otkazvam"))
    assert fresh(referral).state == "withdrawn"
    assert "Оттеглено" in read(citizen, page(referral))


def test_nobody_answers_for_another(citizen, client, referral, service, sliven):
    with municipality_scope(sliven):
        other = waits(service, 30)
    offer = offered(other)
    strange = page(referral, "track_offer", other.pk, "priemam")
    assert citizen.get(strange).status_code == 404
    assert citizen.post(strange, {"predlozhenie": offer.pk}).status_code == 404
    closed = client.post(answer_page(other, "priemam"), {"predlozhenie": offer.pk})
    assert closed["Location"] == "/zayavlenie/prosledyavane/?obshtina=sliven"
    assert fresh(other).state == "offered"
    assert citizen.get(page(referral, "track_offer", referral.pk, "nyama")).status_code == 404


def test_the_document_of_the_own_assessment_is_downloaded(
    citizen, client, referral, sliven, settings
):
    with municipality_scope(sliven):
        document = AssessmentDocument.objects.get(assessment=referral.assessment)
        document.path = _stored(sliven)
        document.size = 900
        document.save()
        theirs = AssessmentFactory(municipality=sliven, done=True).documents.get()
    url = page(referral, "track_assessment", document.pk)
    assert url in citizen.get(page(referral)).content.decode()
    got = citizen.get(url)
    assert got["Content-Type"] == "application/pdf"
    assert "attachment" in got["Content-Disposition"]
    assert b"".join(got.streaming_content).startswith(b"%PDF")
    assert citizen.get(page(referral, "track_assessment", theirs.pk)).status_code == 404
    assert client.get(url).status_code == 302


def _stored(municipality) -> str:
    return store(municipality, check(SimpleUploadedFile("ocenka.pdf", made.pdf())))


def test_the_page_takes_as_many_queries_for_many_services(citizen, referral, sliven, queries):
    def make(count: int) -> None:
        with municipality_scope(sliven):
            for _n in range(count):
                row = ReferralFactory(
                    municipality=sliven,
                    assessment=referral.assessment,
                    service=full_service(sliven),
                    state="waiting",
                )
                ReferralEvent.objects.create(
                    municipality=sliven, referral=row, kind="sent", told="Насочихме ви."
                )

    queries.assert_same(citizen, page(referral), make, name="track with referrals")
