"""What no page of the portal may contain, and the test client that looks for it in every answer."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from unittest import mock

from django.http import HttpResponse
from django.test import Client

LEFTOVERS = ("{{", "{%", "{#")


class PageFault(AssertionError):
    """A page breaks one of the rules above."""


class _Reader(HTMLParser):
    """Collects what is wrong with a document."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.lang: str | None = None
        self.has_html = False
        self.titles = 0
        self.forms: list[dict] = []
        self.open_form: dict | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        where = f"<{tag}> on line {self.getpos()[0]}"
        if tag == "html":
            self.has_html = True
            self.lang = given.get("lang", "")
        if tag == "title":
            self.titles += 1
        # A block of data is not run by a browser and the security policy is not asked about it.
        is_data = given.get("type") == "application/ld+json"
        if tag == "script" and not given.get("src") and not is_data:
            self.faults.append(f"inline script: {where}")
        if tag == "style":
            self.faults.append(f"inline style sheet: {where}")
        for name in given:
            if name == "style":
                self.faults.append(f"style attribute: {where}")
            elif name.startswith("on"):
                self.faults.append(f"event handler {name}=: {where}")
        for name in ("href", "src", "action", "formaction"):
            if given.get(name, "").strip().lower().startswith("javascript:"):
                self.faults.append(f"javascript: address: {where}")
        if "id" in given:
            self.ids[given["id"]] += 1
            if not given["id"].strip():
                self.faults.append(f"empty id: {where}")
        self._read_form(tag, given, where)

    handle_startendtag = handle_starttag

    def _read_form(self, tag: str, given: dict[str, str], where: str) -> None:
        if tag == "form":
            if self.open_form is not None:
                self.faults.append(f"form inside a form: {where}")
            post = given.get("method", "get").lower() == "post"
            self.open_form = {"post": post, "where": where, "csrf": False}
            self.forms.append(self.open_form)
        elif (
            tag == "input"
            and given.get("name") == "csrfmiddlewaretoken"
            and self.open_form is not None
        ):
            self.open_form["csrf"] = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open_form = None


def faults_of_page(text: str, *, whole: bool = True) -> list[str]:
    """Return what is wrong with an HTML document; ``whole`` is False for a part of one."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    faults = reader.faults
    for sign in LEFTOVERS:
        if sign in text:
            around = re.sub(r"\s+", " ", text[max(0, text.index(sign) - 40) :][:100])
            faults.append(f"template syntax {sign} left in the page: …{around}…")
            break
    faults += [f'id="{name}" used {n} times' for name, n in reader.ids.items() if n > 1]
    faults += [
        f"form without a CSRF token: {form['where']}"
        for form in reader.forms
        if form["post"] and not form["csrf"]
    ]
    if whole:
        if not reader.has_html:
            faults.append("no <html> element")
        elif not reader.lang:
            faults.append("no lang on <html>")
        if reader.titles == 0:
            faults.append("no <title>")
    return faults


def check_response(response: HttpResponse, *, whole: bool = True) -> None:
    """Raise PageFault where ``response`` is a page and breaks a rule."""
    is_html = response.get("Content-Type", "").split(";")[0].strip() == "text/html"
    if not is_html or getattr(response, "streaming", False) or not response.content:
        return
    faults = faults_of_page(response.content.decode(response.charset), whole=whole)
    if faults:
        request = getattr(response, "request", {})
        address = f"{request.get('REQUEST_METHOD', '')} {request.get('PATH_INFO', '')}"
        query = request.get("QUERY_STRING")
        lines = "\n  ".join(faults)
        raise PageFault(
            f"{address}{'?' + query[:200] if query else ''} ({response.status_code}):\n  {lines}"
        )


class StrictClient(Client):
    """Django's client, which refuses pages that break the portal's rules.

    ``user`` and ``membership`` say who is signed in, see ``support.people``. A test that wants to
    see a wrong page sets ``is_careful`` to False.
    """

    user = None
    membership = None
    is_careful = True

    def request(self, **request):
        response = super().request(**request)
        if self.is_careful:
            check_response(response, whole="HTTP_HX_REQUEST" not in request)
        return response


def contexts_are_not_kept() -> AbstractContextManager:
    """Spare the client a copy of what each template is drawn with (``response.context``).

    A page is drawn of hundreds of templates; who sends thousands of requests asks for none of it.
    """
    return mock.patch("django.test.client.store_rendered_templates", _forget)


def _forget(*_sent: object, **_named: object) -> None:
    """Stands in the place of Django's receiver."""


def without_marks(response: HttpResponse) -> str:
    """Return the page without what differs each time: its number, its token, the clock."""
    page = response.content.decode().replace(response["X-Request-ID"], "")
    return re.sub(r'(name="csrfmiddlewaretoken" value=|data-left=|data-who=)"[^"]*"', r"\1", page)
