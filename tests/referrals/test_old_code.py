"""A code that was replaced opens nothing, by whatever way one came in with it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from referrals.applications.models import Application
from referrals.secrets import is_secret
from tests.referrals import online
from tests.support.html import StrictClient
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b")


def test_the_link_of_the_draft_is_no_way_round_a_new_code(sliven, specialist):
    kind = online.ready(sliven)
    citizen = StrictClient()
    token = online.begin(citizen, kind)
    online.fill(citizen, token, online.answers(sliven))
    sent = online.send(citizen, token)["Location"]
    old = CODE.search(citizen.get(sent).content.decode())[0]
    (made,) = rows_of(sliven, Application)
    tracking = reverse("track_application", args=[sliven.slug, made.public_id])
    assert citizen.get(tracking).status_code == 200
    # The specialist recognises the person and gives another code.
    specialist.post(reverse("application_new_code", args=[made.pk]))
    (made,) = rows_of(sliven, Application)
    assert not is_secret(old, made.secret_hash, sliven)
    page = citizen.get(sent).content.decode()
    assert old not in page
    assert made.number in page
    assert citizen.get(tracking).status_code == 302
    assert citizen.get(reverse("track_copy", args=[sliven.slug, made.public_id])).status_code == 302
