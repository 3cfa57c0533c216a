"""Studies in the admin and as everybody reads them: questions, papers, tables, documents."""

import datetime as dt
import io
import json
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from campaigns.models import Study, StudyAnswer, StudyFile, StudyQuestion, StudyResponse, StudyTable
from campaigns.studies import answering, filing
from campaigns.studies.questions import Given
from municipalities.tenancy import municipality_scope
from municipalities.uploads import CheckedFile
from tests.factories import UserFactory
from tests.factories_campaigns import StudyFactory, StudyQuestionFactory
from tests.factories_projects import CampaignFactory, ProjectFactory

pytestmark = pytest.mark.django_db
ADMIN = "/admin/campaigns/study"


@pytest.fixture
def study(sliven) -> Study:
    return StudyFactory(
        municipality=sliven, title="Какво липсва", method="анкета", sample="всички",
        findings="Липсва транспорт.", opens_on=None, closes_on=None,
        published_on=dt.date(2026, 11, 2),
    )  # fmt: skip


@pytest.fixture
def question(sliven, study) -> StudyQuestion:
    return StudyQuestionFactory(municipality=sliven, study=study, label="Ползвате ли услуга?")


def respond(study, question, *choices: str) -> None:
    with municipality_scope(study.municipality):
        for choice in choices:
            answering.answer(
                study=study, form_key=uuid.uuid4(), is_from_paper=True,
                given=[Given(question, chosen=(choice,))],
            )  # fmt: skip


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status
    return response.content.decode()


def sent(study: Study | None = None, *questions: dict, **facts) -> dict:
    """The form of a study as a browser sends it, with the rows of its questions."""
    made = {
        "kind": "survey", "title": "Ново проучване", "smallest": 5,
        "questions-TOTAL_FORMS": len(questions),
        "questions-INITIAL_FORMS": sum("id" in row for row in questions),
        **facts,
    }  # fmt: skip
    for number, row in enumerate(questions):
        if study is not None:
            row = {"study": study.pk, **row}
        made |= {f"questions-{number}-{name}": value for name, value in row.items()}
    return made


# The admin


def test_a_study_is_written_with_its_questions(manager, sliven):
    rows = (
        {"form": "one", "label": "Защо?", "choices": "скъпо\r\n\r\n далеч ", "order": ""},
        {"form": "text", "label": "Друго?", "choices": "изчезва", "order": ""},
        {"form": "scale", "label": "Колко?", "order": "5"},
    )
    answer = manager.post(f"{ADMIN}/add/", sent(None, *rows, is_public="on"))
    assert answer.status_code == 302, answer.context["errors"]
    with municipality_scope(sliven):
        study = Study.objects.get()
        assert study.slug == "novo-prouchvane"
        assert study.published_on == timezone.localdate()
        told = [(row.label, row.choices) for row in study.questions.all()]
    assert told == [("Колко?", []), ("Защо?", ["скъпо", "далеч"]), ("Друго?", [])]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"form": "one", "choices": "само"}, "поне два отговора"),
        ({"form": "several", "choices": "а\nа"}, "два пъти"),
        ({"form": "one", "choices": "а\n" + "б" * 161}, "160 знака"),
    ],
)
def test_wrong_questions_are_refused_in_words(manager, sliven, row, words):
    page = manager.post(f"{ADMIN}/add/", sent(None, {"label": "Защо?", "order": "1", **row}))
    assert words in text_of(page)
    with municipality_scope(sliven):
        assert not Study.objects.exists()


def test_what_does_not_agree_is_refused(manager, sliven):
    page = manager.post(f"{ADMIN}/add/", sent(opens_on="2026-11-20"))
    assert "и двата дни" in text_of(page)
    page = manager.post(f"{ADMIN}/add/", sent(opens_on="2026-11-20", closes_on="2026-11-02"))
    assert "Краят не може да е преди началото." in text_of(page)


def test_questions_stay_once_somebody_has_answered(manager, sliven, study, question):
    url = f"{ADMIN}/{study.pk}/change/"
    row = {"id": question.pk, "form": "one", "label": "Друг въпрос", "choices": "а\nб", "order": 1}
    assert manager.post(url, sent(study, row, title="А")).status_code == 302
    respond(study, question, "да")
    page = text_of(manager.get(url))
    assert "въпросите не се променят" in page
    assert 'name="questions-0-label"' not in page
    manager.post(url, sent(study, {**row, "label": "Пак друг"}, title="Б", smallest=3))
    with municipality_scope(sliven):
        question.refresh_from_db()
        study.refresh_from_db()
    assert question.label == "Друг въпрос"
    assert (study.title, study.smallest) == ("Б", 5)


def test_it_is_opened_closed_and_copied_on_its_page(manager, client, sliven, study, question):
    url = f"{ADMIN}/{study.pk}/anketa/"
    wrong = manager.post(url, {"what": "open", "until": "01.01.2020"})
    assert "от днес нататък" in text_of(wrong, 422)
    until = timezone.localdate() + dt.timedelta(3)
    manager.post(url, {"what": "open", "until": f"{until:%d.%m.%Y}", "by_link": "1"})
    assert client.get(f"/prouchvaniya/sliven/{study.slug}/anketa/").status_code == 404
    page = text_of(manager.get(url))
    with municipality_scope(sliven):
        link = answering.link_of(Study.objects.get())
    assert link in page
    assert client.get(link).status_code == 200
    manager.post(url, {"what": "open", "until": f"{until:%d.%m.%Y}", "by_link": ""})
    assert "Ползвате ли услуга?" in text_of(
        client.get(f"/prouchvaniya/sliven/{study.slug}/anketa/")
    )
    respond(study, question, "да")
    manager.post(url, {"what": "close"})
    page = text_of(manager.get(url))
    assert "Анкетата е затворена" in page
    assert "Попълнени анкети по дни" in page
    copied = manager.post(url, {"what": "copy"})
    assert "Какво липсва (копие)" in text_of(manager.get(copied["Location"]))
    assert "Ползвате ли услуга?" in text_of(manager.get(f"{ADMIN}/{study.pk}/izgled/"))


def test_papers_are_typed_in_one_after_another_and_taken_back(manager, sliven, study, question):
    url = f"{ADMIN}/{study.pk}/hartiya/"
    typed = {f"v{question.pk}": "не", "form_key": str(uuid.uuid4())}
    for _ in range(2):  # pressed twice
        answer = manager.post(url, typed)
    page = text_of(manager.get(answer["Location"]))
    assert "Всичко от хартия: 1" in page
    assert "поне на един въпрос" in text_of(manager.post(url, {"form_key": str(uuid.uuid4())}), 422)
    with municipality_scope(sliven):
        (response,) = StudyResponse.objects.all()
    manager.post(url, {"undo": response.pk})
    with municipality_scope(sliven):
        assert not StudyResponse.objects.exists()
        assert not StudyAnswer.objects.exists()


def test_answers_are_read_crossed_kept_and_carried_away(manager, sliven, study, question):
    place = StudyQuestionFactory(
        municipality=sliven, study=study, label="Къде?", choices=["град", "село"]
    )
    words = StudyQuestionFactory(
        municipality=sliven, study=study, label="Друго?", form="text", choices=[]
    )
    with municipality_scope(sliven):
        for use, where in (
            [("да", "град")] * 12
            + [("не", "град")] * 8
            + [("да", "село")] * 9
            + [("не", "село")] * 6
        ):
            given = [Given(question, chosen=(use,)), Given(place, chosen=(where,))]
            given.append(Given(words, words=f"Няма автобус от {where}"))
            answering.answer(study=study, form_key=uuid.uuid4(), given=given, is_from_paper=True)
    url = f"{ADMIN}/{study.pk}/otgovori/"
    page = text_of(manager.get(f"{url}?po={place.pk}"))
    for shown in ("21 (60\xa0%)", "Няма автобус от село", ">12<", ">8<", ">9<", ">6<"):
        assert shown in page
    manager.post(url, {"keep": f"result-{question.pk}"})
    manager.post(f"{url}?po={place.pk}", {"keep": f"cross-{question.pk}"})
    manager.post(url, {"keep": "cross-999999999999999999999"})
    with municipality_scope(sliven):
        tables = {table.title: table for table in StudyTable.objects.all()}
    assert set(tables) == {"Ползвате ли услуга?", "Ползвате ли услуга? – по: Къде?"}
    assert tables["Ползвате ли услуга? – по: Къде?"].rows == [["град", 12, 8], ["село", 9, 6]]
    book = openpyxl.load_workbook(
        io.BytesIO(manager.get(f"{url}xlsx/?po={place.pk}").content), read_only=True
    )
    assert book.sheetnames == ["Отговори", "По Къде", "С думи"]
    rows = [list(row) for row in book["Отговори"].iter_rows(values_only=True)]
    assert ["Ползвате ли услуга?", "да", 21, 60] in rows


def test_own_tables_come_from_spreadsheets_and_never_with_a_civil_number(manager, sliven, study):
    url = f"{ADMIN}/{study.pk}/tablitsi/"

    def upload(text: str):
        file = SimpleUploadedFile("danni.csv", text.encode(), "text/csv")
        return manager.post(url, {"what": "sheet", "title": "Хора", "file": file})

    assert "ЕГН" in text_of(upload("Име;ЕГН\nАни;7523169263\n"), 422)
    assert "заглавие" in text_of(upload("Място;\nСливен;5\n"), 422)
    assert upload("Място;Хора\nСливен;1 200,5\nЕлена;-3\n").status_code == 302
    with municipality_scope(sliven):
        (table,) = StudyTable.objects.all()
    assert (table.columns, table.rows) == (["Място", "Хора"], [["Сливен", 1200.5], ["Елена", -3]])
    form = {
        "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": table.pk,
        "form-0-order": 7, "form-0-title": "Друго име", "form-0-note": "",
    }  # fmt: skip
    assert manager.post(url, {**form, "form-0-title": " "}).status_code == 422
    assert manager.post(url, form).status_code == 302
    with municipality_scope(sliven):
        table.refresh_from_db()
    assert (table.title, table.order) == ("Друго име", 7)
    manager.post(url, {**form, "form-0-DELETE": "on"})
    with municipality_scope(sliven):
        assert not StudyTable.objects.exists()
    assert manager.post(url, {}).status_code == 422


def test_a_report_is_looked_at_when_it_comes_and_read_by_everybody(
    manager, client, sliven, study, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    png = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
        b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89"
        b"\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    url = f"{ADMIN}/{study.pk}/dokumenti/"
    file = SimpleUploadedFile("doklad.png", png, "image/png")
    answer = manager.post(url, {"title": "Доклад", "kind": "report", "file": file})
    assert "няма текст за екранен четец" in text_of(manager.get(answer["Location"]))
    with municipality_scope(sliven):
        (row,) = StudyFile.objects.all()
    for given in (
        manager.get(f"{ADMIN}/{study.pk}/dokument/?fayl={row.pk}"),
        client.get(f"/prouchvaniya/dokument/{row.pk}/"),
    ):
        assert given.getvalue().startswith(b"\x89PNG")
    assert "Доклад" in text_of(client.get(study.get_absolute_url()))
    with municipality_scope(sliven):
        Study.objects.update(is_public=False)
    assert client.get(f"/prouchvaniya/dokument/{row.pk}/").status_code == 404
    manager.post(url, {"remove": row.pk})
    with municipality_scope(sliven):
        assert not StudyFile.objects.exists()


# What everybody reads


def titles(response) -> list[str]:
    return [study.title for study in response.context["page_obj"]]


def test_the_list_has_the_published_those_that_ask_first(client, sliven, elena):
    StudyFactory(municipality=sliven, title="Скрито", is_public=False)
    StudyFactory(municipality=sliven, title="Старо", opens_on=None, closes_on=None,
                 published_on=dt.date(2025, 1, 1), kind="needs")  # fmt: skip
    StudyFactory(municipality=sliven, title="Ново", opens_on=None, closes_on=None,
                 published_on=dt.date(2026, 1, 1))  # fmt: skip
    StudyFactory(municipality=elena, title="Пита", published_on=dt.date(2024, 1, 1))
    url = "/prouchvaniya/"
    assert titles(client.get(url)) == ["Пита", "Ново", "Старо"]
    assert titles(client.get(f"{url}?obshtina=sliven&vid=needs")) == ["Старо"]
    assert titles(client.get(f"{url}?anketa=on")) == ["Пита"]
    assert len(titles(client.get(f"{url}?vid=%00&obshtina=x&page=%00"))) == 3
    assert "Няма такива проучвания" in text_of(client.get(f"{url}?vid=evaluation"))


def test_a_study_tells_how_it_was_made_and_hides_what_is_not_for_all(client, sliven, study):
    project = ProjectFactory(municipality=sliven, name="Скрит проект", is_public=False)
    hidden = CampaignFactory(municipality=sliven, name="Скрита кампания", is_public=False)
    with municipality_scope(sliven):
        Study.objects.update(project=project, campaign=hidden, made_by="Агенция Пример")
    page = text_of(client.get(study.get_absolute_url()))
    for words in ("Липсва транспорт.", "Агенция Пример", "Извадка"):
        assert words in page
    assert "Скрит" not in page.replace("скрит", "")
    assert client.get(study.get_absolute_url().replace("sliven", "elena")).status_code == 404


def test_answers_are_public_only_when_wanted_and_closed(manager, client, sliven, study, question):
    respond(study, question, *["да"] * 11, *["не"] * 9)
    url, heading = study.get_absolute_url(), "Какво отговориха хората"
    assert heading not in text_of(client.get(url))
    with municipality_scope(sliven):
        Study.objects.update(shows_results=True)
    page = text_of(client.get(url))
    assert heading in page
    assert "11 (55\xa0%)" in page
    typed = {f"v{question.pk}": "не", "form_key": str(uuid.uuid4())}
    refused = manager.post(f"{ADMIN}/{study.pk}/hartiya/", typed)
    assert "Гражданите вече виждат отговорите" in text_of(refused, 422)
    today = timezone.localdate()
    with municipality_scope(sliven):
        Study.objects.update(opens_on=today, closes_on=today)
    page = text_of(client.get(url))
    assert heading not in page
    assert "Попълнете анкетата" in page


def test_open_tables_are_read_and_carried_away(client, sliven, study):
    with municipality_scope(sliven):
        table = StudyTable.objects.create(
            municipality=sliven, study=study, title="Хора: по места", note="към 2026 г.",
            columns=["Място", "Хора"], rows=[["=1+1", 7], ["Елена", "под 5"]],
        )  # fmt: skip
    assert "Хора: по места" in text_of(client.get(study.get_absolute_url()))
    page = text_of(client.get(f"/prouchvaniya/tablitsa/{table.pk}/"))
    assert '<td class="num">7</td>' in page
    told = json.loads(client.get(f"/prouchvaniya/tablitsa/{table.pk}/json/").content)
    assert told["columns"][1] == {"name": "Хора", "type": "number"}
    assert told["rows"] == [["=1+1", 7], ["Елена", None]]
    assert told["hidden"] == [{"row": 1, "column": 1, "says": "под 5"}]
    text = client.get(f"/prouchvaniya/tablitsa/{table.pk}/csv/").content.decode("utf-8-sig")
    assert text == "Място;Хора\r\n'=1+1;7\r\nЕлена;под 5\r\n"
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"/prouchvaniya/tablitsa/{table.pk}/xlsx/").content)
    )
    assert [cell.value for cell in book.active[2]] == ["=1+1", 7]
    assert book.active["A2"].data_type == "s"
    assert client.get(f"/prouchvaniya/tablitsa/{table.pk}/doc/").status_code == 404
    with municipality_scope(sliven):
        Study.objects.update(is_public=False)
    for form in ("", "csv/", "xlsx/", "json/"):
        assert client.get(f"/prouchvaniya/tablitsa/{table.pk}/{form}").status_code == 404


def test_the_municipality_and_the_project_lead_to_their_studies(client, sliven, study):
    project = ProjectFactory(municipality=sliven)
    with municipality_scope(sliven):
        Study.objects.update(project=project)
    StudyFactory(municipality=sliven, title="Скрито", is_public=False, project=project)
    for url in ("/obshtini/sliven/", project.get_absolute_url()):
        page = text_of(client.get(url))
        assert "Какво липсва" in page
        assert "Скрито" not in page


@pytest.mark.parametrize("what", ["studies", "parts"])
def test_pages_cost_the_same_for_any_number(client, queries, sliven, study, question, what):
    def make(n):
        if what == "studies":
            StudyFactory.create_batch(n, municipality=sliven)
            return
        with municipality_scope(sliven):
            Study.objects.update(shows_results=False)
        for _ in range(n):
            row = StudyQuestionFactory(municipality=sliven, study=study)
            respond(study, row, "да")
            with municipality_scope(sliven):
                StudyTable.objects.create(municipality=sliven, study=study, title="т")
                filing.keep(study=study, title="д", kind="annex", by=UserFactory(),
                            file=CheckedFile(b"x", "x.pdf", "application/pdf"))  # fmt: skip
        with municipality_scope(sliven):
            Study.objects.update(shows_results=True)

    url = "/prouchvaniya/" if what == "studies" else study.get_absolute_url()
    queries.assert_same(client, url, make, name=f"/prouchvaniya/: {what}", at_most=12)


def test_a_closed_questionnaire_without_findings_waits_for_its_manager(
    manager, sliven, study, question
):
    respond(study, question, "да", "не")
    yesterday = timezone.localdate() - dt.timedelta(1)
    with municipality_scope(sliven):
        Study.objects.update(opens_on=yesterday, closes_on=yesterday, findings="")
    words = "е затворена с 2\xa0отговора: напишете какво показва"
    assert words in text_of(manager.get("/admin/"))
    with municipality_scope(sliven):
        Study.objects.update(findings="Показва.")
    assert words not in text_of(manager.get("/admin/"))
