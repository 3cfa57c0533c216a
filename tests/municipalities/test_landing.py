"""Where people arrive after signing in, and what the profile tells them."""

import pytest

from municipalities.models import Role
from tests.factories import PASSWORD, MembershipFactory, UserFactory
from tests.support import people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "arrives_at"),
    [
        (Role.SPECIALIST, "/rabotno-myasto/"),
        (Role.HEAD, "/rabotno-myasto/"),
        (Role.PROJECT_MANAGER, "/admin/"),
        (Role.ADMINISTRATOR, "/obshtina/hora/"),
        (Role.DATA_PROTECTION_OFFICER, "/zashtita/"),
    ],
)
def test_each_role_arrives_at_its_work(sliven, role, arrives_at):
    client = people.member(sliven, role)
    assert client.get("/vhod/").url == arrives_at


def test_provider_arrives_at_own_services(provider):
    assert provider.get("/vhod/").url == "/dostavchik/"
    assert provider.provider.name in provider.get("/dostavchik/").content.decode()
    profile = provider.get("/profil/").content.decode()
    assert 'href="/dostavchik/">Да обновите' in profile
    assert "Още нямате роля" not in profile


def test_operator_is_told_that_personal_data_are_not_theirs(operator):
    assert "Лични данни не виждате" in operator.get("/profil/").content.decode()


def test_somebody_without_a_role_is_told_whom_to_ask(db):
    client = people.signed_in(UserFactory())
    assert client.get("/vhod/").url == "/profil/"
    assert "Още нямате роля" in client.get("/profil/").content.decode()


def test_signing_in_by_password_leads_to_the_desk(client, sliven):
    membership = MembershipFactory(municipality=sliven)
    answer = client.post(
        "/accounts/login/", {"login": membership.user.email, "password": PASSWORD}, follow=True
    )
    assert answer.redirect_chain[-1][0] == "/rabotno-myasto/"


def test_nobody_registers_by_themselves(client, sliven):
    answer = client.post(
        "/accounts/signup/",
        {"email": "nov@example.bg", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert answer.status_code == 200
    assert not UserFactory._meta.model.objects.filter(email="nov@example.bg").exists()


def test_work_for_two_municipalities_is_switched_in_the_profile(sliven, elena):
    client = people.member(sliven, Role.SPECIALIST)
    other = MembershipFactory(municipality=elena, user=client.user, role=Role.SPECIALIST)
    assert "Сливен" in client.get("/rabotno-myasto/").content.decode()
    client.post("/profil/", {"membership": other.pk})
    page = client.get("/rabotno-myasto/").content.decode()
    assert "Елена" in page
    assert "Сливен" not in page


def test_a_role_that_is_not_mine_cannot_be_chosen(sliven, elena):
    client = people.member(sliven, Role.SPECIALIST)
    MembershipFactory(municipality=sliven, user=client.user, role=Role.HEAD)
    foreign = MembershipFactory(municipality=elena)
    answer = client.post("/profil/", {"membership": foreign.pk})
    assert answer.status_code == 200
    assert client.session.get("membership") is None
