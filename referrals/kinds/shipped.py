"""The kinds of application, norms and notice that a municipality begins with.

They come from ``referrals/data/kinds.json``, written after public pages and from memory, without a
consolidated text of the acts at hand. Hence:

- nothing in them is marked as verified; each says where it was found, and a norm that is known to
  exist without its length being known has an empty value;
- the questions and the papers are assumptions about what an office needs to know. None of the
  questions is required, because a wish under ЗСУ may be stated in any form;
- taken from the first day are the wish (also through the portal) and the alert (at the desk). The
  declaration under ЗЛП and other requests wait for the municipality to switch them on; the
  declaration is not taken online, where it would not be signed;
- the notice is a draft in the municipality's name, for its data protection officer to read; who
  corrects it adds the next version.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.models import Municipality
from municipalities.norms.models import LegalNorm
from referrals.kinds.models import ApplicationKind, KindPaper, KindQuestion, PrivacyNotice

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "kinds.json"
PROOFS = "proofs"  # stands among the papers of a kind for those of whoever applies for another
# Codes of the norms that the code of applying asks for by name.
CONFIRM_WISH = "confirm-wish"
WAIT_FOR_PAPERS = "wait-for-papers"


@cache
def shipped() -> dict[str, Any]:
    """Return what is shipped, as it stands in the file."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def shipped_codes() -> set[str]:
    """Return the codes of the shipped kinds, which are switched off and never deleted."""
    return {kind["code"] for kind in shipped()["kinds"]}


@transaction.atomic
def add_missing(municipality: Municipality) -> int:
    """Add the shipped kinds, norms and notice that ``municipality`` has not; return how many.

    Needs the municipality's scope. What is there is known by its code and stays as somebody left
    it: questions and papers come only with their new kind, the notice only where there is none. A
    kind whose code in numbers the municipality gave to one of its own is left out.
    """
    return _add_norms(municipality) + _add_kinds(municipality) + _add_notice(municipality)


def _add_norms(municipality: Municipality) -> int:
    there = set(LegalNorm.objects.values_list("code", flat=True))
    missing = [norm for norm in shipped()["norms"] if norm["code"] not in there]
    LegalNorm.objects.bulk_create(LegalNorm(municipality=municipality, **n) for n in missing)
    return len(missing)


def _add_kinds(municipality: Municipality) -> int:
    there = list(ApplicationKind.objects.values_list("code", "number_code"))
    codes, number_codes = {code for code, _n in there}, {number for _c, number in there}
    added = 0
    for order, row in enumerate(shipped()["kinds"]):
        if row["code"] in codes or row["number_code"] in number_codes:
            continue
        own = {name: row[name] for name in row if name not in ("questions", "papers")}
        kind = ApplicationKind.objects.create(municipality=municipality, order=order, **own)
        added += 1 + _add_parts(kind, row)
    return added


def _add_parts(kind: ApplicationKind, row: dict[str, Any]) -> int:
    of_it = {"municipality": kind.municipality, "kind": kind}
    questions = [
        KindQuestion(order=order, **of_it, **question)
        for order, question in enumerate(row["questions"])
    ]
    named: list[dict[str, Any]] = []
    for paper in row["papers"]:
        named += shipped()[PROOFS] if paper == PROOFS else [paper]
    papers = [KindPaper(order=order, **of_it, **paper) for order, paper in enumerate(named)]
    KindQuestion.objects.bulk_create(questions)
    KindPaper.objects.bulk_create(papers)
    return len(questions) + len(papers)


def _add_notice(municipality: Municipality) -> int:
    if PrivacyNotice.objects.exists():
        return 0
    PrivacyNotice.objects.create(
        municipality=municipality,
        version=1,
        text="\n\n".join(shipped()["notice"]).format(municipality=municipality.name),
        valid_from=timezone.localdate(),
    )
    return 1
