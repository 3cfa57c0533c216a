"""The cases of the demo: assessed, referred, placed, by the verbs of the portal.

Each verb is called with the portal's clock set to the moment at which it is told to have happened,
so that deadlines, lines and numbers are those that would have been.
"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.utils import timezone

from frontoffice.identifiers import IdentifierKind
from frontoffice.models import Person
from frontoffice.people import create_person
from municipalities.models import LegalNorm, Membership, Municipality, Settlement, User
from referrals.applications.models import Application
from referrals.assessments import assessing, contents
from referrals.assessments.models import Conclusion, NeedsAssessment
from referrals.assessments.models_form import AssessmentQuestion
from referrals.assessments.redirecting import redirect_letter
from referrals.demo_cases import (
    ANSWERS,
    CARE,
    CASES,
    LINE,
    NEEDS,
    PARTICIPATION,
    PARTICIPATION_NOTE,
    RISKS,
    STATE_PAID,
    WHY,
    Case,
)
from referrals.letters.models import Letter
from referrals.outcomes import asking
from referrals.placing import referring
from referrals.placing.models import Referral, ReferralState
from referrals.placing.models_waiting import WaitingPriority, WaitingRule
from referrals.policy import ReferringPolicy
from referrals.provider import answering
from referrals.routing.models import Authority, SocialAssistanceDirectorate
from referrals.workflow.machine import CITIZEN, Actor, Who
from services_registry import free_places
from services_registry.models import ProviderMembership, Service

COURTS = {
    "sliven": "Административен съд – Сливен",
    "dolni-chiflik": "Административен съд – Варна",
    "aytos": "Административен съд – Бургас",
    "svoge": "Административен съд – София област",
    "elena": "Административен съд – Велико Търново",
}
ANSWER_DAYS = 5
LONGEST_AGO = 80
FULL = "sliven"


def prepare(municipality: Municipality) -> None:
    """Set what the municipality decides itself: days to answer, the court, ДСП, the line."""
    LegalNorm.objects.filter(code="provider-answer").update(
        value=ANSWER_DAYS,
        unit="working_days",
        source="Примерна договореност на общината с доставчиците.",
    )
    ReferringPolicy.objects.update_or_create(
        municipality=municipality, defaults={"appeal_court": COURTS[municipality.slug]}
    )
    SocialAssistanceDirectorate.objects.create(
        municipality=municipality,
        name=f"Дирекция „Социално подпомагане“ – {municipality.name} (примерна)",
        address=f"гр. {municipality.name}, ул. „Примерна“ 2",
    )
    rule = WaitingRule.objects.create(
        municipality=municipality,
        service=Service.objects.get(slug=LINE),
        act="Решение № 0 от 03.02.2026 г. на Общинския съвет (примерно)",
        text="Първо се приемат хората, които живеят сами и нямат близки в населеното място. "
        "След тях – по деня, в който желанието е заявено.",
        valid_from=dt.date(2026, 2, 3),
        is_on=True,
    )
    WaitingPriority.objects.create(
        municipality=municipality, rule=rule, name="живее сам, без близки в населеното място"
    )


def cases_of(municipality: Municipality) -> list[Case]:
    """Return the cases told of ``municipality``: of Сливен all, of the others the most telling."""
    return [case for case in CASES if municipality.slug == FULL or not case.is_only_in_full]


def write_down(specialist: Membership) -> list[Person]:
    """Write down the people of the cases, in their order."""
    settlement = specialist.office.settlement if specialist.office else None
    told = cases_of(specialist.municipality)
    return [_person(case, number, specialist, settlement) for number, case in enumerate(told)]


def _person(
    case: Case, number: int, specialist: Membership, settlement: Settlement | None
) -> Person:
    given, middle, family = case.name
    person, _is_new = create_person(
        membership=specialist,
        form_key=uuid.uuid4(),
        identifier_kind=IdentifierKind.SERVICE,
        given_name=given,
        middle_name=middle,
        family_name=family,
        birth_year=case.born,
        phones=f"0880000{200 + number}",
        address=f"ул. „Примерна“ {number + 10}",
        settlement=settlement,
    )
    return person


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """Have the portal's clock go on from ``moment``, a little each time it is looked at."""
    start = moment.astimezone(dt.UTC)
    looks = (start + dt.timedelta(milliseconds=number) for number in itertools.count())
    with mock.patch.object(timezone, "now", lambda: next(looks)):  # noqa: PT008  another each time
        yield


class Cases:
    """The cases of one municipality, inside whose scope it is used."""

    def __init__(
        self,
        municipality: Municipality,
        members: dict[str, Membership],
        applications: dict[str, Application],
        moment: Callable[[int, int, int], dt.datetime],
    ) -> None:
        self.municipality, self.applications, self.moment = municipality, applications, moment
        # Asked now: while a case is told the clock stands elsewhere.
        self.days = [moment(ago, 0, 0).date() for ago in range(LONGEST_AGO)]
        self.desk = Actor(Who.SPECIALIST, members["specialist"].user)
        self.head = Actor(Who.HEAD, members["head"].user)
        services = Service.objects.select_related("provider").prefetch_related("kinds")
        self.services = {service.slug: service for service in services}
        self.services[""] = self.services[STATE_PAID[municipality.slug]]
        self.people = dict(ProviderMembership.objects.values_list("provider", "user"))
        self.users = User.objects.in_bulk(list(self.people.values()))
        self.questions = dict(AssessmentQuestion.objects.values_list("code", "pk"))
        self.assessments: dict[str, NeedsAssessment] = {}
        self.referrals: dict[str, Referral] = {}

    def tell(self) -> int:
        """Make all moves of all cases in the order of their days; return how many cases."""
        told = cases_of(self.municipality)
        self.counted(CARE, sum(case.takes_care for case in told))
        self.counted(LINE, None)
        moves = [
            (self.moment(move.days, order, 2 * number), case, move)
            for number, case in enumerate(told)
            for order, move in enumerate(case.moves, start=1)
        ]
        for moment, case, move in sorted(moves, key=lambda one: one[0]):
            with clock_at(moment):
                getattr(self, move.verb)(case, **move.facts)
        return len(told)

    def counted(self, slug: str, more: int | None) -> None:
        """Write that so many more places are free; None: that none is."""
        service = self.services[slug]
        row = free_places.newest_capacity(service)
        if row is not None:
            free = 0 if more is None else row.free + more
            row.free, row.places = free, max(row.places, free)
            row.save()

    def provider(self, case: Case) -> Actor:
        """Return the provider's own person, or nobody where they answer by a link."""
        user = self.people.get(self.referrals[case.key].provider_id)
        return Actor(Who.PROVIDER, self.users[user] if user else None)

    def fresh(self, case: Case) -> Referral:
        return Referral.objects.select_related("assessment", "service").get(
            pk=self.referrals[case.key].pk
        )

    # The desk

    def begin(self, case: Case) -> None:
        self.assessments[case.key] = assessing.begin(
            application=self.applications[case.key], actor=self.desk, form_key=uuid.uuid4()
        )

    def fill(self, case: Case, outcome: str, service: str = CARE, authority: str = "") -> None:
        answers = {self.questions[code]: given for code, given in ANSWERS.items()}
        is_referred = outcome == Conclusion.REFERRED
        kinds = self.services[service].kinds.all() if is_referred else ()
        directorate = SocialAssistanceDirectorate.objects.first()
        self.assessments[case.key] = assessing.save(
            assessment=self.assessments[case.key],
            actor=self.desk,
            contents=contents.Contents(
                answers=answers,
                participation_note=PARTICIPATION_NOTE,
                wishes=case.wishes,
                risks=RISKS,
                need=NEEDS[Conclusion(outcome)],
                conclusion=WHY[Conclusion(outcome)],
            ),
            kinds=kinds,
            held_on=timezone.localdate(),
            participation=PARTICIPATION,
            outcome=outcome,
            authority=directorate.name if authority and directorate else "",
            intensity=Service.Intensity.HOURLY if is_referred else "",
            term=Service.Term.LONG if is_referred else "",
        )

    def half(self, case: Case) -> None:
        answers = dict(list(ANSWERS.items())[:4])
        self.assessments[case.key] = assessing.save(
            assessment=self.assessments[case.key],
            actor=self.desk,
            contents=contents.Contents(
                answers={self.questions[code]: given for code, given in answers.items()},
                wishes=case.wishes,
            ),
        )

    def pause(self, case: Case, reason: str) -> None:
        assessing.pause(assessment=self.assessments[case.key], actor=self.desk, reason=reason)

    def resume(self, case: Case) -> None:
        assessing.resume(assessment=self.assessments[case.key], actor=self.desk)

    def urgent(self, case: Case, reason: str, until: int) -> None:
        self.assessments[case.key] = assessing.mark_urgent(
            assessment=self.assessments[case.key],
            actor=self.desk,
            reason=reason,
            follow_up_on=timezone.localdate() + dt.timedelta(days=until),
        )

    def submit(self, case: Case) -> None:
        assessing.submit(assessment=self.assessments[case.key], actor=self.desk)

    def give_back(self, case: Case, reason: str) -> None:
        assessing.give_back(assessment=self.assessments[case.key], actor=self.head, reason=reason)

    def finish(self, case: Case) -> None:
        """The specialist issues what leads to a service, the head what does not."""
        assessment = self.assessments[case.key]
        is_referred = case.key in self.referrals
        done = assessing.finish(
            assessment=assessment, actor=self.desk if is_referred else self.head
        )
        done.documents.update(made_at=timezone.now())
        self.assessments[case.key] = done

    def letter(self, case: Case) -> None:
        letter = redirect_letter(
            assessment=self.assessments[case.key],
            directorate=SocialAssistanceDirectorate.objects.first(),
            actor=self.desk,
            form_key=uuid.uuid4(),
        )
        Letter.objects.filter(pk=letter.pk).update(made_at=timezone.now())

    def choose(self, case: Case, service: str, chosen_by: str) -> None:
        chosen = self.services[service]
        who = referring.decision_for(chosen, self.assessments[case.key].person).authority
        unclear = "Съгласувано с ДСП по телефона (примерно)."
        self.referrals[case.key] = referring.choose(
            assessment=self.assessments[case.key],
            service=chosen,
            actor=self.desk,
            chosen_by=chosen_by,
            summary=case.summary,
            routing_note=unclear if who == Authority.UNCLEAR else "",
            form_key=uuid.uuid4(),
        )

    def send(self, case: Case) -> None:
        referring.send(referral=self.referrals[case.key], actor=self.desk)

    # The provider

    def accept(self, case: Case) -> None:
        answering.accept(referral=self.fresh(case), actor=self.provider(case))

    def line(self, case: Case, note: str = "") -> None:
        answering.put_in_line(referral=self.fresh(case), actor=self.provider(case), note=note)

    def decline(self, case: Case, reason: str, note: str) -> None:
        answering.decline(
            referral=self.fresh(case), actor=self.provider(case), reason=reason, note=note
        )

    def dates(self, case: Case, **days: int) -> None:
        on: dict[str, Any] = {name: self.days[ago] for name, ago in days.items()}
        answering.dates(referral=self.fresh(case), actor=self.provider(case), **on)

    def start(self, case: Case, on: int) -> None:
        answering.start(referral=self.fresh(case), actor=self.provider(case), on=self.days[on])

    def end(self, case: Case, on: int, reason: str, note: str) -> None:
        day = self.days[on]
        answering.end(
            referral=self.fresh(case), actor=self.provider(case), on=day, reason=reason, note=note
        )

    def say(self, case: Case, text: str) -> None:
        answering.say(referral=self.fresh(case), actor=self.provider(case), text=text)

    def free(self, case: Case) -> None:
        """The provider writes that a place is free; it is offered to the first in line."""
        service = free_places.lock(self.services[LINE].pk)
        row = free_places.newest_capacity(service)
        if row is None:
            return
        free_places.write(service, row, places=row.places, free=1, waiting=row.waiting)
        free_places.freed(service)

    # What came of it

    def ask(self, case: Case) -> None:
        question = asking.plan(self.fresh(case))
        if question:
            asking.ask(question)

    def answer(
        self, case: Case, reached: str, helped: str, note: str, by_phone: bool = False
    ) -> None:
        asking.answer(
            question=self.fresh(case).questions.get(),
            reached=reached,
            helped=helped,
            note=note,
            actor=self.desk if by_phone else CITIZEN,
        )


def offered() -> Application | None:
    """Return the application whose person has a place offered, if there is one."""
    row = Referral.objects.filter(state=ReferralState.OFFERED).order_by("pk")
    found = row.select_related("assessment__application").first()
    return found.assessment.application if found else None
