"""Pytest plugin: a PostgreSQL of its own for a run that was given none.

With DATABASE_URL set nothing happens. Otherwise a disposable cluster is started before the settings
are read and removed when the run ends. The workers of pytest-xdist inherit the address.
"""

import os
from collections.abc import Iterator

import pytest

from config.localdb import Cluster, LocalDatabaseError, start

_started: list[Cluster] = []


@pytest.hookimpl(wrapper=True)  # a wrapper runs before pytest-django, which imports the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    os.environ.setdefault("FRONTOFFICE_MODE", "test")
    options = early_config.known_args_namespace
    if options.help or options.version or options.collectonly:
        os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    elif not os.environ.get("DATABASE_URL"):
        try:
            cluster = start(disposable=True)
        except LocalDatabaseError as fault:
            raise pytest.UsageError(str(fault)) from fault
        _started.append(cluster)
        os.environ["DATABASE_URL"] = cluster.url
    return (yield)


def pytest_unconfigure() -> None:
    while _started:
        _started.pop().stop()
