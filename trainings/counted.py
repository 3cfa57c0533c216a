"""What trainings and supervision let the indicators of a project count.

A person is counted once, on the day they first took part: so the numbers of reports for periods add
up to the number of the whole project. Whoever is written down twice – with an account and without,
or twice by name in the same organisation – is one person; another organisation is another person.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from municipalities.numbers import plain
from projects.indicators.own import PEOPLE, PIECES, SameName, outer
from projects.indicators.sources import Doubt, EvidenceLine, Source, on_days, register_source
from projects.models import Position, Project
from services_registry.models import ProviderMembership
from trainings.models import (
    Certificate,
    Supervision,
    SupervisionParticipant,
    Training,
    TrainingParticipant,
)

NEVER = dt.date.max  # of what has no day: after everything that has one
MOST_DOUBTS = 20


class _Written(NamedTuple):
    """Somebody as they are written down: row, account, name, organisation."""

    pk: int
    user: int | None
    name: str
    of: str


def attendances(project: Project) -> models.QuerySet[TrainingParticipant]:
    """Who took part in which training of ``project``; ``day`` is its last one."""
    return (
        TrainingParticipant.objects.filter(
            training__project=project, state=TrainingParticipant.State.ATTENDED
        )
        .exclude(training__state=Training.State.CANCELLED)
        .annotate(day=Coalesce("training__ends_on", "training__starts_on"))
    )


def _of_a_provider() -> Q:
    """Return the condition that somebody is written down as of a provider or signs in for one."""
    signs_in = ProviderMembership.objects.filter(user=OuterRef("trainee__user"))
    return Q(trainee__provider__isnull=False) | Q(Exists(signs_in))


def supervised(project: Project) -> models.QuerySet[SupervisionParticipant]:
    """Who was at which supervision of ``project``."""
    return SupervisionParticipant.objects.filter(supervision__project=project).annotate(
        day=F("supervision__held_on")
    )


def first_of_each(rows: models.QuerySet) -> models.QuerySet:
    """Return of ``rows`` (with ``trainee`` and ``day``) the first one of each person."""
    number = models.BigIntegerField()
    known = rows.annotate(
        login=Coalesce("trainee__user_id", 0),
        who=SameName("trainee__name"),
        of=SameName(Coalesce("trainee__provider__name", "trainee__organisation")),
        at=Coalesce("day", Value(NEVER)),
    )
    earlier = known.annotate(
        other_login=outer("login", number), other_of=outer("of", CharField())
    ).filter(Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk")))
    same_name = Q(login=0) | Q(other_login=0)
    same_place = Q(of="") | Q(other_of="") | Q(of=F("other_of"))
    return known.filter(
        ~Exists(earlier.filter(trainee=OuterRef("trainee"))),
        ~Exists(earlier.filter(same_name, same_place, who=OuterRef("who"))),
    )


def _rows_of(find: Callable[[Project], models.QuerySet], **only):
    """Return how people are found: the first row of each among those ``only`` says."""

    def rows(project: Project, since: dt.date | None, upto: dt.date | None) -> models.QuerySet:
        within = on_days("day", since, upto)
        people = first_of_each(find(project).filter(**only)).filter(within)
        return people.select_related("trainee__provider").order_by(
            F("day").asc(nulls_last=True), "trainee__name", "pk"
        )

    return rows


def trained(
    find: Callable[[Project], models.QuerySet] = attendances, **only
) -> Callable[[Project, dt.date | None, dt.date | None], models.QuerySet]:
    """Return how people trained are found, of the trainings or people that ``only`` says."""
    rows = _rows_of(find, **only)
    return lambda project, since, upto: rows(project, since, upto).select_related(
        "training", "trainee__provider"
    )


def appointed_and_trained(
    project: Project, since: dt.date | None, upto: dt.date | None
) -> models.QuerySet:
    """People who have a position on the project and took part in a training of it."""
    positions = Position.objects.filter(project=project).annotate(
        who=SameName(Coalesce("user__name", "name")),
        other_user=outer("trainee__user_id", models.BigIntegerField()),
        other_who=outer("who", CharField()),
    )
    same = Q(user_id=F("other_user")) | Q(who=F("other_who")) & (
        Q(user__isnull=True) | Q(other_user__isnull=True)
    )
    return trained()(project, since, upto).filter(Exists(positions.filter(same)))


def certified(project: Project, since: dt.date | None, upto: dt.date | None) -> models.QuerySet:
    """People who hold a certificate of a training of the project that is still valid."""
    held = Certificate.objects.filter(participant=OuterRef("pk"), revoked_on__isnull=True)

    def with_certificate(project: Project) -> models.QuerySet:
        rows = TrainingParticipant.objects.filter(training__project=project)
        return rows.annotate(day=F("certificate__issued_on")).filter(Exists(held))

    return _rows_of(with_certificate)(project, since, upto).select_related(
        "training", "trainee__provider"
    )


def trainings_held(project: Project, since: dt.date | None, upto: dt.date | None):
    """Trainings of the project that were held."""
    rows = Training.objects.filter(project=project, state=Training.State.DONE)
    day = Coalesce("ends_on", "starts_on")
    return (
        rows.annotate(day=day)
        .filter(on_days("day", since, upto))
        .order_by(F("day").asc(nulls_last=True), "pk")
    )


def supervision_held(project: Project, since: dt.date | None, upto: dt.date | None):
    """Supervisions of the project."""
    rows = Supervision.objects.filter(on_days("held_on", since, upto), project=project)
    return rows.annotate(people=models.Count("participants")).order_by("held_on", "pk")


def _person(row) -> EvidenceLine:
    trainee = row.trainee
    of = trainee.provider.name if trainee.provider else trainee.organisation
    name = f"{trainee.name}, {of}" if of else trainee.name
    if isinstance(row, TrainingParticipant):
        url = reverse("admin:trainings_training_change", args=[row.training_id])
        return EvidenceLine(name, row.day, url, row.training.title)
    url = reverse("admin:trainings_supervision_change", args=[row.supervision_id])
    return EvidenceLine(name, row.day, url, str(_("супервизия")))


def _training(row: Training) -> EvidenceLine:
    url = reverse("admin:trainings_training_change", args=[row.pk])
    hours = _now("%(hours)s учебни часа") % {"hours": plain(row.academic_hours)}
    return EvidenceLine(row.title, row.day, url, f"{row.get_kind_display()}, {hours}")


def _supervision(row: Supervision) -> EvidenceLine:
    url = reverse("admin:trainings_supervision_change", args=[row.pk])
    people = ngettext("%(n)d участник", "%(n)d участници", row.people) % {"n": row.people}
    hours = _now("%(hours)s часа") % {"hours": plain(row.hours)}
    return EvidenceLine(
        f"{row.get_form_display()} супервизия", row.held_on, url, f"{people}, {hours}"
    )


def doubts_of(find: Callable[[Project], models.QuerySet]) -> Callable[[Project], list[Doubt]]:
    """Return what a manager should look at: names written down more than once, days that miss."""

    def doubts(project: Project) -> list[Doubt]:
        rows = find(project)
        people = rows.order_by("trainee_id").values_list(
            "trainee_id",
            "trainee__user_id",
            "trainee__name",
            Coalesce(NullIf("trainee__provider__name", Value("")), "trainee__organisation"),
        )
        by_name: dict[str, list[_Written]] = defaultdict(list)
        for row in people.distinct():
            written = _Written(*row)
            by_name[" ".join(written.name.lower().split())].append(written)
        found = [_twice(same) for same in by_name.values() if len(same) > 1]
        if undated := rows.filter(day__isnull=True).count():
            words = ngettext(
                "%(n)d участие е в обучение без дата: не влиза в число за период.",
                "%(n)d участия са в обучения без дата: не влизат в число за период.",
                undated,
            )
            found.append(Doubt(words % {"n": undated}))
        return found[:MOST_DOUBTS]

    return doubts


def _twice(same: list[_Written]) -> Doubt:
    places = [row.of or _now("без организация") for row in same]
    words = _now("%(name)s е с повече от един запис: %(places)s.") % {
        "name": same[0].name,
        "places": "; ".join(places),
    }
    # Who has another account is somebody else, so it is a row without one that is merged.
    last = min(same, key=lambda row: (row.user is not None, -row.pk))
    url = reverse("admin:trainings_trainee_merging", args=[last.pk])
    return Doubt(words, url, _now("Сравнете записите"))


def register() -> None:
    """Let the indicators of projects count what is learned."""
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "people-trained-introductory": (
            _("обучени хора: въвеждащо обучение"),
            {"training__kind": Training.Kind.INTRODUCTORY},
        ),
        "people-trained-upgrading": (
            _("обучени хора: надграждащо обучение"),
            {"training__kind": Training.Kind.UPGRADING},
        ),
        "people-trained-thematic": (
            _("обучени хора: тематично обучение"),
            {"training__kind": Training.Kind.THEMATIC},
        ),
    }
    people = [
        ("people-trained", _("обучени хора"), trained()),
        *((code, words, trained(**only)) for code, (words, only) in kinds.items()),
        (
            "people-trained-office",
            _("обучени хора от фронт-офиса и общината"),
            trained(lambda project: attendances(project).filter(~_of_a_provider())),
        ),
        (
            "people-trained-providers",
            _("обучени хора от доставчици"),
            trained(lambda project: attendances(project).filter(_of_a_provider())),
        ),
        ("people-appointed-trained", _("назначени и обучени хора"), appointed_and_trained),
        ("people-certified", _("хора с удостоверение от обучение"), certified),
    ]
    of_trainings = doubts_of(attendances)
    for code, words, rows in people:
        register_source(
            Source(code, words, PEOPLE, rows, _person, is_personal=True, doubts=of_trainings)
        )
    register_source(
        Source("trainings-held", _("проведени обучения"), PIECES, trainings_held, _training)
    )
    register_source(
        Source("supervisions", _("проведени супервизии"), PIECES, supervision_held, _supervision)
    )
    register_source(
        Source(
            "people-supervised",
            _("хора, получили супервизия"),
            PEOPLE,
            _rows_of(supervised),
            _person,
            is_personal=True,
            doubts=doubts_of(supervised),
        )
    )
