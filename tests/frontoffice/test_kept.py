"""A page opened before two records were made one: what it sends lands with the kept one."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from frontoffice.consultations import correct_consultation, record_consultation
from frontoffice.dossier.merging import merge_people
from frontoffice.dossier.notes import add_note
from frontoffice.followups.following import create_follow_up, update_follow_up
from frontoffice.models import Consultation, FollowUp, Person, PersonMerge, PersonRelation
from municipalities.tenancy import municipality_scope
from tests.factories import ConsultationFactory
from tests.factories_desk import FollowUpFactory, PersonNoteFactory
from tests.factories_people import PersonFactory
from tests.frontoffice.test_desk import NEW, answers
from tests.support.drafts import LIST, fields_in, page_of, resumed, save
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(sliven, specialist) -> tuple[Person, Person]:
    """The kept record, and the one that was merged into it (as it was before)."""
    kept, old = (PersonFactory(municipality=sliven, given_name=name) for name in ("Вяра", "Вера"))
    with municipality_scope(sliven):
        merge_people(membership=specialist.membership, kept=kept, merged=old)
    return kept, old


def test_a_consultation_lands_with_the_kept_one(specialist, sliven, pair):
    kept, old = pair
    assert specialist.post(NEW, answers(person=old.pk)).status_code == 302
    (saved,) = rows_of(sliven, Consultation)
    assert saved.person_id == kept.pk


def test_a_correction_lands_with_the_kept_one(specialist, sliven, pair):
    kept, old = pair
    talk = ConsultationFactory(municipality=sliven, specialist=specialist.user)
    sent = answers(person=old.pk, version=1)
    specialist.post(reverse("consultation_edit", args=[talk.pk]), sent)
    assert rows_of(sliven, Consultation)[0].person_id == kept.pk


def test_a_follow_up_lands_with_the_kept_one(specialist, sliven, pair):
    kept, old = pair
    sent = {
        "title": "Да се обадя",
        "due_on": f"{timezone.localdate() + dt.timedelta(days=1):%d.%m.%Y}",
        "owner": specialist.user.pk,
        "person": old.pk,
        "form_key": str(uuid.uuid4()),
    }
    answer = specialist.post(reverse("follow_up_new"), sent)
    assert answer.url == reverse("person", args=[kept.pk])
    assert rows_of(sliven, FollowUp)[0].person_id == kept.pk


def test_a_relative_is_the_kept_one(specialist, sliven, pair):
    kept, old = pair
    person = PersonFactory(municipality=sliven)
    sent = {"other": old.pk, "kind": "child", "form_key": str(uuid.uuid4())}
    assert (
        specialist.post(reverse("person_relation_new", args=[person.pk]), sent).status_code == 302
    )
    assert rows_of(sliven, PersonRelation)[0].other_id == kept.pk


def test_nobody_is_their_own_relative_by_an_old_record(specialist, sliven, pair):
    kept, old = pair
    sent = {"other": old.pk, "kind": "child", "form_key": str(uuid.uuid4())}
    answer = specialist.post(reverse("person_relation_new", args=[kept.pk]), sent)
    assert answer.status_code == 422
    assert "Потърсете го отново" in answer.content.decode()
    assert rows_of(sliven, PersonRelation) == []


def test_the_verbs_do_not_believe_what_was_read_before_the_merge(specialist, sliven, pair):
    kept, old = pair  # „old“ was read when nobody had merged it
    assert old.merged_into_id is None
    with municipality_scope(sliven):
        who, key = specialist.membership, uuid.uuid4
        day = timezone.localdate()
        task, _new = create_follow_up(
            membership=who, form_key=key(), title="Обаждане", due_on=day, person=old
        )
        given = FollowUpFactory(municipality=sliven, owner=who.user)
        talk, _new = record_consultation(
            membership=who, form_key=key(), topics=[], channel="phone", subject="self",
            outcome="informed", person=old,
        )  # fmt: skip
        other = ConsultationFactory(municipality=sliven)
        rows = [
            task,
            update_follow_up(given, version=1, person=old),
            talk,
            correct_consultation(other, by=who.user, version=1, topics=[], person=old),
            add_note(membership=who, person=old, form_key=key(), text="Пита за обяд.")[0],
        ]
    assert {row.person_id for row in rows} == {kept.pk}


def test_a_note_that_was_being_typed_opens_for_the_kept_one(specialist, sliven):
    kept, old = (PersonFactory(municipality=sliven) for _ in range(2))
    page = reverse("person_note_new", args=[old.pk])
    fields = {**page_of(specialist, page), "text": "Дъщерята идва в петък."}
    assert save(specialist, fields).status_code == 200
    with municipality_scope(sliven):
        merge_people(membership=specialist.membership, kept=kept, merged=old)
    assert resumed(fields, page) in specialist.get(LIST).content.decode()
    again = specialist.get(resumed(fields, page))
    assert "Дъщерята идва в петък." in again.content.decode()
    typed = {**fields_in(again, page), "text": "Дъщерята идва в петък."}
    sent = specialist.post(reverse("person_note_new", args=[kept.pk]), typed)
    assert sent.url == reverse("person", args=[kept.pk])
    assert resumed(fields, page) not in specialist.get(LIST).content.decode()


# Comparing two records


def test_a_form_merges_only_those_who_were_compared(specialist, sliven, pair):
    kept, old = pair
    other = PersonFactory(municipality=sliven)
    page = f"{reverse('person_merge', args=[old.pk])}?s={other.pk}"
    answer = specialist.post(page, {"keep": str(other.pk)})
    assert answer.url == reverse("person", args=[kept.pk])
    assert len(rows_of(sliven, PersonMerge)) == 1


def test_what_only_others_read_is_not_counted(specialist, head, sliven):
    person, other = (PersonFactory(municipality=sliven) for _ in range(2))
    for visibility in ("own", "head", "team"):
        PersonNoteFactory(
            municipality=sliven, person=person, author=head.user, visibility=visibility
        )
    page = f"{reverse('person_merge', args=[person.pk])}?s={other.pk}"
    assert "бележки: 1" in specialist.get(page).content.decode()
    assert "бележки: 3" in head.get(page).content.decode()
