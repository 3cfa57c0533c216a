"""What is typed at the desk is kept as it is typed: once, apart, for its author alone."""

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
from frontoffice.models import Consultation, Draft, Person
from municipalities import secrets
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.factories_people import PersonFactory
from tests.support.forms import forms_of
from tests.support.html import StrictClient
from tests.support.people import rows_of, signed_in

NEW = "/rabotno-myasto/hora/novo/"
SAVE = "/rabotno-myasto/chernovi/zapis/"
LIST = "/rabotno-myasto/chernovi/"
TYPED = "Мария, още неза"


def page_of(client, url: str = NEW) -> dict[str, str]:
    """Return the fields of the form that the page draws around a draft, as they stand."""
    response = client.get(url)
    assert response.status_code == 200
    return fields_in(response, url)


def fields_in(response, url: str = NEW) -> dict[str, str]:
    forms = forms_of(url, response.content.decode())
    (form,) = [form for form in forms if "draft_tab" in form.names]
    left_out = ("csrfmiddlewaretoken", "keep_draft", "confirm")
    return {name: value for name, value in form.fields if name not in left_out}


def save(client, fields: dict, sequence: object = 1, **more):
    """Send the form as static/js/drafts.js does."""
    return client.post(
        SAVE,
        {**fields, "draft_sequence": sequence, **more},
        headers={"Accept": "application/json", "X-Background": "1"},
    )


def draft_rows(municipality, **facts) -> list[Draft]:
    with municipality_scope(municipality):
        return list(Draft.objects.filter(**facts).order_by("pk"))


def typed_in(draft: Draft) -> dict[str, list[str]]:
    return dict(keeping.read(draft).fields)


def resumed(fields: dict[str, str], url: str = NEW) -> str:
    return f"{url}?chernova={fields['draft_tab']}"


# Keeping


def test_what_is_typed_is_kept_encrypted_and_said_when(specialist, sliven):
    fields = page_of(specialist)
    answer = save(specialist, fields, given_name=TYPED, identifier="7501020018")
    assert answer.status_code == 200
    assert answer.json()["state"] == "kept"
    assert answer.json()["at"] == f"{timezone.localtime():%H:%M}"
    (draft,) = draft_rows(sliven)
    assert typed_in(draft)["given_name"] == [TYPED]
    assert TYPED.encode() not in bytes(draft.data)
    assert b"7501020018" not in bytes(draft.data)
    assert "csrfmiddlewaretoken" not in typed_in(draft)
    assert not any(name.startswith("draft_") for name in typed_in(draft))


def test_a_later_sending_replaces_and_a_late_one_does_not(specialist, sliven):
    fields = page_of(specialist)
    save(specialist, fields, 1, given_name="М")
    save(specialist, fields, 3, given_name="Мария")
    late = save(specialist, fields, 2, given_name="Ма")
    again = save(specialist, fields, 3, given_name="Друго")
    assert (late.json()["state"], again.json()["state"]) == ("late", "late")
    (draft,) = draft_rows(sliven)
    assert typed_in(draft)["given_name"] == ["Мария"]


def test_two_pages_opened_apart_have_two_drafts(specialist, sliven):
    one, other = page_of(specialist), page_of(specialist)
    save(specialist, one, given_name="Мария")
    save(specialist, other, given_name="Стоян")
    assert [typed_in(d)["given_name"] for d in draft_rows(sliven)] == [["Мария"], ["Стоян"]]


def test_the_clock_of_the_session_does_not_run_on_by_itself(specialist, settings):
    fields = page_of(specialist)
    session = specialist.session
    session["seen_at"] -= 600
    session.save()
    before = session["seen_at"]
    save(specialist, fields, given_name=TYPED)
    assert specialist.session["seen_at"] == before


# Continuing


def test_the_address_with_the_tab_shows_what_was_typed_and_says_nothing_of_it(specialist, sliven):
    fields = page_of(specialist)
    save(specialist, fields, given_name=TYPED, identifier="123", needs=["no_email", "x"], born="не")
    response = specialist.get(resumed(fields))
    assert response.status_code == 200
    html = response.content.decode()
    again = fields_in(response)
    assert again["given_name"] == TYPED
    assert again["identifier"] == "123"
    assert again["born"] == "не"
    assert again["form_key"] == fields["form_key"]
    assert again["draft_tab"] == fields["draft_tab"]
    assert again["draft_page"] != fields["draft_page"]
    assert "aria-invalid" not in html
    assert "Грешка" not in html
    save(specialist, again, int(again["draft_base"]) + 1, given_name=f"{TYPED}вършена")
    (draft,) = draft_rows(sliven)
    assert typed_in(draft)["given_name"] == [f"{TYPED}вършена"]


def test_two_pages_of_one_draft_never_cover_each_other(specialist, sliven):
    first = page_of(specialist)
    save(specialist, first, 1, given_name="Общото")
    second = page_of(specialist, resumed(first))
    assert save(specialist, second, 2, given_name="Общото и второто").json()["state"] == "kept"
    answer = save(specialist, first, 2, given_name="Общото и първото").json()
    assert answer["state"] == "forked"
    assert answer["tab"] != first["draft_tab"]
    assert answer["form_key"] != first["form_key"]
    # Before it hears of it the page may send once more; it is the same draft of its own.
    assert save(specialist, first, 3, given_name="Общото и първото.").json() == answer
    assert {typed_in(d)["given_name"][0] for d in draft_rows(sliven)} == {
        "Общото и второто",
        "Общото и първото.",
    }
    # Both are saved as what they are: two texts.
    moved = {**first, "draft_tab": answer["tab"], "form_key": answer["form_key"]}
    for sent, name in ((second, "Вторият"), (moved, "Първият")):
        specialist.post(NEW, {**sent, "identifier_kind": "none", "given_name": name})
    assert sorted(p.given_name for p in rows_of(sliven, Person)) == ["Вторият", "Първият"]
    assert draft_rows(sliven, closed_at=None) == []


def test_a_page_that_is_not_the_drafts_last_writer_does_not_close_it(specialist, sliven):
    first = page_of(specialist)
    save(specialist, first, 1, given_name="Първо")
    second = page_of(specialist, resumed(first))
    save(specialist, second, 2, given_name="Второ")
    # Without scripts the first page never heard that it is apart.
    specialist.post(NEW, {**first, "identifier_kind": "none", "given_name": "Първо"})
    (still,) = draft_rows(sliven, closed_at=None)
    assert typed_in(still)["given_name"] == ["Второ"]


def test_the_page_of_a_record_keeps_its_version_and_meets_the_conflict(
    specialist, colleague, sliven
):
    person = PersonFactory(municipality=sliven, given_name="Мария", created_by=specialist.user)
    url = reverse("person_edit", args=[person.pk])
    fields = page_of(specialist, url)
    save(specialist, fields, given_name="Мариана")
    theirs = page_of(colleague, url)
    assert colleague.post(url, {**theirs, "given_name": "Марийка"}).status_code == 302
    again = page_of(specialist, resumed(fields, url))
    assert again["version"] == fields["version"]
    assert again["given_name"] == "Мариана"
    response = specialist.post(url, again)
    assert response.status_code == 422
    assert "Колега е променил данните" in response.content.decode()
    back = fields_in(response, url)
    assert back["draft_tab"] == fields["draft_tab"], "goes on with the same draft"
    assert specialist.post(url, back).status_code == 302
    assert draft_rows(sliven, closed_at=None) == []


def test_a_draft_of_one_record_does_not_open_on_another(specialist, sliven):
    one, other = (PersonFactory(municipality=sliven) for _ in range(2))
    fields = page_of(specialist, reverse("person_edit", args=[one.pk]))
    save(specialist, fields, given_name=TYPED)
    other_url = reverse("person_edit", args=[other.pk])
    assert specialist.get(resumed(fields, other_url)).status_code == 404
    assert specialist.get(resumed(fields, NEW)).status_code == 404


# Closing


def saved(client, fields: dict, **more):
    response = client.post(
        NEW, {**fields, "identifier_kind": "none", "given_name": "Мария", "confirm": "1", **more}
    )
    assert response.status_code == 302
    return response


def test_saving_empties_the_draft_and_nothing_revives_it(specialist, sliven):
    fields = page_of(specialist)
    save(specialist, fields, 1, given_name="Мар")
    saved(specialist, fields)
    late = save(specialist, fields, 2, given_name="Мария")
    assert late.status_code == 409
    assert late.json() == {"state": "closed", "recorded": True}
    (draft,) = draft_rows(sliven)
    assert draft.data is None
    assert draft.closed_at
    assert len(rows_of(sliven, Person)) == 1


def test_an_autosave_that_overtakes_nothing_is_refused_too(specialist, sliven):
    """The first autosave of a form that was already saved."""
    fields = page_of(specialist)
    saved(specialist, fields)
    assert save(specialist, fields, 1, given_name="Мария").status_code == 409
    assert draft_rows(sliven, closed_at=None) == []


def test_the_key_of_the_form_says_it_too_when_the_mark_is_gone(specialist, sliven):
    fields = page_of(specialist)
    saved(specialist, fields)
    with municipality_scope(sliven):
        Draft.objects.all().delete()
    answer = save(specialist, fields, 1, given_name="Мария")
    assert answer.json() == {"state": "closed", "recorded": True}
    assert draft_rows(sliven) == []


def test_a_correction_is_closed_by_its_mark_alone(specialist, sliven):
    person = PersonFactory(municipality=sliven)
    url = reverse("person_edit", args=[person.pk])
    fields = page_of(specialist, url)
    assert specialist.post(url, {**fields, "given_name": "Друго"}).status_code == 302
    late = save(specialist, fields, 1, given_name="Дру")
    assert late.json() == {"state": "closed", "recorded": False}


def test_a_refused_form_goes_on_with_its_draft(specialist, sliven):
    fields = page_of(specialist)
    save(specialist, fields, 4, given_name="Мар")
    response = specialist.post(NEW, {**fields, "identifier_kind": "egn", "given_name": ""})
    assert response.status_code == 422
    back = fields_in(response)
    assert (back["draft_tab"], back["draft_base"]) == (fields["draft_tab"], "4")
    assert save(specialist, back, 5, given_name="Мария").json()["state"] == "kept"
    (draft,) = draft_rows(sliven)
    assert typed_in(draft)["given_name"] == ["Мария"]


def test_a_closed_draft_opens_an_empty_form_and_says_why(specialist):
    fields = page_of(specialist)
    save(specialist, fields, given_name=TYPED)
    saved(specialist, fields)
    response = specialist.get(resumed(fields))
    assert "вече е записана или изтрита" in response.content.decode()
    again = fields_in(response)
    assert again["given_name"] == ""
    assert again["form_key"] != fields["form_key"]
    assert again["draft_tab"] != fields["draft_tab"]


# Whose


def test_nobody_else_sees_opens_or_throws_away_a_draft(
    specialist, colleague, head, elena_specialist, sliven
):
    fields = page_of(specialist)
    save(specialist, fields, given_name=TYPED)
    (draft,) = draft_rows(sliven)
    for other in (colleague, head, elena_specialist):
        assert other.get(resumed(fields)).status_code == 404
        assert TYPED not in other.get(LIST).content.decode()
        url = reverse("draft_discard", args=[draft.pk])
        never = reverse("draft_discard", args=[draft.pk + 1000])
        assert other.get(url).status_code == other.post(url).status_code == 404
        assert other.get(never).status_code == 404
    assert draft_rows(sliven)[0].closed_at is None


def test_a_page_does_not_save_for_whoever_signed_in_after_it(specialist, colleague, sliven):
    fields = page_of(specialist)
    answer = save(colleague, fields, given_name=TYPED)
    assert answer.status_code == 409
    assert answer.json()["state"] == "foreign"
    assert draft_rows(sliven) == []


def test_a_page_does_not_save_into_another_municipality_of_its_author(sliven, elena):
    user = factories.UserFactory()
    first, second = (
        factories.MembershipFactory(municipality=m, user=user) for m in (sliven, elena)
    )
    client = signed_in(user, first)
    fields = page_of(client)
    client.post("/profil/", {"membership": second.pk})
    assert save(client, fields, given_name=TYPED).json()["state"] == "foreign"
    assert draft_rows(sliven) + draft_rows(elena) == []


def test_a_session_that_is_over_is_answered_as_the_page_understands(specialist, sliven):
    fields = page_of(specialist)
    specialist.session.flush()
    answer = save(specialist, fields, given_name=TYPED)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/json"


def test_without_the_token_of_the_form_nothing_is_kept(specialist, sliven):
    fields = page_of(specialist)
    careful = StrictClient(enforce_csrf_checks=True)
    careful.force_login(specialist.user)
    assert save(careful, fields, given_name=TYPED).status_code == 403
    assert draft_rows(sliven) == []


# Without scripts


def test_without_scripts_a_button_puts_it_aside(specialist, sliven):
    fields = page_of(specialist)
    sent = {**fields, "given_name": TYPED, "keep_draft": "1"}
    response = specialist.post(SAVE, sent, follow=True)
    assert response.redirect_chain == [("/rabotno-myasto/", 302)]
    assert "Запазено за после" in response.content.decode()
    (draft,) = draft_rows(sliven)
    assert typed_in(draft)["given_name"] == [TYPED]
    again = page_of(specialist, resumed(fields))
    assert again["given_name"] == TYPED
    later = {**again, "given_name": f"{TYPED}вършена", "keep_draft": "1"}
    assert specialist.post(SAVE, later).status_code == 302
    (draft,) = draft_rows(sliven)
    assert typed_in(draft)["given_name"] == [f"{TYPED}вършена"]


def test_without_scripts_what_cannot_be_kept_is_said_on_a_page(specialist, sliven):
    fields = page_of(specialist)
    refused = specialist.post(SAVE, {**fields, "draft_ticket": "x", "keep_draft": "1"})
    assert refused.status_code == 422
    assert "не е записана" in refused.content.decode()
    saved(specialist, fields)
    again = specialist.post(SAVE, {**fields, "keep_draft": "1"}, follow=True)
    assert "вече е записана" in again.content.decode()


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
