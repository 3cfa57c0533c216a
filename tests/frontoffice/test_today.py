"""„Днес“: what waits, counts that are links, and the part that keeps itself fresh."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from frontoffice.followups.following import hand_over
from municipalities.tenancy import municipality_scope
from tests import factories, factories_desk
from tests.support.people import demo_client
from tests.support.queries import statements

DESK = "/rabotno-myasto/"
LIVE = "/rabotno-myasto/dnes/"
ASKS: dict = {"HTTP_HX_REQUEST": "true", "HTTP_X_BACKGROUND": "1"}


def figures(client) -> dict[str, str]:
    """Return the figures by their words."""
    page = client.get(DESK).content.decode()
    block = page.partition('<dl class="figures">')[2].partition("</dl>")[0]
    found = {}
    for part in block.split("<dt>")[1:]:
        words, _, rest = part.partition("</dt>")
        found[words] = rest.partition("</a>")[0].rpartition(">")[2]
    return found


def task(sliven, owner, days: int = 0, **facts):
    due_on = timezone.localdate() + dt.timedelta(days=days)
    return factories_desk.FollowUpFactory(municipality=sliven, owner=owner, due_on=due_on, **facts)


def test_the_figures_count_what_waits_for_me_and_the_office(specialist, colleague, sliven):
    for days in (-3, -1, 0, 4):
        task(sliven, specialist.user, days)
    task(sliven, colleague.user, -1)
    factories.ConsultationFactory(municipality=sliven, specialist=specialist.user)
    factories.ConsultationFactory(municipality=sliven, specialist=colleague.user)
    shown = figures(specialist)
    assert shown["закъснели мои задачи"] == "2"
    assert shown["за днес"] == "1"
    assert (shown["консултации днес"], shown["от тях мои"]) == ("2", "1")


def test_every_figure_is_a_link_that_opens(specialist, sliven):
    task(sliven, specialist.user)
    page = specialist.get(DESK).content.decode()
    block = page.partition('<dl class="figures">')[2].partition("</dl>")[0]
    links = [part.partition('"')[0].replace("&amp;", "&") for part in block.split('href="')[1:]]
    assert len(links) >= 5
    for link in links:
        assert specialist.get(link).status_code == 200, link


def test_my_next_tasks_stand_with_the_late_first(specialist, sliven):
    task(sliven, specialist.user, 2, title="По-късна")
    task(sliven, specialist.user, -2, title="Закъсняла")
    page = specialist.get(DESK).content.decode()
    assert page.index("Закъсняла") < page.index("По-късна")


def test_what_a_colleague_gave_me_is_new(specialist, colleague, sliven):
    given = task(sliven, colleague.user, title="Дадена")
    with municipality_scope(sliven):
        hand_over(given, membership=colleague.membership, to=specialist.user)
    assert figures(specialist)["предадени на мен"] == "1"
    assert "нова за вас" in specialist.get(DESK).content.decode()


def test_a_draft_is_named_until_it_is_finished(specialist, sliven):
    assert "незавършени" not in figures(specialist)
    factories_desk.DraftFactory(municipality=sliven, user=specialist.user)
    assert figures(specialist)["незавършени"] == "1"


def mark_of(client) -> str:
    page = client.get(DESK).content.decode()
    return page.partition(f'hx-get="{LIVE}?s=')[2].partition('"')[0]


def test_the_page_asks_and_is_answered_only_when_something_changed(specialist, colleague, sliven):
    mark = mark_of(specialist)
    assert specialist.get(f"{LIVE}?s={mark}", **ASKS).status_code == 204
    factories.ConsultationFactory(
        municipality=sliven, specialist=colleague.user, note="", outcome="elsewhere"
    )
    answer = specialist.get(f"{LIVE}?s={mark}", **ASKS)
    assert answer.status_code == 200
    assert "Насочен другаде" in answer.content.decode()
    assert "<html" not in answer.content.decode(), "the part alone"


@pytest.mark.parametrize("change", ["edit", "late"])
def test_the_mark_changes_with_what_is_shown(specialist, sliven, change):
    row = task(sliven, specialist.user, 1)
    mark = mark_of(specialist)
    with municipality_scope(sliven):
        if change == "edit":
            row.title = "Друго"
        else:
            row.due_on = timezone.localdate() - dt.timedelta(days=1)
        row.save()
    assert mark_of(specialist) != mark


def test_signed_out_the_part_says_so_instead_of_the_sign_in_page(client, db):
    assert client.get(LIVE, **ASKS).status_code == 401


def test_asked_for_by_hand_the_part_leads_to_the_page(specialist):
    assert specialist.get(LIVE).url == DESK


def test_the_page_says_that_it_asks_by_itself(specialist):
    """So the clock of the session does not run on while nobody is there."""
    assert """hx-headers='{"X-Background": "1"}'""" in specialist.get(DESK).content.decode()


def test_the_quiet_answer_is_cheap_and_costs_the_same_whatever_the_rows(specialist, sliven):
    def asked() -> int:
        mark = mark_of(specialist)
        return len(statements(lambda: specialist.get(f"{LIVE}?s={mark}", **ASKS)))

    few = asked()
    for number in range(20):
        task(sliven, specialist.user, number)
        factories.ConsultationFactory(municipality=sliven, specialist=specialist.user)
    assert asked() == few


def test_more_than_a_screen_of_talks_leads_to_the_journal(specialist, sliven):
    for _ in range(17):
        factories.ConsultationFactory(municipality=sliven, specialist=specialist.user)
    page = specialist.get(DESK).content.decode()
    assert "Още 2\xa0консултации от днес" in page


def test_the_demo_shows_a_desk_at_work(demo):
    shown = figures(demo_client("specialist.sliven@example.bg"))
    assert int(shown["закъснели мои задачи"]) == 2
    assert int(shown["предадени на мен"]) == 1
