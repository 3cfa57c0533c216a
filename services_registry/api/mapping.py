"""From the registry's rows to the objects of HSDS.

Nothing here sends a query: ``queries`` brings the rows with all they need. ``base`` is the address
of the portal („https://host“), for absolute addresses. What is not known is left out, with the few
exceptions that the specification requires; docs/open-data.md lists them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.text import capfirst

from municipalities.models import Municipality
from services_registry.api import schemas
from services_registry.api.identifiers import ROOT, child_id
from services_registry.api.sites import phones_of, service_at_location
from services_registry.api.taxonomies import terms_of
from services_registry.models import Fee, Provider, Service

STATUS = {
    Service.Status.PUBLISHED: "active",
    Service.Status.PAUSED: "temporarily closed",
}
PLACE = schemas.Unit(id=child_id(ROOT, "unit", "place"), name="място")
EIK_SCHEME = "BG-EIK"  # the Commercial Register in the list of org-id.guide


def ascii_uri(address: str) -> str | None:
    """Return a web address without letters outside ASCII, None where it cannot be written so."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError is one
        return None
    return iri_to_uri(urlunsplit(parts._replace(netloc=host + port))) if host else None


def paragraphs(*parts: str) -> str | None:
    """Join what there is of ``parts`` by empty lines; None where there is nothing."""
    return "\n\n".join(part for part in parts if part) or None


# Organisations


def organization(provider: Provider, municipality: Municipality) -> schemas.Organization:
    """Return a provider with its own facts only."""
    kind = provider.get_kind_display()
    return schemas.Organization(
        id=provider.public_id,
        name=provider.name,
        # Required by HSDS and not kept by the registry: said of what is known.
        description=f"Доставчик на социални услуги ({kind}), община {municipality.name}.",
        email=provider.email or None,
        website=ascii_uri(provider.website),
        legal_status=kind,
    )


def full_organization(
    provider: Provider,
    municipality: Municipality,
    services: list[schemas.Service] | None = None,
) -> schemas.Organization:
    """Return a provider with telephone, identifiers and, where given, services."""
    basic = organization(provider, municipality)
    basic.phones = phones_of(provider)
    basic.organization_identifiers = _identifiers(provider)
    basic.services = services
    return basic


def _identifiers(provider: Provider) -> list[schemas.Identifier]:
    rows = (
        ("eik", EIK_SCHEME, "ЕИК", provider.eik),
        ("licence", None, "Лиценз за предоставяне на социални услуги", provider.licence_number),
    )
    return [
        schemas.Identifier(
            id=child_id(provider.public_id, "identifier", key),
            organization_id=provider.public_id,
            identifier_scheme=scheme,
            identifier_type=name,
            identifier=value,
        )
        for key, scheme, name, value in rows
        if value
    ]


def _licence(provider: Provider) -> str | None:
    if not provider.licence_number:
        return None
    until = provider.licence_valid_to
    return f"Лиценз {provider.licence_number}" + (
        f", валиден до {until:%d.%m.%Y} г." if until else ""
    )


# Services


def mark(service: Service) -> schemas.ServiceMark:
    """Return what ``minimal`` asks for."""
    return schemas.ServiceMark(
        id=service.public_id,
        last_modified=service.updated_at,
        modified_date=service.updated_at,
    )


def service(one: Service, base: str) -> schemas.Service:
    """Return a service with its own facts and its provider; needs its fees."""
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(one.steps, start=1))
    by_provider = one.checked_by == Service.CheckedBy.PROVIDER
    return schemas.Service(
        id=one.public_id,
        organization_id=one.provider.public_id,
        name=one.name,
        description=paragraphs(one.summary, one.description),
        url=base + one.get_absolute_url(),
        email=one.provider.email or None,
        status=STATUS[Service.Status(one.status)],
        alert=_alert(one),
        application_process=paragraphs(
            steps, f"Насочване: {one.get_referred_by_display()}." if one.referred_by else ""
        ),
        fees_description="\n".join(_fee_words(fee) for fee in one.fees.all()) or None,
        accreditations=_licence(one.provider),
        eligibility_description=paragraphs(
            one.for_whom, one.eligibility, f"За кого не е: {one.not_for}" if one.not_for else ""
        ),
        assured_date=one.checked_on,
        assurer_email=one.provider.email or None if by_provider else None,
        last_modified=one.updated_at,
        organization=organization(one.provider, one.municipality),
    )


def _alert(one: Service) -> str | None:
    """Return why the service is paused, and until when it is offered where its end is set."""
    paused = one.paused_reason if one.status == Service.Status.PAUSED else ""
    ends = f"Последен ден: {one.closes_on:%d.%m.%Y} г." if one.closes_on else ""
    return paragraphs(paused, f"{ends} {one.closing_note}".strip() if ends else "")


def full_service(one: Service, base: str) -> schemas.Service:
    """Return a service with all that belongs to it; needs what ``queries.whole`` brings."""
    known = service(one, base)
    own = one.public_id
    known.organization = full_organization(one.provider, one.municipality)
    known.phones = phones_of(one.provider)
    known.service_areas = [
        schemas.ServiceArea(
            id=child_id(own, "service_area", one.municipality.code),
            service_id=own,
            name=f"Община {one.municipality.name}",
        )
    ]
    known.service_at_locations = [service_at_location(site, full=True) for site in one.sites.all()]
    known.languages = [
        schemas.Language(id=child_id(own, "language", code), service_id=own, name=name, code=code)
        for code, name in zip(one.languages, one.language_names(), strict=True)
    ] or None
    known.funding = [
        schemas.Funding(
            id=child_id(own, "funding"), service_id=own, source=one.get_financing_display()
        )
    ]
    known.cost_options = _cost_options(one)
    known.required_documents = _required_documents(one)
    known.capacities = _capacities(one)
    known.attributes = _attributes(one)
    return known


def _fee_words(fee: Fee) -> str:
    """Say a fee as the service's page does."""
    words = str(fee.for_citizens())
    if fee.is_for_some:
        words = f"{capfirst(fee.user_group)}: {words}"
    if fee.note:
        words = f"{words}. {fee.note}"
    if fee.legal_act and fee.kind != Fee.Kind.FREE:
        words = f"{words} ({fee.legal_act})"
    return words


def _amount(fee: Fee) -> float | None:
    """Return the sum that somebody verified, else None; an income share has none."""
    if fee.kind == Fee.Kind.FREE and fee.verified:
        return 0.0
    known = fee.amount_for_citizens if fee.kind == Fee.Kind.FIXED else None
    return None if known is None else float(known)


def _cost_options(one: Service) -> list[schemas.CostOption]:
    options, seen = [], Counter[str]()
    for fee in one.fees.all():
        seen[fee.user_group] += 1
        amount = _amount(fee)
        options.append(
            schemas.CostOption(
                # Of the group alone: an identifier of the sum would give an unverified one away.
                id=child_id(one.public_id, "fee", f"{seen[fee.user_group]}:{fee.user_group}"),
                service_id=one.public_id,
                option=fee.user_group or None,
                amount=amount,
                currency=None if amount is None else fee.currency,
                amount_description=_fee_words(fee),
                valid_from=fee.valid_from,
                valid_to=fee.valid_to,
            )
        )
    return options


def _required_documents(one: Service) -> list[schemas.RequiredDocument]:
    documents = []
    for paper in one.papers.all():
        words = paper.document.name
        if paper.document.for_reference:
            words += " (само за справка)"
        if paper.note:
            words += f": {paper.note}"
        if paper.document.where:
            words += f"\n{paper.document.where}"
        documents.append(
            schemas.RequiredDocument(
                id=child_id(one.public_id, "document", paper.document.code),
                service_id=one.public_id,
                document=words,
            )
        )
    return documents


def _capacities(one: Service) -> list[schemas.Capacity]:
    """Return the newest free places; needs ``with_latest_capacity``."""
    if one.capacity_places is None:
        return []
    day = one.capacity_as_of
    words = f"Към {day:%d.%m.%Y} г.: свободни места {one.capacity_free} от {one.capacity_places}"
    if one.capacity_waiting:
        words += f", чакащи {one.capacity_waiting}"
    return [
        schemas.Capacity(
            id=child_id(one.public_id, "capacity"),
            service_id=one.public_id,
            unit=PLACE,
            available=one.capacity_free,
            maximum=one.capacity_places,
            description=words,
            updated=dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone()),
        )
    ]


def _legal_act(one: Service) -> str:
    day = f" от {one.legal_act_on:%d.%m.%Y} г." if one.legal_act and one.legal_act_on else ""
    return f"{one.legal_act}{day}"


def _attributes(one: Service) -> list[schemas.Attribute]:
    def attribute(key: str, link_type: str, **facts) -> schemas.Attribute:
        return schemas.Attribute(
            id=child_id(own, "attribute", key),
            link_id=own,
            link_entity="service",
            link_type=link_type,
            **facts,
        )

    own: UUID = one.public_id
    attributes = [
        attribute(
            f"{classifier.link_type}:{term.code}",
            classifier.link_type,
            label=classifier.name,
            value=term.name,
            taxonomy_term_id=term.id,
            taxonomy_term=term,
        )
        for classifier, term in terms_of(one)
    ]
    # The value is what the filter ``municipality`` takes.
    town = one.municipality
    label = f"Община {town.name}"
    attributes.append(attribute("municipality", "municipality", label=label, value=town.slug))
    attributes += [
        attribute(key, key, label=label, value=value)
        for key, label, value in (
            # HSDS has no place for these; each is a plain fact of the record.
            ("summary_en", "Summary in English", one.summary_en),
            ("easy_read", "Лесно за четене", one.easy_read),
            ("opened_on", "Работи от", one.opened_on.isoformat() if one.opened_on else ""),
            ("closes_on", "Последен ден", one.closes_on.isoformat() if one.closes_on else ""),
            ("legal_act", "Създадена с акт", _legal_act(one)),
        )
        if value
    ]
    return attributes
