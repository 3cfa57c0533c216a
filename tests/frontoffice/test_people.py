"""People under the pages: written down once, found however asked for, duplicates advised."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontoffice import names
from frontoffice.finding import find_people, likely_duplicates
from frontoffice.models import Consultation, Person
from frontoffice.people import (
    IdentifierTaken,
    PersonChanged,
    create_person,
    reveal_identifier,
    update_person,
)
from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from tests.factories import ConsultationFactory, MembershipFactory
from tests.factories_people import PersonFactory
from tests.support.queries import statements

pytestmark = pytest.mark.django_db

EGN = "9521080015"  # 8 January 1895
OTHER_EGN = "9523150024"


@pytest.fixture
def membership(sliven):
    return MembershipFactory(municipality=sliven, role=Role.SPECIALIST)


@pytest.fixture
def as_sliven(sliven):
    with municipality_scope(sliven):
        yield sliven


def write(membership, **facts):
    facts = {"given_name": "Мария", "family_name": "Измислена", "form_key": uuid.uuid4(), **facts}
    return create_person(membership=membership, **facts)


# Writing down


def test_an_egn_tells_the_birth_and_is_stored_as_a_token(as_sliven, membership):
    person, is_new = write(membership, identifier_kind="egn", digits=EGN)
    person = Person.objects.get(pk=person.pk)
    assert is_new
    assert person.birth_date == dt.date(1895, 1, 8)
    assert reveal_identifier(person) == EGN
    assert person.written_identifier == "ЕГН ••••••••15"
    assert person.identifier_end == "15"


def test_the_same_form_twice_is_one_person(as_sliven, membership):
    key = uuid.uuid4()
    first, _ = write(membership, form_key=key, identifier_kind="egn", digits=EGN)
    second, is_new = write(membership, form_key=key, identifier_kind="egn", digits=EGN)
    assert (second, is_new) == (first, False)


def test_an_identifier_is_had_once_in_a_municipality(as_sliven, elena, membership):
    first, _ = write(membership, identifier_kind="egn", digits=EGN)
    with pytest.raises(IdentifierTaken) as refused:
        write(membership, identifier_kind="egn", digits=EGN)
    assert refused.value.person == first
    assert Person.objects.count() == 1
    write(membership, identifier_kind="lnch", digits=EGN)  # the same digits of another kind
    there = MembershipFactory(municipality=elena)
    with municipality_scope(elena):
        write(there, identifier_kind="egn", digits=EGN)
        assert Person.objects.count() == 1


def test_service_numbers_are_given_in_order_and_never_again(as_sliven, elena, membership):
    given_ = [write(membership, identifier_kind="service")[0] for _ in range(3)]
    assert [p.written_identifier[-8:] for p in given_] == ["С-000001", "С-000002", "С-000003"]
    given_[-1].delete()
    assert write(membership, identifier_kind="service")[0].service_number == 4
    there = MembershipFactory(municipality=elena)
    with municipality_scope(elena):
        assert write(there, identifier_kind="service")[0].service_number == 1


def test_a_correction_keeps_the_number_unless_told_another(as_sliven, membership):
    person, _ = write(membership, identifier_kind="egn", digits=EGN)
    changed = update_person(person, version=1, given_name="Мария-Магдалена", birth_date=None)
    assert reveal_identifier(changed) == EGN
    assert changed.birth_date == dt.date(1895, 1, 8)
    changed = update_person(person, version=2, identifier_kind="egn", digits=OTHER_EGN)
    assert reveal_identifier(changed) == OTHER_EGN
    changed = update_person(person, version=3, identifier_kind="none")
    assert (changed.identifier, changed.identifier_index) == (None, None)


def test_a_correction_of_an_older_version_changes_nothing(as_sliven, membership):
    person, _ = write(membership)
    update_person(person, version=1, family_name="На колегата")
    with pytest.raises(PersonChanged) as refused:
        update_person(person, version=1, family_name="Моята")
    assert refused.value.current.family_name == "На колегата"
    assert Person.objects.get().family_name == "На колегата"


def test_a_correction_cannot_take_anothers_number(as_sliven, membership):
    first, _ = write(membership, identifier_kind="egn", digits=EGN)
    second, _ = write(membership)
    with pytest.raises(IdentifierTaken) as refused:
        update_person(second, version=1, identifier_kind="egn", digits=EGN)
    assert refused.value.person == first


def test_an_unknown_fact_is_a_mistake_of_the_caller(as_sliven, membership):
    with pytest.raises(TypeError):
        write(membership, municipality=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"identifier_kind": "egn"},
        {"identifier": b"x"},
        {"service_number": 1},
        {"birth_date": dt.date(1950, 1, 1), "birth_year": 1950},
    ],
)
def test_the_database_refuses_what_contradicts_itself(sliven, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonFactory(municipality=sliven, **wrong)


# Names


@pytest.mark.parametrize(
    "ways",
    [
        ("Мария", "Maria", "Mariya", "Mariq", "мария", "МАРИЯ"),
        ("Йордан", "Yordan", "Jordan", "Iordan"),
        ("Цветан", "Tsvetan", "Cvetan", "Tzvetan"),
        ("Жеко", "Jeko", "Zheko"),
        ("Щерю", "Shteryu", "6teryu"),
        ("Христо", "Hristo", "Christo", "Xristo"),
        ("Юлия", "Yuliya", "Julia", "Yulia"),
        ("Ахмед Хасан", "Ahmed Hassan", "Ahmed Hasan"),
        ("Чавдар", "Chavdar", "4avdar"),
    ],
)
def test_the_usual_ways_to_write_a_name_meet(ways):
    assert len({tuple(names.keys(way)) for way in ways}) == 1, [names.keys(way) for way in ways]


@given(st.text(max_size=60))
def test_no_text_is_too_strange_for_a_name_or_a_phone(text):
    names.name_key(text)
    names.mismatch(names.keys(text), names.name_key(text))
    names.phones(text)
    names.written_phone(names.phone(text))


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъьюя", min_size=3, max_size=20))
def test_a_name_is_always_found_by_itself(name):
    asked = names.keys(name)
    assert names.mismatch(asked, names.name_key(name)) == (0 if asked else 0.0)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0888 123 456", "0888123456"),
        ("+359 888 123 456", "0888123456"),
        ("+359 (0)888/123-456", "0888123456"),
        ("00359888123456", "0888123456"),
        ("042 000 121", "042000121"),
        ("+49 30 123456", "+4930123456"),
        ("не помни", ""),
        ("12", ""),
        ("1" * 30, ""),
    ],
)
def test_a_telephone_is_its_digits(typed, digits):
    assert names.phone(typed) == digits


# Finding


@pytest.fixture
def town(as_sliven):
    """Some people, by a short name."""
    return {
        "maria": PersonFactory(
            municipality=as_sliven, given_name="Мария", middle_name="Петрова",
            family_name="Измислена", phones="0888123456 042000121", egn=EGN,
        ),
        "yordan": PersonFactory(
            municipality=as_sliven, given_name="Йордан", family_name="Цветков-Образцов"
        ),
        "john": PersonFactory(municipality=as_sliven, given_name="John", family_name="Example"),
        "ana": PersonFactory(municipality=as_sliven, given_name="Ана", family_name="Щерева"),
        "second": PersonFactory(
            municipality=as_sliven, given_name="Мариана", family_name="Измислена"
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Мария", ["maria", "second"]),
        ("мария измислена", ["maria", "second"]),
        ("измислена мария", ["maria", "second"]),
        ("Мария Петрова Измислена", ["maria"]),
        ("mariya petrova", ["maria"]),
        ("Petrova, Maria", ["maria"]),
        ("Мариа Петрва", ["maria"]),
        ("Йордън", ["yordan"]),
        ("jordan cvetkov", ["yordan"]),
        ("образцов", ["yordan"]),
        ("Джон Ексампле", []),
        ("john", ["john"]),
        ("Ana Shtereva", ["ana"]),
        ("Ана 6tereva", ["ana"]),
        ("Щерва", ["ana"]),
        ("Мар", ["second", "maria"]),
        ("Никой", []),
        ("0888 123 456", ["maria"]),
        ("+359888123456", ["maria"]),
        ("123456", ["maria"]),
        ("000121", ["maria"]),
        ("23456", []),
        (EGN, ["maria"]),
        ("952108 0015", ["maria"]),
        (OTHER_EGN, []),
        ("", []),
        ("   ", []),
        ("%", []),
        ("_____", []),
        ("'; DROP TABLE", []),
        ("\x00\ud800", []),
        ("(((((", []),
        ("я" * 5000, []),
    ],
)
def test_one_box_finds(town, sliven, asked, expected):
    by_row = {person: name for name, person in town.items()}
    assert [by_row[person] for person in find_people(asked, sliven).people] == expected


def test_a_service_number_is_found(as_sliven, membership):
    person, _ = write(membership, identifier_kind="service")
    assert find_people("с-1", as_sliven).people == [person]


def test_a_list_too_long_is_cut_and_says_so(as_sliven, monkeypatch):
    monkeypatch.setattr("frontoffice.finding.MOST_FOUND", 3)
    for _ in range(5):
        PersonFactory(municipality=as_sliven, given_name="Иван")
    found = find_people("Иван", as_sliven)
    assert (len(found.people), found.is_cut) == (3, True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=80))
def test_no_question_is_too_strange(town, sliven, question):
    find_people(question, sliven)


def test_a_national_number_is_in_no_sql(as_sliven, town):
    for asked in (EGN, OTHER_EGN, EGN[:9] + "0", "7111042925", "7111042922"):
        for sql in statements(lambda asked=asked: find_people(asked, as_sliven)):
            assert asked not in sql


# Duplicates


def reasons(**facts) -> dict[str, list[str]]:
    facts = {"names": ["Мария", "", "Измислена"], "birth_date": None, **facts}
    return {like.person.given_name: like.reasons for like in likely_duplicates(**facts)}


def test_reasons_of_likeness(as_sliven):
    born = dt.date(1950, 3, 1)
    for facts in (
        {"given_name": "Петър", "family_name": "Друг", "phones": "042000121 0888123456"},
        {"given_name": "Марийка", "family_name": "Друга", "birth_date": born},
        {"given_name": "Мария", "family_name": "Измислена", "birth_year": 1950},
        {"given_name": "Георги", "family_name": "Друг", "birth_date": born},
    ):
        PersonFactory(municipality=as_sliven, **facts)
    assert reasons(phones="0888123456", birth_date=born) == {
        "Петър": ["същият телефон"],
        "Марийка": ["същата рождена дата и сходно име"],
        "Мария": ["същото име"],
    }


@pytest.mark.parametrize(
    ("known", "asked", "is_like"),
    [
        ({"birth_year": 1950}, {"birth_date": dt.date(1950, 3, 1)}, True),
        ({"birth_year": 1951}, {"birth_date": dt.date(1950, 3, 1)}, False),
        ({"birth_date": dt.date(1950, 3, 1)}, {"birth_date": dt.date(1950, 3, 2)}, False),
        ({"birth_date": dt.date(1950, 3, 1)}, {"birth_year": 1950}, True),
        ({}, {}, True),
    ],
)
def test_the_same_name_is_nothing_when_born_otherwise(as_sliven, known, asked, is_like):
    PersonFactory(municipality=as_sliven, given_name="Мария", family_name="Измислена", **known)
    assert bool(reasons(**asked)) is is_like


def test_one_shared_name_is_no_likeness(as_sliven):
    PersonFactory(municipality=as_sliven, given_name="Мария", family_name="Друга")
    assert reasons() == {}


# Fences


def test_another_municipality_finds_nobody(town, elena):
    with municipality_scope(elena):
        for asked in ("Мария", "0888123456", EGN):
            assert find_people(asked, elena).people == []
        assert (
            likely_duplicates(names=["Мария", "Измислена"], birth_date=None, phones="0888123456")
            == []
        )


def test_a_consultation_cannot_be_tied_to_anothers_person(sliven, elena):
    person = PersonFactory(municipality=elena)
    consultation = ConsultationFactory(municipality=sliven)
    with municipality_scope(sliven), transaction.atomic(), connection.cursor() as cursor:
        Consultation.objects.filter(pk=consultation.pk).update(person_id=person.pk)
        with pytest.raises(DatabaseError, match="same_municipality_person"), transaction.atomic():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


@pytest.mark.parametrize("table", ["frontoffice_person", "frontoffice_personhistory"])
def test_raw_sql_of_another_sees_nobody(town, elena, table):
    with municipality_scope(elena), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (0,)


def test_the_longest_names_there_can_be_are_kept(sliven):
    words = [f"{letter}{'юя' * 19}" for letter in "абвгде"]
    long = [" ".join(words[at : at + 2]) for at in (0, 2, 4)]
    facts = dict(zip(("given_name", "middle_name", "family_name"), long, strict=True))
    assert len(names.name_key(*long)) > 300
    assert PersonFactory(municipality=sliven, **facts).full_name == " ".join(long)
