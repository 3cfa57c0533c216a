"""Tracking: what a citizen sees of an application with its number and code, and can do with it."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from municipalities import unlocking
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from referrals import workflow
from referrals.applications import handling
from referrals.applications.models import Application, State
from referrals.applications.models_parts import ApplicationEvent, Attachment, PaperRequest
from referrals.intake.taking import new_code
from tests import factories
from tests.factories_applications import SECRET, ApplicationFactory
from tests.support import people
from tests.support import uploads as made
from tests.support.html import StrictClient

TRACK = "/zayavlenie/prosledyavane/"
VERIFIED = {
    "code": "x", "name": "Срок", "value": 20, "unit": "calendar_days",
    "legal_basis": "чл. 1 от пробния закон", "is_verified": True,
}  # fmt: skip


@pytest.fixture
def office(sliven):
    return factories.OfficeFactory(municipality=sliven, phone="044 611 111")


@pytest.fixture
def application(sliven, office) -> Application:
    with municipality_scope(sliven):
        return ApplicationFactory(municipality=sliven, office=office, number_series="СУ")


@pytest.fixture
def worker(sliven):
    return people.member(sliven, "specialist").user


def ask(client, application, secret=SECRET, **more):
    data = {"obshtina": application.municipality.slug, "nomer": application.number, "kod": secret}
    return client.post(TRACK, {**data, **more})


def page(application, name="track_application", *more) -> str:
    return reverse(name, args=[application.municipality.slug, application.public_id, *more])


@pytest.fixture
def citizen(application) -> StrictClient:
    """A browser in which the application is open."""
    client = StrictClient()
    assert ask(client, application).status_code == 302
    return client


def text_of(answer) -> str:
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", words)


def fresh(application) -> Application:
    with municipality_scope(application.municipality):
        return Application.objects.get(pk=application.pk)


def rows(application, model=ApplicationEvent):
    with municipality_scope(application.municipality):
        return list(model.objects.filter(application=application).order_by("pk"))


def pdf(name="telk.pdf", data=None):
    return SimpleUploadedFile(name, made.pdf() if data is None else data)


# Opening


def test_the_number_and_the_code_open_the_application(client, application):
    answer = ask(client, application)
    assert answer["Location"] == page(application)
    opened = client.get(answer["Location"])
    assert opened.status_code == 200
    assert f"Заявление {application.number}" in text_of(opened)
    assert "no-store" in opened["Cache-Control"]
    assert "noindex" in opened.content.decode()


@pytest.mark.parametrize(
    "typed",
    ["{n}", " {n} ", "су-2026-{s}", "СУ 2026 {s}", "СУ2026{s:06d}", "вх. № {n}", "CУ/2026/{s}"],
)
def test_a_number_is_read_however_it_is_typed(client, application, typed):
    number = typed.format(n=application.number, s=application.number_seq)
    assert ask(client, application, nomer=number).status_code == 302


@pytest.mark.parametrize("typed", ["abcd-efgh-jklm", "ABCD EFGH JKLM", "АВСD-ЕFGН-JКLМ"])
def test_a_code_is_read_however_it_is_typed(client, application, typed):
    assert ask(client, application, typed).status_code == 302


def test_nothing_in_the_address_opens_anything(client, application):
    query = {"obshtina": "sliven", "nomer": application.number, "kod": SECRET}
    assert client.get(TRACK, query).status_code == 200
    assert client.get(page(application), query)["Location"] == f"{TRACK}?obshtina=sliven"


def test_a_link_of_a_mail_chooses_the_municipality(client, application):
    sent_on = client.get(page(application))
    form = client.get(sent_on["Location"])
    assert '<option value="sliven" selected>' in form.content.decode()
    assert "044 611 111" in text_of(form)
    assert client.get(f"{TRACK}?obshtina=nyama").status_code == 200


PAGES = ["track_application", "track_paper", "track_withdraw", "track_copy"]


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_led_to_the_form_whether_or_not_it_is_there(client, application, name):
    there = client.get(page(application, name))
    missing = client.get(reverse(name, args=["sliven", uuid.uuid4()]))
    for answer in (there, missing):
        assert (answer.status_code, answer["Location"]) == (302, f"{TRACK}?obshtina=sliven")
        assert answer.content == b""


def test_another_application_stays_closed(citizen, application, sliven, elena):
    with municipality_scope(sliven):
        other = ApplicationFactory(municipality=sliven, kind=application.kind)
    with municipality_scope(elena):
        foreign = ApplicationFactory(municipality=elena)
    for one in (other, foreign):
        assert citizen.get(page(one)).status_code == 302
    # Nor under the name of another municipality.
    wrong = reverse("track_application", args=["elena", application.public_id])
    assert citizen.get(wrong).status_code == 302


def test_it_closes_after_half_an_hour_of_nothing(citizen, application, monkeypatch):
    now = unlocking.time.time()
    for minutes in (29, 58, 87):  # each look starts the clock anew
        monkeypatch.setattr(unlocking.time, "time", lambda m=minutes: now + m * 60)
        assert citizen.get(page(application)).status_code == 200
    monkeypatch.setattr(unlocking.time, "time", lambda: now + 118 * 60)
    assert citizen.get(page(application)).status_code == 302


def test_leaving_closes_everything(citizen, application):
    assert citizen.get("/zayavlenie/prosledyavane/izhod/").status_code == 405
    assert citizen.post("/zayavlenie/prosledyavane/izhod/")["Location"] == TRACK
    assert citizen.get(page(application)).status_code == 302


def test_opening_gives_the_browser_another_session(client, application):
    client.get(TRACK)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["session"] = before = session.session_key
    ask(client, application)
    assert client.cookies["session"].value != before
    assert client.session["planted"]
    held = str(client.session[unlocking.SESSION_KEY])
    for secret in (SECRET, application.number, application.given_name, application.secret_hash):
        assert secret not in held


def test_a_new_code_closes_the_old_one_and_its_browsers(citizen, application, worker):
    with municipality_scope(application.municipality):
        code = new_code(application, by=worker)
    assert citizen.get(page(application)).status_code == 302
    assert ask(citizen, application).status_code == 422
    assert ask(citizen, application, code).status_code == 302
    assert "нов код" in text_of(citizen.get(page(application)))


def test_a_colleague_who_is_signed_in_tracks_as_a_citizen(elena_specialist, application, sliven):
    """In another municipality than their own, with the code like anybody."""
    assert elena_specialist.get(page(application)).status_code == 302
    assert ask(elena_specialist, application).status_code == 302
    assert elena_specialist.get(page(application)).status_code == 200
    assert elena_specialist.get("/rabotno-myasto/").status_code == 200


# What is told


def test_only_steps_told_to_the_citizen_are_told(citizen, application, worker):
    with municipality_scope(application.municipality):
        handling.take(application=application, by=worker)
        handling.note(application=application, by=worker, text="Вътрешна бележка")
        handling.message(application=application, by=worker, text="Елате в сряда.", via="page")
    words = text_of(citizen.get(page(application)))
    assert "Служител на общината започна да разглежда заявлението ви." in words
    assert "Елате в сряда." in words
    assert "Вътрешна бележка" not in words
    assert worker.name not in words
    assert words.index("Елате в сряда.") < words.index("Служител го пое")


def test_who_has_it_and_whom_to_call(citizen, application, office):
    words = text_of(citizen.get(page(application)))
    assert "Още няма определен служител" in words
    assert office.name in words
    assert "044 611 111" in words


def test_an_office_that_is_not_shown_is_not_told(citizen, application, office, sliven):
    with municipality_scope(sliven):
        shown = factories.OfficeFactory(municipality=sliven)
        office.is_public = False
        office.save()
    words = text_of(citizen.get(page(application)))
    assert shown.name in words
    assert "044 611 111" not in words


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [
        ({"norm": VERIFIED}, True),
        ({"norm": {**VERIFIED, "is_verified": False}}, False),
        ({"norm": {}}, False),
        ({"norm": VERIFIED, "state": "waiting"}, False),
        ({"norm": VERIFIED, "state": "withdrawn", "closed_at": timezone.now()}, False),
    ],
)
def test_a_deadline_is_told_only_by_a_verified_norm_while_it_runs(
    citizen, application, facts, is_told
):
    with municipality_scope(application.municipality):
        Application.objects.filter(pk=application.pk).update(
            due_on=dt.date(2031, 5, 9), clock_from=dt.date(2031, 4, 19), **facts
        )
    words = text_of(citizen.get(page(application)))
    assert ("09.05.2031" in words) is is_told
    assert ("чл. 1 от пробния закон" in words) is is_told


def test_a_deadline_that_passed_is_not_told_as_one_to_come(citizen, application):
    with municipality_scope(application.municipality):
        Application.objects.filter(pk=application.pk).update(
            due_on=dt.date(2026, 1, 9), clock_from=dt.date(2025, 12, 19), norm=VERIFIED
        )
    words = text_of(citizen.get(page(application)))
    assert "Срокът за отговор беше 09.01.2026 г. Обадете се" in words
    assert "трябва да имате" not in words


@pytest.mark.parametrize("state", [*State.values])
def test_every_state_is_told_in_words_with_a_next_step(citizen, application, state):
    closed = {"closed_at": timezone.now()} if state in ("closed", "withdrawn") else {}
    if state == "closed":
        closed["outcome"] = "answered"
    with municipality_scope(application.municipality):
        Application.objects.filter(pk=application.pk).update(state=state, **closed)
    answer = citizen.get(page(application))
    body = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)[0]
    following = text_of(answer).partition("Какво следва")[2].strip()
    assert re.match(r"[А-Я][^.]{10,}\.", following)
    assert state not in re.sub(r"<[^>]+>", " ", body)
    is_open = state not in ("closed", "withdrawn")
    assert (page(application, "track_withdraw") in body) is is_open
    assert (page(application, "track_paper") in body) is is_open


def test_papers_asked_for_and_until_when(citizen, application, worker):
    with municipality_scope(application.municipality):
        handling.ask_papers(
            application=application,
            by=worker,
            papers=["Решение на ТЕЛК", "Пълномощно"],
            until=dt.date(2031, 5, 9),
        )
    words = text_of(citizen.get(page(application)))
    assert "Чакаме документи от вас" in words
    assert "Решение на ТЕЛК Пълномощно" in words
    assert "Чакаме ги до 09.05.2031 г." in words


def test_the_copy_is_a_pdf(citizen, application):
    answer = citizen.get(page(application, "track_copy"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    assert "Пенка" not in answer["Content-Disposition"]


def test_a_look_of_the_citizen_is_no_look_of_staff(citizen, application, sliven):
    citizen.get(page(application))
    citizen.get(page(application, "track_copy"))
    assert people.rows_of(sliven, AccessEvent) == []


# Papers


def add(client, application, *sent, **more):
    return client.post(page(application, "track_paper"), {"files": list(sent), **more})


def test_a_paper_is_added_and_staff_see_it(citizen, application):
    answer = add(citizen, application, pdf(), note="Решение на ТЕЛК")
    assert answer["Location"] == page(application)
    (kept,) = rows(application, Attachment)
    assert (kept.name, kept.content_type, kept.added_by) == ("telk.pdf", "application/pdf", None)
    (step,) = rows(application)
    assert (step.kind, step.user) == ("paper", None)
    assert "Решение на ТЕЛК" in step.words
    words = text_of(citizen.get(answer["Location"]))
    assert "Документите са при нас" in words
    assert "telk.pdf" in words


def test_a_paper_answers_what_was_asked_and_the_clock_stands_until_somebody_looks(
    citizen, application, worker
):
    with municipality_scope(application.municipality):
        handling.ask_papers(application=application, by=worker, papers=["Решение", "Снимка"])
    add(citizen, application, pdf(), papers=["Решение"])
    assert "Решение" in rows(application)[-1].told
    now = fresh(application)
    assert (now.state, now.paused_on) == ("waiting", timezone.localdate())
    (request,) = rows(application, PaperRequest)
    assert request.closed_on is None
    words = text_of(citizen.get(page(application)))
    assert "Проверяваме изпратените документи" in words
    assert "Чакаме документи от вас" not in words
    assert "Служителят ще провери" in words
    assert add(citizen, application, pdf("b.pdf"), papers=["Друго"]).status_code == 422


def test_what_came_before_it_was_asked_for_answers_nothing(citizen, application, worker):
    add(citizen, application, pdf())
    with municipality_scope(application.municipality):
        handling.ask_papers(application=application, by=worker, papers=["Решение"])
    assert "Чакаме документи от вас" in text_of(citizen.get(page(application)))


def test_the_same_form_sent_twice_adds_nothing(citizen, application):
    for _time in range(2):
        assert add(citizen, application, pdf(), pdf("b.pdf")).status_code == 302
    assert len(rows(application, Attachment)) == 2
    assert len(rows(application)) == 1
    assert "Тези файлове вече са при нас." in text_of(citizen.get(page(application)))
    other = made.pdf(b"<< /Type /Font >>")
    add(citizen, application, pdf(data=other))
    assert len(rows(application, Attachment)) == 3


def test_a_closed_application_takes_no_papers(citizen, application, worker):
    with municipality_scope(application.municipality):
        handling.withdraw(application=application, by=worker)
    answer = add(citizen, application, pdf())
    assert answer["Location"] == page(application)
    assert "не приема документи" in text_of(citizen.get(page(application)))
    assert rows(application, Attachment) == []


def test_an_own_file_is_given_back_and_leaves_no_look(citizen, application, sliven):
    add(citizen, application, pdf())
    (kept,) = rows(application, Attachment)
    answer = citizen.get(page(application, "track_file", kept.pk))
    assert b"".join(answer.streaming_content) == made.pdf()
    assert answer["Content-Disposition"] == 'attachment; filename="telk.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]
    assert people.rows_of(sliven, AccessEvent) == []


def test_files_of_staff_and_of_others_are_not_given(citizen, application, sliven, worker):
    with municipality_scope(sliven):
        other = ApplicationFactory(municipality=sliven, kind=application.kind)
        facts = {"municipality": sliven, "content_type": "application/pdf", "size": 1}
        path = f"{sliven.pk}/{'0' * 32}"
        inner = Attachment.objects.create(
            **facts, application=application, name="vatreshen.pdf", path=path, added_by=worker
        )
        foreign = Attachment.objects.create(**facts, application=other, name="a.pdf", path=path)
    assert "vatreshen.pdf" not in text_of(citizen.get(page(application)))
    for pk in (inner.pk, foreign.pk, 999_999, 2**63):
        assert citizen.get(page(application, "track_file", pk)).status_code == 404
    assert StrictClient().get(page(application, "track_file", inner.pk)).status_code == 302


# Withdrawing


def test_withdrawing_says_what_will_happen_and_then_does_it(citizen, application, worker):
    with municipality_scope(application.municipality):
        handling.ask_papers(application=application, by=worker, papers=["Решение"])
    url = page(application, "track_withdraw")
    assert "Общината спира работа по заявлението" in text_of(citizen.get(url))
    assert fresh(application).state == "waiting"
    assert citizen.post(url, {"reason": "Оправихме се."})["Location"] == page(application)
    now = fresh(application)
    assert (now.state, now.paused_on) == ("withdrawn", None)
    assert now.closed_at is not None
    step = rows(application)[-1]
    assert (step.kind, step.user, step.words) == ("withdrawn", None, "Оправихме се.")
    (request,) = rows(application, PaperRequest)
    assert request.closed_on is not None
    assert "Оттеглено" in text_of(citizen.get(page(application)))
    # The form sent twice changes nothing more.
    assert citizen.post(url, {"reason": ""})["Location"] == page(application)
    assert len(rows(application)) == 2


def test_a_long_reason_is_told_and_kept(citizen, application):
    answer = citizen.post(page(application, "track_withdraw"), {"reason": "я" * 501})
    assert answer.status_code == 422
    assert "до 500 знака" in text_of(answer)
    assert "я" * 501 in answer.content.decode()
    assert fresh(application).state == "received"


# Lists


def test_the_page_takes_the_same_queries_however_much_there_is(
    citizen, application, queries, sliven, worker
):
    def more(count: int) -> None:
        for _number in range(count):
            with municipality_scope(sliven):
                workflow.record(application, "message", by=worker, told="Елате в сряда.")
                Attachment.objects.create(
                    municipality=sliven, application=application, name="a.pdf", size=1,
                    content_type="application/pdf", path=f"{sliven.pk}/{'0' * 32}",
                )  # fmt: skip

    queries.assert_same(citizen, page(application), more, name="track: application", at_most=15)
