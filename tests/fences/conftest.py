"""Says at the end of a run how much the fences were tried."""

from __future__ import annotations


def pytest_terminal_summary(terminalreporter) -> None:
    """Print the sizes of the matrices, when tests of the fences ran."""
    ran = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "nodeid", "").startswith("tests/fences/")
        and getattr(report, "when", "") == "call"
    ]
    if not ran:
        return
    from tests.fences.test_roles import LINES, ROLES, closed_addresses
    from tests.support.house import routes

    closed = len(closed_addresses())
    terminalreporter.write_line(
        f"Огради: {len(ran)} проби; {len(LINES)} страници × {len(ROLES)} роли = "
        f"{len(LINES) * len(ROLES)} отговора; {closed} затворени от {len(list(routes()))} адреса "
        f"× 5 метода за непознат = {closed * 5}."
    )
