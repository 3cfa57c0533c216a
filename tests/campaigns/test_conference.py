"""The conference: its programme, its badges, the certificates of those who came."""

import datetime as dt
import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader

from campaigns.conference import badges, certificates, tasks
from campaigns.conference.errors import ConferenceRefused
from campaigns.models import AttendanceCertificate, CampaignEvent, EventSession, Speaker
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from municipalities.uploads import PrivateStorage
from tests.factories import UserFactory
from tests.factories_campaigns import RegistrationFactory
from tests.factories_projects import CampaignFactory, EventFactory, ProjectFactory
from tests.projects.test_admin import errors, filled, new_row
from tests.support.html import StrictClient
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
CHECK = "/udostoverenie/"
ADMIN = "/admin/campaigns/campaignevent/"
TITLE = "Социални услуги за всеки"


@pytest.fixture
def conference(sliven) -> CampaignEvent:
    """Held yesterday, paid by the Union, with guests from abroad; Мария and Anna came."""
    project = ProjectFactory(municipality=sliven, programme__eu_fund="ЕСФ+")
    event = EventFactory(
        municipality=sliven,
        campaign=CampaignFactory(municipality=sliven, project=project),
        title=TITLE,
        kind="conference",
        takes_registration=True,
        is_named_at_door=True,
        asks_from_abroad=True,
        starts_at=timezone.now() - dt.timedelta(days=1),
    )
    came = {"municipality": sliven, "event": event, "came_at": timezone.now()}
    RegistrationFactory(**came, name="Мария Иванова Примерова", organisation="Дневен център")
    RegistrationFactory(**came, name="Anna Rossi", country="Италия", language="it", part="speaker")
    RegistrationFactory(municipality=sliven, event=event, name="Боян Недошъл")
    RegistrationFactory(municipality=sliven, event=event, name="Отказал Се", state="cancelled")
    return event


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
def issued(sliven, conference, codes) -> list[AttendanceCertificate]:
    issue_all(sliven, conference)
    return rows_of(sliven, AttendanceCertificate)


def issue_all(sliven, event, by=None) -> None:
    user = by or UserFactory()
    tasks.issue_attendance_certificates(municipality=sliven.pk, event=event.pk, by=user.pk)


def pdf_of(certificate) -> bytes:
    with PrivateStorage().open(certificate.path) as file:
        return file.read()


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages).split())


# Certificates


def test_whoever_came_gets_one_and_once(sliven, conference, issued, codes):
    issue_all(sliven, conference)
    assert len(codes) == 2
    numbers = sorted(row.number for row in issued)
    assert [number[-6:] for number in numbers] == ["000001", "000002"]
    assert all(number.startswith("УС-20") for number in numbers)
    with municipality_scope(sliven):
        rows = AttendanceCertificate.objects.select_related("registration")
        papers = {row.registration.name: pdf_of(row) for row in rows}
    assert set(papers) == {"Мария Иванова Примерова", "Anna Rossi"}
    bulgarian = papers["Мария Иванова Примерова"]
    assert b"pdfuaid" in bulgarian
    for said in ("Мария Иванова Примерова", "Дневен център", TITLE, "участник", codes[1]):
        assert said in words_of(bulgarian)
    for said in ("Anna Rossi", "took part as a speaker", "Италия", codes[0]):
        assert said in words_of(papers["Anna Rossi"])
    languages = {PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Lang"] for pdf in papers.values()}
    assert languages == {"bg-BG", "en-BG"}


def test_nothing_is_issued_before_the_end_nor_of_what_was_called_off(sliven, conference, manager):
    url = f"{ADMIN}{conference.pk}/udostovereniya/"
    with municipality_scope(sliven):
        CampaignEvent.objects.update(ends_at=timezone.now() + dt.timedelta(hours=1))
    assert "след като събитието свърши" in manager.post(url, follow=True).content.decode()
    with municipality_scope(sliven):
        CampaignEvent.objects.update(
            ends_at=timezone.now() - dt.timedelta(hours=1), cancelled_at=timezone.now()
        )
    issue_all(sliven, conference)
    assert "отменено" in manager.get(url).content.decode()
    assert rows_of(sliven, AttendanceCertificate) == []


def test_who_did_not_come_gets_none(sliven, conference):
    with municipality_scope(sliven):
        row = conference.registrations.get(name="Боян Недошъл")
        with pytest.raises(ConferenceRefused, match="който е дошъл"):
            certificates.issue(registration=row, by=UserFactory())


def test_the_worker_issues_them_and_the_page_says_how_far_it_is(
    manager, sliven, conference, settings
):
    settings.TASKS_INLINE = False
    url = f"{ADMIN}{conference.pk}/udostovereniya/"
    assert "Изготвят се 2\xa0удостоверения" in manager.post(url, follow=True).content.decode()
    text = manager.get(url).content.decode()
    assert "Готови са 0 от 2" in text
    assert "data-progress" in text
    assert "Примерова" not in text, "asked for every two seconds, it names nobody"
    assert "вече се изготвят" in manager.post(url, follow=True).content.decode()
    (job,) = ProcrastinateJob.objects.filter(task_name=certificates.TASK)
    tasks.issue_attendance_certificates(**job.args)
    done = manager.get(url).content.decode()
    assert "Мария Иванова Примерова" in done
    assert "data-progress" not in done
    assert "Издадени са 2\xa0удостоверения" in done


@pytest.mark.django_db(transaction=True)
def test_asked_for_twice_at_once_each_gets_one(sliven, conference):
    by, gate = UserFactory(), threading.Barrier(2)

    def work() -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            issue_all(sliven, conference, by=by)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(work) for _ in range(2)]:
            one.result(60)
    numbers = sorted(row.number[-6:] for row in rows_of(sliven, AttendanceCertificate))
    assert numbers == ["000001", "000002"]


def test_a_stranger_checks_the_code_where_all_codes_are_checked(client, issued, codes):
    answer = client.post(CHECK, {"kod": codes[1].lower()})
    text = client.get(answer["Location"]).content.decode()
    for shown in ("Удостоверението е валидно", "М. И. П.", TITLE, "Участие в"):
        assert shown in text
    assert "Примерова" not in text
    assert client.get(f"{CHECK}{codes[1][:-4]}AAAA/").status_code == 404


def test_a_manager_declares_one_invalid_with_a_reason(client, manager, sliven, issued, codes):
    row = min(issued, key=lambda row: row.number)
    url = f"/admin/campaigns/attendancecertificate/{row.pk}/nevalidno/"
    assert manager.post(url, {"reason": " "}).status_code == 422
    assert manager.post(url, {"reason": "Сгрешено име"}).status_code == 302
    text = client.get(f"{CHECK}{codes[0]}/").content.decode()
    assert "Удостоверението не е валидно" in text
    assert "Сгрешено" not in text
    assert "вече е обявено" in manager.post(url, {"reason": "Пак"}).content.decode()


def test_the_paper_is_the_managers_and_the_look_is_kept(
    manager, elena_manager, specialist, issued, sliven
):
    url = f"/admin/campaigns/attendancecertificate/{issued[0].pk}/dokument/"
    page = manager.get(url)
    assert b"".join(page.streaming_content).startswith(b"%PDF-")
    assert elena_manager.get(url).status_code == 404
    assert specialist.get(url).status_code in (302, 403)
    kind = {"subject_kind": "campaigns.attendancecertificate"}
    with municipality_scope(sliven):
        assert AccessEvent.objects.filter(**kind).count() == 1


def test_a_forgotten_name_takes_the_paper_with_it_and_the_code_still_tells(
    client, sliven, conference, issued, codes, django_capture_on_commit_callbacks
):
    paths = [row.path for row in issued]
    with municipality_scope(sliven):
        conference.registrations.update(name="", forgotten_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        tasks.forget_papers()
    assert not any(PrivateStorage().exists(path) for path in paths)
    assert "М. И. П." in client.get(f"{CHECK}{codes[1]}/").content.decode()
    assert [row.path for row in rows_of(sliven, AttendanceCertificate)] == ["", ""]


def test_a_participant_takes_it_from_the_page_of_the_registration(client, sliven):
    event = EventFactory(municipality=sliven, takes_registration=True)
    form_key = str(uuid.uuid4())
    data = {"name": "Пенка Измислена", "email": "p@example.bg", "form_key": form_key}
    own = client.post(f"/kampanii/sabitiya/{event.pk}/zapisvane/", data)["Location"]
    paper = f"{own}udostoverenie/"
    assert "Удостоверение за участие" not in client.get(own).content.decode()
    assert client.get(paper).status_code == 404
    with municipality_scope(sliven):
        hour = dt.timedelta(hours=1)
        now = timezone.now()
        CampaignEvent.objects.update(starts_at=now - 2 * hour, ends_at=now - hour)
        event.registrations.update(came_at=now - hour)
    issue_all(sliven, event)
    assert paper in client.get(own).content.decode()
    response = client.get(paper)
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert response["Content-Disposition"].startswith("attachment")
    stranger = StrictClient()
    assert stranger.get(paper)["Location"] == stranger.get(own)["Location"]
    with municipality_scope(sliven):
        row = AttendanceCertificate.objects.get()
        certificates.revoke(certificate=row, reason="грешка")
    assert client.get(paper).status_code == 404
    assert "обявено за невалидно" in client.get(own).content.decode()


# Badges


def test_badges_are_of_the_confirmed_and_of_speakers_once(manager, sliven, conference):
    with municipality_scope(sliven):
        for name in ("anna  rossi", "Ева Лекторова"):
            Speaker.objects.create(municipality=sliven, event=conference, name=name)
        made = badges.badges_of(conference, blank=2)
        only = badges.badges_of(conference, part="guest", with_speakers=True)
    names = [badge.name for badge in made]
    assert names == [
        "Anna Rossi",
        "Боян Недошъл",
        "Ева Лекторова",
        "Мария Иванова Примерова",
        "",
        "",
    ]
    assert only == []
    pdf = manager.get(f"{ADMIN}{conference.pk}/znachki-pdf/?prazni=4").content
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    for said in ("Мария Иванова Примерова", "Дневен център", "Италия", TITLE, "Лектор / Speaker"):
        assert said.casefold() in words_of(pdf).casefold()
    assert "Отказал" not in words_of(pdf)
    assert b"pdfuaid" in pdf
    with municipality_scope(sliven):
        (seen,) = AccessEvent.objects.filter(action="printed")
    assert (seen.subject_kind, seen.rows) == ("campaigns.registration", 8)


@pytest.mark.parametrize("query", ["prazni=x", "prazni=999", "kato=x", "kato=%00", "prazni=-1"])
def test_what_makes_no_sense_is_said(manager, conference, query):
    assert manager.get(f"{ADMIN}{conference.pk}/znachki/?{query}").status_code == 422
    assert manager.get(f"{ADMIN}{conference.pk}/znachki-pdf/?{query}").status_code == 200


def test_without_people_there_is_nothing_to_print(manager, elena_manager, sliven):
    event = EventFactory(municipality=sliven, takes_registration=True)
    answer = manager.get(f"{ADMIN}{event.pk}/znachki-pdf/", follow=True)
    assert "Няма на кого" in answer.content.decode()
    assert elena_manager.get(f"{ADMIN}{event.pk}/znachki-pdf/").status_code == 404


def test_badges_of_any_names_fill_whole_sheets(sliven, conference):
    long = "Преподобната Константина-Александрина Великодушева-Пищовколева"
    rows = [
        badges.Badge(long, "Много дълго име на организация " * 4, "Босна и Херцеговина", "гост")
    ]
    with municipality_scope(sliven):
        pdf = badges.sheets(conference, rows * 17)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 3


# The programme


def test_a_programme_is_written_in_the_admin(manager, sliven, conference):
    url = f"{ADMIN}{conference.pk}/change/"
    data = filled(manager, url) | new_row("speakers", name="Ева Лекторова", organisation="УНСС")
    answer = manager.post(url, data)
    assert answer.status_code == 302, errors(answer)
    (speaker,) = rows_of(sliven, Speaker)
    at = timezone.localtime(conference.starts_at)
    row = new_row(
        "sessions",
        title="Откриване",
        starts_at=f"{at:%d.%m.%Y %H:%M}",
        ends_at=f"{at + dt.timedelta(minutes=30):%d.%m.%Y %H:%M}",
        speakers=speaker.pk,
    )
    answer = manager.post(url, filled(manager, url) | row)
    if answer.status_code != 302:  # the event begins within that minute
        assert "Събитието започва по-късно" in errors(answer)
        with municipality_scope(sliven):
            CampaignEvent.objects.update(starts_at=at.replace(second=0, microsecond=0))
        answer = manager.post(url, filled(manager, url) | row)
    assert answer.status_code == 302, errors(answer)
    with municipality_scope(sliven):
        session = EventSession.objects.get()
        assert list(session.speakers.all()) == [speaker]


def test_the_form_of_an_event_costs_the_same_for_any_programme(
    manager, queries, sliven, conference
):
    def make(n):
        of = {"municipality": sliven, "event": conference}
        times = {"starts_at": conference.starts_at, "ends_at": conference.ends_at}
        with municipality_scope(sliven):
            speakers = [Speaker.objects.create(**of, name=f"лектор {k}") for k in range(n // 5)]
            for number in range(n):
                session = EventSession.objects.create(**of, title="тема", **times)
                session.speakers.add(speakers[number % len(speakers)])

    url = f"{ADMIN}{conference.pk}/change/"
    make(5)
    few = len(queries.of(manager, url))
    make(10)
    assert len(queries.of(manager, url)) == few <= 20
