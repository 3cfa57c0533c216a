"""One person's page: everything that happened, who reads which note, who is close to whom."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from frontoffice.dossier.models import PersonMerge, PersonNote
from frontoffice.dossier.relations import end_relation
from frontoffice.models import FollowUp, Handover, Person
from frontoffice.people import update_person
from municipalities.audit import AccessEvent
from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from tests.factories import ConsultationFactory, ConsultationTopicFactory, OfficeFactory
from tests.factories_desk import FollowUpFactory, PersonNoteFactory, PersonRelationFactory
from tests.factories_people import PersonFactory
from tests.support import people
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

EGN = "9521080015"


@pytest.fixture
def person(sliven):
    return PersonFactory(municipality=sliven, given_name="Вяра")


def page_of(person, **query) -> str:
    return reverse("person", args=[person.pk], query=query or None)


def read(client, person, **query) -> str:
    return client.get(page_of(person, **query)).content.decode()


def sources(client, person, **query) -> list[str]:
    return [event.source for event in client.get(page_of(person, **query)).context["events"]]


def note(**changed) -> dict:
    return {
        "text": "Идва с дъщеря си.",
        "visibility": "team",
        "form_key": str(uuid.uuid4()),
        **changed,
    }


def a_bit_of_everything(person, user) -> None:
    """One event of each kind, now."""
    owner, now = person.municipality, timezone.now()
    mine = {"municipality": owner, "person": person}
    with municipality_scope(owner):
        talk = ConsultationFactory(
            **mine, specialist=user, held_at=now, topics=[ConsultationTopicFactory()]
        )
        task = FollowUpFactory(**mine, owner=user)
        task.state, task.closed_at, task.closed_by = FollowUp.State.DONE, now, user
        task.save()
        Handover.objects.create(
            municipality=owner, follow_up=task, given_by=user, had_by=user, given_to=user
        )
        merged = PersonFactory(municipality=owner)
        PersonMerge.objects.create(
            municipality=owner, kept=person, merged=merged, by=user, undone_at=now, undone_by=user
        )
        AccessEvent.objects.create(
            municipality=owner,
            user=user,
            action="printed",
            subject_kind="frontoffice.consultation",
            subject_id=talk.pk,
        )
        update_person(person, version=Person.objects.get(pk=person.pk).version, note=f"{talk.pk}")
        PersonNoteFactory(**mine, author=user)
        close = PersonRelationFactory(**mine, other=merged, name="", created_by=user)
        end_relation(close)


class TestTimeline:
    def test_everything_is_there_newest_first(self, specialist, person):
        a_bit_of_everything(person, specialist.user)
        answer = specialist.get(page_of(person))
        events = answer.context["events"]
        assert sorted(event.source for event in events) == sorted(
            ["talk", "task", "closed", "given", "note", "relation", "ended", "merge", "undone",
             "sheet", "data", "data"]
        )  # fmt: skip
        assert [event.at for event in events] == sorted(
            (event.at for event in events), reverse=True
        )
        page = answer.content.decode()
        for words in (
            "Консултация", "Свършена задача", "Предадена задача", "Записан близък", "Прекратена",
            "Два записа са обединени", "разделени", "Отпечатан лист", "Променени данни",
            "Лицето е записано",
        ):  # fmt: skip
            assert words in page

    def test_changes_are_told_by_name_and_never_what_stands_in_them(
        self, specialist, sliven, person
    ):
        specialist.post(
            reverse("person_edit", args=[person.pk]),
            {
                "given_name": "Вяра",
                "family_name": "Измислена",
                "identifier_kind": "egn",
                "identifier": EGN,
                "phones": "0888 123 456",
                "form_key": str(person.form_key),
                "version": "1",
            },
        )
        event = specialist.get(page_of(person)).context["events"][0]
        assert event.source == "data"
        assert event.who == specialist.user.name
        assert {"ЕГН или ЛНЧ", "телефони", "рождена дата", "вид номер"} == set(event.fields)
        assert EGN not in read(specialist, person)

    def test_it_is_narrowed_by_kind_period_and_who_in_an_address_to_share(
        self, specialist, colleague, sliven, person
    ):
        long_ago = timezone.now() - dt.timedelta(days=400)
        mine = {"municipality": sliven, "person": person}
        ConsultationFactory(**mine, specialist=specialist.user)
        ConsultationFactory(**mine, specialist=colleague.user, held_at=long_ago)
        PersonNoteFactory(**mine, author=colleague.user)
        assert sources(specialist, person, vid="konsultatsii") == ["talk", "talk"]
        assert sources(specialist, person, vid="belezhki") == ["note"]
        assert sources(specialist, person, koy=colleague.user.pk) == ["note", "talk"]
        day = f"{timezone.localtime(long_ago):%d.%m.%Y}"
        assert sources(specialist, person, ot=day, do=day) == ["talk"]
        assert sources(colleague, person, ot=day, koy=specialist.user.pk) == ["talk"]
        page = read(specialist, person, vid="konsultatsii", koy=colleague.user.pk)
        assert f"?vid=belezhki&amp;koy={colleague.user.pk}" in page
        assert "Няма такива събития." in read(specialist, person, vid="listove")

    @pytest.mark.parametrize(
        "query",
        [
            {"vid": "няма"}, {"koy": "9" * 30}, {"koy": "x"}, {"ot": "31.02.2026"},
            {"ot": "1.1.2026", "do": "1.1.2025"}, {"page": "-7"}, {"page": "\x00"},
            {"vid": "\x00"}, {"koy": "\ud800"},
        ],
    )  # fmt: skip
    def test_a_wrong_filter_is_answered(self, specialist, person, query):
        query = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
        assert specialist.get(page_of(person), query).status_code == 200

    def test_five_hundred_events_are_on_pages_and_cost_as_much_as_five(
        self, specialist, sliven, person, queries
    ):
        specialist.get(page_of(person))

        def rows(n):
            for _ in range(n):
                a_bit_of_everything(person, specialist.user)

        queries.assert_same(specialist, page_of(person), rows, name="litse: vsichko", at_most=32)
        shown = specialist.get(page_of(person)).context["page_obj"]
        assert shown.paginator.count > 500
        assert len(shown) == 25

    def test_days_are_those_of_bulgaria(self, specialist, sliven, person):
        late = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)  # 01:30 on the next day
        ConsultationFactory(municipality=sliven, person=person, held_at=late)
        event = specialist.get(page_of(person, vid="konsultatsii")).context["events"][0]
        assert event.day == dt.date(2026, 3, 2)
        assert sources(specialist, person, vid="konsultatsii", ot="2.3.2026") == ["talk"]
        assert sources(specialist, person, vid="konsultatsii", do="1.3.2026") == []

    def test_the_soonest_open_task_is_the_next_step(self, specialist, sliven, person):
        today = timezone.localdate()
        mine = {"municipality": sliven, "person": person, "owner": specialist.user}
        FollowUpFactory(**mine, title="По-късна", due_on=today + dt.timedelta(days=9))
        soon = FollowUpFactory(**mine, title="Най-скорошна", due_on=today - dt.timedelta(days=1))
        FollowUpFactory(municipality=sliven, owner=specialist.user, title="Чужда")
        answer = specialist.get(page_of(person))
        assert answer.context["tasks"][0] == soon
        page = answer.content.decode()
        assert "закъсняла" in page
        assert "Чужда" not in page
        specialist.post(
            reverse("follow_up_close", args=[soon.pk]), {"state": "done", "ot-litse": "1"}
        )
        left = specialist.get(page_of(person)).context["tasks"]
        assert [task.title for task in left] == ["По-късна"]
        assert f"{reverse('follow_up_new')}?lice={person.pk}" in page

    def test_a_task_the_reader_does_not_see_is_not_told_of(self, specialist, head, sliven, person):
        other = OfficeFactory(municipality=sliven)
        elsewhere = people.member(sliven, Role.SPECIALIST, office=other)
        task = FollowUpFactory(
            municipality=sliven,
            person=person,
            owner=specialist.user,
            office=specialist.membership.office,
            title="Само за офиса",
        )
        with municipality_scope(sliven):
            Handover.objects.create(
                municipality=sliven,
                follow_up=task,
                given_by=specialist.user,
                had_by=specialist.user,
                given_to=specialist.user,
            )
        assert read(elsewhere, person).count("Само за офиса") == 0
        assert sources(elsewhere, person, vid="zadachi") == []
        for client in (specialist, head):
            assert sources(client, person, vid="zadachi") == ["given", "task"]
            assert "Предай" in read(client, person)
        colleague = people.member(sliven, Role.SPECIALIST, office=specialist.membership.office)
        page = read(colleague, person)
        assert "Само за офиса" in page
        assert "Предай" not in page


class TestNotes:
    def test_who_reads_which(self, specialist, colleague, head, sliven, person):
        for visibility, text in (("team", "За екипа"), ("head", "За двама"), ("own", "За мен")):
            PersonNoteFactory(
                municipality=sliven,
                person=person,
                author=specialist.user,
                visibility=visibility,
                text=text,
            )

        def texts(client) -> set[str]:
            page = read(client, person)
            return {text for text in ("За екипа", "За двама", "За мен") if text in page}

        assert texts(specialist) == {"За екипа", "За двама", "За мен"}
        assert texts(head) == {"За екипа", "За двама"}
        assert texts(colleague) == {"За екипа"}
        assert len(sources(colleague, person, vid="belezhki")) == 1
        assert (
            colleague.get(page_of(person, vid="belezhki")).context["page_obj"].paginator.count == 1
        )

    def test_one_is_written_once_and_removed_stays_in_the_table(self, specialist, sliven, person):
        sent = note(is_pinned="on")
        address = reverse("person_note_new", args=[person.pk])
        assert specialist.post(address, sent).url == page_of(person)
        specialist.post(address, sent)
        (made,) = rows_of(sliven, PersonNote)
        assert (made.author, made.is_pinned, made.visibility) == (specialist.user, True, "team")
        remove = reverse("person_note_remove", args=[person.pk, made.pk])
        assert "Да се махне ли" in specialist.get(remove).content.decode()
        specialist.post(remove)
        assert "Идва с дъщеря си." not in read(specialist, person)
        (made,) = rows_of(sliven, PersonNote)
        assert made.removed_at
        assert specialist.get(remove).status_code == 404

    def test_pinned_ones_stand_first(self, specialist, sliven, person):
        mine = {"municipality": sliven, "person": person, "author": specialist.user}
        pinned = PersonNoteFactory(**mine, is_pinned=True)
        other = PersonNoteFactory(**mine)
        shown = specialist.get(page_of(person)).context["notes"]
        assert [row for row, _may in shown] == [pinned, other]

    def test_what_a_colleague_saved_in_between_is_shown(self, specialist, head, sliven, person):
        mine = PersonNoteFactory(municipality=sliven, person=person, author=specialist.user)
        address = reverse("person_note", args=[person.pk, mine.pk])
        head.post(address, note(text="Пише ръководителят.", version="1"))
        answer = specialist.post(address, note(text="Пиша аз.", version="1"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Пише ръководителят." in page
        assert "Пиша аз." in page
        specialist.post(address, note(text="Пиша аз.", version="2"))
        assert rows_of(sliven, PersonNote)[0].text == "Пиша аз."

    def test_the_head_does_not_change_who_reads_it(self, specialist, head, sliven, person):
        mine = PersonNoteFactory(municipality=sliven, person=person, author=specialist.user)
        address = reverse("person_note", args=[person.pk, mine.pk])
        head.post(address, note(visibility="own", version="1"))
        assert rows_of(sliven, PersonNote)[0].visibility == "team"

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"text": ""}, "Напишете бележката."),
            ({"text": f"ЕГН {EGN}"}, "Тук има ЕГН."),
            ({"text": "\x00"}, "знак, който не може"),
            ({"text": "я" * 4001}, "4000"),
            ({"visibility": "всички"}, "Направете валиден избор"),
            ({"visibility": ""}, "Изберете кой чете бележката."),
        ],
    )
    def test_what_is_wrong_is_told(self, specialist, sliven, person, wrong, message):
        answer = specialist.post(reverse("person_note_new", args=[person.pk]), note(**wrong))
        assert answer.status_code == 422
        assert message.lower() in answer.content.decode().lower()
        assert rows_of(sliven, PersonNote) == []

    def test_what_one_may_not_change_is_missing(
        self, specialist, colleague, head, elena_specialist, sliven, person
    ):
        mine = {"municipality": sliven, "person": person, "author": specialist.user}
        own = PersonNoteFactory(**mine, visibility="own")
        team = PersonNoteFactory(**mine)
        other = PersonFactory(municipality=sliven)
        for client, of, row in (
            (head, person, own),
            (colleague, person, own),
            (colleague, person, team),
            (elena_specialist, person, team),
            (specialist, other, team),
        ):
            for name in ("person_note", "person_note_remove"):
                address = reverse(name, args=[of.pk, row.pk])
                assert client.get(address).status_code == 404
                assert client.post(address, note(version="1")).status_code == 404
        assert {row.version for row in rows_of(sliven, PersonNote)} == {1}

    def test_the_officer_reads_that_it_changed_and_not_what_it_says(self, dpo, sliven, person):
        PersonNoteFactory(municipality=sliven, person=person, text="Само за мен е.")
        from municipalities.trails import steps_of, trail_of

        with municipality_scope(sliven):
            (row,) = PersonNote.objects.all()
            _page, (step,) = steps_of(trail_of("frontoffice.personnote"), row.pk, 1)
        told = {change.name: change.after for change in step.changes}
        assert told["Бележка"] == "•••••• (скрито)"
        assert "Само за мен" not in str(step)


class TestAlikeAndMerged:
    def test_who_may_be_the_same_is_advised_with_reasons(self, specialist, sliven):
        mine = {"municipality": sliven, "given_name": "Мария", "phones": "0888123456"}
        person, other = PersonFactory(**mine), PersonFactory(**mine)
        page = read(specialist, person)
        assert "Може би е същото лице" in page
        assert "същият телефон" in page
        assert f"/{other.pk}/namereno/" in page
        PersonRelationFactory(municipality=sliven, person=person, other=other, name="")
        assert "Може би е същото лице" not in read(specialist, person)

    def test_a_merged_record_leads_to_the_kept_one(self, specialist, sliven, person):
        old = PersonFactory(municipality=sliven, merged_into=person)
        older = PersonFactory(municipality=sliven, merged_into=old)
        for one in (old, older):
            answer = specialist.get(page_of(one), follow=True)
            assert answer.redirect_chain[0][0] == page_of(person)
            assert "е обединен с този" in answer.content.decode()
            assert specialist.get(f"{page_of(one)}namereno/").url == page_of(person)
        new = specialist.get(reverse("consultation_new"), {"lice": older.pk})
        assert new.url.endswith(f"?lice={person.pk}")

    def test_what_is_sent_to_a_merged_record_is_not_lost(self, specialist, sliven, person):
        old = PersonFactory(municipality=sliven, merged_into=person)
        specialist.post(reverse("person_note_new", args=[old.pk]), note())
        assert rows_of(sliven, PersonNote)[0].person_id == person.pk
        answer = specialist.post(
            reverse("person_edit", args=[old.pk]),
            {"given_name": "Ема", "identifier_kind": "none", "form_key": str(old.form_key),
             "version": "1"},
        )  # fmt: skip
        assert answer.status_code == 422
        assert "Разлики" in answer.content.decode()
        assert {row.given_name for row in rows_of(sliven, Person)} == {"Вяра", old.given_name}


@pytest.mark.parametrize(
    "role", [Role.PROJECT_MANAGER, Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER]
)
def test_other_roles_open_none_of_it(sliven, person, role):
    client = people.member(sliven, role)
    row = PersonNoteFactory(municipality=sliven, person=person, author=client.user)
    tie = PersonRelationFactory(municipality=sliven, person=person)
    for name, args in (
        ("person_note_new", ()), ("person_note", (row.pk,)), ("person_note_remove", (row.pk,)),
        ("person_relation_new", ()), ("person_relation", (tie.pk,)),
        ("person_relation_end", (tie.pk,)), ("person_reason", ()),
    ):  # fmt: skip
        address = reverse(name, args=[person.pk, *args])
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
