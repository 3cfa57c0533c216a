"""The pages of indicators: evidence, its workbook, values by hand with their document."""

import itertools
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from municipalities.audit import AccessEvent
from projects.models import Indicator, IndicatorValue, ProjectDocument
from tests.factories_projects import (
    IndicatorFactory,
    ProjectFactory,
)
from tests.projects.indicators.counting import (
    attended,
    evidence,
    paper,
    sheet_of,
)
from tests.projects.test_admin import filled
from tests.support.people import rows_of
from tests.support.uploads import pdf


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
