"""Kinds of application and notices in the admin: what a municipality sets without a programmer."""

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from referrals.kinds import reading
from referrals.models import ApplicationKind, Attachment, KindPaper, KindQuestion, PrivacyNotice
from tests.factories import OfficeFactory
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindPaperFactory,
    KindQuestionFactory,
    PrivacyNoticeFactory,
)
from tests.projects.test_admin import errors, filled, new_row
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
KINDS = "/admin/referrals/applicationkind/"
NOTICES = "/admin/referrals/privacynotice/"
EVERYBODY_ELSE = ["specialist", "manager", "dpo", "provider", "operator"]
TODAY = timezone.localdate


@pytest.fixture
def kind(sliven):
    return ApplicationKindFactory(municipality=sliven, name="Желание", number_code="ЖЕЛ")


def page_of(row, base=KINDS) -> str:
    return f"{base}{row.pk}/change/"


def again(row):
    with municipality_scope(row.municipality):
        return type(row).objects.get(pk=row.pk)


def question(**changes) -> dict[str, str]:
    fields = {"label": "Нов въпрос?", "hint": "", "form": "text", "asked": "both", "choices": ""}
    return new_row("questions", **{"order": "", "is_active": "on"} | fields | changes)


# Kinds


@pytest.mark.parametrize("role", ["administrator", "head"])
def test_those_who_keep_kinds_see_the_shipped_ones(request, sliven, role):
    begin(sliven)
    client = request.getfixturevalue(role)
    text = client.get(KINDS).content.decode()
    assert "Желание за ползване на социална услуга" in text
    assert 'class="field-basis">непотвърдено</td>' in text
    for kind in rows_of(sliven, ApplicationKind):
        response = client.get(page_of(kind))
        assert response.status_code == 200
        data = filled(client, page_of(kind))
        assert client.post(page_of(kind), data).status_code == 302


@pytest.mark.parametrize("role", EVERYBODY_ELSE)
@pytest.mark.parametrize("base", [KINDS, NOTICES])
def test_nobody_else_sees_any(request, role, base, kind):
    client = request.getfixturevalue(role)
    for url in (base, f"{base}add/", f"{base}{kind.pk}/change/"):
        assert client.get(url).status_code in (302, 403)
        assert client.post(url, {}).status_code in (302, 403)


def test_a_kind_of_elena_is_answered_like_none(administrator, elena):
    foreign = ApplicationKindFactory(municipality=elena)
    notice = PrivacyNoticeFactory(municipality=elena)
    for base, row in ((KINDS, foreign), (NOTICES, notice)):
        answers = [administrator.get(f"{base}{pk}/change/") for pk in (row.pk, row.pk + 1000)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert f"{base}{row.pk}/" not in administrator.get(base).content.decode()


def test_the_first_own_kind_is_made_and_taken(administrator, sliven):
    data = filled(
        administrator,
        f"{KINDS}add/",
        name="Заявление за топъл обяд",
        public_name="Искам топъл обяд",
        statement="Моля да получавам топъл обяд.",
        nature="request",
        number_code="ТО",
        is_on="on",
        is_online="on",
        order="0",
    )
    data |= question(label="Колко души?", form="number")
    response = administrator.post(f"{KINDS}add/", data, follow=True)
    assert "се приема с непотвърдено основание" in response.content.decode()
    (made,) = reading.kinds_online(sliven)
    assert (made.name, made.municipality) == ("Заявление за топъл обяд", sliven)
    with municipality_scope(sliven):
        (asked,) = reading.questions_for(made, "self", "citizen")
        assert reading.answers_form([asked])({f"q{asked.pk}": "3"}).is_valid()


def test_a_question_with_choices_needs_no_programmer(head, kind, sliven):
    KindQuestionFactory(municipality=sliven, kind=kind, order=7)
    row = question(form="one", choices="сам\r\n\r\n със семейство \r\n") | {
        "questions-1-only_for": ["child", "ward"]
    }
    row = {name.replace("-0-", "-1-"): value for name, value in row.items()}
    row |= {"questions-TOTAL_FORMS": "2", "questions-INITIAL_FORMS": "1"}
    response = head.post(page_of(kind), filled(head, page_of(kind)) | row)
    assert response.status_code == 302, errors(response)
    made = rows_of(sliven, KindQuestion)[-1]
    assert made.choices == ["сам", "със семейство"]
    assert (made.only_for, made.order) == (["child", "ward"], 8)
    text = head.get(page_of(kind)).content.decode()
    assert ">\nсам\nсъс семейство</textarea>" in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"form": "one"}, "Напишете поне два възможни отговора"),
        ({"form": "several", "choices": "един"}, "Напишете поне два възможни отговора"),
        ({"form": "one", "choices": "да\nне\nда"}, "„да“ е изброено два пъти."),
        ({"form": "one", "choices": f"а\n{'б' * 121}"}, "на ред се събират 120 знака"),
        ({"form": "one", "choices": "\n".join("абвгдежзийклмнопрстуфхцчшщъьюя1234")}, "Най-много"),
        ({"form": "text", "choices": "да\nне"}, "Такъв отговор се пише свободно."),
        ({"form": "one", "choices": "да\x00\nне"}, "знак, който не може да се запише"),
        ({"form": "картинка"}, "картинка"),
        ({"only_for": "никой"}, "никой"),
        ({"label": ""}, "Попълнете това поле."),
        ({"label": "а" * 201}, "200"),
        ({"order": "-1"}, "0"),
        ({"order": "9" * 30}, "32767"),
    ],
)
def test_a_wrong_question_is_refused_in_words(administrator, kind, changes, message):
    data = filled(administrator, page_of(kind)) | question(**changes)
    assert message in errors(administrator.post(page_of(kind), data))


def test_a_question_that_was_answered_is_switched_off_and_not_deleted(administrator, kind, sliven):
    asked = KindQuestionFactory(municipality=sliven, kind=kind, label="Как живеете?")
    unused = KindQuestionFactory(municipality=sliven, kind=kind)
    ApplicationFactory(
        municipality=sliven, kind=kind,
        answers=[{"question": asked.pk, "label": asked.label, "value": "сам"}],
    )  # fmt: skip
    url = page_of(kind)
    form = filled(administrator, url)
    numbers = {form[f"questions-{n}-id"]: n for n in range(2)}
    deleting = form | {f"questions-{numbers[str(asked.pk)]}-DELETE": "on"}
    assert "„Как живеете?“ има отговори" in errors(administrator.post(url, deleting))
    off = {k: v for k, v in form.items() if k != f"questions-{numbers[str(asked.pk)]}-is_active"}
    off[f"questions-{numbers[str(unused.pk)]}-DELETE"] = "on"
    assert administrator.post(url, off).status_code == 302
    assert [(q.pk, q.is_active) for q in rows_of(sliven, KindQuestion)] == [(asked.pk, False)]


def test_a_paper_that_was_added_is_not_deleted(administrator, kind, sliven):
    paper = KindPaperFactory(municipality=sliven, kind=kind, name="Пълномощно")
    application = ApplicationFactory(municipality=sliven, kind=kind)
    with municipality_scope(sliven):
        Attachment.objects.create(
            municipality=sliven, application=application, paper=paper, name="a.pdf",
            content_type="application/pdf", size=1, path=f"{sliven.pk}/{'0' * 32}",
        )  # fmt: skip
    data = filled(administrator, page_of(kind)) | {"papers-0-DELETE": "on"}
    assert "„Пълномощно“ е приложен към заявления" in errors(
        administrator.post(page_of(kind), data)
    )
    assert len(rows_of(sliven, KindPaper)) == 1


def test_a_paper_for_reference_is_not_also_asked_for(administrator, kind):
    row = new_row("papers", name="Лична карта", hint="", is_required="on", is_for_reference="on")
    data = filled(administrator, page_of(kind)) | row
    assert "се показва, не се иска" in errors(administrator.post(page_of(kind), data))


def test_a_used_kind_keeps_its_nature_and_code_and_is_not_deleted(administrator, kind, sliven):
    ApplicationFactory(municipality=sliven, kind=kind, number_year=TODAY().year)
    url = page_of(kind)
    data = filled(administrator, url, name="Друго име") | {
        "number_code": "НОВО",
        "nature": "alert",
    }
    assert administrator.post(url, data).status_code == 302
    stored = again(kind)
    assert (stored.name, stored.number_code, stored.nature) == ("Друго име", "ЖЕЛ", "wish")
    assert administrator.post(f"{KINDS}{kind.pk}/delete/", {"post": "yes"}).status_code == 403
    assert again(kind)


def test_a_code_may_change_in_the_next_year(administrator, kind, sliven):
    ApplicationFactory(municipality=sliven, kind=kind, number_year=TODAY().year - 1)
    data = filled(administrator, page_of(kind), number_code="НОВО")
    assert administrator.post(page_of(kind), data).status_code == 302
    assert again(kind).number_code == "НОВО"


def test_only_an_unused_kind_of_ones_own_is_deleted(administrator, kind, sliven):
    begin(sliven)
    wish = next(row for row in rows_of(sliven, ApplicationKind) if row.code == "wish")
    assert administrator.post(f"{KINDS}{wish.pk}/delete/", {"post": "yes"}).status_code == 403
    assert administrator.post(f"{KINDS}{kind.pk}/delete/", {"post": "yes"}).status_code == 302
    assert kind.pk not in {row.pk for row in rows_of(sliven, ApplicationKind)}
    action = {"action": "delete_selected", "_selected_action": [wish.pk], "post": "yes"}
    administrator.post(KINDS, action)
    assert again(wish)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"is_verified": "on", "legal_basis": "чл. 73"}, "Напишете кога сте сверили"),
        ({"is_verified": "on", "verified_on": "1.3.2026"}, "Напишете с кой текст на закона"),
        ({"is_verified": "on", "verified_on": "1.3.2099"}, "Денят на сверката е в бъдещето."),
        ({"is_verified": "on", "verified_on": "вчера", "legal_basis": "х"}, "дата"),
        ({"number_code": "ИЗХ"}, "С „ИЗХ“ се номерират изходящите писма."),
        ({"number_code": "su"}, "Само главни букви на кирилица."),
        ({"number_code": "ЗАЕТ"}, "Друг вид вече има това означение."),
        ({"nature": "alert", "is_online": "on", "asks_service": ""}, "Сигнал се приема от служ"),
        ({"nature": "alert", "asks_service": "on"}, "По сигнал услуга не се заявява"),
        ({"norm_code": "nyama"}, "nyama"),
        ({"office": "999999"}, "възможните избори"),
        ({"name": "а\x00"}, "знак, който не може да се запише"),
        ({"order": "99999999999"}, "32767"),
    ],
)
def test_a_wrong_kind_is_refused_in_words(administrator, kind, sliven, changes, message):
    ApplicationKindFactory(municipality=sliven, number_code="ЗАЕТ")
    data = filled(administrator, page_of(kind), **changes)
    assert message in errors(administrator.post(page_of(kind), data))


def test_online_needs_to_be_taken_at_all(administrator, kind):
    data = filled(administrator, page_of(kind))
    del data["is_on"]
    assert "Първо отбележете „приема се“." in errors(administrator.post(page_of(kind), data))


def test_an_office_of_elena_cannot_be_chosen(administrator, kind, elena):
    office = OfficeFactory(municipality=elena, name="Чужд офис")
    assert "Чужд офис" not in administrator.get(page_of(kind)).content.decode()
    data = filled(administrator, page_of(kind), office=office.pk)
    assert "възможните избори" in errors(administrator.post(page_of(kind), data))


def test_a_question_of_another_kind_or_municipality_cannot_be_moved_here(
    administrator, kind, elena, sliven
):
    foreign = KindQuestionFactory(
        municipality=elena, kind=ApplicationKindFactory(municipality=elena), label="Чужд въпрос"
    )
    row = question(id=foreign.pk, label="Сменен") | {"questions-INITIAL_FORMS": "1"}
    response = administrator.post(page_of(kind), filled(administrator, page_of(kind)) | row)
    assert response.status_code in (200, 302)
    assert again(foreign).label == "Чужд въпрос"
    assert rows_of(sliven, KindQuestion) == []


def test_a_verification_that_is_taken_back_takes_its_day_along(administrator, kind):
    data = filled(administrator, page_of(kind), legal_basis="чл. 1", verified_on="1.3.2026")
    assert administrator.post(page_of(kind), data | {"is_verified": "on"}).status_code == 302
    assert again(kind).verified_on == dt.date(2026, 3, 1)
    assert administrator.post(page_of(kind), data).status_code == 302
    stored = again(kind)
    assert (stored.is_verified, stored.verified_on) == (False, None)


def test_the_history_of_a_kind_says_who_did_what(administrator, kind):
    data = filled(administrator, page_of(kind), name="Ново име")
    administrator.post(page_of(kind), data)
    text = administrator.get(f"{KINDS}{kind.pk}/history/").content.decode()
    assert "наименование" in text.lower()
    assert "Changed" not in text


def test_the_page_of_a_kind_costs_the_same_for_any_number(administrator, queries, kind, sliven):
    def make(count: int) -> None:
        for _n in range(count):
            KindQuestionFactory(municipality=sliven, kind=kind)
            KindPaperFactory(municipality=sliven, kind=kind)
            OfficeFactory(municipality=sliven)

    queries.assert_same(administrator, page_of(kind), make, name="admin: a kind", at_most=21)


def test_the_list_of_kinds_costs_the_same_for_any_number(administrator, queries, sliven):
    def make(count: int) -> None:
        ApplicationKindFactory.create_batch(count, municipality=sliven)

    queries.assert_same(administrator, KINDS, make, name="admin: kinds", at_most=20)


# Notices


@pytest.fixture
def notice(sliven):
    return PrivacyNoticeFactory(municipality=sliven, version=1, text="Пазим данните ви.")


def test_a_notice_in_force_is_read_and_not_changed(administrator, notice):
    text = administrator.get(page_of(notice, NOTICES)).content.decode()
    assert "Пазим данните ви." in text
    assert "<textarea" not in text
    answer = administrator.post(page_of(notice, NOTICES), {"text": "Друго", "valid_from": "1.1.27"})
    assert answer.status_code == 403
    delete = f"{NOTICES}{notice.pk}/delete/"
    assert administrator.post(delete, {"post": "yes"}).status_code == 403
    assert again(notice).text == "Пазим данните ви."


def test_the_next_version_begins_with_the_words_of_the_last(head, notice, sliven):
    data = filled(head, f"{NOTICES}add/")
    assert data["text"].strip() == "Пазим данните ви."
    assert head.post(f"{NOTICES}add/", data | {"text": "Втори текст"}).status_code == 302
    latest = reading.notice_in_force(sliven)
    assert (latest.version, latest.text) == (2, "Втори текст")


def test_a_version_to_come_may_be_corrected_and_taken_back(administrator, notice, sliven):
    later = TODAY() + dt.timedelta(days=30)
    data = {"text": "За догодина", "valid_from": f"{later:%d.%m.%Y}"}
    assert administrator.post(f"{NOTICES}add/", data).status_code == 302
    (coming,) = (row for row in rows_of(sliven, PrivacyNotice) if row.version == 2)
    url = page_of(coming, NOTICES)
    assert administrator.post(url, data | {"text": "Поправен"}).status_code == 302
    assert again(coming).text == "Поправен"
    assert reading.notice_in_force(sliven) == notice
    early = data | {"valid_from": f"{TODAY():%d.%m.%Y}"}
    assert "Предишната версия е в сила от" in errors(administrator.post(f"{NOTICES}add/", early))
    assert administrator.post(f"{NOTICES}{coming.pk}/delete/", {"post": "yes"}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"valid_from": "1.1.2020"}, "започва от днес или по-късно"),
        ({"valid_from": "1.1.9999"}, "Проверете годината."),
        ({"valid_from": "1.1.0001"}, "Проверете годината."),
        ({"valid_from": ""}, "Попълнете това поле."),
        ({"valid_from": "\x00"}, "дата"),
        ({"text": ""}, "Попълнете това поле."),
        ({"text": "а" * 8001}, "8000"),
        ({"text": "а\x00"}, "знак, който не може да се запише"),
    ],
)
def test_a_wrong_version_is_refused_in_words(administrator, notice, sliven, changes, message):
    data = filled(administrator, f"{NOTICES}add/") | changes
    assert message in errors(administrator.post(f"{NOTICES}add/", data))
    assert len(rows_of(sliven, PrivacyNotice)) == 1
