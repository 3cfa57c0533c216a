"""Documents of an assessment: its own, which certifies the referral, and the letter to ДСП.

A document is made once and kept as the bytes that were printed; where the services change it gets
another edition. All need the municipality's scope.
"""

from __future__ import annotations

from django.db.models import Max
from django.views.decorators.debug import sensitive_variables

from municipalities import typeset
from municipalities.uploads import CheckedFile, stored_with_rows
from referrals.assessments.models import AssessmentDocument, NeedsAssessment
from referrals.assessments.paper import assessment_data
from referrals.letters.documents import with_emblem
from referrals.letters.writing import PDF
from referrals.workflow.machine import Actor

TEMPLATE = "assessment.typ"


@sensitive_variables()
def make_document(
    *, assessment: NeedsAssessment, actor: Actor, reason: str = ""
) -> AssessmentDocument:
    """Make the next edition of the document of ``assessment`` as it stands in memory; keep it.

    The number and the date are to be there already, also where the row does not have them yet.
    ``reason`` is why there is another edition. Raises ValueError where there is no number or
    nobody who makes it.
    """
    if not assessment.number or assessment.issued_on is None:
        raise ValueError("a document has a number and a date")
    maker = actor.user or assessment.prepared_by
    with stored_with_rows() as keep:
        # Whoever makes another edition at the same time waits for this one's number.
        NeedsAssessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
        last = assessment.documents.aggregate(last=Max("edition"))["last"]
        edition = (last or 0) + 1
        pdf = _render(assessment, edition=edition, reason=reason)
        name = f"{assessment.number}.pdf"
        path = keep(assessment.municipality, CheckedFile(pdf, name, PDF))
        return AssessmentDocument.objects.create(
            municipality=assessment.municipality, assessment=assessment, edition=edition,
            reason=reason[:200], path=path, size=len(pdf), made_by=maker,
        )  # fmt: skip


@sensitive_variables()
def preview(assessment: NeedsAssessment) -> bytes:
    """Return the document as it would be now, with „ПРОЕКТ“ across the page; keeps nothing."""
    return _render(assessment, is_draft=True)


def _render(assessment: NeedsAssessment, **how) -> bytes:
    return typeset.render(TEMPLATE, with_emblem(assessment_data(assessment, **how)))
