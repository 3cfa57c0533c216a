"""Two records of one person made one, and taken apart without a trace."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from frontoffice.demo import invented_egn
from frontoffice.dossier.merging import CannotMerge, merge_people, undo_merge
from frontoffice.finding import find_people
from frontoffice.identifiers import IdentifierKind
from frontoffice.models import Consultation, FollowUp, Person, PersonMerge, PersonRelation
from frontoffice.people import person_with
from municipalities.tenancy import municipality_scope
from tests import factories, factories_desk
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

EGN = invented_egn(dt.date(1894, 3, 12), 1)


@pytest.fixture
def scope(sliven, specialist):
    with municipality_scope(sliven):
        yield


def one(sliven, **facts) -> Person:
    return PersonFactory(municipality=sliven, family_name="Измислена", **facts)


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def everything(*people: Person) -> list[dict]:
    """Return the rows as they stand, but for the marks of a change."""
    marks = {"version", "updated_at", "identifier"}
    return [
        {k: v for k, v in row.items() if k not in marks}
        for row in Person.objects.filter(pk__in=[p.pk for p in people]).order_by("pk").values()
    ]


def merge(specialist, kept, merged) -> PersonMerge:
    return merge_people(membership=specialist.membership, kept=kept, merged=merged)


def test_everything_of_the_one_stands_with_the_other(scope, specialist, sliven):
    kept, merged = one(sliven), one(sliven)
    talk = factories.ConsultationFactory(municipality=sliven, person=merged)
    task = factories_desk.FollowUpFactory(municipality=sliven, person=merged)
    note = factories_desk.PersonNoteFactory(municipality=sliven, person=merged)
    child = factories_desk.PersonRelationFactory(municipality=sliven, person=merged)
    parent = factories_desk.PersonRelationFactory(
        municipality=sliven, person=one(sliven), other=merged
    )
    merge(specialist, kept, merged)
    for row in (talk, task, note, child, parent):
        row.refresh_from_db()
    assert {talk.person, task.person, note.person, child.person, parent.other} == {kept}
    assert fresh(merged).merged_into == kept
    assert talk.version == 2, "who is correcting it sees that it changed"


def test_what_is_missing_is_filled_and_what_differs_stays(scope, specialist, sliven):
    kept = one(sliven, phones="042000121", address="ул. „Първа“ 1", needs=["large_print"], note="А")
    merged = one(
        sliven,
        phones="042000121 0880000122",
        address="ул. „Втора“ 2",
        email="vtora@example.bg",
        birth_year=1950,
        needs=["home_visit", "large_print"],
        note="Б",
    )
    merge(specialist, kept, merged)
    kept = fresh(kept)
    assert kept.phones == "042000121 0880000122"
    assert kept.needs == ["large_print", "home_visit"]
    assert (kept.address, kept.email, kept.birth_year) == (
        "ул. „Първа“ 1",
        "vtora@example.bg",
        1950,
    )
    assert kept.note == "А\nБ"


def test_the_number_goes_where_there_is_none(scope, specialist, sliven):
    kept = one(sliven, birth_year=1894)
    merged = one(sliven, egn=EGN, birth_date=dt.date(1894, 3, 12))
    merge(specialist, kept, merged)
    assert person_with(IdentifierKind.EGN, EGN, sliven) == kept
    kept = fresh(kept)
    assert (kept.birth_date, kept.birth_year) == (dt.date(1894, 3, 12), None)
    assert not fresh(merged).has_secret_identifier


def test_apart_again_both_are_as_they_were(scope, specialist, sliven):
    kept = one(sliven, birth_year=1894, phones="042000121", note="А")
    merged = one(
        sliven,
        egn=EGN,
        birth_date=dt.date(1894, 3, 12),
        phones="0880000122",
        email="vtora@example.bg",
        needs=["home_visit"],
        note="Б",
    )
    own = factories.ConsultationFactory(municipality=sliven, person=kept)
    moved = factories.ConsultationFactory(municipality=sliven, person=merged)
    before = everything(kept, merged)
    made = merge(specialist, kept, merged)
    later = factories.ConsultationFactory(municipality=sliven, person=kept)
    undone = undo_merge(made, membership=specialist.membership)
    assert undone.left == []
    assert everything(kept, merged) == before
    assert person_with(IdentifierKind.EGN, EGN, sliven) == merged
    for talk in (own, moved, later):
        talk.refresh_from_db()
    assert (own.person, moved.person, later.person) == (kept, merged, kept)


def test_what_somebody_wrote_meanwhile_is_not_taken_back(scope, specialist, sliven):
    kept, merged = one(sliven), one(sliven, email="vtora@example.bg", language="турски")
    made = merge(specialist, kept, merged)
    Person.objects.filter(pk=kept.pk).update(email="nova@example.bg")
    undone = undo_merge(made, membership=specialist.membership)
    assert undone.left == ["е-поща"]
    assert (fresh(kept).email, fresh(kept).language) == ("nova@example.bg", "")


def test_a_tie_between_the_two_ends_and_begins_again(scope, specialist, sliven):
    kept, merged = one(sliven), one(sliven)
    tie = factories_desk.PersonRelationFactory(municipality=sliven, person=kept, other=merged)
    made = merge(specialist, kept, merged)
    assert PersonRelation.objects.get(pk=tie.pk).ended_at
    undo_merge(made, membership=specialist.membership)
    tie.refresh_from_db()
    assert (tie.ended_at, tie.person, tie.other) == (None, kept, merged)


def test_two_numbers_are_two_people(scope, specialist, sliven):
    kept = one(sliven, egn=EGN)
    merged = one(sliven, egn=invented_egn(dt.date(1894, 3, 12), 5))
    with pytest.raises(CannotMerge, match="двама души"):
        merge(specialist, kept, merged)
    assert not PersonMerge.objects.exists()


def test_neither_with_oneself_nor_twice(scope, specialist, sliven):
    kept, merged, third = one(sliven), one(sliven), one(sliven)
    with pytest.raises(CannotMerge):
        merge(specialist, kept, kept)
    made = merge(specialist, kept, merged)
    with pytest.raises(CannotMerge, match="вече е обединен"):
        merge(specialist, third, merged)
    undo_merge(made, membership=specialist.membership)
    with pytest.raises(CannotMerge, match="вече са разделени"):
        undo_merge(made, membership=specialist.membership)


def test_a_chain_is_taken_apart_from_its_end(scope, specialist, sliven):
    first, second, third = one(sliven), one(sliven), one(sliven)
    talk = factories.ConsultationFactory(municipality=sliven, person=first)
    inner = merge(specialist, second, first)
    outer = merge(specialist, third, second)
    with pytest.raises(CannotMerge, match="по-късното"):
        undo_merge(inner, membership=specialist.membership)
    undo_merge(outer, membership=specialist.membership)
    undo_merge(inner, membership=specialist.membership)
    talk.refresh_from_db()
    assert talk.person == first


def test_a_merged_record_is_found_in_the_kept_one_only(scope, specialist, sliven):
    kept = one(sliven, given_name="Рада")
    merged = one(sliven, given_name="Рада", phones="0880000122")
    merge(specialist, kept, merged)
    assert find_people("Рада", sliven).people == [kept]
    assert find_people("0880000122", sliven).people == [kept]


def test_a_number_on_paper_is_found_whatever_became_of_its_record(scope, specialist, sliven):
    kept, merged = (one(sliven, identifier_kind="service", service_number=n) for n in (1, 2))
    merge(specialist, kept, merged)
    assert find_people("С-000002", sliven).people == [kept]
    assert find_people("С-000001", sliven).people == [kept]
    assert find_people("С-000003", sliven).people == []


def test_no_value_is_kept_in_the_record_of_the_merge(scope, specialist, sliven):
    kept = one(sliven)
    merged = one(sliven, egn=EGN, phones="0880000122", email="vtora@example.bg")
    made = merge(specialist, kept, merged)
    for secret in (EGN, "0880000122", "vtora@example.bg"):
        assert secret not in str(made.moved)


# The pages


def page(person, other=None) -> str:
    return f"/rabotno-myasto/hora/{person.pk}/obedinyavane/" + (f"?s={other.pk}" if other else "")


def test_both_are_seen_side_by_side_made_one_and_taken_apart(specialist, sliven):
    kept = one(sliven, given_name="Рада", phones="042000121")
    merged = one(sliven, given_name="Радка", phones="042000121", email="radka@example.bg")
    shown = specialist.get(page(kept, merged)).content.decode()
    assert "radka@example.bg" in shown
    assert "ще се допълнят: е-поща" in shown
    answer = specialist.post(
        page(kept, merged), {"keep": str(kept.pk), "reason": "Същият телефон"}, follow=True
    )
    assert "Двата записа са един" in answer.content.decode()
    (made,) = rows_of(sliven, PersonMerge)
    assert (made.kept_id, made.reason, made.by) == (kept.pk, "Същият телефон", specialist.user)
    undo = f"/rabotno-myasto/hora/obedineniya/{made.pk}/"
    assert undo in answer.content.decode(), "the way back stands on the page"
    assert "Разделяне" in specialist.get(undo).content.decode()
    specialist.post(undo)
    with municipality_scope(sliven):
        assert fresh(merged).merged_into is None
    assert specialist.post(undo).status_code == 404, "there is nothing to take apart any more"


def test_the_other_is_found_by_the_box(specialist, sliven):
    person, other = one(sliven, given_name="Рада"), one(sliven, given_name="Божура")
    answer = specialist.post(page(person), {"q": "Божура"}).content.decode()
    assert f"?s={other.pk}" in answer
    assert specialist.post(page(person), {"q": ""}).status_code == 422


def test_likely_ones_are_offered_at_once(specialist, sliven):
    person = one(sliven, phones="042000121")
    alike = one(sliven, phones="042000121")
    answer = specialist.get(page(person)).content.decode()
    assert f"?s={alike.pk}" in answer
    assert "същият телефон" in answer


def test_both_looks_are_on_record(specialist, sliven):
    from municipalities.audit import AccessEvent

    person, other = one(sliven), one(sliven)
    specialist.get(page(person, other))
    seen = {event.subject_id for event in rows_of(sliven, AccessEvent)}
    assert seen == {person.pk, other.pk}


@pytest.mark.parametrize("named", ["0", "x", "9" * 30, "%00", "²"])
def test_another_that_is_not_there(specialist, sliven, named):
    person = one(sliven)
    assert specialist.get(f"{page(person)}?s={named}").status_code == 404


def test_nobody_of_another_municipality_is_merged(specialist, elena_specialist, sliven, elena):
    person = one(sliven)
    foreign = PersonFactory(municipality=elena)
    assert specialist.get(page(person, foreign)).status_code == 404
    assert specialist.post(page(person, foreign), {"keep": str(person.pk)}).status_code == 404
    assert elena_specialist.get(page(person)).status_code == 404


@pytest.mark.parametrize("keep", ["", "0", "x", "\x00"])
def test_a_wrong_choice_changes_nothing(specialist, sliven, keep):
    person, other = one(sliven), one(sliven)
    answer = specialist.post(page(person, other), {"keep": keep, "reason": "Един човек"})
    assert answer.status_code == 422
    assert "Един човек" in answer.content.decode()
    assert rows_of(sliven, PersonMerge) == []


def test_the_history_keeps_both(scope, specialist, sliven):
    kept, merged = one(sliven), one(sliven)
    merge(specialist, kept, merged)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM frontoffice_personhistory WHERE merged_into_id = %s", [kept.pk]
        )
        assert cursor.fetchone()[0] == 1


def test_counts_of_rows_stay_the_same(scope, specialist, sliven):
    kept, merged = one(sliven), one(sliven)
    for person in (kept, merged):
        factories.ConsultationFactory(municipality=sliven, person=person)
        factories_desk.FollowUpFactory(municipality=sliven, person=person)
    made = merge(specialist, kept, merged)
    undo_merge(made, membership=specialist.membership)
    assert Consultation.objects.count() == FollowUp.objects.count() == 2
