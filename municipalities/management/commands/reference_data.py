"""Load the data that every installation needs: territory and classifiers."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from municipalities.models import Municipality
from municipalities.starting import begin


class Command(BaseCommand):
    help = "Зарежда справочните данни на всички приложения (може да се повтаря)."

    @transaction.atomic
    def handle(self, *args, **options):
        for config in apps.get_app_configs():
            if find_spec(f"{config.name}.reference"):
                for line in import_module(f"{config.name}.reference").load():
                    self.stdout.write(line)
        added = sum(begin(municipality) for municipality in Municipality.objects.active())
        self.stdout.write(f"Начални данни на общините: нови {added}")
