"""A citizen applies online: the steps, starting, nonsense."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit
from referrals import views
from referrals.models import Application, ApplicationKind, OnlineDraft
from tests.factories import ServiceFactory
from tests.factories_applications import (
    KindQuestionFactory,
    PrivacyNoticeFactory,
)
from tests.referrals import online

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(sliven) -> ApplicationKind:
    return online.ready(sliven)


def application(municipality) -> Application:
    with municipality_scope(municipality):
        return Application.objects.select_related("service", "settlement", "notice").get()


def text(response) -> str:
    return response.content.decode()


# From beginning to end


def test_a_wish_is_filled_in_and_sent(client, sliven, kind):
    token = online.begin(client, kind)
    given = online.answers(sliven)
    assert online.fill(client, token, given) == reverse("apply_check", args=[token])
    answer = online.send(client, token)
    assert answer["Location"] == reverse("apply_sent", args=[token])
    made_of_it = application(sliven)
    assert made_of_it.full_name == "Пенка Измислена"
    assert made_of_it.birth_date == dt.date(1950, 3, 14)
    assert made_of_it.phones == "0888123456"
    assert made_of_it.need == "Трудно ми е сама вкъщи."
    assert made_of_it.settlement_id == int(given["adres"]["settlement"])
    assert (made_of_it.channel, made_of_it.state) == ("online", "received")
    assert made_of_it.signature == "none"
    assert made_of_it.notice is not None
    assert made_of_it.service is None
    assert made_of_it.office is not None
    confirmation = text(client.get(answer["Location"]))
    assert made_of_it.number in confirmation
    assert online.kept(token)["sent"] in confirmation
    assert "steps" not in online.kept(token)


def test_every_page_says_whom_to_call_and_leaves_no_trace(client, sliven, kind):
    token = online.begin(client, kind)
    given = online.answers(sliven)
    for step in given:
        where = online.fill(client, token, given, to=step)
        page = client.get(where)
        assert "tel:044000100" in text(page)
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "strict-origin"
        assert page["X-Robots-Tag"] == "noindex"


def test_the_service_one_comes_from_is_carried_in(client, sliven, kind):
    service = ServiceFactory(municipality=sliven, slug="patronazh", name="Домашен патронаж")
    page = text(client.get("/zayavlenie/", {"usluga": "sliven/patronazh"}))
    assert "Домашен патронаж" in page
    token = online.begin(client, kind, usluga="sliven/patronazh")
    given = online.answers(sliven)
    where = online.fill(client, token, given, to="usluga")
    shown = re.findall(r"<input[^>]+checked[^>]*>", text(client.get(where)))
    assert len(shown) == 1
    assert f'value="{service.pk}"' in shown[0]
    online.fill(client, token, {**given, "usluga": {"service": str(service.pk)}})
    online.send(client, token)
    assert application(sliven).service == service


def test_a_kind_that_asks_for_no_service_asks_none(client, sliven):
    kind = online.ready(sliven, asks_service=False)
    ServiceFactory(municipality=sliven)
    token = online.begin(client, kind)
    given = online.answers(sliven)
    del given["usluga"]
    online.fill(client, token, given)
    assert online.send(client, token).status_code == 302


def test_another_municipality_s_service_is_no_answer(client, sliven, elena, kind):
    foreign = ServiceFactory(municipality=elena)
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="usluga")
    assert client.post(where, {"service": str(foreign.pk)}).status_code == 422
    assert client.post(where, {"service": "9" * 30}).status_code == 422


def test_another_municipality_s_settlement_is_no_answer(client, sliven, elena, kind):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="adres")
    foreign = online.answers(elena)["adres"]
    assert client.post(where, foreign).status_code == 422


def test_the_kind_s_own_questions_are_asked_and_kept_with_their_words(client, sliven, kind):
    question = KindQuestionFactory(
        municipality=sliven, kind=kind, label="Живеете ли сам?", form="yes_no", is_required=True
    )
    of_child = KindQuestionFactory(municipality=sliven, kind=kind, only_for=["child"])
    token = online.begin(client, kind)
    step = f"vapros-{question.pk}"
    given = online.answers(sliven, **{step: {f"q{question.pk}": "yes"}})
    where = online.fill(client, token, given, to=step)
    assert "Живеете ли сам?" in text(client.get(where))
    assert client.post(where, {}).status_code == 422
    online.fill(client, token, given)
    online.send(client, token)
    answers = application(sliven).answers
    assert [(a["question"], a["label"], a["value"]) for a in answers] == [
        (question.pk, "Живеете ли сам?", "да")
    ]
    assert of_child.label not in str(answers)


@pytest.mark.parametrize(
    ("on_behalf", "sent", "right"),
    [
        ("child", {"right": "родител", "paper": ""}, "родител"),
        ("ward", {"right": "настойник", "paper": "уд. № 5"}, "настойник, уд. № 5"),
        ("authorised", {"paper": "пълномощно № 7"}, "пълномощник, пълномощно № 7"),
    ],
)
def test_who_applies_for_somebody_else_says_by_what_right(
    client, sliven, kind, on_behalf, sent, right
):
    token = online.begin(client, kind)
    given = online.answers(sliven)
    given["za-kogo"] = {"on_behalf": on_behalf}
    given["zayavitel"] = {"applicant_name": "Иван Измислен", **sent}
    online.fill(client, token, given)
    online.send(client, token)
    stated = application(sliven)
    assert (stated.on_behalf, stated.applicant_right) == (on_behalf, right)
    assert stated.contact_name == "Иван Измислен"


def test_nobody_applies_for_a_stranger(client, sliven, kind):
    token = online.begin(client, kind)
    assert client.post(online.url(token, "za-kogo"), {"on_behalf": "other"}).status_code == 422


def test_another_for_whom_drops_what_was_said_of_the_person(client, sliven, kind):
    question = KindQuestionFactory(municipality=sliven, kind=kind, only_for=["child"])
    step = f"vapros-{question.pk}"
    token = online.begin(client, kind)
    given = online.answers(sliven, **{step: {f"q{question.pk}": "в първи клас"}})
    given["za-kogo"] = {"on_behalf": "child"}
    given["zayavitel"] = {"applicant_name": "Иван Измислен", "right": "родител"}
    online.fill(client, token, given)
    answer = client.post(f"{online.url(token, 'za-kogo')}?ot=proverka", {"on_behalf": "self"})
    assert answer["Location"] == online.url(token, "litse")
    left = online.kept(token)["steps"]
    assert not {"litse", "zayavitel", step} & set(left)
    assert "nuzhda" in left


def test_one_answer_is_changed_from_the_check(client, sliven, kind):
    token = online.begin(client, kind)
    check = online.fill(client, token, online.answers(sliven))
    change = f"{online.url(token, 'nuzhda')}?ot=proverka"
    assert change in text(client.get(check))
    assert client.post(change, {"need": "Друго"})["Location"] == check
    assert "Друго" in text(client.get(check))


def test_a_step_opened_too_early_leads_to_the_first_unanswered(client, sliven, kind):
    token = online.begin(client, kind)
    for step in ("vrazka", "nyama-takava"):
        answer = client.get(online.url(token, step))
        assert answer["Location"] == online.url(token, "za-kogo")
    check = client.get(reverse("apply_check", args=[token]))
    assert check["Location"] == online.url(token, "za-kogo")
    sent = client.get(reverse("apply_sent", args=[token]))
    assert sent["Location"] == online.url(token, "za-kogo")


def test_a_wrong_answer_stays_in_its_field_and_says_what_is_wrong(client, sliven, kind):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="litse")
    answer = client.post(where, {**online.PERSON, "birth_date_1": "13"})
    assert answer.status_code == 422
    page = text(answer)
    assert "<title>Грешка:" in page
    assert 'value="Пенка"' in page
    assert 'value="13"' in page


@pytest.mark.parametrize("field", ["need"])
def test_an_egn_is_refused_where_one_types_freely(client, sliven, kind, field):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="nuzhda")
    answer = client.post(where, {field: "ЕГН 7523169263"})
    assert answer.status_code == 422
    assert "през интернет не го искаме" in text(answer)
    assert "7523169263" not in str(online.kept(token))


@pytest.mark.parametrize(
    ("contact", "is_enough"),
    [
        ({"reply_by": "phone"}, False),
        ({"reply_by": "email", "phones": "0888123456"}, False),
        ({"reply_by": "email", "email": "penka@example.bg"}, True),
        ({"reply_by": "post"}, True),
        ({"reply_by": "office"}, True),
        ({"reply_by": "phone", "phones": "не знам"}, False),
        ({}, False),
    ],
)
def test_the_answer_can_be_given_as_chosen(client, sliven, kind, contact, is_enough):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="vrazka")
    assert client.post(where, contact).status_code == (302 if is_enough else 422)


def test_a_letter_needs_an_address(client, sliven, kind):
    token = online.begin(client, kind)
    given = online.answers(sliven)
    given["adres"] = {**given["adres"], "address": ""}
    where = online.fill(client, token, given, to="vrazka")
    assert client.post(where, {"reply_by": "post"}).status_code == 422


def test_a_newer_notice_is_shown_before_it_is_sent(client, sliven, kind):
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven))
    PrivacyNoticeFactory(municipality=sliven, text="Нов текст за данните.")
    answer = client.get(reverse("apply_check", args=[token]))
    assert answer["Location"] == online.url(token, "lichni-danni")
    assert "Нов текст за данните." in text(client.get(answer["Location"]))


def test_a_service_withdrawn_meanwhile_is_asked_again_and_says_why(client, sliven, kind):
    service = ServiceFactory(municipality=sliven)
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven, usluga={"service": str(service.pk)}))
    with municipality_scope(sliven):
        service.status = "closed"
        type(service).objects.filter(pk=service.pk).update(status="closed")
    answer = client.get(reverse("apply_check", args=[token]))
    assert answer["Location"] == online.url(token, "usluga")
    assert "вече не се предлага" in text(client.get(answer["Location"]))


def test_whoever_is_signed_in_elsewhere_applies_like_anybody(elena_specialist, sliven, kind):
    token = online.begin(elena_specialist, kind)
    online.fill(elena_specialist, token, online.answers(sliven))
    assert online.send(elena_specialist, token).status_code == 302
    assert application(sliven).registered_by is None


# Starting


def test_the_only_kind_is_begun_by_one_press(client, sliven, kind):
    page = client.get("/zayavlenie/", {"obshtina": "sliven"})
    sent = {name: online.value_of(page, name) for name in ("obshtina", "vid")}
    assert client.post("/zayavlenie/zapochni/", sent).status_code == 302


def test_among_several_kinds_one_chooses(client, sliven, kind):
    other = online.ready(sliven, public_name="Искам нещо друго")
    page = text(client.get("/zayavlenie/", {"obshtina": "sliven"}))
    assert "Искам нещо друго" in page
    assert client.post("/zayavlenie/zapochni/", {"obshtina": "sliven"}).status_code == 422
    online.begin(client, other)


def test_a_municipality_that_takes_nothing_online_says_whom_to_call(client, sliven):
    online.ready(sliven, is_online=False)
    page = text(client.get("/zayavlenie/", {"obshtina": "sliven"}))
    assert "още не приема заявления през интернет" in page
    assert "tel:044000100" in page
    assert "Започнете" not in page


def test_what_is_off_or_foreign_cannot_be_begun(client, sliven, elena, kind):
    off = online.ready(sliven, is_on=False)
    alert = online.ready(sliven, nature="alert")
    foreign = online.ready(elena)
    for code in (off.code, alert.code, foreign.code, "", "\x00", "a" * 9000):
        answer = client.post("/zayavlenie/zapochni/", {"obshtina": "sliven", "vid": code})
        assert answer.status_code == 422
    for where in ("", "nyama", "\x00"):
        answer = client.post("/zayavlenie/zapochni/", {"obshtina": where, "vid": kind.code})
        assert answer.status_code == 422
    with municipality_scope(sliven):
        assert not OnlineDraft.objects.exists()


def test_a_kind_switched_off_meanwhile_takes_nothing_and_says_so(client, sliven, kind):
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven))
    with municipality_scope(sliven):
        ApplicationKind.objects.filter(pk=kind.pk).update(is_online=False)
    answer = client.get(reverse("apply_check", args=[token]))
    assert answer.status_code == 409
    assert "tel:044000100" in text(answer)
    assert client.post(reverse("apply_check", args=[token]), {"shown": "x"}).status_code == 409
    with municipality_scope(sliven):
        assert not Application.objects.exists()


def test_a_start_without_end_is_slowed_down(client, kind, monkeypatch):
    monkeypatch.setattr(views, "STARTS", Limit("test_start", amount=2, seconds=3600))
    for _n in range(2):
        online.begin(client, kind)
    answer = client.post("/zayavlenie/zapochni/", {"obshtina": "sliven", "vid": kind.code})
    assert answer.status_code == 429


# Nonsense


NONSENSE = {
    "NUL": "\x00",
    "surrogate": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "huge": "я" * 20_000,
    "number": "9" * 40,
    "negative": "-1",
    "markup": "<script>{{ x }}</script>",
}


@pytest.mark.parametrize("value", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_on_every_step_is_an_error_in_words(client, sliven, kind, value):
    client.is_careful = False  # what is sent comes back as text, braces and all
    question = KindQuestionFactory(municipality=sliven, kind=kind, form="date", is_required=True)
    step = f"vapros-{question.pk}"
    name = f"q{question.pk}"
    given = online.answers(
        sliven, **{step: {f"{name}_0": "1", f"{name}_1": "3", f"{name}_2": "2020"}}
    )
    given["za-kogo"] = {"on_behalf": "child"}
    given["zayavitel"] = {"applicant_name": "Иван Измислен", "right": "родител", "paper": ""}
    token = online.begin(client, kind)
    for step in list(given):
        where = online.fill(client, token, given, to=step)
        if where.endswith("/proverka/"):
            break
        fields = dict.fromkeys(given[step], value) or {"version": value, "paper": value}
        assert client.post(where, fields).status_code in (302, 422)
        assert client.post(where, {**fields, "po_kasno": "1"}).status_code in (302, 422)
        assert client.get(where).status_code == 200
        client.post(where, given[step])
    assert client.post(reverse("apply_check", args=[token]), {"shown": value}).status_code < 500


@pytest.mark.parametrize("token", ["x", "A" * 42, "A" * 44, "%00" * 15])
def test_what_is_no_token_is_no_page(client, db, token):
    assert client.get(f"/zayavlenie/{token}/").status_code == 404
