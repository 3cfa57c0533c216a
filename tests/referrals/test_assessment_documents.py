"""The document of an assessment and the letter to ДСП: what they say, and what never is in them."""

from __future__ import annotations

import datetime as dt
import io
import re

import pypdf
import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from municipalities.uploads import PrivateStorage
from referrals.assessments import contents
from referrals.assessments.appeal import appeal_note
from referrals.assessments.documents import make_document, preview
from referrals.models import AssessmentDocument, Letterhead, ReferringPolicy
from referrals.policy import policy_of
from referrals.workflow.machine import Actor, Who
from tests.factories import (
    ProviderFactory,
    ServiceFactory,
    ServiceKindFactory,
    ServiceSiteFactory,
    UserFactory,
)
from tests.factories_applications import NormFactory
from tests.factories_people import PersonFactory
from tests.factories_projects import ProjectFactory
from tests.factories_referring import (
    AssessmentAreaFactory,
    AssessmentFactory,
    AssessmentFormFactory,
    AssessmentQuestionFactory,
    ReferralFactory,
)
from tests.referrals.test_letters_documents import EVIL, alternatives, of_the_union

pytestmark = pytest.mark.django_db
FILLED = {
    "wishes": "Искам да си остана вкъщи.",
    "need": "Има нужда от помощ при къпане.",
    "conclusion": "Живее сама и не се справя.",
    "risks": "Синът ѝ взема парите.",
    "participation_note": "Говорихме у дома ѝ.",
}


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        yield sliven


def text_of(pdf: bytes) -> str:
    """Return the text of a document; where lines break says nothing."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    text = "\n".join(page.extract_text() for page in pages)
    return re.sub(r"\s+", " ", text.replace("\u200b", "")).strip()


def pages_of(pdf: bytes) -> list[str]:
    return [
        re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]


def file_of(document: AssessmentDocument) -> bytes:
    with PrivateStorage().open(document.path) as file:
        return file.read()


def assessment_of(sliven, *, texts=None, answers=None, **facts):
    """Return an assessment that is being finished: with its number, before the machine's step."""
    row = AssessmentFactory(
        **{
            "municipality": sliven,
            "outcome": "referred",
            "participation": "helped",
            "number": "ПО-2026-000007",
            "issued_on": dt.date(2026, 11, 20),
            **facts,
        }
    )
    contents.write(row, contents.Contents(answers=answers or {}, **{**FILLED, **(texts or {})}))
    row.save()
    return row


def made(assessment, **facts) -> str:
    actor = Actor(Who.SPECIALIST, UserFactory())
    return text_of(file_of(make_document(assessment=assessment, actor=actor, **facts)))


def test_it_says_who_what_and_where_to(scope):
    person = PersonFactory(
        municipality=scope, given_name="Пенка", family_name="Измислена",
        birth_date=dt.date(1948, 3, 5),
    )  # fmt: skip
    row = assessment_of(
        scope, person=person, held_on=dt.date(2026, 11, 19), intensity="hourly", term="long",
        is_complex=True,
    )  # fmt: skip
    row.kinds.add(ServiceKindFactory(number=10, name="Асистентска подкрепа"))
    provider = ProviderFactory(municipality=scope, name="Община Сливен", phone="044 111 222")
    service = ServiceFactory(municipality=scope, provider=provider, name="Помощ у дома")
    ServiceSiteFactory(municipality=scope, service=service, address="ул. „Роза“ 5", phone="")
    ReferralFactory(municipality=scope, assessment=row, service=service, ordinal=1)
    ReferralFactory(municipality=scope, assessment=row, state="withdrawn", ordinal=2)
    Letterhead.objects.create(municipality=scope, signer_title="Секретар", signer_name="И. Първа")
    text = made(row)
    for words in (
        "ОБЩИНА СЛИВЕН", "№ ПО-2026-000007 / 20.11.2026 г.", "Пенка", "Измислена",
        "05.03.1948 г.", "19.11.2026 г.", "лично, с помощ от друг", FILLED["participation_note"],
        FILLED["wishes"], FILLED["need"], FILLED["conclusion"], "Асистентска подкрепа",
        "почасово", "дългосрочна", "като комплекс", "ПО-2026-000007/1", "Помощ у дома",
        "Община Сливен", "ул. „Роза“ 5", "тел. 044 111 222", "доставчикът ще отговори",
        "удостоверява насочването", "СЕКРЕТАР", "(И. Първа)", row.prepared_by.name,
    ):  # fmt: skip
        assert words in text
    assert "ПО-2026-000007/2" not in text
    assert "обжалва" not in text
    assert "Европейския съюз" not in text


def test_no_identifier_no_risk_no_reason_of_urgency_and_no_secret_address(scope):
    person = PersonFactory(municipality=scope, egn="7523169263")
    row = assessment_of(
        scope, person=person, is_urgent=True, urgent_reason="Бие я",
        follow_up_on=timezone.localdate(),
    )  # fmt: skip
    service = ServiceFactory(municipality=scope)
    ServiceSiteFactory(
        municipality=scope, service=service, address="", address_is_secret=True, phone="044 9"
    )
    ReferralFactory(municipality=scope, assessment=row, service=service)
    text = made(row)
    for words in ("7523169263", FILLED["risks"], "Бие я", str(service.sites.get().settlement)):
        assert words not in text
    assert "адресът не се съобщава" in text
    assert "тел. 044 9" in text
    assert "Спешен случай да" in text


@pytest.mark.parametrize(
    ("outcome", "said", "may_appeal"),
    [
        ("referred", "Насочване към услугите", False),
        ("directorate", "Пренасочване към: ДСП – Сливен", True),
        ("other", "Пренасочване към: ДСП – Сливен", True),
        ("no_need", "Не се установява потребност", True),
        ("withdrawn", "Човекът оттегли желанието си", False),
    ],
)
def test_every_conclusion_makes_a_document(scope, outcome, said, may_appeal):
    row = assessment_of(scope, outcome=outcome, authority="ДСП – Сливен")
    if outcome == "referred":
        ReferralFactory(municipality=scope, assessment=row)
    pdf = file_of(make_document(assessment=row, actor=Actor(Who.HEAD, UserFactory())))
    text, root = text_of(pdf), pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert said in text
    assert ("Как се обжалва" in text) is may_appeal
    assert ("удостоверява насочването" in text) is (outcome == "referred")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert root["/MarkInfo"]["/Marked"]


def test_a_basis_is_printed_once_it_is_verified(scope):
    form = AssessmentFormFactory(municipality=scope, legal_basis="чл. 88 от закона")
    row = assessment_of(scope, form=form)
    kept = {"legal_basis": "чл. 99 от закона", "is_verified": False}
    referral = ReferralFactory(municipality=scope, assessment=row, routing=kept)
    text = made(row)
    assert "чл. 88" not in text
    assert "чл. 99" not in text
    form.is_verified = True
    form.save()
    referral.routing = {**kept, "is_verified": True}
    referral.save()
    assert "Правно основание: чл. 88 от закона; чл. 99 от закона" in made(row)


def test_the_answers_begin_on_a_page_that_need_not_be_shown(scope):
    form = AssessmentFormFactory(municipality=scope)
    area = AssessmentAreaFactory(municipality=scope, form=form, name="Жилище")
    asked = AssessmentQuestionFactory(municipality=scope, area=area, label="Има ли баня?")
    AssessmentQuestionFactory(municipality=scope, area=area, label="Без отговор?")
    AssessmentAreaFactory(municipality=scope, form=form, name="Празна област")
    row = assessment_of(scope, form=form, answers={asked.pk: "Няма топла вода."})
    *first, last = pages_of(preview(row))
    assert not any("Жилище" in page or "Няма топла вода" in page for page in first)
    assert "Жилище" in last
    assert "Има ли баня? Няма топла вода." in last
    assert "Без отговор?" not in last
    assert "Празна област" not in last
    assert "Не е нужно да се показва на доставчика" in last


def test_an_edition_keeps_the_one_before(scope):
    row = assessment_of(scope)
    actor = Actor(Who.SPECIALIST, UserFactory())
    first = make_document(assessment=row, actor=actor)
    bytes_before = file_of(first)
    second = make_document(assessment=row, actor=actor, reason="Избрана е друга услуга")
    assert (first.edition, second.edition, second.made_by) == (1, 2, actor.user)
    assert file_of(first) == bytes_before
    assert "Екземпляр" not in text_of(bytes_before)
    shown = text_of(file_of(second))
    assert "Екземпляр 2 от" in shown
    assert "Избрана е друга услуга" in shown


def test_a_document_needs_a_number_and_a_preview_has_none(scope):
    row = assessment_of(scope, number="", issued_on=None, outcome="")
    with pytest.raises(ValueError, match="number"):
        make_document(assessment=row, actor=Actor(Who.SPECIALIST, UserFactory()))
    text = text_of(preview(row))
    assert "ПРОЕКТ" in text
    assert "№ ………" in text
    assert not AssessmentDocument.objects.exists()


def test_whatever_was_typed_is_text(scope):
    evil = " ".join(EVIL)
    form = AssessmentFormFactory(municipality=scope)
    area = AssessmentAreaFactory(municipality=scope, form=form)
    asked = AssessmentQuestionFactory(municipality=scope, area=area, label="Въпрос")
    row = assessment_of(
        scope, form=form, outcome="other", authority=evil[:200],
        texts=dict.fromkeys(FILLED, evil), answers={asked.pk: f"{evil} 😀 \x00"},
    )  # fmt: skip
    text = text_of(preview(row))
    assert text.count('#panic("спри")') == 6
    assert "□" in text


def test_the_union_stands_where_its_money_pays(scope):
    ProjectFactory(municipality=scope, programme=of_the_union(), eu_statement="cofinanced")
    reader = pypdf.PdfReader(io.BytesIO(preview(assessment_of(scope))))
    assert alternatives(reader) == ["Знаме на Европейския съюз"]


# How it is appealed


@pytest.mark.parametrize(
    ("policy", "norm", "said", "unsaid"),
    [
        ({}, {}, "пред административния съд. Жалбата", "дни"),
        ({}, {"is_verified": False}, "Попитайте във фронт-офиса", "14"),
        ({}, {"is_verified": True}, "съд в срок от 14 календарни дни от деня", "Попитайте"),
        ({"appeal_court": "АС – Сливен"}, {}, "пред АС – Сливен. Жалбата", "административния"),
        ({"appeal_note": "Жалба до 14 дни."}, {}, "Попитайте", "14"),
        ({"appeal_note": "Жалба до съда."}, {}, "Жалба до съда.", "Попитайте"),
        (
            {"appeal_note": "Жалба до 14 дни.", "appeal_verified": True},
            {"is_verified": False},
            "Жалба до 14 дни.",
            "Попитайте",
        ),
    ],
)
def test_no_unverified_number_is_in_the_note(scope, policy, norm, said, unsaid):
    ReferringPolicy.objects.create(municipality=scope, **policy)
    if norm:
        NormFactory(municipality=scope, code="appeal", value=14, unit="calendar_days", **norm)
    note = appeal_note(policy_of(scope), timezone.localdate())
    assert said in note
    assert unsaid not in note
