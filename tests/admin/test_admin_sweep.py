"""Every page of the manager's admin at once: few queries whatever the rows, and in Bulgarian.

The pages are found by themselves, so a new one is swept from its first day.
"""

from __future__ import annotations

import html
import re
from collections import Counter

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from municipalities.tenancy import municipality_scope
from projects.admin_base import ManagedAdmin
from projects.models import Expense
from tests import factories_campaigns
from tests.factories import ServiceFactory, ServiceKindFactory, SettlementFactory
from tests.factories_projects import (
    CampaignFactory,
    EventFactory,
    ProjectFactory,
    TrainingFactory,
    a_row_of_each,
)
from tests.support.queries import shape, statements

FEW, MANY = 3, 15
MOST_QUERIES = 20
THICK = {"pregled": 26}  # everything of a project on one page
OF_SESSIONS = ('UPDATE "django_session"', 'UPDATE "municipalities_signin"')
# Two words of Latin letters in a row are somebody's English; these are names and addresses.
LATIN = re.compile(r"\b[A-Za-z]{2,} (?:[A-Za-z]{2,} ?)+")
NAMES = ("BG05", "example", "pdf", "xlsx", "docx")


def pages_of_managers():
    """The admin pages of project managers, by model."""
    found = admin.site._registry.items()
    return {model: page for model, page in found if isinstance(page, ManagedAdmin)}


def make(sliven, count: int) -> None:
    for _ in range(count):
        project = ProjectFactory(municipality=sliven)
        training = TrainingFactory(municipality=sliven, project=project)
        campaign = CampaignFactory(municipality=sliven, project=project)
        place = SettlementFactory(municipality=sliven)
        event = EventFactory(municipality=sliven, campaign=campaign, settlement=place)
        ServiceKindFactory()
        service = ServiceFactory(municipality=sliven)
        with municipality_scope(sliven):
            made = a_row_of_each(project, training)
            expense = next(row for row in made if isinstance(row, Expense))
            factories_campaigns.a_row_of_each(event, service, expense, public=True)


def addresses(page, row) -> list[str]:
    """Lists, forms and own pages of an admin class, of the row."""
    opts = page.opts
    name = f"admin:{opts.app_label}_{opts.model_name}"
    found = [reverse(f"{name}_{what}") for what in ("changelist", "xlsx", "add")]
    found += [reverse(f"{name}_{what}", args=[row.pk]) for what in ("change", "history")]
    for method, _view, (_slug, _words, of_row, _rule) in page._pages():
        args = [row.pk] if of_row else []
        found.append(reverse(f"admin:{page.page_name(method)}", args=args))
    return found


def counted(client, url: str) -> tuple[Counter, str]:
    """The queries of a page, by shape, and its text; nothing of what is no page or workbook."""
    ContentType.objects.clear_cache()
    answers = []
    sent = statements(lambda: answers.append(client.get(url)))
    (answer,) = answers
    assert answer.status_code in {200, 302, 403, 404, 405}, f"{url}: {answer.status_code}"
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code != 200 or not (kind.startswith("text/html") or url.endswith("/xlsx/")):
        return Counter(), ""
    # A message that another page left, or the minute that passed, is written by whichever is next.
    asked = Counter(shape(sql) for sql in sent if not sql.startswith(OF_SESSIONS))
    return asked, answer.content.decode() if kind.startswith("text/html") else ""


def english_of(text: str) -> set[str]:
    """Pieces of English in a page."""
    body = re.sub(r"<(script|style|svg|code)\b.*?</\1>", " ", text, flags=re.S)
    words = re.findall(r'(?:title|aria-label|placeholder|alt|data-label|value)="([^"]*)"', body)
    words += re.split(r"<[^>]+>", body)
    found = {match.strip() for word in words for match in LATIN.findall(html.unescape(word))}
    return {words for words in found if not any(name in words for name in NAMES)}


def test_every_page_takes_few_queries_and_is_in_bulgarian(manager, sliven):
    make(sliven, FEW)
    with municipality_scope(sliven):
        rows = {model: model.objects.order_by("pk").first() for model in pages_of_managers()}
    assert [model for model, row in rows.items() if row is None] == []
    pages = pages_of_managers().items()
    urls = [url for model, page in pages for url in addresses(page, rows[model])]
    few = {url: counted(manager, url) for url in urls}
    make(sliven, MANY - FEW)
    faults = []
    for url, (before, text) in few.items():
        if before and not url.endswith(("/add/", "/history/")):
            after, _text = counted(manager, url)
            if after.total() != before.total():
                faults += [f"{url}: +{n} {sql[:160]}" for sql, n in (after - before).items()]
        if before.total() > THICK.get(url.split("/")[-2], MOST_QUERIES):
            faults.append(f"{url}: {before.total()} queries")
        if english := english_of(text):
            faults.append(f"{url}: {english}")
    assert not faults, "\n".join(faults)
