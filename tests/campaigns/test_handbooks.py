"""The handbook: chosen, made, published, read as pages and as a book."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from campaigns.handbooks import content, making, showing, tasks
from campaigns.handbooks.changes import changes_between
from campaigns.handbooks.errors import HandbookRefused
from campaigns.models import Handbook, HandbookChapter, HandbookEdition
from municipalities.tenancy import municipality_scope
from services_registry.models import LifeSituation, Service
from tests.campaigns.handbooks import gathered, made, three_situations
from tests.factories import (
    FeeFactory,
    ServiceFactory,
    ServiceKindFactory,
    ServiceSiteFactory,
    UserFactory,
)
from tests.factories_campaigns import HandbookFactory
from tests.factories_projects import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def situations() -> list[LifeSituation]:
    return three_situations()


@pytest.fixture
def services(sliven, situations) -> list[Service]:
    """Асистенти in two situations, Баня in one, Водач in none."""
    return [
        ServiceFactory(municipality=sliven, name="Асистенти вкъщи", life_situations=situations[:2]),
        ServiceFactory(municipality=sliven, name="Баня и пералня", life_situations=situations[1:2]),
        ServiceFactory(municipality=sliven, name="Водач", steps=["Идвате", "Записвате се"]),
    ]


@pytest.fixture
def handbook(sliven) -> Handbook:
    row = HandbookFactory(
        municipality=sliven,
        title="Услуги за всеки",
        is_public=False,
        project=ProjectFactory(municipality=sliven, is_public=True),
    )
    with municipality_scope(sliven):
        HandbookChapter.objects.create(
            municipality=sliven, handbook=row, title="Увод", text="# Как\n\nЧете се **лесно**."
        )
        HandbookChapter.objects.create(
            municipality=sliven, handbook=row, title="Права", text="- едно", place="after"
        )
    return row


# What is in it


def test_a_service_is_told_once_and_named_elsewhere(handbook, services):
    found = gathered(handbook)
    titles = [chapter["title"] for chapter in found["chapters"]]
    assert titles == [
        "Увод", "Ситуация 0", "Ситуация 1", "Други услуги", "Къде да попитате", "Права",
    ]  # fmt: skip
    first, second, other = found["chapters"][1:4]
    assert [entry["service"]["name"] for entry in first["entries"]] == ["Асистенти вкъщи"]
    see, told = second["entries"]
    assert see == {
        "see": {
            "key": f"u{services[0].pk}", "name": "Асистенти вкъщи", "chapter": 2, "position": 0,
        }
    }  # fmt: skip
    assert told["service"]["name"] == "Баня и пералня"
    steps = next(
        fact for fact in other["entries"][0]["service"]["facts"] if fact["form"] == "steps"
    )
    assert steps["items"] == ["Идвате", "Записвате се"]


def test_all_phones_are_together(handbook, services, sliven):
    for name in ("Дневен клуб", "Бюро"):
        ServiceSiteFactory(municipality=sliven, service=services[1], name=name, phone="0800 12 345")
    chapters = gathered(handbook)["chapters"]
    phones = next(chapter for chapter in chapters if chapter["kind"] == "phones")
    assert phones["rows"] == [
        ["Баня и пералня, Бюро", "0800 12 345"],
        ["Баня и пералня, Дневен клуб", "0800 12 345"],
    ]


def test_the_index_is_in_bulgarian_order(handbook, services, sliven):
    for name in ("„Ален мак“, група 10", "Ален мак, група 9", "112 отговаря"):
        ServiceFactory(municipality=sliven, name=name, provider=services[0].provider)
    index = gathered(handbook)["index"]
    found = {
        letter["letter"]: [entry["words"] for entry in letter["entries"] if entry["is_service"]]
        for letter in index
    }
    assert [letter for letter in found if found[letter]] == ["А", "Б", "В", content.OTHERS]
    assert found["А"] == ["Ален мак, група 9", "„Ален мак“, група 10", "Асистенти вкъщи"]


@pytest.mark.parametrize("order", Handbook.Order.values)
def test_in_every_order_each_service_is_told_exactly_once(handbook, services, order):
    with municipality_scope(handbook.municipality):
        services[0].kinds.add(ServiceKindFactory())
    for service in services[:2]:
        ServiceSiteFactory(municipality=handbook.municipality, service=service)
    handbook.order = order
    found = gathered(handbook)
    told = [
        entry["service"]["name"]
        for chapter in found["chapters"]
        for entry in chapter.get("entries", ())
        if "service" in entry
    ]
    assert sorted(told) == [service.name for service in services]
    assert [line["number"] for line in found["contents"]] == list(
        range(1, len(found["contents"]) + 1)
    )


def test_what_a_citizen_is_not_shown_is_not_printed(handbook, services, sliven):
    ServiceFactory(municipality=sliven, name="Чернова", status="draft")
    ServiceSiteFactory(
        municipality=sliven, service=services[1], name="Убежище", address="",
        address_is_secret=True, phone="0899 000 001",
    )  # fmt: skip
    FeeFactory(
        municipality=sliven, service=services[1], user_group="всички", kind="fixed",
        amount="77.00", verified=False,
    )  # fmt: skip
    written = str(gathered(handbook))
    place = ServiceSiteFactory._meta.model.public.get(service=services[1]).settlement
    for hidden in ("Чернова", "77,00", str(place)):
        assert hidden not in written
    for told in ("Адресът не се показва", "0899 000 001", "точната сума ще ви кажат"):
        assert told in written


def test_only_the_chosen_ones_and_never_none(handbook, services, sliven, user):
    handbook.takes_all = False
    with municipality_scope(sliven):
        handbook.save()
        with pytest.raises(HandbookRefused, match="избраните"):
            making.begin(handbook=handbook, by=user)
        handbook.services.add(services[2])
    lines = gathered(handbook)["contents"]
    assert [place["name"] for line in lines for place in line["services"]] == ["Водач"]


# Its life


def test_a_failed_making_says_so_and_is_repeated_under_its_number(
    handbook, services, sliven, user, monkeypatch
):
    def broken(*args, **kwargs):
        raise RuntimeError("шрифт")

    with monkeypatch.context() as patched:
        patched.setattr(making.books, "book", broken)
        with municipality_scope(sliven):
            edition = making.begin(handbook=handbook, by=user)
        with pytest.raises(RuntimeError):
            tasks.make_handbook(municipality=sliven.pk, edition=edition.pk)
    with municipality_scope(sliven):
        edition.refresh_from_db()
        assert (edition.state, edition.doing) == ("failed", making.FAILED)
        with pytest.raises(HandbookRefused):
            making.publish(edition=edition)
        making.begin_again(edition=edition, by=user)
    tasks.make_handbook(municipality=sliven.pk, edition=edition.pk)
    with municipality_scope(sliven):
        edition.refresh_from_db()
        assert (edition.state, edition.number) == ("ready", 1)
        with pytest.raises(HandbookRefused, match="готово"):
            making.begin_again(edition=edition, by=user)


def test_services_gone_before_the_worker_comes_are_said(handbook, services, sliven, user):
    with municipality_scope(sliven):
        edition = making.begin(handbook=handbook, by=user)
        Service.objects.update(status="draft")
    tasks.make_handbook(municipality=sliven.pk, edition=edition.pk)
    with municipality_scope(sliven):
        edition.refresh_from_db()
    assert (edition.state, edition.doing) == ("failed", "Общината няма публикувани услуги.")


def test_one_at_a_time_and_a_dead_worker_is_noticed(handbook, services, sliven, user):
    with municipality_scope(sliven):
        edition = making.begin(handbook=handbook, by=user)
        with pytest.raises(HandbookRefused, match="Вече"):
            making.begin(handbook=handbook, by=user)
        with pytest.raises(HandbookRefused, match="Вече"):
            making.begin_again(edition=edition, by=user)
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=1), tick=False):
            assert making.is_stuck(edition)
            making.begin_again(edition=edition, by=user)
            assert not making.is_stuck(HandbookEdition.objects.get())


@pytest.mark.django_db(transaction=True)
def test_whoever_makes_it_holds_it(handbook, services, sliven, user, monkeypatch):
    """Another worker given the same job leaves it alone; the page knows that somebody works."""
    seen = []

    def second() -> None:
        tasks.make_handbook(municipality=sliven.pk, edition=edition.pk)
        with municipality_scope(sliven):
            row = HandbookEdition.objects.get(pk=edition.pk)
            seen.append((row.state, row.doing, making._is_held(row.pk)))
        making.connection.close()

    one = making.books.book

    def slow(*args, **kwargs):
        if not seen:
            thread = threading.Thread(target=second)
            thread.start()
            thread.join(20)
        return one(*args, **kwargs)

    with municipality_scope(sliven):
        edition = making.begin(handbook=handbook, by=user)
    monkeypatch.setattr(making.books, "book", slow)
    tasks.make_handbook(municipality=sliven.pk, edition=edition.pk)
    assert seen == [("making", "Набира се книгата", True)]
    with municipality_scope(sliven):
        assert HandbookEdition.objects.get().state == "ready"
    assert not making._is_held(edition.pk)


def test_what_is_new_since_the_last_edition(handbook, services, sliven):
    old = made(handbook).content
    with municipality_scope(sliven):
        services[0].name, services[0].for_whom = "Асистент", "За нови хора"
        services[0].checked_on, services[0].checked_by = "2026-01-01", "office"
        services[0].save()
        services[1].checked_on, services[1].checked_by = "2026-01-01", "office"
        services[1].save()
        Service.objects.filter(pk=services[2].pk).update(status="draft")
        handbook.chapters.filter(title="Увод").update(text="Друго")
    ServiceFactory(municipality=sliven, name="Нова услуга")
    found = changes_between(old, gathered(handbook))
    assert (found.added, found.gone) == (["Нова услуга"], ["Водач"])
    assert found.changed == [("Асистент", ["Наименование", "За кого"])]
    assert (found.chapters_added, found.chapters_gone, found.chapters_changed) == ([], [], ["Увод"])


# Read by everybody


def test_the_pages_of_an_edition(client, handbook, services, sliven):
    first = made(handbook)
    base = reverse("handbook", args=[sliven.slug, handbook.slug])
    contents = client.get(base).content.decode()
    for words in ("Услуги за всеки", "2. Ситуация 0", "Азбучен указател", "Европейския съюз"):
        assert words in contents
    own = client.get(f"{base}glava/1/").content.decode()
    assert "<strong>лесно</strong>" in own
    second = client.get(f"{base}glava/3/").content.decode()
    assert f'href="{base}glava/2/#u{services[0].pk}"' in second
    assert f'id="u{services[1].pk}"' in second
    index = client.get(f"{base}ukazatel/").content.decode()
    assert f'href="{base}glava/4/#u{services[2].pk}"' in index
    for wrong in (
        "glava/0/",
        "glava/99/",
        "glava/99999999999999999999/",
        "?izdanie=7",
        "?izdanie=x",
    ):
        assert client.get(base + wrong).status_code == 404

    with municipality_scope(sliven):
        services[2].name = "Преводач"
        services[2].save()
    made(handbook)
    assert "Преводач" in client.get(base).content.decode()
    old = client.get(f"{base}?izdanie={first.number}").content.decode()
    assert "Водач" in old
    assert "старото издание" in old
    assert f"{base}glava/4/?izdanie=1" in old
    assert "Водач" in client.get(f"{base}glava/4/?izdanie=1").content.decode()


def test_only_published_editions_of_active_handbooks_are_there(client, handbook, services):
    edition = made(handbook, is_published=False)
    owner = handbook.municipality
    addresses = [
        reverse(name, args=[owner.slug, handbook.slug])
        for name in ("handbook", "handbook_index", "handbook_pdf", "handbook_large")
    ]
    assert {client.get(address).status_code for address in addresses} == {404}
    assert handbook.title not in client.get(reverse("handbooks")).content.decode()
    with municipality_scope(owner):
        making.publish(edition=edition)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert b"".join(answer)  # a file that is read to its end is closed
    shown = client.get(reverse("handbooks"), {"obshtina": owner.slug}).content.decode()
    assert handbook.title in shown
    for page in (owner.get_absolute_url(), handbook.project.get_absolute_url()):
        assert handbook.title in client.get(page).content.decode()
    with municipality_scope(owner):
        making.take_down(edition=edition)
    assert {client.get(address).status_code for address in addresses} == {404}


def test_long_chapters_have_pages_and_a_long_index_letters(client, handbook, sliven, monkeypatch):
    for n in range(13):
        ServiceFactory(municipality=sliven, name=f"Асистент {n:02}")
    few = made(handbook)
    base = reverse("handbook", args=[sliven.slug, handbook.slug])
    chapter = next(c for c in few.content["contents"] if c["title"] == "Други услуги")["number"]
    last = few.content["contents"][chapter - 1]["services"][-1]
    assert f"{base}glava/{chapter}/?page=2#{last['key']}" in client.get(base).content.decode()
    second = client.get(f"{base}glava/{chapter}/?page=2").content.decode()
    assert [f"Асистент {n:02}</h2>" in second for n in (11, 12)] == [False, True]
    monkeypatch.setattr(showing, "LINKS_ON_ONE_PAGE", 5)
    index = client.get(f"{base}ukazatel/").content.decode()
    assert "bukva=" in index


# Kept by the manager


def test_the_manager_makes_and_publishes_by_clicks(
    manager, client, handbook, services, sliven, django_capture_on_commit_callbacks
):
    page = reverse("admin:campaigns_handbook_editions", args=[handbook.pk])
    with django_capture_on_commit_callbacks(execute=True):
        assert manager.post(page, {"what": "new"}).status_code == 302
    text = manager.get(page).content.decode()
    assert "готово, не е публикувано" in text
    with municipality_scope(sliven):
        edition = handbook.editions.get()
    assert "е готово и не е публикувано" in manager.get(reverse("admin:index")).content.decode()
    manager.post(page, {"what": f"publish-{edition.pk}"})
    assert client.get(handbook.get_absolute_url()).status_code == 200
    for name in ("book", "large_book"):
        file = manager.get(reverse(f"admin:campaigns_handbookedition_{name}", args=[edition.pk]))
        assert b"".join(file).startswith(b"%PDF")
    for wrong in ("publish-x", "publish-999999", "down", "", "again-99999999999999999999"):
        assert manager.post(page, {"what": wrong}).status_code in (302, 404)


def test_the_page_tells_how_far_it_is_and_begins_again(manager, handbook, services, sliven, user):
    page = reverse("admin:campaigns_handbook_editions", args=[handbook.pk])
    with municipality_scope(sliven):
        edition = making.begin(handbook=handbook, by=user)
        HandbookEdition.objects.update(done=4, doing="Набира се книгата")
    text = manager.get(page).content.decode()
    assert '<progress max="9" value="4"' in text
    assert "data-progress" in text
    assert "Направи ново издание" not in text
    with municipality_scope(sliven):
        HandbookEdition.objects.update(made_at=timezone.now() - dt.timedelta(minutes=1))
    text = manager.get(page).content.decode()
    assert "Работата е прекъсната" in text
    assert "data-progress" not in text
    manager.post(page, {"what": f"again-{edition.pk}"})
    assert '<progress max="9" value="0"' in manager.get(page).content.decode()


def test_the_manager_chooses_services(manager, handbook, services, sliven, elena):
    foreign = ServiceFactory(municipality=elena, name="Чужда")
    page = reverse("admin:campaigns_handbook_services", args=[handbook.pk])
    assert "Чужда" not in manager.get(page).content.decode()
    ids = [service.pk for service in services]
    manager.post(
        page, {"what": "chosen", "among": [*ids, foreign.pk], "service": [ids[1], foreign.pk]}
    )
    with municipality_scope(sliven):
        handbook.refresh_from_db()
        assert not handbook.takes_all
        assert list(handbook.services.values_list("name", flat=True)) == ["Баня и пералня"]
    manager.post(f"{page}?q=водач", {"what": "found"})
    manager.post(page, {"what": "chosen", "among": [ids[1], "x\x00"], "service": []})
    with municipality_scope(sliven):
        assert list(handbook.services.values_list("name", flat=True)) == ["Водач"]
    assert manager.get(f"{page}?q=%00&vid=nyama").status_code == 200
