"""What a machine can say of a file's accessibility: PDF, picture, Word document.

None of it replaces a person with a screen reader: a machine sees that there are tags, not that they
are right.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Check:
    """One thing looked at: good, bad, or not for a machine to say (None), in words."""

    code: str
    is_good: bool | None
    words: str

    def as_dict(self) -> dict:
        """Return it as MaterialFile.checks keeps it."""
        return asdict(self)


def check_file(data: bytes, content_type: str) -> list[Check]:
    """Return what was found in a file, in the order it is shown; never raises for a bad file."""
    return []


def pages_of(data: bytes, content_type: str) -> int | None:
    """Return how many pages a PDF has; None for another file or one that cannot be read."""
    return None
