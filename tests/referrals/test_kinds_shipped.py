"""What every municipality has of applying from its first day."""

import datetime as dt

import pytest

from municipalities.models import LegalNorm
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from referrals.kinds import reading
from referrals.kinds.shipped import CONFIRM_WISH, WAIT_FOR_PAPERS, add_missing, shipped
from referrals.models import ApplicationKind, KindPaper, KindQuestion, PrivacyNotice
from tests.factories import MunicipalityFactory
from tests.factories_applications import ApplicationKindFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(sliven):
    begin(sliven)
    with municipality_scope(sliven):
        yield sliven


def test_a_second_time_adds_nothing(begun):
    assert ApplicationKind.objects.count() == 4
    assert add_missing(begun) == 0
    assert ApplicationKind.objects.count() == 4


def test_the_wish_and_the_alert_are_taken_from_the_first_day(begun):
    taken = {kind.code: kind.is_online for kind in reading.kinds_at_desk()}
    assert taken == {"wish": True, "alert": False}
    assert [kind.code for kind in reading.kinds_online(begun)] == ["wish"]


def test_every_row_passes_the_checks_of_its_form(begun):
    for model in (ApplicationKind, KindQuestion, KindPaper, LegalNorm, PrivacyNotice):
        for row in model.objects.order_by("pk"):
            row.full_clean()


def test_nothing_shipped_is_said_to_be_verified(begun):
    assert not ApplicationKind.objects.filter(is_verified=True).exists()
    assert not LegalNorm.objects.filter(is_verified=True).exists()
    assert not LegalNorm.objects.filter(source="").exists()


def test_every_norm_that_is_asked_for_by_name_is_there(begun):
    asked = {kind["norm_code"] for kind in shipped()["kinds"]} | {CONFIRM_WISH, WAIT_FOR_PAPERS}
    assert asked <= set(LegalNorm.objects.values_list("code", flat=True))


def test_a_parent_a_guardian_and_an_authorised_person_show_their_right(begun):
    wish = ApplicationKind.objects.get(code="wish")
    proofs = {
        on_behalf: {paper.name for paper in reading.papers_for(wish, on_behalf)}
        - {paper.name for paper in reading.papers_for(wish, "self")}
        for on_behalf in ("child", "ward", "authorised")
    }
    assert proofs == {
        "child": {"Акт за раждане на детето"},
        "ward": {"Документ за настойничество или попечителство"},
        "authorised": {"Изрично пълномощно"},
    }


def test_a_wish_without_any_answer_is_taken(begun):
    """ЗСУ lets it be stated in any form: no question of ours may stand in its way."""
    wish = ApplicationKind.objects.get(code="wish")
    questions = reading.questions_for(wish, "self", "citizen")
    assert questions
    assert reading.answers_form(questions)({}).is_valid()


def test_what_somebody_changed_stays_changed(begun):
    wish = ApplicationKind.objects.get(code="wish")
    wish.public_name, wish.is_on = "Нужна ми е помощ", False
    wish.save()
    KindQuestion.objects.filter(kind=wish).delete()
    KindPaper.objects.filter(kind=wish).update(is_active=False)
    LegalNorm.objects.filter(code="answer").update(value=30, name="Отговор до месец")
    PrivacyNotice.objects.update(text="Свой текст")
    assert add_missing(begun) == 0
    wish.refresh_from_db()
    assert (wish.public_name, wish.is_on, wish.questions.count()) == ("Нужна ми е помощ", False, 0)
    assert not KindPaper.objects.filter(kind=wish, is_active=True).exists()
    assert LegalNorm.objects.get(code="answer").value == 30
    assert reading.notice_in_force(begun).text == "Свой текст"


def test_a_norm_that_ended_does_not_come_back(begun):
    LegalNorm.objects.filter(code="preliminary-assessment").update(valid_to=dt.date(2026, 1, 31))
    assert add_missing(begun) == 0


def test_a_code_that_the_municipality_gave_to_its_own_kind_stays_with_it():
    own = ApplicationKindFactory(municipality=MunicipalityFactory(), number_code="ЛП", code="mine")
    begin(own.municipality)
    with municipality_scope(own.municipality):
        codes = set(ApplicationKind.objects.values_list("code", flat=True))
    assert codes == {"mine", "wish", "alert", "request"}


def test_the_notice_names_the_municipality_and_asks_for_no_consent(begun):
    notice = reading.notice_in_force(begun)
    assert notice.version == 1
    assert f"община {begun.name}" in notice.text
    assert "{" not in notice.text
    assert "чл. 6, параграф 1, букви „в“ и „д“" in notice.text
    assert "не искаме съгласието ви" in notice.text
