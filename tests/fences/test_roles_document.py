"""The table of roles is whole, and the docs show it as it is.

``ROLES_DOC=write pytest tests/fences/test_roles_document.py`` writes ``docs/roles.md`` anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from django.urls import resolve

from tests.fences.test_roles import LINES, ROLES
from tests.support.house import ROOT, Route, routes

DOCUMENT = ROOT / "docs" / "roles.md"
SIGNS = {"ok": "да", "no": "отказ", "in": "вход", "to": "препраща", "--": "няма"}
NAMES = {
    "nobody": "без вход",
    "specialist": "специалист",
    "head": "ръководител на фронт-офиса",
    "manager": "ръководител на проект",
    "administrator": "администратор",
    "dpo": "защита на данните",
    "provider": "доставчик",
    "operator": "оператор",
}
# One's own account: everybody who has signed in, and nobody else.
OWN_ACCOUNT = re.compile(r"^(account_|mfa_|socialaccount_|session|sign_in|landing$|profile$)")


def rules() -> dict[str, Callable]:
    """Return the rule of each page of the table that is not the admin's or one's own account."""
    found = {}
    for address, *_answers in LINES:
        if not address.startswith(("{", "/admin/")):
            rule = getattr(resolve(address).func, "rule", None)
            if rule:
                found[address] = rule
    return found


def pages_of_staff() -> list[Route]:
    """Return the routes that ask for sign-in and are neither the admin nor one's own account."""
    return [
        route
        for route in routes()
        if route.needs_sign_in
        and not route.pattern.startswith("admin/")
        and not OWN_ACCOUNT.match(route.name)
    ]


def test_every_page_of_staff_has_a_rule_that_the_table_tries_for_every_role():
    tried = set(rules().values())
    untried = {
        route.name: getattr(getattr(route.callback, "rule", None), "__name__", "no rule")
        for route in pages_of_staff()
        if getattr(route.callback, "rule", None) not in tried
    }
    assert not untried


def test_a_page_without_a_rule_would_be_noticed():
    route = next(iter(pages_of_staff()))
    assert getattr(route.callback, "rule", None) in rules().values()
    assert getattr(lambda request: None, "rule", None) not in rules().values()


def test_the_document_shows_the_table():
    wanted = written()
    if os.environ.get("ROLES_DOC") == "write":
        DOCUMENT.write_text(wanted, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == wanted, "ROLES_DOC=write pytest " + __file__


def written() -> str:
    """Return the document: a line a page, a column a role, then what goes with which page."""
    head = "| страница | " + " | ".join(NAMES[role] for role in ROLES) + " |\n"
    rule = "|---" * (len(ROLES) + 1) + "|\n"
    rows = "".join(
        f"| `{address}` | " + " | ".join(SIGNS[answer] for answer in answers) + " |\n"
        for address, *answers in LINES
    )
    by_rule: dict[Callable, list[str]] = {}
    for route in pages_of_staff():
        by_rule.setdefault(route.callback.rule, []).append(f"`/{route.pattern}`")
    parts = "".join(
        f"- **{rule.__name__}**: {', '.join(sorted(addresses))}\n"
        for rule, addresses in sorted(by_rule.items(), key=lambda item: item[0].__name__)
    )
    return (
        "# Кой какво може да отвори\n\n"
        "Таблицата е направена от `tests/fences/test_roles.py` и се проверява срещу истинските "
        "адреси: страница без ред не минава проверките. „Отказ“ е 403, „вход“ води към влизането. "
        "`{…}` е страницата на един запис от същата община; чужд запис е като липсващ.\n\n"
        f"{head}{rule}{rows}\n"
        "Всеки адрес на служителите, по правилото от `permissions.py`, което го пази:\n\n"
        f"{parts}"
    )
