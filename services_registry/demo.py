"""The registries of the five demo municipalities: invented services of real kinds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from municipalities.demo import demo_municipalities
from municipalities.hours import hours_from
from municipalities.models import Municipality, Settlement, User
from municipalities.tenancy import municipality_scope
from services_registry import demo_record
from services_registry.classifiers import (
    LifeSituation,
    RequiredDocument,
    ServiceKind,
    TargetGroup,
)
from services_registry.models import (
    Capacity,
    Fee,
    Provider,
    ProviderMembership,
    Service,
    ServicePaper,
    ServiceSite,
    SiteHours,
)
from services_registry.search import reindex
from services_registry.upkeep import demo_reports

DATA = Path(__file__).parent / "demo_data"
PLAIN_FIELDS = (
    "name",
    "slug",
    "summary",
    "description",
    "for_whom",
    "not_for",
    "own_words",
    "scope",
    "settings",
    "financing",
    "steps",
    "status",
)


def load(*, report: Callable[[str], None]) -> None:
    """Load every registry, make a person for the first provider of each, build the search index."""
    classifiers = {
        "kinds": {row.code: row for row in ServiceKind.objects.all()},
        "target_groups": {row.code: row for row in TargetGroup.objects.all()},
        "life_situations": {row.slug: row for row in LifeSituation.objects.all()},
        "documents": {row.code: row for row in RequiredDocument.objects.all()},
        "settlements": {row.ekatte: row for row in Settlement.objects.all()},
    }
    count = 0
    written = demo_record.read()
    for slug, municipality in demo_municipalities().items():
        data = json.loads((DATA / f"{slug}.json").read_text(encoding="utf-8"))
        with municipality_scope(municipality):
            providers = _make_providers(municipality, data["providers"])
            member = _make_provider_member(municipality, next(iter(providers.values())))
            for row in data["services"]:
                facts = demo_record.facts_of(written, slug, row)
                service = _make_service(
                    municipality, providers[row["provider"]], {**row, **facts}, classifiers
                )
                demo_record.fill(service, facts, member)
                count += 1
            demo_reports.fill(municipality)
            reindex(Service.objects.all())
    report(f"Социални услуги: {count}")


def _make_providers(municipality: Municipality, rows: list[dict]) -> dict[str, Provider]:
    providers = {}
    for row in rows:
        licence = row["licence"] or {}
        providers[row["key"]] = Provider.objects.create(
            municipality=municipality,
            name=row["name"],
            kind=row["kind"],
            phone=row["phone"],
            email=row["email"],
            website=row["website"] or "",
            licence_number=licence.get("number", ""),
            licence_issued_on=licence.get("issued_on"),
            licence_valid_to=licence.get("valid_to"),
        )
    return providers


def _make_provider_member(municipality: Municipality, provider: Provider) -> User:
    user = User.objects.create_user(
        f"provider.{municipality.slug}@example.bg",
        settings.DEMO_PASSWORD,
        name="Виолета Доставчикова",
    )
    ProviderMembership.objects.create(municipality=municipality, user=user, provider=provider)
    return user


def _days_ago(days: int | None) -> dt.date | None:
    return None if days is None else timezone.localdate() - dt.timedelta(days=days)


def _make_service(
    municipality: Municipality, provider: Provider, row: dict, known: dict
) -> Service:
    service = Service.objects.create(
        municipality=municipality,
        provider=provider,
        referred_by=row["referral"],
        paused_reason=row.get("paused_reason", ""),
        checked_on=_days_ago(row["checked_days_ago"]),
        checked_by=row["checked_by"],
        owner=demo_record.owner_of(municipality.slug, row),
        **demo_record.columns_of(row),
        **{name: row[name] for name in PLAIN_FIELDS},
    )
    for links in ("kinds", "target_groups", "life_situations"):
        getattr(service, links).set([known[links][code] for code in row[links]])
    mine = {"municipality": municipality, "service": service}
    ServicePaper.objects.bulk_create(
        ServicePaper(document=known["documents"][d["code"]], note=d["note"], order=order, **mine)
        for order, d in enumerate(row["documents"])
    )
    Fee.objects.bulk_create(Fee(**mine, **{**fee, "per": fee["per"] or ""}) for fee in row["fees"])
    Capacity.objects.bulk_create(
        Capacity(
            **mine,
            as_of=_days_ago(snapshot["days_ago"]),
            places=snapshot["places"],
            free=snapshot["free"],
            waiting=snapshot["waiting"],
        )
        for snapshot in row["capacity"]
    )
    for site in row["sites"]:
        _make_site(mine, site, known["settlements"])
    return service


def _make_site(mine: dict, row: dict, settlements: dict[str, Settlement]) -> None:
    site = ServiceSite.objects.create(
        **mine,
        settlement=settlements[row["settlement"]],
        address=row["address"] or "",
        **{name: row[name] for name in ("address_is_secret", "latitude", "longitude")},
        **{name: row[name] or "" for name in ("name", "phone", "email", "note")},
        **row["access"],
    )
    SiteHours.objects.bulk_create(
        SiteHours(municipality=mine["municipality"], site=site, **hours)
        for hours in hours_from(row["hours"])
    )
