"""What the tests of imports share: a right row, and the steps of an import as people take them."""

from __future__ import annotations

import re

from municipalities.tenancy import municipality_scope
from services_registry.imports.models import ImportRun
from services_registry.models import Service
from tests.support import people
from tests.support.spreadsheets import sent

URL = "/registar/vnos/"
WIDE = (
    *("Услуга", "Доставчик", "Обхват", "Кратко описание", "Видове по чл. 15", "Целеви групи"),
    *("Среда", "Финансиране", "Населено място", "Телефон", "Е-поща", "Капацитет"),
    *("Свободни", "Такса", "Размер на таксата", "Стъпки", "Документи", "Състояние"),
)


def row(number: int, **facts) -> list[str]:
    """Return a right row of WIDE, with some cells written otherwise."""
    cells = dict(
        zip(
            WIDE,
            (
                *(f"Услуга {number}", "Община Сливен", "специализирана", "Помощ през деня"),
                *("7", "Самотни хора", "в дома", "по проект", "гр. Сливен", "044 000 100"),
                *("a@example.bg", "30", "4", "безплатно", "", "Обадете се; Елате"),
                *("Лична карта", "чернова"),
            ),
            strict=True,
        )
    )
    return list({**cells, **facts}.values())


def upload(client, data: bytes, name: str = "uslugi.xlsx") -> ImportRun:
    """Send a file and confirm the columns as guessed; return the run."""
    response = client.post(URL, {"table": sent(data, name)})
    assert response.status_code == 302, response.content.decode()
    page = client.get(response["Location"]).content.decode()
    chosen = {}
    for select in re.findall(r"<select.*?</select>", page, re.DOTALL):
        name = re.search(r'name="(\w+)"', select)[1]
        found = re.search(r'value="(\w*)" selected', select)
        chosen[name] = found[1] if found else ""
    response = client.post(response["Location"], chosen)
    assert response.status_code == 302, response.content.decode()
    with municipality_scope(client.membership.municipality):
        return ImportRun.objects.latest("pk")


def again(run: ImportRun) -> ImportRun:
    with municipality_scope(run.municipality):
        return ImportRun.objects.get(pk=run.pk)


def load(client, run: ImportRun, capture) -> ImportRun:
    with capture(execute=True):
        response = client.post(f"{URL}{run.pk}/zaredi/")
    assert response["Location"] == f"{URL}{run.pk}/"
    return again(run)


def services_of(municipality) -> list[Service]:
    return people.rows_of(municipality, Service)


def runs_of(municipality) -> list[ImportRun]:
    return people.rows_of(municipality, ImportRun)
