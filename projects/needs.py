"""What waits for a project manager, over the first page of the admin: in few queries, all projects
together. What threatens one project and why is on its own page (``projects.risks``)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.admin_needs import Need
from municipalities.templatetags.portal import counted
from projects.models import Expense, Obligation, PaymentRequest, Project
from projects.money import Currency
from projects.spending.converting import column_in

SOON = dt.timedelta(days=14)
MOST_NAMED = 5


def needs_of_projects(request: HttpRequest) -> list[Need]:
    """Return what waits in the projects of the reader's municipality, in seven queries at most."""
    day = timezone.localdate()
    return [*_obligations(day), *_lines_over(), *_ended(day), *_drafts(), *_not_asked_for()]


def _list(model: str, **filters) -> str:
    asked = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{reverse(f'admin:projects_{model}_changelist')}?{asked}"


def _obligations(day: dt.date) -> list[Need]:
    open_ones = Obligation.objects.filter(done_on__isnull=True).order_by()
    counts = open_ones.aggregate(
        late=Count("pk", filter=Q(due_on__lt=day)),
        due=Count("pk", filter=Q(due_on__range=(day, day + SOON))),
    )
    found = []
    if counts["late"]:
        words = counted(counts["late"], "просрочено задължение,просрочени задължения")
        url = _list("obligation", done_on__isnull=True, due_on__lt=day)
        found.append(Need(words, url, "late"))
    if counts["due"]:
        words = counted(counts["due"], "задължение,задължения")
        url = _list("obligation", done_on__isnull=True, due_on__gte=day, due_on__lte=day + SOON)
        found.append(Need(_("%(what)s до 14 дни") % {"what": words}, url, "due"))
    return found


def _lines_over() -> list[Need]:
    over: dict[tuple[int, str], int] = {}
    for currency in Currency.values:
        lines = (
            Expense.objects.filter(project__currency=currency)
            .exclude(state=Expense.State.REFUSED)
            .order_by()
            .values("project", "project__name", "line")
            .annotate(spent=Sum(column_in(currency)))
            .filter(spent__gt=F("line__amount"))
        )
        for row in lines:
            of = (row["project"], row["project__name"])
            over[of] = over.get(of, 0) + 1
    return [
        Need(
            _("%(what)s: %(project)s")
            % {"what": counted(count, "надхвърлено перо,надхвърлени пера"), "project": name},
            reverse("admin:projects_project_overview", args=[pk]),
            "late",
        )
        for (pk, name), count in sorted(over.items(), key=lambda row: row[0][1])[:MOST_NAMED]
    ]


def _ended(day: dt.date) -> list[Need]:
    ending = Project.objects.filter(ends_on__range=(day, day + SOON)).order_by("ends_on", "pk")
    return [
        Need(
            _("Проектът свършва на %(day)s: %(project)s")
            % {"day": f"{project.ends_on:%d.%m.%Y}", "project": project.name},
            reverse("admin:projects_project_overview", args=[project.pk]),
            "due",
        )
        for project in ending[:MOST_NAMED]
    ]


def _drafts() -> list[Need]:
    drafts = PaymentRequest.objects.filter(state=PaymentRequest.State.DRAFT)
    count = drafts.count()
    if not count:
        return []
    words = counted(count, "искане за плащане се подготвя,искания за плащане се подготвят")
    return [Need(words, _list("paymentrequest", state__exact=PaymentRequest.State.DRAFT))]


def _not_asked_for() -> list[Need]:
    free = Expense.objects.filter(request__isnull=True, state=Expense.State.RECORDED)
    count = free.count()
    if not count:
        return []
    one = "разход още не е в искане за плащане"
    words = counted(count, f"{one},разхода още не са в искане за плащане")
    url = _list("expense", request__isnull=True, state__exact=Expense.State.RECORDED)
    return [Need(words, url)]
