"""The document of an assessment and the letter to ДСП: what they say, and what never is in them."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import pypdf
import pytest
from django.urls import reverse
from django.utils import timezone

from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from municipalities.uploads import PrivateStorage
from referrals.assessments import contents
from referrals.assessments.appeal import appeal_note
from referrals.assessments.documents import make_document, preview
from referrals.assessments.redirecting import redirect_letter
from referrals.models import (
    AssessmentDocument,
    Letter,
    Letterhead,
    NeedsAssessment,
    ReferringPolicy,
    SocialAssistanceDirectorate,
)
from referrals.policy import policy_of
from referrals.workflow.machine import Actor, StepRefused, Who
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
from tests.projects.test_admin import filled
from tests.referrals.test_letters_documents import EVIL, alternatives, of_the_union
from tests.referrals.test_sent_twice import at_once

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


def test_a_new_assessment_says_which_one_it_replaces(scope):
    before = AssessmentFactory(
        municipality=scope, done=True, number="ПО-2026-000003", issued_on=dt.date(2026, 5, 4)
    )
    row = assessment_of(scope, replaces=before)
    assert "Заменя предварителна оценка № ПО-2026-000003 от 04.05.2026 г." in text_of(preview(row))


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
        ({}, {"is_verified": False}, "Там ще ви кажат", "14"),
        ({}, {"is_verified": True}, "съд в срок от 14 календарни дни от деня", "Там ще ви кажат"),
        ({"appeal_court": "АС – Сливен"}, {}, "пред АС – Сливен. Жалбата", "административния"),
        ({"appeal_note": "Жалба до 14 дни."}, {}, "Там ще ви кажат", "14"),
        ({"appeal_note": "Жалба до съда."}, {}, "Жалба до съда.", "Там ще ви кажат"),
        (
            {"appeal_note": "Жалба до 14 дни.", "appeal_verified": True},
            {"is_verified": False},
            "Жалба до 14 дни.",
            "Там ще ви кажат",
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


# The pages


def finished(sliven, **facts):
    """Return an assessment that is done, with its document."""
    with municipality_scope(sliven):
        row = assessment_of(sliven, **facts)
        make_document(assessment=row, actor=Actor(Who.SPECIALIST, UserFactory()))
        NeedsAssessment.objects.filter(pk=row.pk).update(
            state="done", is_complete=True, number_year=2026, number_seq=7, closed_at=timezone.now()
        )
        row.refresh_from_db()
    return row


def page_bytes(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_document_is_taken_as_the_bytes_that_were_made_and_it_is_kept_who_took_it(
    specialist, sliven
):
    row = finished(sliven)
    url = reverse("assessment_document", args=[row.pk, 1])
    response = specialist.get(url)
    assert response["Content-Type"] == "application/pdf"
    with municipality_scope(sliven):
        assert page_bytes(response) == file_of(row.documents.get())
        assert AccessEvent.objects.filter(
            subject_kind="referrals.needsassessment", subject_id=row.pk, action="printed"
        ).exists()
    for edition in (0, 2, 32000, 10**18):
        assert specialist.get(f"{url[:-2]}{edition}/").status_code == 404


def test_a_project_is_read_before_there_is_a_number(head, sliven):
    with municipality_scope(sliven):
        row = assessment_of(sliven, number="", issued_on=None)
    response = head.get(reverse("assessment_document", args=[row.pk, 0]))
    assert "ПРОЕКТ" in text_of(response.content)


@pytest.mark.parametrize("name", ["assessment_document", "assessment_redirect"])
def test_one_of_elena_is_answered_like_none(specialist, elena, name):
    row = finished(elena, outcome="directorate", authority="ДСП")
    tail = [1] if name == "assessment_document" else []
    answers = [specialist.get(reverse(name, args=[pk, *tail])) for pk in (row.pk, row.pk + 1000)]
    assert [answer.status_code for answer in answers] == [404, 404]


def redirected(sliven, **facts):
    return finished(sliven, outcome="directorate", authority="ДСП – Сливен", **facts)


def test_the_letter_opens_with_the_directorate_and_is_sent_as_every_letter(specialist, sliven):
    row = redirected(sliven)
    for name in ("ДСП – Сливен", "ДСП – Бургас", "Закрита"):
        with municipality_scope(sliven):
            SocialAssistanceDirectorate.objects.create(
                municipality=sliven, name=name, address="ул. „Държавна“ 1",
                is_active=name != "Закрита",
            )  # fmt: skip
    url = reverse("assessment_redirect", args=[row.pk])
    text = specialist.get(url).content.decode()
    assert "ДСП – Сливен" in text
    assert "Закрита" not in text
    assert 'value="ДСП – Бургас"' in text
    data = filled(specialist, url)
    assert "предварителна оценка № ПО-2026-000007 от 20.11.2026 г." in data["body"]
    answer = specialist.post(url, data)
    assert specialist.post(url, data)["Location"] == answer["Location"]
    with municipality_scope(sliven):
        letter = Letter.objects.get()
        assert (letter.kind, letter.recipient, letter.application) == (
            "dsp", "ДСП – Бургас", row.application,
        )  # fmt: skip
        assert row.events.filter(words__contains=letter.number, told="").count() == 1
    assert answer["Location"] == reverse("letter_send", args=[letter.pk])
    paper = text_of(page_bytes(specialist.get(reverse("letter", args=[letter.pk]))))
    assert "ДСП – Бургас ул. „Държавна“ 1" in paper
    assert "АПК" not in paper
    specialist.post(answer["Location"], {"how": "printed"})
    with municipality_scope(sliven):
        told = row.application.events.exclude(told="").values_list("told", flat=True)
        assert (
            list(told)[-1] == "Пренасочихме желанието ви към: ДСП – Бургас. Оценката е приложена."
        )
    assert letter.number in specialist.get(url).content.decode()


def test_without_a_directorate_the_letter_is_addressed_as_the_conclusion_says(specialist, sliven):
    url = reverse("assessment_redirect", args=[redirected(sliven).pk])
    text = specialist.get(f"{url}?dsp=няма").content.decode()
    assert "Дирекцията още не е записана" in text
    assert 'value="ДСП – Сливен"' in text
    project = specialist.post(url, {**filled(specialist, url), "pregled": "1"})
    assert "ПРОЕКТ" in text_of(project.content)
    refused = specialist.post(url, {**filled(specialist, url), "body": "Остава […]"})
    assert refused.status_code == 422
    with municipality_scope(sliven):
        assert not Letter.objects.exists()


@pytest.mark.parametrize("outcome", ["referred", "no_need", "other"])
def test_what_is_not_redirected_to_a_directorate_gets_no_such_letter(specialist, sliven, outcome):
    row = finished(sliven, outcome=outcome, authority="РЗИ")
    url = reverse("assessment_redirect", args=[row.pk])
    for answer in (specialist.get(url), specialist.post(url, {"recipient": "ДСП"})):
        assert answer["Location"] == reverse("assessment", args=[row.pk])
    with municipality_scope(sliven), pytest.raises(StepRefused):
        redirect_letter(
            assessment=row, directorate=None, actor=Actor(Who.HEAD, UserFactory()),
            form_key=uuid.uuid4(),
        )  # fmt: skip


def test_whoever_has_not_the_case_does_not_write_of_it(specialist, colleague, head, sliven):
    url = reverse("assessment_redirect", args=[redirected(sliven, owner=colleague.user).pk])
    assert specialist.get(url).status_code == 403
    assert head.get(url).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_letter_pressed_at_once_in_several_tabs_is_one(specialist, sliven):
    row = redirected(sliven)
    url = reverse("assessment_redirect", args=[row.pk])
    data = filled(specialist, url)
    answers = at_once(specialist, lambda tab: tab.post(url, data))
    assert {one.status_code for one in answers} == {302}
    assert len({one["Location"] for one in answers}) == 1
    with municipality_scope(sliven):
        letter = Letter.objects.get()
        assert letter.number.endswith("-000001")
        assert row.events.filter(words__contains=letter.number).count() == 1
