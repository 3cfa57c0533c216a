"""Files that are kept and given: where they lie, who gets them, and in which headers."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpResponse
from django.urls import path

from config import urls
from frontoffice.models import Person
from municipalities import uploads
from municipalities.audit import AccessEvent
from municipalities.permissions import can_see_people
from municipalities.tenancy import municipality_scope
from tests.factories_people import PersonFactory
from tests.support import people
from tests.support import uploads as made
from tests.support.house import ROOT, files, name_of


def taken() -> uploads.CheckedFile:
    return uploads.UploadField().clean(SimpleUploadedFile("молба.pdf", made.pdf()))


# Kept


@pytest.fixture
def media(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def test_a_stored_file_has_a_random_name_and_one_reader(media, sliven):
    first, second = (uploads.store(sliven, taken()) for _ in range(2))
    assert first != second
    assert re.fullmatch(rf"{sliven.pk}/[0-9a-f]{{32}}", first)
    assert stat.S_IMODE((media / first).stat().st_mode) == 0o600
    assert stat.S_IMODE((media / first).parent.stat().st_mode) == 0o700
    assert (media / first).read_bytes() == made.pdf()


def test_only_a_checked_file_is_stored(media, sliven):
    with pytest.raises(TypeError):
        uploads.store(sliven, SimpleUploadedFile("a.pdf", made.pdf()))
    assert not media.exists()


def test_files_lie_where_nothing_is_served_from():
    from config import settings as ours

    media = Path(ours.MEDIA_ROOT).resolve()
    served = [Path(place).resolve() for place in (ours.STATIC_ROOT, *ours.STATICFILES_DIRS)]
    for place in served:
        assert not media.is_relative_to(place)
        assert not place.is_relative_to(media)
    assert not hasattr(ours, "WHITENOISE_ROOT")
    with pytest.raises(NotImplementedError):
        uploads.PrivateStorage().url("1/2")


def test_nothing_else_takes_or_gives_files():
    other_ways = re.compile(
        r"\bFileResponse\b|default_storage|\.url\(\)|MEDIA_URL|X-Sendfile|X-Accel"
        r"|forms\.(?:FileField|ImageField|MultipleFileField)|views\.static"
    )
    found = {
        name_of(path)
        for path in files(".py")
        if not path.is_relative_to(ROOT / "tests")
        and other_ways.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"municipalities/uploads.py"}


# Given


class Given:
    """What the view of the test below serves; set by each test."""

    path = name = ""
    content_type = "application/pdf"


def paper(request, pk):
    # What a careless view would do: it goes on with a record that it has not found.
    found = Person.objects.filter(pk=pk).first() if request.municipality else None
    person = found or Person(pk=pk)
    return uploads.serve_attachment(
        request,
        Given.path,
        name=Given.name,
        content_type=Given.content_type,
        subject=person,
        rule=lambda request, person: can_see_people(request),
    )


class Urls:
    urlpatterns = [path("dokument/<int:pk>/", paper), *urls.urlpatterns]
    handler400, handler500 = urls.handler400, urls.handler500


@pytest.fixture
def person(media, sliven, monkeypatch, settings) -> Person:
    settings.ROOT_URLCONF = Urls
    monkeypatch.setattr(Given, "path", uploads.store(sliven, taken()))
    monkeypatch.setattr(Given, "name", "Молба на Пена.pdf")
    return PersonFactory(municipality=sliven)


def body_of(answer) -> bytes:
    """Read the answer to its end, at which the test client closes it."""
    return b"".join(answer.streaming_content)


def looks(of) -> list[AccessEvent]:
    return people.rows_of(of, AccessEvent)


def test_a_file_is_given_as_a_download_that_can_do_nothing(specialist, person):
    answer = specialist.get(f"/dokument/{person.pk}/")
    body = body_of(answer)
    assert answer.status_code == 200
    assert body == made.pdf()
    assert answer["Content-Length"] == str(len(body))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''"
        "%D0%9C%D0%BE%D0%BB%D0%B1%D0%B0%20%D0%BD%D0%B0%20%D0%9F%D0%B5%D0%BD%D0%B0.pdf"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"


def test_giving_a_file_is_on_record_without_its_name(specialist, person, sliven):
    assert body_of(specialist.get(f"/dokument/{person.pk}/"))
    (look,) = looks(sliven)
    assert (look.subject_kind, look.subject_id) == ("frontoffice.person", person.pk)
    assert look.user == specialist.user
    assert "Пена" not in f"{look.reason}{look.path}"


def test_a_type_that_we_never_keep_is_given_as_bytes(specialist, person, monkeypatch):
    monkeypatch.setattr(Given, "content_type", "text/html")
    monkeypatch.setattr(Given, "name", "../a\r\nX: y.html")
    answer = specialist.get(f"/dokument/{person.pk}/")
    assert body_of(answer)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="a X_ y.html"'


@pytest.mark.parametrize("who", ["manager", "elena_specialist", "dpo", "operator"])
def test_who_may_not_have_it_is_told_that_it_is_not_there(who, person, sliven, request):
    asking = request.getfixturevalue(who)
    assert asking.get(f"/dokument/{person.pk}/").status_code == 404
    assert asking.get("/dokument/999999/").status_code == 404
    assert looks(sliven) == []


@pytest.mark.parametrize(
    "wrong",
    ["", "../../manage.py", "/etc/passwd", "{pk}/../{pk}/x", "{other}/{file}", "{pk}/" + "0" * 32],
)
def test_a_path_that_is_not_of_the_municipality_leads_nowhere(
    wrong, specialist, person, sliven, elena, monkeypatch
):
    file = Given.path.partition("/")[2]
    uploads.store(elena, taken())
    monkeypatch.setattr(Given, "path", wrong.format(pk=sliven.pk, other=elena.pk, file=file))
    assert specialist.get(f"/dokument/{person.pk}/").status_code == 404
    assert looks(sliven) == []


def test_a_record_that_is_not_saved_gives_nothing(rf, person, sliven, specialist):
    request = rf.get("/")
    request.municipality, request.membership = sliven, specialist.membership
    request.user = specialist.user
    with municipality_scope(sliven), pytest.raises(Http404):
        uploads.serve_attachment(
            request,
            Given.path,
            name="a.pdf",
            content_type="application/pdf",
            subject=Person(municipality=sliven),
            rule=lambda request, person: True,
        )


def test_control_an_ordinary_answer_has_the_policy_of_pages(specialist):
    answer = specialist.get("/uslugi/")
    assert isinstance(answer, HttpResponse)
    assert "sandbox" not in answer["Content-Security-Policy"]
