"""Municipalities stay apart on every page: what belongs to Елена never reaches Сливен.

Елена's rows carry a word that is nowhere else. The pages of Сливен's people are read by following
every link they have, and by asking for her rows by number; the word must not be on any of them, and
her row must look exactly like one that never was.
"""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.contrib import admin
from django.urls import reverse

from campaigns.models import Campaign
from frontoffice.models import Consultation
from municipalities.models import LegalNorm, Membership, Office, WorkdayChange
from municipalities.tenancy import municipality_scope
from projects.admin_base import ManagedAdmin
from projects.models import Activity, Programme, Project
from referrals.models import (
    ApplicationKind,
    AssessmentArea,
    AssessmentForm,
    Letterhead,
    PrivacyNotice,
    ReferringPolicy,
    RoutingRow,
    SocialAssistanceDirectorate,
    WaitingRule,
)
from services_registry.models import Provider, Service
from tests import factories, factories_projects
from tests.support import people
from tests.support.contents import text_of
from tests.support.crawl import Frontier, links_of
from tests.support.rows import plant
from trainings.models import Training

WORD = "КАНАРЧЕ"
NOBODY = 987654321


@pytest.fixture
def elenas(elena):
    """A row of everything for Елена, none of it published."""
    return plant(elena, WORD, public=False)


@pytest.fixture
def slivens(sliven):
    """A row of everything for Сливен, so that its pages have something to show."""
    return plant(sliven, "Слово", public=True)


def plain(response, number: int) -> tuple:
    """Return all of an answer that may not depend on whose row was asked for."""
    body = response.content.decode()
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    # The clock of the session: seconds left, and a signature that tells when it was made.
    body = re.sub(r' data-(?:left|who)="[^"]+"', "", body)
    body = body.replace(response["X-Request-ID"], "").replace(f"/{number}/", "/…/")
    varying = {"X-Request-ID", "Set-Cookie", "Expires", "Content-Length"}
    headers = {
        name: value.replace(f"/{number}/", "/…/")
        for name, value in response.items()
        if name not in varying
    }
    return response.status_code, body, headers


def pages_with(word: str, client, starts: list[str]) -> list[str]:
    """Return the addresses of the pages that show ``word``, of all that links lead to."""
    # A list of the admin shows when it is filtered what it shows when it is not.
    frontier = Frontier(starts, examples=1, filters_of_admin=False)
    found, read = [], 0
    for url, _came_from in frontier:
        response = client.get(url)
        if response.status_code in (301, 302):
            frontier.offer(response["Location"], came_from=url)
            continue
        text = text_of(response)
        read += 1
        if word in text:
            found.append(url)
        if response["Content-Type"].startswith("text/html"):
            for link in links_of(text):
                frontier.offer(link, came_from=url)
    assert read > 10, "too few pages to say anything"
    return found


STARTS = ["/", "/vhod/", "/profil/"]


# Following links


@pytest.mark.parametrize(
    "role", ["specialist", "head", "manager", "administrator", "dpo", "provider", "operator"]
)
def test_no_page_of_slivens_people_shows_what_is_elenas(request, elenas, slivens, role):
    client = request.getfixturevalue(role)
    # A provider's name is public, as is the name of whoever keeps one.
    for model in (Provider,):
        with municipality_scope(elenas[model].municipality):
            model.objects.update(name="Доставчик")
    assert pages_with(WORD, client, STARTS) == []


@pytest.mark.parametrize("role", ["elena_specialist", "elena_manager"])
def test_the_pages_of_elenas_people_do(request, elenas, role):
    """The control: the same way of looking finds the word where it may be."""
    client = request.getfixturevalue(role)
    assert pages_with(WORD, client, STARTS) != []


def test_the_public_sees_nothing_that_was_not_published(client, elenas, slivens):
    assert pages_with(WORD, client, ["/"]) == []


def test_the_public_sees_what_was(client, elena):
    """The control: the same rows, published."""
    plant(elena, WORD, public=True)
    assert len(pages_with(WORD, client, ["/"])) >= 4


# Asking by number


def assert_like_nothing(client, url_of, number: int, method: str = "get", data=None) -> None:
    answers = []
    for pk in (number, NOBODY):
        response = getattr(client, method)(url_of(pk), data or {})
        answers.append(plain(response, pk))
        if response.status_code == 302:
            client.get("/admin/")  # so that the message is not shown with the next answer
    foreign, missing = answers
    assert foreign == missing
    assert WORD not in foreign[1]


@pytest.mark.parametrize("role", ["specialist", "head"])
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_anothers_consultation_is_missing_like_one_that_never_was(request, elenas, role, method):
    client = request.getfixturevalue(role)
    number = elenas[Consultation].pk
    pages = ["consultation_edit"]
    if method != "post":
        pages += ["consultation", "consultation_versions"]
    for page in pages:
        assert getattr(client, method)(reverse(page, args=[number])).status_code == 404
        assert_like_nothing(
            client, lambda pk, page=page: reverse(page, args=[pk]), number, method, {"note": "x"}
        )


def test_ones_own_consultation_is_there(specialist, slivens):
    """The control of the one above."""
    url = reverse("consultation", args=[slivens[Consultation].pk])
    assert specialist.get(url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/rabotno-myasto/",
        "/rabotno-myasto/konsultatsii/",
        f"/rabotno-myasto/konsultatsii/?q={WORD}",
        "/rabotno-myasto/konsultatsii/nova/",
    ],
)
def test_the_desk_shows_ones_own_only(specialist, elenas, slivens, url):
    text = specialist.get(url).content.decode()
    # What was looked for stays in the box where it was typed.
    assert WORD not in text.replace(f'value="{WORD}"', "")


def test_the_search_of_the_journal_finds_the_word_where_it_may(elena_specialist, elenas):
    page = elena_specialist.get(f"/rabotno-myasto/konsultatsii/?q={WORD}").content.decode()
    assert reverse("consultation", args=[elenas[Consultation].pk]) in page


def test_a_draft_of_another_cannot_be_discussed(specialist, elenas, slivens, sliven):
    page = specialist.get("/rabotno-myasto/konsultatsii/nova/").content.decode()
    with municipality_scope(sliven):
        topic = slivens[Consultation].topics.get()
    data = {
        "channel": "phone",
        "topics": [topic.pk],
        "subject": "self",
        "outcome": "informed",
        "held_at": re.search(r'name="held_at" value="([^"]+)"', page)[1],
        "duration_minutes": 5,
        "form_key": re.search(r'name="form_key" value="([^"]+)"', page)[1],
    }
    refused = specialist.post(
        "/rabotno-myasto/konsultatsii/nova/", {**data, "services": [elenas[Service].pk]}
    )
    assert refused.status_code == 422
    assert WORD not in refused.content.decode()
    taken = specialist.post(
        "/rabotno-myasto/konsultatsii/nova/", {**data, "services": [slivens[Service].pk]}
    )
    assert taken.status_code == 302
    with municipality_scope(sliven):
        assert Consultation.objects.count() == 2


# The admin

IN_ADMIN = [
    ("administrator", Service),
    ("administrator", Provider),
    ("administrator", Office),
    ("administrator", LegalNorm),
    ("administrator", WorkdayChange),
    ("administrator", ApplicationKind),
    ("administrator", PrivacyNotice),
    ("administrator", Letterhead),
    ("administrator", RoutingRow),
    ("administrator", SocialAssistanceDirectorate),
    ("administrator", WaitingRule),
    ("administrator", ReferringPolicy),
    ("administrator", AssessmentForm),
    ("administrator", AssessmentArea),
]
MANAGED = {
    model: page for model, page in admin.site._registry.items() if isinstance(page, ManagedAdmin)
}
# What was offered, used or read stays: it ends, is switched off, is followed by the next.
NOT_DELETED = {Service, LegalNorm, ApplicationKind, PrivacyNotice, WaitingRule}


def route(model, what: str, *args) -> str:
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{what}", args=args)


def test_every_admin_page_of_tenant_rows_is_looked_at():
    tenants = {m for m in admin.site._registry if hasattr(m, "municipality")} - {
        m for _role, m in IN_ADMIN
    }
    tenants -= set(MANAGED)
    # Settlements are public territory; sites are opened from their service and share its rules.
    assert {m._meta.label for m in tenants} <= {
        "municipalities.Settlement",
        "services_registry.ServiceSite",
    }


def test_nothing_of_anothers_is_in_the_admin_of_managers(manager, elenas, slivens):
    """All rows, lists and own pages of projects, trainings and campaigns."""
    for model, page in MANAGED.items():
        number = elenas[model].pk
        for what in ("change", "history", "delete"):
            url_of = partial(route, model, what)
            assert manager.get(url_of(slivens[model].pk)).status_code in (200, 302, 403)
            assert_like_nothing(manager, url_of, number)
            assert_like_nothing(manager, url_of, number, "post", {"post": "yes"})
        for name, _view, (_slug, _words, of_row, _rule) in page._pages():
            if of_row:
                url = partial(of_page, page.page_name(name))
                assert manager.get(url(number)).status_code in (404, 405)
                assert_like_nothing(manager, url, number, "post")
        for query in (f"?q={WORD}", "?o=1", f"?id={number}"):
            listed = manager.get(route(model, "changelist") + query).content.decode()
            assert WORD not in listed.replace(f'value="{WORD}"', "").replace(f"q={WORD}", "")
            assert f"/{number}/change/" not in listed
        chosen = {"action": "delete_selected", "_selected_action": [number], "post": "yes"}
        manager.post(route(model, "changelist"), chosen)
        with municipality_scope(elenas[model].municipality):
            assert model.objects.filter(pk=number).exists(), model


def of_page(name: str, pk: int) -> str:
    return reverse(f"admin:{name}", args=[pk])


@pytest.mark.parametrize(("role", "model"), IN_ADMIN, ids=lambda v: getattr(v, "__name__", v))
def test_anothers_row_is_missing_in_the_admin(request, elenas, slivens, role, model):
    client = request.getfixturevalue(role)
    number = elenas[model].pk
    for what in ("change", "history", "delete"):
        own = 403 if what == "delete" and model in NOT_DELETED else 200
        assert client.get(route(model, what, slivens[model].pk)).status_code == own
        url_of = partial(route, model, what)
        assert_like_nothing(client, url_of, number)
        assert_like_nothing(client, url_of, number, "post", {"post": "yes"})
    assert WORD not in client.get("/admin/").content.decode()
    with municipality_scope(elenas[model].municipality):
        assert model.objects.filter(pk=number).exists()


@pytest.mark.parametrize(("role", "model"), IN_ADMIN, ids=lambda v: getattr(v, "__name__", v))
def test_lists_and_searches_of_the_admin_show_ones_own(request, elenas, slivens, role, model):
    client = request.getfixturevalue(role)
    for query in ("", f"?q={WORD}", "?all=", "?o=1", f"?id={elenas[model].pk}", "?p=1"):
        page = client.get(route(model, "changelist") + query).content.decode()
        assert WORD not in page.replace(f'value="{WORD}"', "").replace(f"q={WORD}", "")
        assert f"/{elenas[model].pk}/change/" not in page


@pytest.mark.parametrize(("role", "model"), IN_ADMIN, ids=lambda v: getattr(v, "__name__", v))
def test_actions_of_the_admin_do_nothing_to_anothers_rows(request, elenas, slivens, role, model):
    client = request.getfixturevalue(role)
    for action in ("delete_selected", "still_true"):
        page = client.post(
            route(model, "changelist"),
            {"action": action, "_selected_action": [elenas[model].pk], "post": "yes"},
            follow=True,
        )
        assert WORD not in page.content.decode()
    with municipality_scope(elenas[model].municipality):
        assert model.objects.filter(pk=elenas[model].pk).exists()


@pytest.mark.parametrize(
    ("role", "source", "field"),
    [
        ("manager", "trainings.training", "project"),
        ("manager", "campaigns.campaign", "project"),
        ("administrator", "services_registry.service", "provider"),
    ],
)
def test_the_autocomplete_of_the_admin_offers_ones_own(
    request, elenas, slivens, role, source, field
):
    client = request.getfixturevalue(role)
    app, model = source.split(".")
    for term, expected in ((WORD, 0), ("Слово", 1)):
        answer = client.get(
            "/admin/autocomplete/",
            {"app_label": app, "model_name": model, "field_name": field, "term": term},
        )
        assert len(answer.json()["results"]) == expected


@pytest.mark.parametrize("model", [Training, Campaign], ids=lambda m: m.__name__)
def test_a_row_cannot_be_tied_to_anothers_project(manager, elenas, slivens, sliven, model):
    url = route(model, "change", slivens[model].pk)
    answer = manager.post(url, {"project": elenas[Project].pk})
    assert answer.status_code == 200, "the form is shown again"
    assert WORD not in answer.content.decode()
    with municipality_scope(sliven):
        assert model.objects.get().project == slivens[Project]


def test_a_part_cannot_be_taken_from_anothers_project(manager, elenas, slivens, sliven):
    """The number of Елена's activity in a form of Сливен's project changes nothing of hers."""
    activity = elenas[Activity]
    manager.post(
        route(Project, "change", slivens[Project].pk),
        {
            "activities-TOTAL_FORMS": 1,
            "activities-INITIAL_FORMS": 1,
            "activities-0-id": activity.pk,
            "activities-0-project": slivens[Project].pk,
            "activities-0-title": "Отнета",
        },
    )
    with municipality_scope(activity.municipality):
        activity.refresh_from_db()
        assert activity.title == WORD
        assert activity.project == elenas[Project]


def test_people_of_another_cannot_be_put_into_a_training(manager, elenas, slivens):
    page = manager.get(route(Training, "change", slivens[Training].pk)).content.decode()
    assert elenas[Membership].user.name not in page


# The operator keeps what all share, and sees nobody's rows


def test_the_operator_cannot_delete_what_a_hidden_row_uses(operator, elenas):
    """The project is hidden from the operator; the programme must survive, in words."""
    programme = elenas[Project].programme
    answer = operator.post(route(Programme, "delete", programme.pk), {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert WORD not in answer.content.decode()
    assert Programme.objects.filter(pk=programme.pk).exists()


def test_the_operator_cannot_delete_a_kind_a_hidden_service_is_of(operator, elena, elenas):
    kind = elenas[Service].kinds.model.objects.get()
    answer = operator.post(route(type(kind), "delete", kind.pk), {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert WORD not in answer.content.decode()
    with municipality_scope(elena):
        assert elenas[Service].kinds.count() == 1


def test_the_operator_cannot_delete_them_with_an_action_either(operator, elenas):
    data = {
        "action": "delete_selected",
        "_selected_action": [elenas[Project].programme_id],
        "post": "yes",
    }
    answer = operator.post(route(Programme, "changelist"), data, follow=True)
    assert "Нищо не е изтрито" in answer.content.decode()
    assert Programme.objects.filter(pk=elenas[Project].programme_id).exists()


@pytest.mark.parametrize("by", ["page", "action"])
def test_the_operator_can_delete_what_nobody_uses(operator, by):
    pk = factories_projects.ProgrammeFactory(name="Ненужна").pk
    if by == "page":
        operator.post(route(Programme, "delete", pk), {"post": "yes"})
    else:
        data = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        operator.post(route(Programme, "changelist"), data)
    assert not Programme.objects.filter(pk=pk).exists()


# A provider's people


def test_a_provider_sees_the_services_of_that_provider_only(provider, sliven, elenas):
    own = factories.ServiceFactory(municipality=sliven, provider=provider.provider, name="Наша")
    draft = factories.ServiceFactory(
        municipality=sliven, provider=provider.provider, name="Чернова", status="draft"
    )
    other = factories.ServiceFactory(municipality=sliven, name="Чужда")
    page = provider.get("/dostavchik/").content.decode()
    assert own.name in page
    assert draft.name in page
    assert other.name not in page
    assert WORD not in page


def test_a_person_without_any_role_sees_only_their_profile(sliven, elenas, slivens):
    client = people.signed_in(factories.UserFactory())
    assert client.get("/profil/").status_code == 200
    assert pages_with(WORD, client, STARTS) == []
