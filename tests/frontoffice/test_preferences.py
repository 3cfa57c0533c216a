"""What a desk is set to: topics on keys, templates of notes, the policy."""

from __future__ import annotations

import datetime as dt

import pytest

from frontoffice.demo import invented_egn
from frontoffice.models import ConsultationTopic, DeskPolicy, DeskTopic, NoteTemplate
from frontoffice.preferences.reading import ordered_topics, policy_of
from municipalities.models import Membership
from municipalities.tenancy import municipality_scope
from tests import factories, factories_desk

SETTINGS = "/rabotno-myasto/nastroyki/"
TOPICS = f"{SETTINGS}temi/"
POLICY = f"{SETTINGS}pravila/"
NEW = f"{SETTINGS}shabloni/nov/"


@pytest.fixture
def topics(db) -> list[ConsultationTopic]:
    ConsultationTopic.objects.all().delete()
    return [factories.ConsultationTopicFactory() for _ in range(10)]


def on_keys(*topics) -> dict:
    return {f"key_{n}": topic.pk for n, topic in enumerate(topics, start=1)}


@pytest.fixture
def membership(specialist, sliven) -> Membership:
    with municipality_scope(sliven):
        return Membership.objects.get(user=specialist.user)


def ordered(membership) -> list[ConsultationTopic]:
    with municipality_scope(membership.municipality):
        return ordered_topics(membership)


def test_without_settings_topics_stand_in_their_own_order(membership, topics):
    assert ordered(membership) == topics


def test_the_head_puts_topics_on_keys_and_they_come_first(head, membership, topics):
    response = head.post(TOPICS, on_keys(topics[9], topics[4]))
    assert response.status_code == 302
    assert ordered(membership)[:3] == [topics[9], topics[4], topics[0]]


def test_an_office_with_keys_of_its_own_does_not_follow_the_rest(head, membership, office, topics):
    head.post(TOPICS, on_keys(topics[9]))
    head.post(f"{TOPICS}?ofis={office.pk}", on_keys(topics[5]))
    assert ordered(membership)[:2] == [topics[5], topics[0]]
    head.post(f"{TOPICS}?ofis={office.pk}", {})
    assert ordered(membership)[0] == topics[9], "cleared, it follows the municipality again"


def test_the_same_topic_on_two_keys_is_refused_next_to_the_field(head, sliven, topics):
    response = head.post(TOPICS, on_keys(topics[1], topics[1]))
    assert response.status_code == 422
    assert response.context["form"].errors["key_2"] == ["Тази тема вече е на друг клавиш."]
    with municipality_scope(sliven):
        assert not DeskTopic.objects.exists()


def test_the_most_asked_topics_can_be_proposed(head, sliven, topics):
    for topic, times in ((topics[7], 3), (topics[2], 1)):
        for _ in range(times):
            factories.ConsultationFactory(municipality=sliven, topics=[topic])
    initial = head.get(f"{TOPICS}?po=upotreba").context["form"].initial
    assert initial == {"key_1": topics[7], "key_2": topics[2]}


@pytest.mark.parametrize("asked", ["x", "9" * 17, "9" * 40, "%00", "-1", "²"])
def test_an_office_that_is_not_there(head, topics, asked):
    assert head.get(f"{TOPICS}?ofis={asked}").status_code == 404
    assert head.post(f"{TOPICS}?ofis={asked}", on_keys(topics[3])).status_code == 404


def test_an_office_of_another_municipality_is_not_there(head, elena, topics):
    foreign = factories.OfficeFactory(municipality=elena)
    assert head.get(f"{TOPICS}?ofis={foreign.pk}").status_code == 404
    assert head.post(f"{TOPICS}?ofis={foreign.pk}", on_keys(topics[0])).status_code == 404


def template_of(client, sliven, **written) -> NoteTemplate:
    client.post(NEW, {"word": "/ТЕЛК", "text": "Обяснен е редът за ТЕЛК.", **written})
    with municipality_scope(sliven):
        return NoteTemplate.objects.latest("pk")


def test_a_specialists_template_is_their_own(specialist, colleague, sliven):
    template = template_of(specialist, sliven, for_all="on")
    assert template.word == "телк"
    assert template.owner == specialist.user, "only the head writes for all"
    assert "/телк" in specialist.get(SETTINGS).content.decode()
    assert "/телк" not in colleague.get(SETTINGS).content.decode()
    page = f"{SETTINGS}shabloni/{template.pk}/"
    assert colleague.get(page).status_code == 404
    assert colleague.post(f"{page}iztrivane/").status_code == 404


def test_the_heads_template_is_for_all_and_only_the_head_changes_it(head, specialist, sliven):
    template = template_of(head, sliven, for_all="on")
    assert template.owner is None
    page = f"{SETTINGS}shabloni/{template.pk}/"
    assert specialist.get(page).status_code == 404
    assert head.post(page, {"word": "телк", "text": "Друго.", "for_all": "on"}).status_code == 302
    with municipality_scope(sliven):
        assert NoteTemplate.objects.get().text == "Друго."
    head.post(f"{page}iztrivane/")
    with municipality_scope(sliven):
        assert not NoteTemplate.objects.exists()


def test_one_word_stands_for_one_template(specialist, sliven):
    template_of(specialist, sliven)
    response = specialist.post(NEW, {"word": "телк", "text": "Пак."})
    assert response.status_code == 422
    assert "Вече има шаблон" in response.content.decode()
    assert "Пак." in response.content.decode()


@pytest.mark.parametrize(
    ("word", "text", "said"),
    [
        ("две думи", "Текст.", "без интервал"),
        ("", "Текст.", "Напишете дума"),
        ("дума", "", "Напишете текста"),
        ("дума", f"ЕГН {invented_egn(dt.date(1894, 3, 12), 1)}", "Тук има ЕГН"),
    ],
)
def test_a_wrong_template_is_told_next_to_its_field(specialist, word, text, said):
    response = specialist.post(NEW, {"word": word, "text": text})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_the_policy_is_kept_and_read(head, sliven):
    response = head.post(
        POLICY,
        {
            "asks_reason": "always",
            "reasons": "Обади се по телефона\n\n Обади се   по телефона\nДойде на място",
            "reason_holds_minutes": "30",
            "known_for_days": "60",
            "smallest_count": "4",
        },
    )
    assert response.status_code == 302
    with municipality_scope(sliven):
        policy = policy_of(sliven)
    assert (policy.asks_reason, policy.smallest_count) == ("always", 4)
    assert policy.reasons == ["Обади се по телефона", "Дойде на място"]
    assert "Обади се по телефона" in head.get(POLICY).content.decode()


def test_a_wrong_policy_is_refused_and_what_was_typed_stays(head, sliven):
    response = head.post(POLICY, {"asks_reason": "x", "reasons": "Дойде", "smallest_count": "-1"})
    assert response.status_code == 422
    assert "Дойде" in response.content.decode()
    with municipality_scope(sliven):
        assert not DeskPolicy.objects.exists()


def test_a_specialist_does_not_set_the_desk(specialist):
    for page in (TOPICS, POLICY):
        assert specialist.get(page).status_code == 403
    assert "Промени" not in specialist.get(SETTINGS).content.decode()


def test_the_administrator_sets_the_desk_without_working_at_it(administrator, topics):
    assert administrator.get(SETTINGS).status_code == 200
    assert administrator.get(TOPICS).status_code == 200
    assert administrator.get(NEW).status_code == 403


def test_the_settings_cost_the_same_for_few_and_many_templates(specialist, sliven, queries):
    def few():
        factories_desk.NoteTemplateFactory(municipality=sliven, owner=specialist.user)

    def many():
        for _ in range(20):
            factories_desk.NoteTemplateFactory(municipality=sliven, owner=specialist.user)

    few()
    before = len(queries.of(specialist, SETTINGS))
    many()
    assert len(queries.of(specialist, SETTINGS)) == before
