"""After some time the person is asked whether the help reached them and helped."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from frontoffice.models import FollowUp
from municipalities import signed_links
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from referrals.models import OutcomeQuestion, ReferralEvent, ReferringPolicy
from referrals.outcomes import asking, tasks
from referrals.workflow.machine import CITIZEN, Actor, StepRefused, Who
from tests.referrals.lines import full_service, waits

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
MAIL = "penka@example.bg"
YES = {"reached": "yes", "helped": "somewhat", "note": "Идва всеки ден."}


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def referral(sliven, specialist):
    """One whose service began forty days ago; the person has an address."""
    with municipality_scope(sliven):
        return waits(
            full_service(sliven),
            email=MAIL,
            state="started",
            started_on=TODAY() - dt.timedelta(days=40),
            owner=specialist.user,
        )


@pytest.fixture
def question(referral, sliven):
    with municipality_scope(sliven):
        return asking.plan(referral)


@pytest.fixture
def link(question, run):
    """The link of the mail that was sent."""
    with run():
        tasks.ask_outcomes()
    return path_in(mail.outbox[-1])


def path_in(message) -> str:
    return re.search(r"http://testserver(/otziv/\S+)", message.body)[1]


def stored(question) -> OutcomeQuestion:
    with municipality_scope(question.municipality):
        return OutcomeQuestion.objects.select_related("follow_up", "answered_by").get(
            pk=question.pk
        )


def steps(question) -> list[str]:
    with municipality_scope(question.municipality):
        rows = ReferralEvent.objects.filter(referral=question.referral)
        return list(rows.values_list("kind", flat=True))


def without_address(question) -> None:
    with municipality_scope(question.municipality):
        application = question.referral.assessment.application
        application.email = ""
        application.save()


def follow_ups(question) -> list[FollowUp]:
    with municipality_scope(question.municipality):
        return list(FollowUp.objects.select_related("owner").order_by("pk"))


# Planning and asking


def test_it_is_planned_once_after_the_days_of_the_municipality(referral, sliven):
    with municipality_scope(sliven):
        ReferringPolicy.objects.create(municipality=sliven, outcome_after_days=60)
        first = asking.plan(referral)
        assert first.due_on == referral.started_on + dt.timedelta(days=60)
        assert asking.plan(referral) == first
        assert asking.plan(waits(full_service(sliven))) is None


def test_before_its_day_nothing_is_asked(question, run, sliven):
    with municipality_scope(sliven):
        OutcomeQuestion.objects.update(due_on=TODAY() + dt.timedelta(days=1))
    with run():
        tasks.ask_outcomes()
    assert stored(question).state == "planned"
    assert not mail.outbox


def test_on_its_day_one_mail_goes_that_names_nobody_and_no_service(question, run):
    for _again in range(2):
        with run():
            tasks.ask_outcomes()
    with municipality_scope(question.municipality), run():
        assert not asking.ask(question)  # another worker had it in hand as well
    (sent,) = mail.outbox
    assert sent.to == [MAIL]
    person = question.referral.person
    for secret in ("Дневен център", person.given_name, person.family_name):
        assert secret not in f"{sent.subject} {sent.body}"
    now = stored(question)
    assert (now.state, now.via) == ("asked", "mail")
    assert path_in(sent).rstrip("/").rsplit("/", 1)[1] not in now.token_hash
    assert steps(question) == ["asked"]


def test_a_mail_sent_again_holds_the_link_that_works(link, question, client, sliven):
    tasks.send_question(municipality=sliven.pk, question=question.pk)
    assert client.get(link).status_code == 404
    assert client.get(path_in(mail.outbox[-1])).status_code == 200


def test_without_an_address_the_owner_is_left_a_call(question, run, specialist):
    without_address(question)
    with run():
        tasks.ask_outcomes()
    (task,) = follow_ups(question)
    assert task.owner == specialist.user
    assert stored(question).follow_up == task
    assert not mail.outbox


def test_of_who_died_nothing_is_asked(question, run, sliven):
    with municipality_scope(sliven):
        referral = question.referral
        referral.state, referral.ended_on, referral.end_reason = "ended", TODAY(), "died"
        referral.save()
    with run():
        tasks.ask_outcomes()
    assert stored(question).state == "dropped"
    assert not mail.outbox


def test_what_nobody_answers_ends_by_itself(link, question, run, client, sliven):
    with municipality_scope(sliven):
        OutcomeQuestion.objects.update(asked_at=timezone.now() - dt.timedelta(days=31))
    assert client.get(link).status_code == 404
    with run():
        tasks.ask_outcomes()
    assert stored(question).state == "dropped"
    assert not follow_ups(question)


# By the link


def test_the_link_asks_two_questions_and_is_answered_once(link, question, client):
    shown = client.get(link)
    assert shown.status_code == 200
    assert "Стигна ли помощта до вас?" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert shown["Referrer-Policy"] == "strict-origin", "the address lets in whoever has it"
    assert "Дневен център" not in shown.content.decode()
    assert stored(question).state == "asked"
    assert client.post(link, YES)["Location"] == link
    assert "Благодарим" in client.get(link).content.decode()
    now = stored(question)
    assert (now.state, now.reached, now.helped, now.note) == (
        "answered", "yes", "somewhat", YES["note"],
    )  # fmt: skip
    client.post(link, {"reached": "no"})
    assert stored(question).reached == "yes"
    assert steps(question) == ["asked", "answered"]
    assert not follow_ups(question)


def test_words_of_the_person_are_in_no_step_and_no_task(link, question, client):
    client.post(link, {"reached": "no", "note": "Имам диабет."})
    with municipality_scope(question.municipality):
        said = " ".join(ReferralEvent.objects.values_list("words", flat=True))
    assert "диабет" not in said + " ".join(task.note for task in follow_ups(question))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"reached": "maybe"},
        {"reached": "yes"},
        {"reached": "yes", "helped": "x" * 5000},
        {"reached": "yes", "helped": "yes", "note": "а" * 1001},
        {"reached": "yes", "helped": "yes", "note": "а\x00б"},
        {"reached": "yes", "helped": "yes", "note": "7523169263"},
    ],
)
def test_what_is_wrong_is_asked_again_with_what_was_typed(link, question, client, sent):
    answer = client.post(link, sent)
    assert answer.status_code == 422
    assert stored(question).state == "asked"


@pytest.mark.parametrize(
    ("reached", "helped", "raised"),
    [("no", "", True), ("partly", "no", True), ("partly", "early", False), ("yes", "yes", False)],
)
def test_a_no_is_a_task_for_whoever_has_it(link, question, client, reached, helped, raised):
    client.post(link, {"reached": reached, "helped": helped})
    assert stored(question).state == "answered"
    tasks_left = follow_ups(question)
    assert len(tasks_left) == raised
    assert all(task.owner_id == question.referral.owner_id for task in tasks_left)


def test_every_other_link_gets_the_same_page(link, question, client, sliven, elena):
    token = link.rstrip("/").rsplit("/", 1)[1]
    unknown = signed_links.new_token(sliven, asking.PURPOSE)
    other_purpose = signed_links.new_token(sliven, "provider")
    bodies = set()
    for url in (
        f"/otziv/sliven/{unknown}/",
        f"/otziv/sliven/{other_purpose}/",
        f"/otziv/elena/{token}/",
        f"/otziv/nyama/{token}/",
        f"/otziv/sliven/{token[:-1]}/",
        f"/otziv/sliven/{'a' * 500}/",
    ):
        for answer in (client.get(url), client.post(url, YES)):
            assert answer.status_code == 404
            bodies.add(answer.content.split(b"<main")[1])
    assert len(bodies) == 1
    assert stored(question).state == "asked"


# At the desk


def call(question) -> str:
    return f"/rabotno-myasto/nasochvaniya/vapros/{question.pk}/"


def test_the_desk_writes_down_what_it_heard_and_the_call_is_done(question, run, specialist):
    without_address(question)
    with run():
        tasks.ask_outcomes()
    shown = specialist.get(call(question)).content.decode()
    assert "Стигна ли помощта до" in shown
    with municipality_scope(question.municipality):
        assert AccessEvent.objects.filter(user=specialist.user).exists()
    assert specialist.post(call(question), {"reached": "yes"}).status_code == 422
    assert specialist.post(call(question), YES).status_code == 302
    now = stored(question)
    assert (now.state, now.answered_by) == ("answered", specialist.user)
    assert now.follow_up.state == "done"
    assert YES["note"] in specialist.get(call(question)).content.decode()
    specialist.post(call(question), {"reached": "no"})
    assert stored(question).reached == "yes"


def test_the_desk_says_that_there_was_no_answer(question, run, specialist):
    without_address(question)
    with run():
        tasks.ask_outcomes()
    specialist.post(call(question), {"bez_otgovor": "1"})
    assert stored(question).state == "dropped"
    assert follow_ups(question)[0].state == "done"
    # Who calls back later is still heard.
    specialist.post(call(question), YES)
    assert stored(question).state == "answered"


def test_the_question_of_another_municipality_is_not_there(question, elena_specialist):
    assert elena_specialist.get(call(question)).status_code == 404
    assert elena_specialist.post(call(question), YES).status_code == 404
    assert stored(question).state == "planned"


def test_only_what_can_be_answered_is_kept(question, sliven, specialist):
    with municipality_scope(sliven):
        for reached, helped in (("", ""), ("x", ""), ("yes", "x")):
            with pytest.raises(StepRefused):
                asking.answer(question=question, reached=reached, helped=helped, actor=CITIZEN)
        by = Actor(Who.SPECIALIST, specialist.user)
        asking.answer(question=question, reached="no", helped="yes", actor=by)
    assert (stored(question).reached, stored(question).helped) == ("no", "")
