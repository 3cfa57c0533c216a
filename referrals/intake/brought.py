"""What the address of a new application brings along: a talk, a person, an alert."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from frontoffice.consultations import find_consultation
from frontoffice.kept import kept_of
from frontoffice.looks import find_person_named
from frontoffice.models import Consultation, Person
from referrals.applications.models import Application, Channel
from referrals.kinds.models import ApplicationKind, Nature, OnBehalf

CHANNEL_OF = {
    Consultation.Channel.IN_PERSON: Channel.ORAL,
    Consultation.Channel.PHONE: Channel.PHONE,
    Consultation.Channel.EMAIL: Channel.EMAIL,
    Consultation.Channel.OUTREACH: Channel.ORAL,
}


@dataclass
class Brought:
    """What a new form begins with, and from whom."""

    initial: dict[str, Any] = field(default_factory=dict)
    person: Person | None = None
    consultation: Consultation | None = None
    alert: Application | None = None


def number_in(text: str) -> int:
    """Return the number of a record in an address; raises Http404 for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def brought_by(request: HttpRequest, kinds: list[ApplicationKind]) -> Brought:
    """Return what the address brings; raises Http404 for what is not of the municipality."""
    brought = Brought()
    if talk := request.GET.get("konsultatsiya", ""):
        _from_talk(brought, find_consultation(number_in(talk)))
    if signal := request.GET.get("signal", ""):
        _from_alert(brought, number_in(signal))
    if named := request.GET.get("lice", ""):
        brought.person = kept_of(find_person_named(named))
    codes = [kind.code for kind in kinds]
    asked = request.GET.get("vid", "")
    kind = next((one for one in kinds if one.code == asked), kinds[0] if kinds else None)
    brought.initial = {
        "channel": Channel.ORAL,
        "on_behalf": OnBehalf.SELF,
        "office": request.membership.office_id,
        "person": brought.person,
        **brought.initial,
        "kind": kind.code if kind and kind.code in codes else None,
    }
    return brought


def _from_talk(brought: Brought, talk: Consultation) -> None:
    brought.consultation = talk
    brought.person = kept_of(talk.person) if talk.person else None
    services = [service for service in talk.services.all() if service.is_public]
    brought.initial |= {
        "consultation": talk.pk,
        "channel": CHANNEL_OF[Consultation.Channel(talk.channel)],
        "settlement": talk.settlement_id,
        "service": services[0].pk if services else None,
        "need": _need_of(talk, [service.name for service in services[1:]]),
    }


def _need_of(talk: Consultation, also: list[str]) -> str:
    """Return the note of a talk with its topics and its other services, to be worked over."""
    parts = [talk.note.strip()]
    if topics := [topic.short_name for topic in talk.topics.all()]:
        parts.append(f"Говорихме за: {', '.join(topics)}.")
    if also:
        parts.append(f"Обсъдени и: {', '.join(also)}.")
    return "\n".join(filter(None, parts))[:4000]


def _from_alert(brought: Brought, pk: int) -> None:
    rows = Application.objects.filter(nature=Nature.ALERT).select_related("person", "settlement")
    alert: Application = get_object_or_404(rows, pk=pk)
    brought.alert = alert
    brought.person = kept_of(alert.person) if alert.person else None
    brought.initial |= {
        "from_alert": alert.pk,
        "settlement": alert.settlement_id,
        "address": alert.address,
        "need": "",  # the person says it in their own words; what others said is in the alert
    }
    if not alert.person and alert.full_name:
        brought.initial["person_query"] = alert.full_name
