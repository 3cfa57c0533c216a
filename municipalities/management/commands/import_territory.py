"""Load provinces, municipalities or settlements from a CSV file."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from municipalities.reference import import_bundled
from municipalities.territory import Report, TerritoryError, import_table, read_table
from municipalities.territory_file import count

MAX_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Зарежда области, общини или населени места от CSV (видът се познава по заглавния ред). "
        "Без файл зарежда данните на проекта. Всичко или нищо; може да се повтаря."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, metavar="ФАЙЛ", help="CSV файл")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="показва какво би се променило, без да го записва",
        )

    def handle(self, *args, file: Path | None = None, dry_run: bool = False, **options):
        try:
            with transaction.atomic():
                reports = self._import(file)
                transaction.set_rollback(dry_run)
        except TerritoryError as error:
            if self.stderr.isatty():
                self.stderr.write("", style_func=str)  # ends the line of the percentage
            raise CommandError(self._faults(error)) from None
        for report in reports:
            for line in report.lines():
                self.stdout.write(line)
        if dry_run:
            self.stdout.write("Проба: нищо не е записано.")

    def _import(self, path: Path | None) -> list[Report]:
        if path is None:
            return import_bundled(progress=self._progress())
        try:
            with path.open("rb") as file:
                table = read_table(file)
        except OSError as failure:
            raise CommandError(f"Файлът {path} не може да се прочете: {_why(failure)}.") from None
        return [import_table(table, progress=self._progress())]

    def _progress(self):
        """Return a function that shows the percentage on stderr; a terminal gets one line."""
        shown = -1
        on_terminal = self.stderr.isatty()

        def show(percent: int) -> None:
            nonlocal shown
            step = percent if on_terminal else percent - percent % 20
            if step <= shown:
                return
            shown = step
            if on_terminal:
                self.stderr.write(
                    f"\r{step:3} %", style_func=str, ending="\n" if step == 100 else ""
                )
            elif step:
                self.stderr.write(f"{step} %", style_func=str)

        return show

    def _faults(self, error: TerritoryError) -> str:
        total = len(error.faults)
        lines = [str(fault) for fault in error.faults[:MAX_SHOWN]]
        if total > MAX_SHOWN:
            lines.append(f"… и още {total - MAX_SHOWN}")
        return "\n".join([f"Нищо не е заредено: {count(total, 'грешка', 'грешки')}.", *lines])


def _why(failure: OSError) -> str:
    reasons = {
        FileNotFoundError: "няма такъв файл",
        IsADirectoryError: "това е папка",
        PermissionError: "нямате право да го четете",
    }
    return reasons.get(type(failure), str(failure.strerror))
