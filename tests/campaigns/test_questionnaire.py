"""Filling a questionnaire: open to all or by a link, nobody's, once for each form, nothing lost."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from campaigns.models import Study, StudyAnswer, StudyQuestion, StudyResponse
from campaigns.studies import answering, views_questionnaire
from campaigns.studies.errors import StudyRefused
from campaigns.studies.questions import Given
from municipalities.links import without_tokens
from municipalities.tenancy import municipality_scope
from tests.factories import SettlementFactory
from tests.factories_campaigns import StudyFactory, StudyQuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits():
    cache.clear()


@pytest.fixture
def study(sliven) -> Study:
    return StudyFactory(municipality=sliven, title="Какво липсва", opening="Отнема минута.")


@pytest.fixture
def questions(sliven, study) -> dict[str, StudyQuestion]:
    """A question of each form, by form; only the first has to be answered."""
    of_it = {"municipality": sliven, "study": study}
    SettlementFactory(municipality=sliven, kind="с.", name="Тополица", ekatte="72757")
    made = [
        StudyQuestionFactory(**of_it, label="Ползвате ли услуга?", section="За вас",
                             is_required=True),
        StudyQuestionFactory(**of_it, label="Какво ви липсва?", form="several",
                             choices=["патронаж", "дневен център", "транспорт"]),
        StudyQuestionFactory(**of_it, label="Доволни ли сте?", form="scale", choices=[],
                             lowest_means="никак", highest_means="много", section="Оценка"),
        StudyQuestionFactory(**of_it, label="На колко години сте?", form="number", choices=[]),
        StudyQuestionFactory(**of_it, label="Къде живеете?", form="settlement", choices=[]),
        StudyQuestionFactory(**of_it, label="Друго?", form="text", choices=[]),
    ]  # fmt: skip
    return {row.form: row for row in made}


def url_of(study: Study, token: str = "") -> str:
    base = f"/prouchvaniya/{study.municipality.slug}/{study.slug}/anketa/"
    return f"{base}{token}/" if token else base


def whole(questions) -> dict:
    return {
        f"v{questions['one'].pk}": "да",
        f"v{questions['several'].pk}": ["патронаж", "транспорт"],
        f"v{questions['scale'].pk}": "4",
        f"v{questions['number'].pk}": "67,5",
        f"v{questions['settlement'].pk}": "с. Тополица",
        f"v{questions['text'].pk}": "Повече автобуси",
        "form_key": str(uuid.uuid4()),
    }


def kept(sliven) -> list[StudyResponse]:
    with municipality_scope(sliven):
        return list(StudyResponse.objects.order_by("pk"))


def test_a_form_is_kept_once_in_its_words_and_without_a_name(client, sliven, study, questions):
    page = client.get(url_of(study)).content.decode()
    assert "Отнема минута." in page
    assert page.index("За вас") < page.index("Какво ви липсва?") < page.index("Оценка")
    assert "1 – никак" in page
    assert "извън общината" in page
    sent = whole(questions)
    for _ in range(2):
        answer = client.post(url_of(study), sent)
        assert answer.status_code == 302
        assert "Благодарим" in client.get(answer["Location"]).content.decode()
    (response,) = kept(sliven)
    with municipality_scope(sliven):
        given = {row.question.form: row for row in response.answers.select_related("question")}
    assert given["one"].chosen == ["да"]
    assert given["several"].chosen == ["патронаж", "транспорт"]
    assert given["scale"].number == 4
    assert given["number"].number == Decimal("67.5")
    assert given["settlement"].chosen == ["с. Тополица"]
    assert given["text"].words == "Повече автобуси"
    columns = {field.name for field in StudyResponse._meta.get_fields()}
    assert columns == {"id", "municipality", "study", "day", "is_from_paper", "form_key", "answers"}
    assert list(client.cookies) == ["csrf"]


def test_what_is_wrong_is_said_on_top_and_what_was_given_stays(client, sliven, study, questions):
    wrong = {
        **whole(questions),
        f"v{questions['one'].pk}": "",
        f"v{questions['number'].pk}": "много",
        f"v{questions['scale'].pk}": "6",
    }
    answer = client.post(url_of(study), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert f'href="#id_v{questions["one"].pk}_0"' in page
    assert "Повече автобуси" in page
    assert 'value="много"' in page
    assert page.count("checked") >= 2
    assert kept(sliven) == []


@pytest.mark.parametrize("nonsense", ["a\x00b", "9" * 400, "\ud800", "-5", "1e9", "∞"])
def test_nonsense_is_refused_in_words(client, sliven, study, questions, nonsense):
    for form in ("one", "several", "scale", "number", "settlement"):
        sent = {**whole(questions), f"v{questions[form].pk}": nonsense}
        answer = client.post(url_of(study), {k: _sendable(v) for k, v in sent.items()})
        assert answer.status_code == 422, (form, nonsense)
    assert client.post(url_of(study), {**whole(questions), "form_key": "x"}).status_code == 422
    assert kept(sliven) == []


def _sendable(value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def test_an_empty_form_and_another_studys_form_are_refused(client, sliven, study, questions):
    with municipality_scope(sliven):
        StudyQuestion.objects.update(is_required=False)
    answer = client.post(url_of(study), {"form_key": str(uuid.uuid4())})
    assert "Отговорете поне на един въпрос." in answer.content.decode()
    sent = whole(questions)
    client.post(url_of(study), sent)
    other = StudyFactory(municipality=sliven)
    mine = StudyQuestionFactory(municipality=sliven, study=other)
    again = client.post(url_of(other), {f"v{mine.pk}": "да", "form_key": sent["form_key"]})
    assert again.status_code == 422
    assert "от друга анкета" in again.content.decode()
    with municipality_scope(sliven), pytest.raises(StudyRefused):
        answering.answer(
            study=other, form_key=uuid.uuid4(), given=[Given(questions["one"], chosen=("да",))]
        )
    assert len(kept(sliven)) == 1


def test_a_closed_questionnaire_says_so_and_takes_nothing(client, sliven, study, questions):
    today = timezone.localdate()
    day = dt.timedelta(1)
    for opens, closes, words in (
        (today - 2 * day, today - day, "Отговори се приемаха до"),
        (today + day, today + 2 * day, "Отваря се на"),
        (None, None, "Сега не се приемат отговори."),
    ):
        with municipality_scope(sliven):
            Study.objects.filter(pk=study.pk).update(opens_on=opens, closes_on=closes)
        page = client.get(url_of(study))
        assert page.status_code == 200
        assert words in page.content.decode()
        assert client.post(url_of(study), whole(questions)).status_code == 409
    assert kept(sliven) == []


def test_what_is_not_for_citizens_or_is_by_link_is_missing(client, sliven, elena):
    hidden = StudyFactory(municipality=sliven, is_public=False)
    StudyQuestionFactory(municipality=sliven, study=hidden)
    by_link = StudyFactory(municipality=sliven)
    StudyQuestionFactory(municipality=sliven, study=by_link)
    with municipality_scope(sliven):
        answering.open_until(study=by_link, until=timezone.localdate(), by_link=True)
    for url in (
        url_of(hidden),
        url_of(by_link),
        f"/prouchvaniya/elena/{by_link.slug}/anketa/",
        "/prouchvaniya/sliven/nyama/anketa/",
    ):
        assert client.get(url).status_code == 404
        assert client.post(url, {}).status_code == 404


def test_a_link_opens_its_own_hidden_study_and_nothing_else(client, sliven, elena):
    study = StudyFactory(municipality=sliven, is_public=False, title="За поканени")
    question = StudyQuestionFactory(municipality=sliven, study=study)
    other = StudyFactory(municipality=sliven)
    with municipality_scope(sliven):
        study = answering.open_until(study=study, until=timezone.localdate(), by_link=True)
        token = answering.token_of(study)
        assert answering.link_of(study).endswith(url_of(study, token))
    page = client.get(url_of(study, token))
    assert "За поканени" in page.content.decode()
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["X-Robots-Tag"] == "noindex"
    assert token not in without_tokens(url_of(study, token))
    sent = {f"v{question.pk}": "да", "form_key": str(uuid.uuid4())}
    assert client.post(url_of(study, token), sent).status_code == 302
    assert len(kept(sliven)) == 1
    gone = [
        client.get(url_of(other, token)),
        client.get(url_of(study, "x")),
        client.get(f"/prouchvaniya/elena/{study.slug}/anketa/{token}/"),
        client.get(url_of(study, "я" * 300)),
    ]
    assert {answer.status_code for answer in gone} == {404}
    assert len({answer.content.split(b"<main")[1] for answer in gone}) == 1


def test_one_address_may_send_many_but_not_without_end(client, sliven, study, monkeypatch):
    question = StudyQuestionFactory(municipality=sliven, study=study)
    limit = views_questionnaire.Limit("study_questionnaire", amount=2, seconds=3600)
    monkeypatch.setattr(views_questionnaire, "ANSWERS", limit)
    codes = [
        client.post(url_of(study), {f"v{question.pk}": "да", "form_key": str(uuid.uuid4())})
        for _ in range(3)
    ]
    assert [answer.status_code for answer in codes] == [302, 302, 429]
    assert len(kept(sliven)) == 2


def test_verbs_open_close_and_refuse(sliven, study):
    today = timezone.localdate()
    with municipality_scope(sliven):
        with pytest.raises(StudyRefused, match="няма въпроси"):
            answering.open_until(study=study, until=today, by_link=False)
        StudyQuestionFactory(municipality=sliven, study=study)
        with pytest.raises(StudyRefused, match="от днес нататък"):
            answering.open_until(study=study, until=today - dt.timedelta(1), by_link=False)
        assert answering.open_until(study=study, until=today, by_link=False).is_open
        # Opened today, it can only be closed by forgetting that it was open.
        assert answering.close(study=study).opens_on is None
        Study.objects.filter(pk=study.pk).update(is_public=False)
        with pytest.raises(StudyRefused, match="само с връзка"):
            answering.open_until(study=study, until=today, by_link=False)


def test_a_copy_has_the_questions_and_nobodys_answers(sliven, study, questions):
    with municipality_scope(sliven):
        answering.answer(
            study=study,
            form_key=uuid.uuid4(),
            given=[Given(questions["one"], chosen=("да",))],
        )
        copied = answering.copy_of(study=study)
        assert [row.label for row in copied.questions.all()] == [
            row.label for row in study.questions.all()
        ]
        assert not copied.responses.exists()
        assert (copied.is_public, copied.is_open, copied.token_hash) == (False, False, "")
        assert copied.slug != study.slug
        assert StudyAnswer.objects.count() == 1


def test_a_paper_may_leave_anything_empty_and_be_taken_back(sliven, study, questions):
    with municipality_scope(sliven):
        answering.close(study=study)
        form = views_questionnaire.form_of(
            study, {"form_key": str(uuid.uuid4()), f"v{questions['text'].pk}": "x"}, is_paper=True
        )
        assert form.is_valid(), form.errors
        paper = answering.answer(
            study=study, form_key=uuid.uuid4(), given=form.given(), is_from_paper=True
        )
        assert paper.is_from_paper
        assert answering.take_back(study=study, response=paper.pk)
        assert not answering.take_back(study=study, response=paper.pk)
