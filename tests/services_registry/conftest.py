"""What tests of the registry's upkeep and of its imports share."""

from __future__ import annotations

import pytest
import time_machine
from django.core import mail

from municipalities.models import Role
from services_registry.models import RequiredDocument
from services_registry.upkeep import tasks
from tests import factories
from tests.services_registry.reminding import MORNING


@pytest.fixture
def deliver(django_capture_on_commit_callbacks):
    """Run the morning of a day; return the mails it sent."""

    def run(day: str) -> list:
        mail.outbox.clear()
        with (
            time_machine.travel(f"{day}{MORNING}", tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            tasks.keep_true()
        return list(mail.outbox)

    return run


@pytest.fixture
def head_of_office(sliven):
    return factories.MembershipFactory(municipality=sliven, role=Role.HEAD).user


@pytest.fixture
def service(sliven):
    """A published service of Сливен with a place and a fee."""
    made = factories.ServiceFactory(municipality=sliven, name="Дневен център", slug="dneven")
    settlement = factories.SettlementFactory(municipality=sliven)
    factories.ServiceSiteFactory(
        municipality=sliven, service=made, settlement=settlement, name="Слънце"
    )
    factories.FeeFactory(municipality=sliven, service=made)
    return made


@pytest.fixture
def draft(sliven):
    return factories.ServiceFactory(
        municipality=sliven, name="Чернова", status="draft", summary="", settings=[]
    )


@pytest.fixture
def town(sliven):
    """A municipality with what the rows of imports name: a provider, a place, classifiers."""
    factories.ProviderFactory(municipality=sliven, name="Община Сливен")
    factories.SettlementFactory(municipality=sliven, name="Сливен", ekatte="67338")
    factories.ServiceKindFactory(number=7, name="Дневна грижа", plain_name="Грижа през деня")
    factories.TargetGroupFactory(name="Самотни хора", plain_name="Сами")
    RequiredDocument.objects.create(code="id", name="Лична карта")
    return sliven
