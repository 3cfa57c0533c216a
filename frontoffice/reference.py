"""Topics of consultations, the same for every installation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from frontoffice.models import ConsultationTopic
from services_registry.models import ServiceKind

DATA = Path(__file__).parent / "data" / "topics.json"


def load() -> Iterator[str]:
    """Create the topics that are not there yet; yield a line of report."""
    kinds = {kind.code: kind for kind in ServiceKind.objects.all()}
    known = set(ConsultationTopic.objects.values_list("code", flat=True))
    fresh = 0
    for row in json.loads(DATA.read_text(encoding="utf-8")):
        if row["code"] in known:
            continue
        topic = ConsultationTopic.objects.create(
            **{name: row[name] for name in ("code", "name", "short_name", "order")}
        )
        topic.kinds.set([kinds[code] for code in row["kinds"]])
        fresh += 1
    yield f"{ConsultationTopic._meta.verbose_name_plural}: нови {fresh}, налични {len(known)}"
