"""Templates and scripts as files: nothing unused, nothing inline, nothing loaded in vain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist, engines
from django.template.library import Library

from tests.support.house import ROOT, files, name_of

TEMPLATES = ROOT / "templates"
ALL = files(".html", ".txt", ".xml", under="templates")
# Django and allauth look these up themselves, by name.
LOOKED_UP = {"400.html", "403.html", "404.html", "429.html", "500.html", "403_csrf.html"}
# Components that the design has and no page needs yet, and pages nothing answers with yet. The list
# only shrinks: what is used must leave it.
WAITING = {
    "components/filters.html",
}
# The starts of names that allauth puts together at run time: account/email/<what>_subject.txt …
PUT_TOGETHER = ("account/email/", "account/messages/", "allauth/elements/", "allauth/layouts/")
_COMMENT = re.compile(r"{%\s*comment.*?%}.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)


def template_name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def source_of(path: Path) -> str:
    """Return a template without its comments."""
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def belongs_to_a_package(name: str) -> bool:
    """Say whether an installed package has a template of that name, which ours replaces."""
    engine = engines["django"].engine
    for loader in engine.template_loaders:
        for origin in loader.get_template_sources(name):
            path = Path(origin.name)
            if path.exists() and not path.is_relative_to(ROOT / "templates"):
                return True
    return False


def mentioned_names() -> str:
    """Return everything in which a template may be named, as one text."""
    ours = [source_of(path) for path in ALL]
    code = [
        path.read_text(encoding="utf-8")
        for path in files(".py")
        if path.relative_to(ROOT).parts[0] != "tests"
    ]
    return "\n".join([*ours, *code])


def unused(names: list[str], mentions: str) -> list[str]:
    """Return the templates that nothing names and no package looks for."""
    return [
        name
        for name in names
        if f'"{name}"' not in mentions
        and f"'{name}'" not in mentions
        and name not in LOOKED_UP
        and not name.startswith(PUT_TOGETHER)
        and not belongs_to_a_package(name)
    ]


def test_every_template_is_used():
    idle = set(unused([template_name(path) for path in ALL], mentioned_names()))
    assert idle - WAITING == set(), "used by nothing"
    assert WAITING - idle == set(), "used now: take it off the list"


def test_an_unused_template_is_found():
    assert unused(["components/nobody.html"], mentioned_names()) == ["components/nobody.html"]


def test_every_template_named_exists():
    missing = []
    for path in files(".py", ".html"):
        if path.relative_to(ROOT).parts[0] == "tests":
            continue
        text = source_of(path) if path.suffix == ".html" else path.read_text(encoding="utf-8")
        for name in re.findall(r"[\"']((?:[\w-]+/)+[\w-]+\.html)[\"']", text):
            try:
                engines["django"].get_template(name)
            except TemplateDoesNotExist:
                missing.append(f"{name_of(path)} names {name}")
    assert not missing, "\n".join(missing)


# Libraries


def names_of(library: Library) -> tuple[set[str], set[str]]:
    return set(library.tags), set(library.filters)


def needless_loads(text: str) -> list[str]:
    """Return the libraries that a template loads and uses nothing of."""
    engine = engines["django"].engine
    found = []
    for loaded in re.findall(r"{%\s*load\s+([^%]+?)\s*%}", text):
        picked, _from, library_name = loaded.partition(" from ")
        for name in [library_name] if library_name else loaded.split():
            tags, filters = names_of(engine.template_libraries[name])
            if library_name:
                tags, filters = tags & set(picked.split()), filters & set(picked.split())
            used = any(re.search(rf"{{%\s*{tag}\b", text) for tag in tags) or any(
                re.search(rf"\|\s*{one}\b", text) for one in filters
            )
            if not used:
                found.append(name)
    return found


@pytest.mark.parametrize("path", ALL, ids=template_name)
def test_a_template_uses_every_library_it_loads(path):
    assert needless_loads(source_of(path)) == []


def test_a_needless_load_is_found():
    assert needless_loads("{% load i18n static %}{% static 'a' %}") == ["i18n"]
    assert needless_loads("{% load l10n %}{{ x|localize }}") == []
    assert needless_loads("{% load translate from i18n %}") == ["i18n"]


# Inline


INLINE = {
    "script without src": r"<script(?![^>]*(?:\bsrc=|type=.application/ld\+json))",
    "style element": r"<style\b",
    "style attribute": r"<[a-z][^<>]*\sstyle\s*=",
    "event handler": r"<[a-z][^<>]*\son[a-z]+\s*=",
    "javascript: address": r"javascript:",
}


def inline_parts(text: str) -> list[str]:
    # Tags of the template language hold > and < of their own.
    markup = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
    return [what for what, sign in INLINE.items() if re.search(sign, markup, re.IGNORECASE)]


@pytest.mark.parametrize("path", [p for p in ALL if p.suffix == ".html"], ids=template_name)
def test_no_template_has_anything_inline(path):
    assert inline_parts(source_of(path)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<script type='module'>x</script>", "script without src"),
        ("<STYLE>p{}</STYLE>", "style element"),
        ('<p class="a" style="top:0">', "style attribute"),
        ('<p {% if a > b %}class="c"{% endif %} onclick="x">', "event handler"),
        ("<a href='javascript:x'>", "javascript: address"),
    ],
)
def test_inline_parts_are_found(text, what):
    assert what in inline_parts(text)


def test_code_that_writes_markup_has_nothing_inline_either():
    faults = {}
    for path in files(".py"):
        if path.relative_to(ROOT).parts[0] in {"tests", "scripts"}:
            continue
        if path.name == "upload_checks.py":  # names what it looks for in what people send
            continue
        found = re.findall(r"<(?:script|style)\b(?![^>]*\bsrc=)|\sstyle=[\"'{\\]", path.read_text())
        if found:
            faults[name_of(path)] = found
    assert not faults


# A part of a page that our own server has drawn, put in its place.
DRAWN_BY_THE_SERVER = {"static/js/discussed.js: .innerHTML", "static/js/person.js: .innerHTML"}


def test_scripts_do_not_make_code_or_markup_of_text():
    forbidden = re.compile(
        r"\beval\(|new Function|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|document\.write"
        r"|setAttribute\(\s*[\"'](?:style|on\w+)"
    )
    faults = [
        f"{name_of(path)}: {found}"
        for path in files(".js", under="static")
        for found in forbidden.findall(path.read_text(encoding="utf-8"))
    ]
    assert set(faults) == DRAWN_BY_THE_SERVER


def test_static_files_named_in_templates_exist():
    folder = Path(settings.STATICFILES_DIRS[0])
    missing = [
        f"{name_of(path)} names {name}"
        for path in ALL
        for name in re.findall(r"{%\s*static\s+[\"']([^\"']+)[\"']", source_of(path))
        if not (folder / name).exists() and not name.startswith("admin/")
    ]
    assert not missing, "\n".join(missing)
