"""What applying and referring let the indicators of a project count, while the project runs.

The numbers are of people's cases, so the evidence tells the day and what it was about: never who,
no number of a document, no link.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.indicators.sources import (
    EvidenceLine,
    Source,
    moments_while_it_runs,
    on_days,
    register_source,
    while_it_runs,
)
from projects.models import Project
from referrals.assessments.models import AssessmentState
from referrals.models import Application, NeedsAssessment, Referral

PIECES, PEOPLE = _("бр."), _("лица")


def applications(project: Project, since: dt.date | None, upto: dt.date | None):
    """Applications that came while the project runs."""
    came = on_days("received_on", *while_it_runs(project, since, upto))
    rows = Application.objects.filter(came).select_related("kind")
    return rows.only("received_on", "kind__name").order_by("received_on", "pk")


def _issued():
    return NeedsAssessment.objects.filter(state=AssessmentState.DONE, issued_on__isnull=False).only(
        "issued_on", "outcome"
    )


def assessments(project: Project, since: dt.date | None, upto: dt.date | None):
    """Assessments issued while the project runs, without those that another replaced."""
    return (
        _issued()
        .filter(on_days("issued_on", *while_it_runs(project, since, upto)))
        .order_by("issued_on", "pk")
    )


def assessed_people(project: Project, since: dt.date | None, upto: dt.date | None):
    """The first such assessment of each person."""
    first, _last = while_it_runs(project, None, None)
    before = Q(issued_on__lt=OuterRef("issued_on")) | Q(
        issued_on=OuterRef("issued_on"), pk__lt=OuterRef("pk")
    )
    earlier = _issued().filter(on_days("issued_on", first, None), before, person=OuterRef("person"))
    return assessments(project, since, upto).filter(~Exists(earlier))


def _sent():
    return Referral.objects.filter(sent_at__isnull=False).only("sent_at", "service__name")


def referrals(project: Project, since: dt.date | None, upto: dt.date | None):
    """Referrals sent to a provider while the project runs."""
    sent = moments_while_it_runs("sent_at", project, since, upto)
    return _sent().filter(sent).select_related("service").order_by("sent_at", "pk")


def referred_people(project: Project, since: dt.date | None, upto: dt.date | None):
    """The first such referral of each person."""
    run = moments_while_it_runs("sent_at", project, None, None)
    before = Q(sent_at__lt=OuterRef("sent_at")) | Q(
        sent_at=OuterRef("sent_at"), pk__lt=OuterRef("pk")
    )
    earlier = _sent().filter(run, before, person=OuterRef("person"))
    return referrals(project, since, upto).filter(~Exists(earlier))


def _application(row: Application) -> EvidenceLine:
    return EvidenceLine(row.kind.name, row.received_on)


def _assessment(row: NeedsAssessment) -> EvidenceLine:
    return EvidenceLine(str(_("Предварителна оценка")), row.issued_on)


def _referral(row: Referral) -> EvidenceLine:
    return EvidenceLine(row.service.name, timezone.localtime(row.sent_at).date())


def register() -> None:
    """Let the indicators of projects count applications, assessments and referrals."""
    counted = (
        (
            "applications",
            _("заявления през времето на проекта"),
            PIECES,
            applications,
            _application,
        ),
        (
            "assessments",
            _("изготвени предварителни оценки през времето на проекта"),
            PIECES,
            assessments,
            _assessment,
        ),
        (
            "people-assessed",
            _("хора с предварителна оценка през времето на проекта"),
            PEOPLE,
            assessed_people,
            _assessment,
        ),
        ("referrals", _("насочвания през времето на проекта"), PIECES, referrals, _referral),
        (
            "people-referred",
            _("насочени хора през времето на проекта"),
            PEOPLE,
            referred_people,
            _referral,
        ),
    )
    for code, words, unit, rows, line in counted:
        register_source(
            Source(code, words, unit, rows, line, needs_start=True, is_confidential=True)
        )
