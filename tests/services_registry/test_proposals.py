"""A larger change: proposed by the provider, seen as a difference, decided once."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from municipalities.tenancy import municipality_scope
from services_registry.models import ChangeProposal, Confirmation, Service
from services_registry.record import pieces_of
from services_registry.search import search
from services_registry.upkeep import tasks_proposals
from services_registry.upkeep.models import Side
from tests import factories
from tests.support import people

State = ChangeProposal.State


@pytest.fixture
def service(sliven, provider):
    return factories.ServiceFactory(
        municipality=sliven,
        provider=provider.provider,
        name="Дневен център",
        summary="Помощ за стари хора през деня.",
        languages=["bg"],
        steps=["Обадете се.", "Елате."],
    )


@pytest.fixture
def send(provider, service):
    """Send the form as it stands with some fields typed over; returns the answer."""
    url = f"/dostavchik/uslugi/{service.pk}/predlozhenie/"

    def sent(**changes):
        form = provider.get(url).context["form"]
        values = {name: form[name].value() or "" for name in form.fields}
        return provider.post(url, {**values, **changes})

    return sent


def proposals(sliven, **found):
    with municipality_scope(sliven):
        return list(ChangeProposal.objects.filter(**found).order_by("pk"))


def fresh(sliven, service) -> Service:
    with municipality_scope(sliven):
        return Service.objects.get(pk=service.pk)


def page_of(client, proposal):
    return client.get(f"/registar/predlozheniya/{proposal.pk}/")


def decide(client, proposal, action, prefix, **sent):
    """Press one of the page's buttons, as the page stands now."""
    form = {"a": "accept_form", "e": "edit_form", "r": "return_form"}[prefix]
    version = page_of(client, proposal).context[form].initial["version"]
    values = {f"{prefix}-{name}": value for name, value in {"version": version, **sent}.items()}
    url = f"/registar/predlozheniya/{proposal.pk}/"
    return client.post(url, {"action": action, **values})


# Proposing


def test_only_what_changed_is_kept_and_one_proposal_waits(send, sliven, service, provider):
    assert send(summary="Помощ за възрастни хора през деня.", note="По-учтиво").status_code == 302
    (made,) = proposals(sliven)
    assert made.after == {"summary": "Помощ за възрастни хора през деня."}
    assert made.before == {"summary": "Помощ за стари хора през деня."}
    assert made.proposed_by == provider.user
    assert fresh(sliven, service).summary == made.before["summary"], "nothing changes by itself"

    assert send(languages=["tr", "bg"], steps="Обадете се.\r\nЕлате.\r\n").status_code == 302
    (again,) = proposals(sliven)
    assert again.pk == made.pk
    assert again.after == {"summary": made.after["summary"], "languages": ["bg", "tr"]}
    assert (
        "Предложението ви чака"
        in provider.get(f"/dostavchik/uslugi/{service.pk}/predlozhenie/").content.decode()
    )


def test_a_proposal_of_nothing_is_refused(send, sliven):
    assert send(description="  \r\n").status_code == 422
    assert proposals(sliven) == []


def test_sent_twice_is_one(provider, service, sliven):
    url = f"/dostavchik/uslugi/{service.pk}/predlozhenie/"
    form = provider.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"summary": "Ново."}
    assert [provider.post(url, sent).status_code for _press in range(2)] == [302, 302]
    assert len(proposals(sliven)) == 1
    late = provider.post(url, {**sent, "summary": "Друго."})
    assert late.status_code == 422
    assert "Накратко: „Ново.“" in late.content.decode()
    assert proposals(sliven)[0].after == {"summary": "Ново."}


@pytest.mark.parametrize(
    "wrong",
    [
        {"summary": ""},
        {"summary": "а" * 401},
        {"summary": "\x00"},
        {"steps": "а" * 301},
        {"steps": "\x00"},
        {"steps": "а\n" * 31},
        {"languages": ["xx"]},
        {"description": "а" * 6001},
        {"note": "а" * 1001},
    ],
)
def test_texts_that_cannot_be_stored_are_refused(send, sliven, wrong):
    assert send(**wrong).status_code == 422
    assert proposals(sliven) == []


def test_a_proposal_is_taken_back_while_it_waits(send, provider, head, sliven, service):
    send(summary="Ново.")
    (made,) = proposals(sliven)
    stranger = people.person_of_provider(sliven)
    url = f"/dostavchik/predlozheniya/{made.pk}/otteglyane/"
    assert stranger.post(url).status_code == 404
    assert stranger.get(f"/dostavchik/predlozheniya/{made.pk}/").status_code == 404
    for _press in range(2):
        assert provider.post(url).status_code == 302
    assert proposals(sliven)[0].state == State.WITHDRAWN
    late = head.post(f"/registar/predlozheniya/{made.pk}/", {"action": "accept"})
    assert late.status_code == 302
    assert fresh(sliven, service).summary == made.before["summary"]


def test_those_who_decide_are_told_once_of_a_new_proposal(
    send, head, administrator, specialist, elena, sliven, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(summary="Кон лекува хора.", note="По-ясно")
        send(summary="Кон помага на хора.", note="Още по-ясно")
    (letter,) = mail.outbox
    assert letter.recipients() == [head.user.email, administrator.user.email]
    assert "Дневен център" in letter.subject
    (made,) = proposals(sliven)
    assert f"/registar/predlozheniya/{made.pk}/" in letter.body
    assert "Кон" not in letter.body, "the text is read after signing in"
    assert 'href="/registar/predlozheniya/">1</a>' in head.get(reverse("desk")).content.decode()
    assert "предложения чакат" not in specialist.get(reverse("desk")).content.decode()
    assert decide(head, made, "return", "r", reason="Не сега.").status_code == 302
    mail.outbox.clear()
    tasks_proposals.tell_proposed(municipality=sliven.pk, proposal=made.pk)
    tasks_proposals.tell_proposed(municipality=elena.pk, proposal=made.pk)
    assert mail.outbox == []


# Deciding


@pytest.mark.parametrize(("action", "prefix"), [("accept", "a"), ("edit", "e")])
@pytest.mark.parametrize("is_checked", [False, True])
def test_the_whole_record_is_confirmed_only_where_that_is_said(
    send, head, sliven, service, action, prefix, is_checked
):
    send(summary="Ново.")
    (made,) = proposals(sliven)
    page = page_of(head, made)
    assert page.content.decode().count("Прегледах и останалото: записът е верен") == 2
    assert not page.context["accept_form"]["is_checked"].value()
    sent = {"summary": "Друго."} if action == "edit" else {}
    if is_checked:
        sent["is_checked"] = "on"
    assert decide(head, made, action, prefix, **sent).status_code == 302
    changed = fresh(sliven, service)
    assert changed.summary == sent.get("summary", "Ново.")
    with municipality_scope(sliven):
        said = [(one.side, one.by) for one in Confirmation.objects.filter(service=service)]
    assert said == ([(Side.OFFICE, head.user)] if is_checked else [])
    assert changed.checked_by == ("office" if is_checked else "")


def test_accepted_is_written_found_and_told(
    send, head, administrator, provider, sliven, service, django_capture_on_commit_callbacks
):
    send(summary="Хипотерапия за възрастни хора през деня.", note="Имаме кон")
    (made,) = proposals(sliven)
    page = page_of(head, made).content.decode()
    assert "<del>" in page
    assert "добавено:" in page
    assert "Имаме кон" in page
    with django_capture_on_commit_callbacks(execute=True):
        assert decide(head, made, "accept", "a").status_code == 302
    (decided,) = proposals(sliven)
    assert (decided.state, decided.decided_by, decided.accepted) == (
        State.ACCEPTED,
        head.user,
        None,
    )
    assert fresh(sliven, service).summary == made.after["summary"]
    found, _understood = search(Service.public.all(), "хипотерапия")
    assert service in found
    (letter,) = mail.outbox
    assert letter.to == [provider.user.email]
    assert "приета" in letter.subject
    assert f"/dostavchik/predlozheniya/{made.pk}/" in letter.body
    assert provider.get(f"/dostavchik/predlozheniya/{made.pk}/").status_code == 200

    second = administrator.post(
        f"/registar/predlozheniya/{made.pk}/", {"action": "return", "r-reason": "Не"}, follow=True
    )
    assert f"вече е приета от {head.user.name}" in second.content.decode()
    assert proposals(sliven)[0].state == State.ACCEPTED


def test_accepted_with_corrections_keeps_what_was_taken(send, head, sliven, service, provider):
    send(summary="Помощ за бабите.", description="Дълго описание.")
    (made,) = proposals(sliven)
    facts = {"summary": "Помощ за възрастни.", "description": "Дълго описание."}
    assert decide(head, made, "edit", "e", **facts).status_code == 302
    (decided,) = proposals(sliven)
    assert (decided.state, decided.accepted) == (State.EDITED, facts)
    assert fresh(sliven, service).summary == "Помощ за възрастни."
    page = provider.get(f"/dostavchik/predlozheniya/{made.pk}/").content.decode()
    assert "Какво прие общината" in page


def test_corrections_are_of_the_proposed_fields_alone(send, head, sliven, service):
    send(summary="Ново.")
    (made,) = proposals(sliven)
    decide(head, made, "edit", "e", summary="Поправено.", description="Подхвърлено", name="Х")
    changed = fresh(sliven, service)
    assert (changed.summary, changed.description, changed.name) == (
        "Поправено.",
        "",
        "Дневен център",
    )


def test_corrections_back_to_what_stands_are_no_acceptance(send, head, sliven, service):
    send(summary="Ново.")
    (made,) = proposals(sliven)
    answer = decide(head, made, "edit", "e", summary=service.summary)
    assert answer.status_code == 422
    assert proposals(sliven)[0].state == State.WAITING


def test_returned_needs_a_reason_which_the_provider_reads(
    send, head, provider, sliven, service, django_capture_on_commit_callbacks
):
    send(summary="Ново.")
    (made,) = proposals(sliven)
    for reason in ("", "   ", "\x00", "а" * 1001):
        assert decide(head, made, "return", "r", reason=reason).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert decide(head, made, "return", "r", reason="Няма го в лиценза.").status_code == 302
    assert proposals(sliven)[0].state == State.RETURNED
    assert "Няма го в лиценза." in mail.outbox[0].body
    form = provider.get(f"/dostavchik/uslugi/{service.pk}/predlozhenie/")
    assert "Няма го в лиценза." in form.content.decode()
    assert form.context["form"]["summary"].value() == "Ново."
    assert send().status_code == 302
    assert [one.state for one in proposals(sliven)] == [State.RETURNED, State.WAITING]


def test_a_record_that_moved_is_shown_and_asked_about_again(send, head, sliven, service):
    send(summary="Ново от доставчика.")
    (made,) = proposals(sliven)
    version = page_of(head, made).context["accept_form"].initial["version"]
    with municipality_scope(sliven):
        Service.objects.filter(pk=service.pk).update(summary="Ново от общината.")
    url = f"/registar/predlozheniya/{made.pk}/"
    answer = head.post(url, {"action": "accept", "a-version": version})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Записът се промени след предложението" in page
    assert "общината." in page
    assert fresh(sliven, service).summary == "Ново от общината."
    again = answer.context["accept_form"]["version"].value()
    assert head.post(url, {"action": "accept", "a-version": again}).status_code == 302
    assert fresh(sliven, service).summary == "Ново от доставчика."


def test_a_proposal_that_moved_is_asked_about_again(send, head, sliven, service):
    send(summary="Първо.")
    (made,) = proposals(sliven)
    version = page_of(head, made).context["accept_form"].initial["version"]
    send(summary="Второ.")
    answer = head.post(
        f"/registar/predlozheniya/{made.pk}/", {"action": "accept", "a-version": version}
    )
    assert answer.status_code == 422
    assert fresh(sliven, service).summary == service.summary


@pytest.mark.parametrize("role", ["specialist", "manager", "dpo", "provider", "operator"])
def test_nobody_else_decides(request, send, sliven, role):
    send(summary="Ново.")
    (made,) = proposals(sliven)
    client = request.getfixturevalue(role)
    url = f"/registar/predlozheniya/{made.pk}/"
    assert client.get(url).status_code == 403
    assert client.post(url, {"action": "accept"}).status_code == 403
    assert proposals(sliven)[0].state == State.WAITING


def test_proposals_of_another_municipality_are_missing(send, sliven, elena):
    send(summary="Тайно ново.")
    (made,) = proposals(sliven)
    theirs = people.member(elena, "head")
    url = f"/registar/predlozheniya/{made.pk}/"
    assert theirs.get(url).status_code == 404
    assert theirs.post(url, {"action": "accept"}).status_code == 404
    assert theirs.get(f"/registar/predlozheniya/{2**80}/").status_code == 404
    assert "Дневен" not in theirs.get("/registar/predlozheniya/").content.decode()


@pytest.mark.parametrize("action", ["", "accept", "edit", "return", "\x00", "друго"])
def test_a_decision_without_its_fields_changes_nothing(send, head, sliven, action):
    send(summary="Ново.")
    (made,) = proposals(sliven)
    url = f"/registar/predlozheniya/{made.pk}/"
    for sent in ({}, {"a-version": "\x00", "e-version": "х" * 5000, "e-summary": "\x00"}):
        assert head.post(url, {"action": action, **sent}).status_code == 422
    assert proposals(sliven)[0].state == State.WAITING


# Queries and pieces


@pytest.mark.parametrize("query", ["", "?sastoyanie=resheni"])
def test_the_list_takes_the_same_queries_for_many(head, sliven, queries, query):
    state = State.WITHDRAWN if query else State.WAITING

    def make(count):
        for _ in range(count):
            service = factories.ServiceFactory(municipality=sliven)
            with municipality_scope(sliven):
                service.changeproposals.create(
                    municipality=sliven,
                    after={"summary": "ново"},
                    state=state,
                    proposed_by=head.user,
                )

    url = f"/registar/predlozheniya/{query}"
    queries.assert_same(head, url, make, name=f"predlozheniya{query}", at_most=20)


def test_words_that_changed_together_are_one_piece():
    assert pieces_of("за стари хора днес", "за възрастни жени днес") == [
        ("same", "за "),
        ("removed", "стари хора"),
        ("added", "възрастни жени"),
        ("same", " днес"),
    ]
    assert pieces_of("", "ново") == [("added", "ново")]
    assert pieces_of("едно и също", "едно и също") == [("same", "едно и също")]
