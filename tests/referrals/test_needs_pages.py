"""Analyses of needs on their pages: begun, written, counted again, kept as versions, published."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from campaigns.models import Study, StudyFile, StudyTable
from frontoffice.models import Draft
from municipalities.tenancy import municipality_scope
from municipalities.uploads import PrivateStorage
from referrals.models import NeedsAnalysis, NeedsSection, NeedsVersion
from referrals.needs import counting, writing
from tests.factories_campaigns import NeedsAnalysisFactory
from tests.factories_projects import ProjectFactory

pytestmark = pytest.mark.django_db

LIST = "/rabotno-myasto/analizi/"
DATES = {"since": "01.01.2026", "upto": "30.06.2026"}


def data_of(count: int, *, note: str = "") -> dict:
    """Counted data of a part in which only ``count`` is to tell one counting from another."""
    return {
        "facts": [["Поискали помощ в дома", str(count)]],
        "tables": [
            {
                "title": "Търсене по места",
                "columns": ["Населено място", "Поискали"],
                "rows": [["Сливен", count], ["Кермен", "под 5"]],
                "note": "",
            }
        ],
        "charts": [
            {
                "title": "Търсене по вид",
                "label_heading": "Вид",
                "value_heading": "Поискали",
                "bars": [["Помощ в дома", count, ""], ["Рампа", 0, "под 5"]],
            }
        ],
        "note": note,
    }


@pytest.fixture
def counted(monkeypatch):
    """What counting finds, to be changed by the test: a dict by the codes of the sections."""
    found = {code: {} for code in counting.SECTIONS}
    found["unmet"] = data_of(41)
    monkeypatch.setattr(counting, "count_all", lambda since, upto, municipality: dict(found))
    return found


@pytest.fixture
def analysis(counted, sliven, head):
    """An analysis begun by the head, in an open scope."""
    with municipality_scope(sliven):
        made, _is_new = writing.begin(
            municipality=sliven, by=head.user, form_key=uuid.uuid4(), title="Анализ за 2026",
            since=dt.date(2026, 1, 1), upto=dt.date(2026, 6, 30),
        )  # fmt: skip
        yield made


def url(analysis, tail: str = "") -> str:
    return f"{LIST}{analysis.pk}/{tail}"


def part_of(analysis, title: str) -> NeedsSection:
    return analysis.sections.get(title=title)


def titles(analysis) -> list[str]:
    return list(analysis.sections.values_list("title", flat=True))


def text(response) -> str:
    return response.content.decode()


def write(client, part, words: str, **more):
    told = {"title": part.title, "text": words, "version": part.version, **more}
    return client.post(url(part.analysis, f"chast/{part.pk}/"), told)


# Begun


@pytest.mark.parametrize("who", ["head", "manager"])
def test_an_analysis_is_begun_with_everything_counted(request, counted, sliven, who):
    client = request.getfixturevalue(who)
    page = client.get(f"{LIST}nov/")
    key = page.context["form"]["form_key"].value()
    told = {"title": "Какво липсва", "form_key": key, **DATES}
    answers = [client.post(f"{LIST}nov/", told) for _twice in range(2)]
    with municipality_scope(sliven):
        analysis = NeedsAnalysis.objects.get()
        assert [answer["Location"] for answer in answers] == [url(analysis)] * 2
        assert titles(analysis) == [
            writing.OPENING, *(section.title for section in counting.SECTIONS.values()),
            writing.PROBLEMS, writing.ANSWERS,
        ]  # fmt: skip
    shown = text(client.get(url(analysis)))
    for said in ("Поискали помощ в дома", '<td class="num">41</td>', "под 5", "от фронт-офиса"):
        assert said in shown
    assert "Какво липсва" in text(client.get(LIST))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"title": ""}, "Напишете заглавие."),
        ({"upto": "31.12.2025"}, "Крайната дата е преди началната."),
        ({"since": "01.01.2010"}, "Изберете период до пет години."),
        ({"since": "01.01.1200"}, "Изберете дата между 2000 и 2100 г."),
        ({"project": "99999999999999999999"}, "project"),
        ({"title": "Анализ\x00"}, "title"),
        ({"form_key": "не"}, "form_key"),
    ],
)
def test_what_no_analysis_can_be_is_said(counted, head, sliven, told, said):
    answer = head.post(f"{LIST}nov/", {"title": "Ан", "form_key": uuid.uuid4(), **DATES, **told})
    assert answer.status_code == 422
    assert said in text(answer) or said in answer.context["form"].errors
    with municipality_scope(sliven):
        assert not NeedsAnalysis.objects.exists()


def test_all_of_it_is_counted_by_the_portal_itself(head, sliven):
    """Without a fixed counting: whatever the sections are, they are counted and shown."""
    head.post(f"{LIST}nov/", {"title": "Ан", "form_key": uuid.uuid4(), **DATES})
    with municipality_scope(sliven):
        analysis = NeedsAnalysis.objects.get()
        assert set(counting.SECTIONS) < set(analysis.sections.values_list("code", flat=True))
    for tail in ("", "broene/", "versii/nova/"):
        assert head.get(url(analysis, tail)).status_code == 200


def test_another_municipality_has_no_such_analysis(analysis, elena_manager, sliven, elena):
    part, version = analysis.sections.first(), writing.save_version(
        analysis=analysis, by=analysis.made_by, form_key=uuid.uuid4()
    )  # fmt: skip
    tails = (
        "", "danni/", "broene/", "iztrivane/", f"chast/{part.pk}/", "dokument/pdf/", "versii/",
        "versii/nova/", f"versii/{version.number}/", f"versii/{version.number}/publikuvane/",
        f"versii/{version.number}/dokument/xlsx/",
    )  # fmt: skip
    missing = elena_manager.get(f"{LIST}999999/").content
    for tail in tails:
        answer = elena_manager.get(url(analysis, tail))
        assert answer.status_code == 404
        assert len(answer.content) == len(missing)
    with municipality_scope(elena):
        own = NeedsAnalysisFactory(municipality=elena, made_by=elena_manager.user)
    assert elena_manager.get(url(own, f"chast/{part.pk}/")).status_code == 404
    assert elena_manager.post(url(own, f"chast/{part.pk}/red/")).status_code == 404


# Written


def test_a_part_is_written_in_markdown_and_looked_at_before(analysis, head, sliven):
    part = part_of(analysis, writing.PROBLEMS)
    words = "Липсва **личен асистент**.\r\n\r\n- в Кермен\r\n- в Гавраилово <b>"
    seen = write(head, part, words, pregled="1")
    assert "<strong>личен асистент</strong>" in text(seen)
    assert "Още не е записано." in text(seen)
    part.refresh_from_db()
    assert part.text == ""
    assert write(head, part, words)["Location"] == f"{url(analysis)}#chast-{part.pk}"
    shown = text(head.get(url(analysis)))
    assert "<li>в Гавраилово &lt;b&gt;</li>" in shown
    assert part_of(analysis, writing.PROBLEMS).text == words.replace("\r\n", "\n")


def test_what_a_colleague_wrote_meanwhile_is_shown_and_not_covered(analysis, head, manager):
    part = part_of(analysis, writing.PROBLEMS)
    write(manager, part, "Общ абзац.\n\nНеговото.")
    refused = write(head, part, "Общ абзац.\n\nМоето.")
    assert refused.status_code == 422
    said = text(refused)
    assert "Колега е променил тази част" in said
    assert "Текст, абзац 2" in said
    assert "Текст, абзац 1" not in said
    assert part_of(analysis, writing.PROBLEMS).text == "Общ абзац.\n\nНеговото."
    again = {
        "title": part.title,
        "text": "Моето.",
        "version": refused.context["form"].data["version"],
    }
    assert head.post(url(analysis, f"chast/{part.pk}/"), again).status_code == 302
    assert part_of(analysis, writing.PROBLEMS).text == "Моето."


@pytest.mark.parametrize("who", ["head", "manager"])
def test_what_is_typed_is_kept_until_it_is_saved(request, analysis, sliven, who):
    client = request.getfixturevalue(who)
    part = part_of(analysis, writing.PROBLEMS)
    address = url(analysis, f"chast/{part.pk}/")
    draft = client.get(address).context["form"].draft
    own = {
        "draft_ticket": draft.ticket, "draft_tab": draft.tab, "draft_page": draft.page,
        "draft_base": 0, "title": part.title, "text": "Недописано", "version": 1,
    }  # fmt: skip
    kept = client.post("/rabotno-myasto/chernovi/zapis/", {**own, "keep_draft": "1"}, follow=True)
    assert kept.status_code == 200
    listed = text(client.get("/rabotno-myasto/chernovi/"))
    assert ">Част от анализ</a>" in listed
    assert writing.PROBLEMS in listed
    resumed = client.get(f"{address}?chernova={draft.tab}")
    assert resumed.context["form"]["text"].value() == "Недописано"
    assert client.post(address, {**own, "draft_base": 1, "text": "Дописано"}).status_code == 302
    assert not Draft.objects.filter(closed_at__isnull=True).exists()


def test_an_egn_is_not_written_into_a_document_for_everybody(analysis, head):
    part = part_of(analysis, writing.PROBLEMS)
    answer = write(head, part, "Иван Иванов, 7501010010, чака.")
    assert answer.status_code == 422
    assert part_of(analysis, writing.PROBLEMS).text == ""


def test_parts_are_moved_left_out_added_and_removed(analysis, head):
    before = titles(analysis)
    part = part_of(analysis, before[1])
    for what, place in (("nagore", 0), ("nagore", 0), ("nadolu", 1), ("нищо", 1)):
        head.post(url(analysis, f"chast/{part.pk}/red/"), {"kakvo": what})
        assert titles(analysis).index(part.title) == place
    assert titles(analysis) == before
    head.post(url(analysis, f"chast/{part.pk}/red/"), {"kakvo": "izkluchi"})
    assert part.title not in [one["title"] for one in writing.content(analysis)["parts"]]
    head.post(url(analysis, f"chast/{part.pk}/red/"), {"kakvo": "vkluchi"})
    assert part.title in [one["title"] for one in writing.content(analysis)["parts"]]
    for _twice in range(2):
        added = head.post(url(analysis, "chast/"), {"title": "Транспорт"})
    own = part_of(analysis, "Транспорт")
    assert added["Location"] == url(analysis, f"chast/{own.pk}/")
    assert titles(analysis) == [*before, "Транспорт"]
    assert head.post(url(analysis, "chast/"), {"title": ""}).status_code == 422
    assert "Махни частта" in text(head.get(url(analysis, f"chast/{own.pk}/mahane/")))
    head.post(url(analysis, f"chast/{own.pk}/mahane/"))
    assert titles(analysis) == before
    assert head.post(url(analysis, f"chast/{part.pk}/mahane/")).status_code == 404


# Counted again


def test_counting_again_says_what_changes_and_leaves_the_words(analysis, counted, head):
    part = analysis.sections.get(code="unmet")
    write(head, part, "Личният извод.", title="Липсата")
    assert "Нищо не се е променило" in text(head.get(url(analysis, "broene/")))
    counted["unmet"] = data_of(57)
    said = text(head.get(url(analysis, "broene/")))
    assert "Поискали помощ в дома" in said
    assert ">41</td>" in said
    assert ">57</td>" in said
    part.refresh_from_db()
    assert part.data == data_of(41)
    head.post(url(analysis, "broene/"))
    part.refresh_from_db()
    assert (part.title, part.text, part.data) == ("Липсата", "Личният извод.", data_of(57))


def test_another_period_is_counted_at_once(analysis, counted, head, sliven):
    project = ProjectFactory(municipality=sliven)
    counted["unmet"] = data_of(9)
    told = {"title": "Друг", "version": 1, "form_key": analysis.form_key, "project": project.pk}
    head.post(url(analysis, "danni/"), {**told, "since": "01.01.2026", "upto": "30.06.2026"})
    assert analysis.sections.get(code="unmet").data == data_of(41)
    head.post(url(analysis, "danni/"), {**told, "version": 2, **DATES, "upto": "31.05.2026"})
    assert analysis.sections.get(code="unmet").data == data_of(9)
    late = head.post(url(analysis, "danni/"), {**told, **DATES, "title": "Стар"})
    assert late.status_code == 422
    assert "Колега е променил анализа" in text(late)
    analysis.refresh_from_db()
    assert (analysis.title, analysis.project, analysis.upto) == (
        "Друг", project, dt.date(2026, 5, 31),
    )  # fmt: skip


# Versions


def save(client, analysis, note: str = ""):
    key = client.get(url(analysis, "versii/nova/")).context["form"]["form_key"].value()
    told = {"note": note, "form_key": key}
    for _twice in range(2):
        answer = client.post(url(analysis, "versii/nova/"), told)
    return answer


def test_versions_are_frozen_numbered_and_compared(analysis, counted, head):
    part = part_of(analysis, writing.PROBLEMS)
    write(head, part, "Първо.")
    assert save(head, analysis, "първа")["Location"] == url(analysis, "versii/1/")
    part.refresh_from_db()
    write(head, part, "Второ.")
    counted["unmet"] = data_of(57)
    head.post(url(analysis, "broene/"))
    head.post(url(analysis, f"chast/{analysis.sections.get(code='capacity').pk}/red/"),
              {"kakvo": "izkluchi"})  # fmt: skip
    assert "Първо." in text(head.get(url(analysis, "versii/nova/")))
    assert save(head, analysis, "втора")["Location"] == url(analysis, "versii/2/")
    assert list(NeedsVersion.objects.values_list("number", "note")) == [(2, "втора"), (1, "първа")]
    first = text(head.get(url(analysis, "versii/1/")))
    assert "Първо." in first
    assert "Второ." not in first
    said = text(head.get(url(analysis, "versii/?ot=1&do=2")))
    for words in ("Първо.", "Второ.", "Търсене по места: Сливен", "отпаднала"):
        assert words in said
    assert "Няма: двете са еднакви." in text(head.get(url(analysis, "versii/?ot=2&do=0")))
    for asked, status in (("ot=7", 422), ("ot=%00", 422), ("do=2", 200), ("ot=&do=", 200)):
        assert head.get(url(analysis, f"versii/?{asked}")).status_code == status
    assert head.get(url(analysis, "versii/3/")).status_code == 404
    assert head.get(url(analysis, "iztrivane/")).status_code == 404


def test_an_analysis_without_versions_is_deleted_after_a_question(analysis, head):
    assert "Да се изтрие ли анализът?" in text(head.get(url(analysis, "iztrivane/")))
    assert head.post(url(analysis, "iztrivane/"))["Location"] == LIST
    assert not NeedsAnalysis.objects.exists()
    assert "Още няма анализи" in text(head.get(LIST))


# Published


def publish(client, analysis, number: int):
    return client.post(url(analysis, f"versii/{number}/publikuvane/"))


def test_a_version_becomes_a_study_that_the_manager_shows(analysis, counted, head, client):
    save(head, analysis)
    asked = text(head.get(url(analysis, "versii/1/publikuvane/")))
    assert "2\u00a0отворени таблици" in asked
    assert "<li>Търсене по места</li>" in asked
    for _twice in range(2):
        publish(head, analysis, 1)
    study = Study.objects.get()
    assert (study.kind, study.is_public, study.title) == ("needs", False, "Анализ за 2026")
    report = StudyFile.objects.get()
    with PrivateStorage().open(report.path) as file:
        assert file.read(5) == b"%PDF-"
    tables = {row.title: row.rows for row in StudyTable.objects.all()}
    assert tables["Търсене по места"] == [["Сливен", 41], ["Кермен", "под 5"]]
    assert tables["Търсене по вид"] == [["Помощ в дома", 41], ["Рампа", "под 5"]]


def test_publishing_again_changes_the_report_and_its_tables_alone(analysis, counted, head, sliven):
    save(head, analysis)
    publish(head, analysis, 1)
    study = Study.objects.get()
    old = StudyFile.objects.get()
    Study.objects.update(is_public=True, findings="Написано от ръководителя.", title="Друго име")
    own = StudyTable.objects.create(municipality=sliven, study=study, title="Своя", columns=["А"])
    counted["unmet"] = {**data_of(57), "charts": []}
    head.post(url(analysis, "broene/"))
    save(head, analysis)
    assert "се сменят веднага" in text(head.get(url(analysis, "versii/2/publikuvane/")))
    publish(head, analysis, 2)
    study.refresh_from_db()
    assert (study.findings, study.title) == ("Написано от ръководителя.", "Друго име")
    new = StudyFile.objects.get()
    assert (new.pk, new.name) != (old.pk, old.name)
    assert "версия № 2" in new.title
    assert {row.title: row.rows for row in StudyTable.objects.all()} == {
        "Търсене по места": [["Сливен", 57], ["Кермен", "под 5"]],
        own.title: [],
    }


# Lists


def test_the_pages_take_as_many_queries_whatever_is_in_them(queries, counted, head, sliven):
    def make(count: int) -> None:
        with municipality_scope(sliven):
            for _ in range(count):
                made = NeedsAnalysisFactory(municipality=sliven, made_by=head.user)
                writing.save_version(analysis=made, by=head.user, form_key=uuid.uuid4())

    queries.assert_same(head, LIST, make, name="needs_list")


def test_an_analysis_takes_as_many_queries_whatever_its_parts(queries, analysis, head):
    def make(count: int) -> None:
        NeedsSection.objects.bulk_create(
            NeedsSection(
                municipality=analysis.municipality, analysis=analysis, order=number, title="Част",
                text="Текст.", data=data_of(number),
            )
            for number in range(count)
        )  # fmt: skip

    queries.assert_same(head, url(analysis), make, name="needs")


# Where they are found


def test_analyses_are_in_the_menus_of_whoever_writes_them(analysis, head, manager, specialist):
    assert f'href="{LIST}"' in text(head.get("/rabotno-myasto/"))
    assert f'href="{LIST}"' in text(manager.get("/admin/"))
    assert f'href="{LIST}"' not in text(head.get("/admin/"))
    assert f'href="{LIST}"' not in text(specialist.get("/rabotno-myasto/"))


def test_a_study_that_nobody_sees_yet_waits_for_the_manager(analysis, head, manager, client):
    save(head, analysis)
    waits = "чака да бъде показан на гражданите"
    assert waits not in text(manager.get("/admin/"))
    publish(head, analysis, 1)
    assert waits in text(manager.get("/admin/"))
    address = Study.objects.get().get_absolute_url()
    assert client.get(address).status_code == 404
    Study.objects.update(is_public=True)
    seen = text(client.get(address))
    assert "Търсене по места" in seen
    assert "версия № 1" in seen
    assert waits not in text(manager.get("/admin/"))
    assert "Страницата за гражданите" in text(head.get(url(analysis)))
