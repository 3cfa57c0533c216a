"""The people of a municipality: who sees them, who changes what, and nobody beyond the fence."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache

from municipalities.models import Invitation, Membership, Municipality, Role
from municipalities.tenancy import municipality_scope
from services_registry.models import ProviderMembership
from tests import factories
from tests.municipalities.test_invitations import answers, invited, link_in, link_of, reread
from tests.support import people
from tests.support.html import StrictClient, without_marks

pytestmark = pytest.mark.django_db

PEOPLE, PENDING = "/obshtina/hora/", "/obshtina/hora/pokani/"
NEW = "/obshtina/hora/pokani/nova/"
PROVIDERS = "/obshtina/dostavchitsi/"
LETTER = {"name": "Нова Колежка", "email": "nova@example.bg", "role": Role.SPECIALIST}


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def sent(django_capture_on_commit_callbacks):
    """Do something whose mails go out after the commit."""

    def do(act):
        with django_capture_on_commit_callbacks(execute=True):
            return act()

    return do


def rows(municipality, model, **conditions) -> list:
    with municipality_scope(municipality):
        return list(model.objects.filter(**conditions).order_by("pk"))


def roles_now(client) -> set[str]:
    found = rows(client.membership.municipality, Membership, user=client.user, ended_at=None)
    return {membership.role for membership in found}


def text(response) -> str:
    return response.content.decode()


# Who sees whom


def test_the_administrator_sees_everybody_of_the_municipality(administrator, manager, specialist):
    page = text(administrator.get(PEOPLE))
    for client in (administrator, manager, specialist):
        assert client.user.name in page
    assert specialist.membership.office.name in page


def test_the_head_reads_the_office_and_changes_nothing(head, specialist, manager, sliven):
    elsewhere = people.member(
        sliven, Role.SPECIALIST, office=factories.OfficeFactory(municipality=sliven)
    )
    page = text(head.get(PEOPLE))
    assert specialist.user.name in page
    assert manager.user.name not in page
    assert elsewhere.user.name not in page
    assert "Покани човек" not in page
    own = text(head.get(f"{PEOPLE}{specialist.user.pk}/"))
    assert "Прекрати" not in own
    assert head.get(f"{PEOPLE}{manager.user.pk}/").status_code == 404
    for path in (
        PENDING,
        NEW,
        "/obshtina/ofisi/",
        f"{PEOPLE}{specialist.user.pk}/rolya/",
        f"{PEOPLE}{specialist.user.pk}/kray/",
        f"{PEOPLE}roli/{specialist.membership.pk}/",
        f"{PEOPLE}roli/{specialist.membership.pk}/kray/",
    ):
        assert head.get(path).status_code == 403
        assert head.post(path).status_code in (403, 405)


@pytest.mark.parametrize("who", ["specialist", "manager", "dpo", "provider", "operator"])
@pytest.mark.parametrize("path", [PEOPLE, PENDING, NEW, "/obshtina/ofisi/", PROVIDERS])
def test_others_are_refused(request, who, path):
    client = request.getfixturevalue(who)
    assert client.get(path).status_code == 403


def test_search_and_filters(administrator, specialist, manager):
    specialist.user.name = "Мария Търсена"
    specialist.user.save()
    page = text(administrator.get(PEOPLE, {"q": "търсена мария"}))
    assert "Мария Търсена" in page
    assert manager.user.name not in page
    assert manager.user.name in text(administrator.get(PEOPLE, {"rolya": "project_manager"}))
    assert "Няма хора" in text(administrator.get(PEOPLE, {"sastoyanie": "ended"}))
    assert administrator.get(PEOPLE, {"q": "\x00", "rolya": "x", "page": "-1"}).status_code == 200


# Climbing over the fence


def test_a_person_of_another_municipality_is_missing(administrator, elena_specialist):
    other = elena_specialist
    missing = administrator.get(f"{PEOPLE}999999/")
    for path in (
        f"{PEOPLE}{other.user.pk}/",
        f"{PEOPLE}{other.user.pk}/rolya/",
        f"{PEOPLE}{other.user.pk}/kray/",
        f"{PEOPLE}roli/{other.membership.pk}/",
        f"{PEOPLE}roli/{other.membership.pk}/kray/",
        f"{PEOPLE}{2**70}/",
    ):
        answer = administrator.get(path)
        assert answer.status_code == 404
        assert without_marks(answer) == without_marks(missing)
        assert administrator.post(path, {"role": "head"}).status_code in (404, 405)
    assert roles_now(other) == {Role.SPECIALIST}
    assert other.user.name not in text(administrator.get(PEOPLE, {"sastoyanie": "all"}))


def test_an_invitation_of_another_municipality_is_missing(administrator, elena):
    invitation = invited(elena)
    for name in ("otnovo", "otmyana"):
        assert administrator.post(f"{PENDING}{invitation.pk}/{name}/").status_code == 404
    assert invitation.name not in text(administrator.get(PENDING))
    assert reread(invitation).revoked_at is None


def test_nobody_is_invited_to_another_municipality_or_its_office(administrator, elena, sent):
    office = factories.OfficeFactory(municipality=elena)
    facts = {**LETTER, "office": office.pk, "municipality": elena.pk}
    assert sent(lambda: administrator.post(NEW, facts)).status_code == 422
    sent(lambda: administrator.post(NEW, {**LETTER, "municipality": elena.pk}))
    assert rows(elena, Invitation) == []
    assert len(mail.outbox) == 1


def test_who_works_for_two_municipalities_is_changed_only_here(administrator, elena_specialist):
    user = elena_specialist.user
    here = factories.MembershipFactory(
        municipality=administrator.membership.municipality, user=user, role=Role.HEAD
    )
    page = text(administrator.get(f"{PEOPLE}{user.pk}/"))
    assert "Специалист" not in page
    administrator.post(f"{PEOPLE}{user.pk}/kray/")
    assert rows(here.municipality, Membership, user=user)[0].ended_at
    assert roles_now(elena_specialist) == {Role.SPECIALIST}


# Inviting


def test_inviting_mails_a_link_and_lists_the_invitation(administrator, office, sent):
    answer = sent(lambda: administrator.post(NEW, {**LETTER, "office": office.pk}))
    assert answer.url == PENDING
    assert link_in(mail.outbox[0])
    page = text(administrator.get(PENDING))
    assert "nova@example.bg" in page
    assert administrator.user.name in page


def test_a_role_without_a_desk_takes_no_office(administrator, office):
    answer = administrator.post(NEW, {**LETTER, "role": "project_manager", "office": office.pk})
    assert answer.status_code == 422
    assert "не е към офис" in text(answer)


def test_nobody_is_invited_twice_or_to_what_they_have(administrator, specialist, sent):
    sent(lambda: administrator.post(NEW, LETTER))
    again = administrator.post(NEW, {**LETTER, "email": "NOVA@example.bg"})
    assert "вече има неприета покана" in text(again)
    known = administrator.post(NEW, {**LETTER, "email": specialist.user.email})
    assert "вече има тази роля" in text(known)
    assert len(mail.outbox) == 1


def test_sending_again_makes_a_new_link_and_the_old_one_stops(administrator, sliven, sent):
    invitation = invited(sliven)
    old = link_of(invitation)
    sent(lambda: administrator.post(f"{PENDING}{invitation.pk}/otnovo/"))
    new = link_in(mail.outbox[-1])
    assert StrictClient().get(old).status_code == 404
    assert StrictClient().get(new).status_code == 302


def test_an_invitation_is_taken_back_after_asking(administrator, sliven):
    invitation = invited(sliven)
    link = link_of(invitation)
    path = f"{PENDING}{invitation.pk}/otmyana/"
    assert "Отмени поканата" in text(administrator.get(path))
    assert reread(invitation).revoked_at is None
    administrator.post(path)
    assert StrictClient().get(link).status_code == 404
    assert administrator.post(path).status_code == 404


# Roles


def test_a_role_is_changed_and_the_old_one_stays_in_the_past(administrator, specialist, office):
    path = f"{PEOPLE}roli/{specialist.membership.pk}/"
    assert "checked" in text(administrator.get(path))
    administrator.post(path, {"role": Role.HEAD, "office": office.pk, "job_title": "началник"})
    assert roles_now(specialist) == {Role.HEAD}
    assert specialist.get("/vhod/").url == "/rabotno-myasto/"
    page = text(administrator.get(f"{PEOPLE}{specialist.user.pk}/"))
    assert "прекратена на" in page
    assert "началник" in page


def test_a_second_role_and_back_to_one_that_ended(administrator, specialist):
    more = f"{PEOPLE}{specialist.user.pk}/rolya/"
    administrator.post(more, {"role": Role.PROJECT_MANAGER})
    assert roles_now(specialist) == {Role.SPECIALIST, Role.PROJECT_MANAGER}
    assert administrator.post(more, {"role": Role.PROJECT_MANAGER}).status_code == 422
    administrator.post(f"{PEOPLE}roli/{specialist.membership.pk}/kray/")
    assert roles_now(specialist) == {Role.PROJECT_MANAGER}
    administrator.post(more, {"role": Role.SPECIALIST})
    assert roles_now(specialist) == {Role.SPECIALIST, Role.PROJECT_MANAGER}
    assert len(rows(administrator.membership.municipality, Membership, user=specialist.user)) == 2


def test_the_officer_stands_apart(administrator, specialist, dpo):
    for client, role in ((specialist, Role.DATA_PROTECTION_OFFICER), (dpo, Role.SPECIALIST)):
        answer = administrator.post(f"{PEOPLE}{client.user.pk}/rolya/", {"role": role})
        assert answer.status_code == 422
        assert "чл. 38" in text(answer)


def test_nobody_changes_their_own_roles(administrator):
    me, mine = administrator.user.pk, administrator.membership.pk
    for path in (
        f"{PEOPLE}{me}/rolya/",
        f"{PEOPLE}{me}/kray/",
        f"{PEOPLE}roli/{mine}/",
        f"{PEOPLE}roli/{mine}/kray/",
    ):
        assert administrator.post(path, {"role": Role.SPECIALIST}).url == f"{PEOPLE}{me}/"
    assert roles_now(administrator) == {Role.ADMINISTRATOR}


def test_ending_access_signs_the_person_out_everywhere_and_deletes_nothing(
    administrator, specialist, colleague, sliven
):
    elsewhere = people.signed_in(specialist.user)
    before = Session.objects.count()
    administrator.post(f"{PEOPLE}{specialist.user.pk}/kray/")
    for browser in (specialist, elsewhere):
        assert "/accounts/login/" in browser.get("/rabotno-myasto/").url
    assert Session.objects.count() == before - 2
    assert colleague.get("/rabotno-myasto/").status_code == 200
    assert people.signed_in(specialist.user).get("/rabotno-myasto/").status_code == 403
    specialist.user.refresh_from_db()
    ended = "без достъп"
    assert ended in text(administrator.get(PEOPLE, {"sastoyanie": "ended"}))
    assert specialist.user.name not in text(administrator.get(PEOPLE))


def test_each_change_is_kept_with_who_made_it(administrator, specialist, sliven):
    administrator.post(f"{PEOPLE}roli/{specialist.membership.pk}/kray/")
    with municipality_scope(sliven):
        events = Membership.pgh_event_model.objects.filter(id=specialist.membership.pk)
        last = events.order_by("-pgh_id").select_related("pgh_context").first()
    assert last.pgh_label == "update"
    assert last.ended_at
    assert last.pgh_context.metadata["user"] == administrator.user.pk
    assert last.pgh_context.metadata["url"].endswith("/kray/")


def test_offices_lead_to_where_they_are_edited(administrator, office, specialist):
    page = text(administrator.get("/obshtina/ofisi/"))
    link = f"/admin/municipalities/office/{office.pk}/change/"
    assert link in page
    assert administrator.get(link).status_code == 200


# Providers' people


def test_a_providers_person_is_invited_accepts_and_sees_the_services(head, sliven, sent, client):
    provider = factories.ProviderFactory(municipality=sliven)
    letter = {"name": "Иван", "email": "ivan@example.bg", "provider": provider.pk}
    sent(lambda: head.post(f"{PROVIDERS}pokana/", letter))
    assert provider.name in text(head.get(PROVIDERS))
    client.get(link_in(mail.outbox[0]))
    assert provider.name in text(client.get("/pokana/"))
    client.post("/pokana/", answers())
    (membership,) = rows(sliven, ProviderMembership)
    worker = people.signed_in(membership.user)
    assert worker.get("/vhod/").url == "/dostavchik/"
    head.post(f"{PROVIDERS}{membership.pk}/kray/")
    assert rows(sliven, ProviderMembership) == []
    assert "/accounts/login/" in worker.get("/dostavchik/").url


def test_providers_of_another_municipality_are_out_of_reach(administrator, elena, sent):
    theirs = factories.ProviderMembershipFactory(municipality=elena)
    letter = {"name": "И", "email": "ivan@example.bg", "provider": theirs.provider.pk}
    assert sent(lambda: administrator.post(f"{PROVIDERS}pokana/", letter)).status_code == 422
    assert administrator.post(f"{PROVIDERS}{theirs.pk}/kray/").status_code == 404
    assert theirs.user.email not in text(administrator.get(PROVIDERS))
    assert mail.outbox == []
    invitation = invited(elena, kind="provider", target_id=theirs.provider.pk, role="")
    for name in ("otnovo", "otmyana"):
        assert administrator.post(f"{PROVIDERS}pokani/{invitation.pk}/{name}/").status_code == 404


def test_a_staff_invitation_is_not_reached_through_the_providers_page(head, sliven):
    invitation = invited(sliven, role=Role.ADMINISTRATOR)
    for name in ("otnovo", "otmyana"):
        assert head.post(f"{PROVIDERS}pokani/{invitation.pk}/{name}/").status_code == 404


# The operator


def test_the_operator_invites_the_first_administrator(operator, sliven, sent):
    page = f"/platforma/{sliven.slug}/"
    assert "още няма" in text(operator.get(page))
    letter = {"name": "Първи", "email": "parvi@example.bg", "role": Role.SPECIALIST}
    sent(lambda: operator.post(page, letter))
    (invitation,) = rows(sliven, Invitation)
    assert invitation.role == Role.ADMINISTRATOR
    assert "parvi@example.bg" in text(operator.get(page))
    sent(lambda: operator.post(f"{page}pokani/{invitation.pk}/otnovo/"))
    assert len(mail.outbox) == 2
    operator.post(f"{page}pokani/{invitation.pk}/otmyana/")
    assert reread(invitation).revoked_at


def test_the_operator_sees_the_administrators_and_nobody_else(
    operator, administrator, specialist, sliven
):
    page = text(operator.get(f"/platforma/{sliven.slug}/"))
    assert administrator.user.email in page
    assert specialist.user.email not in page
    other = invited(sliven)
    for name in ("otnovo", "otmyana"):
        path = f"/platforma/{sliven.slug}/pokani/{other.pk}/{name}/"
        assert operator.post(path).status_code == 404


def test_a_municipality_is_switched_after_asking(operator, specialist, sliven):
    path = f"/platforma/{sliven.slug}/sastoyanie/"
    assert "Спри общината" in text(operator.get(path))
    operator.post(path)
    assert not Municipality.objects.get(pk=sliven.pk).is_active
    assert specialist.get("/rabotno-myasto/").status_code == 403
    operator.post(path)
    assert specialist.get("/rabotno-myasto/").status_code == 200


@pytest.mark.parametrize("who", ["specialist", "head", "manager", "administrator", "dpo"])
def test_only_the_operator_enters_the_platform(request, who, sliven):
    client = request.getfixturevalue(who)
    for path in ("", f"{sliven.slug}/", f"{sliven.slug}/sastoyanie/"):
        assert client.get(f"/platforma/{path}").status_code == 403
        assert client.post(f"/platforma/{path}").status_code in (403, 405)


# Counts


def test_the_list_of_people_takes_the_same_queries_for_few_and_many(administrator, office, queries):
    queries.assert_same(
        administrator,
        PEOPLE,
        lambda n: [
            factories.MembershipFactory(municipality=office.municipality, office=office)
            for _ in range(n)
        ],
        name="team: people",
        at_most=14,
    )


def test_the_list_of_invitations_takes_the_same_queries(administrator, sliven, office, queries):
    made = iter(range(1000))
    queries.assert_same(
        administrator,
        PENDING,
        lambda n: [
            invited(sliven, email=f"n{next(made)}@example.bg", office=office) for _ in range(n)
        ],
        name="team: invitations",
        at_most=14,
    )


def test_the_list_of_providers_people_takes_the_same_queries(administrator, sliven, queries):
    def make(n):
        for _ in range(n):
            membership = factories.ProviderMembershipFactory(municipality=sliven)
            email = f"p{membership.pk}@example.bg"
            invited(sliven, kind="provider", role="", target_id=membership.provider_id, email=email)

    queries.assert_same(administrator, PROVIDERS, make, name="providers' people", at_most=16)
