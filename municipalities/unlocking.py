"""Which records a browser has opened with their second secret, and for how long.

The session keeps ids and times. It forgets after ``IDLE`` without a request, and when the record's
secret is changed.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any, ClassVar, Protocol

from django.http import HttpRequest

from municipalities.sessions import idle_step

SESSION_KEY = "unlocked"
IDLE = 30 * 60  # seconds
MOST = 20  # records in one session; the oldest look falls out


class Record(Protocol):
    """A row that a second secret opens: an application, a draft, a registration."""

    _meta: ClassVar[Any]
    pk: Any
    secret_hash: Any


def unlock(request: HttpRequest, record: Record, *, by_draft: bool = False) -> None:
    """Let this browser see ``record`` from now on; the caller has checked the secret.

    A stranger's session gets another key, so that one planted before is worth nothing. Not so
    ``by_draft``, to the application that came of a draft which this session has opened: it opens
    nothing more, and whoever loses that answer would be left with a key that is gone.
    """
    if not (by_draft or request.user.is_authenticated):
        request.session.cycle_key()
    kept = _kept(request)
    kept[name_of(record)] = [time.time(), _mark(record)]
    newest = sorted(kept.items(), key=lambda item: item[1][0])[-MOST:]
    request.session[SESSION_KEY] = dict(newest)


def is_unlocked(request: HttpRequest, record: Record) -> bool:
    """Say whether this browser may see ``record``; each time it may, its clock starts anew."""
    kept = _kept(request)
    seen, mark = kept.get(name_of(record), (0.0, ""))
    now = time.time()
    if now - seen >= IDLE or mark != _mark(record):
        return False
    if now - seen >= idle_step():
        kept[name_of(record)] = [now, mark]
        request.session[SESSION_KEY] = kept
    return True


def lock(request: HttpRequest, record: Record | None = None) -> None:
    """Forget ``record``, or everything this browser has opened."""
    kept = _kept(request)
    if record is not None:
        kept.pop(name_of(record), None)
    if record is None or not kept:
        request.session.pop(SESSION_KEY, None)
    else:
        request.session[SESSION_KEY] = kept


def _kept(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(SESSION_KEY, {}))


def name_of(record: Record) -> str:
    """Return by what a session knows ``record``."""
    return f"{record._meta.label_lower}:{record.pk}"


def _mark(record: Record) -> str:
    """Return what changes with the secret and tells nothing of it."""
    return hashlib.sha256(record.secret_hash.encode()).hexdigest()[:16]
