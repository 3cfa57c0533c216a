"""What participants thought: one link, nobody's name, once for each form."""

import datetime as dt
import re
import uuid

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from municipalities.links import without_tokens
from municipalities.tenancy import municipality_scope
from tests.factories_projects import ParticipantFactory, TraineeFactory, TrainingFactory
from trainings import evaluating
from trainings.models import Evaluation, Training

pytestmark = pytest.mark.django_db
MARKS = {"content": "5", "trainer": "4", "use": "3", "organisation": "5"}


@pytest.fixture
def training(sliven) -> Training:
    """Held, with six people of whom one has an address; nobody was asked yet."""
    cache.clear()
    row = TrainingFactory(municipality=sliven, state="done", title="Работа с хора")
    ParticipantFactory.create_batch(5, municipality=sliven, training=row)
    ParticipantFactory(
        municipality=sliven,
        training=row,
        trainee=TraineeFactory(municipality=sliven, email="ani@example.bg"),
    )
    return row


def ask(manager, training, days: int = 7, **more):
    until = timezone.localdate() + dt.timedelta(days)
    url = f"/admin/trainings/training/{training.pk}/otsenka/"
    return manager.post(url, {"until": f"{until:%Y-%m-%d}", **more})


@pytest.fixture
def link(manager, training) -> str:
    """The link as the manager sees it."""
    ask(manager, training)
    text = manager.get(f"/admin/trainings/training/{training.pk}/otsenka/").content.decode()
    return re.search(r"http://testserver(/otsenka-obuchenie/[^\"<]+)", text)[1]


def send(client, link, **facts):
    return client.post(link, {**MARKS, "form_key": uuid.uuid4(), **facts})


def answers(sliven) -> list[Evaluation]:
    with municipality_scope(sliven):
        return list(Evaluation.objects.all())


def test_a_form_is_kept_once_and_without_a_name(client, sliven, link):
    page = client.get(link)
    assert "Работа с хора" in page.content.decode()
    assert page["Referrer-Policy"] == "strict-origin"
    key = uuid.uuid4()
    for _ in range(2):
        answer = send(client, link, form_key=key, words="Повече примери")
        assert answer.status_code == 302
        assert "Благодарим" in client.get(answer["Location"]).content.decode()
    (row,) = answers(sliven)
    assert (row.content, row.trainer, row.use, row.organisation) == (5, 4, 3, 5)
    names = {field.name for field in Evaluation._meta.get_fields()}
    assert names & {"user", "trainee", "participant", "at", "created_at"} == set()


def test_wrong_marks_are_refused_in_words_and_what_was_typed_stays(client, sliven, link):
    for wrong in ({"content": "6"}, {"use": ""}, {"trainer": "x"}, {"form_key": "x"}):
        answer = send(client, link, words="Да остане", **wrong)
        assert answer.status_code == 422
        assert "Да остане" in answer.content.decode()
    assert send(client, link, words="a\x00b").status_code == 422
    assert answers(sliven) == []


def test_no_more_answers_than_people(client, sliven, link):
    for _ in range(6):
        assert send(client, link).status_code == 302
    late = send(client, link)
    assert "Отговорите вече са колкото участниците" in late.content.decode()
    assert len(answers(sliven)) == 6


def test_a_link_that_opens_nothing_is_one_same_page(client, manager, training, link, sliven):
    with municipality_scope(sliven):
        Training.objects.update(evaluation_until=timezone.localdate() - dt.timedelta(1))
    over = client.get(link)
    foreign = client.get(link.replace("sliven", "elena"))
    cut = client.get(link[:-3] + "/")
    assert {over.status_code, foreign.status_code, cut.status_code} == {404}
    assert "Връзката не отваря нищо" in over.content.decode()
    assert client.post(link, MARKS).status_code == 404


def test_closing_stops_answers_and_asking_again_opens_the_same_link(
    client, manager, training, link
):
    url = f"/admin/trainings/training/{training.pk}/otsenka/"
    manager.post(url, {"what": "close"})
    assert client.get(link).status_code == 404
    ask(manager, training)
    assert client.get(link).status_code == 200
    assert ask(manager, training, days=-1).status_code == 422


def test_the_link_is_mailed_to_whoever_has_an_address_and_no_log_has_it(
    manager, training, link, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        ask(manager, training, is_mailed="on")
    (message,) = mail.outbox
    assert message.to == ["ani@example.bg"]
    assert link in message.body
    assert without_tokens(link) == "/otsenka-obuchenie/sliven/…/"
    assert without_tokens("GET /udostoverenie/SLV20-AAAA/ HTTP") == "GET /udostoverenie/…/ HTTP"


def test_words_are_shown_from_the_fifth_answer(client, manager, training, link, sliven):
    url = f"/admin/trainings/training/{training.pk}/otsenka/"
    for number in range(4):
        send(client, link, words=f"Дума {number}")
    text = manager.get(url).content.decode()
    assert "Дума" not in text
    assert "поне 5 отговора" in text
    send(client, link, words="Дума последна", content="1")
    text = manager.get(url).content.decode()
    assert "Дума последна" in text
    with municipality_scope(sliven):
        results = evaluating.results_of(training)
    assert [str(q.average) for q in results.questions] == ["4.2", "4.0", "3.0", "5.0"]
    assert results.questions[0].marks == [1, 0, 0, 0, 4]
    assert (results.answers, results.people, results.share) == (5, 6, 83)
