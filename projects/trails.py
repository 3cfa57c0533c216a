"""Whose history of a project can be read, in the admin and by the data-protection officer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from municipalities.trails import register_trail
from projects.models import (
    Activity,
    BudgetLine,
    Expense,
    FundingSource,
    Indicator,
    IndicatorValue,
    Obligation,
    PaymentRequest,
    PeriodReport,
    Position,
    Project,
    ProjectContract,
    ProjectDocument,
    Supplier,
    Workplace,
)

# What no form shows and nobody reads.
_INNER = ("content_type", "size", "path", "position", "reminded_on", "slug", "made_at")
_WORDS = {"project": str(_("проект"))}


def register_trails() -> None:
    """Register the tracked models of projects; only that of positions names people."""
    for model in (
        Project,
        FundingSource,
        Activity,
        BudgetLine,
        Indicator,
        IndicatorValue,
        Supplier,
        ProjectContract,
        Expense,
        PaymentRequest,
        ProjectDocument,
        Obligation,
        PeriodReport,
        Workplace,
    ):
        register_trail(model, hidden=_INNER, labels=_WORDS, is_personal=False)
    register_trail(Position, hidden=_INNER, labels=_WORDS)
