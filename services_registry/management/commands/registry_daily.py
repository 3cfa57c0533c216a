"""Do by hand what the worker does each morning: close services that ended, send reminders."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from municipalities.models import Municipality
from services_registry.upkeep.tasks import look_after


class Command(BaseCommand):
    help = (
        "Дневната работа по регистъра: закрива услугите с минал последен ден и праща напомняния "
        "за преглед. Може да се пусне пак: нищо не се праща два пъти."
    )

    def add_arguments(self, parser):
        parser.add_argument("--municipality", help="Само за тази община, напр. sliven.")

    def handle(self, *args, municipality: str | None, **options):
        chosen = Municipality.objects.active().order_by("pk")
        if municipality:
            chosen = chosen.filter(slug=municipality)
            if not chosen:
                raise CommandError(f"Няма такава община, която ползва портала: {municipality}")
        for one in chosen:
            day = look_after(one)
            self.stdout.write(f"{one.name}: закрити {day.closed}, напомняния {len(day.reminders)}")
