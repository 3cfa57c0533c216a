"""What the rows of a file may name: choices of the record, classifiers, places, providers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from municipalities.cells import key
from municipalities.models import Municipality, Settlement
from services_registry.models import (
    Fee,
    LifeSituation,
    Provider,
    RequiredDocument,
    Service,
    ServiceKind,
    TargetGroup,
)

# What people write besides the names that the portal shows.
ALSO: dict[str, dict[str, Any]] = {
    "scope": {
        "общодостъпни": Service.Scope.GENERAL,
        "общодостъпна услуга": Service.Scope.GENERAL,
        "специализирани": Service.Scope.SPECIALISED,
        "специализирана услуга": Service.Scope.SPECIALISED,
    },
    "settings": {
        "домашна среда": Service.Setting.HOME,
        "дом": Service.Setting.HOME,
        "специализирана среда": Service.Setting.SPECIALISED,
        "център": Service.Setting.SPECIALISED,
        "мобилно": Service.Setting.MOBILE,
        "мобилна работа": Service.Setting.MOBILE,
    },
    "financing": {
        "ддд": Service.Financing.STATE,
        "делегирана от държавата дейност": Service.Financing.STATE,
        "държавен бюджет": Service.Financing.STATE,
        "местна дейност": Service.Financing.MUNICIPAL,
        "общински бюджет": Service.Financing.MUNICIPAL,
        "проект": Service.Financing.PROJECT,
        "частно": Service.Financing.PRIVATE,
    },
    "referred_by": {
        "не": Service.ReferredBy.NOBODY,
        "без насочване": Service.ReferredBy.NOBODY,
        "община": Service.ReferredBy.MUNICIPALITY,
        "общината": Service.ReferredBy.MUNICIPALITY,
        "дсп": Service.ReferredBy.DIRECTORATE,
        "дирекция социално подпомагане": Service.ReferredBy.DIRECTORATE,
    },
    "provider_kind": {
        "юлнц": Provider.Kind.NONPROFIT,
        "нпо": Provider.Kind.NONPROFIT,
        "сдружение": Provider.Kind.NONPROFIT,
        "фондация": Provider.Kind.NONPROFIT,
        "дружество": Provider.Kind.COMPANY,
        "еоод": Provider.Kind.COMPANY,
        "оод": Provider.Kind.COMPANY,
    },
    "fee_kind": {
        "без такса": Fee.Kind.FREE,
        "не се заплаща": Fee.Kind.FREE,
        "безплатна": Fee.Kind.FREE,
    },
}


@dataclass(frozen=True)
class Names:
    """The names of one field: what each stands for, and which of them a message lists."""

    values: Mapping[str, Any]
    allowed: tuple[str, ...]


@dataclass
class Known:
    """All that a check looks up, asked of the database once a file.

    ``services`` are (key of the name, id of the provider) of those already in the registry.
    """

    names: dict[str, Names]
    providers: dict[str, tuple[int, str]]
    services: set[tuple[str, int]]
    settlements: dict[str, list[Settlement]] = field(default_factory=dict)
    settlement_names: tuple[str, ...] = ()


def known_to(municipality: Municipality) -> Known:
    """Return what the files of ``municipality`` may name; it must be the one in scope."""
    providers = {
        key(name): (pk, name)
        for pk, name in Provider.objects.order_by("pk").values_list("pk", "name")
    }
    services = {
        (key(name), provider)
        for name, provider in Service.objects.order_by("pk").values_list("name", "provider_id")
    }
    places: dict[str, list[Settlement]] = {}
    own = list(Settlement.objects.filter(municipality=municipality).order_by("name", "ekatte"))
    for place in own:
        for name in {key(place.name), key(str(place)), place.ekatte}:
            places.setdefault(name, []).append(place)
    return Known(_names(), providers, services, places, tuple(place.name for place in own))


def _names() -> dict[str, Names]:
    found = {
        code: _of_choices(code, choices)
        for code, choices in {
            "scope": Service.Scope.choices,
            "settings": Service.Setting.choices,
            "functions": Service.Function.choices,
            "terms": Service.Term.choices,
            "intensities": Service.Intensity.choices,
            "languages": Service.Language.choices,
            "financing": Service.Financing.choices,
            "referred_by": Service.ReferredBy.choices,
            "status": Service.Status.choices,
            "provider_kind": Provider.Kind.choices,
            "fee_kind": Fee.Kind.choices,
            "fee_per": Fee.Per.choices,
        }.items()
    }
    kinds = list(ServiceKind.objects.order_by("number"))
    by_kind: dict[str, Any] = {}
    for kind in kinds:
        for name in (kind.plain_name, kind.name, str(kind.number), f"т. {kind.number}"):
            by_kind[key(name)] = kind.pk
    found["kinds"] = Names(by_kind, tuple(f"{kind.number}. {kind.name}" for kind in kinds))
    for kind in kinds:
        by_kind[key(f"{kind.number}. {kind.name}")] = kind.pk
    found["target_groups"] = _of_rows(TargetGroup.objects.order_by("order", "pk"), "plain_name")
    found["life_situations"] = _of_rows(LifeSituation.objects.order_by("order", "pk"))
    found["papers"] = _of_rows(RequiredDocument.objects.order_by("name", "pk"))
    return found


def _of_choices(code: str, choices: Iterable[tuple[Any, Any]]) -> Names:
    shown = {str(label): str(value) for value, label in choices}
    also = {name: str(value) for name, value in ALSO.get(code, {}).items()}
    values = {**{key(name): v for name, v in also.items()}, **{key(n): v for n, v in shown.items()}}
    return Names(values, tuple(shown))


def _of_rows(rows: Iterable[Any], other: str = "") -> Names:
    values: dict[str, Any] = {}
    shown = []
    for row in rows:
        values.setdefault(key(row.name), row.pk)
        if other:
            values.setdefault(key(getattr(row, other)), row.pk)
        shown.append(row.name)
    return Names(values, tuple(shown))
