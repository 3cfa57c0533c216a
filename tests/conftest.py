"""The suite's manners, on for every test, and the fixtures tests share.

Pages are read by a client that refuses what no page may contain; a template's missing variable is
an error; rows without an order come back shuffled; warnings are errors (``pyproject.toml``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from municipalities.models import Municipality, Role
from tests import factories
from tests.plugin_database import SEED
from tests.support import databases, people
from tests.support.html import StrictClient
from tests.support.queries import QueryCounts
from tests.support.shuffle import shuffle_unordered_queries
from tests.support.undefined import refuse_undefined_variables


@pytest.fixture(scope="session", autouse=True)
def _manners(tmp_path_factory) -> None:
    refuse_undefined_variables()
    shuffle_unordered_queries()
    # Nothing is collected for tests, and nothing of theirs lands among the files of `make run`.
    settings.STATIC_ROOT = str(tmp_path_factory.mktemp("static"))
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))
    settings.SITE_URL = "http://testserver"  # the name by which the test client asks


@pytest.fixture
def client() -> StrictClient:
    """A stranger's browser that refuses wrong pages."""
    return StrictClient()


@pytest.fixture
def queries() -> QueryCounts:
    """Counts of queries: ``queries.assert_same(client, url, make_rows, name="…")``."""
    return QueryCounts()


# Databases


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let Django make the test database as a copy of the seed, where the run has one."""
    if os.environ.get(SEED):
        connection.settings_dict["TEST"]["TEMPLATE"] = os.environ[SEED]


@pytest.fixture(scope="session")
def demo_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """The name of a database with the reference data and the demo, loaded once a process."""
    with (
        django_db_blocker.unblock(),
        databases.with_the_demo(connection.settings_dict["NAME"]) as name,
    ):
        yield name


@pytest.fixture
def _database_of_the_test(request, django_db_setup, django_db_blocker) -> Iterator[None]:
    """Choose the database before pytest-django opens the test's transaction in it."""
    names = request.fixturenames
    wants_demo = "demo" in names
    commits = "live_server" in names or "transactional_db" in names
    marker = request.node.get_closest_marker("django_db")
    commits = commits or bool(marker and marker.kwargs.get("transaction"))
    if not wants_demo and not commits:
        yield
        return
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        if wants_demo:
            name = request.getfixturevalue("demo_database")
        with databases.copy_of(name) if commits else databases.inside(name):
            yield


@pytest.fixture(autouse=True, scope="session")
def _copies_are_not_emptied() -> Iterator[None]:
    """Spare tests that commit the emptying of two hundred tables: their copy is thrown away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: None)
        yield


@pytest.fixture
def _django_db_helper(_database_of_the_test, _django_db_helper) -> None:
    """Pytest-django's, through which each test gets its database, after the choice above."""


@pytest.fixture
def demo(db) -> None:
    """The test sees the reference data and the demo of ``make run``."""


# Municipalities and people


@pytest.fixture
def sliven(db) -> Municipality:
    return people.municipality(people.SLIVEN)


@pytest.fixture
def elena(db) -> Municipality:
    return people.municipality(people.ELENA)


@pytest.fixture
def office(sliven):
    """The front office of Сливен."""
    return factories.OfficeFactory(municipality=sliven)


@pytest.fixture
def specialist(sliven, office) -> StrictClient:
    """Signed in as a specialist of Сливен; ``.user`` and ``.membership`` say who."""
    return people.member(sliven, Role.SPECIALIST, office=office)


@pytest.fixture
def colleague(sliven, office) -> StrictClient:
    """Signed in as another specialist of Сливен."""
    return people.member(sliven, Role.SPECIALIST, office=office)


@pytest.fixture
def head(sliven, office) -> StrictClient:
    """Signed in as the head of the front office of Сливен."""
    return people.member(sliven, Role.HEAD, office=office)


@pytest.fixture
def manager(sliven) -> StrictClient:
    """Signed in as a project manager of Сливен."""
    return people.member(sliven, Role.PROJECT_MANAGER)


@pytest.fixture
def administrator(sliven) -> StrictClient:
    """Signed in as the administrator of община Сливен."""
    return people.member(sliven, Role.ADMINISTRATOR)


@pytest.fixture
def dpo(sliven) -> StrictClient:
    """Signed in as the data-protection officer of Сливен."""
    return people.member(sliven, Role.DATA_PROTECTION_OFFICER)


@pytest.fixture
def provider(sliven) -> StrictClient:
    """Signed in as somebody of a provider in Сливен."""
    return people.person_of_provider(sliven)


@pytest.fixture
def operator(db) -> StrictClient:
    """Signed in as the operator of the platform."""
    return people.platform_operator()


@pytest.fixture
def elena_specialist(elena) -> StrictClient:
    """Signed in as a specialist of Елена."""
    return people.member(elena, Role.SPECIALIST)


@pytest.fixture
def elena_manager(elena) -> StrictClient:
    """Signed in as a project manager of Елена."""
    return people.member(elena, Role.PROJECT_MANAGER)
