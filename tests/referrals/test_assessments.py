"""The preliminary assessment at the desk: begun, filled, concluded, read by the head, issued."""

import re
import uuid

import pytest
from django.utils import timezone

from frontoffice.preferences.setting import set_policy
from municipalities.models import AccessEvent
from municipalities.starting import begin as begin_municipality
from municipalities.tenancy import municipality_scope
from referrals.assessments import assessing
from referrals.assessments import contents as held
from referrals.models import (
    Application,
    AssessmentForm,
    NeedsAssessment,
    Referral,
    ReferringPolicy,
)
from referrals.workflow.machine import StepRefused
from services_registry.models import ServiceKind
from tests.factories import ServiceKindFactory
from tests.factories_referring import (
    AssessmentAreaFactory,
    AssessmentFactory,
    AssessmentFormFactory,
    AssessmentQuestionFactory,
    ReferralFactory,
)
from tests.referrals.assessing import (
    DESK,
    actor,
    at,
    concluded,
    filled,
    fresh,
    kept_files,
    kinds_of,
    sent_by,
    text,
)
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db


# Beginning


def test_an_application_ends_with_its_assessment_whose_clock_goes_on(
    application, question, specialist
):
    page = text(specialist.get(f"{DESK}nova/{application.pk}/"))
    assert "непотвърдена норма" in page
    key = re.search(r'name="form_key" value="([^"]+)"', page).group(1)
    for _twice in range(2):
        answer = specialist.post(f"{DESK}nova/{application.pk}/", {"form_key": key})
        assert answer.status_code == 302
    (begun,) = rows_of(application.municipality, NeedsAssessment)
    with municipality_scope(application.municipality):
        application.refresh_from_db()
        assert (application.state, application.outcome) == ("closed", "assessment")
    assert begun.owner == begun.prepared_by == specialist.user
    assert (begun.due_on, begun.norm) == (application.due_on, application.norm)
    assert kinds_of(begun) == ["begun"]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"confirmed_at": None}, "потвърдете"),
        ({"person": None}, "свържете"),
        ({"state": "closed", "outcome": "answered"}, "приключило по друг начин"),
    ],
)
def test_what_cannot_be_assessed_is_refused_and_stays_as_it_was(
    application, question, specialist, facts, why
):
    with municipality_scope(application.municipality):
        Application.objects.filter(pk=application.pk).update(
            **facts, closed_at=timezone.now() if "state" in facts else None
        )
        application.refresh_from_db()
    answer = specialist.post(f"{DESK}nova/{application.pk}/", {"form_key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert why in text(answer)
    assert not rows_of(application.municipality, NeedsAssessment)
    with municipality_scope(application.municipality):
        assert Application.objects.get().state == facts.get("state", "in_work")


def test_every_municipality_begins_with_a_form_in_force_that_says_it_is_unverified(sliven):
    for _twice in range(2):
        begin_municipality(sliven)
    with municipality_scope(sliven):
        form = AssessmentForm.objects.get()
        assert (form.number, form.state, form.is_verified) == (1, "in_force", False)
        assert form.source
        areas = held.asked(form)
        assert len(areas) == 9
        assert all(2 <= len(questions) <= 4 for _area, questions in areas)
        required = [one for _area, listed in areas for one in listed if one.is_required]
        assert 0 < len(required) <= 4
        for area, questions in areas:
            area.full_clean()
            for one in questions:
                one.full_clean()
                assert bool(one.choices) == (one.form in ("one", "several"))


# Pages


@pytest.mark.parametrize(
    "part",
    ["", "popalvane/", "zaklyuchenie/", "proverka/", "stapka/urgent/", "stapka/pause/",
     "stapka/hand/", "stapka/note/", "stapka/cancel/"],
)  # fmt: skip
def test_pages_open_and_a_foreign_one_is_missing_like_one_that_never_was(
    assessment, elena, specialist, part
):
    foreign = AssessmentFactory(municipality=elena)
    assert specialist.get(at(assessment, part)).status_code == 200
    assert specialist.get(at(foreign, part)).status_code == 404
    assert specialist.get(f"{DESK}987654/{part}").status_code == 404


def test_another_specialist_reads_and_does_not_write_and_looks_are_kept(assessment, colleague):
    assert colleague.get(at(assessment)).status_code == 200
    for page in ("popalvane/", "zaklyuchenie/", "proverka/", "stapka/pause/", "stapka/return/"):
        assert colleague.get(at(assessment, page)).status_code == 403, page
    looks = [
        one.subject_kind
        for one in rows_of(assessment.municipality, AccessEvent)
        if one.user_id == colleague.user.pk
    ]
    assert "referrals.needsassessment" in looks
    assert "frontoffice.person" in looks
    colleague.post(at(assessment, "stapka/note/"), {"text": "Обади се дъщерята."})
    assert kinds_of(assessment)[-1] == "note"


def test_what_is_written_is_kept_encrypted_and_read_with_its_question(
    assessment, question, specialist
):
    filled(specialist, assessment, question, wishes="Да остана у дома.", risks="Пада.")
    row = fresh(assessment)
    assert row.is_complete
    assert "у дома".encode() not in bytes(row.data)
    page = text(specialist.get(at(assessment)))
    for words in ("Да остана у дома.", "Пада.", question.label, "Добре."):
        assert words in page
    with municipality_scope(row.municipality):
        assert not [one for one in row.events.all() if "дома" in one.words + one.told]


def test_bad_input_is_refused_in_words_and_an_egn_has_no_place_here(
    assessment, question, specialist
):
    wrong = {
        "participation": ["nonsense", "personal"],
        f"q{question.pk}": "ЕГН 7523169263",
        "held_on": "2999-01-01",
        "wishes": "а" * 2001,
        "version": "x",
        "seen": "[1",
    }
    answer = specialist.post(at(assessment, "popalvane/"), wrong)
    assert answer.status_code == 422
    for words in ("Тук има ЕГН", "още не е дошъл", "2001"):
        assert words in text(answer)
    assert not fresh(assessment).is_complete
    for junk in ({"wishes": "\x00"}, {"version": "9" * 99}, {"seen": "[" * 5000}):
        page = specialist.get(at(assessment, "popalvane/"))
        sent = specialist.post(at(assessment, "popalvane/"), {**sent_by(page), **junk})
        assert sent.status_code in (302, 422)


def test_two_who_write_at_once_lose_nothing(assessment, question, specialist, head):
    mine = sent_by(specialist.get(at(assessment, "popalvane/")))
    theirs = sent_by(head.get(at(assessment, "popalvane/")))
    head.post(
        at(assessment, "popalvane/"),
        {**theirs, "participation": "helped", "wishes": "Иска център.", "risks": "Самота."},
    )
    sent = {**mine, "wishes": "Иска у дома.", f"q{question.pk}": "Трудно."}
    answer = specialist.post(at(assessment, "popalvane/"), sent)
    assert answer.status_code == 422
    page = text(answer)
    # Hers beside his where both wrote, his where she touched nothing, hers where he did not.
    for words in ("Колега е записал", "Иска център.", "Иска у дома.", "Трудно.", "Самота."):
        assert words in page
    assert fresh(assessment).participation == "helped"
    merged = {
        **sent_by(answer), "participation": "helped", "risks": "Самота.",
        "wishes": "Иска у дома.", f"q{question.pk}": "Трудно.",
    }  # fmt: skip
    assert specialist.post(at(assessment, "popalvane/"), merged).status_code == 302
    with municipality_scope(assessment.municipality):
        contents = held.read(fresh(assessment))
    assert (contents.wishes, contents.risks) == ("Иска у дома.", "Самота.")


def test_two_who_write_apart_are_saved_both(assessment, question, specialist, head):
    mine = sent_by(specialist.get(at(assessment, "popalvane/")))
    concluded(head, assessment, need="Помощ у дома.")
    filled(head, assessment, question)
    saved = specialist.post(at(assessment, "popalvane/"), {**mine, "wishes": "У дома."})
    assert saved.status_code == 302
    with municipality_scope(assessment.municipality):
        contents = held.read(fresh(assessment))
    assert contents.answers == {question.pk: "Добре."}
    assert (contents.wishes, contents.need) == ("У дома.", "Помощ у дома.")


def test_policy_asks_a_colleague_why_and_not_who_has_it(assessment, specialist, colleague, sliven):
    with municipality_scope(sliven):
        set_policy(municipality=sliven, asks_reason="always", reasons=["По телефона"])
    assert "kam=" in colleague.get(at(assessment))["Location"]
    assert specialist.get(at(assessment)).status_code == 200


def test_what_no_key_reads_is_said_and_stays(assessment, specialist):
    with municipality_scope(assessment.municipality):
        NeedsAssessment.objects.filter(pk=assessment.pk).update(data=b"x")
    for page in ("", "popalvane/", "proverka/"):
        answer = specialist.get(at(assessment, page), follow=True)
        assert "не могат да се прочетат" in text(answer)
    specialist.post(at(assessment, "popalvane/"), {"version": "1", "wishes": "Ново."})
    assert bytes(fresh(assessment).data) == b"x"


@pytest.mark.parametrize("page", ["", "popalvane/", "proverka/"])
def test_pages_ask_as_much_of_a_long_form_and_a_long_story(
    assessment, specialist, sliven, queries, page
):
    def more(count: int) -> None:
        with municipality_scope(sliven):
            form = AssessmentFormFactory(municipality=sliven)
            for _n in range(count):
                area = AssessmentAreaFactory(municipality=sliven, form=form)
                AssessmentQuestionFactory(municipality=sliven, area=area)
                assessing.note(
                    assessment=assessment, actor=actor(specialist), text=f"{uuid.uuid4()}"
                )
                ReferralFactory(municipality=sliven, assessment=fresh(assessment))
            NeedsAssessment.objects.filter(pk=assessment.pk).update(form=form)

    more(1)
    specialist.get(at(assessment, page))
    queries.assert_same(
        specialist, at(assessment, page), more, name=f"assessment: {page}", at_most=36
    )


# The end


def test_a_refusal_is_checked_numbered_and_told(assessment, question, specialist, policy):
    filled(specialist, assessment, question)
    missing = text(specialist.get(at(assessment, "proverka/")))
    assert "Изберете заключение." in missing
    refused = specialist.post(
        at(assessment, "proverka/"), sent_by(specialist.get(at(assessment, "proverka/")))
    )
    assert refused.status_code == 422
    page = specialist.get(at(assessment, "zaklyuchenie/"))
    silent = specialist.post(
        at(assessment, "zaklyuchenie/"), {**sent_by(page), "outcome": "no_need"}
    )
    assert silent.status_code == 422
    concluded(specialist, assessment, outcome="no_need", conclusion="Справя се сам.")
    sent = sent_by(specialist.get(at(assessment, "proverka/")))
    for _twice in range(2):
        assert specialist.post(at(assessment, "proverka/"), sent).status_code == 302
    row = fresh(assessment)
    year = timezone.localdate().year
    assert (row.state, row.number) == ("done", f"ПО-{year}-000001")
    assert row.issued_on == timezone.localdate()
    assert kinds_of(row).count("done") == 1
    with municipality_scope(row.municipality):
        assert row.documents.count() == 1
        told = row.events.get(kind="done").told
    assert row.number in told
    assert "Справя се" not in told
    assert specialist.get(at(assessment, "popalvane/")).status_code == 302
    assert row.number in text(specialist.get(at(assessment)))


def test_the_head_reads_what_policy_says_and_nobody_reads_their_own(
    assessment, question, specialist, head, sliven
):
    with municipality_scope(sliven):
        ReferringPolicy.objects.create(municipality=sliven, review="always")
    filled(specialist, assessment, question)
    concluded(specialist, assessment, outcome="no_need", conclusion="Справя се сам.")
    with municipality_scope(sliven), pytest.raises(StepRefused, match="ръководителя"):
        assessing.finish(assessment=fresh(assessment), actor=actor(head))
    check = specialist.get(at(assessment, "proverka/"))
    assert "Дай за преглед" in text(check)
    specialist.post(at(assessment, "proverka/"), sent_by(check))
    assert fresh(assessment).state == "review"
    # It is not written meanwhile, and only the head goes on with it.
    assert specialist.get(at(assessment, "popalvane/")).status_code == 302
    assert specialist.get(at(assessment, "proverka/")).status_code == 302
    assert specialist.get(at(assessment, "stapka/return/")).status_code == 403
    assert head.post(at(assessment, "stapka/return/"), {"reason": ""}).status_code == 422
    back = {"reason": "Допълнете рисковете.", **sent_by(head.get(at(assessment, "stapka/return/")))}
    assert head.post(at(assessment, "stapka/return/"), back).status_code == 302
    assert "Допълнете рисковете." in text(specialist.get(at(assessment)))
    with municipality_scope(sliven):
        assessing.submit(assessment=fresh(assessment), actor=actor(head))
    own = head.get(at(assessment, "proverka/"))
    refused = head.post(at(assessment, "proverka/"), sent_by(own))
    assert refused.status_code == 422
    assert "от друг човек" in text(refused)
    with municipality_scope(sliven):
        assessing.give_back(assessment=fresh(assessment), actor=actor(head), reason="Пак.")
        assessing.submit(assessment=fresh(assessment), actor=actor(specialist))
    sent = sent_by(head.get(at(assessment, "proverka/")))
    assert head.post(at(assessment, "proverka/"), sent).status_code == 302
    row = fresh(assessment)
    assert (row.state, row.prepared_by, row.reviewed_by) == ("done", specialist.user, head.user)


def test_a_finished_one_sends_what_was_chosen_or_nothing_happens(
    assessment, question, specialist, policy
):
    filled(specialist, assessment, question)
    kind = ServiceKind.objects.first() or ServiceKindFactory()
    concluded(specialist, assessment, outcome="referred", kinds=[kind.pk], intensity="hourly")
    own = assessment.municipality
    chosen = ReferralFactory(
        municipality=own, assessment=fresh(assessment), service__status="draft"
    )
    before = kept_files()
    with municipality_scope(own):
        with pytest.raises(StepRefused, match=chosen.service.name):
            assessing.finish(assessment=fresh(assessment), actor=actor(specialist))
        assert (fresh(assessment).state, fresh(assessment).number) == ("draft", "")
        assert kept_files() == before  # nor does its file stay
        type(chosen.service).objects.filter(pk=chosen.service_id).update(status="published")
        done = assessing.finish(assessment=fresh(assessment), actor=actor(specialist))
        assert done.number.endswith("-000001")  # the number of the failed one went to nobody
        assert Referral.objects.get().state == "sent"
