"""Where policy asks why, it is asked before the files and letters of an application as well."""

from __future__ import annotations

import pytest
from django.urls import reverse

from frontoffice.preferences.setting import set_policy
from municipalities.tenancy import municipality_scope
from municipalities.uploads import CheckedFile
from referrals.applications.files import keep
from referrals.letters.models import Letter
from tests.factories import UserFactory
from tests.factories_applications import ApplicationFactory, a_row_of_each
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(sliven) -> dict[str, str]:
    """The addresses of what hangs on an application that is tied to a person."""
    owner = {"municipality": sliven}
    person = PersonFactory(**owner, created_by=UserFactory())
    application = ApplicationFactory(**owner, person=person)
    a_row_of_each(application)
    (letter,) = rows_of(sliven, Letter)
    with municipality_scope(sliven):
        paper = CheckedFile(b"%PDF-1.7", "dokument.pdf", "application/pdf")
        file = keep(**owner, file=paper, application=application, by=UserFactory())
    return {
        "file": reverse("application_file", args=[file.pk]),
        "page": reverse("application", args=[application.pk]),
        "new letter": reverse("letter_new", args=[application.pk]),
        "letter": reverse("letter", args=[letter.pk]),
        "how it was sent": reverse("letter_send", args=[letter.pk]),
    }


@pytest.mark.parametrize("page", ["page", "file", "new letter", "letter", "how it was sent"])
def test_what_hangs_on_an_application_asks_why_too(sliven, specialist, pages, page):
    with municipality_scope(sliven):
        set_policy(municipality=sliven, asks_reason="always", reasons=["По телефона"])
    answer = specialist.get(pages[page])
    assert answer.status_code == 302
    assert "/prichina/" in answer["Location"] or "kam=" in answer["Location"]


def test_where_nobody_asks_the_file_is_given(specialist, pages):
    answer = specialist.get(pages["file"])
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
