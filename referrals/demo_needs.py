"""An invented analysis of needs, in the municipality whose announcement promises one first."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from municipalities.models import Municipality, User
from referrals.needs import writing
from referrals.needs.models import NeedsAnalysis

WHERE = "aytos"
TITLE = "Анализ на потребностите от социални услуги (пример)"
WORDS = {
    writing.PROBLEMS: (
        "Текстът е примерен. Тук се пише какво не достига и защо:\n\n"
        "- до кои места не стига никаква услуга;\n"
        "- за кои услуги се чака и колко;\n"
        "- какво се търси, а го няма."
    ),
    writing.ANSWERS: (
        "Текстът е примерен. Тук се пише какво може да се направи, от кого и докога."
    ),
}


def make_analysis(municipality: Municipality) -> None:
    """Make the analysis of the last year with one saved version; needs the scope."""
    if NeedsAnalysis.objects.exists():
        return
    head = User.objects.get(email=f"head.{municipality.slug}@example.bg")
    today = timezone.localdate()
    analysis, _is_new = writing.begin(
        municipality=municipality,
        by=head,
        form_key=uuid.uuid4(),
        title=TITLE,
        since=today - dt.timedelta(days=365),
        upto=today,
    )
    for part in analysis.sections.filter(title__in=WORDS):
        writing.change_part(part, version=part.version, title=part.title, text=WORDS[part.title])
    writing.save_version(analysis=analysis, by=head, form_key=uuid.uuid4(), note="За обсъждане")
