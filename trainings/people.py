"""Those who learn: one row a person of a municipality, whatever they take part in.

Everything works inside the scope of the municipality. Whoever is counted anywhere (trainings,
supervision, norms, indicators) is counted by ``Trainee``, so a person with an account, with two
roles or of a provider is still one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from municipalities.models import Membership, Municipality, Office, User
from services_registry.models import Provider, ProviderMembership
from trainings.models import Trainee

# Of participants: those whom a mail reaches.
HAS_MAIL = ~Q(trainee__email="") | Q(trainee__user__is_active=True)


def mail_of(trainee: Trainee) -> str:
    """Return where ``trainee`` is written to: their address, that of their account, or ""."""
    account = trainee.user
    return trainee.email or (account.email if account and account.is_active else "")


@transaction.atomic
def trainee_of(user: User, municipality: Municipality) -> Trainee:
    """Return the one row of ``user`` in ``municipality``, made if there is none.

    Somebody who was written down with the same e-mail before they had an account is that row, where
    there is exactly one such; it gets the account. Two at once find the same row.
    """
    return trainees_of([user], municipality)[0]


@transaction.atomic
def trainees_of(users: Iterable[User], municipality: Municipality) -> list[Trainee]:
    """Return the rows of ``users`` in their order, as ``trainee_of``; the queries do not grow."""
    users = list(users)
    there = _by_user(users)
    missing = [user for user in users if user.pk not in there]
    if missing:
        missing = _tied_by_email(missing)
        Trainee.objects.bulk_create(_new_rows(missing, municipality), ignore_conflicts=True)
        there = _by_user(users)
    return [there[user.pk] for user in users]


def colleagues(office: Office | None = None) -> QuerySet[User]:
    """Return those with a role in the municipality of the scope, or in one of its offices."""
    roles = Membership.objects.current()
    if office is not None:
        roles = roles.filter(office=office)
    return _active(roles)


def people_of(provider: Provider) -> QuerySet[User]:
    """Return those who sign in for ``provider``."""
    return _active(ProviderMembership.objects.filter(provider=provider))


def _active(roles: QuerySet) -> QuerySet[User]:
    return User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by("name", "pk")


def _by_user(users: list[User]) -> dict[int, Trainee]:
    return {row.user_id: row for row in Trainee.objects.filter(user__in=users) if row.user_id}


def _tied_by_email(users: list[User]) -> list[User]:
    """Give the account to rows without one that have its e-mail; return users still without."""
    free: dict[str, list[Trainee]] = {}
    for row in Trainee.objects.filter(user=None).exclude(email="").select_for_update():
        free.setdefault(row.email.lower(), []).append(row)
    left = []
    for user in users:
        rows = free.get(user.email.lower(), [])
        if len(rows) != 1:
            left.append(user)
            continue
        rows[0].user = user
        rows[0].save(update_fields=["user"])
    return left


def _new_rows(users: list[User], municipality: Municipality) -> list[Trainee]:
    """Return unsaved rows with what roles and providers tell of each."""
    jobs = dict(
        Membership.objects.current()
        .filter(user__in=users)
        .order_by("pk")
        .values_list("user", "job_title")
    )
    providers = {
        row.user_id: row.provider
        for row in ProviderMembership.objects.filter(user__in=users)
        .select_related("provider")
        .order_by("-pk")
    }
    rows = []
    for user in users:
        # Whoever works for the municipality too is counted as its own.
        provider = None if user.pk in jobs else providers.get(user.pk)
        organisation = provider.name if provider else f"община {municipality.name}"
        rows.append(
            Trainee(
                municipality=municipality,
                user=user,
                name=user.name or user.email,
                organisation=organisation[:160],
                provider=provider,
                job=jobs.get(user.pk, ""),
                email=user.email,
            )
        )
    return rows
