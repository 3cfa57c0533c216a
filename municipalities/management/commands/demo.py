"""Load the five demo municipalities, once."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from municipalities import demo
from municipalities.models import User


class Command(BaseCommand):
    help = "Зарежда петте примерни общини, ако още ги няма. Само за демонстрация и проба."

    def add_arguments(self, parser):
        parser.add_argument(
            "--accounts", action="store_true", help="само показва примерните входове"
        )

    def handle(self, *args, accounts=False, **options):
        if not (settings.DEMO_MODE or settings.IS_TEST):
            raise CommandError("Примерните данни се зареждат само при FRONTOFFICE_MODE=demo.")
        if accounts:
            self._print_accounts()
            return
        if User.objects.filter(email=demo.OPERATOR_EMAIL).exists():
            self.stdout.write("Примерните данни вече са заредени.")
            return
        with transaction.atomic():
            for module in _demos():
                module.load(report=self.stdout.write)

    def _print_accounts(self):
        for email, what in demo.accounts():
            self.stdout.write(f"  {email:42} {what}")
        self.stdout.write(f"  Парола за всички: {settings.DEMO_PASSWORD}")
        for module in _demos():
            if tell := getattr(module, "hints", None):
                self.stdout.write("\n".join(f"  {line}" for line in tell()))


def _demos() -> list[ModuleType]:
    """Return the demo of every app that has one, lower floors first."""
    names = [f"{config.name}.demo" for config in apps.get_app_configs()]
    return [import_module(name) for name in names if find_spec(name)]
