"""Who may open what: the staff pages as a table, one line a page, one column a role.

The table is in roles.txt: add a line with each new page. ``ok`` answers 200, ``no`` 403, ``in``
sends to the sign-in, ``to`` elsewhere on purpose, ``--`` is a page that is not there for the
role (404).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from municipalities.admin_pages import WithPages
from municipalities.models import Role
from municipalities.permissions import can_enter_admin
from tests import factories
from tests.support import people
from tests.support.house import routes
from tests.support.rows import plant

ROLES = ("nobody", "specialist", "head", "manager", "administrator", "dpo", "provider", "operator")
TABLE = Path(__file__).with_name("roles.txt")  # the columns in the order of ROLES
REGISTRY_TAILS = (
    "izgled/",
    "istoriya/",
    "nakratko/",
    "mesta/",
    "stapka/za-pregled/",
    "kopie/",
)
OF_AN_APPLICATION = (
    "application",
    "application_assign",
    "application_confirm",
    "application_tie",
    "application_papers",
    "application_paper_add",
    "application_resume",
    "application_note",
    "application_message",
    "application_withdraw",
    "application_close",
    "application_reopen",
    "application_registered",
    "application_edit",
    "application_protocol",
    "application_new_code",
    "letter_new",
    "assessment_begin",
)
OF_AN_ASSESSMENT = (
    "assessment",
    "assessment_fill",
    "assessment_conclude",
    "assessment_check",
    "assessment_replace",
    "assessment_redirect",
)
OF_AN_EVENT = (
    "event",
    "event_ics",
    "event_register",
    "event_door",
    "event_people",
    "event_register_for",
)
LINES = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line]


@pytest.fixture
def everybody(sliven, client, specialist, head, manager, administrator, dpo, provider, operator):
    """The clients of all roles, by name, and in Сливен a row of everything, by {placeholder}."""
    rows = plant(sliven, "Слово", public=False)
    addresses = {
        **_pages(
            rows,
            "frontoffice.consultation",
            "consultation",
            "consultation_edit",
            "consultation_versions",
            "consultation_sheet",
        ),
        **_pages(
            rows,
            "frontoffice.person",
            "person",
            "person_reason",
            "person_merge",
            "person_note_new",
            "person_relation_new",
        ),
        **_pages(rows, "referrals.application", *OF_AN_APPLICATION),
        **_of_referring(rows),
        **_pages(rows, "referrals.attachment", "application_file"),
        **_pages(rows, "referrals.letter", "letter", "letter_send"),
        **_of_needs(rows),
        **_pages(rows, "frontoffice.followup", "follow_up", "follow_up_hand_over"),
        **_pages(rows, "frontoffice.notetemplate", "note_template", "note_template_delete"),
        **_about_a_person(rows, "frontoffice.personnote", "person_note", "person_note_remove"),
        **_about_a_person(
            rows, "frontoffice.personrelation", "person_relation", "person_relation_end"
        ),
        "{provider_service}": _address(rows, "services_registry.service", "provider_service"),
        "{provider_proposal}": _address(rows, "services_registry.service", "provider_proposal"),
        "{provider_proposal_seen}": _address(
            rows, "services_registry.changeproposal", "provider_proposal_seen"
        ),
        "{proposal}": _address(rows, "services_registry.changeproposal", "proposal"),
        **{
            f"{{registry}}{tail}": _address(rows, "services_registry.service", "registry_service")
            + tail
            for tail in ("", *REGISTRY_TAILS)
        },
        **_of_events(rows),
        "{own_certificate}": _address(rows, "trainings.certificate", "own_certificate"),
        "{report}": _address(rows, "services_registry.errorreport", "report"),
        "{import}": _address(rows, "services_registry.importrun", "import_run"),
        **_pages(
            rows, "services_registry.importrun", "import_columns", "import_undo", "import_faults"
        ),
        **_of_the_admin(sliven, rows),
    }
    roles = (client, specialist, head, manager, administrator, dpo, provider, operator)
    return dict(zip(ROLES, roles, strict=True)), addresses


def _of_the_admin(sliven, rows) -> dict[str, str]:
    """Return the addresses of the forms of the rows that were planted, and of their own pages."""
    addresses = {}
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = sliven if model._meta.label == "municipalities.Municipality" else rows.get(model)
        if row is None:
            continue
        addresses[f"{{{name}}}"] = reverse(f"{name}_change", args=[row.pk])
        for own, _view, (_slug, _words, of_row, _rule) in (
            page._pages() if isinstance(page, WithPages) else ()
        ):
            if of_row:
                addresses[f"{{{name}_{own}}}"] = reverse(f"{name}_{own}", args=[row.pk])
    return addresses


def _of_referring(rows) -> dict[str, str]:
    """Return the addresses about the assessment and the referral that were planted."""
    assessment, referral = "referrals.needsassessment", "referrals.referral"
    services = _address(rows, assessment, "choose_services")
    # Of a provider for whom nobody among these people works.
    provider = _address(rows, referral, "provider_referral")
    return {
        **_pages(rows, assessment, *OF_AN_ASSESSMENT, "choose_services"),
        **{
            f"{{assessment}}{tail}": _address(rows, assessment, "assessment") + tail
            for tail in ("stapka/urgent/", "stapka/return/", "dokument/0/", "dokument/1/")
        },
        "{choose_service}": f"{services}{rows[apps.get_model('services_registry.service')].pk}/",
        **_pages(rows, referral, "referral", "provider_referral"),
        **{
            f"{{referral}}{tail}": _address(rows, referral, "referral") + tail
            for tail in ("stapka/withdraw/", "stapka/start/", "stapka/change/")
        },
        **_pages(rows, "referrals.outcomequestion", "outcome_call"),
        "{provider_referral}stapka/accept/": f"{provider}stapka/accept/",
    }


def _of_events(rows) -> dict[str, str]:
    """Return the addresses about the event that was planted, and a place at it."""
    place = rows[apps.get_model("campaigns.registration")]
    return {
        **_pages(rows, "campaigns.campaignevent", *OF_AN_EVENT),
        "{registration_for}": reverse("registration_for", args=[place.event_id, place.pk]),
    }


def _of_needs(rows) -> dict[str, str]:
    """Return the addresses about the analysis of needs that was planted."""
    part, version = (
        rows[apps.get_model(f"referrals.{name}")] for name in ("needssection", "needsversion")
    )
    of_version = [version.analysis_id, version.number]
    return {
        **_pages(
            rows, "referrals.needsanalysis", "needs", "needs_edit", "needs_recount",
            "needs_versions", "needs_version_new",
        ),
        "{needs_part}": reverse("needs_part", args=[part.analysis_id, part.pk]),
        "{needs_version}": reverse("needs_version", args=of_version),
        "{needs_publish}": reverse("needs_publish", args=of_version),
        "{needs_paper}": reverse("needs_paper", args=[*of_version, "xlsx"]),
    }  # fmt: skip


def _pages(rows, label: str, *routes: str) -> dict[str, str]:
    """Return the addresses of pages about the record planted of a kind, by {placeholder}."""
    return {f"{{{route}}}": _address(rows, label, route) for route in routes}


def _address(rows, label: str, route: str) -> str:
    return reverse(route, args=[rows[apps.get_model(label)].pk])


def _about_a_person(rows, label: str, *pages: str) -> dict[str, str]:
    row = rows[apps.get_model(label)]
    return {f"{{{page}}}": reverse(page, args=[row.person_id, row.pk]) for page in pages}


def outcome(client, url: str, method: str = "get") -> str:
    response = getattr(client, method)(url)
    if response.get("Location", "").startswith("/admin/login/"):  # only passes people on
        response = client.get(response["Location"])
    if response.status_code in (301, 302):
        return "in" if response["Location"].startswith("/accounts/login/") else "to"
    return {200: "ok", 403: "no", 404: "--"}.get(response.status_code, str(response.status_code))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_the_table_says(everybody, role):
    clients, addresses = everybody
    clients[role].raise_request_exception = False
    column = 1 + ROLES.index(role)
    got = {}
    for line in LINES:
        answer = outcome(clients[role], addresses.get(line[0], line[0]))
        if answer != line[column]:
            got[line[0]] = f"{answer} instead of {line[column]}"
    assert not got, "\n".join(f"{page}: {what}" for page, what in got.items())


def test_every_admin_list_has_its_line():
    lists = {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    }
    # Classifiers share one rule; one of each kind of registry and classifier stands for the rest.
    alike = {
        "/admin/services_registry/servicekind/",
        "/admin/services_registry/targetgroup/",
        "/admin/services_registry/requireddocument/",
        "/admin/services_registry/searchsynonym/",
        "/admin/services_registry/servicesite/",
        "/admin/municipalities/province/",
    }
    assert lists - alike - {line[0] for line in LINES} == set()


def test_every_admin_list_is_there_for_somebody(everybody):
    """What nobody may open is not registered at all."""
    clients, _addresses = everybody
    nobodys = []
    for model in admin.site._registry:
        opts = model._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        if not any(outcome(client, url) == "ok" for client in clients.values()):
            nobodys.append(url)
    assert len(admin.site._registry) >= 15
    assert nobodys == []


# Strangers


def closed_addresses() -> list[str]:
    """Return an address of every route that asks for sign-in, with made-up arguments."""
    found = []
    for route in routes():
        if route.needs_sign_in:
            url = "/" + route.pattern
            url = url.replace("^(?P<app_label>", "projects/?").replace("(?P<url>.*)$", "nyama")
            url = re.sub(r"<int:\w+>|<path:\w+>", "1", url)
            found.append(re.sub(r"<(?:slug|str):\w+>", "x", url).partition("?")[0])
    return found


def test_strangers_are_sent_to_the_sign_in_from_everywhere_else(client, db):
    strange = {}
    for url in closed_addresses():
        for method in ("get", "post", "head", "put", "delete"):
            answer = outcome(client, url, method)
            if answer != "in":
                strange[f"{method} {url}"] = answer
    assert not strange


def test_all_closed_addresses_can_be_written_out():
    assert len(closed_addresses()) > 50
    assert [url for url in closed_addresses() if set("<>()^$") & set(url)] == []


def test_a_person_who_was_switched_off_is_a_stranger(specialist):
    assert specialist.get("/rabotno-myasto/").status_code == 200
    specialist.user.is_active = False
    specialist.user.save(update_fields=["is_active"])
    assert outcome(specialist, "/rabotno-myasto/") == "in"


def test_a_municipality_that_left_the_portal_gives_no_rights(specialist, sliven):
    sliven.is_active = False
    sliven.save(update_fields=["is_active"])
    assert outcome(specialist, "/rabotno-myasto/") == "no"


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.DATA_PROTECTION_OFFICER])
def test_the_right_to_enter_the_admin_is_not_enough(sliven, role):
    """is_staff alone opens nothing: what one may do comes from the role."""
    user = factories.UserFactory(is_staff=True)
    membership = factories.MembershipFactory(municipality=sliven, role=role, user=user)
    assert outcome(people.signed_in(user, membership), "/admin/") == "no"


def test_the_role_alone_does_not_open_the_admin_either(sliven):
    user = factories.UserFactory(is_staff=False)
    membership = factories.MembershipFactory(
        municipality=sliven, role=Role.PROJECT_MANAGER, user=user
    )
    assert outcome(people.signed_in(user, membership), "/admin/") == "no"


def test_a_person_with_two_municipalities_works_for_one_at_a_time(sliven, elena):
    user = factories.UserFactory()
    first, second = (
        factories.MembershipFactory(municipality=m, role=Role.SPECIALIST, user=user)
        for m in (sliven, elena)
    )
    client = people.signed_in(user, first)
    consultation = factories.ConsultationFactory(municipality=elena, specialist=user)
    url = reverse("consultation", args=[consultation.pk])
    assert client.get(url).status_code == 404
    client.post("/profil/", {"membership": second.pk})
    assert client.get(url).status_code == 200
    foreign = factories.MembershipFactory(municipality=sliven, role=Role.HEAD)
    client.post("/profil/", {"membership": foreign.pk})
    assert client.get(url).status_code == 200, "still works for Елена as a specialist"


def test_rules_answer_no_for_a_stranger(rf):
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user, request.membership = AnonymousUser(), None
    assert not can_enter_admin(request)
