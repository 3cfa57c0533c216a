"""The pages on which staff work on an application: what they show, who may, what they do."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from frontoffice.models import Person
from municipalities.models import User
from municipalities.tenancy import municipality_scope
from referrals import clock
from referrals.applications import handling
from referrals.models import Application, ApplicationEvent, Attachment
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindPaperFactory,
    NormFactory,
)
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

LIST = "/rabotno-myasto/zayavleniya/"


def at(application, page: str = "") -> str:
    return f"{LIST}{application.pk}/{page}"


def text(answer) -> str:
    return answer.content.decode()


def without_code(answer) -> str:
    """What the page of a missing record says, but for the code of the request."""
    said = text(answer).split("<main")[1].split("</main>")[0]
    return re.sub(r'class="code">\w+<', "", said)


def fresh(application) -> Application:
    with municipality_scope(application.municipality):
        return Application.objects.select_related("owner", "person").get(pk=application.pk)


def steps(application) -> list[ApplicationEvent]:
    return list(rows_of(application.municipality, ApplicationEvent))


@pytest.fixture
def application(sliven) -> Application:
    return ApplicationFactory(municipality=sliven)


@pytest.fixture
def mine(sliven, specialist) -> Application:
    return ApplicationFactory(municipality=sliven, owner=specialist.user, state="in_work")


@pytest.mark.parametrize(
    "page",
    ["", "predavane/", "potvarzhdenie/", "litse/", "dokumenti/", "poluchen-dokument/",
     "belezhka/", "saobshtenie/", "ottegleno/", "priklyuchvane/"],
)  # fmt: skip
def test_every_page_opens_and_a_foreign_one_is_missing_like_one_that_never_was(
    sliven, elena, specialist, page
):
    own = ApplicationFactory(municipality=sliven)
    foreign = ApplicationFactory(municipality=elena)
    assert specialist.get(at(own, page)).status_code == 200
    missing = specialist.get(f"{LIST}987654/{page}")
    other = specialist.get(at(foreign, page))
    assert (missing.status_code, other.status_code) == (404, 404)
    assert without_code(other) == without_code(missing)


def test_the_page_says_who_what_by_when_and_from_where_the_deadline_comes(sliven, specialist):
    norm = NormFactory(municipality=sliven, value=10)
    with municipality_scope(sliven):
        clocked = clock.started(norm.code, timezone.localdate())
    row = ApplicationFactory(municipality=sliven, email="penka@example.bg", **clocked)
    page = text(specialist.get(at(row)))
    assert "Пенка Измислена" in page
    assert "Трудно ми е сама вкъщи." in page
    assert "непотвърдена норма" in page
    assert "непотвърдено" in page
    assert "tel:" in page


def test_the_look_at_it_is_kept_once_a_moment(application, specialist, sliven):
    from municipalities.models import AccessEvent

    for _n in range(2):
        specialist.get(at(application))
    (look,) = [
        one for one in rows_of(sliven, AccessEvent) if one.subject_kind == "referrals.application"
    ]
    assert (look.subject_id, look.user) == (application.pk, specialist.user)


def test_the_next_step_follows_the_state(application, specialist, sliven):
    assert "Поеми" in text(specialist.get(at(application)))
    specialist.post(at(application, "poemane/"))
    assert fresh(application).owner == specialist.user
    page = text(specialist.get(at(application)))
    assert f'<a class="button" href="{at(application, "potvarzhdenie/")}"' in page
    with municipality_scope(sliven):
        handling.confirm(application=application, by=specialist.user, how="phone")
    page = text(specialist.get(at(application)))
    assert f'<a class="button" href="{at(application, "litse/")}"' in page
    with municipality_scope(sliven):
        person = PersonFactory(municipality=sliven)
        handling.tie(application=application, by=specialist.user, person=person)
    page = text(specialist.get(at(application)))
    assert f'<a class="button" href="/rabotno-myasto/otsenki/nova/{application.pk}/"' in page


def test_a_colleagues_application_is_read_and_noted_not_worked_on(mine, colleague, head):
    page = text(colleague.get(at(mine)))
    assert f"у {mine.owner.name}" in page
    assert "Оттегли" not in page
    for step in ("predavane/", "potvarzhdenie/", "litse/", "dokumenti/", "ottegleno/"):
        assert colleague.get(at(mine, step)).status_code == 403
        assert head.get(at(mine, step)).status_code == 200
    assert colleague.post(at(mine, "poemane/")).status_code == 403
    sent = colleague.post(at(mine, "belezhka/"), {"text": "Обади се синът."})
    assert sent.status_code == 302
    assert "Обади се синът." in text(colleague.get(at(mine)))


def test_handed_over_with_a_note(mine, specialist, colleague):
    answer = specialist.post(
        at(mine, "predavane/"),
        {"to": colleague.user.pk, "note": "В отпуск съм.", "version": mine.version},
    )
    assert answer.status_code == 302
    assert fresh(mine).owner == colleague.user
    assert "В отпуск съм." in text(colleague.get(at(mine)))


def test_a_form_sent_twice_is_one_step(mine, specialist, colleague):
    data = {"to": colleague.user.pk, "version": mine.version}
    specialist.post(at(mine, "predavane/"), data)
    User.objects.filter(pk=specialist.user.pk).update(is_active=True)
    reason = {"reason": "Вече не иска.", "version": fresh(mine).version}
    colleague.post(at(mine, "ottegleno/"), reason)
    again = colleague.post(at(mine, "ottegleno/"), reason)
    assert again.status_code == 302
    assert [step.kind for step in steps(mine)] == ["handed", "withdrawn"]


def test_confirmed_with_day_and_hour(mine, specialist):
    today = timezone.localdate()
    answer = specialist.post(
        at(mine, "potvarzhdenie/"),
        {"how": "phone", "on": f"{today:%d.%m.%Y}", "at": "00:01", "version": mine.version,
         "note": "Иска помощ вкъщи."},
    )  # fmt: skip
    assert answer.status_code == 302
    assert timezone.localtime(fresh(mine).confirmed_at).date() == today


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"how": ""}, "Изберете как говорихте"),
        ({"on": "31.02.2026"}, "Грешка"),
        ({"on": "1.1.2020"}, "още не беше постъпило"),
        ({"on": "1.1.2100"}, "още не е дошъл"),
        ({"at": "25:99"}, "Напишете часа"),
        ({"note": "ЕГН 7523169263"}, "ЕГН"),
    ],
)
def test_what_is_wrong_with_a_confirmation_is_said_and_kept(mine, specialist, change, words):
    data = {"how": "phone", "on": f"{timezone.localdate():%d.%m.%Y}", "version": mine.version}
    answer = specialist.post(at(mine, "potvarzhdenie/"), {**data, **change})
    assert answer.status_code == 422
    assert words in text(answer)
    assert fresh(mine).confirmed_at is None


def test_papers_asked_stop_the_clock_and_a_paper_at_the_desk_lets_it_go_on(mine, specialist):
    paper = KindPaperFactory(municipality=mine.municipality, kind=mine.kind, name="Акт за раждане")
    page = text(specialist.get(at(mine, "dokumenti/")))
    assert "Акт за раждане" in page
    specialist.post(
        at(mine, "dokumenti/"),
        {"wanted": [paper.pk], "other": "Решение на съда\n\n", "version": mine.version},
    )
    now = fresh(mine)
    assert now.state == "waiting"
    page = text(specialist.get(at(mine)))
    assert "Решение на съда" in page
    specialist.post(
        at(mine, "poluchen-dokument/"),
        {"which": ["Акт за раждане"], "is_complete": "on", "version": now.version},
    )
    assert fresh(mine).state == "in_work"


def test_asking_may_lead_straight_to_the_letter(mine, specialist):
    answer = specialist.post(
        at(mine, "dokumenti/"), {"other": "Акт", "version": mine.version, "pismo": "1"}
    )
    assert answer["Location"] == f"{at(mine)}pismo/?vid=papers"


@pytest.mark.parametrize(
    "data",
    [{}, {"other": " \n "}, {"other": "а" * 201}, {"wanted": ["987654"]}, {"wanted": ["\x00"]},
     {"other": "Акт", "until": "1.1.2020"}, {"other": "\n".join(f"акт {n}" for n in range(30))}],
)  # fmt: skip
def test_papers_that_cannot_be_asked_for(mine, specialist, data):
    answer = specialist.post(at(mine, "dokumenti/"), {**data, "version": mine.version})
    assert answer.status_code == 422
    assert fresh(mine).state == "in_work"


def test_a_paper_with_its_file_is_kept_and_downloaded_by_the_desk_only(
    mine, specialist, provider, elena_specialist
):
    file = SimpleUploadedFile("akt.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    answer = specialist.post(
        at(mine, "poluchen-dokument/"),
        {"other": "Акт за раждане", "files": [file], "version": mine.version},
    )
    if answer.status_code == 422:
        pytest.fail(text(answer).split("errors")[1][:600])
    (kept,) = rows_of(mine.municipality, Attachment)
    assert (kept.application_id, kept.added_by) == (mine.pk, specialist.user)
    there = f"{LIST}fayl/{kept.pk}/"
    got = specialist.get(there)
    assert (got.status_code, b"".join(got.streaming_content)[:4]) == (200, b"%PDF")
    assert provider.get(there).status_code == 403
    assert elena_specialist.get(there).status_code == 404


def test_a_paper_sent_twice_is_kept_once(mine, specialist):
    def send(name: str, body: bytes):
        file = SimpleUploadedFile(name, body, content_type="application/pdf")
        data = {"other": "Акт", "files": [file], "version": fresh(mine).version}
        return specialist.post(at(mine, "poluchen-dokument/"), data)

    assert [send("akt.pdf", b"%PDF-1.4\n%%EOF\n").status_code for _n in range(2)] == [302, 302]
    assert send("akt.pdf", b"%PDF-1.4\n%1\n%%EOF\n").status_code == 302  # another of that name
    assert len(rows_of(mine.municipality, Attachment)) == 2
    plain = {"other": "Решение", "version": fresh(mine).version}
    for _n in range(2):
        specialist.post(at(mine, "poluchen-dokument/"), plain)
    assert [step.words for step in steps(mine)][2:] == ["Решение. Без файл."]


def test_nothing_arrived_is_not_a_paper(mine, specialist):
    answer = specialist.post(at(mine, "poluchen-dokument/"), {"version": mine.version})
    assert answer.status_code == 422
    assert steps(mine) == []


def test_the_clock_goes_on_from_the_day_the_citizen_brought_the_paper(mine, specialist, sliven):
    with municipality_scope(sliven):
        handling.ask_papers(application=mine, by=specialist.user, papers=["Акт"])
        handling.paper_arrived(application=mine, by=None, papers="Акт")
    page = text(specialist.get(at(mine)))
    assert "Дойде документ" in page
    assert f'<a class="button" href="{at(mine, "srok/")}"' in page
    specialist.post(
        at(mine, "srok/"),
        {"is_received": "1", "on": f"{timezone.localdate():%d.%m.%Y}",
         "version": fresh(mine).version},
    )  # fmt: skip
    assert fresh(mine).state == "in_work"


def test_a_message_is_mailed_where_there_is_an_address(
    sliven, specialist, django_capture_on_commit_callbacks
):
    row = ApplicationFactory(
        municipality=sliven, email="penka@example.bg", owner=specialist.user, state="in_work"
    )
    with django_capture_on_commit_callbacks(execute=True):
        specialist.post(at(row, "saobshtenie/"), {"text": "Елате във вторник.", "via": "mail"})
    (sent,) = mail.outbox
    assert "Елате във вторник." in sent.body
    assert row.number in sent.body
    assert "Пенка" not in sent.subject + sent.body


def test_without_an_address_the_page_offers_a_letter(mine, specialist):
    page = text(specialist.get(at(mine, "saobshtenie/")))
    assert 'value="mail"' not in page
    assert f"{at(mine)}pismo/" in page
    answer = specialist.post(at(mine, "saobshtenie/"), {"text": "Елате.", "via": "mail"})
    assert answer.status_code == 422


def test_closed_and_opened_again(mine, specialist):
    early = specialist.post(
        at(mine, "priklyuchvane/"), {"outcome": "assessment", "version": mine.version}
    )
    assert early.status_code == 422
    assert "Първо потвърдете" in text(early)
    specialist.post(
        at(mine, "priklyuchvane/"),
        {"outcome": "answered", "answer": "Има места.", "version": mine.version},
    )
    assert fresh(mine).outcome == "answered"
    page = text(specialist.get(at(mine)))
    assert "Има места." in page
    specialist.post(at(mine, "otvaryane/"), {"reason": "Обади се.", "version": fresh(mine).version})
    assert fresh(mine).state == "in_work"


def test_what_can_no_longer_be_done_leads_back_with_words(mine, specialist, sliven):
    with municipality_scope(sliven):
        handling.withdraw(application=mine, by=None)
    answer = specialist.get(at(mine, "dokumenti/"), follow=True)
    assert "вече не може" in text(answer)


def test_two_at_once_see_what_differs_and_nothing_typed_is_lost(mine, specialist, head, sliven):
    version = mine.version
    with municipality_scope(sliven):
        handling.assign(application=mine, by=head.user, to=head.user)
        handling.assign(application=mine, by=head.user, to=specialist.user)
        handling.ask_papers(application=mine, by=head.user, papers=["Акт"])
    answer = specialist.post(
        at(mine, "ottegleno/"), {"reason": "Синът я взе при себе си.", "version": version}
    )
    page = text(answer)
    assert answer.status_code == 422
    assert "Синът я взе при себе си." in page
    assert "чака документи" in page
    assert "разглежда се" in page
    assert fresh(mine).state == "waiting"
    again = specialist.post(
        at(mine, "ottegleno/"),
        {"reason": "Синът я взе при себе си.", "version": fresh(mine).version},
    )
    assert again.status_code == 302
    assert fresh(mine).state == "withdrawn"


@pytest.mark.parametrize("version", ["", "0", "-1", "99999999999999999999", "\x00", "едно"])
def test_a_wrong_version_never_covers_anything(mine, specialist, version):
    answer = specialist.post(at(mine, "ottegleno/"), {"reason": "Не иска.", "version": version})
    assert answer.status_code == 422
    assert fresh(mine).state == "in_work"


# Whose it is


def test_likely_people_are_offered_and_one_is_chosen(mine, specialist, sliven):
    person = PersonFactory(
        municipality=sliven, given_name="Пенка", family_name="Измислена", phones="359888123456"
    )
    page = text(specialist.get(at(mine, "litse/")))
    assert f'value="{person.pk}"' in page
    answer = specialist.post(at(mine, "litse/"), {"person": person.pk, "version": mine.version})
    assert answer.status_code == 302
    assert fresh(mine).person == person
    specialist.post(at(mine, "litse/"), {"person": person.pk, "version": mine.version})
    assert [step.kind for step in steps(mine)] == ["tied"]


def test_somebody_else_is_looked_for(mine, specialist, sliven):
    person = PersonFactory(municipality=sliven, given_name="Вяра", family_name="Другова")
    page = text(specialist.post(at(mine, "litse/"), {"q": "Другова", "find": "1"}))
    assert f'value="{person.pk}"' in page


def test_written_down_they_carry_what_was_stated(sliven, specialist):
    row = ApplicationFactory(
        municipality=sliven, owner=specialist.user, state="in_work", email="penka@example.bg",
        birth_date="1950-03-01", address="ул. „Хан Крум“ 3", phones="0888123456",
    )  # fmt: skip
    data = {"new-names": "Пенка Измислена", "new-phones": "0888 123 456",
            "new-form_key": "8d3f5bb0-2f0a-4bd1-8d3c-4b7dd05ac001", "write_down": "1",
            "version": row.version}  # fmt: skip
    for _n in range(2):
        specialist.post(at(row, "litse/"), data)
    (person,) = rows_of(sliven, Person)
    assert fresh(row).person == person
    assert (person.email, person.birth_date, person.address) == (
        "penka@example.bg", dt.date(1950, 3, 1), "ул. „Хан Крум“ 3",
    )  # fmt: skip


def test_nobody_is_written_down_over_advice(mine, specialist, sliven):
    PersonFactory(municipality=sliven, given_name="Пенка", family_name="Измислена")
    data = {"new-names": "Пенка Измислена", "write_down": "1", "version": mine.version,
            "new-form_key": "8d3f5bb0-2f0a-4bd1-8d3c-4b7dd05ac001"}  # fmt: skip
    answer = specialist.post(at(mine, "litse/"), data)
    assert answer.status_code == 422
    assert "Въпреки това запиши" in text(answer)
    assert len(rows_of(sliven, Person)) == 1
    (there,) = rows_of(sliven, Person)
    specialist.post(at(mine, "litse/"), {**data, "new-shown": f"{there.pk}"})
    assert len(rows_of(sliven, Person)) == 2


@pytest.mark.parametrize(
    "data",
    [
        {}, {"person": "987654"}, {"person": "\x00"}, {"person": "9" * 50}, {"person": "абв"},
        {"find": "1"}, {"find": "1", "q": "\x00"}, {"write_down": "1"},
        {"write_down": "1", "new-names": "123", "new-form_key": "x"},
        {"write_down": "1", "new-names": "А" * 300},
    ],
)  # fmt: skip
def test_a_wrong_choice_is_told(mine, specialist, data):
    answer = specialist.post(at(mine, "litse/"), {**data, "version": mine.version})
    assert answer.status_code == 422
    assert fresh(mine).person is None


def test_a_foreign_person_is_not_tied(mine, specialist, elena):
    person = PersonFactory(municipality=elena, family_name="Еленска")
    answer = specialist.post(at(mine, "litse/"), {"person": person.pk, "version": mine.version})
    assert answer.status_code == 422
    assert person.family_name not in text(answer)


# An alert


def test_an_alert_of_a_child_at_risk_shows_the_duty_until_somebody_was_told(sliven, specialist):
    kind = ApplicationKindFactory(municipality=sliven, nature="alert")
    facts = {"municipality": sliven, "kind": kind, "secret_hash": "", "is_child_at_risk": True}
    untold, done = ApplicationFactory(**facts), ApplicationFactory(**facts, notified="dsp")
    page = text(specialist.get(at(untold)))
    assert "уведомяването е задължение" in page
    assert "Съобщение до човека" not in page
    assert f"novo/?signal={untold.pk}" in page
    assert "уведомяването е задължение" not in text(specialist.get(at(done)))


def test_what_else_is_known_of_the_person_stands_on_the_page(sliven, specialist):
    person = PersonFactory(municipality=sliven)
    kind = ApplicationKindFactory(municipality=sliven)
    one, other = (
        ApplicationFactory(municipality=sliven, person=person, kind=kind) for _n in range(2)
    )
    page = text(specialist.get(at(one)))
    assert other.number in page
    assert at(other) in page
