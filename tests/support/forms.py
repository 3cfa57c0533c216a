"""The forms of a page: where they go, by which method, with which fields as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


@dataclass
class Form:
    """A form as a browser would send it untouched; ``fields`` are (name, value) in order."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names of the fields, each once, without Django's own token."""
        return [n for n in dict.fromkeys(n for n, _v in self.fields) if n != "csrfmiddlewaretoken"]


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Form] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.page, given.get("action", ""))
            self.found.append(Form(action, given.get("method", "get").lower()))
        elif not self.found:
            return
        elif tag == "option" and self.select and "selected" in given:
            self.found[-1].fields.append((self.select, given.get("value", "")))
        elif tag in ("input", "textarea", "select", "button") and given.get("name"):
            self.select = given["name"] if tag == "select" else ""
            self.found[-1].fields.append((given["name"], given.get("value", "")))


def forms_of(page: str, html: str) -> list[Form]:
    """Return the forms of ``html``, the page at the address ``page``."""
    reader = _Forms(page)
    reader.feed(html)
    return reader.found
