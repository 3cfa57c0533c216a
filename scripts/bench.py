"""``make bench``: what the important pages cost with little data and with much.

Times are compared only inside one run: each page with few rows against the same page with many, and
both against a trivial page (``/healthz``), so that figures of different machines can be set side by
side. Nothing is judged: no page is too slow for this script, and it ends with 1 only where a page
does not answer as it should. The database is one for tests, made for the run and thrown away.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FRONTOFFICE_MODE", "test")

if __name__ == "__main__":
    import django

    django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from frontoffice.models import Consultation  # noqa: E402
from municipalities.models import Municipality, Role  # noqa: E402
from municipalities.tenancy import municipality_scope  # noqa: E402
from services_registry.models import Service  # noqa: E402
from services_registry.search import rebuild_vocabulary  # noqa: E402
from services_registry.search_index import reindex  # noqa: E402
from tests import factories  # noqa: E402
from tests.factories_people import PersonFactory  # noqa: E402
from tests.support import people  # noqa: E402

REFERENCE = "Сравнение: /healthz"
REPEATS = 9
BATCH = 1000
EVERY_DAY = 40  # consultations of a municipality a day
A_PERSON_HAS = 20  # consultations
NEEDS = ("домашни грижи", "дневен център", "топъл обяд", "личен асистент", "рехабилитация")


class WrongAnswer(Exception):
    """A page did not answer as it should: its times mean nothing."""


@dataclass(frozen=True)
class Size:
    """How many rows a municipality has."""

    services: int
    consultations: int


SIZES = (Size(services=50, consultations=500), Size(services=1000, consultations=20_000))


@dataclass(frozen=True)
class Question:
    """What somebody does: what it is called, how it is asked, what must be answered."""

    name: str
    ask: Callable[[], Any]
    expected: int = 200


@dataclass
class Town:
    """The measured municipality: who asks, and the rows that stay the same at every size."""

    municipality: Municipality
    specialist: Client
    topic: Any  # factories are typed as themselves, not as what they make
    person: Any

    @classmethod
    def make(cls) -> Town:
        """Make a municipality with a specialist and one person on record."""
        municipality = people.municipality(people.SLIVEN)
        office = factories.OfficeFactory(municipality=municipality)
        specialist = people.member(municipality, Role.SPECIALIST, office=office)
        person = PersonFactory(municipality=municipality, created_by=specialist.user)
        return cls(municipality, specialist, factories.ConsultationTopicFactory(), person)

    def fill(self, size: Size) -> None:
        """Add services and consultations until there are as many as ``size`` says."""
        with municipality_scope(self.municipality):
            services = size.services - Service.objects.count()
            consultations = size.consultations - Consultation.objects.count()
        kind, group = factories.ServiceKindFactory(), factories.TargetGroupFactory()
        for number in range(services):
            self._add_service(number, kinds=[kind], target_groups=[group])
        with municipality_scope(self.municipality):
            reindex(Service.objects.all())
            self._add_consultations(consultations)
        rebuild_vocabulary()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _add_service(self, number: int, **links: Any) -> None:
        need = NEEDS[number % len(NEEDS)]
        service = factories.ServiceFactory(
            municipality=self.municipality,
            name=f"{need.capitalize()} {number}",
            summary=f"Помощ за хора, които имат нужда от {need}.",
            checked_on=timezone.localdate() - dt.timedelta(days=number % 300),
            checked_by=Service.CheckedBy.OFFICE,
            **links,
        )
        of = {"municipality": self.municipality, "service": service}
        factories.ServiceSiteFactory(**of)
        factories.FeeFactory(**of)
        factories.CapacityFactory(**of)

    def _add_consultations(self, count: int) -> None:
        """Spread them back from now, some a day; half of them about people, about ten a person."""
        found = [self.person] + [
            PersonFactory(
                municipality=self.municipality,
                created_by=self.specialist.user,
            )
            for _ in range(count // A_PERSON_HAS)
        ]
        now = timezone.now()
        rows = (
            Consultation(
                municipality=self.municipality,
                office=self.specialist.membership.office,
                specialist=self.specialist.user,
                channel=Consultation.Channel.PHONE,
                subject=Consultation.Subject.SELF,
                outcome=Consultation.Outcome.INFORMED,
                note=f"Пита за {NEEDS[number % len(NEEDS)]}.",
                duration_minutes=10,
                person=found[number // 2 % len(found)] if number % 2 else None,
                held_at=now - dt.timedelta(days=number / EVERY_DAY),
            )
            for number in range(count)
        )
        while batch := list(islice(rows, BATCH)):
            made = Consultation.objects.bulk_create(batch)
            link = Consultation.topics.through
            link.objects.bulk_create(
                link(consultation_id=row.pk, consultationtopic_id=self.topic.pk) for row in made
            )

    def questions(self) -> Iterator[Question]:
        """Yield what is measured; the first is what the rest are compared with."""
        citizen, desk = Client(), self.specialist
        service = f"/uslugi/{self.municipality.slug}/"
        with municipality_scope(self.municipality):
            first = Service.objects.order_by("pk").values_list("slug", flat=True)[0]
        yield Question(REFERENCE, lambda: citizen.get("/healthz"))
        for name, client, url in (
            ("Каталог", citizen, "/uslugi/"),
            ("Каталог: търсене", citizen, "/uslugi/?q=домашни+грижи"),
            (
                "Каталог: търсене с филтри",
                citizen,
                f"/uslugi/?q=обяд&obshtina={self.municipality.slug}&tsena=bezplatno&mesta=da",
            ),
            ("Страница на услуга", citizen, f"{service}{first}/"),
            ("„Днес“", desk, "/rabotno-myasto/"),
            ("Дневник", desk, "/rabotno-myasto/konsultatsii/"),
            ("Дневник: търсене", desk, "/rabotno-myasto/konsultatsii/?q=обяд"),
            ("Числа", desk, "/rabotno-myasto/chisla/"),
            ("Търсене на лице", desk, "/rabotno-myasto/hora/?q=Проба7+Измислена"),
            ("Страница на лице", desk, f"/rabotno-myasto/hora/{self.person.pk}/"),
            ("Табло за свежест", desk, "/registar/svezhest/"),
        ):
            yield Question(name, lambda client=client, url=url: client.get(url))
        yield Question("Запис на консултация", self.save_a_consultation, expected=302)

    def save_a_consultation(self) -> Any:
        """Send the desk's form as a specialist does after a talk; return the answer."""
        return self.specialist.post(
            "/rabotno-myasto/konsultatsii/nova/",
            {
                "channel": "phone",
                "topics": [self.topic.pk],
                "subject": "relative",
                "outcome": "informed",
                "held_at": f"{timezone.localtime():%d.%m.%Y %H:%M}",
                "duration_minutes": "7",
                "form_key": str(uuid.uuid4()),
            },
        )


def median_ms(question: Question, repeats: int) -> float:
    """Return the median of what the question takes, in milliseconds; the first time is not counted.

    Raises WrongAnswer for an answer other than the expected.
    """
    taken = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        answer = question.ask()
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status_code != question.expected:
            raise WrongAnswer(f"{question.name}: {answer.status_code}")
    return statistics.median(taken[1:])


def measure(sizes: tuple[Size, ...] = SIZES, *, repeats: int = REPEATS) -> dict[str, list[float]]:
    """Return {question: its milliseconds at each of the growing ``sizes``}."""
    if any(a.services > b.services for a, b in pairwise(sizes)):
        raise ValueError("Sizes must grow.")
    town = Town.make()
    found: dict[str, list[float]] = {}
    for size in sizes:
        town.fill(size)
        for question in town.questions():
            found.setdefault(question.name, []).append(median_ms(question, repeats))
    return found


def table(found: dict[str, list[float]], sizes: tuple[Size, ...] = SIZES) -> str:
    """Return the measured times as a table in Bulgarian; ratios are to the first and last size."""
    reference = found[REFERENCE]
    lines = [
        f"{'услуги / консултации':30}"
        + "".join(f"{f'{s.services} / {s.consultations}':>15}" for s in sizes)
        + f"{'пъти повече':>14}{'спрямо /healthz':>20}"
    ]
    for name, taken in found.items():
        against = " → ".join(
            f"{t / r:.1f}" for t, r in ((taken[0], reference[0]), (taken[-1], reference[-1]))
        )
        lines.append(
            f"{name:30}"
            + "".join(f"{f'{ms:.1f} ms':>15}" for ms in taken)
            + f"{taken[-1] / taken[0]:>14.1f}{against:>20}"
        )
    return "\n".join(lines)


@contextmanager
def test_database() -> Iterator[None]:
    """Work on an empty database for tests, made for the run and dropped after it."""
    from django.conf import settings
    from django.test.utils import (
        setup_databases,
        setup_test_environment,
        teardown_databases,
        teardown_test_environment,
    )

    setup_test_environment(debug=False)
    settings.SITE_URL = "http://testserver"
    old = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(old, verbosity=0)
        teardown_test_environment()


def main() -> int:
    """Measure and print the table; return the exit code."""
    start = time.monotonic()
    try:
        with test_database():
            found = measure()
    except WrongAnswer as wrong:
        print(f"Страница не отговори, както трябва: {wrong}", file=sys.stderr)
        return 1
    print(table(found))
    print(
        f"\nМедиана от {REPEATS} повторения; мери се в процеса, без мрежа. "
        f"Готово за {time.monotonic() - start:.0f} s."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
