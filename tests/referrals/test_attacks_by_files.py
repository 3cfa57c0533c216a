"""Evil files sent to the pages where citizens send files: told beside the field, nothing kept.

What each kind of file is refused for is tried in tests/municipalities/test_uploads.py; here it is
the whole way, from the browser's request to the disk and back.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from municipalities import unlocking, uploads
from municipalities.tenancy import municipality_scope
from referrals import workflow
from referrals.applications import files
from referrals.applications.models_parts import ApplicationEvent, Attachment
from referrals.tracking import sending
from tests import factories
from tests.factories_applications import SECRET, ApplicationFactory
from tests.referrals import online
from tests.support import people, signed
from tests.support import uploads as made
from tests.support.html import StrictClient

HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
SCRIPT = made.pdf(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>")
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
MEGABYTE = bytes(2**20)

EVIL = {
    "a page as a photograph": ("a.jpg", HTML, "не е от видовете"),
    "a page": ("a.html", HTML, "не е от видовете"),
    "a drawing with a script": ("a.svg", SVG, "не е от видовете"),
    "the same called PNG": ("a.png", SVG, "не е от видовете"),
    "a program called PDF": ("a.pdf", b"MZ\x90\x00" + bytes(300), "не е от видовете"),
    "a PDF called a page": ("a.html", made.pdf(), "а името му не завършва на"),
    "a PDF with a script": ("a.pdf", SCRIPT, "съдържа скриптове"),
    "a signed PDF with a script": ("a.p7m", signed.p7m(SCRIPT), ""),
    "a signed page": ("a.p7m", signed.p7m(HTML), ""),
    "a document for macros": ("a.docm", made.docx(main=MACROS), "не завършва на"),
    "the same renamed": ("a.docx", made.docx(main=MACROS), "съдържа макроси"),
    "a PDF and a page": ("a.pdf", made.pdf(end=b"%%EOF\n" + HTML), "едновременно от два вида"),
    "a photograph and a page": ("a.jpg", made.photograph(comment=HTML), "едновременно от два"),
    "a photograph and an archive": (
        "a.jpg",
        made.photograph() + made.archive({"a.js": "x"}),
        "едновременно от два вида",
    ),
    "an archive that grows": ("a.docx", made.docx({"word/a.xml": MEGABYTE * 3}), "се разгръща"),
    "a picture that grows": ("a.png", made.png_of_size(60_000, 60_000), "твърде голяма снимка"),
    "a PDF that grows": ("a.pdf", made.pdf(made.packed_objects(MEGABYTE * 51)), "се разгръща"),
    "a huge file": ("a.pdf", made.pdf() + MEGABYTE * 11, "а може най-много"),
    "an empty file": ("a.pdf", b"", "празен"),
}


@pytest.fixture
def media(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


class Page:
    """A page that takes files, and what is kept of them."""

    def __init__(self, client, url: str, municipality) -> None:
        self.client, self.url, self.municipality = client, url, municipality

    def send(self, *sent: tuple[str, bytes], field: str = "files"):
        chosen = [SimpleUploadedFile(name, data) for name, data in sent]
        return self.client.post(self.url, {field: chosen, "dobavi": "1"})

    def kept(self) -> list[Attachment]:
        return people.rows_of(self.municipality, Attachment)

    def given(self, attachment: Attachment):
        if attachment.draft_id:
            token = self.url.split("/")[2]
            return self.client.get(reverse("apply_file", args=[token, attachment.pk]))
        return self.client.get(f"{self.url.removesuffix('dokument/')}fayl/{attachment.pk}/")


@pytest.fixture(params=["a paper added later", "a step of the form"])
def place(request, media, sliven, client) -> Page:
    if request.param == "a step of the form":
        token = online.begin(client, online.ready(sliven))
        where = online.fill(client, token, online.answers(sliven), to="dokumenti")
        return Page(client, where, sliven)
    factories.OfficeFactory(municipality=sliven)
    with municipality_scope(sliven):
        application = ApplicationFactory(municipality=sliven)
    data = {"obshtina": "sliven", "nomer": application.number, "kod": SECRET}
    where = client.post("/zayavlenie/prosledyavane/", data)["Location"]
    return Page(client, f"{where}dokument/", sliven)


def errors_beside(answer, field: str = "files") -> list[str]:
    found = re.search(
        rf'<ul class="error" id="id_{field}_error".*?</ul>', answer.content.decode(), re.S
    )
    return re.findall(r"</span>([^<]+)</li>", found[0]) if found else []


def on_disk(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()] if media.exists() else []


@pytest.mark.parametrize(("name", "data", "words"), EVIL.values(), ids=EVIL)
def test_an_evil_file_is_told_beside_the_field_and_not_kept(place, media, name, data, words):
    answer = place.send((name, data))
    assert answer.status_code == 422
    (message,) = errors_beside(answer)
    assert message.startswith(f"„{name}“ ")
    assert words in message
    assert re.search("[а-я]{3}", message)
    body = answer.content.decode()
    assert 'href="#id_files"' in body, "the summary on top leads to the field"
    assert 'aria-invalid="true"' in body
    assert place.kept() == []
    assert on_disk(media) == []
    assert [
        s for s in people.rows_of(place.municipality, ApplicationEvent) if s.kind == "paper"
    ] == []


def test_of_several_nothing_is_kept_where_one_is_evil_and_each_is_named(place, media):
    answer = place.send(("a.pdf", made.pdf()), ("b.svg", SVG), ("c.pdf", SCRIPT))
    assert [message[:7] for message in errors_beside(answer)] == ["„b.svg“", "„c.pdf“"]
    assert place.kept() == []
    assert on_disk(media) == []


def test_more_files_than_fit_are_counted_before_they_are_opened(place, media):
    answer = place.send(*((f"{n}.pdf", b"x") for n in range(uploads.MAX_FILES + 1)))
    assert errors_beside(answer) == ["Избрани са 11 файла, а може най-много 10."]
    assert on_disk(media) == []


def test_a_request_of_too_many_bytes_is_refused_in_words(place, media):
    place.client.raise_request_exception = False
    answer = place.send(*((f"{n}.pdf", MEGABYTE * 10) for n in range(3)))
    assert answer.status_code == 413
    assert "<h1>" in answer.content.decode()
    assert place.kept() == []
    assert on_disk(media) == []


NAMES = {
    "up": ("../../../etc/cron.d/a.pdf", "a.pdf"),
    "of Windows": ("C:\\Windows\\a.pdf", "a.pdf"),
    "NUL": ("a\x00.html.pdf", "a_html.pdf"),
    "turned around": ("молба\u202efdp.exe.pdf", "молбаfdp_exe.pdf"),
    "long": ("й" * 300 + ".pdf", "й" * 94 + ".pdf"),
    "a device": ("CON.pdf", "_CON.pdf"),
    "markup": ("<img src=x onerror=alert(1)>.pdf", "img src=x onerror=alert(1).pdf"),
    "a header": ('a"; filename="b.html.pdf', None),
    "two endings": ("a.php.pdf", "a_php.pdf"),
    "nothing": (".pdf", "файл.pdf"),
}


@pytest.mark.parametrize(("sent", "shown"), NAMES.values(), ids=NAMES)
def test_a_harmless_file_with_an_evil_name_is_kept_under_a_clean_one(place, media, sent, shown):
    answer = place.send((sent, made.pdf()))
    if answer.status_code == 422:  # Django could read no name at all
        assert place.kept() == []
        return
    (kept,) = place.kept()
    assert shown in (None, kept.name)
    assert kept.name.endswith(".pdf")
    assert not set(kept.name) & set('/\\<>"\x00\u202e\r\n')
    (file,) = on_disk(media)
    assert re.fullmatch("[0-9a-f]{32}", file.name)
    assert file.parent.name == str(place.municipality.pk)
    given = place.given(kept)
    assert b"".join(given.streaming_content) == made.pdf()
    assert given["Content-Disposition"].startswith("attachment; filename")
    assert given["Content-Disposition"].count("filename") == 1


GOOD = {
    "a PDF": ("a.pdf", made.pdf(), "application/pdf"),
    "a photograph": ("a.jpg", made.photograph(), "image/jpeg"),
    "a document": ("a.docx", made.docx(), None),
}


@pytest.mark.parametrize(("name", "data", "content_type"), GOOD.values(), ids=GOOD)
def test_what_is_kept_is_given_back_as_something_that_cannot_act(place, name, data, content_type):
    assert place.send((name, data)).status_code == 302
    (kept,) = place.kept()
    given = place.given(kept)
    given.close()
    assert content_type in (None, given["Content-Type"])
    assert given["Content-Disposition"].startswith("attachment;")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in given["Cache-Control"]


def test_a_row_that_somebody_spoiled_gives_nothing_active(place, media):
    """Were a page to lie in storage and its row to say so, it would still be a heap of bytes."""
    place.send(("a.pdf", made.pdf()))
    (kept,) = place.kept()
    (file,) = on_disk(media)
    file.write_bytes(HTML)
    with municipality_scope(place.municipality):
        Attachment.objects.filter(pk=kept.pk).update(name="a.html", content_type="text/html")
    given = place.given(kept)
    given.close()
    assert given["Content-Type"] == "application/octet-stream"
    assert given["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("apart", [False, True])
def test_a_file_signed_with_kep_is_taken_where_asked_and_given_as_bytes(place, apart):
    field = "signed" if "dokumenti" in place.url else "files"
    data = signed.p7m(made.pdf(), apart=apart)
    assert place.send(("molba.p7s", data), field=field).status_code == 302
    (kept,) = place.kept()
    assert kept.is_signed
    assert kept.name == ("molba.p7s" if apart else "molba.p7m")
    given = place.given(kept)
    assert b"".join(given.streaming_content) == data
    assert given["Content-Type"] == "application/octet-stream"
    assert given["Content-Disposition"].startswith("attachment;")


def test_another_browser_gets_no_file_of_it(place):
    place.send(("a.pdf", made.pdf()))
    (kept,) = place.kept()
    stranger = Page(StrictClient(), place.url, place.municipality)
    assert stranger.given(kept).status_code == 302


def test_what_citizens_leave_of_one_application_has_an_end(place, monkeypatch):
    monkeypatch.setattr(files, "MOST_OF_APPLICATION", 3)
    monkeypatch.setattr(files, "MOST_OF_DRAFT", 3)
    pdfs = [(f"{n}.pdf", made.pdf(b"<< /N %d >>" % n)) for n in range(5)]
    assert place.send(*pdfs[:3]).status_code == 302
    answer = place.send(*pdfs[3:])
    assert answer.status_code == 422
    assert "може най-много 3" in errors_beside(answer)[0]
    assert len(place.kept()) == 3


def test_the_weight_has_an_end_too(place, monkeypatch):
    monkeypatch.setattr(files, "WEIGHT_OF_APPLICATION", len(made.pdf()) + 5)
    monkeypatch.setattr(files, "WEIGHT_OF_DRAFT", len(made.pdf()) + 5)
    assert place.send(("a.pdf", made.pdf())).status_code == 302
    assert place.send(("b.pdf", made.pdf(b"<< >>"))).status_code == 422
    assert len(place.kept()) == 1


def test_papers_that_cannot_be_written_down_leave_no_bytes(media, sliven, monkeypatch):
    def refuse(**_facts):
        raise workflow.StepRefused("Не.")

    monkeypatch.setattr(sending.handling, "paper_arrived", refuse)
    with municipality_scope(sliven):
        application = ApplicationFactory(municipality=sliven)
        checked = uploads.check(SimpleUploadedFile("a.pdf", made.pdf()))
        with pytest.raises(workflow.StepRefused):
            sending.send_papers(application=application, sent=[checked])
    assert people.rows_of(sliven, Attachment) == []
    assert on_disk(media) == []


# Files apart from pages


def test_a_removed_file_leaves_the_disk_and_a_sent_one_stays(
    media, sliven, django_capture_on_commit_callbacks
):
    with municipality_scope(sliven):
        application = ApplicationFactory(municipality=sliven)
        checked = uploads.check(SimpleUploadedFile("a.pdf", made.pdf()))
        draft = _draft(application)
        first, second = (
            files.keep(municipality=sliven, file=checked, draft=draft) for _n in range(2)
        )
        second.application = application
        second.save()
        with django_capture_on_commit_callbacks(execute=True):
            files.remove_from_draft(first)
            files.remove_from_draft(first)
        with pytest.raises(files.AlreadySent):
            files.remove_from_draft(second)
        assert files.remove_all_from_draft(draft) == 0
    assert len(on_disk(media)) == 1


def _draft(application):
    from referrals.models import OnlineDraft

    return OnlineDraft.objects.create(
        municipality=application.municipality, kind=application.kind,
        token_hash="x", secret_hash="y",
    )  # fmt: skip


def test_staff_get_the_file_with_a_look_on_record_and_others_do_not(
    media, sliven, rf, specialist, elena_specialist
):
    from django.contrib.auth.models import AnonymousUser
    from django.http import Http404

    from municipalities.audit import AccessEvent

    with municipality_scope(sliven):
        application = ApplicationFactory(municipality=sliven)
        checked = uploads.check(SimpleUploadedFile("a.pdf", made.pdf()))
        kept = files.keep(municipality=sliven, file=checked, application=application)
        request = rf.get("/")
        request.user, request.membership = specialist.user, specialist.membership
        request.municipality = sliven
        files.serve(request, kept, to_citizen=False).file_to_stream.close()
        (look,) = AccessEvent.objects.all()
        assert (look.subject_kind, look.subject_id) == ("referrals.application", application.pk)
        request.session = {}
        assert not unlocking.is_unlocked(request, application)
        with pytest.raises(Http404):  # signed in is not the same as having the code
            files.serve(request, kept, to_citizen=True)
        request.user, request.membership = elena_specialist.user, elena_specialist.membership
        request.municipality = elena_specialist.membership.municipality
        with pytest.raises(Http404):
            files.serve(request, kept, to_citizen=False)
        request.user, request.membership, request.municipality = AnonymousUser(), None, None
        with pytest.raises(Http404):
            files.serve(request, kept, to_citizen=False)
