"""Drafts: what is refused, the list, the verbs, what is left after a while."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from frontoffice.drafts import keeping, page, tasks
from frontoffice.drafts.keeping import Opened, Place, State
from frontoffice.models import Consultation, Draft
from municipalities import secrets
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.support.drafts import (
    LIST,
    NEW,
    TYPED,
    draft_rows,
    fields_in,
    page_of,
    resumed,
    save,
    typed_in,
)

# What nobody would send


@pytest.mark.parametrize(
    "wrong",
    [
        {"draft_ticket": ""},
        {"draft_ticket": "x:y:z"},
        {"draft_tab": "не е номер"},
        {"draft_tab": ""},
        {"draft_page": "\x00"},
        {"draft_base": "много"},
        {"draft_sequence": "0"},
        {"draft_sequence": "-1"},
        {"draft_sequence": "٣"},
        {"draft_sequence": str(2**31)},
        {"draft_sequence": "9" * 400},
        {"draft_sequence": ""},
    ],
)
def test_what_no_page_of_ours_sends_is_refused(specialist, sliven, wrong):
    answer = save(specialist, {**page_of(specialist), "given_name": TYPED}, **wrong)
    assert answer.status_code == 422
    assert draft_rows(sliven) == []


def test_the_ticket_of_one_thing_is_not_a_ticket_for_another(specialist, sliven):
    from municipalities.signin.views import who_token

    answer = save(specialist, {**page_of(specialist), "draft_ticket": who_token(specialist.user)})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "text", ["а\x00б", "\udc80".encode("utf-8", "surrogatepass"), "👵🏽\u202e{{"]
)
def test_any_text_is_kept(specialist, sliven, text):
    fields = page_of(specialist)
    assert save(specialist, fields, note=text).status_code == 200
    specialist.is_careful = False
    assert specialist.get(resumed(fields)).status_code == 200
    assert specialist.get(LIST).status_code == 200


def test_too_much_is_not_kept(specialist, sliven):
    fields = page_of(specialist)
    assert save(specialist, fields, note="я" * 49_000).status_code == 200
    answer = save(specialist, fields, 2, note="я" * 60_000)
    assert answer.status_code == 413
    (draft,) = draft_rows(sliven)
    assert len(typed_in(draft)["note"][0]) == 49_000


@pytest.mark.parametrize("word", ["x", "1", "\x00", "%ff", str(uuid.UUID(int=7)), "9" * 4000])
def test_a_tab_that_is_none_is_not_there(specialist, word):
    assert specialist.get(NEW, {"chernova": word}).status_code == 404


def test_a_draft_whose_key_is_gone_is_said_and_can_be_thrown_away(specialist, sliven):
    fields = page_of(specialist)
    save(specialist, fields, given_name=TYPED)
    (draft,) = draft_rows(sliven)
    other = "b3RoZXItb25seS1mb3ItdGVzdHMtMDEyMzQ1Njc4OTA="
    with override_settings(DATA_KEYS=[other]):
        assert "не може да бъде прочетено" in specialist.get(LIST).content.decode()
        response = specialist.get(resumed(fields))
        assert "не може да бъде прочетена" in response.content.decode()
        assert fields_in(response)["given_name"] == ""
        assert specialist.post(reverse("draft_discard", args=[draft.pk])).status_code == 302
    assert draft_rows(sliven, closed_at=None) == []


# The list


def test_the_list_says_what_and_leads_back(specialist):
    assert "Нямате незавършени" in specialist.get(LIST).content.decode()
    fields = page_of(specialist)
    save(specialist, fields, given_name="Мария", family_name="Измислена")
    response = specialist.get(LIST)
    html = response.content.decode()
    assert "Ново лице" in html
    assert "Мария Измислена" in html
    assert resumed(fields) in html


def test_the_list_does_not_show_an_egn_that_stands_in_a_note(specialist):
    fields = page_of(specialist)
    save(specialist, fields, note="ЕГН 7501020018")
    assert "7501020018" not in specialist.get(LIST).content.decode()


def test_a_draft_is_thrown_away_after_asking(specialist, sliven):
    fields = page_of(specialist)
    save(specialist, fields, given_name=TYPED)
    (draft,) = draft_rows(sliven)
    url = reverse("draft_discard", args=[draft.pk])
    assert TYPED in specialist.get(url).content.decode()
    assert draft_rows(sliven, closed_at=None) == [draft]
    assert specialist.post(url).status_code == 302
    (draft,) = draft_rows(sliven)
    assert draft.data is None
    assert save(specialist, fields, 2, given_name=TYPED).json() == {
        "state": "closed",
        "recorded": False,
    }
    assert specialist.post(url).status_code == 404


def test_the_list_takes_as_many_queries_for_many(specialist, sliven, queries):
    def make(count: int) -> None:
        for _ in range(count):
            with municipality_scope(sliven):
                keep(specialist, given_name="Мария")

    queries.assert_same(specialist, LIST, make, name="chernovi", at_most=20)


# The verbs


def keep(client, opened: Opened | None = None, sequence: int = 1, **fields):
    return keeping.keep_draft(
        membership=client.membership,
        place=Place(Draft.Form.PERSON, None, NEW),
        opened=opened or Opened(uuid.uuid4(), uuid.uuid4()),
        sequence=sequence,
        fields=[(name, [value]) for name, value in fields.items()],
    )


def test_a_consultation_that_is_recorded_has_no_draft(specialist, sliven):
    consultation = factories.ConsultationFactory(municipality=sliven)
    with municipality_scope(sliven):
        kept = keeping.keep_draft(
            membership=specialist.membership,
            place=Place(Draft.Form.CONSULTATION, None, "/rabotno-myasto/konsultatsii/nova/"),
            opened=Opened(uuid.uuid4(), uuid.uuid4()),
            sequence=1,
            fields=[("form_key", [str(consultation.form_key)])],
        )
        assert (kept.state, kept.is_recorded) == (State.CLOSED, True)
        assert not Draft.objects.exists()
        assert Consultation.objects.count() == 1


def test_what_was_typed_apart_stays_there_after_the_other_was_saved(specialist, sliven):
    tab, first, second = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    with municipality_scope(sliven):
        keep(specialist, Opened(tab, first), 1, given_name="а")
        keep(specialist, Opened(tab, second, base=1), 2, given_name="б")
        assert keep(specialist, Opened(tab, first), 2, given_name="в").state is State.FORKED
        keeping.close_draft(
            membership=specialist.membership,
            form=Draft.Form.PERSON,
            opened=Opened(tab, second, base=1),
        )
        # The answer was lost on the way: the page still does not know that it is apart.
        assert keep(specialist, Opened(tab, first), 3, given_name="г").state is State.FORKED
        (left,) = keeping.open_drafts(specialist.membership)
        assert typed_in(left)["given_name"] == ["г"]


def test_every_night_what_is_over_is_deleted(specialist, sliven, elena, settings):
    settings.DRAFTS_KEPT_DAYS = 30
    now = timezone.now()
    ages = {
        "open, used yesterday": (1, None),
        "open, forgotten": (31, None),
        "closed today": (0, 0),
        "closed the day before yesterday": (2, 2),
    }
    with municipality_scope(sliven):
        made = {}
        for what, (typed, closed) in ages.items():
            draft = keep(specialist, given_name="а").draft
            closed_at = None if closed is None else now - dt.timedelta(days=closed)
            Draft.objects.filter(pk=draft.pk).update(
                saved_at=now - dt.timedelta(days=typed), closed_at=closed_at
            )
            made[draft.pk] = what
    tasks.tidy_drafts()
    assert {made[d.pk] for d in draft_rows(sliven)} == {"open, used yesterday", "closed today"}


def test_the_tidying_runs_every_night():
    from procrastinate.contrib.django import app

    nightly = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert "frontoffice.tidy_drafts" in nightly


def test_drafts_are_written_anew_with_a_new_key(specialist, sliven, settings):
    fields = page_of(specialist)
    save(specialist, fields, given_name=TYPED)
    new = "bmV3LW9ubHktZm9yLXRlc3RzLTAxMjM0NTY3ODkwMTI="
    settings.DATA_KEYS = [new, *settings.DATA_KEYS]
    call_command("rotate_data_keys")
    settings.DATA_KEYS = [new]
    (draft,) = draft_rows(sliven)
    assert typed_in(draft)["given_name"] == [TYPED]


def test_a_closed_draft_cannot_be_read(specialist, sliven):
    with municipality_scope(sliven):
        draft = keep(specialist, given_name="а").draft
        keeping.discard(draft)
        draft.refresh_from_db()
        with pytest.raises(secrets.UnreadableSecret):
            keeping.read(draft)


def test_the_address_of_a_page_keeps_what_came_along_in_it(specialist, rf):
    fields = page_of(specialist, f"{NEW}?lice=5")
    place, _owner = page.place_of(fields["draft_ticket"])
    assert place.path == f"{NEW}?lice=5"
    assert page.resume_url(place.path, uuid.UUID(int=1)).startswith(f"{NEW}?lice=5&chernova=")
