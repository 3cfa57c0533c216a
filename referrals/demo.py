"""Invented applications in every state, in the five demo municipalities.

What each municipality takes, and how, follows its announcement: Долни чифлик promised electronic
applications, Айтос, Своге and Елена receive them at the desk, Сливен has both. The applications go
through the verbs of the portal; only their days are then moved into the past.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pgtrigger
from django.utils import timezone

from frontoffice.models import Consultation, Person
from municipalities import typeset
from municipalities.demo import demo_municipalities
from municipalities.hours import is_holiday
from municipalities.models import Membership, Municipality, Role, User
from municipalities.tenancy import municipality_scope
from municipalities.uploads import CheckedFile
from referrals import demo_needs, demo_referring, secrets
from referrals.applications import files, handling
from referrals.applications.models import Application, Channel
from referrals.applications.models_parts import ApplicationEvent, Attachment
from referrals.applications.receiving import receive
from referrals.demo_stories import STORIES, Step, Story
from referrals.kinds.models import ApplicationKind
from referrals.kinds.reading import notice_in_force, questions_for
from referrals.letters import writing
from referrals.letters.models import Letter, Letterhead
from services_registry.models import Service

ONLINE = ("sliven", "dolni-chiflik")
WITH_DECLARATIONS = ("sliven", "aytos", "elena")  # their projects are of ЗЛП too
MAYORS = {
    "sliven": "Примерен Кметов",
    "dolni-chiflik": "Образец Кметов",
    "aytos": "Пробен Кметов",
    "svoge": "Мостра Кметова",
    "elena": "Измислен Кметов",
}
# Opens every application of the demo. Not a secret: it is printed at the start of the portal.
CODE = "PRMR-ABCD-2345"
TRACKED = "Проследима"  # the one that is shown to visitors has the most to tell


def load(*, report: Callable[[str], None]) -> None:
    """Switch on what each municipality takes and register its applications."""
    count = cases = 0
    pdf = typeset.render("demo_paper.typ", {})
    for municipality in demo_municipalities().values():
        with municipality_scope(municipality):
            _prepare(municipality)
            demo_referring.prepare(municipality)
            desk = _Desk(municipality, pdf)
            count += desk.fill()
            cases += demo_referring.Cases(municipality, desk.members, desk.of_cases, _moment).tell()
            if municipality.slug == demo_needs.WHERE:
                demo_needs.make_analysis(municipality)
    report(f"Примерни заявления: {count}, с предварителна оценка: {cases}")


def hints() -> Iterator[str]:
    """Say how a visitor opens an application as the citizen who sent it."""
    yield "Проследяване на заявление като гражданин, на /zayavlenie/prosledyavane/:"
    for municipality in demo_municipalities().values():
        with municipality_scope(municipality):
            shown = Application.objects.filter(family_name=TRACKED).first()
            if shown and municipality.slug in ONLINE:
                yield f"  Община {municipality.name}: № {shown.number}, код {CODE}"
            offered = demo_referring.offered()
            if offered:
                yield f"  {municipality.name}, предложено място: № {offered.number}, код {CODE}"


def _prepare(municipality: Municipality) -> None:
    ApplicationKind.objects.filter(code="wish").update(
        is_on=True, is_online=municipality.slug in ONLINE
    )
    if municipality.slug in WITH_DECLARATIONS:
        ApplicationKind.objects.filter(code="personal-assistance").update(is_on=True)
    Letterhead.objects.update_or_create(
        municipality=municipality,
        defaults={
            "signer_title": f"Кмет на община {municipality.name}",
            "signer_name": MAYORS[municipality.slug],
            "address": f"гр. {municipality.name}, пл. „Примерен“ 1",
            "phone": "000 000 000",
            "email": f"obshtina@{municipality.slug}.example.bg",
        },
    )


def _moment(days: int, order: int, minute: int = 0) -> dt.datetime:
    """Return a moment of a working day about ``days`` ago; now for none. Later steps come later."""
    now = timezone.localtime()
    if not days:
        return now
    day = now.date() - dt.timedelta(days=days)
    while day.isoweekday() > 5 or is_holiday(day):
        day -= dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(9 + order, minute)))


class _Desk:
    """The people and services of one municipality, inside whose scope it is used."""

    def __init__(self, municipality: Municipality, pdf: bytes) -> None:
        self.municipality = municipality
        self.pdf = pdf
        self.kinds = {kind.code: kind for kind in ApplicationKind.objects.filter(is_on=True)}
        self.people = list(Person.objects.order_by("pk")[:6])
        self.of_cases: dict[str, Application] = {}
        self.services = {service.slug: service for service in Service.objects.all()}
        roles = {"specialist": Role.SPECIALIST, "head": Role.HEAD}
        members = Membership.objects.select_related("user", "office")
        self.members = {name: members.get(role=role) for name, role in roles.items()}
        self.notice = notice_in_force(municipality)

    def user(self, name: str) -> User | None:
        return self.members[name].user if name in self.members else None

    def fill(self) -> int:
        """Register the stories whose kind the municipality takes; return how many."""
        first = len(self.people)
        self.people += demo_referring.write_down(self.members["specialist"])
        cases = demo_referring.cases_of(self.municipality)
        wishes = [case.story(number) for number, case in enumerate(cases, start=first)]
        told = [story for story in (*STORIES, *wishes) if story.kind in self.kinds]
        told.sort(key=lambda story: -story.days)
        moved = []
        for minute, story in enumerate(told, start=5):
            moved += self.tell(story, minute)
        with pgtrigger.ignore("referrals.ApplicationEvent:append_only"):
            ApplicationEvent.objects.bulk_update(moved, ["at"])
        return len(told)

    def tell(self, story: Story, minute: int) -> list[ApplicationEvent]:
        """Register ``story``, make its steps and move its days; return its events to be moved."""
        came = _moment(story.days, 0, minute)
        application = receive(
            municipality=self.municipality,
            kind=self.kinds[story.kind],
            form_key=uuid.uuid4(),
            received_on=came.date(),
            is_confirmed=story.is_confirmed,
            **self.stated(story, came),
        ).application
        moments = [came]
        dates: dict[str, Any] = {"registered_at": came}
        if story.is_confirmed:
            dates["confirmed_at"] = came
        for order, step in enumerate(story.steps, start=1):
            moments.append(_moment(step.days, order, minute))
            dates |= self.make(application, step, moments[-1])
        if not application.is_alert:
            dates["secret_hash"] = secrets.hash_of_secret(CODE, self.municipality)
        Application.objects.filter(pk=application.pk).update(**dates)
        if story.case:
            self.of_cases[story.case] = Application.objects.get(pk=application.pk)
        events = list(application.events.order_by("pk"))
        for event, moment in zip(events, moments, strict=True):
            event.at = moment
        return events

    def stated(self, story: Story, came: dt.datetime) -> dict[str, Any]:
        """Return what is stated in ``story``, as ``receive`` takes it."""
        online = story.channel == Channel.ONLINE
        taken = self.municipality.slug in ONLINE
        facts: dict[str, Any] = {
            "channel": Channel.EMAIL if online and not taken else story.channel,
            "by": None if online and taken else self.user("specialist"),
            "need": story.need,
            "service": self.services.get(story.service),
            "office": self.members["specialist"].office,
            "phones": f"0880000{130 + story.days}",  # of each story another
            "notice": self.notice if online and taken else None,
            "notified_on": came.date() if "notified" in story.facts else None,
            **story.facts,
        }
        if "owner" in facts:
            facts["owner"] = self.user(facts["owner"])
        kind = self.kinds[story.kind]
        asked = questions_for(kind, facts.get("on_behalf", "self"), "citizen")
        facts["answers"] = [
            {"question": q.pk, "label": q.label, "value": value, "given": _given(q, value)}
            for q in asked
            if (value := story.answers.get(q.label))
        ]
        if story.person is None:
            names = dict(zip(("given_name", "middle_name", "family_name"), story.name, strict=True))
            office = self.members["specialist"].office
            return facts | names | {"settlement": office.settlement if office else None}
        person = self.people[story.person]
        same = ("given_name", "middle_name", "family_name", "settlement", "address", "phones")
        facts |= {name: getattr(person, name) for name in same}
        before = Consultation.objects.filter(person=person, held_at__lt=came)
        talk = before.order_by("-held_at").first()
        return facts | {"person": person, "consultation": talk}

    def make(self, application: Application, step: Step, at: dt.datetime) -> dict[str, Any]:
        """Make one step; return the moments that the application's row has from it."""
        facts, by = dict(step.facts), self.user(step.by)
        if step.verb == "letter":
            self.write(application)
            return {}
        if step.verb == "assign":
            facts["to"] = self.user("specialist")
        if step.verb == "confirm":
            facts["at"] = at
        if step.verb == "ask_papers":
            facts["until"] = at.date() + dt.timedelta(days=14)
        if step.verb == "paper_arrived":
            facts["files"] = [self.paper(application, at)]
        if step.verb == "resume":
            facts["on"] = at.date()
        getattr(handling, step.verb)(application=application, by=by, **facts)
        return self.moved(application, step.verb, at)

    def moved(self, application: Application, verb: str, at: dt.datetime) -> dict[str, Any]:
        """Move the days that the next step counts from; return those that can wait."""
        if verb == "ask_papers":
            Application.objects.filter(pk=application.pk).update(paused_on=at.date())
            application.paper_requests.update(asked_on=at.date())
        if verb == "resume":
            application.paper_requests.update(closed_on=at.date())
        return {"closed_at": at} if verb in ("close", "withdraw") else {}

    def paper(self, application: Application, at: dt.datetime) -> Attachment:
        file = CheckedFile(self.pdf, "primeren-dokument.pdf", "application/pdf")
        row = files.keep(municipality=self.municipality, file=file, application=application)
        Attachment.objects.filter(pk=row.pk).update(added_at=at)
        return row

    def write(self, application: Application) -> None:
        """Write the letter that asks for the papers."""
        request = application.paper_requests.latest("pk")
        wanted = "\n".join(f"- {name}" for name in request.papers)
        author = self.members["specialist"].user
        writing.write(
            application=application,
            kind=Letter.Kind.PAPERS,
            by=author,
            form_key=uuid.uuid4(),
            recipient=application.contact_name,
            recipient_address=application.address,
            subject=f"Документи по заявление № {application.number}",
            body=f"За да продължим по заявлението ви, са нужни още:\n\n{wanted}\n\n"
            f"Очакваме ги до {request.until:%d.%m.%Y} г. Донесете ги в офиса или ги добавете през "
            "портала.",
        )


def _given(question, value: str):
    return [value] if question.form == question.Form.SEVERAL else value
