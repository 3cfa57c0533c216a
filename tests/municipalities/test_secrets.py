"""What is encrypted: keys, the blind index, the change of keys, and where it must never appear."""

from __future__ import annotations

import io

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import connection, models

from frontoffice.models import Person
from municipalities import secrets
from municipalities.tenancy import municipality_scope
from tests.factories import UserFactory
from tests.factories_people import PersonFactory

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
EGN = "9525089997"  # of 8 May 1895
REGISTERED = list(secrets.encrypted_fields())


class TestTokens:
    def test_what_is_encrypted_is_read_again_and_looks_like_nothing(self):
        token = secrets.encrypt("7523169263")
        assert secrets.decrypt(token) == "7523169263"
        assert b"7523169263" not in token
        assert secrets.encrypt("7523169263") != token

    def test_the_newest_key_encrypts_and_all_decrypt(self, settings):
        settings.DATA_KEYS = [OLD]
        before = secrets.encrypt("x")
        settings.DATA_KEYS = [NEW, OLD]
        assert secrets.decrypt(before) == "x"
        after = secrets.encrypt("x")
        settings.DATA_KEYS = [OLD]
        with pytest.raises(secrets.UnreadableSecret):
            secrets.decrypt(after)

    @pytest.mark.parametrize("token", [b"", b"x", b"\x00" * 100, memoryview(b"nothing")])
    def test_what_no_key_reads_is_said_so(self, token):
        with pytest.raises(secrets.UnreadableSecret):
            secrets.decrypt(token)
        with pytest.raises(secrets.UnreadableSecret):
            secrets.rotated(token)


class TestBlindIndex:
    def test_equal_only_for_the_same_value_municipality_and_purpose(self, sliven, elena, settings):
        def index(value=EGN, of=sliven, purpose="person/egn"):
            return secrets.blind_index(value, municipality=of, purpose=purpose)

        known = index()
        assert len(known) == 32
        assert index() == known
        assert index(of=elena) != known
        assert index(purpose="person/lnch") != known
        assert index(value="7523169263") != known
        settings.INDEX_KEY = "another"
        assert index() != known


# Where a token must not be


@pytest.mark.parametrize(("model", "name"), REGISTERED, ids=lambda v: getattr(v, "__name__", v))
class TestRegisteredFields:
    def test_it_is_bytes_that_no_form_takes(self, model, name):
        column = model._meta.get_field(name)
        assert isinstance(column, models.BinaryField)
        assert not column.editable

    def test_history_does_not_keep_it(self, model, name):
        for history in getattr(model, "pgh_event_models", {}).values():
            assert name not in {column.name for column in history._meta.get_fields()}

    def test_no_admin_knows_of_the_model(self, model, name):
        assert model not in admin.site._registry


def test_a_person_is_encrypted():
    assert (Person, "identifier") in REGISTERED


def test_neither_the_number_nor_its_token_is_in_what_logs_print(sliven):
    person = PersonFactory(municipality=sliven, egn=EGN, given_name="Вяра")
    for printed in (str(person), repr(person), repr([person]), f"{person}"):
        assert EGN not in printed
        assert bytes(person.identifier).decode() not in printed
        assert "Вяра" not in printed


# Changing the keys


@pytest.fixture
def two_municipalities(sliven, elena, settings):
    settings.DATA_KEYS = [OLD]
    people = [
        *(PersonFactory(municipality=sliven, egn=egn) for egn in egns(5)),
        *(PersonFactory(municipality=elena, egn=egn) for egn in egns(2)),
        PersonFactory(municipality=sliven),
    ]
    settings.DATA_KEYS = [NEW, OLD]
    return people


def egns(count: int) -> list[str]:
    return [f"95250899{n:02d}" for n in range(count)]


def rotate(*args) -> str:
    out = io.StringIO()
    call_command("rotate_data_keys", *args, stdout=out, stderr=out)
    return out.getvalue()


def numbers(of) -> list[str]:
    with municipality_scope(of):
        rows = Person.objects.filter(identifier__isnull=False).order_by("pk")
        return [secrets.decrypt(person.identifier) for person in rows]


def test_everything_is_read_with_the_new_key_alone(two_municipalities, sliven, elena, settings):
    report = rotate("--batch", "2")
    assert "шифровани наново 7, вече с новия ключ 0, не се четат 0" in report
    assert "Сливен: frontoffice.Person.identifier: 4" in report  # progress by batches
    settings.DATA_KEYS = [NEW]
    assert numbers(sliven) == egns(5)
    assert numbers(elena) == egns(2)


def test_a_second_run_changes_nothing(two_municipalities, sliven):
    rotate()
    with municipality_scope(sliven):
        before = list(Person.objects.order_by("pk").values_list("pk", "identifier", "version"))
    assert "шифровани наново 0, вече с новия ключ 7" in rotate()
    with municipality_scope(sliven):
        after = list(Person.objects.order_by("pk").values_list("pk", "identifier", "version"))
    assert [(a, bytes(b or b""), c) for a, b, c in before] == [
        (a, bytes(b or b""), c) for a, b, c in after
    ]


def test_an_interrupted_run_is_taken_up_where_it_stopped(two_municipalities, sliven):
    done = two_municipalities[0]
    with municipality_scope(sliven):
        Person.objects.filter(pk=done.pk).update(identifier=secrets.rotated(done.identifier))
    assert "шифровани наново 6, вече с новия ключ 1" in rotate()


def test_the_change_of_keys_is_no_change_of_the_person(two_municipalities, sliven):
    def history() -> int:
        with municipality_scope(sliven):
            return Person.pgh_event_model.objects.count()

    before = history()
    rotate()
    assert history() == before


def test_what_cannot_be_read_is_counted_and_left_as_it_is(two_municipalities, sliven, settings):
    broken = two_municipalities[1]
    foreign = Fernet(OTHER).encrypt(EGN.encode())
    with municipality_scope(sliven):
        Person.objects.filter(pk=broken.pk).update(identifier=foreign)
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 стойности не се четат") as refused:
        call_command("rotate_data_keys", stdout=out, stderr=out)
    assert refused.value.returncode == 1
    assert "шифровани наново 6, вече с новия ключ 0, не се четат 1" in out.getvalue()
    assert f"не се четат редове {broken.pk}" in out.getvalue()
    with municipality_scope(sliven):
        assert bytes(Person.objects.get(pk=broken.pk).identifier) == foreign
    settings.DATA_KEYS = [OTHER]
    with municipality_scope(sliven):
        assert secrets.decrypt(Person.objects.get(pk=broken.pk).identifier) == EGN


def test_the_report_tells_no_number(two_municipalities):
    report = rotate()
    assert not any(egn in report for egn in egns(5))


def test_the_column_holds_no_number_in_clear(two_municipalities, sliven):
    with municipality_scope(sliven), connection.cursor() as cursor:
        cursor.execute("SELECT frontoffice_person::text FROM frontoffice_person")
        rows = " ".join(row[0] for row in cursor.fetchall())
    for egn in egns(5):
        assert egn not in rows
        assert egn.encode().hex() not in rows


def test_second_factors_are_read_with_the_new_key_alone(sliven, settings):
    settings.DATA_KEYS = [OLD]
    user = UserFactory()
    for kind, data in (("totp", {"secret": "ТАЙНА"}), ("recovery_codes", {"seed": "СЕМЕ"})):
        kept = {name: secrets.encrypt(text).decode() for name, text in data.items()}
        Authenticator.objects.create(user=user, type=kind, data={**kept, "used_mask": 3})
    settings.DATA_KEYS = [NEW, OLD]
    assert "mfa.Authenticator.data: шифровани наново 2" in rotate()
    settings.DATA_KEYS = [NEW]
    data = {row.type: row.data for row in Authenticator.objects.all()}
    assert secrets.decrypt(data["totp"]["secret"].encode()) == "ТАЙНА"
    assert secrets.decrypt(data["recovery_codes"]["seed"].encode()) == "СЕМЕ"
    assert data["recovery_codes"]["used_mask"] == 3
