"""A few days of invented consultations and a few invented people, so that the desk is not empty."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

from django.utils import timezone
from stdnum.bg import egn

from frontoffice import demo_desk
from frontoffice.consultations import record_consultation
from frontoffice.identifiers import IdentifierKind
from frontoffice.models import Consultation, ConsultationTopic, Person
from frontoffice.people import create_person
from municipalities.demo import demo_municipalities
from municipalities.hours import is_holiday
from municipalities.models import Membership, Role, Settlement
from municipalities.tenancy import municipality_scope
from services_registry.models import Service, ServiceKind

Channel, Subject, Outcome = Consultation.Channel, Consultation.Subject, Consultation.Outcome
# (channel, topic, for whom, outcome, minutes, note); the notes name nobody.
TALKS = (
    (Channel.IN_PERSON, "assistant_support", Subject.RELATIVE, Outcome.APPLICATION, 18,
     "Дъщеря пита за майка си на 84 г. Трудно се придвижва, иска помощ сутрин."),
    (Channel.PHONE, "hot_meal", Subject.SELF, Outcome.INFORMED, 6,
     "Пита кога се приемат заявления за топъл обяд."),
    (Channel.PHONE, "personal_assistance", Subject.RELATIVE, Outcome.ELSEWHERE, 9,
     "Обяснен е редът: първо оценка в дирекция „Социално подпомагане“."),
    (Channel.IN_PERSON, "telk", Subject.SELF, Outcome.FOLLOW_UP, 14,
     "Чака решение на ТЕЛК, ще дойде пак, когато го получи."),
    (Channel.EMAIL, "children_services", Subject.RELATIVE, Outcome.INFORMED, 11,
     "Родител търси логопед за дете на 5 г."),
    (Channel.OUTREACH, "home_patronage", Subject.OTHER, Outcome.INFORMED, 8,
     "Съсед пита за възрастна жена, която живее сама."),
    (Channel.PHONE, "shelter_crisis", Subject.PROFESSIONAL, Outcome.INFORMED, 7,
     "Болница пита за свободни места за временно настаняване."),
    (Channel.PHONE, "residential_care", Subject.RELATIVE, Outcome.UNMET, 10,
     "Търси услуга, която в общината няма."),
)  # fmt: skip
SETTLEMENTS = 4  # the largest, from which people ask
DAYS = 20
A_DAY = 3
# (given, middle, family name, what is known). A ЕГН could be a living person's, so those here are
# of people born before 1900; the others have a service number or none.
PEOPLE: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Примера", "Образцова", "Измислена",
     {"born": dt.date(1894, 3, 12), "phones": "042000121", "address": "ул. „Примерна“ 1",
      "needs": ["large_print", "hard_of_hearing"]}),
    ("Образец", "Пробов", "Несъществуващ",
     {"born": dt.date(1897, 11, 2), "phones": "042000122 0880000122", "needs": ["home_visit"]}),
    ("Проба", "", "Измислена",
     {"kind": IdentifierKind.SERVICE, "birth_year": 1952, "phones": "042000123"}),
    ("Мостра", "Примерова", "Демонстрационна",
     {"kind": IdentifierKind.SERVICE, "language": "украински", "phones": "0880000124"}),
    ("Никой", "", "Никоев", {"kind": IdentifierKind.NONE, "birth_year": 1987}),
    ("Измислица", "", "Примерова",
     {"kind": IdentifierKind.NONE, "email": "izmislitsa@example.bg", "needs": ["sign_language"]}),
)  # fmt: skip
WITH_A_PERSON = 3  # every third talk


def load(*, report: Callable[[str], None]) -> None:
    """Record consultations on the last working days of each demo municipality."""
    topics = {t.code: t for t in ConsultationTopic.objects.prefetch_related("kinds")}
    count = 0
    for municipality in demo_municipalities().values():
        with municipality_scope(municipality):
            specialist = Membership.objects.select_related("user", "office").get(
                role=Role.SPECIALIST
            )
            specialist.municipality = municipality
            services = list(
                Service.public.filter(municipality=municipality)
                .prefetch_related("kinds")
                .order_by("pk")
            )
            people = _write_down(specialist)
            missing = _missing(services)
            places = list(
                Settlement.objects.filter(municipality=municipality).order_by(
                    "-population_2013", "ekatte"
                )[:SETTLEMENTS]
            )
            head = Membership.objects.select_related("user", "office").get(role=Role.HEAD)
            head.municipality = municipality
            demo_desk.load(specialist=specialist, head=head, people=people)
            for number, (moment, talk) in enumerate(zip(_moments(), cycle(TALKS), strict=False)):
                is_named = number % WITH_A_PERSON == 0
                person = people[number // WITH_A_PERSON % len(people)] if is_named else None
                place = places[number % len(places)]
                _record(specialist, moment, talk, topics, services, person, place, missing)
                count += 1
    report(f"Примерни консултации: {count}; измислени хора: {len(PEOPLE)} във всяка община")


def invented_egn(born: dt.date, order: int) -> str:
    """Return a right ЕГН of somebody born before 1900, whom no living person can be."""
    if born.year >= 1900:
        raise ValueError("A ЕГН of this date may be a living person's.")
    digits = f"{born.year % 100:02d}{born.month + 20:02d}{born.day:02d}{order:03d}"
    return digits + egn.calc_check_digit(digits)


def _write_down(specialist: Membership) -> list[Person]:
    people = []
    for order, (given, middle, family, known) in enumerate(PEOPLE, start=specialist.pk % 300):
        facts = dict(known)
        born = facts.pop("born", None)
        digits = invented_egn(born, order) if born else ""
        person, _is_new = create_person(
            membership=specialist,
            form_key=uuid.uuid4(),
            identifier_kind=facts.pop("kind", IdentifierKind.EGN),
            digits=digits,
            given_name=given,
            middle_name=middle,
            family_name=family,
            settlement=specialist.office.settlement if specialist.office else None,
            **facts,
        )
        people.append(person)
    return people


def _missing(services: list[Service]) -> ServiceKind | None:
    """Return the first kind of which there is no service here."""
    there = {kind.pk for service in services for kind in service.kinds.all()}
    return ServiceKind.objects.exclude(pk__in=there).order_by("number", "pk").first()


def _moments() -> list[dt.datetime]:
    """Return moments inside the working time of the last ``DAYS`` working days before today."""
    today = timezone.localdate()
    days = (today - dt.timedelta(days=n) for n in range(1, 60))
    working = (day for day in days if day.isoweekday() <= 5 and not is_holiday(day))
    return [
        timezone.make_aware(dt.datetime.combine(day, dt.time(9 + 2 * n, 10 * n)))
        for day in islice(working, DAYS)
        for n in range(A_DAY)
    ]


def _record(
    specialist: Membership,
    moment: dt.datetime,
    talk: tuple,
    topics,
    services,
    person: Person | None,
    place: Settlement,
    missing: ServiceKind | None,
) -> None:
    channel, code, subject, outcome, minutes, note = talk
    topic = topics[code]
    kinds = {kind.pk for kind in topic.kinds.all()}
    discussed = [s for s in services if kinds & {kind.pk for kind in s.kinds.all()}][:2]
    record_consultation(
        membership=specialist,
        form_key=uuid.uuid4(),
        topics=[topic],
        services=discussed,
        held_at=moment,
        duration_minutes=minutes,
        channel=channel,
        subject=subject,
        outcome=outcome,
        note=note,
        settlement=place,
        person=person,
        missing_kind=missing if outcome == Outcome.UNMET else None,
    )
