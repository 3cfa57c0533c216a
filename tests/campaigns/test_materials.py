"""Materials: taken in by the manager, found by citizens, counted without counting people."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.materials import keeping
from campaigns.materials.reading import measure, sentences_of
from campaigns.models import Material, MaterialDownload, MaterialFile
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from municipalities.uploads import UploadField
from services_registry.models import Service
from tests.factories import ServiceFactory, UserFactory
from tests.factories_campaigns import MaterialFactory, MaterialFileFactory
from tests.factories_projects import CampaignFactory, ProjectFactory
from tests.support import uploads as made

READER = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"}


@pytest.fixture(autouse=True)
def media(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def sent(name: str = "листовка.pdf", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, made.pdf() if data is None else data)


def file_of(material: Material, name: str = "листовка.pdf", **facts) -> MaterialFile:
    """A file that is really kept."""
    given = {"language": "bg", "form": "normal", "by": UserFactory(), **facts}
    data = made.photograph() if name.endswith(".jpg") else made.pdf()
    with municipality_scope(material.municipality):
        taken = UploadField(kinds=keeping.KINDS).clean(sent(name, data))
        return keeping.add_file(material=material, file=taken, **given)


def tie(material: Material, service: Service) -> None:
    with municipality_scope(material.municipality):
        material.services.add(service)


def counts(municipality) -> list[int]:
    with municipality_scope(municipality):
        return list(MaterialDownload.objects.order_by("month").values_list("count", flat=True))


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


# Citizens


def test_a_material_is_read_with_its_files_and_what_it_is_about(client, sliven):
    project = ProjectFactory(municipality=sliven)
    campaign = CampaignFactory(municipality=sliven, project=project)
    material = MaterialFactory(
        municipality=sliven, title="Грижа у дома", campaign=campaign, project=project,
        text="## Кой помага\n\nОбщината, **безплатно**.\n\n<b>не</b>",
    )  # fmt: skip
    service = ServiceFactory(municipality=sliven, name="Патронаж")
    tie(material, service)
    file_of(material)
    file_of(material, "снимка.jpg", language="tr", form="large")
    text = text_of(client.get(material.get_absolute_url()))
    assert "<h3>Кой помага</h3>" in text
    assert "<strong>безплатно</strong>" in text
    assert "&lt;b&gt;не" in text
    assert "(PDF, 1 страница," in text
    assert "Турски, едър шрифт" in text
    assert "картина: екранен четец не я чете" in text
    for address in (service, campaign, project):
        assert f'href="{address.get_absolute_url()}"' in text
    assert "Европейския съюз" in text


def test_nothing_that_is_not_shown_is_found(client, sliven, elena):
    hidden = MaterialFactory(municipality=sliven, is_public=False)
    of_hidden = file_of(hidden)
    other = MaterialFactory(municipality=elena, slug="edna")
    for address in (
        hidden.get_absolute_url(),
        reverse("material_file", args=[of_hidden.pk]),
        reverse("material_file", args=[10**17]),
        f"/materiali/{sliven.slug}/{other.slug}/",
    ):
        assert client.get(address).status_code == 404, address
    assert counts(sliven) == []


def test_what_is_hidden_of_a_material_is_not_named_on_it(client, sliven):
    campaign = CampaignFactory(municipality=sliven, is_public=False, name="Тайна кампания")
    project = ProjectFactory(municipality=sliven, is_public=False, name="Таен проект")
    material = MaterialFactory(municipality=sliven, campaign=campaign, project=project)
    draft = Service.Status.DRAFT
    tie(material, ServiceFactory(municipality=sliven, name="Тайна услуга", status=draft))
    text = text_of(client.get(material.get_absolute_url()))
    assert "Тайна" not in text
    assert "Таен" not in text


def titles(client, **query) -> set[str]:
    answer = client.get("/materiali/", query)
    return {one.title for one in answer.context["page_obj"]}


def test_the_list_is_narrowed_by_links_that_can_be_shared(client, sliven, elena):
    service = ServiceFactory(municipality=sliven)
    leaflet = MaterialFactory(municipality=sliven, title="листовка")
    tie(leaflet, service)
    MaterialFileFactory(municipality=sliven, material=leaflet, language="tr")
    poster = MaterialFactory(municipality=elena, title="плакат", kind="poster")
    MaterialFileFactory(municipality=elena, material=poster, form="easy")
    MaterialFactory(municipality=elena, title="лесен", kind="easy_read")
    MaterialFactory(municipality=elena, title="скрит", is_public=False)
    everything = {"листовка", "плакат", "лесен"}
    assert titles(client) == everything
    assert titles(client, obshtina=elena.slug) == {"плакат", "лесен"}
    assert titles(client, vid="poster") == {"плакат"}
    assert titles(client, ezik="tr") == {"листовка"}
    assert titles(client, lesno="on") == {"плакат", "лесен"}
    assert titles(client, usluga=f"{sliven.slug}/{service.slug}") == {"листовка"}
    assert titles(client, obshtina=elena.slug, vid="poster", lesno="on") == {"плакат"}
    assert (
        titles(client, vid="няма", ezik="\x00", usluga="x", obshtina="y", page="-1") == everything
    )


def test_the_list_says_what_to_do_where_there_is_nothing(client, sliven):
    assert "Още няма публикувани материали" in text_of(client.get("/materiali/"))
    narrowed = text_of(client.get("/materiali/", {"vid": "poster"}))
    assert "Няма такива материали" in narrowed
    assert 'href="/materiali/"' in narrowed


def test_the_pages_that_lead_to_materials(client, sliven):
    service = ServiceFactory(municipality=sliven)
    project = ProjectFactory(municipality=sliven)
    material = MaterialFactory(municipality=sliven, project=project, title="Водеща листовка")
    tie(material, service)
    for page in (service, project, sliven):
        text = text_of(client.get(page.get_absolute_url()))
        assert f'href="{material.get_absolute_url()}"' in text, page
    with municipality_scope(sliven):
        Material.objects.update(is_public=False)
    for page in (service, project, sliven):
        assert "Водеща листовка" not in text_of(client.get(page.get_absolute_url()))


def test_lists_of_materials_ask_as_much_for_many(client, sliven, queries):
    service = ServiceFactory(municipality=sliven)

    def make(count: int) -> None:
        for _ in range(count):
            material = MaterialFactory(municipality=sliven)
            tie(material, service)
            MaterialFileFactory(municipality=sliven, material=material)

    queries.assert_same(client, "/materiali/", make, name="materials")
    queries.assert_same(client, service.get_absolute_url(), make, name="materials of a service")


# Files go out and are counted


def given(client, file: MaterialFile, method: str = "get", **headers):
    """The answer with the file, read to its end."""
    address = reverse("material_file", args=[file.pk])
    answer = getattr(client, method)(address, **{**READER, **headers})
    assert answer.status_code == 200
    answer.body = b"".join(answer.streaming_content)
    return answer


def test_a_file_is_given_and_counted_once_for_each_taking(client, sliven):
    file = file_of(MaterialFactory(municipality=sliven))
    answer = given(client, file)
    assert answer.body == made.pdf()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert "sandbox" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert not answer.cookies
    assert counts(sliven) == [1]
    with time_machine.travel(dt.datetime(2031, 5, 4, tzinfo=dt.UTC)):
        for more in ({}, {"HTTP_RANGE": "bytes=0-"}):
            given(client, file, **more)
    assert counts(sliven) == [1, 2]
    with municipality_scope(sliven):
        kept = {field.name for field in MaterialDownload._meta.concrete_fields}
        assert kept == {"id", "municipality", "file", "month", "count"}
        assert not AccessEvent.objects.exists()


def test_what_is_no_taking_is_not_counted(client, sliven):
    file = file_of(MaterialFactory(municipality=sliven))
    address = reverse("material_file", args=[file.pk])
    etag = given(client, file, "head")["ETag"]
    given(client, file, HTTP_RANGE="bytes=1000-2000")
    known = client.get(address, HTTP_IF_NONE_MATCH=etag, **READER)
    assert (known.status_code, known.content) == (304, b"")
    given(client, file, HTTP_USER_AGENT="Mozilla/5.0 (compatible; Googlebot/2.1)")
    assert client.post(address).status_code == 405
    assert counts(sliven) == []


def test_only_a_pdf_opens_in_the_browser(client, sliven):
    file = file_of(MaterialFactory(municipality=sliven), "снимка.jpg")
    answer = given(client, file)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_file_whose_bytes_are_gone_is_not_there(client, sliven):
    file = MaterialFileFactory(
        municipality=sliven,
        material=MaterialFactory(municipality=sliven),
        path=f"{sliven.pk}/{'0' * 32}",
    )
    assert client.get(reverse("material_file", args=[file.pk]), **READER).status_code == 404
    assert counts(sliven) == []


# The manager


def page(name: str, *args) -> str:
    return reverse(f"admin:campaigns_material_{name}", args=args)


def facts(**more) -> dict:
    given = {"kind": "leaflet", "title": "Нова листовка", "summary": "", "audience": "",
             "text": "", "campaign": "", "project": "", **more}  # fmt: skip
    return given


def test_a_material_is_made_filled_and_published(manager, client, sliven):
    project = ProjectFactory(municipality=sliven)
    campaign = CampaignFactory(municipality=sliven, project=project)
    answer = manager.post(page("add"), facts(campaign=campaign.pk))
    with municipality_scope(sliven):
        material = Material.objects.get()
    assert answer["Location"] == page("files", material.pk)
    assert material.project_id == project.pk
    files = text_of(manager.get(answer["Location"]))
    assert "Няма какво да се покаже" in files
    assert "Вижда ли се емблемата" in files

    upload = {"what": "add", "language": "bg", "form": "normal", "file": sent()}
    assert manager.post(page("files", material.pk), upload).status_code == 302
    shown = text_of(manager.get(page("files", material.pk)))
    assert "Страниците са само картини" in shown
    assert "Няма структура (тагове)" in shown
    assert material.get_absolute_url() not in shown
    assert "Така ще изглежда" in text_of(manager.get(page("preview", material.pk)))
    assert client.get(material.get_absolute_url()).status_code == 404

    change = page("change", material.pk)
    answer = manager.post(change, facts(title=material.title, is_public="on"), follow=True)
    assert "с недостатъци за хора с увреждания" in text_of(answer)
    assert client.get(material.get_absolute_url()).status_code == 200
    material.refresh_from_db()
    assert material.published_on


def test_nothing_is_published_empty(manager, sliven):
    refused = manager.post(page("add"), facts(is_public="on"))
    assert "Още няма какво да се покаже" in text_of(refused)
    manager.post(page("add"), facts(is_public="on", text="Текст."))
    with municipality_scope(sliven):
        assert Material.objects.get().is_public


def test_a_file_is_replaced_moved_and_deleted(
    manager, sliven, media, django_capture_on_commit_callbacks
):
    material = MaterialFactory(municipality=sliven)
    first, second = file_of(material), file_of(material, "снимка.jpg")
    with municipality_scope(sliven):
        MaterialDownload.objects.create(
            municipality=sliven, file=second, month="2026-01-01", count=7
        )
    address = page("files", material.pk)
    manager.post(address, {"what": f"up-{second.pk}"})
    with municipality_scope(sliven):
        assert list(material.files.all()) == [second, first]

    with django_capture_on_commit_callbacks(execute=True):
        manager.post(address, {"what": f"replace-{second.pk}", "file": sent("поправен.pdf")})
    assert not (media / second.path).exists()
    second.refresh_from_db()
    assert second.content_type == "application/pdf"
    assert (media / second.path).read_bytes() == made.pdf()
    assert counts(sliven) == [7]

    with django_capture_on_commit_callbacks(execute=True):
        manager.post(address, {"what": f"remove-{second.pk}"})
    assert not (media / second.path).exists()
    assert (media / first.path).exists()
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(page("delete", material.pk), {"post": "yes"})
    assert not (media / first.path).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "add", "language": "bg", "form": "normal"},
        {"what": "add", "language": "xx", "form": "normal", "file": ("a.pdf", made.pdf())},
        {"what": "add", "language": "bg", "form": "normal", "file": ("a.exe", b"MZ")},
        {"what": "\x00"},
    ],
)
def test_a_wrong_file_is_told_and_nothing_kept(manager, sliven, wrong):
    material = MaterialFactory(municipality=sliven)
    if file := wrong.get("file"):
        wrong = {**wrong, "file": SimpleUploadedFile(*file)}
    answer = manager.post(page("files", material.pk), wrong)
    assert answer.status_code == 422
    assert "Има проблем" in answer.content.decode()
    with municipality_scope(sliven):
        assert not MaterialFile.objects.exists()


@pytest.mark.parametrize("verb", ["remove", "replace", "up"])
@pytest.mark.parametrize("key", ["", "x", "9" * 30, "other"])
def test_another_materials_file_is_not_there(manager, sliven, elena, verb, key):
    material = MaterialFactory(municipality=sliven)
    foreign = file_of(MaterialFactory(municipality=elena))
    sent_key = str(foreign.pk) if key == "other" else key
    answer = manager.post(page("files", material.pk), {"what": f"{verb}-{sent_key}"})
    assert answer.status_code == 404
    assert manager.get(page("file", material.pk), {"fayl": sent_key}).status_code == 404
    with municipality_scope(elena):
        assert MaterialFile.objects.filter(pk=foreign.pk).exists()


def test_files_are_looked_at_again(manager, sliven):
    material = MaterialFactory(municipality=sliven)
    file = file_of(material)
    with municipality_scope(sliven):
        assert MaterialFile.objects.update(checks=[]) == 1
    manager.post(page("files", material.pk), {"what": "again"})
    file.refresh_from_db()
    assert [check["code"] for check in file.checks][:2] == ["text", "tags"]


def test_downloads_are_drawn_and_taken_away(manager, sliven):
    material = MaterialFactory(municipality=sliven, title="Търсена")
    file = file_of(material)
    with municipality_scope(sliven):
        MaterialDownload.objects.create(
            municipality=sliven, file=file, month=dt.date(2026, 11, 1), count=41
        )
    for name, args in (("taken", [material.pk]), ("all_taken", [])):
        assert "41" in text_of(manager.get(page(name, *args)))
        book = openpyxl.load_workbook(io.BytesIO(manager.get(page(f"{name}_xlsx", *args)).content))
        rows = list(book.active.iter_rows(values_only=True))
        assert rows[0][0] == "Материал"
        assert (rows[1][0], rows[1][2], rows[1][6]) == ("Търсена", "листовка.pdf", 41)
    assert "Още няма изтегляния" in text_of(
        manager.get(page("taken", MaterialFactory(municipality=sliven).pk))
    )


# How a text reads


def test_sentences_end_where_people_think_they_do():
    text = (
        "Елате на ул. Стамболов 6. Работим от 2026 г. Офисът е на 1. етаж.\n- д-р Иванов\n## Край"
    )
    assert sentences_of(text) == [
        "Елате на ул. Стамболов 6.", "Работим от 2026 г.", "Офисът е на 1. етаж.",
        "- д-р Иванов", "## Край",
    ]  # fmt: skip


def test_a_hard_text_is_told_from_an_easy_one():
    hard = (
        "Предоставянето на социалните услуги се осъществява в съответствие с нормативните"
        " изисквания и институционалните договорености между заинтересованите страни на местно"
        " равнище съгласно ЗСУ и 50 % от workflow процедурата."
    )
    easy = "Ние помагаме у дома. Това е безплатно. Обадете се на Ана."
    bad, good = measure(hard), measure(easy, is_easy=True)
    assert bad
    assert good
    assert (bad.is_short, bad.is_simple) == (False, False)
    assert (good.is_short, good.is_simple) == (True, True)
    assert bad.lix > good.lix
    assert "институционалните" in bad.long_words
    assert (bad.capitals, bad.latin, bad.percents) == (["ЗСУ"], ["workflow"], 1)
    assert bad.long_sentences == [hard]
    assert measure(" \n12 345 ") is None


def test_the_page_of_the_measure(manager, sliven):
    material = MaterialFactory(municipality=sliven, kind="easy_read", text="## Помощ\n\nЕлате.")
    shown = text_of(manager.get(page("reading", material.pk)))
    assert "текстът се чете лесно" in shown
    empty = MaterialFactory(municipality=sliven)
    assert "Още няма текст" in text_of(manager.get(page("reading", empty.pk)))
