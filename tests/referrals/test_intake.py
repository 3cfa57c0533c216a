"""Taking an application at the desk."""

from __future__ import annotations

import re
import uuid

import pytest
from django.utils import timezone

from frontoffice.models import Draft, Person, PersonRelation
from municipalities.audit import AccessEvent
from municipalities.models import NumberSeries
from municipalities.tenancy import municipality_scope
from referrals.models import Application, ApplicationEvent
from tests.factories import (
    ConsultationFactory,
    ConsultationTopicFactory,
    OfficeFactory,
    ServiceFactory,
    SettlementFactory,
)
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindPaperFactory,
    KindQuestionFactory,
)
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

NEW = "/rabotno-myasto/zayavleniya/novo/"
CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b")


@pytest.fixture
def wish(sliven):
    return ApplicationKindFactory(municipality=sliven, code="wish", name="Желание за услуга")


@pytest.fixture
def penka(sliven):
    return PersonFactory(
        municipality=sliven, given_name="Пенка", family_name="Измислена", phones="0888123456"
    )


def typed(**more) -> dict:
    """What a specialist sends for an oral wish, with ``more`` in it; None leaves a field out."""
    sent = {
        "kind": "wish",
        "channel": "oral",
        "on_behalf": "self",
        "need": "Трудно ми е сама вкъщи.",
        "reply_by": "phone",
        "form_key": str(uuid.uuid4()),
        "save": "1",
        **more,
    }
    return {name: value for name, value in sent.items() if value is not None}


def text_of(response) -> str:
    return response.content.decode()


def page_of(application) -> str:
    return f"/rabotno-myasto/zayavleniya/{application.pk}/"


# Registering


def test_an_oral_wish_of_a_known_person_is_registered(specialist, sliven, wish, penka):
    assert specialist.get(NEW).status_code == 200
    response = specialist.post(NEW, typed(person=penka.pk))
    (made,) = rows_of(sliven, Application)
    assert response["Location"] == f"{page_of(made)}prieto/"
    assert (made.person_id, made.given_name, made.phones) == (penka.pk, "Пенка", "0888123456")
    assert (made.state, made.owner, made.signature) == ("in_work", specialist.user, "none")
    assert made.confirmed_at is not None
    assert made.office == specialist.membership.office


def test_the_code_is_shown_once_and_opens_the_application(specialist, sliven, wish, penka):
    from referrals.secrets import is_secret

    response = specialist.post(NEW, typed(person=penka.pk))
    page = specialist.get(response["Location"])
    (made,) = rows_of(sliven, Application)
    code = CODE.search(text_of(page)).group()
    assert is_secret(code, made.secret_hash, sliven)
    assert made.number in text_of(page)
    again = text_of(specialist.get(response["Location"]))
    assert CODE.search(again) is None
    assert "Дай нов код" in again
    with municipality_scope(sliven):
        looks = AccessEvent.objects.filter(subject_kind="referrals.application")
        assert looks.count() == 1, "opened again within a minute it is one look"


def test_a_new_code_ends_the_old_one(specialist, sliven, wish, penka):
    from referrals.secrets import is_secret

    response = specialist.post(NEW, typed(person=penka.pk))
    old = CODE.search(text_of(specialist.get(response["Location"]))).group()
    (made,) = rows_of(sliven, Application)
    assert specialist.get(f"{page_of(made)}kod/").status_code == 200
    response = specialist.post(f"{page_of(made)}kod/")
    new = CODE.search(text_of(specialist.get(response["Location"]))).group()
    (made,) = rows_of(sliven, Application)
    assert is_secret(new, made.secret_hash, sliven)
    assert not is_secret(old, made.secret_hash, sliven)


def test_sent_twice_it_is_one_with_one_number(specialist, sliven, wish, penka):
    sent = typed(person=penka.pk)
    assert specialist.post(NEW, sent)["Location"] == specialist.post(NEW, sent)["Location"]
    assert len(rows_of(sliven, Application)) == 1
    (series,) = rows_of(sliven, NumberSeries)
    assert series.last == 1


@pytest.mark.parametrize(
    ("sent", "signature", "state"),
    [
        ({"channel": "phone"}, "none", "in_work"),
        ({"channel": "oral", "is_signed": "on"}, "hand", "in_work"),
        ({"channel": "paper", "is_signed": "on"}, "hand", "in_work"),
        ({"channel": "paper"}, "none", "received"),
        ({"channel": "post", "is_signed": "on"}, "hand", "in_work"),
        ({"channel": "email"}, "none", "received"),
        ({"channel": "email", "is_signed": "on"}, "kep", "in_work"),
        ({"channel": "ssev", "ssev_reference": "ССЕВ-1"}, "ssev", "in_work"),
    ],
)
def test_each_way_of_coming_is_a_statement_or_has_to_be_confirmed(
    specialist, sliven, wish, penka, sent, signature, state
):
    specialist.post(NEW, typed(person=penka.pk, **sent))
    (made,) = rows_of(sliven, Application)
    assert (made.signature, made.state) == (signature, state)
    assert (made.owner is None) == (made.confirmed_at is None) == (state == "received")


def test_what_came_by_post_has_its_own_day(specialist, sliven, wish, penka):
    day = timezone.localdate() - timezone.timedelta(days=3)
    specialist.post(NEW, typed(person=penka.pk, channel="post", received_on=f"{day:%d.%m.%Y}"))
    (made,) = rows_of(sliven, Application)
    assert made.received_on == made.clock_from == day


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"person": None}, "Намерете лицето"),
        ({"person": "999999999"}, "Това лице не е намерено"),
        ({"need": ""}, "Изберете услуга или напишете"),
        ({"channel": "ssev"}, "номера на съобщението"),
        ({"channel": "post", "received_on": "31.12.2999"}, "Този ден още не е дошъл"),
        ({"reply_by": "email"}, "Напишете е-поща"),
        ({"reply_by": "post"}, "Напишете адрес"),
        ({"on_behalf": "child"}, "името на този, който заявява"),
        ({"kind": "nyama"}, "вече не се приема"),
        ({"need": "ЕГН 6101057509"}, "Тук има ЕГН"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_registered(
    specialist, sliven, wish, penka, sent, words
):
    response = specialist.post(NEW, typed(**{"person": penka.pk, **sent}))
    assert response.status_code == 422
    assert words in text_of(response)
    assert rows_of(sliven, Application) == []


def test_a_kind_that_is_off_and_an_alert_are_not_offered(specialist, sliven, wish):
    ApplicationKindFactory(municipality=sliven, name="Изключено", is_on=False)
    ApplicationKindFactory(municipality=sliven, name="Сигнал", nature="alert", code="alert")
    page = text_of(specialist.get(NEW))
    assert "Желание за услуга" in page
    assert "Изключено" not in page
    assert 'value="alert"' not in page


def test_without_kinds_the_page_says_whom_to_ask(specialist):
    assert "никой вид не е включен" in text_of(specialist.get(NEW))
    assert specialist.post(NEW, typed()).status_code == 422


# For whom


def test_a_person_is_found_before_anything_is_saved(specialist, sliven, wish, penka):
    response = specialist.post(NEW, typed(person_query="penka", save=None))
    assert response.status_code == 200
    assert f'value="{penka.pk}"' in text_of(response)
    assert rows_of(sliven, Application) == []


def test_a_new_person_is_written_down_in_the_same_submit(specialist, sliven, wish):
    new_key = str(uuid.uuid4())
    sent = typed(
        person="",
        person_query="Вяра Нова",
        person_asked="Вяра Нова",
        **{"new-names": "Вяра Нова", "new-phones": "0888 765 432", "new-form_key": new_key},
    )
    response = specialist.post(NEW, sent)
    assert response.status_code == 302
    (vyara,) = rows_of(sliven, Person)
    (made,) = rows_of(sliven, Application)
    assert (made.person_id, made.full_name, made.phones) == (vyara.pk, "Вяра Нова", "0888765432")
    specialist.post(NEW, sent)
    assert len(rows_of(sliven, Person)) == len(rows_of(sliven, Application)) == 1


def test_who_may_be_the_same_is_shown_before_a_new_person_is_written_down(
    specialist, sliven, wish, penka
):
    sent = typed(
        person="",
        person_query="Пенка Измислена",
        person_asked="Пенка Измислена",
        **{"new-names": "Пенка Измислена", "new-form_key": str(uuid.uuid4())},
    )
    response = specialist.post(NEW, sent | {"new-phones": "0888 123 456"})
    assert response.status_code == 200
    assert "Може би е някой от тези хора" in text_of(response)
    assert rows_of(sliven, Application) == []
    # Whoever insists is believed.
    sent |= {"new-phones": "0888 123 456", "new-shown": f"{penka.pk} "}
    assert specialist.post(NEW, sent).status_code == 302
    assert len(rows_of(sliven, Person)) == 2


def test_a_wrong_form_writes_nobody_down(specialist, sliven, wish):
    sent = typed(person="", person_asked="Вяра", need="", **{"new-names": "Вяра Нова"})
    assert specialist.post(NEW, sent).status_code == 422
    assert rows_of(sliven, Person) == []


def test_a_recorded_parent_is_offered_and_taken_over(specialist, sliven, wish, penka):
    with municipality_scope(sliven):
        relation = PersonRelation.objects.create(
            municipality=sliven, person=penka, kind="parent", name="Мария Майчина",
            phones="0888999000", is_representative=True, basis="акт за раждане № 7",
            created_by=specialist.user, form_key=uuid.uuid4(),
        )  # fmt: skip
    looked = specialist.post(NEW, typed(person=penka.pk, look="1"))
    assert "Мария Майчина, родител – акт за раждане № 7" in text_of(looked)
    specialist.post(NEW, typed(person=penka.pk, relative=relation.pk))
    (made,) = rows_of(sliven, Application)
    assert (made.on_behalf, made.applicant_name) == ("child", "Мария Майчина")
    assert (made.applicant_right, made.phones) == ("акт за раждане № 7", "0888999000")
    assert made.given_name == "Пенка"


def test_a_relative_of_somebody_else_is_not_taken_over(specialist, sliven, wish, penka):
    other = PersonFactory(municipality=sliven)
    with municipality_scope(sliven):
        relation = PersonRelation.objects.create(
            municipality=sliven, person=other, kind="parent", name="Чужда Майка",
            created_by=specialist.user, form_key=uuid.uuid4(),
        )  # fmt: skip
    specialist.post(NEW, typed(person=penka.pk, relative=relation.pk))
    (made,) = rows_of(sliven, Application)
    assert (made.on_behalf, made.applicant_name) == ("self", "")


def test_a_merged_record_gives_its_place_to_the_kept_one(specialist, sliven, wish, penka):
    old = PersonFactory(municipality=sliven, merged_into=penka)
    specialist.post(NEW, typed(person=old.pk))
    (made,) = rows_of(sliven, Application)
    assert made.person_id == penka.pk


# What the kind asks


def test_questions_and_papers_of_the_kind_are_kept_with_their_words(
    specialist, sliven, wish, penka
):
    question = KindQuestionFactory(municipality=sliven, kind=wish, label="С кого живее?")
    online = KindQuestionFactory(
        municipality=sliven, kind=wish, label="Само през интернет?", asked="citizen"
    )
    card = KindPaperFactory(
        municipality=sliven, kind=wish, name="Лична карта", is_for_reference=True
    )
    telk = KindPaperFactory(municipality=sliven, kind=wish, name="Решение на ТЕЛК")
    page = text_of(specialist.get(NEW))
    assert "С кого живее?" in page
    assert "Само през интернет?" not in page
    assert "Лична карта (показан, без копие)" in page
    specialist.post(
        NEW,
        typed(
            person=penka.pk,
            papers=[card.pk, telk.pk],
            **{f"q{question.pk}": "Сама", f"q{online.pk}": "x"},
        ),
    )
    (made,) = rows_of(sliven, Application)
    assert [(one["label"], one["value"]) for one in made.answers] == [
        ("С кого живее?", "Сама"),
        ("Документ: Лична карта", "показан, без копие"),
        ("Документ: Решение на ТЕЛК", "приет"),
    ]
    with municipality_scope(sliven):
        told = ApplicationEvent.objects.get(kind="paper").told
    assert "Приехме от вас: Решение на ТЕЛК." in told
    assert "без да пазим копие: Лична карта." in told


def test_required_papers_that_were_not_brought_are_listed(specialist, sliven, wish, penka):
    KindPaperFactory(municipality=sliven, kind=wish, name="Решение на ТЕЛК", is_required=True)
    page = specialist.post(NEW, typed(person=penka.pk), follow=True)
    assert "Липсват документи" in text_of(page)


def test_a_kind_that_asks_for_no_service_takes_none(specialist, sliven, wish, penka):
    ApplicationKindFactory(municipality=sliven, code="drugo", name="Друго", asks_service=False)
    service = ServiceFactory(municipality=sliven)
    assert 'name="service"' not in text_of(specialist.get(f"{NEW}?vid=drugo"))
    specialist.post(NEW, typed(kind="drugo", person=penka.pk, service=service.pk))
    (made,) = rows_of(sliven, Application)
    assert made.service_id is None


def test_an_office_that_takes_a_kind_takes_it_from_everybody(specialist, sliven, wish, penka):
    other = OfficeFactory(municipality=sliven, name="Другият офис")
    with municipality_scope(sliven):
        wish.office = other
        wish.save()
    assert "Другият офис" in text_of(specialist.get(NEW))
    specialist.post(NEW, typed(person=penka.pk, office=specialist.membership.office_id))
    (made,) = rows_of(sliven, Application)
    assert made.office == other


# Carried over


def test_everything_of_a_consultation_is_carried_over(specialist, sliven, wish, penka):
    settlement = SettlementFactory(municipality=sliven)
    service = ServiceFactory(municipality=sliven, name="Домашен патронаж")
    topic = ConsultationTopicFactory(short_name="Патронаж")
    talk = ConsultationFactory(
        municipality=sliven, specialist=specialist.user, person=penka, note="Слиза трудно.",
        settlement=settlement, channel="phone",
    )  # fmt: skip
    with municipality_scope(sliven):
        talk.services.set([service])
        talk.topics.set([topic])
    page = specialist.get(f"{NEW}?konsultatsiya={talk.pk}")
    form = page.context["form"]
    assert form["need"].value() == "Слиза трудно.\nГоворихме за: Патронаж."
    assert form["channel"].value() == "phone"
    assert (form["service"].value(), form["settlement"].value()) == (service.pk, settlement.pk)
    assert f'name="person" value="{penka.pk}" checked' in text_of(page)
    specialist.post(
        NEW, typed(person=penka.pk, consultation=talk.pk, service=service.pk, need="Помощ")
    )
    (made,) = rows_of(sliven, Application)
    assert (made.consultation_id, made.service_id) == (talk.pk, service.pk)


def test_a_person_is_carried_over(specialist, wish, penka):
    assert "Пенка Измислена" in text_of(specialist.get(f"{NEW}?lice={penka.pk}"))


def test_a_wish_after_an_alert_is_tied_to_it(specialist, sliven, wish, penka):
    alert_kind = ApplicationKindFactory(municipality=sliven, nature="alert")
    alert = ApplicationFactory(municipality=sliven, kind=alert_kind, given_name="Пенка")
    page = specialist.get(f"{NEW}?signal={alert.pk}")
    assert f"вх. № {alert.number}" in text_of(page)
    assert f'value="{penka.pk}"' in text_of(page), "looked for by the name in the alert"
    specialist.post(NEW, typed(person=penka.pk, from_alert=alert.pk))
    made = next(row for row in rows_of(sliven, Application) if row.pk != alert.pk)
    assert made.from_alert_id == alert.pk


# Strangers' numbers and wrong ones


def test_what_is_of_another_municipality_is_not_there(specialist, elena, wish, penka, sliven):
    foreign_person = PersonFactory(municipality=elena)
    talk = ConsultationFactory(municipality=elena)
    foreign = ApplicationFactory(municipality=elena)
    for query in (
        f"lice={foreign_person.pk}",
        f"konsultatsiya={talk.pk}",
        f"signal={foreign.pk}",
        "lice=nyama",
        "konsultatsiya=" + "9" * 30,
        "signal=%00",
    ):
        assert specialist.get(f"{NEW}?{query}").status_code == 404, query
    for tail in ("prieto/", "protokol/", "promyana/", "kod/"):
        assert specialist.get(f"{page_of(foreign)}{tail}").status_code == 404, tail
    assert specialist.post(f"{page_of(foreign)}protokol/podpisan/").status_code == 404
    for name, value in (("person", foreign_person.pk), ("consultation", talk.pk)):
        sent = typed(**{"person": penka.pk, name: value})
        assert specialist.post(NEW, sent).status_code == 422
    assert rows_of(sliven, Application) == []


@pytest.mark.parametrize("value", ["\x00", "9" * 40, "-1", "<b>", "а" * 10_000, "31.12.9999"])
def test_nonsense_in_any_field_is_answered(specialist, sliven, wish, penka, value):
    names = (
        "kind", "channel", "on_behalf", "need", "reply_by", "form_key", "person", "person_query",
        "person_asked", "relative", "service", "settlement", "office", "phones", "email", "papers",
        "received_on", "consultation", "from_alert", "new-names", "new-form_key", "new-shown",
        "ssev_reference", "draft_tab", "draft_ticket",
    )  # fmt: skip
    for name in names:
        for button in ({}, {"look": "1"}, {"find": "1"}):
            sent = typed(**{"person": penka.pk, "channel": "post", name: value}, **button)
            assert specialist.post(NEW, sent).status_code in (200, 302, 422), (name, button)


# Drafts


def test_what_is_typed_is_a_draft_until_it_is_registered(specialist, sliven, wish, penka):
    page = specialist.get(NEW)
    fields = dict(re.findall(r'name="(draft_\w+)" value="([^"]*)"', text_of(page)))
    sent = typed(person=penka.pk, **fields, draft_sequence="1")
    assert specialist.post("/rabotno-myasto/chernovi/zapis/", sent).status_code == 200
    (draft,) = rows_of(sliven, Draft)
    assert draft.form == "application"
    resumed = specialist.get(f"{NEW}?chernova={fields['draft_tab']}")
    assert "Трудно ми е сама вкъщи." in text_of(resumed)
    assert "Пенка Измислена" in text_of(resumed)
    specialist.post(NEW, sent)
    (draft,) = rows_of(sliven, Draft)
    assert draft.closed_at is not None


# Signing, the protocol


def test_the_protocol_is_printed_and_its_signature_kept(specialist, sliven, wish, penka):
    page = specialist.post(NEW, typed(person=penka.pk), follow=True)
    (made,) = rows_of(sliven, Application)
    assert f"{page_of(made)}protokol/" in text_of(page)
    pdf = specialist.get(f"{page_of(made)}protokol/")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert "Пенка" not in pdf["Content-Disposition"]
    with municipality_scope(sliven):
        assert AccessEvent.objects.filter(action="printed", subject_id=made.pk).exists()
    for _twice in range(2):
        assert specialist.post(f"{page_of(made)}protokol/podpisan/").status_code == 302
    (made,) = rows_of(sliven, Application)
    assert made.signature == "hand"
    with municipality_scope(sliven):
        assert ApplicationEvent.objects.filter(kind="changed").count() == 1
