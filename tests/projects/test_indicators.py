"""Indicators that count themselves: each thing once, with its evidence, and nobody told."""

import datetime as dt
import io
import itertools
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from projects.indicators.sources import source_of, sources
from projects.indicators.values import state_of
from projects.models import Indicator, IndicatorValue, Position, Project, ProjectDocument, Workplace
from tests import factories
from tests.factories_applications import ApplicationFactory
from tests.factories_people import PersonFactory
from tests.factories_projects import (
    CampaignFactory,
    EventFactory,
    IndicatorFactory,
    ParticipantFactory,
    ProjectFactory,
    SupervisionFactory,
    TraineeFactory,
    TrainingFactory,
)
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.projects.test_admin import filled
from tests.support.people import rows_of
from tests.support.queries import statements
from tests.support.uploads import pdf
from trainings.models import SupervisionParticipant

SPRING, AUTUMN = dt.date(2026, 3, 2), dt.date(2026, 10, 1)


@pytest.fixture
def project(sliven):
    return ProjectFactory(
        municipality=sliven, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    )


@pytest.fixture
def training(sliven, project):
    """A training of the project in spring; ``training(**facts)`` makes another."""

    def make(**facts):
        day = facts.pop("day", SPRING)
        days = {"starts_on": day, "ends_on": day}
        return TrainingFactory(municipality=sliven, **{"project": project, **days, **facts})

    return make


def attended(training, name: str = "", **facts):
    """Somebody took part: a new person called ``name``, or ``trainee``."""
    owner = training.municipality
    state = facts.pop("state", "attended")
    trainee = facts.pop("trainee", None) or TraineeFactory(municipality=owner, name=name, **facts)
    ParticipantFactory(municipality=owner, training=training, trainee=trainee, state=state)
    return trainee


def counted(project, code: str, since=None, upto=None) -> int:
    with municipality_scope(project.municipality):
        return source_of(code).count(project, since, upto)


def lines(project, code: str) -> list[str]:
    with municipality_scope(project.municipality):
        return [line.words for line in source_of(code).evidence(project, None, None)]


# People, each once


def test_a_person_in_two_trainings_is_one(training, project):
    vera = attended(training(), "Вера Първа")
    attended(training(day=AUTUMN), trainee=vera)
    assert counted(project, "people-trained") == 1


def test_who_was_not_there_is_not_counted(training, project):
    spring = training()
    for state in ("enrolled", "waiting", "absent", "cancelled"):
        attended(spring, f"Лице {state}", state=state)
    attended(training(state="cancelled"), "Отменена")
    attended(TrainingFactory(municipality=project.municipality), "Без проект")
    attended(spring, "Дошла")
    assert lines(project, "people-trained") == ["Дошла"]


def test_one_person_with_an_account_and_without_is_one(training, project):
    vera = factories.UserFactory(name="Вера Първа")
    attended(training(), "Вера Първа", user=vera, organisation="Община Сливен")
    attended(training(day=AUTUMN), " вера  ПЪРВА ")
    assert counted(project, "people-trained") == 1


def test_two_accounts_of_one_name_are_two_people(training, project):
    for _ in range(2):
        attended(training(), "Вера Първа", user=factories.UserFactory(name="Вера Първа"))
    assert counted(project, "people-trained") == 2


def test_one_name_in_two_organisations_is_two_people_and_a_doubt(training, project):
    spring = training()
    attended(spring, "Вера Първа", organisation="Дом А")
    attended(spring, "Вера Първа", organisation="Дом Б")
    attended(spring, "Вера Първа", organisation="дом а")
    assert counted(project, "people-trained") == 2
    with municipality_scope(project.municipality):
        [doubt] = source_of("people-trained").doubts(project)
    assert "Вера Първа" in doubt.words
    assert "Дом Б" in doubt.words
    assert "/slivane/" in doubt.url


def test_people_of_periods_add_up_to_the_people_of_the_project(training, project):
    vera = attended(training(), "Вера Първа")
    attended(training(day=AUTUMN), trainee=vera)
    attended(training(day=AUTUMN), "Боян Втори")
    halves = [
        counted(project, "people-trained", dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
        counted(project, "people-trained", dt.date(2026, 7, 1), dt.date(2026, 12, 31)),
    ]
    assert halves == [1, 1]
    assert counted(project, "people-trained") == 2


def test_people_by_kind_and_by_whose_they_are(training, project, sliven):
    home = factories.ProviderFactory(municipality=sliven)
    vera = attended(training(kind="introductory"), "Вера Първа")
    attended(training(kind="upgrading"), trainee=vera)
    attended(training(kind="upgrading"), "Боян Втори", provider=home)
    works = factories.ProviderMembershipFactory(municipality=sliven).user
    attended(training(kind="thematic"), "Гергана Трета", user=works)
    assert counted(project, "people-trained-introductory") == 1
    assert counted(project, "people-trained-upgrading") == 2
    assert counted(project, "people-trained-thematic") == 1
    assert counted(project, "people-trained-office") == 1
    assert counted(project, "people-trained-providers") == 2


def test_people_and_supervisions(project, sliven):
    vera = TraineeFactory(municipality=sliven)
    for _ in range(2):
        supervision = SupervisionFactory(municipality=sliven, project=project)
        with municipality_scope(sliven):
            SupervisionParticipant.objects.create(
                municipality=sliven, supervision=supervision, trainee=vera
            )
    assert counted(project, "supervisions") == 2
    assert counted(project, "people-supervised") == 1


def test_a_person_with_two_positions_is_one(project, sliven):
    vera = factories.UserFactory(name="Вера Първа")
    with municipality_scope(sliven):
        facts = {"municipality": sliven, "project": project, "starts_on": SPRING}
        Position.objects.create(**facts, title="Специалист", kind="employment", user=vera)
        Position.objects.create(**facts, title="Ръководител", kind="addendum", user=vera)
        Position.objects.create(**facts, title="Обучител", kind="civil", name="вера първа")
        Position.objects.create(**facts, title="Шофьор", kind="employment", name="Боян Втори")
    assert counted(project, "people-appointed") == 2
    assert counted(project, "people-employed") == 2
    assert counted(project, "people-addendum") == 1


def test_appointed_and_trained_are_those_who_are_both(training, project, sliven):
    vera = factories.UserFactory(name="Вера Първа")
    with municipality_scope(sliven):
        for name, user in (("", vera), ("Боян Втори", None), ("Само Назначен", None)):
            Position.objects.create(
                municipality=sliven,
                project=project,
                starts_on=SPRING,
                title="Специалист",
                kind="employment",
                user=user,
                name=name,
            )
    spring = training()
    attended(spring, "Вера Първа", user=vera)
    attended(spring, "Боян Втори")
    attended(spring, "Само Обучена")
    assert lines(project, "people-appointed-trained") == ["Боян Втори", "Вера Първа"]


# Things


def paper(project, **facts):
    with municipality_scope(project.municipality):
        return ProjectDocument.objects.create(
            municipality=project.municipality,
            project=project,
            added_by=factories.UserFactory(),
            **{
                "kind": "evidence", "title": "Анализ", "name": "analiz.pdf", "size": 1,
                "content_type": "application/pdf", "path": "none", **facts,
            },
        )  # fmt: skip


def test_workplaces_events_and_settlements(project, sliven):
    with municipality_scope(sliven):
        for name, day in (("Гише 1", SPRING), ("Гише 2", None)):
            Workplace.objects.create(municipality=sliven, project=project, name=name, opened_on=day)
    campaign = CampaignFactory(municipality=sliven, project=project)
    town = factories.SettlementFactory(municipality=sliven)
    past = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    for place in (town, town, None):
        EventFactory(
            municipality=sliven,
            campaign=campaign,
            settlement=place,
            starts_at=past,
            ends_at=past + dt.timedelta(hours=1),
        )
    EventFactory(municipality=sliven, campaign=campaign, settlement=town)  # tomorrow
    assert counted(project, "workplaces") == 1
    assert counted(project, "events-held") == 3
    assert counted(project, "settlements-reached") == 1


def test_a_document_that_proves_another_value_is_no_study(project):
    paper(project)
    proof = paper(project, title="Протокол")
    row = IndicatorFactory(municipality=project.municipality, project=project)
    with municipality_scope(project.municipality):
        IndicatorValue.objects.create(
            municipality=project.municipality, indicator=row, value=1, evidence=proof
        )
    assert lines(project, "studies") == ["Анализ"]


# The work of the desk


def test_consultations_are_those_of_the_projects_days(project, sliven):
    topic = factories.ConsultationTopicFactory(name="Асистентска подкрепа")
    for held in ("2025-12-31T10:00+02:00", "2026-03-02T10:00+02:00"):
        factories.ConsultationFactory(
            municipality=sliven,
            held_at=dt.datetime.fromisoformat(held),
            topics=[topic],
            person=PersonFactory(municipality=sliven, given_name="Пенка", family_name="Тайна"),
            note="Пенка Тайна, 0888",
        )
    assert lines(project, "consultations") == ["Асистентска подкрепа"]


def test_the_evidence_of_cases_leads_to_nobody(manager, project, sliven):
    person = PersonFactory(municipality=sliven, given_name="Пенка", family_name="Тайна")
    factories.ConsultationFactory(municipality=sliven, person=person, note="Пенка Тайна")
    application = ApplicationFactory(municipality=sliven, person=person)
    assessment = AssessmentFactory(
        municipality=sliven, person=person, application=application, done=True
    )
    ReferralFactory(municipality=sliven, assessment=assessment, state="sent")
    for code in ("consultations", "applications", "assessments", "people-assessed",
                 "referrals", "people-referred"):  # fmt: skip
        assert counted(project, code) == 1
        row = IndicatorFactory(municipality=sliven, project=project, counted_by=code)
        text = manager.get(evidence(row)).content.decode().split('id="lines"')[1]
        rows = sheet_of(manager.get(f"{evidence(row)}xlsx/"))
        text += " ".join(str(cell) for cells in rows for cell in cells)
        for secret in ("Пенка", "Тайна", application.number, assessment.number, "/sluchai"):
            assert secret not in text, code


# What was reached


def states(project, **days):
    with municipality_scope(project.municipality):
        return state_of(Project.objects.get(pk=project.pk), **days)


def test_a_value_is_the_baseline_with_what_is_counted(training, project):
    IndicatorFactory(
        municipality=project.municipality,
        project=project,
        counted_by="people-trained",
        baseline=2,
        target=6,
        unit="лица",
    )
    attended(training(), "Вера Първа")
    attended(training(day=AUTUMN), "Боян Втори")
    [state] = states(project, since=dt.date(2026, 7, 1), upto=dt.date(2026, 12, 31))
    assert (state.value, state.in_period, state.done_percent) == (4, 1, 50)
    assert state.text == "4 от 6\xa0лица"
    [state] = states(project, upto=dt.date(2026, 6, 30))
    assert (state.value, state.in_period) == (3, None)


def test_a_value_by_hand_is_the_last_one_written(project):
    row = IndicatorFactory(municipality=project.municipality, project=project, target=10)
    with municipality_scope(project.municipality):
        for day, value in (("2026-03-01", 3), ("2026-09-01", 8)):
            IndicatorValue.objects.create(
                municipality=project.municipality, indicator=row, on=day, value=value
            )
    [state] = states(project)
    assert (state.value, state.is_counted, state.in_period) == (8, False, None)
    [state] = states(project, since=dt.date(2026, 7, 1), upto=dt.date(2026, 12, 31))
    assert (state.value, state.in_period) == (8, 5)
    [state] = states(project, upto=dt.date(2026, 2, 1))
    assert state.value is None
    assert "няма отчетена стойност" in state.text


def test_what_is_to_go_down_is_reached_when_it_has(project):
    row = IndicatorFactory(
        municipality=project.municipality, project=project, baseline=30, target=10
    )
    with municipality_scope(project.municipality):
        IndicatorValue.objects.create(municipality=project.municipality, indicator=row, value=20)
    [state] = states(project)
    assert (state.done_percent, state.is_reached) == (50, False)


def test_without_a_start_the_desks_work_is_not_counted(sliven):
    project = ProjectFactory(municipality=sliven)
    factories.ConsultationFactory(municipality=sliven)
    IndicatorFactory(municipality=sliven, project=project, counted_by="consultations")
    [state] = states(project)
    assert state.value is None
    assert "началото на проекта не е известно" in state.text


def test_few_cases_are_not_told_to_everybody(project, sliven):
    row = IndicatorFactory(
        municipality=sliven, project=project, counted_by="consultations", target=100
    )
    factories.ConsultationFactory(municipality=sliven)
    [state] = states(project)
    assert state.text == "1 от 100\xa0бр."
    assert state.public_text == "под 5 от 100\xa0бр."
    factories.ConsultationFactory.create_batch(4, municipality=sliven)
    assert states(project)[0].public_text == "5 от 100\xa0бр."
    assert row.counted_by == "consultations"


def test_every_source_counts_in_two_queries_for_all(project, sliven):
    for source in sources():
        IndicatorFactory(municipality=sliven, project=project, counted_by=source.code)
    IndicatorFactory(municipality=sliven, project=project)
    with municipality_scope(sliven):
        found = Project.objects.get(pk=project.pk)
        sent = statements(lambda: state_of(found, since=SPRING, upto=AUTUMN))
        assert {state.value for state in state_of(found)} == {0, None}
    assert len(sent) == 3
    with municipality_scope(sliven):
        for source in sources():
            assert list(source.evidence(found, SPRING, AUTUMN)) == []
            assert source.doubts(found) == []


# The pages


def evidence(row) -> str:
    return reverse("admin:projects_indicator_evidence", args=[row.pk])


def sheet_of(response) -> list[tuple]:
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(response) if response.streaming else response.content)
    )
    return list(book.active.iter_rows(values_only=True))


@pytest.fixture
def of_people(project, training):
    """An indicator of people trained: Вера in spring and autumn, Боян in autumn."""
    vera = attended(training(title="Пролетно"), "Вера Първа")
    attended(training(day=AUTUMN), trainee=vera)
    attended(training(day=AUTUMN, title="Есенно"), "Боян Втори")
    return IndicatorFactory(
        municipality=project.municipality,
        project=project,
        name="Обучени",
        counted_by="people-trained",
        target=51,
        unit="лица",
    )


def test_the_page_lists_each_person_once(manager, of_people):
    text = manager.get(evidence(of_people)).content.decode()
    assert "2 от 51\xa0лица" in text
    assert text.count("Вера Първа") == 1
    assert "Пролетно" in text
    text = manager.get(evidence(of_people) + "?ot=01.07.2026").content.decode()
    assert "Вера Първа" not in text
    assert "Боян Втори" in text


def test_wrong_days_are_said_and_everything_is_shown(manager, of_people):
    answer = manager.get(evidence(of_people) + "?ot=01.07.2026&do=1.1.2026&page=99999")
    assert answer.status_code == 422
    assert "Крайната дата е преди началната." in answer.content.decode()
    for bad in ("ot=%00", "ot=1.1.99999", "do=x&do=y", "page=%F0%9F%98%80"):
        assert manager.get(f"{evidence(of_people)}?{bad}").status_code in {200, 422}


def test_the_workbook_has_the_same_lines_and_is_recorded(manager, of_people, sliven):
    rows = sheet_of(manager.get(evidence(of_people) + "xlsx/?ot=01.07.2026"))
    assert [row[1] for row in rows] == ["Какво", "Боян Втори"]
    [event] = [row for row in rows_of(sliven, AccessEvent) if row.action == "exported"]
    assert (event.subject_id, event.rows) == (of_people.pk, 1)


def test_only_its_own_manager_sees_evidence(elena_manager, specialist, head, of_people):
    missing = evidence(of_people).replace(f"/{of_people.pk}/", "/999999/")
    for url in (evidence(of_people), evidence(of_people) + "xlsx/"):
        assert elena_manager.get(url).status_code == elena_manager.get(missing).status_code == 404
        assert specialist.get(url).status_code in {302, 403}
        assert head.get(url).status_code in {302, 403}


def test_lists_and_evidence_take_as_many_queries_for_many(manager, queries, of_people, training):
    spring, names = training(), itertools.count()

    def people(count):
        for _ in range(count):
            attended(spring, f"Нова {next(names)}")

    queries.assert_same(manager, evidence(of_people), people, name="admin: evidence", at_most=20)

    def indicators(count):
        for number in range(count):
            IndicatorFactory(
                municipality=of_people.municipality,
                project=ProjectFactory(municipality=of_people.municipality),
                counted_by="people-trained" if number % 2 else "",
            )

    url = reverse("admin:projects_indicator_changelist")
    queries.assert_same(manager, url, indicators, name="admin: indicators", at_most=20)


# Values by hand


def value_form(row, **facts) -> dict:
    return {"indicator": row.pk, "on": "01.03.2026", "value": "3,5", "note": "", **facts}


ADD = "/admin/projects/indicatorvalue/add/"


def test_a_value_needs_a_document_of_its_project(manager, project, sliven):
    row = IndicatorFactory(municipality=sliven, project=project)
    other = paper(ProjectFactory(municipality=sliven))
    refused = manager.post(ADD, value_form(row, evidence=""))
    assert "Изберете документа от архива" in refused.content.decode()
    refused = manager.post(ADD, value_form(row, evidence=other.pk))
    assert "на друг проект" in refused.content.decode()
    refused = manager.post(ADD, value_form(row, evidence=paper(project).pk, on="01.01.2099"))
    assert "Денят още не е дошъл." in refused.content.decode()
    assert rows_of(sliven, IndicatorValue) == []
    assert manager.post(ADD, value_form(row, evidence=paper(project).pk)).status_code == 302
    [value] = rows_of(sliven, IndicatorValue)
    assert (value.value, value.made_by_id) == (Decimal("3.5"), manager.user.pk)


def test_a_file_sent_with_a_value_goes_to_the_archive(manager, project, sliven):
    row = IndicatorFactory(municipality=sliven, project=project, name="Изготвен анализ")
    file = SimpleUploadedFile("analiz.pdf", pdf())
    assert manager.post(ADD, value_form(row, evidence="", file=file)).status_code == 302
    [value], [document] = rows_of(sliven, IndicatorValue), rows_of(sliven, ProjectDocument)
    assert value.evidence_id == document.pk
    assert document.title == "Изготвен анализ (01.03.2026)"
    assert (document.project_id, document.kind) == (project.pk, "evidence")
    wrong = SimpleUploadedFile("analiz.exe", b"MZ")
    refused = manager.post(ADD, value_form(row, evidence="", file=wrong, on="02.03.2026"))
    assert refused.status_code == 200
    assert len(rows_of(sliven, ProjectDocument)) == 1


def test_values_are_written_in_the_page_of_their_indicator(manager, project, sliven):
    row = IndicatorFactory(municipality=sliven, project=project)
    url = reverse("admin:projects_indicator_change", args=[row.pk])
    data = filled(manager, url) | {
        "values-TOTAL_FORMS": "1",
        "values-0-indicator": str(row.pk),
        "values-0-on": "01.03.2026",
        "values-0-value": "7",
        "values-0-evidence": "",
    }
    refused = manager.post(url, data)
    assert "Изберете документа от архива" in refused.content.decode()
    data["values-0-evidence"] = str(paper(project).pk)
    assert manager.post(url, data).status_code == 302
    [value] = rows_of(sliven, IndicatorValue)
    assert (value.value, value.made_by_id) == (7, manager.user.pk)


def test_what_counts_itself_is_not_written_by_hand(manager, project, of_people):
    refused = manager.post(ADD, value_form(of_people, evidence=paper(project).pk))
    assert "се брои сам" in refused.content.decode()


def test_the_form_offers_what_can_be_counted(manager, of_people):
    url = reverse("admin:projects_indicator_change", args=[of_people.pk])
    text = manager.get(url).content.decode()
    assert 'value="people-trained" selected' in text
    assert "на ръка, с документ" in text
    assert evidence(of_people) in text


def test_a_name_is_once_in_a_project(manager, project, of_people, sliven):
    other = IndicatorFactory(municipality=sliven, project=project, name="Друг")
    url = reverse("admin:projects_indicator_change", args=[other.pk])
    refused = manager.post(url, filled(manager, url, name="Обучени"))
    assert "Проектът вече има индикатор с това име." in refused.content.decode()
    assert manager.post(url, filled(manager, url, name="Трети")).status_code == 302
    url = reverse("admin:projects_indicator_add")
    refused = manager.post(url, filled(manager, url, project=project.pk, name="Обучени", target=1))
    assert "Проектът вече има индикатор с това име." in refused.content.decode()
    data = filled(manager, url, project=project.pk, name="Нов", target=1, counted_by="studies")
    assert manager.post(url, data).status_code == 302
    assert [row.counted_by for row in rows_of(sliven, Indicator) if row.name == "Нов"] == [
        "studies"
    ]


# The announcements


@pytest.mark.parametrize(("slug", "target"), [("sliven", 51), ("aytos", 15)])
def test_the_51_of_sliven_and_the_15_of_aytos_are_people(demo, slug, target):
    project = Project.public.get(municipality__slug=slug)
    owner = project.municipality

    def reached():
        return next(s for s in states(project) if s.indicator.counted_by == "people-trained")

    assert reached().indicator.target_text() == f"{target}\xa0лица"
    there = reached().value
    facts = {"municipality": owner, "project": project, "starts_on": SPRING, "ends_on": SPRING}
    first, second = TrainingFactory(**facts), TrainingFactory(**facts)
    for number in range(target - int(there)):
        trainee = attended(first, f"Обучена {number}")
        attended(second, trainee=trainee)  # in both
        attended(second, f"ОБУЧЕНА {number} ")  # and once more by hand
    assert (reached().value, reached().done_percent) == (target, 100)
    assert reached().is_reached
    attended(second, "Още Една")
    assert reached().value == target + 1
