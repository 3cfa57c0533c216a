"""Pytest plugin: a PostgreSQL of its own for a run that was given none.

With DATABASE_URL set nothing happens. Otherwise a disposable cluster is started before the settings
are read and removed when the run ends; in it is a migrated database to copy (``support/seeds.py``).
The workers of pytest-xdist inherit the address and the name of what they copy.
"""

import os
from collections.abc import Iterator

import pytest

from config.localdb import Cluster, LocalDatabaseError, start
from tests.support import seeds

SEED = "TEST_DATABASE_SEED"
_started: list[Cluster] = []


@pytest.hookimpl(wrapper=True)  # a wrapper runs before pytest-django, which imports the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    os.environ.setdefault("FRONTOFFICE_MODE", "test")
    options = early_config.known_args_namespace
    if options.help or options.version or options.collectonly:
        os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    elif not os.environ.get("DATABASE_URL"):
        try:
            cluster = start(disposable=True, seed=seeds.seed())
        except LocalDatabaseError as fault:
            raise pytest.UsageError(str(fault)) from fault
        _started.append(cluster)
        os.environ["DATABASE_URL"] = cluster.url
        os.environ[SEED] = seeds.NAME
    return (yield)


def pytest_unconfigure() -> None:
    while _started:
        _started.pop().stop()
