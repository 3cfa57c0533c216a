"""Identifiers of open data: UUIDs that stay the same when rows are loaded anew."""

from __future__ import annotations

import uuid

# The root of what belongs to no row: taxonomies and units. Never change it.
ROOT = uuid.UUID("5b0f6a52-3f0e-4c57-9d1c-0e6f0a3a8a11")


def child_id(parent: uuid.UUID, kind: str, key: str = "") -> uuid.UUID:
    """Return the identifier of the ``kind`` of thing called ``key`` inside ``parent``.

    ``key`` must not be a database key, nor anything that is not given out itself: whoever knows
    the parent can try out keys until the identifier fits.
    """
    return uuid.uuid5(parent, f"{kind}:{key}")
