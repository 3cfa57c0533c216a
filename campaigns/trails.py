"""Whose history of campaigns can be read, in the admin and by the data-protection officer."""

from __future__ import annotations

from campaigns.models import (
    Audience,
    Campaign,
    CampaignEvent,
    Clipping,
    Handbook,
    HandbookChapter,
    Handout,
    Material,
    MaterialFile,
    Registration,
    Study,
    StudyFile,
    StudyQuestion,
    StudyTable,
)
from municipalities.trails import register_trail

# What no form shows and nobody reads.
_INNER = ("content_type", "size", "path", "slug", "sequence", "reminded_at", "added_at")


def register_trails() -> None:
    """Register the tracked models of campaigns; only a registration is about a person."""
    register_trail(Registration, hidden=_INNER)
    for facts in (
        Audience,
        Campaign,
        CampaignEvent,
        Clipping,
        Handout,
        Material,
        MaterialFile,
        Handbook,
        HandbookChapter,
        Study,
        StudyQuestion,
        StudyFile,
        StudyTable,
    ):
        register_trail(facts, hidden=_INNER, is_personal=False)
