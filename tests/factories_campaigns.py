"""Factories of what campaigns consist of, of materials, handbooks, studies, analyses of needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.db import models
from django.utils import timezone

from campaigns.models import (
    AttendanceCertificate,
    Audience,
    CampaignEvent,
    CampaignExpense,
    CampaignMessage,
    CampaignSettlement,
    Clipping,
    DoorCount,
    EventSession,
    Handbook,
    HandbookChapter,
    HandbookEdition,
    Handout,
    Material,
    MaterialDownload,
    MaterialFile,
    Registration,
    Speaker,
    Study,
    StudyAnswer,
    StudyFile,
    StudyQuestion,
    StudyResponse,
    StudyTable,
)
from projects.models import Expense
from referrals.models import NeedsAnalysis, NeedsSection, NeedsVersion
from referrals.needs.writing import content
from services_registry.models import Service, ServiceKind, UnmetSearch
from tests.factories import TenantFactory, UserFactory
from tests.factories_projects import EventFactory

A_FILE: dict[str, Any] = {
    "name": "fayl.pdf",
    "content_type": "application/pdf",
    "size": 1,
    "path": "none",
}


class AudienceFactory(TenantFactory):
    class Meta:
        model = Audience

    code = factory.Sequence(lambda n: f"grupa-{n}")
    name = factory.Sequence(lambda n: f"Група {n}")


class RegistrationFactory(TenantFactory):
    """Somebody with a confirmed place at an event that takes registrations."""

    class Meta:
        model = Registration

    event = factory.SubFactory(
        EventFactory,
        municipality=factory.SelfAttribute("..municipality"),
        takes_registration=True,
    )
    number = factory.Sequence(lambda n: f"СБ-2020-{n:06d}")
    name = factory.Sequence(lambda n: f"Гост {n}")
    email = factory.Sequence(lambda n: f"gost{n}@example.bg")
    state = "confirmed"


class MaterialFactory(TenantFactory):
    """A public leaflet without files."""

    class Meta:
        model = Material

    kind = "leaflet"
    title = factory.Sequence(lambda n: f"Листовка {n}")
    is_public = True


class MaterialFileFactory(TenantFactory):
    class Meta:
        model = MaterialFile

    material = factory.SubFactory(
        MaterialFactory, municipality=factory.SelfAttribute("..municipality")
    )
    added_by = factory.SubFactory(UserFactory)
    name, content_type, size, path = A_FILE.values()


class HandbookFactory(TenantFactory):
    """A public handbook of all services, without editions."""

    class Meta:
        model = Handbook

    title = factory.Sequence(lambda n: f"Наръчник {n}")
    is_public = True


class StudyFactory(TenantFactory):
    """A public study whose questionnaire is open now."""

    class Meta:
        model = Study

    kind = "survey"
    title = factory.Sequence(lambda n: f"Проучване {n}")
    is_public = True
    opens_on = factory.LazyFunction(timezone.localdate)
    closes_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))


class StudyQuestionFactory(TenantFactory):
    class Meta:
        model = StudyQuestion

    study = factory.SubFactory(StudyFactory, municipality=factory.SelfAttribute("..municipality"))
    order = factory.Sequence(lambda n: n)
    label = factory.Sequence(lambda n: f"Въпрос {n}?")
    form = "one"
    choices = factory.LazyFunction(lambda: ["да", "не"])


class NeedsAnalysisFactory(TenantFactory):
    """An analysis of 2026 without parts."""

    class Meta:
        model = NeedsAnalysis

    title = factory.Sequence(lambda n: f"Анализ {n}")
    since = dt.date(2026, 1, 1)
    upto = dt.date(2026, 12, 31)
    made_by = factory.SubFactory(UserFactory)


def a_row_of_each(
    event: CampaignEvent, service: Service, expense: Expense, *, public: bool
) -> list[models.Model]:
    """Return a row of every tenant model of campaigns and of needs, in the open scope.

    With ``public`` False none of it is for citizens.
    """
    owner, user = event.municipality, UserFactory()
    mine: dict[str, Any] = {"municipality": owner}
    of_campaign = {**mine, "campaign": event.campaign}
    audience = AudienceFactory(**mine, is_active=public)
    registration = RegistrationFactory(**mine, event=event)
    speaker = Speaker.objects.create(**mine, event=event, name="лектор")
    session = EventSession.objects.create(
        **mine, event=event, starts_at=event.starts_at, ends_at=event.ends_at, title="тема"
    )
    session.speakers.add(speaker)
    event.campaign.audiences.add(audience)
    material = MaterialFactory(**mine, is_public=public, campaign=event.campaign)
    material.services.add(service)
    file = MaterialFileFactory(**mine, material=material)
    return [
        audience,
        CampaignMessage.objects.create(**of_campaign, audience=audience, words="послание"),
        CampaignSettlement.objects.create(**of_campaign, settlement=event.settlement),
        CampaignExpense.objects.create(**of_campaign, expense=expense),
        Clipping.objects.create(
            **of_campaign, day="2026-03-02", medium="site", outlet="сайт", title="новина", **A_FILE
        ),
        material,
        file,
        MaterialDownload.objects.create(**mine, file=file, month="2026-03-01", count=3),
        Handout.objects.create(**of_campaign, event=event, material=material, copies=5),
        registration,
        DoorCount.objects.create(
            **mine, event=event, audience=audience, change=2, counted_by=user
        ),
        speaker,
        session,
        AttendanceCertificate.objects.create(
            **mine, registration=registration, number=f"УС-{registration.pk}",
            code_hash=f"{registration.pk}", initials="Г. Г.", issued_by=user, path="none", size=1,
        ),
        *_of_handbooks(service, user, public=public),
        *_of_studies(owner, user, public=public),
        *_of_needs(owner, user),
    ]  # fmt: skip


def _of_handbooks(service: Service, user, *, public: bool) -> list[models.Model]:
    mine = {"municipality": service.municipality}
    handbook = HandbookFactory(**mine, is_public=public)
    handbook.services.add(service)
    of_it = {**mine, "handbook": handbook}
    return [
        handbook,
        HandbookChapter.objects.create(**of_it, title="глава", text="текст"),
        HandbookEdition.objects.create(
            **of_it, number=1, state="ready", made_by=user,
            published_on=timezone.localdate() if public else None,
        ),
    ]  # fmt: skip


def _of_studies(owner, user, *, public: bool) -> list[models.Model]:
    mine = {"municipality": owner}
    study = StudyFactory(**mine, is_public=public)
    of_it = {**mine, "study": study}
    question = StudyQuestionFactory(**of_it)
    response = StudyResponse.objects.create(**of_it)
    return [
        study,
        question,
        response,
        StudyAnswer.objects.create(**mine, response=response, question=question, chosen=["да"]),
        StudyFile.objects.create(**of_it, title="доклад", added_by=user, **A_FILE),
        StudyTable.objects.create(**of_it, title="таблица", columns=["а"], rows=[["1"]]),
    ]


def _of_needs(owner, user) -> list[models.Model]:
    mine = {"municipality": owner}
    analysis = NeedsAnalysisFactory(**mine, made_by=user)
    return [
        analysis,
        NeedsSection.objects.create(**mine, analysis=analysis, title="част"),
        NeedsVersion.objects.create(
            **mine, analysis=analysis, number=1, made_by=user, content=content(analysis)
        ),
        UnmetSearch.objects.get_or_create(
            **mine, kind=ServiceKind.objects.first(), month="2026-03-01", defaults={"count": 7}
        )[0],
    ]
