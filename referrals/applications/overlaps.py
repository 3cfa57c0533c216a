"""What else is known of the same person's wishes: advice at the desk, which never stops anybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from frontoffice.models_people import Person
from referrals.applications.models import OPEN_STATES, Application
from referrals.kinds.models import ApplicationKind, Nature
from services_registry.models import Service

RECENT = dt.timedelta(days=365)
MOST_SHOWN = 12
MOST_LOOKED_AT = 60
ASSISTANT_SUPPORT = "assistant_support"  # the code of the classifier of activities (чл. 15 ЗСУ)
# Where it comes from: domain/law.md §6. Not checked against the law in force, so it says so.
NO_DOUBLE_FINANCING = (
    "Асистентска подкрепа и лична помощ не се финансират двойно за едно и също "
    "(чл. 13, ал. 1 ЗЛП, несверено с действащия текст)."
)
OPEN, BOTH_SUPPORTS, ALERT, EARLIER = "open", "supports", "alert", "earlier"
_ORDER = (BOTH_SUPPORTS, OPEN, ALERT, EARLIER)


@dataclass(frozen=True)
class Facts:
    """By what an application is compared: what it is, and who it is about."""

    kind: ApplicationKind | None = None
    service: Service | None = None
    person: Person | None = None
    phones: tuple[str, ...] = ()
    given_name: str = ""
    family_name: str = ""
    birth_date: dt.date | None = None


@dataclass(frozen=True)
class Overlap:
    """Another application that may be of the same person; ``same`` says by what."""

    why: str
    application: Application
    same: str

    @property
    def words(self) -> str:
        """What it is, in one sentence of staff's words, without anybody's name."""
        other = self.application
        what = f"вх. № {other.number} от {timezone.localtime(other.registered_at):%d.%m.%Y}"
        service = f" за „{other.service.name}“" if other.service else ""
        if self.why == BOTH_SUPPORTS:
            return f"Отворено е и {what} ({other.kind.name}{service}). {NO_DOUBLE_FINANCING}"
        if self.why == OPEN:
            return f"Вече има отворено {what}: {other.kind.name}{service}."
        if self.why == ALERT:
            return f"Има отворен сигнал {what}."
        return f"Заявявано е: {what}, {other.kind.name}{service}, {other.get_state_display()}."


@sensitive_variables()
def warnings_for(application: Application) -> list[Overlap]:
    """Return what staff should know beside ``application``; two queries."""
    facts = Facts(
        kind=application.kind,
        service=application.service,
        person=application.person,
        phones=tuple(application.phones.split()),
        given_name=application.given_name,
        family_name=application.family_name,
        birth_date=application.birth_date,
    )
    return overlaps_of(facts, without=application.pk)


@sensitive_variables()
def overlaps_of(facts: Facts, *, without: int | None = None) -> list[Overlap]:
    """Return the applications that overlap with ``facts``, the gravest first; at most two queries.

    The same person, telephone, or name with the date of birth: an open one of the same kind or
    service, one of the last twelve months, assistant support beside personal assistance, an open
    alert. ``without`` is the application they are the facts of.
    """
    who = _who(facts)
    if who is None:
        return []
    rows = (
        Application.objects.filter(who)
        .filter(Q(state__in=OPEN_STATES) | Q(registered_at__gte=timezone.now() - RECENT))
        .exclude(pk=without)
        .select_related("kind", "service")
        .prefetch_related("service__kinds")
        .order_by("-registered_at", "-pk")[:MOST_LOOKED_AT]
    )
    found = []
    for other in rows:
        same = _same(facts, other)
        why = _why(facts, other)
        if same and why:
            found.append(Overlap(why, other, same))
    return sorted(found, key=lambda one: _ORDER.index(one.why))[:MOST_SHOWN]


def _who(facts: Facts) -> Q | None:
    who = Q()
    if facts.person:
        who |= Q(person_id=facts.person.pk)
    for digits in facts.phones[:10]:
        who |= Q(phones__contains=digits)
    if facts.birth_date and facts.given_name:
        who |= Q(
            birth_date=facts.birth_date,
            given_name__iexact=facts.given_name,
            family_name__iexact=facts.family_name,
        )
    return who or None


def _same(facts: Facts, other: Application) -> str:
    """Say by what ``other`` is of the same person; "" where only part of a number agrees."""
    if facts.person and other.person_id == facts.person.pk:
        return "същото лице"
    if facts.birth_date and facts.birth_date == other.birth_date and _same_name(facts, other):
        return "същото име и рождена дата"
    if set(facts.phones) & set(other.phones.split()):
        return "същият телефон"
    return ""


def _same_name(facts: Facts, other: Application) -> bool:
    names = ((facts.given_name, other.given_name), (facts.family_name, other.family_name))
    return bool(facts.given_name) and all(a.casefold() == b.casefold() for a, b in names)


def _why(facts: Facts, other: Application) -> str:
    is_of_person = bool(facts.person and other.person_id == facts.person.pk)
    if other.is_alert:
        is_alert = bool(facts.kind and facts.kind.is_alert)
        return ALERT if other.is_open and (is_of_person or is_alert) else ""
    if other.is_open:
        if _are_both_supports(facts, other):
            return BOTH_SUPPORTS
        same_kind = facts.kind is not None and facts.kind.pk == other.kind_id
        same_service = facts.service is not None and facts.service.pk == other.service_id
        if same_kind or same_service:
            return OPEN
    return EARLIER


def _are_both_supports(facts: Facts, other: Application) -> bool:
    mine = _supports(facts.kind, facts.service)
    theirs = _supports(other.kind, other.service)
    return mine | theirs == {"assistant", "personal"} and mine != theirs


def _supports(kind: ApplicationKind | None, service: Service | None) -> set[str]:
    """Say which of the two it asks for; the declaration under ЗЛП is the personal one."""
    if kind and kind.nature == Nature.DECLARATION:
        return {"personal"}
    if service is None:
        return set()
    by_kind = any(one.code == ASSISTANT_SUPPORT for one in service.kinds.all())
    is_assistant = by_kind or "асистентска подкрепа" in service.name.casefold()
    return {"assistant"} if is_assistant else set()
