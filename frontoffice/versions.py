"""What a consultation said, as facts by the name of the field and in words; what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from frontoffice.changes import Difference
from frontoffice.models import Consultation, ConsultationTopic, ConsultationVersion, Person
from municipalities.models import Settlement, User
from municipalities.templatetags.portal import counted
from services_registry.models import Service, ServiceKind

# In the order in which the page of a consultation shows them.
LABELS = {
    "held_at": "Кога",
    "person": "Лице",
    "channel": "Канал",
    "topics": "Теми",
    "subject": "За кого",
    "services": "Обсъдени услуги",
    "note": "Бележка",
    "outcome": "Изход",
    "missing_kind": "Каква услуга липсва",
    "settlement": "Населено място",
    "duration_minutes": "Времетраене",
}
LINKS = ("topics", "services")
ROWS = {"topics": ConsultationTopic, "services": Service, "settlement": Settlement,
        "person": Person, "missing_kind": ServiceKind}  # fmt: skip
CHOICES = {
    "channel": Consultation.Channel,
    "subject": Consultation.Subject,
    "outcome": Consultation.Outcome,
}
NOTHING = "–"


def facts_of(consultation: Consultation) -> dict[str, Any]:
    """Return what stands in ``consultation`` as JSON holds it: rows as ids, moments as ISO 8601."""
    return written_facts(
        {
            name: getattr(consultation, name).all()
            if name in LINKS
            else getattr(consultation, name)
            for name in LABELS
        }
    )


def written_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that ``correct_consultation`` takes as ``facts_of`` writes them.

    A moment keeps its minute only: the form knows no seconds, so they are no difference.
    """
    return {name: _written(name, value) for name, value in facts.items() if name in LABELS}


def _written(name: str, value: Any) -> Any:
    if name in LINKS:
        return sorted(row.pk for row in value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(second=0, microsecond=0).isoformat()
    if isinstance(value, models.Model):
        return value.pk
    # A browser sends CRLF, a script LF.
    return str(value).replace("\r\n", "\n") if isinstance(value, str) else value


@dataclass
class Wording:
    """Says facts in words; reads all the rows that many versions name in a query a kind."""

    names: dict[str, dict[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, versions: Iterable[Mapping[str, Any]]) -> Wording:
        """Return a wording that knows every row the facts of ``versions`` name."""
        versions = list(versions)
        names = {}
        for name, model in ROWS.items():
            wanted = {pk for facts in versions for pk in _ids(facts.get(name))}
            names[name] = {row.pk: _name(row) for row in model.objects.filter(pk__in=wanted)}
        return cls(names)

    def say(self, name: str, value: Any) -> str:
        """Return the value of the field ``name`` in words, „–“ for nothing."""
        if value in (None, "", []):
            return NOTHING
        if name in ROWS:
            return ", ".join(self.names[name].get(pk, f"№ {pk}") for pk in _ids(value))
        if name in CHOICES:
            return str(dict(CHOICES[name].choices).get(value, value))
        if name == "held_at":
            moment = parse_datetime(value)
            return f"{timezone.localtime(moment):%d.%m.%Y, %H:%M}" if moment else value
        if name == "duration_minutes":
            return counted(value, "минута,минути")
        return str(value)

    def differences(self, saved: Mapping[str, Any], typed: Mapping[str, Any]) -> list[Difference]:
        """Return the fields in which ``typed`` is not ``saved``; a field only one has is left."""
        return [
            Difference(label, self.say(name, saved[name]), self.say(name, typed[name]))
            for name, label in LABELS.items()
            if name in saved and name in typed and saved[name] != typed[name]
        ]

    def all(self, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return every field that says something, with its label."""
        said = [(label, self.say(n, facts.get(n))) for n, label in LABELS.items()]
        return [(label, words) for label, words in said if words != NOTHING]


def differences_of(consultation: Consultation, facts: Mapping[str, Any]) -> list[Difference]:
    """Return in which fields ``facts`` (``ConsultationForm.facts``) are not what is saved."""
    saved, typed = facts_of(consultation), written_facts(facts)
    return Wording.of([saved, typed]).differences(saved, typed)


@dataclass(frozen=True)
class Correction:
    """One correction: who made it and when, and what it changed."""

    by: User
    at: dt.datetime
    changed: list[Difference]


def corrections_of(
    consultation: Consultation, versions: list[ConsultationVersion]
) -> list[Correction]:
    """Return the corrections that ended ``versions``, neighbours given from newest to oldest.

    Each version was ended by whoever wrote the next one, or what stands now.
    """
    if not versions:
        return []
    newer = (
        consultation.versions.filter(version__gt=versions[0].version)
        .select_related("written_by")
        .first()
    )
    if newer is None:
        now = facts_of(consultation)
        writer = consultation.changed_by or consultation.specialist
        after: list[tuple[dict, User, dt.datetime]] = [(now, writer, consultation.updated_at)]
    else:
        after = [(newer.facts, newer.written_by, newer.written_at)]
    after += [(each.facts, each.written_by, each.written_at) for each in versions]
    wording = Wording.of(facts for facts, _who, _when in after)
    return [
        Correction(who, when, wording.differences(version.facts, facts))
        for version, (facts, who, when) in zip(versions, after, strict=False)
    ]


@dataclass(frozen=True)
class FirstVersion:
    """The record as it was first saved, in words."""

    by: User
    at: dt.datetime
    said: list[tuple[str, str]]


def first_version_of(consultation: Consultation) -> FirstVersion | None:
    """Return the first record of a corrected consultation; None when it was never corrected."""
    first = consultation.versions.select_related("written_by").first()
    if first is None:
        return None
    said = Wording.of([first.facts]).all(first.facts)
    return FirstVersion(first.written_by, first.written_at, said)


def _ids(value: Any) -> list[int]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _name(row: models.Model) -> str:
    return row.full_name if isinstance(row, Person) else str(row)


def people_once_in(consultation: Consultation) -> list[Person]:
    """Return the people whom earlier versions name and the record itself does not any more."""
    named = consultation.versions.values_list("facts__person", flat=True)
    ids = {pk for pk in named if pk} - {consultation.person_id}
    return list(Person.objects.filter(pk__in=ids).order_by("pk")) if ids else []
