"""No log and no history has the secret part of a link."""

from __future__ import annotations

import pytest
from pghistory.models import Context

from municipalities.links import without_tokens
from municipalities.tenancy import municipality_scope
from referrals.models import Application
from tests.referrals import online

TOKEN = "Ab-9_" * 8 + "xyz"  # as long as a real one, which would name the tests anew each run


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (f"/zayavlenie/{TOKEN}/za-kogo/", "/zayavlenie/…/za-kogo/"),
        (f"/zayavlenie/{TOKEN}/", "/zayavlenie/…/"),
        (f"GET /zayavlenie/{TOKEN}/fayl/3/ HTTP/1.1", "GET /zayavlenie/…/fayl/3/ HTTP/1.1"),
        (f"/pokana/{TOKEN}/", "/pokana/…/"),
        (f"/pregled/sliven/{TOKEN}/", "/pregled/sliven/…/"),
        ("/zayavlenie/prosledyavane/", "/zayavlenie/prosledyavane/"),
        ("/zayavlenie/", "/zayavlenie/"),
        ("/rabotno-myasto/zayavleniya/12/", "/rabotno-myasto/zayavleniya/12/"),
    ],
)
def test_a_link_is_written_without_its_token(path, written):
    assert without_tokens(path) == written


def test_the_history_of_an_application_does_not_have_the_link_it_was_sent_by(client, sliven):
    token = online.begin(client, online.ready(sliven))
    online.fill(client, token, online.answers(sliven))
    online.send(client, token)
    with municipality_scope(sliven):
        (event,) = Application.pgh_event_model.objects.filter(pgh_label="insert")
    assert event.pgh_context.metadata["url"] == "/zayavlenie/…/proverka/"
    assert not Context.objects.filter(metadata__url__contains=token).exists()
