"""A service as schema.org's GovernmentService, for search engines and assistants.

The same facts as on the page and no others: nothing secret, no sum that nobody verified.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from services_registry.models import Fee, Provider, Service
from services_registry.shown import ForCitizens, Place

# What could end the script element or begin another; as in django.utils.html.json_script.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ORGANIZATION = {
    Provider.Kind.MUNICIPALITY: "GovernmentOrganization",
    Provider.Kind.NONPROFIT: "NGO",
    Provider.Kind.COMPANY: "Corporation",
}


def service_jsonld(shown: ForCitizens, address: str) -> SafeString:
    """Return the JSON-LD of a service whose page is at the absolute ``address``."""
    text = json.dumps(service_data(shown, address), ensure_ascii=False)
    return mark_safe(text.translate(ESCAPES))  # noqa: S308  no <, > or & is left in it


def service_data(shown: ForCitizens, address: str) -> dict[str, Any]:
    """Return the GovernmentService as a dictionary; what is not known is not in it."""
    service = shown.service
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "GovernmentService",
            "@id": address,
            "url": address,
            "identifier": str(service.public_id),
            "name": service.name,
            "description": service.summary,
            "serviceType": [kind.name for kind in service.kinds.all()],
            "areaServed": {
                "@type": "AdministrativeArea",
                "name": f"Община {service.municipality.name}",
            },
            "audience": [
                {"@type": "Audience", "audienceType": group.plain_name}
                for group in service.target_groups.all()
            ],
            "serviceOperator": _provider(service.provider),
            "offers": [_offer(fee) for fee in shown.fees if _has_price(fee)],
            "availableChannel": [_channel(place, service) for place in shown.places],
        }
    )


def _known(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def _provider(provider: Provider) -> dict[str, Any]:
    return _known(
        {
            "@type": ORGANIZATION.get(Provider.Kind(provider.kind), "Organization"),
            "name": provider.name,
            "telephone": provider.phone,
            "email": provider.email,
            "url": provider.website,
        }
    )


def _has_price(fee: Fee) -> bool:
    return fee.kind == Fee.Kind.FREE or (
        fee.kind == Fee.Kind.FIXED and fee.amount_for_citizens is not None
    )


def _offer(fee: Fee) -> dict[str, Any]:
    price = "0" if fee.kind == Fee.Kind.FREE else str(fee.amount_for_citizens)
    return _known(
        {
            "@type": "Offer",
            "price": price,
            "priceCurrency": fee.currency,
            "description": " ".join(
                word for word in (fee.user_group, fee.get_per_display()) if word
            ),
            "validFrom": fee.valid_from and fee.valid_from.isoformat(),
            "validThrough": fee.valid_to and fee.valid_to.isoformat(),
        }
    )


def _channel(place: Place, service: Service) -> dict[str, Any]:
    site = place.site
    return _known(
        {
            "@type": "ServiceChannel",
            "availableLanguage": list(service.languages),
            "servicePhone": {"@type": "ContactPoint", "telephone": site.phone}
            if site.phone
            else None,
            "serviceLocation": _location(place),
        }
    )


def _location(place: Place) -> dict[str, Any]:
    site = place.site
    if site.address_is_secret:  # not the settlement either: a shelter must not be looked for
        return _known({"@type": "Place", "name": site.name})
    geo = None
    if site.latitude is not None and site.longitude is not None:
        geo = {
            "@type": "GeoCoordinates",
            "latitude": float(site.latitude),
            "longitude": float(site.longitude),
        }
    return _known(
        {
            "@type": "Place",
            "name": str(site),
            "address": _known(
                {
                    "@type": "PostalAddress",
                    "addressCountry": "BG",
                    "addressLocality": site.settlement.name,
                    "streetAddress": site.address,
                }
            ),
            "geo": geo,
            "openingHoursSpecification": [
                _hours(WEEKDAYS[row.weekday - 1], row) for row in site.hours.all()
            ],
            "specialOpeningHoursSpecification": [_special(day) for day in place.exceptions],
            "amenityFeature": [
                {"@type": "LocationFeatureSpecification", "name": words, "value": there}
                for words, there in place.access
            ],
        }
    )


def _hours(weekday: str, row) -> dict[str, str]:
    return {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": f"https://schema.org/{weekday}",
        "opens": f"{row.opens:%H:%M}",
        "closes": f"{row.closes:%H:%M}",
    }


def _special(day) -> dict[str, str]:
    # Equal times mean closed all day, as search engines read it.
    opens, closes = (day.opens, day.closes) if day.opens else (None, None)
    return {
        "@type": "OpeningHoursSpecification",
        "validFrom": day.first_day.isoformat(),
        "validThrough": day.last_day.isoformat(),
        "opens": f"{opens:%H:%M}" if opens else "00:00",
        "closes": f"{closes:%H:%M}" if closes else "00:00",
    }
