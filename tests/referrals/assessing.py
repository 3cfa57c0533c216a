"""What the tests of assessments have in common."""

import re
from pathlib import Path

from django.conf import settings

from municipalities.tenancy import municipality_scope
from referrals.models import (
    NeedsAssessment,
)
from referrals.workflow.machine import Actor, Who

DESK = "/rabotno-myasto/otsenki/"


def at(assessment, page: str = "") -> str:
    return f"{DESK}{assessment.pk}/{page}"


def text(answer) -> str:
    return answer.content.decode()


def fresh(assessment) -> NeedsAssessment:
    with municipality_scope(assessment.municipality):
        rows = NeedsAssessment.objects.select_related("form", "person", "municipality")
        return rows.get(pk=assessment.pk)


def kinds_of(assessment) -> list[str]:
    with municipality_scope(assessment.municipality):
        return [one.kind for one in assessment.events.all()]


def actor(client) -> Actor:
    return Actor(Who(client.membership.role), client.user)


def kept_files() -> set[Path]:
    return {one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()}


def sent_by(page) -> dict[str, str]:
    """What the page's form says of itself: from which version it was drawn."""
    hidden = re.findall(r'<input type="hidden" name="(version|seen)" value="([^"]*)"', text(page))
    return {name: value.replace("&quot;", '"') for name, value in hidden}


def filled(client, assessment, question, **more) -> None:
    """Answer what is required, on the page."""
    page = client.get(at(assessment, "popalvane/"))
    answer = client.post(
        at(assessment, "popalvane/"),
        {**sent_by(page), "participation": "personal", f"q{question.pk}": "Добре.", **more},
    )
    assert answer.status_code == 302, text(answer)


def concluded(client, assessment, **facts) -> None:
    page = client.get(at(assessment, "zaklyuchenie/"))
    answer = client.post(at(assessment, "zaklyuchenie/"), {**sent_by(page), **facts})
    assert answer.status_code == 302, text(answer)
