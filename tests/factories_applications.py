"""Factories of applying; tenant rows are made in their scope."""

from __future__ import annotations

import itertools

import factory
from django.utils import timezone

from municipalities.models import LegalNorm, NumberSeries, WorkdayChange
from municipalities.tenancy import municipality_scope
from referrals import secrets
from referrals.models import (
    Application,
    ApplicationEvent,
    ApplicationKind,
    Attachment,
    KindPaper,
    KindQuestion,
    Letter,
    Letterhead,
    OnlineDraft,
    PaperRequest,
    PrivacyNotice,
)
from tests.factories import TenantFactory, UserFactory

_codes = itertools.count()
SECRET = "ABCD-EFGH-JKLM"


def letters_code() -> str:
    """Return another code of Cyrillic letters each time."""
    number, letters = next(_codes), ""
    for _n in range(4):
        number, left = divmod(number, 30)
        letters += chr(ord("А") + left)
    return letters


class ApplicationKindFactory(TenantFactory):
    """A wish that is taken everywhere, without a deadline; with ``norm_code`` it has one."""

    class Meta:
        model = ApplicationKind

    code = factory.Sequence(lambda n: f"kind-{n}")
    nature = "wish"
    name = factory.Sequence(lambda n: f"Желание {n}")
    public_name = factory.SelfAttribute("name")
    statement = "Заявявам желание да ползвам социална услуга."
    number_code = factory.LazyFunction(letters_code)
    is_on = True
    is_online = True


class KindQuestionFactory(TenantFactory):
    class Meta:
        model = KindQuestion

    kind = factory.SubFactory(
        ApplicationKindFactory, municipality=factory.SelfAttribute("..municipality")
    )
    label = factory.Sequence(lambda n: f"Въпрос {n}?")


class KindPaperFactory(TenantFactory):
    class Meta:
        model = KindPaper

    kind = factory.SubFactory(
        ApplicationKindFactory, municipality=factory.SelfAttribute("..municipality")
    )
    name = factory.Sequence(lambda n: f"Документ {n}")


class PrivacyNoticeFactory(TenantFactory):
    class Meta:
        model = PrivacyNotice

    version = factory.Sequence(lambda n: n + 1)
    text = "Общината пази данните ви."
    valid_from = factory.LazyFunction(timezone.localdate)


class ApplicationFactory(TenantFactory):
    """A received application. Its second secret is ``SECRET``."""

    class Meta:
        model = Application

    kind = factory.SubFactory(
        ApplicationKindFactory, municipality=factory.SelfAttribute("..municipality")
    )
    nature = factory.SelfAttribute("kind.nature")
    number_series = factory.SelfAttribute("kind.number_code")
    number_year = 2026
    number_seq = factory.Sequence(lambda n: n + 1)
    number = factory.LazyAttribute(lambda o: f"{o.number_series}-2026-{o.number_seq:06d}")
    secret_hash = factory.LazyAttribute(lambda o: secrets.hash_of_secret(SECRET, o.municipality))
    channel = "online"
    given_name = "Пенка"
    family_name = "Измислена"
    phones = "359888123456"
    need = "Трудно ми е сама вкъщи."


class NormFactory(TenantFactory):
    class Meta:
        model = LegalNorm

    code = factory.Sequence(lambda n: f"norm-{n}")
    name = "Срок за отговор"
    value = 20
    unit = "calendar_days"
    legal_basis = "чл. 1 от пробния закон"


def a_row_of_each(application: Application, service=None) -> list:
    """Return a row of every other tenant model of applying, in the scope of ``application``."""
    owner, user = application.municipality, UserFactory()
    of_it = {"municipality": owner, "application": application}
    with municipality_scope(owner):
        letter = Letter.objects.create(
            **of_it, kind="answer", number=f"ИЗХ-2026-{application.pk:06d}", recipient="Пенка",
            subject="Отговор", body="Текст", size=1, made_by=user,
        )  # fmt: skip
        draft = OnlineDraft.objects.create(
            municipality=owner, kind=application.kind, service=service,
            token_hash=secrets.hash_of_token(f"token-{application.pk}"),
            secret_hash=secrets.hash_of_secret(SECRET, owner),
        )  # fmt: skip
        return [
            letter,
            draft,
            Letterhead.objects.create(municipality=owner, signer_title="Кмет"),
            NumberSeries.objects.create(municipality=owner, series="ПР", year=2026),
            PrivacyNoticeFactory(municipality=owner),
            KindQuestionFactory(municipality=owner, kind=application.kind),
            KindPaperFactory(municipality=owner, kind=application.kind),
            ApplicationEvent.objects.create(**of_it, kind="note", words="бележка"),
            Attachment.objects.create(
                **of_it,
                name="dokument.pdf",
                content_type="application/pdf",
                size=3,
                path=f"{owner.pk}/{'0' * 32}",
            ),
            PaperRequest.objects.create(**of_it, papers=["Акт за раждане"], asked_by=user),
            NormFactory(municipality=owner),
            WorkdayChange.objects.create(municipality=owner, day="2027-01-04"),
        ]
