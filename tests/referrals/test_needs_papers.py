"""An analysis of needs as PDF/UA, DOCX and XLSX: they open, are tagged, and hide what is hidden."""

from __future__ import annotations

import io

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from campaigns.materials.checks import check_file
from referrals.needs import documents, docx_paper, workbook
from referrals.needs.contents import charts_beside_tables, right_columns, tables_beside_charts
from tests.referrals.test_letters_documents import EVIL

SAID = "Версия № 2 от 20.11.2026 г."
PLACES = [[f"Село {number}", 100 + number, "1,0 %"] for number in range(1, 60)]
TABLE = {
    "title": "Търсене по населени места",
    "columns": ["Населено място", "Поискали", "Дял"],
    "rows": [["Сливен", 41, "12,5 %"], ["Кермен", "под 5", "–"], *PLACES],
    "note": "Малките числа не се показват.",
}
REPEATED = {
    "title": "Най-търсени места",
    "label_heading": "Населено място",
    "value_heading": "Поискали",
    "bars": [["Сливен", 41, ""], ["Кермен", 0, "под 5"]],
}
ALONE = {**REPEATED, "title": "По вид: [чл. 15]/асистентска", "bars": [["Асистентска", 7, ""]]}
DATA = {
    "facts": [["Търсили и ненамерили", "поне 41"]],
    "tables": [TABLE],
    "charts": [REPEATED, ALONE],
    "note": "Преброено от консултациите.",
}


def content_of(**changed) -> dict:
    part = {"key": "unmet", "code": "unmet", "title": "Търсено и липсващо", "data": DATA}
    text = (
        "Липсва **помощ**.\n\n## Защо\n\n- далече\n- [закон](https://lex.bg)\n\n| А |\n|---|\n| б |"
    )
    empty = {"key": "own-2", "code": "", "title": "Недописана", "text": " ", "data": {}}
    return {
        "title": "Анализ на потребностите",
        "since": "2026-01-01",
        "upto": "2026-06-30",
        "municipality": "Сливен",
        "counted_at": "2026-07-01T22:30:00+00:00",
        "project": "",
        "eu": None,
        "parts": [{**part, "text": text}, empty],
    } | changed


def pdf_of(content: dict, *, is_draft: bool = False) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(documents.pdf(content, said=SAID, is_draft=is_draft)))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def docx_of(content: dict, *, is_draft: bool = False):
    return Document(io.BytesIO(docx_paper.docx(content, said=SAID, is_draft=is_draft)))


def sheets_of(content: dict):
    return openpyxl.load_workbook(io.BytesIO(workbook.xlsx_of(content, said=SAID)))


# PDF


def test_the_pdf_is_tagged_has_contents_with_pages_bars_and_whole_tables():
    parts = [
        {**content_of()["parts"][0], "key": f"p{number}", "title": f"Част {number}"}
        for number in (1, 2, 3)
    ]
    reader, text = pdf_of(content_of(parts=parts))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "bg-BG"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Анализ на потребностите"
    assert [row["/Title"] for row in reader.outline[0:] if isinstance(row, dict)]
    contents = reader.pages[0].extract_text().splitlines()
    for part in parts:
        line = next(line for line in contents if line.startswith(part["title"]))
        page = reader.pages[int(line.split()[-1]) - 1].extract_text()
        assert part["title"] in page.splitlines()
    for said in ("01.01.2026 – 30.06.2026 г.", "02.07.2026 г.", SAID, "Село 59", "под 5",
                 "поне 41", "По вид", "Преброено от консултациите.", "закон"):  # fmt: skip
        assert said in text
    assert "ПРОЕКТ" not in text


def test_a_draft_says_so_and_an_empty_part_is_not_printed():
    text = pdf_of(content_of(), is_draft=True)[1]
    assert "ПРОЕКТ" in text
    assert "Недописана" not in text


def test_the_union_is_on_what_it_pays_for():
    eu = {"statement": "Съфинансирано от Европейския съюз", "programme": "Програма РЧР 2021–2027"}
    content = content_of(eu=eu, project="Заедно")
    text = pdf_of(content)[1]
    assert eu["statement"] in text
    assert "Заедно" in text
    assert eu["statement"] in [row.text for row in docx_of(content).paragraphs]


@pytest.mark.parametrize("words", ["\n\n".join(EVIL), "😀 \u202e \ue000", "x" * 400])
def test_whatever_is_typed_is_text_in_every_file(words):
    title = words.replace("\n", " ")[:200]
    rows = [[title, "=1+1"]]
    data = {"tables": [{"title": title, "columns": ["=A", "Б"], "rows": rows, "note": words}]}
    part = {"key": "own-1", "code": "", "title": title, "text": words, "data": data}
    content = content_of(parts=[part], title=title)
    assert pdf_of(content)[0].pages
    assert docx_of(content).tables
    assert sheets_of(content).worksheets[2]["A1"].value == "=A"


def test_the_files_pass_the_portals_own_checks_of_what_the_town_is_given():
    pdf = documents.pdf(content_of(), said=SAID, is_draft=False)
    docx = docx_paper.docx(content_of(), said=SAID, is_draft=False)
    for data, kind in ((pdf, documents.PDF), (docx, docx_paper.CONTENT_TYPE)):
        checks = check_file(data, kind)
        assert checks
        assert [check for check in checks if check.is_good is False] == []


# DOCX


def test_the_docx_has_real_headings_head_rows_and_says_its_language():
    paper = docx_of(content_of())
    headings = [
        (row.style.name, row.text) for row in paper.paragraphs if "Heading" in row.style.name
    ]
    assert headings == [
        ("Heading 1", "Анализ на потребностите"),
        ("TOC Heading", "Съдържание"),
        ("Heading 2", "Търсено и липсващо"),
        ("Heading 3", "Защо"),
    ]
    assert paper.core_properties.title == "Анализ на потребностите"
    assert paper.core_properties.language == "bg-BG"
    languages = {found.get(qn("w:val")) for found in paper.styles.element.iter(qn("w:lang"))}
    assert languages == {"bg-BG"}
    assert "List Bullet" in {row.style.name for row in paper.paragraphs}
    for table in paper.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
    of_places = next(table for table in paper.tables if len(table.columns) == 3)
    assert [cell.text for cell in of_places.rows[2].cells] == ["Кермен", "под 5", "–"]
    assert len(of_places.rows) == 1 + len(TABLE["rows"])


def test_a_draft_in_docx_says_so_on_every_page():
    head = docx_of(content_of(), is_draft=True).sections[0].header.paragraphs[0].text
    assert head.startswith("Община Сливен · ПРОЕКТ")
    assert "ПРОЕКТ" not in docx_of(content_of()).sections[0].header.paragraphs[0].text


def test_the_contents_of_the_docx_lead_to_its_parts():
    paper = docx_of(content_of())
    body = paper.element.body
    links = {link.get(qn("w:anchor")): link for link in body.iter(qn("w:hyperlink"))}
    marks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(marks) == 1
    assert links[marks[0]].text == "Търсено и липсващо"
    kinds = [mark.get(qn("w:fldCharType")) for mark in body.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]


def test_the_parts_of_the_docx_are_in_the_order_that_word_asks_for():
    """What stands in another order Word calls broken: the schema's sequences are strict."""
    table = docx_of(content_of()).tables[0]._tbl
    names = [child.tag.rpartition("}")[2] for child in table.tblPr]
    order = ["tblStyle", "tblW", "jc", "tblLayout", "tblLook", "tblCaption"]  # CT_TblPr
    assert names == [name for name in order if name in names]


# XLSX


def test_each_table_has_a_sheet_and_what_is_hidden_stays_hidden():
    book = sheets_of(content_of())
    assert book.sheetnames == [
        "За анализа", "Накратко", "1 По вид чл. 15 асистентска", "2 Търсене по населени места",
    ]  # fmt: skip
    places = list(book.worksheets[3].iter_rows(values_only=True))
    assert places[:3] == [
        ("Населено място", "Поискали", "Дял"), ("Сливен", 41, "12,5 %"), ("Кермен", "под 5", "–"),
    ]  # fmt: skip
    assert ("Търсено и липсващо", "Търсили и ненамерили", "поне 41") in list(
        book.worksheets[1].iter_rows(values_only=True)
    )
    about = [row[0] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert about[1:4] == ["Заглавие", "Община", "Период"]


def test_many_tables_of_one_long_title_have_sheets_of_their_own():
    tables = [{**TABLE, "title": "Много дълго заглавие на таблица по места"}] * 12
    part = {**content_of()["parts"][0], "data": {"tables": tables}}
    names = sheets_of(content_of(parts=[part])).sheetnames
    assert len(set(names)) == 14


# What a chart and a table say twice


def test_a_chart_whose_numbers_stand_in_a_table_is_not_written_twice():
    assert charts_beside_tables(DATA) == [ALONE]
    same = {**TABLE, "columns": ["Вид", "Брой"], "rows": [["Асистентска", 7]], "note": ""}
    assert tables_beside_charts({**DATA, "tables": [TABLE, same]}) == [TABLE]
    more = {**same, "rows": [*same["rows"], ["Рампа", 8]]}
    assert tables_beside_charts({**DATA, "tables": [more]}) == [more]


def test_columns_of_numbers_stand_right_with_the_hidden_ones_among_them():
    assert right_columns(TABLE) == [1, 2]
    words = {"columns": ["А", "Б"], "rows": [["а", "под 5"], ["б", "–"]]}
    assert right_columns(words) == []
