"""What is typed at the desk is kept as it is typed: once, apart, for its author alone."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from frontoffice.models import Draft, Person
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.factories_people import PersonFactory
from tests.support.drafts import (
    LIST,
    NEW,
    SAVE,
    TYPED,
    draft_rows,
    fields_in,
    page_of,
    resumed,
    save,
    saved,
    typed_in,
)
from tests.support.html import StrictClient
from tests.support.people import rows_of, signed_in

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
