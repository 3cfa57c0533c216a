"""Encrypt everything stored with the newest of DATA_KEYS, so that the older ones can go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from municipalities.models import Municipality
from municipalities.secrets import UnreadableSecret, encrypted_fields, rotated
from municipalities.tenancy import MunicipalModel, municipality_scope

BATCH = 500
SECOND_FACTORS = "mfa.Authenticator.data"
SECRETS_OF_FACTORS = ("secret", "seed")
LISTED = 20


@dataclass
class Count:
    """What became of the rows of one field."""

    rotated: int = 0
    already: int = 0
    unreadable: list[int] = field(default_factory=list)


class Command(BaseCommand):
    help = (
        "Шифрова наново с първия от DATA_KEYS всичко, което е шифровано с по-стар ключ. "
        "Може да се прекъсне и да се пусне пак: готовото се прескача."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--batch", type=int, default=BATCH, help="Колко реда наведнъж (по подразбиране 500)."
        )

    def handle(self, *args, batch: int, **options):
        if batch < 1:
            raise CommandError("--batch е поне 1.")
        if not settings.DATA_KEYS:
            raise CommandError("DATA_KEYS е празно.")
        totals: dict[str, Count] = {}
        for model, name in encrypted_fields():
            label = f"{model._meta.label}.{name}"
            total = totals.setdefault(label, Count())
            for owner in _owners(model):
                place = f"{owner.name}: {label}" if owner else label
                self._rotate(model, name, owner, batch, total, place)
        totals[SECOND_FACTORS] = _rotate_second_factors()
        self._report(totals)

    def _rotate(self, model, name, owner, batch: int, total: Count, place: str) -> None:
        """Go through one municipality's rows by number, a transaction a batch."""
        last, done = 0, 0
        while True:
            with municipality_scope(owner) if owner else nullcontext(), transaction.atomic():
                rows = _next_rows(model, name, last, batch)
                if not rows:
                    return
                _rotate_rows(model, name, rows, total)
            last, done = rows[-1][0], done + len(rows)
            self.stdout.write(f"{place}: {done}")

    def _report(self, totals: dict[str, Count]) -> None:
        broken = 0
        for label, count in totals.items():
            self.stdout.write(
                f"{label}: шифровани наново {count.rotated}, вече с новия ключ {count.already}, "
                f"не се четат {len(count.unreadable)}"
            )
            if count.unreadable:
                broken += len(count.unreadable)
                listed = ", ".join(map(str, count.unreadable[:LISTED]))
                more = " …" if len(count.unreadable) > LISTED else ""
                self.stderr.write(f"{label}: не се четат редове {listed}{more}")
        if broken:
            raise CommandError(
                f"{broken} стойности не се четат с никой от ключовете. Оставени са, както са: "
                "върнете ключа, с който са шифровани, и пуснете командата пак."
            )


def _rotate_second_factors() -> Count:
    """Rotate what allauth keeps inside JSON: the secret of an application, the seed of codes."""
    total = Count()
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if factor is None:
                continue
            tokens = {name: factor.data[name] for name in SECRETS_OF_FACTORS if name in factor.data}
            if all(
                _is_of(Fernet(settings.DATA_KEYS[0]), token.encode()) for token in tokens.values()
            ):
                total.already += bool(tokens)
                continue
            try:
                fresh = {name: rotated(token.encode()).decode() for name, token in tokens.items()}
            except UnreadableSecret:
                total.unreadable.append(pk)
                continue
            factor.data = {**factor.data, **fresh}
            factor.save(update_fields=["data"])
            total.rotated += 1
    return total


def _owners(model: type[models.Model]) -> Iterator[Municipality | None]:
    """Yield every municipality, active or not; for a model that belongs to none, None once."""
    if issubclass(model, MunicipalModel):
        yield from Municipality.objects.order_by("pk")
    else:
        yield None


def _next_rows(model, name: str, last: int, batch: int) -> list[tuple[int, bytes]]:
    rows = model.objects.filter(pk__gt=last, **{f"{name}__isnull": False}).order_by("pk")
    return [
        (pk, bytes(token))
        for pk, token in rows.select_for_update(of=("self",)).values_list("pk", name)[:batch]
    ]


def _rotate_rows(model, name: str, rows: list[tuple[int, bytes]], total: Count) -> None:
    newest = Fernet(settings.DATA_KEYS[0])
    for pk, token in rows:
        if _is_of(newest, token):
            total.already += 1
            continue
        try:
            model.objects.filter(pk=pk).update(**{name: rotated(token)})
        except UnreadableSecret:
            total.unreadable.append(pk)
        else:
            total.rotated += 1


def _is_of(key: Fernet, token: bytes) -> bool:
    try:
        key.decrypt(token)
    except InvalidToken:
        return False
    return True
