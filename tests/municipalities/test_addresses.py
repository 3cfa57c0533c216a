"""Addresses of projects: from the name, unique across municipalities that cannot see each other."""

import pytest

from municipalities.addresses import address_of
from municipalities.tenancy import municipality_scope
from projects.models import Project
from tests.factories_projects import ProgrammeFactory, ProjectFactory


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Център в кв. „Дружба“", "tsentar-v-kv-druzhba"),
        ("Щъркел, жътва, юнак, ьо, цяр", "shtarkel-zhatva-yunak-yo-tsyar"),
        ("ЧИСТ ВЪЗДУХ 2027", "chist-vazduh-2027"),
        ("Project Osilo", "project-osilo"),
        ("„–“", ""),
    ],
)
def test_names_in_latin_letters(name, address):
    assert address_of(name) == address


def test_a_long_name_is_cut_at_a_word():
    address = address_of("дума " * 40)
    assert len(address) <= 80
    assert address.endswith("-duma")


def test_one_name_in_two_municipalities_even_where_the_first_is_hidden(sliven, elena):
    first = ProjectFactory(municipality=sliven, name="Фронт-офис", is_public=False)
    second = ProjectFactory(municipality=elena, name="Фронт-офис")
    third = ProjectFactory(municipality=elena, name="Фронт-офис")
    assert [first.slug, second.slug, third.slug] == [
        "front-ofis",
        "front-ofis-elena",
        "front-ofis-elena-2",
    ]


def test_a_name_without_letters_still_gets_an_address(sliven):
    assert ProjectFactory(municipality=sliven, name="„–“").slug == "project"


def test_the_address_stays_when_the_name_changes(sliven):
    project = ProjectFactory(municipality=sliven, name="Първо име")
    with municipality_scope(sliven):
        project.name = "Второ име"
        project.save()
        assert Project.objects.get().slug == "parvo-ime"


def test_another_fault_of_the_row_is_not_taken_for_a_taken_address(sliven):
    from django.db import IntegrityError

    programme = ProgrammeFactory()
    with municipality_scope(sliven), pytest.raises(IntegrityError, match="amount"):
        Project.objects.create(municipality=sliven, name="Х", programme=programme, amount=-1)
