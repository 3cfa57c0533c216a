"""A planted ЕГН goes through every flow, and is then looked for everywhere it must not be."""

from __future__ import annotations

import logging
import re
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings as project
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.views.debug import ExceptionReporter
from django.views.decorators.debug import sensitive_variables

from frontoffice.models import Person
from municipalities.tenancy import municipality_scope
from tests.factories import ConsultationFactory
from tests.factories_people import PersonFactory
from tests.frontoffice.test_desk import NEW, answers
from tests.frontoffice.test_people_pages import NEW_PERSON, PEOPLE, known, page_of
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

EGN = "9521080015"
MISTYPED = "9521080016"
FORMS = (EGN, MISTYPED, "952108 0015", EGN.encode().hex(), EGN[::-1])


def is_told(text: str) -> bool:
    return any(form in text for form in FORMS)


class Trail:
    """Sends requests of one client and keeps everything they left behind."""

    def __init__(self, client):
        self.client = client
        self.addresses: list[str] = []
        self.titles: list[str] = []
        self.get_bodies: list[str] = []
        self.post_bodies: list[str] = []

    def get(self, address, **options):
        return self._kept(self.client.get(address, **options), self.get_bodies)

    def post(self, address, sent=None):
        return self._kept(self.client.post(address, sent or {}), self.post_bodies)

    def _kept(self, answer, bodies):
        body = answer.content.decode()
        query = answer.request.get("QUERY_STRING", "")
        self.addresses += [f"{answer.request['PATH_INFO']}?{query}", answer.get("Location", "")]
        self.addresses += re.findall(r'(?:href|action|src|data-find)="([^"]*)"', body)
        self.titles += re.findall(r"<title>.*?</title>|<h1>.*?</h1>", body, re.DOTALL)
        bodies.append(body)
        if answer.status_code == 200:
            assert answer["Cache-Control"] == "no-store"
        return answer


def walk(trail: Trail, sliven, colleague) -> None:
    """Go through finding, creating, mistakes, showing, correcting and a consultation."""
    trail.get(trail.post(PEOPLE, {"q": EGN}).url)
    word = trail.post(PEOPLE, {"q": "952108 0015"}).url.partition("t=")[2]
    trail.post(NEW_PERSON, {"ot-tarsene": word})
    trail.post(PEOPLE, {"q": f"{EGN} " * 30})
    trail.post(NEW_PERSON, known(identifier_kind="egn", identifier=MISTYPED))
    trail.post(NEW_PERSON, known(identifier_kind="none", identifier=EGN))
    trail.post(NEW_PERSON, known(note=f"ЕГН {EGN}"))
    sent = known(identifier_kind="egn", identifier=EGN, phones="0888123456")
    page = trail.get(trail.post(NEW_PERSON, sent).url)
    trail.post(NEW_PERSON, sent)
    trail.post(NEW_PERSON, {**sent, "form_key": str(uuid.uuid4())})
    (person,) = rows_of(sliven, Person)
    assert page.status_code == 200
    trail.get(trail.post(PEOPLE, {"q": EGN}).url)
    trail.get(f"{page_of(person)}namereno/")
    trail.post(f"{page_of(person)}nomer/")
    edit = f"{page_of(person)}promyana/"
    trail.get(edit)
    colleague.post(edit, known(identifier_kind="egn", version="1"))
    trail.post(edit, known(identifier_kind="egn", identifier=EGN, version="1"))
    trail.post(edit, known(identifier_kind="lnch", identifier=EGN, version="2"))
    trail.post(edit, known(identifier_kind="egn", identifier=EGN, version="2"))
    trail.post(NEW, answers(person_query=EGN, find="1"))
    trail.post(NEW, answers(note=f"Идва {EGN}"))
    trail.get(NEW + f"?lice={person.pk}")
    ConsultationFactory(municipality=sliven, person=person)
    trail.get("/rabotno-myasto/")
    trail.get("/rabotno-myasto/konsultatsii/")
    trail.get(page_of(person))


@pytest.fixture
def walked(specialist, colleague, sliven, caplog):
    caplog.set_level(logging.DEBUG)
    trail = Trail(specialist)
    with CaptureQueriesContext(connection) as captured:
        walk(trail, sliven, colleague)
    trail.sql = [query["sql"] for query in captured.captured_queries]
    trail.log = caplog.text
    return trail


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(row[0] for row in cursor.fetchall())


def told_in_tables(of) -> list[str]:
    """Return the tables with a row in which the number can be read."""
    found = []
    with municipality_scope(of), connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            if any(is_told(row[0]) for row in cursor.fetchall()):
                found.append(table)
    return found


def test_it_is_nowhere(walked, sliven):
    assert len(walked.get_bodies) >= 9
    assert not [a for a in walked.addresses if is_told(a)]
    assert not [t for t in walked.titles if is_told(t)]
    assert not [b for b in walked.get_bodies if is_told(b)]
    assert not [sql for sql in walked.sql if is_told(sql)]
    assert not is_told(walked.log)
    assert told_in_tables(sliven) == []
    for session in Session.objects.order_by("pk"):
        assert not is_told(str(session.get_decoded()))
    assert not is_told(str(getattr(cache, "_cache", "")))
    assert not mail.outbox
    assert not [f for f in Path(project.MEDIA_ROOT).rglob("*") if is_told(f.name)]


def test_answers_to_a_sent_form_tell_it_only_in_its_fields_and_once_when_asked(walked):
    shown = 0
    for body in walked.post_bodies:
        shown += len(re.findall(rf"<strong>{EGN}</strong>", body))
        rest = re.sub(r'<input[^>]* value="[^"]*"[^>]*>', "", body)
        rest = re.sub(r"<textarea.*?</textarea>", "", rest, flags=re.DOTALL)
        rest = rest.replace(f"<strong>{EGN}</strong>", "")
        assert not is_told(rest)
    assert shown == 1


def test_history_keeps_the_changes_without_it(walked, sliven):
    with municipality_scope(sliven):
        kept = list(Person.pgh_event_model.objects.order_by("pgh_id").values())
    assert [row["pgh_label"] for row in kept] == ["insert", "update", "update"]
    assert not is_told(str(kept))


def test_the_scan_finds_what_is_planted_in_clear(walked, sliven, specialist):
    """The control: put the number where it must not be, and each look notices."""
    with municipality_scope(sliven):
        Person.objects.update(address=f"ЕГН {EGN}")
    assert told_in_tables(sliven) == ["frontoffice_person", "frontoffice_personhistory"]
    trail = Trail(specialist)
    trail.get(PEOPLE + f"?t={EGN}")
    assert [a for a in trail.addresses if is_told(a)]


@pytest.mark.parametrize(
    ("broken", "send"),
    [
        ("views.people.create_person", lambda c, p: c.post(NEW_PERSON, known(identifier_kind="egn",
                                                               identifier=EGN))),
        ("views.people.find_people", lambda c, p: c.get(c.post(PEOPLE, {"q": EGN}).url)),
        ("dossier.views_person.reveal_identifier", lambda c, p: c.post(f"{page_of(p)}nomer/")),
        ("views.people.update_person", lambda c, p: c.post(f"{page_of(p)}promyana/", known(
            identifier_kind="egn", identifier=EGN, version="1"))),
    ],
)  # fmt: skip
def test_an_error_tells_it_neither_to_the_page_nor_to_the_report(
    specialist, sliven, monkeypatch, caplog, broken, send
):
    person = PersonFactory(municipality=sliven, egn=EGN if "reveal" in broken else "")
    reports = []

    @sensitive_variables()
    def fail(*args, **kwargs):
        raise RuntimeError("счупено")

    def report(sender, request, **rest):
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    monkeypatch.setattr(f"frontoffice.{broken}", fail)
    got_request_exception.connect(report)
    specialist.raise_request_exception = False
    try:
        answer = send(specialist, person)
    finally:
        got_request_exception.disconnect(report)
    assert answer.status_code == 500
    assert not is_told(answer.content.decode())
    assert not is_told(caplog.text)
    assert "счупено" in reports[0]
    assert not is_told(reports[0])
