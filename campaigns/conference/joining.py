"""What the conference tells other rooms."""

from __future__ import annotations


def join() -> None:
    """Register what other rooms show of this one."""
    from campaigns.conference import tasks  # noqa: F401  registers its tasks with the queue
    from campaigns.conference.certificates import find_certified, shown_to_participant
    from campaigns.registering.slots import register_slot
    from municipalities.certified import register_certificates

    register_certificates("attendance", find_certified)
    register_slot("campaigns/conference/own_certificate.html", shown_to_participant)
