"""Every page a person can reach by links answers, and is as a page has to be.

The suite's client looks at each (``support/html.py``); a broken link, a page that its own menu
refuses, or one that fails for what the demo holds is found here for every role, today's pages and
tomorrow's.
"""

from __future__ import annotations

import pytest

from tests.support import people
from tests.support.crawl import Frontier, links_of
from tests.support.html import StrictClient, contexts_are_not_kept

ROLES = {
    "nobody": None,
    "specialist": "specialist.sliven@example.bg",
    "head": "head.sliven@example.bg",
    "manager": "manager.sliven@example.bg",
    "administrator": "admin.sliven@example.bg",
    "data-protection-officer": "dpo.sliven@example.bg",
    "provider": "provider.sliven@example.bg",
    "operator": "operator@example.bg",
}
# Where a person is put after signing in, and pages that only their address leads to.
STARTS = ["/", "/vhod/", "/profil/"]


def visit(client: StrictClient, starts: list[str]) -> tuple[set[str], list[str]]:
    """Follow every link from ``starts``; return the addresses answered and the faults met."""
    frontier = Frontier(starts, examples=1)
    answered, faults = set(), []
    for url, came_from in frontier:
        try:
            response = client.get(url)
        except Exception as fault:
            faults.append(f"{url} (from {came_from}): {type(fault).__name__}: {fault}")
            continue
        if response.status_code in (301, 302):
            frontier.offer(response["Location"], came_from=url)
        elif response.status_code >= 400:
            faults.append(f"{url} (from {came_from}): {response.status_code}")
        elif response["Content-Type"].startswith("text/html"):
            answered.add(url.partition("?")[0])
            for link in links_of(response.content.decode()):
                frontier.offer(link, came_from=url)
        elif response.streaming:
            b"".join(response.streaming_content)  # a file, read to its end and closed
    return answered, faults


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_links_lead_to_is_right(demo, role):
    email = ROLES[role]
    client = people.demo_client(email) if email else StrictClient()
    with contexts_are_not_kept():
        answered, faults = visit(client, STARTS if email else ["/"])
    assert not faults, f"{len(faults)} of {len(answered)} pages:\n" + "\n".join(faults)
    assert len(answered) >= 15


def test_a_broken_link_is_found(demo, client):
    _answered, faults = visit(client, ["/", "/nyama-takava/"])
    assert "/nyama-takava/ (from ): 404" in faults
