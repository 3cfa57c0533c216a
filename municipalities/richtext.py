"""Formatted text that somebody wrote in Markdown, as data: drawn as HTML and as PDF alike.

Only headings, paragraphs, lists, tables, bold, italics and links out are taken. HTML stays the text
that it is, pictures are left out (nobody would have described them), and a link leads only to a
page, a mailbox or a phone. What comes out is a list of blocks, good for a JSON field::

    {"kind": "heading", "level": 2 or 3, "runs": […]}
    {"kind": "paragraph", "runs": […]}
    {"kind": "list", "ordered": False, "items": [[run, …], …]}
    {"kind": "table", "head": [[run, …], …], "rows": [[[run, …], …], …]}

where a run is ``{"text": …, "strong": False, "emphasis": False, "href": ""}``. Templates:
„components/richtext.html“ and „typst/richtext.typ“.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypedDict

from markdown_it import MarkdownIt
from markdown_it.token import Token

Block = dict[str, Any]


class Run(TypedDict):
    """A stretch of text that looks alike from end to end; „\\n“ in it begins a new line."""

    text: str
    strong: bool
    emphasis: bool
    href: str


_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]+", re.IGNORECASE)
# What nobody who writes a chapter means: four spaces before a line, dashes under one.
_OFF = ("code", "fence", "backticks", "lheading", "html_block", "html_inline")


def blocks_of(markdown: str) -> list[Block]:
    """Return the blocks of ``markdown``; whatever was typed gives some, nothing raises.

    Headings are of the second or the third level, and the first one is of the second, so that no
    level is left out under a title of the first. A list inside a list goes on in the outer one.
    """
    return list(_blocks(_parser().parse(markdown)))


def text_of(blocks: Iterable[Block]) -> str:
    """Return the words of ``blocks`` alone, a line for each paragraph, point and cell."""
    return "\n".join(words_of(runs) for block in blocks for runs in _run_lists(block))


def words_of(runs: Iterable[Run]) -> str:
    """Return the words of ``runs`` without their looks."""
    return "".join(run["text"] for run in runs)


def _run_lists(block: Block) -> Iterator[list[Run]]:
    if block["kind"] == "list":
        yield from block["items"]
    elif block["kind"] == "table":
        yield from block["head"]
        for row in block["rows"]:
            yield from row
    else:
        yield block["runs"]


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(_OFF)
    parser.validateLink = lambda url: bool(_LINK.fullmatch(url))  # type: ignore[method-assign]
    return parser


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    level = 1
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _end(tokens, at)
        inside = tokens[at + 1 : end]
        if token.type == "heading_open":
            if runs := _runs(inside):
                level = min(3 if token.tag not in ("h1", "h2") else 2, level + 1)
                yield {"kind": "heading", "level": level, "runs": runs}
        elif token.type == "paragraph_open":
            if runs := _runs(inside):
                yield {"kind": "paragraph", "runs": runs}
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            if items := list(_items(inside)):
                ordered = token.type == "ordered_list_open"
                yield {"kind": "list", "ordered": ordered, "items": items}
        elif token.type == "table_open":
            yield _table(inside)
        elif token.type == "blockquote_open":
            yield from _blocks(inside)
        at = end + 1


def _end(tokens: list[Token], at: int) -> int:
    """Return where what opens at ``at`` closes: the token itself where it opens nothing."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].nesting
        if depth <= 0:
            return place
    return len(tokens) - 1


def _items(tokens: list[Token]) -> Iterator[list[Run]]:
    """Yield the points of a list, those of a list inside it after the point that has it."""
    runs: list[Run] = []
    for token in tokens:
        if token.type in ("list_item_open", "list_item_close") and runs:
            yield _joined(runs)
            runs = []
        elif token.type == "inline":
            more = _inline(token)
            runs += ([_run("\n")] if runs and more else []) + more


def _table(tokens: list[Token]) -> Block:
    rows: list[list[list[Run]]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_joined(_inline(token)))
    return {"kind": "table", "head": rows[0], "rows": rows[1:]}


def _runs(tokens: list[Token]) -> list[Run]:
    return _joined([run for token in tokens if token.type == "inline" for run in _inline(token)])


def _inline(token: Token) -> list[Run]:
    strong = emphasis = 0
    href = ""
    runs: list[Run] = []
    for child in token.children or ():
        if child.type in ("strong_open", "strong_close"):
            strong += child.nesting
        elif child.type in ("em_open", "em_close"):
            emphasis += child.nesting
        elif child.type == "link_open":
            href = str(child.attrGet("href") or "")
        elif child.type == "link_close":
            href = ""
        elif child.type == "softbreak":
            runs.append(_run(" ", strong, emphasis, href))
        elif child.type == "hardbreak":
            runs.append(_run("\n", strong, emphasis, href))
        elif child.type != "image" and child.content:
            runs.append(_run(child.content, strong, emphasis, href))
    return runs


def _run(text: str, strong: int = 0, emphasis: int = 0, href: str = "") -> Run:
    return Run(text=text, strong=strong > 0, emphasis=emphasis > 0, href=href)


def _joined(runs: list[Run]) -> list[Run]:
    """Return ``runs`` with neighbours that look alike as one; none where there are no words."""
    joined: list[Run] = []
    for run in runs:
        if joined and {**joined[-1], "text": ""} == {**run, "text": ""}:
            joined[-1] = {**run, "text": joined[-1]["text"] + run["text"]}
        else:
            joined.append(run)
    return joined if words_of(joined).strip() else []
