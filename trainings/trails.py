"""Whose history of trainings can be read, in the admin and by the data-protection officer."""

from __future__ import annotations

from municipalities.trails import register_trail
from trainings.models import (
    DevelopmentNorm,
    Supervision,
    Trainee,
    Training,
    TrainingParticipant,
)

# What no form shows and nobody reads; of a token, not even that it changed.
_INNER = ("position", "slug", "made_at", "evaluation_token_hash")


def register_trails() -> None:
    """Register the tracked models of trainings; those that name people are personal."""
    for people in (Trainee, TrainingParticipant, Supervision):
        register_trail(people, hidden=_INNER)
    for facts in (Training, DevelopmentNorm):
        register_trail(facts, hidden=_INNER, is_personal=False)
