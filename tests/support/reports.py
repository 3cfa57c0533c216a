"""Reports of errors for tests: what a citizen sends, rows as they are kept."""

from __future__ import annotations

import uuid

from django.urls import reverse

from municipalities import secrets
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.upkeep.models import ErrorReport
from tests import factories

LIST = "/registar/signali/"
EMAIL = "grazhdanka@example.bg"
CANARY = "КАНАРЧЕ: телефонът е сгрешен"


def lunch(municipality, office) -> Service:
    """A public service of a municipality whose office has a mail box and a telephone."""
    office.email, office.phone = "ofis@example.bg", "044 611 000"
    with municipality_scope(municipality):
        office.save()
    return factories.ServiceFactory(
        municipality=municipality, name="Топъл обяд", slug="topal-obyad"
    )


def address(service) -> str:
    return reverse("report_error", args=[service.municipality.slug, service.slug])


def said(**changed) -> dict:
    return {
        "part": "contacts",
        "text": CANARY,
        "email": "",
        "website": "",
        "submission": str(uuid.uuid4()),
        **changed,
    }


def make(service, **facts) -> ErrorReport:
    facts = {"part": "price", "text": "Цената е друга.", "submission": uuid.uuid4(), **facts}
    email = facts.pop("email", None)
    with municipality_scope(service.municipality):
        return ErrorReport.objects.create(
            municipality=service.municipality,
            service=service,
            email_encrypted=secrets.encrypt(email) if email else None,
            **facts,
        )


def fresh(report) -> ErrorReport:
    with municipality_scope(report.municipality):
        return ErrorReport.objects.get(pk=report.pk)
