"""Formatted text: what is taken of Markdown, and how it is drawn."""

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from municipalities.richtext import blocks_of, text_of, words_of

WRITTEN = """\
# Едно

Първи **важен** ред
и *втори*\\
на нов ред, [сайт](https://example.bg/а) и <img src=x onerror=alert(1)>.

### Две
- а
  - вътре
- б **в**

1. първо
2. второ

| Ден | Час |
|-----|-----|
| пн  | **8** |

> цитат

    не е код
![снимка](https://example.bg/a.png)
[зло](javascript:alert(1)) и [телефон](tel:+359123)
***
"""


def kinds(markdown: str) -> list[str]:
    return [block["kind"] for block in blocks_of(markdown)]


def test_each_kind_of_block_is_taken_and_nothing_else():
    assert kinds(WRITTEN) == [
        "heading", "paragraph", "heading", "list", "list", "table", "paragraph", "paragraph",
    ]  # fmt: skip
    heading, text, below, points, numbered, table, quoted, last = blocks_of(WRITTEN)
    assert (heading["level"], below["level"]) == (2, 3)
    assert [(run["text"], run["strong"], run["emphasis"], run["href"]) for run in text["runs"]][
        :4
    ] == [
        ("Първи ", False, False, ""),
        ("важен", True, False, ""),
        (" ред и ", False, False, ""),
        ("втори", False, True, ""),
    ]
    assert "\nна нов ред" in words_of(text["runs"])
    assert [run["href"] for run in text["runs"] if run["href"]] == ["https://example.bg/%D0%B0"]
    assert "<img src=x onerror=alert(1)>" in words_of(text["runs"])
    assert [words_of(item) for item in points["items"]] == ["а", "вътре", "б в"]
    assert [points["ordered"], numbered["ordered"]] == [False, True]
    assert [words_of(cell) for cell in table["head"]] == ["Ден", "Час"]
    assert table["rows"][0][1] == [{"text": "8", "strong": True, "emphasis": False, "href": ""}]
    assert words_of(quoted["runs"]) == "цитат"
    assert words_of(last["runs"]) == "не е код  [зло](javascript:alert(1)) и телефон"
    assert [run["href"] for run in last["runs"] if run["href"]] == ["tel:+359123"]
    assert "снимка" not in text_of(blocks_of(WRITTEN))


def test_the_first_heading_is_of_the_second_level():
    levels = [block["level"] for block in blocks_of("#### а\n# б\n##### в\n### г")]
    assert levels == [2, 2, 3, 3]


def test_drawn_as_html_nothing_typed_is_markup():
    html = render_to_string("components/richtext.html", {"blocks": blocks_of(WRITTEN)})
    for drawn in ("<h2>Едно</h2>", "<h3>Две</h3>", "&lt;img src=x"):
        assert drawn in html
    assert "<img" not in html
    assert '<a href="tel:+359123" rel="noopener">телефон</a>' in html
    assert 'href="javascript' not in html
    deeper = {"blocks": blocks_of(WRITTEN), "deeper": True}
    assert "<h4>Две</h4>" in render_to_string("components/richtext.html", deeper)


@given(st.text(alphabet="#*_-|>[]()<>!1. \n\t\\`а=:/", max_size=200))
def test_whatever_is_typed_gives_blocks_that_can_be_drawn(markdown):
    blocks = blocks_of(markdown)
    assert all(words_of(block["runs"]).strip() for block in blocks if "runs" in block)
    assert all(len(row) == len(b["head"]) for b in blocks if "rows" in b for row in b["rows"])
    assert render_to_string("components/richtext.html", {"blocks": blocks}).count("<h1") == 0
