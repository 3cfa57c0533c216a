"""„Проектът на една страница“: where a project stands, what threatens it, and why."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import timezone

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from projects.models import Obligation, Position, Project, ProjectDocument, Workplace
from projects.overview.own_risks import own_risks
from projects.phases import Step, phase_of, sustained_until, time_gone
from tests import factories
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    ExpenseFactory,
    FundingSourceFactory,
    IndicatorFactory,
    ProjectFactory,
)
from tests.support.people import demo_client, rows_of

TODAY = dt.date(2026, 11, 22)


def page(project) -> str:
    return f"/admin/projects/project/{project.pk}/pregled/"


def running(owner: Municipality, **facts) -> Project:
    """A project of 1 000 € in the middle of its two years."""
    return ProjectFactory(
        municipality=owner,
        currency="EUR",
        **{
            "starts_on": TODAY - dt.timedelta(days=365),
            "ends_on": TODAY + dt.timedelta(days=365),
            **facts,
        },
    )


def codes(project, day=TODAY) -> list[str]:
    with municipality_scope(project.municipality):
        return [risk.code for risk in own_risks(Project.objects.get(pk=project.pk), day)]


# Phases


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        ({}, Step.UNKNOWN),
        ({"starts_on": dt.date(2027, 1, 1)}, Step.AHEAD),
        ({"starts_on": dt.date(2026, 1, 1), "duration_months": 24}, Step.RUNNING),
        ({"starts_on": dt.date(2026, 1, 1)}, Step.UNKNOWN),
        ({"ends_on": TODAY}, Step.RUNNING),
        ({"ends_on": TODAY - dt.timedelta(days=1)}, Step.SUSTAINED),
        ({"ends_on": dt.date(2024, 1, 1), "sustained_to": dt.date(2026, 11, 21)}, Step.OVER),
        ({"ends_on": dt.date(2015, 1, 1)}, Step.OVER),
    ],
)
def test_the_phase_follows_the_dates(facts, step):
    assert phase_of(Project(**facts), TODAY).step == step


def test_how_long_results_are_kept_says_when_it_is_assumed():
    assert sustained_until(Project(ends_on=dt.date(2024, 2, 29))).is_assumed
    written = sustained_until(Project(ends_on=TODAY, sustained_to=dt.date(2030, 1, 1)))
    assert written.day == dt.date(2030, 1, 1)
    assert not written.is_assumed
    assert sustained_until(Project()) is None


def test_time_gone_is_between_nothing_and_all():
    project = Project(starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 1, 11))
    assert time_gone(project, dt.date(2025, 1, 1)) == 0
    assert time_gone(project, dt.date(2026, 1, 6)) == 50
    assert time_gone(project, dt.date(2027, 1, 1)) == 100
    assert time_gone(Project(starts_on=TODAY), TODAY) is None


# What threatens a project


def test_nothing_threatens_a_project_that_goes_as_planned(sliven):
    project = running(sliven)
    with municipality_scope(sliven):
        line = BudgetLineFactory(municipality=sliven, project=project, amount=1000)
        ExpenseFactory(municipality=sliven, project=project, line=line, net=Decimal(450))
        ActivityFactory(municipality=sliven, project=project, ends_on=TODAY)
        IndicatorFactory(municipality=sliven, project=project, target=0)
    assert codes(project) == []


def test_a_line_over_its_plan(sliven):
    project = running(sliven)
    with municipality_scope(sliven):
        line = BudgetLineFactory(municipality=sliven, project=project, code="1.2", amount=100)
        BudgetLineFactory(municipality=sliven, project=project, amount=400)
        ExpenseFactory(municipality=sliven, project=project, line=line, net=Decimal("250.50"))
        (risk,) = own_risks(Project.objects.get(pk=project.pk), TODAY)
    assert (risk.code, risk.level) == ("line_over", "late")
    assert "Перо 1.2 е надхвърлено с 150,50\xa0€" in risk.words
    assert f"line__id__exact={line.pk}" in risk.url


@pytest.mark.parametrize(
    ("days", "done", "found"),
    [
        (-1, False, ["obligation_late"]),
        (0, False, ["obligation_due"]),
        (14, False, ["obligation_due"]),
        (15, False, []),
        (-1, True, []),
    ],
)
def test_obligations(sliven, days, done, found):
    project = running(sliven)
    with municipality_scope(sliven):
        Obligation.objects.create(
            municipality=sliven, project=project, kind="technical", title="Отчет",
            due_on=TODAY + dt.timedelta(days=days), done_on=TODAY if done else None,
        )  # fmt: skip
    assert codes(project) == found


def test_an_indicator_is_behind_its_time_and_missed_after_the_end(sliven):
    project = running(sliven)
    with municipality_scope(sliven):
        IndicatorFactory(municipality=sliven, project=project, name="Обучени", target=51)
        # A single thing may come on the last day: nothing of it is due in the middle.
        IndicatorFactory(municipality=sliven, project=project, name="Анализ", target=1)
    assert codes(project) == ["indicator_behind"]
    assert codes(project, TODAY - dt.timedelta(days=300)) == []
    assert codes(project, TODAY + dt.timedelta(days=366)) == ["indicator_missed"] * 2


def test_money_out_of_step_with_time(sliven):
    behind, ahead = running(sliven), running(sliven)
    with municipality_scope(sliven):
        for project, spent in ((behind, 200), (ahead, 800)):
            line = BudgetLineFactory(municipality=sliven, project=project, amount=1000)
            ExpenseFactory(municipality=sliven, project=project, line=line, net=Decimal(spent))
    assert codes(behind) == ["money_behind"]
    assert codes(ahead) == ["money_ahead"]


def test_an_activity_that_should_be_over_and_a_term_nobody_wrote(sliven):
    project = ProjectFactory(municipality=sliven)
    late = TODAY - dt.timedelta(days=1)
    ActivityFactory(municipality=sliven, project=project, ends_on=late)
    ActivityFactory(municipality=sliven, project=project, ends_on=late, done_on=TODAY)
    assert codes(project) == ["activity_late", "term_unknown"]


# The page


def test_the_list_leads_to_the_page_and_the_page_to_the_form(manager, sliven):
    project = running(sliven)
    listed = manager.get("/admin/projects/project/").content.decode()
    assert f'href="{page(project)}"' in listed
    assert f'href="/admin/projects/project/{project.pk}/change/"' in (
        manager.get(page(project)).content.decode()
    )


def rows_of_everything(owner, project):
    def make(count: int) -> None:
        mine = {"municipality": owner, "project": project}
        user = factories.UserFactory()
        with municipality_scope(owner):
            for number in range(count):
                activity = ActivityFactory(**mine, starts_on=TODAY, ends_on=TODAY)
                ActivityFactory(**mine, parent=activity)
                line = BudgetLineFactory(**mine)
                ExpenseFactory(**mine, line=line)
                IndicatorFactory(**mine)
                Position.objects.create(
                    **mine, title="Експерт", user=user, kind="civil", starts_on=TODAY
                )
                Workplace.objects.create(**mine, name=f"{number} {timezone.now()}")
                Obligation.objects.create(**mine, kind="other", title="Писмо", due_on=TODAY)
                ProjectDocument.objects.create(
                    **mine, kind="report", title="Отчет", name="otchet.pdf", size=1, path="none",
                    content_type="application/pdf", added_by=user,
                )  # fmt: skip

    return make


def test_the_page_takes_as_many_queries_for_many_rows(manager, sliven, queries):
    project = running(sliven)
    FundingSourceFactory(municipality=sliven, project=project)
    queries.assert_same(
        manager, page(project), rows_of_everything(sliven, project), name="admin: overview",
        at_most=24,
    )  # fmt: skip


def test_the_page_draws_and_tables_the_same(manager, sliven):
    project = running(sliven, name="Център „Дружба“")
    with municipality_scope(sliven):
        FundingSourceFactory(municipality=sliven, project=project, amount=950)
        line = BudgetLineFactory(municipality=sliven, project=project, name="Столове", amount=1000)
        ExpenseFactory(municipality=sliven, project=project, line=line, net=Decimal(250))
        ActivityFactory(
            municipality=sliven, project=project, title="Ремонт", starts_on=dt.date(2026, 3, 1),
            ends_on=dt.date(2026, 5, 31), done_on=dt.date(2026, 5, 20),
        )  # fmt: skip
    text = re.sub(r"\s+", " ", manager.get(page(project)).content.decode().replace("\xa0", " "))
    for words in ("1 000,00 €", "250,00 €", "95 %", "25 %", "01.03.2026 – 31.05.2026",
                  "завършена 20.05.2026", "Център „Дружба“"):  # fmt: skip
        assert words in text, words
    assert re.search(r'<rect class="done" x="[\d.]+%"', text)


def test_days_that_somebody_mistyped_break_nothing(manager, sliven):
    first, last = dt.date(1, 1, 1), dt.date(9999, 12, 31)
    for facts in ({"starts_on": first, "ends_on": last}, {"starts_on": last, "duration_months": 9},
                  {"ends_on": last}, {"last_payment_on": last}):  # fmt: skip
        project = ProjectFactory(municipality=sliven, **facts)
        ActivityFactory(municipality=sliven, project=project, starts_on=first, ends_on=last)
        ActivityFactory(municipality=sliven, project=project, starts_on=TODAY, ends_on=TODAY)
        assert manager.get(page(project)).status_code == 200
    assert manager.get("/admin/projects/project/").status_code == 200


def test_another_municipality_has_no_such_page(manager, elena):
    assert manager.get(page(running(elena))).status_code == 404
    assert manager.get("/admin/projects/project/999999999/pregled/").status_code == 404


def test_after_the_end_the_page_says_what_is_kept(manager, sliven):
    project = running(
        sliven, starts_on=dt.date(2023, 4, 1), ends_on=dt.date(2025, 4, 1),
        last_payment_on=dt.date(2025, 9, 1),
    )  # fmt: skip
    text = manager.get(page(project)).content.decode()
    assert "След края на проекта" in text
    assert "до 01.04.2030" in text
    assert "срокът за съхранение не е записан" in text  # before the norms came


def test_every_link_of_the_page_leads_to_a_page(demo):
    client = demo_client("manager.sliven@example.bg")
    for project in rows_of(client.get("/admin/").wsgi_request.municipality, Project):
        main = client.get(page(project)).content.decode().split('id="content-main"')[1]
        links = set(re.findall(r'href="(/[^"#]+)', main))
        assert len(links) > 15
        for link in sorted(links):
            assert client.get(link.replace("&amp;", "&")).status_code == 200, link


@pytest.mark.parametrize("slug", ["sliven", "aytos", "dolni-chiflik", "svoge", "elena"])
def test_the_five_projects(demo, slug):
    client = demo_client(f"manager.{slug}@example.bg")
    project = rows_of(client.get("/admin/").wsgi_request.municipality, Project)[0]
    assert client.get(page(project)).status_code == 200
