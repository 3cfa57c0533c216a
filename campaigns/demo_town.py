"""Invented campaigning of the demo: what was done, handed out, written, asked and printed.

By the verbs that the pages call. What the announcements promise stays as they say it; nothing
invented is counted for their projects: it belongs to the example project, or to none.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from pathlib import Path
from typing import Any

from django.utils import timezone

from campaigns.handbooks import making
from campaigns.handbooks.models import Handbook, HandbookChapter
from campaigns.materials.keeping import add_file
from campaigns.models import (
    Audience,
    Campaign,
    CampaignEvent,
    CampaignMessage,
    Clipping,
    Handout,
    Material,
)
from campaigns.planning.cost import candidates, tie
from campaigns.planning.settlements import choose, working_day
from campaigns.registering.door import count
from campaigns.studies import answering
from campaigns.studies.models import Study, StudyQuestion
from campaigns.studies.questions import Given
from municipalities import typeset
from municipalities.models import Municipality, Settlement, User
from municipalities.uploads import CheckedFile
from projects.models import BudgetLine, Project
from services_registry.models import Service

DATA = Path(__file__).parent / "demo_data" / "town.json"
WITH_ALL_SETTLEMENTS = "elena"  # its announcement speaks of all of them
CHOSEN_SETTLEMENTS = 8
HELD_DAYS_AGO = (410, 75, 40, 12)
GROUPS_AT_DOOR = (("grazhdani", 9), ("vazrastni", 7), ("hora-s-uvrezhdaniya", 4))
ANSWERED = 34
PDF = "application/pdf"
DAY = dt.timedelta(days=1)


def make_town(municipality: Municipality) -> None:
    """Make what ``municipality`` shows; needs its scope, its demo people, services and projects."""
    _Town(municipality, json.loads(DATA.read_text(encoding="utf-8"))).make()


class _Town:
    """What the rows of a municipality have in common while they are made."""

    def __init__(self, municipality: Municipality, facts: dict[str, Any]) -> None:
        self.municipality, self.facts = municipality, facts
        self.mine = {"municipality": municipality}
        self.manager = self.person("manager")
        self.today = timezone.localdate()
        self.chance = random.Random(municipality.code)  # noqa: S311  the same town every time

    def person(self, prefix: str) -> User:
        return User.objects.get(email=f"{prefix}.{self.municipality.slug}@example.bg")

    def make(self) -> None:
        materials = [self._material(row) for row in self.facts["materials"]]
        self._rounds(materials[0])
        slug = self.municipality.slug
        if slug in self.facts["handbooks"]:
            self._handbook(self.facts["handbooks"][slug])
        if slug in self.facts["studies"]:
            self._study(self.facts["studies"][slug])

    def _material(self, facts: dict[str, Any]) -> Material:
        row = dict(facts)
        with_file = row.pop("file", False)
        material = Material.objects.create(
            **self.mine, **row, is_public=True, published_on=self.today - 20 * DAY
        )
        material.services.set(Service.objects.order_by("name", "pk")[:3])
        if with_file:
            pdf = typeset.render("demo_paper.typ", {})
            add_file(
                material=material,
                file=CheckedFile(pdf, "listovka-primer.pdf", PDF),
                language="bg",
                form="normal",
                by=self.manager,
            )
        return material

    # The rounds of the example project

    def _rounds(self, material: Material) -> None:
        facts = self.facts["rounds"]
        project = Project.objects.get(slug__startswith="primer-rabota")
        line = BudgetLine.objects.filter(project=project, name__startswith="Кампании").first()
        campaign = Campaign.objects.create(
            **self.mine,
            project=project,
            budget_line=line,
            name=facts["name"],
            aim=facts["aim"],
            description=facts["description"],
            audience=facts["audience"],
            channels=facts["channels"],
            starts_on=self.today - 420 * DAY,
            ends_on=self.today + 180 * DAY,
            repeat_months=12,
            source_note="Измислена кампания за показване.",
        )
        campaign.audiences.set(Audience.objects.filter(code__in=dict(GROUPS_AT_DOOR)))
        for words in facts["messages"]:
            CampaignMessage.objects.create(**self.mine, campaign=campaign, words=words)
        spent = candidates(campaign).values_list("pk", flat=True)
        tie(campaign=campaign, shown=list(spent), chosen=list(spent))
        places = list(
            Settlement.objects.filter(municipality=self.municipality).order_by(
                "-population_2013", "ekatte"
            )
        )
        if self.municipality.slug != WITH_ALL_SETTLEMENTS:
            places = places[:CHOSEN_SETTLEMENTS]
        keys = [place.pk for place in places]
        choose(campaign=campaign, shown=keys, chosen=keys)
        for days, place in zip(HELD_DAYS_AGO, places, strict=False):
            self._held(campaign, place, self.today - days * DAY, material)
        self._planned(campaign, places[len(HELD_DAYS_AGO)])
        Clipping.objects.create(
            **self.mine,
            campaign=campaign,
            day=self.today - 11 * DAY,
            medium=Clipping.Medium.SITE,
            outlet="Примерен местен сайт",
            title="Служители на общината разказаха за социалните услуги (пример)",
            reach=850,
        )

    def _event(self, campaign: Campaign, place: Settlement, day: dt.date) -> CampaignEvent:
        starts = timezone.make_aware(dt.datetime.combine(working_day(day), dt.time(10, 30)))
        return CampaignEvent.objects.create(
            **self.mine,
            campaign=campaign,
            title=f"Разговор за социалните услуги, {place} (пример)",
            starts_at=starts,
            ends_at=starts + dt.timedelta(hours=1, minutes=30),
            settlement=place,
            place="кметството",
        )

    def _held(self, campaign: Campaign, place: Settlement, day: dt.date, material: Material):
        event = self._event(campaign, place, day)
        groups = {group.code: group for group in Audience.objects.all()}
        for code, usual in GROUPS_AT_DOOR:
            count(
                event=event,
                audience=groups.get(code),
                change=max(1, usual + self.chance.randint(-3, 5)),
                by=self.person("specialist"),
                form_key=uuid.uuid4(),
            )
        Handout.objects.create(
            **self.mine,
            campaign=campaign,
            event=event,
            material=material,
            copies=20 + self.chance.randint(0, 30),
            day=timezone.localdate(event.starts_at),
            settlement=place,
            place="кметството",
        )

    def _planned(self, campaign: Campaign, place: Settlement) -> None:
        self._event(campaign, place, self.today + 18 * DAY)

    # What only some have

    def _handbook(self, facts: dict[str, Any]) -> None:
        handbook = Handbook.objects.create(
            **self.mine, title=facts["title"], subtitle=facts["subtitle"]
        )
        for position, chapter in enumerate(facts["chapters"], start=1):
            HandbookChapter.objects.create(
                **self.mine, handbook=handbook, position=position, **chapter
            )
        edition = making.begin(handbook=handbook, by=self.manager)
        making.make(municipality=self.municipality, edition_id=edition.pk)
        edition.refresh_from_db()
        making.publish(edition=edition)

    def _study(self, facts: dict[str, Any]) -> None:
        row = dict(facts)
        questions = row.pop("questions")
        study = Study.objects.create(
            **self.mine, **row, is_public=True, published_on=self.today - 30 * DAY
        )
        asked = [
            StudyQuestion.objects.create(**self.mine, study=study, order=order, **question)
            for order, question in enumerate(questions, start=1)
        ]
        study = answering.open_until(study=study, until=self.today + 60 * DAY, by_link=False)
        for _response in range(ANSWERED):
            answering.answer(
                study=study,
                form_key=uuid.uuid4(),
                given=[self._answer(question) for question in asked if question.form != "text"],
            )

    def _answer(self, question: StudyQuestion) -> Given:
        if question.form == StudyQuestion.Form.SCALE:
            return Given(question, number=self.chance.choice((2, 3, 3, 4, 4, 5)))
        if question.form == StudyQuestion.Form.SEVERAL:
            return Given(question, chosen=tuple(self.chance.sample(question.choices, 2)))
        # The first answers are the usual ones.
        weights = range(2 * len(question.choices), len(question.choices), -1)
        return Given(question, chosen=tuple(self.chance.choices(question.choices, weights)))
