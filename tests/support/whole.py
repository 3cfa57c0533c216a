"""A service of which everything is known, for pages that must hold it all."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from services_registry.models import (
    Provider,
    RequiredDocument,
    Service,
    ServicePaper,
    SiteException,
    SiteHours,
)
from tests import factories


def days(count: int) -> dt.date:
    """Return the day ``count`` days from today."""
    return timezone.localdate() + dt.timedelta(days=count)


def of(service: Service) -> dict:
    """Return what makes a row of a factory belong to ``service``."""
    return {"municipality": service.municipality, "service": service}


def whole_service(sliven: Municipality) -> Service:
    """A service of which everything is known, about as long as people write."""
    sentence = "Помагаме на хора, които не могат сами да се грижат за себе си у дома. "
    service = factories.ServiceFactory(
        municipality=sliven,
        provider=licensed_provider(sliven),
        name="Дневен център за възрастни хора с увреждания",
        slug="dneven-tsentar",
        summary=sentence * 2,
        description=sentence * 40,
        for_whom=sentence * 6,
        not_for=sentence * 4,
        eligibility=sentence * 6,
        easy_read="\n\n".join([sentence] * 12),
        easy_read_tested_by="група от дневния център",
        easy_read_tested_on=days(-60),
        summary_en="Day care for older people with disabilities who live at home.",
        settings=["home", "specialised", "mobile"],
        functions=["preventive", "supporting"],
        terms=["long"],
        intensities=["full_day"],
        languages=["bg", "tr"],
        steps=[sentence] * 5,
        legal_act="Решение № 12 на Общинския съвет",
        legal_act_on=days(-900),
        opened_on=days(-800),
        in_national_map=True,
        closes_on=days(90),
        closing_note="Хората минават в новия център.",
        checked_on=days(-10),
        checked_by="office",
        kinds=[factories.ServiceKindFactory(number=n) for n in (2, 7, 8)],
        target_groups=[factories.TargetGroupFactory() for _ in range(4)],
        life_situations=[factories.LifeSituationFactory(quick_exit=True)],
    )
    factories.CapacityFactory(**of(service), waiting=3)
    for number in range(4):
        factories.FeeFactory(
            **of(service),
            user_group=f"група {number}",
            kind="fixed",
            amount=f"1{number}.50",
            per="month",
            verified=True,
            legal_act="Наредба на Общинския съвет за таксите",
            valid_from=days(-100),
        )
    for number in range(4):
        fill_site(service, number)
    fill_papers(service)
    office = factories.OfficeFactory(municipality=sliven, email="ofis@example.bg")
    for weekday in range(1, 6):
        factories.OfficeHoursFactory(municipality=sliven, office=office, weekday=weekday)
    return service


def licensed_provider(sliven: Municipality) -> Provider:
    return factories.ProviderFactory(
        municipality=sliven,
        kind="nonprofit",
        name="Сдружение „Ръка“",
        phone="044 000 200",
        email="raka@example.bg",
        website="https://raka.example.bg/",
        licence_number="0123-4",
        licence_issued_on=days(-300),
        licence_valid_to=days(300),
    )


def fill_site(service: Service, number: int) -> None:
    site = factories.ServiceSiteFactory(
        **of(service),
        name=f"Сграда {number}",
        phone="044 000 300",
        email="sgrada@example.bg",
        note="Входът е откъм двора.",
        latitude="42.681600",
        longitude="26.322900",
        step_free_entrance=True,
        lift=False,
        accessible_toilet=True,
        induction_loop=False,
        sign_language=False,
        parking=True,
        public_transport=True,
    )
    mine = {"municipality": service.municipality, "site": site}
    with municipality_scope(service.municipality):
        for weekday in range(1, 6):
            SiteHours.objects.create(**mine, weekday=weekday, opens="08:30", closes="17:00")
        SiteException.objects.create(
            **mine, first_day=days(5), last_day=days(6), reason="дезинфекция"
        )


def fill_papers(service: Service) -> None:
    for number in range(6):
        document = RequiredDocument.objects.create(
            code=f"doc-{number}", name=f"Документ {number}", where="От личния лекар"
        )
        with municipality_scope(service.municipality):
            ServicePaper.objects.create(**of(service), document=document, note="копие")
