"""Whom to enrol: those who are not in the training yet, from the list, an office, a provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from municipalities.models import Membership, Municipality, Office, User
from services_registry.models import Provider, ProviderMembership
from trainings.models import Trainee, Training, TrainingParticipant
from trainings.people import colleagues, people_of, trainees_of

LISTED, STAFF, OFFICE, PROVIDER, TRAINING = "", "staff", "office", "provider", "training"
MOST_TRAININGS = 20  # to take people from
LONGEST_SEARCH = 80
_CANCELLED = TrainingParticipant.State.CANCELLED


@dataclass(frozen=True, order=True)
class Candidate:
    """Somebody who may be enrolled; ``key`` is „t12“ of a trainee, „u7“ of a user without a row."""

    name: str
    key: str
    about: str


@dataclass(frozen=True)
class Source:
    """Where candidates are taken from: ``value`` in the address, ``words`` in the choice."""

    value: str
    words: str


def sources(training: Training) -> list[tuple[str, list[Source]]]:
    """Return (heading, sources) to choose from; three queries."""
    groups = [
        (
            "",
            [
                Source(LISTED, "Всички от списъка и всички служители"),
                Source(STAFF, "Служителите на общината"),
            ],
        )
    ]
    offices = [Source(f"{OFFICE}-{o.pk}", o.name) for o in Office.objects.order_by("name", "pk")]
    firms = [
        Source(f"{PROVIDER}-{p.pk}", p.name) for p in Provider.objects.order_by("name", "pk")[:200]
    ]
    earlier = Training.objects.exclude(pk=training.pk).exclude(participants=None)
    taught = [
        Source(
            f"{TRAINING}-{t.pk}",
            f"{t.title}{f', {t.starts_on:%d.%m.%Y} г.' if t.starts_on else ''}",
        )
        for t in earlier[:MOST_TRAININGS]
    ]
    for heading, rows in (
        ("Фронт-офис", offices),
        ("Доставчик", firms),
        ("Участвалите в", taught),
    ):
        if rows:
            groups.append((heading, rows))
    return groups


def candidates(training: Training, *, source: str = "", words: str = "") -> list[Candidate]:
    """Return who of ``source`` can be enrolled, by name; ``words`` are looked for in the name,
    organisation, job and e-mail.

    A source that is not there, or is another municipality's, has nobody.
    """
    kind, _dash, pk = source.partition("-")
    listed, users = _of(training, kind, pk)
    there = training.participants.exclude(state=_CANCELLED).values("trainee")
    listed = listed.filter(is_active=True).exclude(pk__in=there)
    users = users.exclude(pk__in=Trainee.objects.exclude(user=None).values("user"))
    for word in words[:LONGEST_SEARCH].split():
        listed = listed.filter(
            Q(name__icontains=word)
            | Q(organisation__icontains=word)
            | Q(job__icontains=word)
            | Q(email__icontains=word)
        )
        users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
    found = [
        Candidate(row.name, f"t{row.pk}", ", ".join(filter(None, (row.organisation, row.job))))
        for row in listed.only("name", "organisation", "job")
    ]
    found += [Candidate(str(user), f"u{user.pk}", "служител с вход") for user in users]
    return sorted(found)


def _of(training: Training, kind: str, pk: str) -> tuple[QuerySet[Trainee], QuerySet[User]]:
    """Return the listed people and the accounts of a source."""
    nobody = Trainee.objects.none(), User.objects.none()
    if kind == LISTED:
        return Trainee.objects.all(), _everybody()
    if kind == STAFF:
        users = colleagues()
        return Trainee.objects.filter(user__in=users.values("pk")), users
    if not pk.isascii() or not pk.isdecimal() or len(pk) > 15:
        return nobody
    if kind == OFFICE and (office := Office.objects.filter(pk=pk).first()):
        users = colleagues(office)
        return Trainee.objects.filter(user__in=users.values("pk")), users
    if kind == PROVIDER and (firm := Provider.objects.filter(pk=pk).first()):
        users = people_of(firm)
        return Trainee.objects.filter(Q(provider=firm) | Q(user__in=users.values("pk"))), users
    if kind == TRAINING:
        took = TrainingParticipant.objects.filter(training=pk).exclude(state=_CANCELLED)
        return Trainee.objects.filter(pk__in=took.values("trainee")), User.objects.none()
    return nobody


def _everybody() -> QuerySet[User]:
    """Return those who sign in for the municipality or for one of its providers."""
    roles = Membership.objects.current().values("user")
    firms = ProviderMembership.objects.values("user")
    return User.objects.filter(Q(pk__in=roles) | Q(pk__in=firms), is_active=True)


def chosen(keys: Iterable[str], municipality: Municipality) -> list[Trainee]:
    """Return the people behind ``keys``, those with an account alone written down now.

    What is no key, and whoever is not the municipality's, is left out.
    """
    listed: Sequence[int] = [n for key in keys if (n := _number(key, "t"))]
    accounts = [n for key in keys if (n := _number(key, "u"))]
    found = list(Trainee.objects.filter(pk__in=listed, is_active=True).order_by("name", "pk"))
    users = list(_everybody().filter(pk__in=accounts)) if accounts else []
    return found + trainees_of(users, municipality) if users else found


def _number(key: str, kind: str) -> int:
    digits = key[1:]
    is_one = key[:1] == kind and digits.isascii() and digits.isdecimal() and len(digits) <= 15
    return int(digits) if is_one else 0
