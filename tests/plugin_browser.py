"""Pytest plugin: tests marked ``browser`` drive the Chromium of the machine.

Chromium is the program named by CHROMIUM or the first known one on the path. The headless shell is
the same engine without the windows, menus and extensions of a desktop: those cost more at each new
page than the page itself. Without any Chromium these tests are skipped and the run says so at its
end; with REQUIRE_BROWSER=1 the run fails instead. They come last: from the first of them on,
Playwright's event loop lives in the process, and Django's guard against the ORM in an event loop is
switched off only then.
"""

import os
import shutil
from typing import Any

import pytest

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MISSING = "Chromium не е намерен: тестовете в браузър са пропуснати"
# No service of the browser's own may reach the network: a test fails on its pages only.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str | None:
    """Return the path of the Chromium to drive, or None. CHROMIUM, when set, decides alone."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch_arguments() -> dict[str, Any]:
    """Return Playwright's launch options; raises LookupError where there is no Chromium."""
    program = find_chromium()
    if not program:
        raise LookupError(MISSING)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": program, "args": [*FLAGS, *sandbox]}


def _required() -> bool:
    return os.environ.get("REQUIRE_BROWSER", "") not in {"", "0"}


class BrowserFixtures:
    """Registered after pytest-playwright, so that these win over its own."""

    @pytest.fixture(scope="session")
    @classmethod
    def browser_type_launch_args(cls) -> dict[str, Any]:
        return launch_arguments()

    @pytest.fixture(scope="session")
    @classmethod
    def browser_context_args(cls) -> dict[str, Any]:
        return {"locale": "bg-BG", "timezone_id": "Europe/Sofia"}


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(BrowserFixtures(), "frontoffice-browser-fixtures")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if find_chromium() or _required():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.hookimpl(tryfirst=True)  # before any fixture: the database may be made after the browser
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser"):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if _required() and item.get_closest_marker("browser") and not find_chromium():
        pytest.fail(f"REQUIRE_BROWSER: {MISSING}", pytrace=False)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if any(MISSING in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(MISSING, yellow=True, bold=True)
