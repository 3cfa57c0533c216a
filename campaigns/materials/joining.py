"""What materials tell other rooms."""

from __future__ import annotations


def join() -> None:
    """Register what other rooms show of this one."""
