"""Certificates: issued once, numbered without gaps, checked by strangers, declared invalid."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from municipalities.audit import AccessEvent
from municipalities.certificate_codes import initials_of
from municipalities.tenancy import municipality_scope
from municipalities.uploads import PrivateStorage
from tests.factories import UserFactory
from tests.factories_projects import (
    ParticipantFactory,
    ProjectFactory,
    TraineeFactory,
    TrainingFactory,
)
from trainings import certificates, tasks
from trainings.errors import TrainingRefused
from trainings.models import Certificate, Training

pytestmark = pytest.mark.django_db
CHECK = "/udostoverenie/"


@pytest.fixture
def training(sliven) -> Training:
    """Held, in a project; Мария Иванова Примерова took all of it, Боян half."""
    row = TrainingFactory(
        municipality=sliven,
        title="Работа с хора",
        state="done",
        project=ProjectFactory(municipality=sliven, programme__eu_fund="ЕСФ+"),
        programme="Първа тема\nВтора тема\n",
        trainer="Вера Обучител",
    )
    for name, hours in (("Мария Иванова Примерова", None), ("Боян Половин", "4.0")):
        ParticipantFactory(
            municipality=sliven,
            training=row,
            academic_hours=hours,
            trainee=TraineeFactory(municipality=sliven, name=name),
        )
    return row


@pytest.fixture
def codes(monkeypatch) -> list[str]:
    """The codes as they are printed: nothing else keeps them."""
    made: list[str] = []
    new_code = certificates.new_code

    def kept(municipality):
        made.append(new_code(municipality))
        return made[-1]

    monkeypatch.setattr(certificates, "new_code", kept)
    cache.clear()
    return made


@pytest.fixture
def issued(sliven, training, codes) -> Certificate:
    issue_all(sliven, training)
    with municipality_scope(sliven):
        return Certificate.objects.select_related("municipality").get()


def issue_all(sliven, training, by=None) -> None:
    tasks.issue_certificates(
        municipality=sliven.pk, training=training.pk, by=(by or UserFactory()).pk
    )


def test_whoever_took_enough_gets_one_and_once(sliven, training, issued, codes):
    issue_all(sliven, training)
    with municipality_scope(sliven):
        (row,) = Certificate.objects.all()
        assert row.number.endswith("-000001")
        assert row.number.startswith("УД-20")
        assert (row.participant.trainee.name, row.hours) == ("Мария Иванова Примерова", 8)
        half = training.participants.get(trainee__name="Боян Половин")
        with pytest.raises(TrainingRefused, match="достатъчно часове"):
            certificates.issue(participant=half, by=row.issued_by)
    with PrivateStorage().open(issued.path) as file:
        pdf = file.read()
    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf
    assert len(codes) == 1


def test_nothing_is_issued_before_the_training_was_held(sliven, training, manager):
    with municipality_scope(sliven):
        Training.objects.update(state="planned")
    issue_all(sliven, training)
    url = f"/admin/trainings/training/{training.pk}/udostovereniya/"
    text = manager.post(url, follow=True).content.decode()
    assert "след като обучението е проведено" in text
    with municipality_scope(sliven):
        assert not Certificate.objects.exists()


def test_one_that_fails_leaves_no_hole_in_the_numbers(sliven, training, monkeypatch, caplog):
    with municipality_scope(sliven):
        ParticipantFactory(
            municipality=sliven,
            training=training,
            trainee=TraineeFactory(municipality=sliven, name="Яна"),
        )
    render = certificates.typeset.render

    def fails_once(template, data):
        monkeypatch.setattr(certificates.typeset, "render", render)
        raise RuntimeError("no paper")

    monkeypatch.setattr(certificates.typeset, "render", fails_once)
    issue_all(sliven, training)
    assert "was not issued" in caplog.text
    issue_all(sliven, training)
    with municipality_scope(sliven):
        numbers = Certificate.objects.order_by("number").values_list("number", flat=True)
        assert [number[-6:] for number in numbers] == ["000001", "000002"]


def test_the_worker_issues_them_and_the_page_says_how_far_it_is(
    manager, sliven, training, settings
):
    settings.TASKS_INLINE = False
    url = f"/admin/trainings/training/{training.pk}/udostovereniya/"
    assert "Изготвят се 1\xa0удостоверение" in manager.post(url, follow=True).content.decode()
    text = manager.get(url).content.decode()
    assert "Готови са 0 от 1" in text
    assert "data-progress" in text
    again = manager.post(url, follow=True).content.decode()
    assert "вече се изготвят" in again
    (job,) = ProcrastinateJob.objects.filter(task_name=certificates.TASK)
    tasks.issue_certificates(**job.args)
    assert "data-progress" not in manager.get(url).content.decode()


def test_the_draft_of_a_certificate_is_seen_before_there_is_anybody(manager, sliven):
    training = TrainingFactory(municipality=sliven)
    answer = manager.get(f"/admin/trainings/training/{training.pk}/udostoverenie-proekt/")
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.django_db(transaction=True)
def test_asked_for_twice_at_once_each_gets_one(sliven, training):
    with municipality_scope(sliven):
        for name in ("Яна", "Галя"):
            trainee = TraineeFactory(municipality=sliven, name=name)
            ParticipantFactory(municipality=sliven, training=training, trainee=trainee)
    by, gate = UserFactory(), threading.Barrier(2)

    def work() -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            issue_all(sliven, training, by=by)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(work) for _ in range(2)]:
            one.result(60)
    with municipality_scope(sliven):
        numbers = Certificate.objects.order_by("number").values_list("number", flat=True)
        assert [number[-6:] for number in numbers] == ["000001", "000002", "000003"]


# What a stranger sees


def test_a_stranger_sees_that_it_is_valid_and_initials_alone(client, issued, codes):
    typed = f" {codes[0].lower().replace('-', ' ')} "
    answer = client.post(CHECK, {"kod": typed})
    assert answer["Location"] == f"{CHECK}{codes[0]}/"
    page = client.get(answer["Location"])
    text = page.content.decode()
    for shown in (
        "Удостоверението е валидно",
        issued.number,
        "Работа с хора",
        "М. И. П.",
        "Сливен",
    ):
        assert shown in text
    for hidden in ("Мария", "Примерова", "Вера", "Първа тема"):
        assert hidden not in text
    assert page["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]


def test_every_wrong_code_is_answered_the_same(client, sliven, issued, codes):
    whose, *rest = codes[0].split("-")
    wrong = [
        "-".join([whose, *reversed(rest)]),
        "-".join(["XXX99", *rest]),
        "".join(rest),
        "няма-такъв",
        "x" * 300,
        "%00",
    ]
    pages = {clean(client.get(f"{CHECK}{code}/")) for code in wrong}
    assert len(pages) == 1
    assert pages.pop()[0] == 404
    answers = [client.post(CHECK, {"kod": code}) for code in (*wrong[:3], "", "a\x00b", "x" * 99)]
    assert {answer.status_code for answer in answers} == {422}


def clean(response) -> tuple[int, str]:
    text = response.content.decode()
    return response.status_code, re.sub(r'[\w-]{40,}|[0-9a-f]{16}|next=[^"]+', "", text)


def test_guessing_is_slowed_down_and_a_right_code_waits_too(client, issued, codes):
    for _ in range(20):
        client.get(f"{CHECK}SLV20-AAAA-BBBB-CCCC/")
    assert client.get(f"{CHECK}{codes[0]}/").status_code == 429
    assert client.post(CHECK, {"kod": codes[0]}).status_code == 429


def test_initials():
    assert initials_of("Мария-Анна Примерова") == "М. П."
    assert initials_of("иван  о’Нийл") == "И. О."
    assert initials_of("  3 ") == ""


# Whoever keeps them


def test_a_manager_declares_one_invalid_with_a_reason(client, manager, issued, codes):
    url = f"/admin/trainings/certificate/{issued.pk}/nevalidno/"
    assert manager.post(url, {"reason": " "}).status_code == 422
    assert manager.post(url, {"reason": "Сгрешено име"}).status_code == 302
    text = client.get(f"{CHECK}{codes[0]}/").content.decode()
    assert "Удостоверението не е валидно" in text
    assert "Сгрешено" not in text
    again = manager.post(url, {"reason": "Пак"})
    assert "вече е обявено за невалидно" in again.content.decode()
    with municipality_scope(issued.municipality):
        row = Certificate.objects.get()
    assert row.revoked_reason == "Сгрешено име"


def test_the_paper_is_the_managers_and_the_look_is_kept(
    manager, elena_manager, specialist, issued, sliven
):
    url = f"/admin/trainings/certificate/{issued.pk}/dokument/"
    page = manager.get(url)
    assert b"".join(page.streaming_content).startswith(b"%PDF-")
    assert "attachment" in page["Content-Disposition"]
    assert elena_manager.get(url).status_code == 404
    assert specialist.get(url).status_code in (302, 403)
    with municipality_scope(sliven):
        assert AccessEvent.objects.filter(subject_kind="trainings.certificate").count() == 1


def test_a_certificate_is_neither_added_nor_changed_nor_deleted(manager, issued):
    base = f"/admin/trainings/certificate/{issued.pk}"
    assert manager.get("/admin/trainings/certificate/add/").status_code == 403
    assert manager.post(f"{base}/delete/", {"post": "yes"}).status_code == 403
    text = manager.get(f"{base}/change/").content.decode()
    assert issued.number in text
    assert 'name="hours"' not in text


def test_a_training_with_certificates_is_not_deleted_and_not_reopened(manager, training, issued):
    base = f"/admin/trainings/training/{training.pk}"
    manager.post(f"{base}/delete/", {"post": "yes"})
    manager.post(f"{base}/hod/", {"step": "reopen"})
    with municipality_scope(training.municipality):
        assert Training.objects.get().state == "done"


def test_the_list_costs_the_same_for_any_number(manager, queries, sliven, training):
    user = UserFactory()

    def make(n):
        for _ in range(n):
            row = ParticipantFactory(municipality=sliven, training=training)
            Certificate.objects.create(
                municipality=sliven, participant=row, number=f"УД-{row.pk}", hours=8,
                code_hash=f"{row.pk}", issued_by=user, path="none", size=1,
            )  # fmt: skip

    queries.assert_same(
        manager,
        "/admin/trainings/certificate/",
        lambda n: within(sliven, make, n),
        name="admin: certificates",
        at_most=20,
    )


def within(sliven, make, n):
    with municipality_scope(sliven):
        make(n)
