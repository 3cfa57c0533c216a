"""What handbooks tell other rooms."""

from __future__ import annotations


def join() -> None:
    """Register what other rooms show of this one."""
    from campaigns.handbooks import tasks  # noqa: F401  registers its task with the queue
    from campaigns.handbooks.needs import needs_of_handbooks
    from campaigns.handbooks.showing import part_of, section_of
    from municipalities.admin_needs import register_needs
    from municipalities.permissions import can_manage_projects
    from municipalities.sections import register_section
    from projects.public_parts import register_public_part

    register_section(order=27, template="campaigns/handbooks/section.html", load=section_of)
    register_public_part(40, "campaigns/handbooks/project_part.html", part_of)
    register_needs(can_manage_projects, needs_of_handbooks)
