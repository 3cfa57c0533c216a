"""Throw away what has run out: sessions and the counts of guesses. For a daily timer."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = "Изтрива изтеклите сесии и изтеклите редове на общия кеш. Пуска се всеки ден."

    def handle(self, *args, **options):
        call_command("clearsessions")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM portal_cache WHERE expires < now()")
            self.stdout.write(f"Изтекли редове на кеша: {cursor.rowcount}")
