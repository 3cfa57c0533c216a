"""How long the papers of a project are kept: a norm of the law as data, counted from its event.

Regulation (EU) 2021/1060, art. 82: five years from 31 December of the year of the last payment to
the beneficiary. The length is the municipality's norm ``DOCUMENTS_RETENTION``, which nobody may
have compared with the text yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from municipalities.days import add_months
from municipalities.norms.deadlines import as_it_was, norm_on
from municipalities.norms.models import LegalNorm, Unit
from projects.models import Project
from projects.norms import DOCUMENTS_RETENTION
from projects.period import day_text


@dataclass(frozen=True)
class Retention:
    """Until when papers are kept (None: not known yet), and how that is said."""

    until: dt.date | None
    words: str
    basis: str = ""
    is_verified: bool = False

    def may_go(self, day: dt.date) -> bool:
        """Say whether the papers need not be kept any more on ``day``."""
        return self.until is not None and day > self.until


Norm = Mapping[str, Any]


def retention_norm(day: dt.date) -> Norm | None:
    """Return what the norm in force on ``day`` says in the scope's municipality; one query."""
    norm = norm_on(DOCUMENTS_RETENTION, day)
    return as_it_was(norm) if norm else None


def norm_beside(day: dt.date) -> Subquery:
    """Return the same for a queryset to read beside each of its rows, so a list asks once."""
    norms = LegalNorm.objects.on(day).filter(code=DOCUMENTS_RETENTION).order_by("pk")
    facts = ("value", "unit", "legal_basis", "is_verified")
    return Subquery(norms.values(said=JSONObject(**{name: name for name in facts}))[:1])


def retention_of(project: Project, norm: Norm | None) -> Retention:
    """Return until when the papers of ``project`` are kept by ``norm``; asks the database nothing.

    A norm in another measure than months, or of an unknown length, gives no day.
    """
    if norm is None or norm["value"] is None or norm["unit"] != Unit.MONTHS:
        return Retention(None, _("срокът за съхранение не е записан"))
    told = {"basis": norm["legal_basis"], "is_verified": norm["is_verified"]}
    if project.last_payment_on is None:
        return Retention(None, _("срокът тече след последното плащане към общината"), **told)
    start = dt.date(project.last_payment_on.year, 12, 31)
    try:
        until = add_months(start, norm["value"])
    except OverflowError:
        return Retention(None, _("срокът е извън календара"), **told)
    return Retention(until, _("до %(day)s") % {"day": day_text(until)}, **told)
