"""How often files are taken: a number for a file and a month, and nothing of who took it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.db.models import F, OuterRef, Subquery, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from campaigns.models import Material, MaterialDownload, MaterialFile
from municipalities.drawing import Bar, Point, bar_chart, column_chart
from municipalities.exports import Column
from municipalities.tenancy import municipality_scope

MONTHS_SHOWN = 12
# Programs that read everything and say so. What a reader's program says is not kept.
_ROBOT = re.compile(r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|monitor", re.I)


def is_robot(request: HttpRequest) -> bool:
    """Say whether what asks calls itself a program that nobody reads by."""
    return bool(_ROBOT.search(request.headers.get("User-Agent", "")))


def count_download(file: MaterialFile) -> None:
    """Add one to the month of a public file; opens the municipality's scope by itself."""
    with municipality_scope(file.municipality):
        month = timezone.localdate().replace(day=1)
        row, is_new = MaterialDownload.objects.get_or_create(
            municipality=file.municipality, file=file, month=month, defaults={"count": 1}
        )
        if not is_new:
            MaterialDownload.objects.filter(pk=row.pk).update(count=F("count") + 1)


# What the manager reads of it, in the scope of the municipality


def of_material() -> Subquery:
    """Return how often all files of a material were taken, to annotate materials with."""
    taken = MaterialDownload.objects.filter(file__material=OuterRef("pk")).order_by()
    return Subquery(taken.values("file__material").annotate(all=Sum("count")).values("all"))


def last_months(today: dt.date, count: int = MONTHS_SHOWN) -> list[dt.date]:
    """Return the first days of the last months, this one at the end."""
    number = today.year * 12 + today.month - 1
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(number - count + 1, number + 1)]


def month_words(month: dt.date) -> str:
    """Return „март 2026 г.“."""
    return date_format(month, "F Y г.").lower()


def by_month(months: list[dt.date], material: Material | None = None) -> dict:
    """Return the downloads of ``months`` as columns for components/columns.html.

    Of one material, or of all of the municipality.
    """
    rows = MaterialDownload.objects.filter(month__in=months)
    if material is not None:
        rows = rows.filter(file__material=material)
    counts = dict(rows.order_by().values_list("month").annotate(Sum("count")))
    points = [Point(month_words(month), counts.get(month, 0), f"{month:%m.%y}") for month in months]
    return column_chart(
        "Изтегляния по месеци", points, label_heading="Месец", value_heading="Изтегляния"
    )


def by_file(files: Iterable[MaterialFile]) -> dict:
    """Return the downloads of files, annotated with ``taken``, as bars."""
    bars = [Bar(file_words(file), file.taken) for file in files]
    return bar_chart(
        "Изтегляния по файлове", bars, label_heading="Файл", value_heading="Изтегляния"
    )


def by_material(materials: Iterable[Material]) -> dict:
    """Return the downloads of materials, annotated with ``taken``, as bars."""
    bars = [Bar(material.title, material.taken) for material in materials]
    return bar_chart(
        "Изтегляния по материали", bars, label_heading="Материал", value_heading="Изтегляния"
    )


def file_words(file: MaterialFile) -> str:
    """Return „български, едър шрифт (едър.pdf)“, by which files of a material are told apart."""
    return f"{file.get_language_display()}, {file.get_form_display()} ({file.name})"


def workbook_rows(material: Material | None = None):
    """Return the counts, a row for each file and month, for ``workbook_columns``."""
    rows = MaterialDownload.objects.select_related("file__material")
    if material is not None:
        rows = rows.filter(file__material=material)
    return rows.order_by("file__material__title", "file_id", "month")


def workbook_columns() -> list[Column]:
    """Return the columns of the workbook of downloads."""
    return [
        Column("Материал", lambda row: row.file.material.title, 40),
        Column("Вид", lambda row: row.file.material.get_kind_display()),
        Column("Файл", lambda row: row.file.name, 30),
        Column("Език", lambda row: row.file.get_language_display()),
        Column("Вариант", lambda row: row.file.get_form_display()),
        Column("Месец", lambda row: row.month, 12),
        Column("Изтегляния", lambda row: row.count, 12),
    ]
