"""What else is done to an assessment: paused, urgent, handed over, cancelled, replaced."""

import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.assessments import assessing
from referrals.assessments import contents as held
from referrals.assessments.paper import assessment_data
from referrals.models import (
    Application,
    AssessmentEvent,
    NeedsAssessment,
    Referral,
)
from referrals.placing import referring
from referrals.workflow.machine import RowChanged, StepRefused
from services_registry.models import ServiceKind
from tests.factories import ServiceKindFactory
from tests.factories_referring import (
    AssessmentFactory,
    ReferralFactory,
)
from tests.referrals.assessing import (
    DESK,
    actor,
    at,
    concluded,
    filled,
    fresh,
    sent_by,
    text,
)
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db


# What else is done to it


def test_the_clock_stands_and_goes_on_by_as_much(assessment, specialist):
    due_on = assessment.due_on
    page = specialist.get(at(assessment, "stapka/pause/"))
    specialist.post(at(assessment, "stapka/pause/"), {**sent_by(page), "reason": "В болница е."})
    with municipality_scope(assessment.municipality):
        NeedsAssessment.objects.filter(pk=assessment.pk).update(
            paused_on=timezone.localdate() - dt.timedelta(days=4)
        )
        step = AssessmentEvent.objects.get(kind="paused")
    assert step.words == "В болница е."
    assert "болница" not in step.told
    page = specialist.get(at(assessment, "stapka/resume/"))
    specialist.post(at(assessment, "stapka/resume/"), sent_by(page))
    row = fresh(assessment)
    assert (row.paused_on, row.paused_days) == (None, 4)
    assert row.due_on >= due_on + dt.timedelta(days=4)  # later where that is no working day
    assert "спиран за 4 дни" in text(specialist.get(at(assessment)))


def test_an_urgent_case_has_a_reason_and_a_day(assessment, specialist):
    day = timezone.localdate() + dt.timedelta(days=5)
    page = specialist.get(at(assessment, "stapka/urgent/"))
    yesterday = f"{timezone.localdate() - dt.timedelta(days=1):%d.%m.%Y}"
    sent = {**sent_by(page), "reason": "Остана без дом.", "follow_up_on": yesterday}
    assert specialist.post(at(assessment, "stapka/urgent/"), sent).status_code == 422
    sent["follow_up_on"] = f"{day:%d.%m.%Y}"
    assert specialist.post(at(assessment, "stapka/urgent/"), sent).status_code == 302
    row = fresh(assessment)
    assert (row.is_urgent, row.urgent_reason, row.follow_up_on) == (True, "Остана без дом.", day)
    assert "Остана без дом." in text(specialist.get(at(assessment)))
    page = specialist.get(at(assessment, "stapka/not_urgent/"))
    specialist.post(at(assessment, "stapka/not_urgent/"), sent_by(page))
    assert not fresh(assessment).is_urgent


def test_it_is_handed_to_a_colleague_and_an_old_page_does_not_cover_a_newer_step(
    assessment, specialist, colleague
):
    page = sent_by(specialist.get(at(assessment, "stapka/hand/")))
    old = sent_by(specialist.get(at(assessment, "stapka/pause/")))
    to = {"to": colleague.user.pk, "note": "Познаваш я.", **page}
    assert specialist.post(at(assessment, "stapka/hand/"), to).status_code == 302
    assert fresh(assessment).owner == colleague.user
    assert specialist.get(at(assessment, "popalvane/")).status_code == 403
    answer = colleague.post(at(assessment, "stapka/pause/"), {**old, "reason": "Пътува."})
    assert answer.status_code == 422
    assert "Пътува." in text(answer)
    assert fresh(assessment).paused_on is None


def test_a_cancelled_one_takes_its_choices_with_it(assessment, specialist):
    ReferralFactory(municipality=assessment.municipality, assessment=fresh(assessment))
    page = specialist.get(at(assessment, "stapka/cancel/"))
    sent = {**sent_by(page), "reason": "Отказа се."}
    assert specialist.post(at(assessment, "stapka/cancel/"), sent).status_code == 302
    row = fresh(assessment)
    assert (row.state, row.outcome) == ("cancelled", "withdrawn")
    assert not rows_of(assessment.municipality, Referral)
    # Another one can be begun by the same application.
    again = specialist.post(
        f"{DESK}nova/{assessment.application_id}/", {"form_key": str(uuid.uuid4())}
    )
    assert again.status_code == 302


def test_a_new_one_begins_with_what_was_answered_and_ends_the_old_one(
    assessment, question, specialist, policy, sliven
):
    filled(specialist, assessment, question, wishes="У дома.")
    concluded(specialist, assessment, outcome="no_need", conclusion="Справя се.")
    with municipality_scope(sliven):
        old = assessing.finish(assessment=fresh(assessment), actor=actor(specialist))
    page = text(specialist.get(at(old, "nova-versiya/")))
    key = re.search(r'name="form_key" value="([^"]+)"', page).group(1)
    specialist.post(at(old, "nova-versiya/"), {"form_key": key})
    (new,) = [one for one in rows_of(sliven, NeedsAssessment) if one.pk != old.pk]
    with municipality_scope(sliven):
        contents = held.read(new)
        assert contents.answers == {question.pk: "Добре."}
        assert (contents.wishes, contents.conclusion, new.outcome) == ("У дома.", "", "")
        assert new.clock_from == timezone.localdate()
    assert fresh(old).state == "done"
    concluded(specialist, new, outcome="no_need", conclusion="Пак.")
    filled(specialist, new, question)
    with municipality_scope(sliven):
        done = assessing.finish(assessment=fresh(new), actor=actor(specialist))
    assert (fresh(old).state, done.number[-1]) == ("replaced", "2")
    assert done.number in text(specialist.get(at(old)))


def test_a_stale_version_is_refused_by_the_verbs(assessment, specialist):
    with municipality_scope(assessment.municipality):
        assessing.pause(assessment=assessment, actor=actor(specialist), reason="Пътува.")
        for verb, facts in (
            (assessing.submit, {}),
            (assessing.finish, {}),
            (assessing.cancel, {"reason": "x"}),
            (assessing.resume, {}),
        ):
            with pytest.raises(RowChanged):
                verb(assessment=assessment, actor=actor(specialist), version=1, **facts)


def test_a_service_that_is_used_goes_on_by_a_new_assessment(specialist, sliven, question, policy):
    old = AssessmentFactory(municipality=sliven, done=True, owner=specialist.user)
    with municipality_scope(sliven):
        Application.objects.filter(pk=old.application_id).update(
            state="closed", outcome="assessment", closed_at=timezone.now()
        )
        used = ReferralFactory(municipality=sliven, assessment=old, state="started")
        new = assessing.begin(
            application=fresh(old).application,
            actor=actor(specialist),
            form_key=uuid.uuid4(),
            replaces=fresh(old),
        )
        with pytest.raises(StepRefused, match="по друга оценка"):
            referring.choose(
                assessment=fresh(new), service=used.service, actor=actor(specialist),
                chosen_by="person", form_key=uuid.uuid4(),
            )  # fmt: skip
    filled(specialist, new, question)
    kind = ServiceKind.objects.first() or ServiceKindFactory()
    concluded(specialist, new, outcome="referred", kinds=[kind.pk])
    with municipality_scope(sliven):
        done = assessing.finish(assessment=fresh(new), actor=actor(specialist))
        used.refresh_from_db()
        assert (done.state, used.state) == ("done", "started")
        listed = assessment_data(fresh(new))["services"]
    assert [one["number"] for one in listed] == [f"{old.number}/{used.ordinal}"]
    assert f"{old.number}/{used.ordinal}" in text(specialist.get(at(new)))
