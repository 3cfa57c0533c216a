"""What a campaign came to: whom it reached, what it handed out, what was written, what it cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.attended import by_audience_of
from campaigns.models import (
    Campaign,
    CampaignExpense,
    Clipping,
    Handout,
    MaterialDownload,
)
from campaigns.planning.due import standing
from projects.models import Expense
from projects.money import CENT


@dataclass(frozen=True)
class Outcome:
    """A campaign in numbers; lists are (words, number), the longest first."""

    held: int
    coming: int
    cancelled: int
    settlements: int
    groups: list[tuple[str, int]]
    handed: list[tuple[str, int]]
    clippings: list[tuple[str, int, int | None]]
    downloads: int
    expenses: list[Expense]

    @property
    def people(self) -> int:
        """How many came, counted at the door or by name; one who came twice is two."""
        return sum(count for _words, count in self.groups)

    @property
    def copies(self) -> int:
        return sum(count for _words, count in self.handed)

    @property
    def published(self) -> int:
        return sum(count for _words, count, _reach in self.clippings)

    @property
    def media_reach(self) -> int:
        """How many people the media said they reached; nothing is guessed for the rest."""
        return sum(reach or 0 for _words, _count, reach in self.clippings)

    @property
    def cost(self) -> Decimal:
        """What was spent, in euro, without what was refused."""
        counted = (row for row in self.expenses if row.state != Expense.State.REFUSED)
        return sum((row.amount_eur for row in counted), Decimal(0))

    @property
    def cost_per_person(self) -> Decimal | None:
        """What one visit cost; None while nobody came or nothing was spent."""
        if not self.people or not self.cost:
            return None
        return (self.cost / self.people).quantize(CENT, ROUND_HALF_UP)


def outcome_of(campaign: Campaign) -> Outcome:
    """Return ``campaign`` in numbers, in six queries. Needs the municipality's scope."""
    now = timezone.now()
    over, stands = Q(ends_at__lte=now), Q(cancelled_at__isnull=True)
    events = campaign.events.order_by().aggregate(
        held=Count("pk", filter=over & stands),
        coming=Count("pk", filter=~over & stands),
        cancelled=Count("pk", filter=~stands),
        settlements=Count("settlement", filter=over & stands, distinct=True),
    )
    groups = by_audience_of(standing(campaign.events))
    handed = (
        Handout.objects.filter(campaign=campaign)
        .order_by()
        .values_list(Coalesce("material__title", "what"))
        .annotate(sum_of_copies=Sum("copies"))
    )
    written = (
        Clipping.objects.filter(campaign=campaign)
        .order_by()
        .values_list("medium")
        .annotate(count=Count("pk"), sum_of_reach=Sum("reach"))
    )
    media = dict(Clipping.Medium.choices)
    downloads = MaterialDownload.objects.filter(file__material__campaign=campaign).order_by()
    return Outcome(
        **events,
        groups=_longest_first((words or "без група", n) for words, n in groups.items()),
        handed=_longest_first(handed),
        clippings=sorted(
            ((str(media[medium]), count, reach) for medium, count, reach in written),
            key=lambda row: (-row[1], row[0]),
        ),
        downloads=downloads.aggregate(all=Sum("count"))["all"] or 0,
        expenses=list(
            Expense.objects.filter(pk__in=_tied(campaign))
            .select_related("line", "supplier")
            .order_by("document_on", "pk")
        ),
    )


def _longest_first(rows) -> list[tuple[str, int]]:
    return sorted(((words, n) for words, n in rows), key=lambda row: (-row[1], row[0]))


def _tied(campaign: Campaign) -> QuerySet:
    return CampaignExpense.objects.filter(campaign=campaign).order_by().values("expense")


def candidates(campaign: Campaign) -> QuerySet[Expense]:
    """Return the expenses that may be tied to ``campaign``: of its line, else of its project.

    Those tied to another campaign are not among them; without a project there are none.
    """
    if campaign.project_id is None:
        return Expense.objects.none()
    rows = Expense.objects.filter(project=campaign.project_id)
    if campaign.budget_line_id:
        rows = rows.filter(Q(line=campaign.budget_line_id) | Q(pk__in=_tied(campaign)))
    others = CampaignExpense.objects.exclude(campaign=campaign).order_by().values("expense")
    return (
        rows.exclude(pk__in=others)
        .exclude(state=Expense.State.REFUSED)
        .select_related("line", "supplier")
        .order_by("-document_on", "-pk")
    )


@transaction.atomic
def tie(*, campaign: Campaign, shown: Collection[int], chosen: Collection[int]) -> tuple[int, int]:
    """Tie the expenses ``chosen`` of those ``shown`` to ``campaign`` and let the others of them go.

    What may not be tied is passed over. Return how many came in and how many left.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    own = set(candidates(campaign).filter(pk__in=shown).values_list("pk", flat=True))
    tied = CampaignExpense.objects.filter(campaign=campaign)
    there = set(tied.values_list("expense_id", flat=True))
    wanted = own & set(chosen)
    CampaignExpense.objects.bulk_create(
        [
            CampaignExpense(
                municipality_id=campaign.municipality_id, campaign=campaign, expense_id=pk
            )
            for pk in sorted(wanted - there)
        ],
        ignore_conflicts=True,  # another campaign took it meanwhile
    )
    gone = (own - wanted) & there
    tied.filter(expense__in=gone).delete()
    return len(wanted - there), len(gone)
