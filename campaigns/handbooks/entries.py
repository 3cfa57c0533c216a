"""A service as the handbook keeps it: words alone, so that an old edition stays what it was."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Office, OfficeHours
from services_registry.models import Fee, Service, ServicePaper, ServiceSite, SiteHours
from services_registry.shown import ForCitizens

Entry = dict[str, Any]

# What is told of a service, in the order of telling.
LABELS = {
    "about": gettext_lazy("Какво е"),
    "for_whom": gettext_lazy("За кого"),
    "not_for": gettext_lazy("За кого не е"),
    "eligibility": gettext_lazy("Кога имате право"),
    "fees": gettext_lazy("Цена"),
    "papers": gettext_lazy("Документи"),
    "steps": gettext_lazy("Как се кандидатства"),
    "referral": gettext_lazy("Насочване"),
    "setting": gettext_lazy("Къде се предоставя"),
    "time": gettext_lazy("Колко време"),
    "languages": gettext_lazy("Езици"),
}
LABEL_PROVIDER = gettext_lazy("Доставчик")
LABEL_PLACES = gettext_lazy("Къде и кога")
LABEL_NOTICES = gettext_lazy("Важно")
LABEL_NAME = gettext_lazy("Наименование")


def for_book(services: QuerySet[Service]) -> QuerySet[Service]:
    """Bring with ``services`` all that ``entry_of`` reads, in a fixed number of queries."""
    hours = SiteHours.public.order_by("weekday", "opens")
    sites = (
        ServiceSite.public.select_related("settlement")
        .prefetch_related(Prefetch("hours", queryset=hours))
        .order_by("pk")
    )
    return (
        services.defer("search_vector")
        .select_related("provider", "municipality")
        .prefetch_related(
            Prefetch("sites", queryset=sites),
            Prefetch("fees", queryset=Fee.public.order_by("pk")),
            Prefetch("papers", queryset=ServicePaper.public.select_related("document")),
            "kinds",
            "target_groups",
            "life_situations",
        )
    )


def offices_of(municipality) -> list[Entry]:
    """Return what is told of the front offices that citizens see, in two queries."""
    hours = OfficeHours.public.order_by("weekday", "opens")
    offices = (
        Office.public.filter(municipality=municipality)
        .select_related("settlement")
        .prefetch_related(Prefetch("hours", queryset=hours))
        .order_by("name", "pk")
    )
    return [_office(office) for office in offices]


def key_of(service: Service) -> str:
    """Return by what an entry is known through all editions and in addresses."""
    return f"u{service.pk}"


def entry_of(service: Service) -> Entry:
    """Return what is told of ``service`` (of ``for_book``) to somebody who may use it.

    What changes by the week (free places, days off) is not printed. In the language of the moment.
    """
    shown = ForCitizens(service)
    facts = [
        _fact("about", [service.summary, *_paragraphs(service.description)]),
        _fact("for_whom", _for_whom(service)),
        _fact("not_for", _paragraphs(service.not_for)),
        _fact("eligibility", _paragraphs(service.eligibility)),
        _fact("fees", _fees(shown)),
        _fact("papers", [_paper(paper) for paper in service.papers.all()], "points"),
        _fact("steps", list(service.steps), "steps"),
        _fact("referral", [_referral(service)]),
        _fact("setting", [_listed(service.setting_names())]),
        _fact("time", [_time(service)]),
        _fact("languages", [_listed(service.language_names())]),
    ]
    provider = service.provider
    return {
        "key": key_of(service),
        "name": service.name,
        "url": service.get_absolute_url(),
        "notices": _notices(shown),
        "facts": [fact for fact in facts if fact["items"]],
        "provider": {
            "name": provider.name,
            "phone": provider.phone,
            "email": provider.email,
            "website": provider.website,
        },
        "places": [_place(site) for site in service.sites.all()],
        "checked_on": f"{service.checked_on:%d.%m.%Y}" if service.checked_on else "",
        "quick_exit": any(row.quick_exit for row in service.life_situations.all()),
    }


def _office(office: Office) -> Entry:
    return {
        "name": office.name,
        "address": f"{office.settlement}, {office.address}",
        "phone": office.phone,
        "email": office.email,
        "week": [list(line) for line in office.week()],
        "has": office.present(),
        "lacks": office.absent(),
        "note": "",
    }


def _fact(code: str, items: list[str], form: str = "text") -> Entry:
    return {"code": code, "form": form, "items": [item for item in items if item]}


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n") if part.strip()]


def _listed(words: list[str]) -> str:
    return str(capfirst(", ".join(words)))


def _for_whom(service: Service) -> list[str]:
    groups = ", ".join(str(group) for group in service.target_groups.all())
    return [*_paragraphs(service.for_whom), capfirst(groups)]


def _fees(shown: ForCitizens) -> list[str]:
    lapsed = [_("Сегашната такса се уточнява. Попитайте във фронт-офиса.")]
    return [
        *(_fee(fee) for fee in shown.fees),
        *(lapsed if shown.price_has_lapsed else []),
        *(_("от %(day)s: ") % {"day": f"{fee.valid_from:%d.%m.%Y}"} + _fee(fee)
          for fee in shown.coming_fees),
    ]  # fmt: skip


def _fee(fee: Fee) -> str:
    words = f"{capfirst(fee.user_group)}: " if fee.is_for_some else ""
    words += fee.for_citizens() + (f". {fee.note}" if fee.note else "")
    act = fee.legal_act if fee.kind != Fee.Kind.FREE else ""
    until = _("до %(day)s") % {"day": f"{fee.valid_to:%d.%m.%Y}"} if fee.valid_to else ""
    source = ", ".join(part for part in (act, until) if part)
    return f"{words} ({source})" if source else words


def _paper(paper) -> str:
    shown_only = _("само за справка") if paper.document.for_reference else ""
    more = " ".join(part for part in (paper.note, paper.document.where) if part)
    words = paper.document.name + (f" ({shown_only})" if shown_only else "")
    return f"{words}. {more}" if more else words


def _referral(service: Service) -> str:
    return {
        "none": _("Не е нужно насочване. Обърнете се направо към доставчика."),
        "municipality": _("Насочва общината: заявете желание във фронт-офиса."),
        "directorate": _("Насочва дирекция „Социално подпомагане“. Фронт-офисът ще ви обясни как."),
    }.get(service.referred_by, _("Кой насочва, зависи от случая. Фронт-офисът ще ви каже."))


def _time(service: Service) -> str:
    used = ", ".join(service.term_names())
    parts = (_listed(service.intensity_names()), f"{_('ползва се')} {used}" if used else "")
    return " · ".join(part for part in parts if part)


def _notices(shown: ForCitizens) -> list[str]:
    service = shown.service
    notices = []
    if service.status == Service.Status.PAUSED:
        notices.append(f"{_('Услугата е временно спряна')}: {service.paused_reason}")
    if shown.opens_later:
        notices.append(f"{_('Услугата ще работи от')} {service.opened_on:%d.%m.%Y}.")
    if service.closes_on:
        words = f"{_('Последният ден е')} {service.closes_on:%d.%m.%Y}."
        notices.append(f"{words} {service.closing_note}".strip())
    return notices


def _place(site: ServiceSite) -> Entry:
    if site.address_is_secret:
        address = _("Адресът не се показва, за да са в безопасност хората в него. Обадете се.")
    else:
        address = ", ".join(part for part in (str(site.settlement), site.address) if part)
    return {
        "name": site.name,
        "address": address,
        "phone": site.phone,
        "email": site.email,
        "week": [list(line) for line in site.week()],
        "has": site.present(),
        "lacks": site.absent(),
        "note": site.note,
    }
