"""The analysis as DOCX, to be gone on with in a word processor.

Headings are real ones, tables have head rows that repeat, the language is said, and what the PDF
draws is here a table. The contents are links to the parts, inside a field that the word processor
makes anew with pages when it is asked to (F9).
"""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as PaperTable
from docx.text.paragraph import Paragraph

from municipalities.richtext import Block, Run, blocks_of
from referrals.needs.contents import Table, printed, right_columns, tables_of, written
from referrals.needs.documents import facts_of

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE = "bg-BG"
CONTENTS = ' TOC \\o "2-2" \\h \\z \\u '
FONT = "Calibri"
INK, LINK = RGBColor(0x1B, 0x1B, 0x1B), RGBColor(0x0B, 0x57, 0x50)


def docx(content: dict[str, Any], *, said: str, is_draft: bool) -> bytes:
    """Return the document of a content; a draft says so in its head and on top of each page."""
    paper = Document()
    _set_up(paper, content, said=said, is_draft=is_draft)
    if content["eu"]:
        _say(paper, [content["eu"]["statement"], content["eu"]["programme"]])
    paper.add_heading(clean(content["title"]), level=1)
    _table(paper, "", ["Данни", "Записано"], facts_of(content, said), right=[])
    paper.add_paragraph("Съдържание", "TOC Heading")
    parts = printed(content)
    _contents(paper, [part["title"] for part in parts])
    for number, part in enumerate(parts, start=1):
        _heading(paper, part["title"], number)
        _part(paper, part)
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()


def clean(text: Any) -> str:
    """Return ``text`` without the characters that no XML may hold."""
    return "".join(
        sign for sign in written(text) if sign == "\n" or unicodedata.category(sign)[0] != "C"
    )


def _set_up(paper: Paper, content: dict[str, Any], *, said: str, is_draft: bool) -> None:
    said_on = f"ПРОЕКТ · {said}" if is_draft else said
    core = paper.core_properties
    core.title, core.language = clean(content["title"])[:255], LANGUAGE
    core.author = f"Община {content['municipality']}"
    core.subject, core.comments, core.keywords = clean(said_on)[:255], "", ""
    core.created = core.modified = timezone.now().astimezone(dt.UTC).replace(tzinfo=None)
    core.last_modified_by = ""
    for found in paper.styles.element.iter(qn("w:lang")):
        found.set(qn("w:val"), LANGUAGE)
    _set_fonts(paper)
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin, page.right_margin = Cm(2.5), Cm(2)
    page.header.paragraphs[0].text = clean(f"Община {content['municipality']} · {said_on}")
    foot = page.footer.paragraphs[0]
    foot.add_run("стр. ")
    _field(foot, "PAGE", "1")


def _set_fonts(paper: Paper) -> None:
    for name, size in (("Normal", 11), ("Heading 1", 18), ("Heading 2", 14), ("Heading 3", 12),
                       ("Heading 4", 11), ("TOC Heading", 14), ("Caption", 10)):  # fmt: skip
        style = paper.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:cs"), FONT)


def _field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field that the word processor counts itself; ``shown`` stands until it does."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _contents(paper: Paper, titles: list[str]) -> None:
    """Add the contents: a link to each part, all of them inside one field."""
    lines = [paper.add_paragraph() for _title in titles] or [paper.add_paragraph()]
    for kind in ("begin", CONTENTS, "separate"):
        lines[0]._p.append(_mark_of_field(kind))
    for number, (line, title) in enumerate(zip(lines, titles, strict=False), start=1):
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _anchor(number))
        link.append(line.add_run(clean(title))._r)
        line._p.append(link)
        line.paragraph_format.space_after = Pt(2)
    lines[-1]._p.append(_mark_of_field("end"))


def _mark_of_field(kind: str) -> BaseOxmlElement:
    """Return a run that begins, parts or ends a field, or that holds what it is."""
    run = OxmlElement("w:r")
    mark = OxmlElement("w:instrText" if kind == CONTENTS else "w:fldChar")
    if kind == CONTENTS:
        mark.set(qn("xml:space"), "preserve")
        mark.text = kind
    else:
        mark.set(qn("w:fldCharType"), kind)
    run.append(mark)
    return run


def _anchor(number: int) -> str:
    return f"_Toc{number:08}"  # the names that word processors give such places themselves


def _heading(paper: Paper, title: str, number: int) -> None:
    """Add the heading of a part with the place to which the contents lead."""
    heading = paper.add_heading(clean(title), level=2)
    for name in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(name)
        mark.set(qn("w:id"), str(number))
        if name == "w:bookmarkStart":
            mark.set(qn("w:name"), _anchor(number))
            heading._p.insert(1, mark)  # after what the paragraph looks like
        else:
            heading._p.append(mark)


def _say(paper: Paper, texts: Iterable[str]) -> None:
    for text in filter(None, texts):
        paper.add_paragraph(clean(text))


def _part(paper: Paper, part: dict[str, Any]) -> None:
    data = part["data"]
    for block in blocks_of(part["text"]):
        _block(paper, block)
    if data.get("facts"):
        _table(paper, "", ["Показател", "Стойност"], data["facts"], right=[])
    for table in tables_of(part):
        _numbers(paper, table)
    _say(paper, [data.get("note", "")])


def _numbers(paper: Paper, table: Table) -> None:
    right = right_columns(table)
    _table(paper, table["title"], table["columns"], table["rows"], right=right)
    _say(paper, [table.get("note", "")])


def _table(
    paper: Paper, title: str, heads: list[str], rows: list[list[Any]], *, right: list[int]
) -> None:
    """Add a table under its title: the first row is its head and stands on every page of it."""
    if title:
        caption = paper.add_paragraph(clean(title), "Caption")
        caption.paragraph_format.keep_with_next = True
    table = paper.add_table(1 + len(rows), len(heads), "Table Grid")
    _describe(table, title or heads[0])
    # A table gives its cells anew each time it is asked for them: once is enough.
    cells = table._cells
    for at, values in enumerate([heads, *rows]):
        for place in range(len(heads)):
            value = clean(values[place]) if place < len(values) else ""
            paragraph = cells[at * len(heads) + place].paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            run = paragraph.add_run(value)
            run.bold = at == 0
            if place in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _repeat(table)
    paper.add_paragraph()


def _describe(table: PaperTable, words: str) -> None:
    """Give the table the description that a screen reader says before it."""
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), clean(words)[:250])
    table._tbl.tblPr.append(caption)


def _repeat(table: PaperTable) -> None:
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(head)


def _block(paper: Paper, block: Block) -> None:
    if block["kind"] == "heading":
        _runs(paper.add_heading(level=block["level"] + 1), block["runs"])
    elif block["kind"] == "list":
        style = "List Number" if block["ordered"] else "List Bullet"
        for item in block["items"]:
            _runs(paper.add_paragraph("", style), item)
    elif block["kind"] == "table":
        words = ["".join(run["text"] for run in cell) for cell in block["head"]]
        rows = [["".join(run["text"] for run in cell) for cell in row] for row in block["rows"]]
        _table(paper, "", words, rows, right=[])
    else:
        _runs(paper.add_paragraph(), block["runs"])


def _runs(paragraph: Paragraph, runs: list[Run]) -> None:
    for run in runs:
        if run["href"]:
            _link(paragraph, run)
            continue
        added = paragraph.add_run(clean(run["text"]))
        added.bold, added.italic = run["strong"] or None, run["emphasis"] or None


def _link(paragraph: Paragraph, run: Run) -> None:
    link = OxmlElement("w:hyperlink")
    key = paragraph.part.relate_to(run["href"], RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), key)
    added = paragraph.add_run(clean(run["text"]))
    added.bold, added.italic = run["strong"] or None, run["emphasis"] or None
    added.underline, added.font.color.rgb = True, LINK
    link.append(added._r)
    paragraph._p.append(link)
