"""Pages of follow-ups: the list, a new one, one of them, handing over, many at once, the export."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from frontoffice.models import FollowUp, Handover
from municipalities.audit import AccessEvent
from municipalities.models import Role
from tests import factories
from tests.factories_desk import FollowUpFactory
from tests.factories_people import PersonFactory
from tests.support import people
from tests.support.people import rows_of

LIST = "/rabotno-myasto/posledvashti/"
NEW = f"{LIST}nova/"
CALENDAR = f"{LIST}kalendar/"
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def page_of(row: FollowUp, what: str = "follow_up") -> str:
    return reverse(what, args=[row.pk])


def answers(client, **other) -> dict:
    return {
        "title": "Обаждане за мястото",
        "due_on": f"{TODAY() + DAY:%d.%m.%Y}",
        "owner": client.user.pk,
        "note": "",
        "reminds": "on",
        "form_key": uuid.uuid4(),
        **other,
    }


@pytest.mark.parametrize(
    "url", [LIST, NEW, CALENDAR, f"{CALENDAR}?izgled=mesets", f"{CALENDAR}abonament/"]
)
def test_pages_open(specialist, head, sliven, url):
    FollowUpFactory(municipality=sliven, owner=specialist.user)
    assert specialist.get(url).status_code == 200
    assert head.get(url).status_code == 200


def test_one(specialist, sliven):
    row = FollowUpFactory(municipality=sliven, owner=specialist.user)
    assert specialist.get(page_of(row)).status_code == 200
    assert specialist.get(page_of(row, "follow_up_hand_over")).status_code == 200
