"""Files of an online application, before it is sent."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from municipalities.tenancy import municipality_scope
from referrals.models import Application, ApplicationKind, Attachment
from tests.factories_applications import (
    KindPaperFactory,
)
from tests.referrals import online
from tests.support import uploads as made
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(sliven) -> ApplicationKind:
    return online.ready(sliven)


def application(municipality) -> Application:
    with municipality_scope(municipality):
        return Application.objects.select_related("service", "settlement", "notice").get()


def text(response) -> str:
    return response.content.decode()


# Files


def test_files_are_added_looked_at_and_removed(client, sliven, kind):
    paper = KindPaperFactory(municipality=sliven, kind=kind, name="Решение на ТЕЛК")
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="dokumenti")
    assert "Решение на ТЕЛК" in text(client.get(where))
    answer = client.post(
        where,
        {
            "files": SimpleUploadedFile("телк.pdf", made.pdf()),
            "paper": str(paper.pk),
            "dobavi": "1",
        },
    )
    assert answer["Location"] == where
    assert "телк.pdf" in text(client.get(where))
    with municipality_scope(sliven):
        attachment = Attachment.objects.get()
    assert (attachment.paper_id, attachment.added_by_id) == (paper.pk, None)
    address = reverse("apply_file", args=[token, attachment.pk])
    given = client.get(address)
    assert b"".join(given.streaming_content) == made.pdf()
    assert given["Content-Disposition"].startswith("attachment")
    assert StrictClient().get(address).status_code == 302
    remove = reverse("apply_file_remove", args=[token, attachment.pk])
    for _n in range(2):
        assert client.post(remove).status_code == 302
    with municipality_scope(sliven):
        assert not Attachment.objects.exists()


def test_a_file_of_another_draft_is_not_there(client, sliven, kind):
    mine, other = online.begin(client, kind), online.begin(client, kind)
    given = online.answers(sliven)
    where = online.fill(client, mine, given, to="dokumenti")
    client.post(where, {"files": SimpleUploadedFile("молба.pdf", made.pdf())})
    with municipality_scope(sliven):
        pk = Attachment.objects.get().pk
    assert client.get(reverse("apply_file", args=[other, pk])).status_code == 404
    client.post(reverse("apply_file_remove", args=[other, pk]))
    with municipality_scope(sliven):
        assert Attachment.objects.count() == 1


def test_what_a_file_really_is_decides(client, sliven, kind):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="dokumenti")
    evil = SimpleUploadedFile("снимка.png", b"<svg onload=alert(1)>")
    answer = client.post(where, {"files": evil, "dobavi": "1"})
    assert answer.status_code == 422
    assert "снимка.png" in text(answer)
    with municipality_scope(sliven):
        assert not Attachment.objects.exists()


def test_a_draft_takes_ten_files(client, sliven, kind):
    token = online.begin(client, kind)
    where = online.fill(client, token, online.answers(sliven), to="dokumenti")
    ten = [SimpleUploadedFile(f"{n}.pdf", made.pdf()) for n in range(10)]
    assert client.post(where, {"files": ten, "dobavi": "1"}).status_code == 302
    one = SimpleUploadedFile("още.pdf", made.pdf())
    assert client.post(where, {"files": one, "dobavi": "1"}).status_code == 422


def test_a_file_signed_with_kep_makes_a_signed_application(client, sliven, kind):
    token = online.begin(client, kind)
    given = online.answers(sliven)
    where = online.fill(client, token, given, to="dokumenti")
    client.post(where, {"signed": SimpleUploadedFile("подписано.pdf", made.pdf()), "dobavi": "1"})
    online.fill(client, token, given)
    online.send(client, token)
    stated = application(sliven)
    # Staff still look at the signature: nobody's word that a file is signed confirms it.
    assert (stated.signature, stated.state, stated.confirmed_at) == ("kep", "received", None)
