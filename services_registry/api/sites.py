"""Places where services are given, as HSDS knows them. A secret address gives nothing away."""

from __future__ import annotations

import datetime as dt
import re
from uuid import UUID

from django.utils import timezone

from municipalities.hours import week
from services_registry.api import schemas
from services_registry.api.identifiers import child_id
from services_registry.models import Provider, ServiceSite, SiteHours

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HIDDEN_NAME = "Място с таен адрес"
HIDDEN_WORDS = "Адресът не се показва, за да са в безопасност хората в него. Обадете се."
_NATIONAL_NUMBER = re.compile(r"0[1-9][\d\s/()-]*")


def international(phone: str) -> str:
    """Write a Bulgarian telephone in the international form; leave what is not plainly one."""
    number = phone.strip()
    return f"+359 {number[1:]}" if _NATIONAL_NUMBER.fullmatch(number) else number


def phones_of(one: Provider | ServiceSite) -> list[schemas.Phone]:
    """Return the telephone of a provider or a site."""
    if not one.phone:
        return []
    return [schemas.Phone(id=child_id(one.public_id, "phone"), number=international(one.phone))]


def service_at_location(site: ServiceSite, *, full: bool) -> schemas.ServiceAtLocation:
    """Return a site of ``site.service``.

    With ``full`` goes all that belongs to it; that needs its hours and the way to its province.
    """
    place = location(site)
    known = schemas.ServiceAtLocation(
        id=site.public_id,
        service_id=site.service.public_id,
        location_id=place.id,
        location=place,
    )
    if not full:
        return known
    known.phones, known.contacts = phones_of(site), _contacts(site)
    known.schedules = schedules(site)
    if not site.address_is_secret:
        place.addresses = [_address(site, place.id)]
        place.accessibility = _accessibility(site, place.id)
        place.attributes = [_ekatte(site, place.id)]
    return known


def _contacts(site: ServiceSite) -> list[schemas.Contact]:
    if not site.email:
        return []
    return [schemas.Contact(id=child_id(site.public_id, "contact"), email=site.email)]


def location(site: ServiceSite) -> schemas.Location:
    """Return the place itself. Of a secret one: its name, and that one has to call."""
    own = child_id(site.public_id, "location")
    if site.address_is_secret:
        return schemas.Location(id=own, name=site.name or HIDDEN_NAME, description=HIDDEN_WORDS)
    return schemas.Location(
        id=own,
        name=site.name or str(site.settlement),
        description=site.note or None,
        latitude=None if site.latitude is None else float(site.latitude),
        longitude=None if site.longitude is None else float(site.longitude),
    )


def _address(site: ServiceSite, location_id: UUID) -> schemas.Address:
    settlement = site.settlement
    return schemas.Address(
        id=child_id(site.public_id, "address"),
        location_id=location_id,
        # HSDS requires a first line and a postcode; where none is known the place itself is said.
        address_1=site.address or str(settlement),
        city=settlement.name,
        region=settlement.municipality.name,
        state_province=settlement.municipality.province.name,
        postal_code=settlement.postcode,
    )


def _ekatte(site: ServiceSite, location_id: UUID) -> schemas.Attribute:
    return schemas.Attribute(
        id=child_id(site.public_id, "attribute", "ekatte"),
        link_id=location_id,
        link_entity="location",
        link_type="settlement",
        label=f"{site.settlement}, ЕКАТТЕ",
        value=site.settlement.ekatte,
    )


def _accessibility(site: ServiceSite, location_id: UUID) -> list[schemas.Accessibility]:
    """Return what the place is known to have and to lack, point by point."""
    return [
        schemas.Accessibility(
            id=child_id(site.public_id, "accessibility", name),
            location_id=location_id,
            description=(
                f"{site._meta.get_field(name).verbose_name}: "
                f"{'има' if getattr(site, name) else 'няма'}"
            ),
        )
        for name in site.ACCESS_FIELDS
        if getattr(site, name) is not None
    ]


def schedules(site: ServiceSite) -> list[schemas.Schedule]:
    """Return the working week and, after it, the days from today on that are unlike it."""
    return [*_week(site), *_exceptions(site)]


def _clock(time: dt.time, day: dt.date | None = None) -> str:
    """Write a time with the offset of ``day`` (today): HSDS has no named time zones."""
    offset = _midday(day).strftime("%z")
    return f"{time:%H:%M}{offset[:3]}:{offset[3:]}"


def _offset(day: dt.date | None = None) -> float:
    return (_midday(day).utcoffset() or dt.timedelta()) / dt.timedelta(hours=1)


def _midday(day: dt.date | None) -> dt.datetime:
    if day is None:
        return timezone.localtime()
    return dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_current_timezone())


def _week(site: ServiceSite) -> list[schemas.Schedule]:
    """Return one schedule for each pair of opening and closing times."""
    stretches: dict[tuple[dt.time, dt.time], list[SiteHours]] = {}
    for row in site.hours.all():
        stretches.setdefault((row.opens, row.closes), []).append(row)
    return [
        schemas.Schedule(
            id=child_id(site.public_id, "schedule", f"{opens:%H:%M}-{closes:%H:%M}"),
            service_at_location_id=site.public_id,
            freq="WEEKLY",
            wkst="MO",
            byday=",".join(WEEKDAYS[row.weekday - 1] for row in rows),
            opens_at=_clock(opens),
            closes_at=_clock(closes),
            timezone=_offset(),
            description="; ".join(f"{days}, {times}" for days, times in week(rows)),
        )
        for (opens, closes), rows in sorted(stretches.items())
    ]


def _exceptions(site: ServiceSite) -> list[schemas.Schedule]:
    """Return what replaces the week and holidays on its days; no times where it is closed."""
    # Of two equal rows one is enough, and one identifier.
    today = timezone.localdate()
    rows = {str(row): row for row in site.known_exceptions() if row.last_day >= today}
    return [
        schemas.Schedule(
            id=child_id(site.public_id, "exception", words),
            service_at_location_id=site.public_id,
            valid_from=row.first_day,
            valid_to=row.last_day,
            opens_at=_clock(row.opens, row.first_day) if row.opens else None,
            closes_at=_clock(row.closes, row.first_day) if row.closes else None,
            timezone=_offset(row.first_day),
            description=words,
            notes=row.reason or None,
        )
        for words, row in rows.items()
    ]
