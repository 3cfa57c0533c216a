"""The form of the assessment in the admin: a question more, and old assessments as they were."""

import uuid

import pytest
from django.urls import reverse

from municipalities.starting import begin as begin_municipality
from municipalities.tenancy import municipality_scope
from referrals.assessments import assessing, versions
from referrals.assessments import contents as held
from referrals.models import AssessmentArea, AssessmentForm, AssessmentQuestion
from referrals.workflow.machine import Actor, Who
from tests.factories_referring import AssessmentFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db


def form_page(form) -> str:
    return reverse("admin:referrals_assessmentform_change", args=[form.pk])


def area_page(area) -> str:
    return reverse("admin:referrals_assessmentarea_change", args=[area.pk])


def question(form: str, number: int = 0, **facts) -> dict[str, str]:
    """The columns of a new question as its page sends them, beside ``number`` kept ones."""
    own = {"label": "Има ли домашен любимец?", "hint": "", "form": form, "choices": "",
           "order": "", "id": "", **facts}  # fmt: skip
    return {f"questions-{number}-{name}": value for name, value in own.items()}


@pytest.fixture
def in_force(sliven) -> AssessmentForm:
    begin_municipality(sliven)
    with municipality_scope(sliven):
        return AssessmentForm.objects.get()


@pytest.fixture
def prepared(head, in_force) -> AssessmentForm:
    """The next version, made on its page."""
    there = reverse("admin:referrals_assessmentform_copy", args=[in_force.pk])
    assert in_force.title in head.get(form_page(in_force)).content.decode()
    assert head.get(there).status_code == 200
    answer = head.post(there, follow=True)
    assert "Новата версия е готова" in answer.content.decode()
    (made,) = [one for one in rows_of(in_force.municipality, AssessmentForm) if one.number == 2]
    return made


def areas_of(form) -> list[AssessmentArea]:
    with municipality_scope(form.municipality):
        return list(form.areas.prefetch_related("questions"))


def sent(area, *new: dict[str, str], **facts) -> dict[str, str]:
    """The page of an area with its questions as they are, and ``new`` ones."""
    kept = list(area.questions.all())
    data = {
        "name": area.name, "hint": area.hint,
        "questions-TOTAL_FORMS": str(len(kept) + len(new)),
        "questions-INITIAL_FORMS": str(len(kept)),
    }  # fmt: skip
    for number, one in enumerate(kept):
        data |= {
            f"questions-{number}-{name}": value
            for name, value in {
                "id": one.pk, "label": one.label, "hint": one.hint, "form": one.form,
                "choices": "\n".join(one.choices), "order": one.order,
                **({"is_required": "on"} if one.is_required else {}),
            }.items()
        }  # fmt: skip
    for row in new:
        data |= row
    return {**data, **facts}


def test_a_question_more_is_asked_of_new_assessments_and_old_ones_keep_their_form(
    head, specialist, sliven, in_force, prepared
):
    old = AssessmentFactory(municipality=sliven, form=in_force)
    area = areas_of(prepared)[0]
    assert [one.label for one in areas_of(in_force)[0].questions.all()] == [
        one.label for one in area.questions.all()
    ]
    count = area.questions.count()
    page = head.get(area_page(area))
    assert page.status_code == 200
    wrong = head.post(area_page(area), sent(area, question("one", count)))
    assert "поне два възможни отговора" in wrong.content.decode()
    right = question("one", count, choices="куче\nкотка")
    assert head.post(area_page(area), sent(area, right)).status_code == 302
    force = reverse("admin:referrals_assessmentform_force", args=[prepared.pk])
    assert "Има ли домашен любимец?" in head.get(force).content.decode()
    assert "в сила от днес" in head.post(force, follow=True).content.decode()
    with municipality_scope(sliven):
        states = dict(AssessmentForm.objects.values_list("number", "state"))
        assert states == {1: "retired", 2: "in_force"}
        labels = [one.label for _area, listed in held.asked(old.form) for one in listed]
        assert "Има ли домашен любимец?" not in labels
        new = assessing.begin(
            application=AssessmentFactory(municipality=sliven, state="cancelled").application,
            actor=Actor(Who.HEAD, head.user),
            form_key=uuid.uuid4(),
        )
        assert new.form_id == prepared.pk
    page = specialist.get(f"/rabotno-myasto/otsenki/{old.pk}/popalvane/").content.decode()
    assert "Има ли домашен любимец?" not in page
    page = head.get(f"/rabotno-myasto/otsenki/{new.pk}/popalvane/").content.decode()
    assert "Има ли домашен любимец?" in page


def test_a_version_in_force_is_read_and_not_written(administrator, in_force):
    area = areas_of(in_force)[0]
    assert administrator.get(area_page(area)).status_code == 200
    assert administrator.post(area_page(area), sent(area, name="Друго")).status_code == 403
    data = {
        "legal_basis": "чл. 1", "source": "lex.bg", "is_verified": "on", "title": "Друго",
        "areas-TOTAL_FORMS": "1", "areas-INITIAL_FORMS": "1", "areas-0-id": area.pk,
        "areas-0-name": "Друго", "areas-0-form": in_force.pk,
    }  # fmt: skip
    answer = administrator.post(form_page(in_force), data)
    assert answer.status_code == 302
    (form,) = rows_of(in_force.municipality, AssessmentForm)
    assert (form.is_verified, form.legal_basis) == (True, "чл. 1")
    assert form.title != "Друго"
    assert areas_of(form)[0].name == area.name
    gone = reverse("admin:referrals_assessmentform_delete", args=[form.pk])
    assert administrator.post(gone, {"post": "yes"}).status_code == 403


def test_one_version_is_prepared_at_a_time_and_an_empty_one_does_not_come_in_force(
    head, sliven, in_force, prepared
):
    with municipality_scope(sliven):
        with pytest.raises(versions.VersionRefused, match="Вече се подготвя версия 2"):
            versions.next_version(in_force)
        area = prepared.areas.first()
        area.questions.all().delete()
    force = reverse("admin:referrals_assessmentform_force", args=[prepared.pk])
    answer = head.post(force, follow=True).content.decode()
    assert area.name in answer
    assert "няма въпроси" in answer
    gone = reverse("admin:referrals_assessmentform_delete", args=[prepared.pk])
    assert head.post(gone, {"post": "yes"}).status_code == 302
    assert len(rows_of(sliven, AssessmentForm)) == 1
    with municipality_scope(sliven):
        assert not AssessmentQuestion.objects.exclude(area__form=in_force).exists()


def test_nobody_else_and_no_other_municipality(specialist, elena, head, in_force):
    begin_municipality(elena)
    (foreign,) = rows_of(elena, AssessmentForm)
    for name in ("copy", "force"):
        own = reverse(f"admin:referrals_assessmentform_{name}", args=[in_force.pk])
        other = reverse(f"admin:referrals_assessmentform_{name}", args=[foreign.pk])
        assert specialist.get(own, follow=True).status_code == 403
        assert head.post(other).status_code == 404
