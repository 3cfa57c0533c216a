"""Applications on the desk's pages: „Днес“, the page of a person, the merge of two records."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from frontoffice.dossier.merging import merge_people, undo_merge
from frontoffice.models import Person, PersonMerge
from municipalities.tenancy import municipality_scope
from referrals import workflow
from referrals.models import Application
from tests.factories import ConsultationTopicFactory
from tests.factories_applications import ApplicationFactory, ApplicationKindFactory
from tests.factories_people import PersonFactory
from tests.frontoffice.test_today import ASKS, DESK, LIVE, figures
from tests.support.queries import statements


@pytest.fixture
def kind(sliven):
    return ApplicationKindFactory(municipality=sliven, name="Желание за услуга")


@pytest.fixture
def person(sliven):
    return PersonFactory(municipality=sliven, given_name="Вяра", family_name="Измислена")


def test_the_day_counts_new_ones_mine_and_late_ones(specialist, colleague, sliven, kind):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    mine = {"municipality": sliven, "kind": kind, "owner": specialist.user, "state": "in_work"}
    ApplicationFactory(municipality=sliven, kind=kind)
    ApplicationFactory(**mine)
    ApplicationFactory(**mine, due_on=yesterday)
    ApplicationFactory(**mine | {"owner": colleague.user})
    ApplicationFactory(**mine | {"state": "waiting"}, due_on=yesterday, paused_on=yesterday)
    shown = figures(specialist)
    assert shown["нови заявления"] == "1"
    assert shown["заявления при мен"] == "3"
    assert shown["закъснели заявления"] == "1"


def test_an_application_of_another_municipality_is_not_counted(specialist, elena):
    ApplicationFactory(municipality=elena)
    assert figures(specialist)["нови заявления"] == "0"


def test_those_that_wait_for_me_stand_with_the_soonest_first(specialist, sliven, kind):
    today = timezone.localdate()
    mine = {"municipality": sliven, "kind": kind, "owner": specialist.user, "state": "in_work"}
    later = ApplicationFactory(**mine, due_on=today + dt.timedelta(days=9))
    sooner = ApplicationFactory(**mine, due_on=today - dt.timedelta(days=1))
    never = ApplicationFactory(**mine)
    page = specialist.get(DESK).content.decode()
    numbers = [row.number for row in (sooner, later, never)]
    assert sorted(numbers, key=page.index) == numbers


def test_the_open_page_notices_an_application(specialist, sliven, kind):
    page = specialist.get(DESK).content.decode()
    mark = re.search(r'dnes/\?s=(\w+)"', page)[1]
    assert specialist.get(f"{LIVE}?s={mark}", **ASKS).status_code == 204
    ApplicationFactory(municipality=sliven, kind=kind)
    assert specialist.get(f"{LIVE}?s={mark}", **ASKS).status_code == 200


def test_the_day_asks_as_much_for_many_applications(specialist, sliven, kind):
    mine = {"municipality": sliven, "kind": kind, "owner": specialist.user, "state": "in_work"}
    ApplicationFactory(**mine)
    few = len(statements(lambda: specialist.get(DESK)))
    for _n in range(8):
        ApplicationFactory(**mine)
    assert len(statements(lambda: specialist.get(DESK))) == few


def test_a_persons_page_tells_of_applications_and_their_steps(specialist, sliven, kind, person):
    row = ApplicationFactory(municipality=sliven, kind=kind, person=person, state="in_work")
    with municipality_scope(sliven):
        workflow.make(row, "note", by=specialist.user, words="вътрешна бележка")
        workflow.make(row, "close", by=specialist.user, words="обадихме се", outcome="answered")
    page = specialist.get(f"/rabotno-myasto/hora/{person.pk}/?vid=zayavleniya").content.decode()
    assert f"Заявление {row.number}" in page
    assert "обадихме се" in page
    assert "вътрешна бележка" not in page, "only what the dossier is about"
    others = specialist.get(f"/rabotno-myasto/hora/{person.pk}/?vid=zadachi").content.decode()
    assert row.number not in others


def test_a_merge_moves_applications_and_gives_them_back(specialist, sliven, kind, person):
    other = PersonFactory(municipality=sliven)
    row = ApplicationFactory(municipality=sliven, kind=kind, person=other)
    with municipality_scope(sliven):
        merge = merge_people(membership=specialist.membership, kept=person, merged=other)
        assert Application.objects.get(pk=row.pk).person == person
        undo_merge(merge, membership=specialist.membership)
        assert Application.objects.get(pk=row.pk).person == other


def test_a_merge_of_days_before_applications_is_taken_apart(specialist, sliven, person):
    other = PersonFactory(municipality=sliven)
    with municipality_scope(sliven):
        merge = merge_people(membership=specialist.membership, kept=person, merged=other)
        merge.moved["rows"].pop("applications")
        merge.save(update_fields=["moved"])
        undo_merge(PersonMerge.objects.get(pk=merge.pk), membership=specialist.membership)
        assert Person.objects.get(pk=other.pk).merged_into is None


def test_a_consultation_leads_to_an_application_of_it(specialist, sliven):
    new = "/rabotno-myasto/konsultatsii/nova/"
    page = specialist.get(new).content.decode()
    answer = specialist.post(
        new,
        {
            "channel": "phone",
            "topics": [ConsultationTopicFactory().pk],
            "subject": "self",
            "outcome": "application",
            "held_at": re.search(r'name="held_at" value="([^"]+)"', page)[1],
            "duration_minutes": 5,
            "form_key": re.search(r'name="form_key" value="([^"]+)"', page)[1],
            "application": "1",
        },
    )
    assert re.fullmatch(r"/rabotno-myasto/zayavleniya/novo/\?konsultatsiya=\d+", answer["Location"])
