"""A few days of invented, anonymous consultations, so that the demo's desk is not empty."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from itertools import cycle, islice

from django.utils import timezone

from frontoffice.consultations import record_consultation
from frontoffice.models import Consultation, ConsultationTopic
from municipalities.demo import demo_municipalities
from municipalities.hours import is_holiday
from municipalities.models import Membership, Role
from municipalities.tenancy import municipality_scope
from services_registry.models import Service

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
)  # fmt: skip
DAYS = 6
A_DAY = 3


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
            for moment, talk in zip(_moments(), cycle(TALKS), strict=False):
                _record(specialist, moment, talk, topics, services)
                count += 1
    report(f"Примерни консултации: {count}")


def _moments() -> list[dt.datetime]:
    """Return moments inside the working time of the last ``DAYS`` working days before today."""
    today = timezone.localdate()
    days = (today - dt.timedelta(days=n) for n in range(1, 30))
    working = (day for day in days if day.isoweekday() <= 5 and not is_holiday(day))
    return [
        timezone.make_aware(dt.datetime.combine(day, dt.time(9 + 2 * n, 10 * n)))
        for day in islice(working, DAYS)
        for n in range(A_DAY)
    ]


def _record(specialist: Membership, moment: dt.datetime, talk: tuple, topics, services) -> None:
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
        settlement=None,
    )
