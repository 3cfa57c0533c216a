"""An import from the file to the undo: faults by cell, all or nothing, progress, taking back."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.db import connection

from municipalities.tenancy import municipality_scope
from services_registry.imports import loading, matching, progress
from services_registry.imports.models import ColumnMatch, ImportRun
from services_registry.models import (
    Capacity,
    Fee,
    Provider,
    RequiredDocument,
    Service,
    ServicePaper,
    ServiceSite,
)
from services_registry.search import search
from tests import factories
from tests.services_registry.importing import (
    URL,
    WIDE,
    again,
    load,
    row,
    services_of,
    upload,
)
from tests.support import people
from tests.support.spreadsheets import HEADINGS, ROW, book, csv_of, sent

PLANTED = {
    3: ("A", {"Услуга": ""}, "празна"),
    17: ("A", {"Услуга": "х" * 161}, "161 знака"),
    60: ("A", {"Услуга": "Услуга 50"}, "вече на ред 51"),
    100: ("A", {"Услуга": "Стара услуга"}, "вече има услуга с това име"),
    151: ("B", {"Доставчик": "Непознати и синове"}, "Няма такъв доставчик"),
    152: ("B", {"Доставчик": ""}, "празна"),
    200: ("C", {"Обхват": "обща"}, "„общодостъпна“, „специализирана“"),
    255: ("C", {"Обхват": "специализрана"}, "Може би „специализирана“"),
    300: ("D", {"Кратко описание": "х" * 401}, "401 знака"),
    333: ("E", {"Видове по чл. 15": "7; 99"}, "„99“"),
    380: ("F", {"Целеви групи": "Пенсионери"}, "„Самотни хора“"),
    420: ("G", {"Среда": "на луната"}, "Допустими"),
    450: ("I", {"Населено място": "Слевен"}, "Може би „Сливен“"),
    500: ("J", {"Телефон": "няма"}, "044 000 100"),
    555: ("K", {"Е-поща": "a(at)example.bg"}, "ime@obshtina.bg"),
    600: ("L", {"Капацитет": "тридесет"}, "цяло число"),
    700: ("M", {"Свободни": "31"}, "повече от капацитета (30)"),
    800: ("O", {"Такса": "определена сума", "Размер на таксата": "12,345"}, "сума в евро"),
    900: ("Q", {"Документи": "Шофьорска книжка"}, "„Лична карта“"),
    1001: (
        "D",
        {"Състояние": "публикувана", "Кратко описание": ""},
        "задължително за услуга, която гражданите виждат",
    ),
}


def test_twenty_planted_faults_in_a_thousand_rows_then_mended_loaded_and_undone(
    head, town, django_capture_on_commit_callbacks
):
    factories.ServiceFactory(
        municipality=town,
        name="Стара услуга",
        provider=people.rows_of(town, Provider)[0],
    )
    right = [row(n) for n in range(1, 1001)]
    wrong = [row(n, **PLANTED[n + 1][1]) if n + 1 in PLANTED else row(n) for n in range(1, 1001)]

    run = upload(head, book([WIDE, *wrong]))
    found = {(problem["row"], problem["column"]) for problem in run.problems}
    expected = {(number, ord(letter) - 64) for number, (letter, _f, _m) in PLANTED.items()}
    assert found == expected
    pages = "".join(head.get(f"{URL}{run.pk}/?page={n}").content.decode() for n in (1, 2))
    for number, (letter, _facts, message) in PLANTED.items():
        assert f">{letter}{number}<" in pages
        said = next(p["message"] for p in run.problems if p["row"] == number)
        assert message in said

    load(head, run, django_capture_on_commit_callbacks)
    assert [service.name for service in services_of(town)] == ["Стара услуга"]
    assert again(run).state == "checked"

    faulty = openpyxl.load_workbook(io.BytesIO(head.get(f"{URL}{run.pk}/greshki/").content))
    rows = list(faulty.active.iter_rows(values_only=True))
    assert len(rows) == 21
    assert rows[0][: len(WIDE)] == WIDE
    assert "161 знака" in rows[2][-1]

    mended = upload(head, book([WIDE, *right]))
    assert mended.problems == []
    assert "1000 услуги са готови" in head.get(f"{URL}{mended.pk}/").content.decode()
    loaded = load(head, mended, django_capture_on_commit_callbacks)
    assert (loaded.state, loaded.done, len(loaded.created_services)) == ("loaded", 1000, 1000)
    assert len(services_of(town)) == 1001
    head.post(f"{URL}{run.pk}/otmyana/")  # of the other one: nothing
    assert len(services_of(town)) == 1001

    assert "1000\xa0услуги" in head.get(f"{URL}{mended.pk}/otmyana/").content.decode().replace(
        "1\xa0000", "1000"
    )
    head.post(f"{URL}{mended.pk}/otmyana/")
    assert [service.name for service in services_of(town)] == ["Стара услуга"]
    for model in (ServiceSite, Fee, Capacity, ServicePaper):
        assert people.rows_of(town, model) == []
    assert again(mended).state == "undone"


def test_a_row_is_loaded_with_all_its_parts(head, town, django_capture_on_commit_callbacks):
    facts = {
        "Такса": "",
        "Размер на таксата": "12,50 €",
        "Състояние": "публикувана",
        "Услуга": "Дневен център „Изгрев“",
    }
    run = upload(head, book([WIDE, row(1, **facts), row(2)]))
    load(head, run, django_capture_on_commit_callbacks)
    with municipality_scope(town):
        service = Service.objects.get(name="Дневен център „Изгрев“")
        assert service.slug == "dneven-tsentar-izgrev"
        assert [kind.number for kind in service.kinds.all()] == [7]
        assert service.target_groups.count() == 1
        assert service.settings == ["home"]
        assert (service.financing, service.scope) == ("project", "specialised")
        assert service.steps == ["Обадете се", "Елате"]
        site = service.sites.get()
        assert (site.settlement.ekatte, site.phone) == ("67338", "044 000 100")
        assert str(service.fees.get().amount) == "12.50"
        assert service.fees.get().verified is False
        assert service.capacities.get().free == 4
        assert service.papers.get().document.name == "Лична карта"
        assert Service.objects.get(name="Услуга 2").status == "draft"
    found, _understood = search(Service.public, "изгрев")
    assert [service.name for service in found] == ["Дневен център „Изгрев“"]
    assert "Ще бъдат изтрити 2" in head.get(f"{URL}{run.pk}/otmyana/").content.decode()
    head.post(f"{URL}{run.pk}/otmyana/")
    assert services_of(town) == []


def test_the_history_of_a_loaded_service_says_all_that_came_with_it(
    head, town, django_capture_on_commit_callbacks
):
    rows = [row(n, **{"Такса": "определена сума", "Размер на таксата": f"{n},50"}) for n in (1, 2)]
    run = load(head, upload(head, book([WIDE, *rows])), django_capture_on_commit_callbacks)
    for pk, fee in zip(run.created_services, ("1,50\xa0€", "2,50\xa0€"), strict=True):
        (act,) = head.get(f"/registar/uslugi/{pk}/istoriya/").context["acts"]
        assert (act.what, act.who) == ("Вписана", head.user.name)
        came = {found.label: found.after for found in act.differences}
        assert fee in came["Такси"]
        assert came["Видове по чл. 15"] == "Дневна грижа"
        assert "044 000 100" in came["Места и работно време"]
        assert "Лична карта" in came["Нужни документи"]
        assert "свободни 4" in came["Капацитет и свободни места"]


def test_unknown_providers_are_listed_and_made(head, town, django_capture_on_commit_callbacks):
    run = upload(head, book([HEADINGS, [*ROW[:1], "Сдружение „Надежда“", *ROW[2:]]]))
    page = head.get(f"{URL}{run.pk}/").content.decode()
    assert "Ще се създаде 1 нов доставчик" in page
    assert "Сдружение „Надежда“" in page
    loaded = load(head, run, django_capture_on_commit_callbacks)
    made = [p for p in people.rows_of(town, Provider) if p.name == "Сдружение „Надежда“"]
    assert [p.kind for p in made] == ["nonprofit"]
    assert loaded.created_providers == [made[0].pk]
    head.post(f"{URL}{run.pk}/otmyana/")
    assert [p.name for p in people.rows_of(town, Provider)] == ["Община Сливен"]


def test_a_choice_of_columns_is_remembered(head, town):
    heads = ["Как се казва", "Кой я дава", "Дреболии", "Обхват"]
    values = ["Топъл обяд", "Община Сливен", "x", "общодостъпна"]
    response = head.post(URL, {"table": sent(csv_of([heads, values]), "a.csv")})
    where = response["Location"]
    missing = head.post(where, {"kolona_4": "scope"})
    assert missing.status_code == 422
    assert "Посочете в коя колона е „Наименование“" in missing.content.decode()
    twice = {"kolona_1": "name", "kolona_2": "provider", "kolona_3": "name", "kolona_4": "scope"}
    assert "е избрано за 2 колони" in head.post(where, twice).content.decode()
    head.post(where, {**twice, "kolona_3": ""})
    assert {m.heading: m.field for m in people.rows_of(town, ColumnMatch)} == {
        "как се казва": "name",
        "кой я дава": "provider",
        "дреболии": "",
        "обхват": "scope",
    }
    run = upload(head, csv_of([heads, values]), "b.csv")
    assert run.columns == {"1": "name", "2": "provider", "4": "scope"}
    assert run.problems == []


def test_the_sample_can_be_loaded_as_it_is(head, town):
    factories.TargetGroupFactory(name="Самотни възрастни хора")
    factories.ServiceKindFactory(number=1)
    RequiredDocument.objects.create(code="z", name="Заявление")
    data = head.get(f"{URL}obrazets/").content
    names = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    assert names == ["Услуги", "Допустими стойности"]
    assert upload(head, data).problems == []


def test_the_faulty_rows_come_back_as_text_and_not_as_formulas(head, town):
    evil = '=HYPERLINK("http://x")'
    run = upload(head, csv_of([HEADINGS, [evil, "+1", "@обхват", "-2", "", ""]]), "a.csv")
    data = head.get(f"{URL}{run.pk}/greshki/").content
    cells = next(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2))
    assert cells[0].value == evil
    assert {cell.data_type for cell in cells[:4]} == {"s"}


def test_a_letter_that_cannot_be_read_is_named_by_its_cell(head, town):
    data = csv_of([HEADINGS, ROW]).replace("Храна".encode(), b"\x00")
    run = upload(head, data, "a.csv")
    assert [(p["row"], p["column"]) for p in run.problems] == [(2, 4)]
    assert "не може да се прочете" in run.problems[0]["message"]


# All or nothing


def test_a_second_start_loads_nothing_more(head, town, django_capture_on_commit_callbacks):
    run = upload(head, book([HEADINGS, ROW]))
    load(head, run, django_capture_on_commit_callbacks)
    load(head, run, django_capture_on_commit_callbacks)
    loading.load(municipality=town, run_id=run.pk)
    assert len(services_of(town)) == 1
    assert again(run).state == "loaded"


def test_what_was_added_to_the_registry_since_the_check_stops_the_loading(head, town):
    run = upload(head, book([HEADINGS, ROW]))
    with municipality_scope(town):
        assert loading.start(run)
    provider = people.rows_of(town, Provider)[0]
    factories.ServiceFactory(municipality=town, name=ROW[0], provider=provider)
    loading.load(municipality=town, run_id=run.pk)
    stopped = again(run)
    assert (stopped.state, len(stopped.problems)) == ("checked", 1)
    assert len(services_of(town)) == 1


def test_a_failure_in_the_middle_leaves_nothing(
    head, town, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(loading, "BATCH", 2)
    real = loading._make_parts

    def fail_later(municipality, batch, made):
        if batch[0].row > 3:
            raise RuntimeError("the line was cut")
        real(municipality, batch, made)

    run = upload(head, book([WIDE, *(row(n) for n in range(6))]))
    monkeypatch.setattr(loading, "_make_parts", fail_later)
    stopped = load(head, run, django_capture_on_commit_callbacks)
    assert (stopped.state, stopped.done) == ("failed", 0)
    assert services_of(town) == []
    assert "Нищо не е заредено" in head.get(f"{URL}{run.pk}/").content.decode()
    monkeypatch.undo()
    assert load(head, run, django_capture_on_commit_callbacks).state == "loaded"


@pytest.mark.django_db(transaction=True)
def test_others_see_the_progress_and_none_of_the_services_until_the_end(
    transactional_db, town, monkeypatch
):
    monkeypatch.setattr(loading, "BATCH", 2)
    with municipality_scope(town):
        rows = [list(WIDE), *([str(c) for c in row(n)] for n in range(5))]
        by = factories.UserFactory()
        run = loading.begin(municipality=town, by=by, file_name="a.xlsx", rows=rows)
        of_file = matching.columns_of(rows)
        loading.match(run, matching.guess(of_file, {}))
        assert loading.start(run)
    seen = []
    real = progress.Progress.tell

    def told(self, done):
        real(self, done)
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('frontoffice.municipality', %s, false)", [str(town.pk)]
            )
            cursor.execute(
                "SELECT done, (SELECT count(*) FROM services_registry_service)"
                " FROM services_registry_importrun WHERE id = %s",
                [run.pk],
            )
            seen.append(cursor.fetchone())
            cursor.execute("SELECT set_config('frontoffice.municipality', '', false)")
        other.close()

    monkeypatch.setattr(progress.Progress, "tell", told)
    loading.load(municipality=town, run_id=run.pk)
    assert seen == [(2, 0), (4, 0), (5, 0)]
    assert again(run).state == "loaded"
    assert len(services_of(town)) == 5


# Undone


def test_an_undo_keeps_what_was_changed_or_used_and_says_why(
    head, town, django_capture_on_commit_callbacks
):
    run = upload(head, book([WIDE, *(row(n) for n in range(1, 7))]))
    load(head, run, django_capture_on_commit_callbacks)
    by_name = {service.name: service for service in services_of(town)}
    with municipality_scope(town):
        edited = by_name["Услуга 1"]
        edited.summary = "Друго"
        edited.save()
        Service.objects.filter(pk=by_name["Услуга 2"].pk).update(not_for="никого")
        by_name["Услуга 3"].capacities.update(free=1)
        by_name["Услуга 4"].sites.get().hours.create(
            municipality=town, weekday=1, opens="08:00", closes="12:00"
        )
    factories.ConsultationFactory(municipality=town, services=[by_name["Услуга 5"]])
    page = head.get(f"{URL}{run.pk}/otmyana/").content.decode()
    assert "5 услуги остават" in page
    assert "използвана: консултация" in page
    assert "променена след внасянето" in page
    head.post(f"{URL}{run.pk}/otmyana/")
    left = sorted(service.name for service in services_of(town))
    assert left == [f"Услуга {n}" for n in range(1, 6)]
    done = again(run)
    assert done.state == "undone"
    assert len(done.created_services) == 5
    head.post(f"{URL}{run.pk}/otmyana/")
    assert len(services_of(town)) == 5


# Who


@pytest.mark.parametrize("path", ["", "koloni/", "greshki/", "otmyana/"])
def test_a_run_of_another_municipality_is_not_there(elena, head, town, path):
    run = upload(head, book([HEADINGS, ROW]))
    stranger = people.member(elena, "administrator")
    nowhere = stranger.get(f"{URL}99999999/{path}")
    theirs = stranger.get(f"{URL}{run.pk}/{path}")
    assert (theirs.status_code, nowhere.status_code) == (404, 404)
    for action in ("zaredi/", "iztriy/", "koloni/", "otmyana/"):
        assert stranger.post(f"{URL}{run.pk}/{action}").status_code == 404
    assert again(run).state == "checked"


def test_a_file_can_be_thrown_away_before_it_is_loaded_and_not_after(
    head, town, django_capture_on_commit_callbacks
):
    run = upload(head, book([HEADINGS, ROW]))
    assert head.post(f"{URL}{run.pk}/iztriy/")["Location"] == URL
    assert people.rows_of(town, ImportRun) == []
    run = upload(head, book([HEADINGS, ROW]))
    load(head, run, django_capture_on_commit_callbacks)
    head.post(f"{URL}{run.pk}/iztriy/")
    assert again(run).state == "loaded"


def test_a_wrong_file_is_said_on_the_form(head, town):
    response = head.post(URL, {"table": sent(b"<html></html>", "uslugi.xlsx")})
    assert response.status_code == 422
    assert "уеб страница" in response.content.decode()
    assert head.post(URL, {}).status_code == 422
    assert head.post(URL, {"table": "не е файл"}).status_code == 422


# Queries


def runs(municipality):
    def make(count: int) -> None:
        with municipality_scope(municipality):
            for number in range(count):
                ImportRun.objects.create(municipality=municipality, file_name=f"{number}.xlsx")

    return make


def test_the_tab_is_marked_on_every_page_of_an_import(head, town):
    run = upload(head, book([WIDE, row(1)]))
    marked = r'<a href="/registar/vnos/" aria-current="(page|true)">Внасяне</a>'
    for path, how in (
        (URL, "page"),
        (f"{URL}{run.pk}/", "true"),
        (f"{URL}{run.pk}/koloni/", "true"),
    ):
        page = head.get(path).content.decode()
        assert re.findall(marked, page) == [how]
        assert (
            page.count(
                "aria-current",
                page.index('class="tabs"'),
                page.index("</nav>", page.index('class="tabs"')),
            )
            == 1
        )


def test_the_list_takes_as_many_queries_for_more(head, queries, sliven):
    queries.assert_same(head, URL, runs(sliven), name="imports", at_most=15)


def test_the_preview_takes_as_many_queries_for_more(head, queries, town):
    run = upload(head, book([WIDE, row(0)]))

    def longer(count: int) -> None:
        with municipality_scope(town):
            now = ImportRun.objects.get(pk=run.pk)
            now.rows += [row(len(now.rows) + n) for n in range(count)]
            now.save()

    queries.assert_same(head, f"{URL}{run.pk}/", longer, name="import: preview", at_most=25)
