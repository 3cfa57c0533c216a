"""Archive, obligations and their reminders, positions and workplaces in the admin."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from municipalities.audit import AccessEvent
from municipalities.models import Role
from municipalities.norms.models import LegalNorm
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from projects.models import Obligation, Position, Project, ProjectDocument, Workplace
from projects.norms import DOCUMENTS_RETENTION
from projects.papers.obligations import take_reminders
from projects.papers.retention import retention_norm, retention_of
from projects.papers.tasks import remind_obligations_in
from tests import factories
from tests.factories_projects import ActivityFactory, ProjectFactory
from tests.support import people
from tests.support.uploads import pdf

OBLIGATIONS = "/admin/projects/obligation/"
CALENDAR = f"{OBLIGATIONS}kalendar/"
PAPERS = "/admin/projects/projectdocument/"


def today() -> dt.date:
    return timezone.localdate()


def obligation(project, days: int, **facts) -> Obligation:
    with municipality_scope(project.municipality):
        return Obligation.objects.create(
            municipality=project.municipality,
            project=project,
            **{
                "kind": "technical",
                "title": "Междинен отчет",
                "due_on": today() + dt.timedelta(days=days),
                **facts,
            },
        )


def of(project, model):
    with municipality_scope(project.municipality):
        return list(model.objects.order_by("pk"))


# How long papers are kept


def test_papers_are_kept_five_years_from_the_end_of_the_year_of_the_last_payment(sliven):
    begin(sliven)
    with municipality_scope(sliven):
        norm = retention_norm(today())
        kept = retention_of(Project(last_payment_on=dt.date(2026, 1, 2)), norm)
        assert kept.until == dt.date(2031, 12, 31)
        assert not kept.may_go(dt.date(2031, 12, 31))
        assert kept.may_go(dt.date(2032, 1, 1))
        assert not kept.is_verified
        assert "чл. 82" in kept.basis
        assert retention_of(Project(), norm).until is None


@pytest.mark.parametrize(
    "facts", [{"value": None}, {"unit": "euro"}, {"value": 3650000, "unit": "euro"}]
)
def test_a_norm_that_gives_no_time_gives_no_day(sliven, facts):
    begin(sliven)
    with municipality_scope(sliven):
        LegalNorm.objects.filter(code=DOCUMENTS_RETENTION).update(**facts)
        kept = retention_of(Project(last_payment_on=today()), retention_norm(today()))
    assert kept.until is None
    assert not kept.may_go(dt.date.max)


# The archive


def sent(project, **facts):
    return {
        "project": project.pk,
        "kind": "report",
        "title": "Окончателен отчет",
        "number": "12",
        "issued_on": "21.11.2026",
        "file": SimpleUploadedFile("otchet.pdf", pdf()),
        **facts,
    }


def test_a_document_comes_in_with_its_file_and_the_look_at_it_is_kept(manager, sliven):
    begin(sliven)
    project = ProjectFactory(municipality=sliven, last_payment_on=dt.date(2026, 1, 2))
    assert manager.post(f"{PAPERS}add/", sent(project)).status_code == 302
    (paper,) = of(project, ProjectDocument)
    assert (paper.name, paper.added_by) == ("otchet.pdf", manager.user)
    listed = manager.get(PAPERS).content.decode()
    assert "до 31.12.2031" in listed
    assert "непотвърдена норма" in manager.get(f"{PAPERS}{paper.pk}/change/").content.decode()
    answer = manager.get(f"{PAPERS}{paper.pk}/fayl/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    with municipality_scope(sliven):
        assert AccessEvent.objects.filter(subject_id=str(paper.pk)).exists()


def test_without_a_file_or_with_a_wrong_one_nothing_is_kept(manager, sliven):
    project = ProjectFactory(municipality=sliven)
    for file in ("", SimpleUploadedFile("otchet.exe", pdf())):
        answer = manager.post(f"{PAPERS}add/", sent(project, file=file))
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()
    assert of(project, ProjectDocument) == []


def test_an_activity_of_another_project_is_refused(manager, sliven):
    project, other = ProjectFactory(municipality=sliven), ProjectFactory(municipality=sliven)
    activity = ActivityFactory(municipality=sliven, project=other)
    assert manager.post(f"{PAPERS}add/", sent(project, activity=activity.pk)).status_code == 200
    assert manager.post(f"{PAPERS}add/", sent(other, activity=activity.pk)).status_code == 302


def test_papers_go_on_the_day_they_came_or_when_their_term_is_over(manager, sliven):
    begin(sliven)
    project = ProjectFactory(municipality=sliven, last_payment_on=dt.date(2010, 5, 5))
    kept = ProjectFactory(municipality=sliven, last_payment_on=today())
    for owner in (project, kept):
        manager.post(f"{PAPERS}add/", sent(owner))
    over, held = of(project, ProjectDocument)
    with municipality_scope(sliven):
        long_ago = timezone.now() - dt.timedelta(days=3)
        ProjectDocument.objects.update(added_at=long_ago)
    assert manager.post(f"{PAPERS}{held.pk}/delete/", {"post": "yes"}).status_code == 403
    assert manager.post(f"{PAPERS}{over.pk}/delete/", {"post": "yes"}).status_code == 302
    assert of(project, ProjectDocument) == [held]


def test_another_municipality_has_no_such_paper(manager, sliven, elena):
    project = ProjectFactory(municipality=sliven)
    manager.post(f"{PAPERS}add/", sent(project))
    (paper,) = of(project, ProjectDocument)
    other = people.member(elena, Role.PROJECT_MANAGER)
    assert other.get(f"{PAPERS}{paper.pk}/fayl/").status_code == 404


# The calendar


def test_the_calendar_says_what_is_late_and_marks_what_was_done(manager, sliven):
    project, other = ProjectFactory(municipality=sliven), ProjectFactory(municipality=sliven)
    late, soon = obligation(project, -3), obligation(other, 5, title="Искане")
    text = manager.get(CALENDAR).content.decode()
    assert "закъснява 3 дни" in text
    assert "след 5 дни" in text
    only = manager.get(f"{CALENDAR}?proekt={other.pk}").content.decode()
    assert "закъснява" not in only
    answer = manager.post(f"{CALENDAR}?proekt={other.pk}", {"pk": late.pk, "done": "1"})
    assert answer["Location"] == f"{CALENDAR}?proekt={other.pk}"
    assert of(project, Obligation)[0].done_on == today()
    manager.post(CALENDAR, {"pk": late.pk})
    assert [row.done_on for row in of(project, Obligation)] == [None, None]
    assert soon.done_on is None


@pytest.mark.parametrize("pk", ["", "x", "0", "99999999999999999999", "\x00", "987654"])
def test_a_mark_of_nothing_changes_nothing(manager, sliven, pk):
    project = ProjectFactory(municipality=sliven)
    obligation(project, 1)
    assert manager.post(CALENDAR, {"pk": pk, "done": "1"}).status_code == 302
    assert of(project, Obligation)[0].done_on is None


def test_what_another_municipality_has_to_do_is_not_marked(manager, elena):
    row = obligation(ProjectFactory(municipality=elena), 1)
    manager.post(CALENDAR, {"pk": row.pk, "done": "1"})
    assert of(row.project, Obligation)[0].done_on is None


@pytest.mark.parametrize("chosen", ["x", "\x00", "99999999999999999999", "-1"])
def test_a_project_that_is_not_there_is_no_choice(manager, sliven, chosen):
    obligation(ProjectFactory(municipality=sliven), 1)
    answer = manager.get(CALENDAR, {"proekt": chosen, "page": chosen})
    assert answer.status_code == 200
    assert "Междинен отчет" in answer.content.decode()


def test_the_calendar_takes_as_many_queries_for_many_rows(manager, sliven, queries):
    project = ProjectFactory(municipality=sliven)

    def make(count: int) -> None:
        for number in range(count):
            obligation(project, number, done_on=today() if number % 2 else None)

    queries.assert_same(manager, CALENDAR, make, name="admin: calendar", at_most=20)


# Reminders


@pytest.mark.parametrize(
    ("days", "reminded", "told"),
    [
        (15, None, False),
        (14, None, True),
        (13, -1, False),
        (4, -10, False),
        (3, -10, True),
        (2, -1, False),
        (2, None, True),
        (0, -1, False),
        (-1, None, False),
    ],
)
def test_each_is_reminded_of_fourteen_and_three_days_before(manager, sliven, days, reminded, told):
    row = obligation(
        ProjectFactory(municipality=sliven),
        days,
        reminded_on=None if reminded is None else today() + dt.timedelta(days=reminded),
    )
    with municipality_scope(sliven):
        found = take_reminders(sliven, today())
        assert (found is not None) == told
        assert take_reminders(sliven, today()) is None
        assert (Obligation.objects.get(pk=row.pk).reminded_on == today()) == told


def test_the_mail_goes_to_the_managers_once_and_tells_no_notes(manager, sliven, specialist):
    project = ProjectFactory(municipality=sliven, name="Център „Дружба“")
    obligation(project, 3, title="Обадете се на Вяра", note="тайна")
    obligation(project, 3, done_on=today())
    for _ in range(2):
        remind_obligations_in(municipality=sliven.pk)
    (sent_one,) = mail.outbox
    assert sent_one.recipients() == [manager.user.email]
    assert "1 задължение" in sent_one.subject.replace("\xa0", " ")
    assert "„Център „Дружба““" in sent_one.body
    assert "технически отчет" in sent_one.body
    assert "Вяра" not in sent_one.body
    assert "тайна" not in sent_one.body
    assert CALENDAR in sent_one.body


def test_without_a_manager_nothing_is_marked(sliven):
    row = obligation(ProjectFactory(municipality=sliven), 3)
    remind_obligations_in(municipality=sliven.pk)
    assert mail.outbox == []
    assert of(row.project, Obligation)[0].reminded_on is None


# People and workplaces


def position(of_project, **facts):
    return {
        "project": of_project.pk,
        "title": "Социален работник",
        "name": "Вяра Петкова",
        "kind": "employment",
        "starts_on": "01.02.2026",
        "hours_per_day": "4,5",
        **facts,
    }


def test_somebody_is_appointed_to_a_project(manager, specialist, sliven):
    project = ProjectFactory(
        municipality=sliven, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    )
    url = "/admin/projects/position/add/"
    assert manager.post(url, position(project, ends_on="31.12.2027")).status_code == 302
    assert "след края на проекта" in manager.get("/admin/projects/position/").content.decode()
    answer = manager.post(url, position(project, name="", user=specialist.user.pk))
    assert answer.status_code == 302
    assert "9 ч. на ден" not in manager.get("/admin/projects/position/").content.decode()
    manager.post(url, position(project, name="", user=specialist.user.pk, hours_per_day="8"))
    assert "12,5 ч. на ден" in manager.get("/admin/projects/position/").content.decode()
    first, second, _third = of(project, Position)
    assert (first.name, str(first.hours_per_day)) == ("Вяра Петкова", "4.50")
    assert second.user == specialist.user


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": ""}, "Изберете служител или напишете име."),
        ({"ends_on": "01.01.2026"}, "Краят е преди началото."),
        ({"hours_per_day": "13"}, "между 0 и 12"),
        ({"user": "987654"}, "errorlist"),
        ({"project": "\x00"}, "errorlist"),
    ],
)
def test_a_wrong_appointment_is_refused_in_words(manager, sliven, facts, words):
    project = ProjectFactory(municipality=sliven)
    answer = manager.post("/admin/projects/position/add/", position(project, **facts))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert of(project, Position) == []


def test_nobody_of_another_municipality_can_be_appointed(manager, sliven, elena):
    stranger = people.member(elena, Role.SPECIALIST)
    project = ProjectFactory(municipality=sliven)
    answer = manager.post(
        "/admin/projects/position/add/", position(project, name="", user=stranger.user.pk)
    )
    assert answer.status_code == 200
    assert of(project, Position) == []


@pytest.mark.parametrize(
    ("model", "facts"),
    [
        (Position, {"title": "Експерт", "kind": "civil", "starts_on": "2026-01-01"}),
        (Workplace, {}),
        (Obligation, {"kind": "other", "title": "Писмо", "due_on": "2026-05-01"}),
        (
            ProjectDocument,
            {"kind": "report", "title": "Отчет", "name": "a.pdf", "path": "none", "size": 1,
             "content_type": "application/pdf"},
        ),
    ],
)  # fmt: skip
def test_their_lists_take_as_many_queries_for_many_rows(manager, sliven, queries, model, facts):
    project = ProjectFactory(municipality=sliven)
    user = factories.UserFactory()

    def make(count: int) -> None:
        with municipality_scope(sliven):
            for _ in range(count):
                own = {"municipality": sliven, "project": project, **facts}
                if model is Position:
                    own["user"] = user
                if model is ProjectDocument:
                    own["added_by"] = user
                if model is Workplace:
                    own["name"] = f"Гише {Workplace.objects.count()}"
                model.objects.create(**own)

    name = model._meta.model_name
    queries.assert_same(
        manager, f"/admin/projects/{name}/", make, name=f"admin: {name}", at_most=20
    )
