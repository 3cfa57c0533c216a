"""The house is built as its plan says (docs/architecture.md): floors, sizes, doors, words."""

from __future__ import annotations

import ast
import base64
import os
import re
import subprocess
import sys

import pghistory.models
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from config.guard import refuse_unsafe_production
from tests.support.house import (
    FLOORS,
    ROOT,
    Route,
    files,
    name_of,
    routes,
    upward_imports,
)

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
OURS = [apps.get_app_config(name) for name in FLOORS if name != "config"]
# Tables that no page shows under their own name.
NEVER_SHOWN: set[str] = set()
OUR_MODELS = [
    model
    for config in OURS
    for model in config.get_models()
    if model._meta.label not in NEVER_SHOWN and not issubclass(model, pghistory.models.Event)
]


# Floors


def test_every_app_stands_on_a_floor():
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert packages == set(FLOORS)


@pytest.mark.parametrize("app", FLOORS)
def test_an_app_imports_only_from_the_floors_below(app):
    faults = [
        f"{name_of(path)}, {fault}"
        for path in files(".py", under=app)
        if "migrations" not in path.parts
        for fault in upward_imports(app, path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        "import frontoffice.models",
        "from frontoffice import models",
        "def f():\n    from frontoffice.models import Consultation",
        "from projects.models import Project",
        "import_module('referrals.views')",
        "models.ForeignKey('frontoffice.Consultation', models.CASCADE)",
    ],
)
def test_an_import_upward_or_sideways_is_found(source):
    assert upward_imports("services_registry", source)


def test_an_import_downward_or_within_is_not():
    source = "import municipalities.rls\nfrom services_registry import text\nimport json"
    assert upward_imports("services_registry", source) == []


def test_migrations_depend_only_on_the_floors_below():
    faults = []
    for path in ROOT.glob("*/migrations/[0-9]*.py"):
        app = path.parent.parent.name
        for other in re.findall(r'^\s+\("(\w+)", "\d{4}_\w+"\)', path.read_text(), re.MULTILINE):
            if other in FLOORS and other != app and FLOORS[other] >= FLOORS[app]:
                faults.append(f"{name_of(path)} depends on {other}")
    assert not faults, "\n".join(faults)


def test_templates_of_an_app_do_not_include_those_of_a_higher_one():
    faults = []
    for path in files(".html", under="templates"):
        app = path.relative_to(ROOT / "templates").parts[0]
        for other in re.findall(
            r"{%\s*(?:include|extends)\s+[\"'](\w+)/", path.read_text(encoding="utf-8")
        ):
            if app in FLOORS and other in FLOORS and other != app and FLOORS[other] >= FLOORS[app]:
                faults.append(f"{name_of(path)} includes {other}/…")
    assert not faults, "\n".join(faults)


# Sizes


def test_files_are_short_enough_to_be_read():
    long = {
        name_of(path): lines
        for path in files(".py", ".html", ".js", ".css")
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long, f"over {LONGEST_FILE} lines; split by subject: {long}"


def test_functions_are_short_enough_to_be_read():
    long = []
    for path in files(".py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{name_of(path)}: {node.name} has {length} lines")
    assert not long, "\n".join(long)


# Doors

PUBLIC = {
    # The portal for citizens
    "home",
    "catalogue",
    "service",
    "service_sheet",
    "report_error",
    "report_thanks",
    "basket",
    "basket_sheet",
    "basket_add",
    "basket_remove",
    "municipalities",
    "municipality",
    "projects",
    "project",
    "project_poster",
    "campaigns",
    "campaign",
    "campaigns_ics",
    "event",
    "event_ics",
    "handbooks",
    "handbook",
    "handbook_chapter",
    "handbook_index",
    "handbook_pdf",
    "handbook_large",
    "materials",
    "material",
    "material_file",
    "studies",
    "study",
    "study_table_page",
    "study_table",
    "study_file",
    "questionnaire",  # of everybody, or behind its link
    "event_register",
    "registration_find",
    "registration",  # behind its number and second secret
    "registration_cancel",
    "registration_leave",
    "registration_certificate",
    "apply",
    # Applying online: the pages of a draft, behind its link and its second secret
    "apply_start",
    "apply_resume",
    "apply_later",
    "apply_check",
    "apply_sent",
    "apply_file",
    "apply_file_remove",
    "apply_step",
    "track",
    "track_application",
    "track_paper",
    "track_withdraw",
    "track_copy",
    "track_file",
    "track_letter",
    "track_offer",
    "track_assessment",
    "waiting_rules",
    "outcome_answer",  # by the signed link of a mail
    "certificate_check",
    "certificate",  # by its code: valid or not, and initials
    "training_evaluation",  # by its signed link
    "provider_link",  # by the signed link of a mail
    "track_leave",
    "accessibility",
    "privacy",
    "application_notice",
    # For the machines that watch the portal
    "healthz",
    "readyz",
    # For search engines
    "sitemap",
    "robots",
    # Accepting an invitation, for people who have no account yet
    "invitation",
    "invitation_link",
    # Answering a reminder, for providers without an account
    "review",
    # The secret address of one's follow-ups, for calendar programs
    "calendar_feed",
    # Signing in, and what to do when one cannot
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # says that nobody registers by themselves
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "admin:login",  # leads to account_login
    "mfa_authenticate",  # the second step of signing in
    "session_state",
    "sign_in_again",
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
}


OPEN_DATA = "api/hsds/"


def is_public(route: Route) -> bool:
    """Say whether a route was meant to be open: by its name, or as open data."""
    return route.name in PUBLIC or route.pattern.startswith(OPEN_DATA)


def test_every_address_asks_for_sign_in_or_is_meant_to_be_public():
    unmeant = [r.pattern for r in routes() if not r.needs_sign_in and not is_public(r)]
    assert not unmeant, f"public without being in PUBLIC: {unmeant}"


def test_nothing_is_meant_to_be_public_that_is_not_there_or_not_open():
    assert {route.name for route in routes() if not route.needs_sign_in} >= PUBLIC


# Words


def has_cyrillic(text: object) -> bool:
    return bool(re.search("[а-яА-Я]", str(text)))


@pytest.mark.parametrize("config", OURS, ids=lambda config: config.name)
def test_an_app_is_called_something_in_bulgarian(config):
    assert has_cyrillic(config.verbose_name)


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_a_model_and_its_fields_speak_bulgarian(model):
    faults = [
        str(name)
        for name in (model._meta.verbose_name, model._meta.verbose_name_plural)
        if not has_cyrillic(name)
    ]
    for field in model._meta.get_fields():
        # What nobody ever sees: keys, and links of a row to its parent, drawn inside the parent.
        if not isinstance(field, models.Field) or not field.editable or field.primary_key:
            continue
        is_part_of = field.is_relation and field.remote_field.on_delete is models.CASCADE
        if not has_cyrillic(field.verbose_name) and not is_part_of:
            faults.append(f"{field.name}: {field.verbose_name}")
        # „€“ needs no letters; Latin ones would be a word of ours.
        faults += [
            f"{field.name}={value}: {words}"
            for value, words in field.flatchoices
            if re.search("[a-zA-Z]", str(words))
        ]
        if field.help_text and not has_cyrillic(field.help_text):
            faults.append(f"{field.name}: {field.help_text}")
    assert not faults


# Migrations and settings


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


DATA_KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
GOOD = {
    "secret_key": "x" * 60,
    "debug": False,
    "allowed_hosts": ["portal.example.bg"],
    "database_url": "postgres://db/portal",
    "data_keys": [DATA_KEY],
    "index_key": "y" * 60,
}


def test_production_starts_with_everything_in_place():
    refuse_unsafe_production(**GOOD)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "insecure-only-for-demo-and-test" + "x" * 40}, "SECRET_KEY"),
        ({"secret_key": "django-insecure-" + "x" * 60}, "SECRET_KEY"),
        ({"debug": True}, "DEBUG"),
        ({"allowed_hosts": []}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": ["*"]}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": ["portal.example.bg", "*"]}, "ALLOWED_HOSTS"),
        ({"database_url": ""}, "DATABASE_URL"),
        ({"data_keys": []}, "DATA_KEYS"),
        ({"data_keys": [DATA_KEY, "short"]}, "DATA_KEYS"),
        ({"data_keys": ["aW5zZWN1cmUtb25seS1mb3ItZGVtby1hbmQtdGVzdCE="]}, "DATA_KEYS"),
        ({"index_key": ""}, "INDEX_KEY"),
        ({"index_key": "insecure-only-for-demo-and-test" + "x" * 40}, "INDEX_KEY"),
    ],
)
def test_production_refuses_what_is_unsafe(wrong, word):
    with pytest.raises(Exception, match=word):
        refuse_unsafe_production(**{**GOOD, **wrong})


def start_with(**environment: str) -> str:
    """Load the settings in a fresh process with nothing else set; return its complaint or ''."""
    clean = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "LC_ALL"}}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import config.settings"],
        cwd=ROOT,
        env={**clean, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def test_the_settings_are_those_of_production_unless_told_otherwise():
    complaint = start_with()
    for word in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "DATA_KEYS", "INDEX_KEY"):
        assert word in complaint
    whole = {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "portal.example.bg",
        "DATABASE_URL": "postgres://db/portal",
        "DATA_KEYS": DATA_KEY,
        "INDEX_KEY": "y" * 60,
    }
    assert start_with(**whole) == ""
    assert "DEBUG" in start_with(**whole, DEBUG="1")


def test_an_unknown_mode_does_not_slip_past_the_guard():
    assert start_with(FRONTOFFICE_MODE="Production ") != ""
    assert start_with(FRONTOFFICE_MODE="staging") != ""


# What is written about the house


DOCS = [*files(".md", under="docs"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def test_the_map_of_the_code_names_every_app():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [app for app in FLOORS if f"`{app}`" not in text] == []


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_documents_name_files_and_commands_that_are_there(path):
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*\.(?:py|html|css|js|json|md|csv|yaml))`", text)
    missing = [name for name in named if not (ROOT / name).exists()]
    missing += [
        f"make {target}"
        for target in re.findall(r"`(?:\w+=\S+ )?make ([a-z-]+)", text)
        if not re.search(rf"^{target}:", makefile, re.MULTILINE)
    ]
    assert not missing
