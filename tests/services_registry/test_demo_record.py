"""The demo shows the whole record: filled, of different ages, with work that waits."""

import pytest

from municipalities.models import Membership, Municipality
from municipalities.tenancy import municipality_scope
from services_registry.models import ChangeProposal, Confirmation, ErrorReport, Service, ServiceSite

pytestmark = pytest.mark.django_db


def test_demo_shows_the_whole_record(demo):
    services = list(Service.public.with_freshness().select_related("municipality"))
    assert sum(bool(one.easy_read) for one in services) >= 6
    assert all(one.easy_read_tested_by for one in services if one.easy_read)
    for name in ("eligibility", "summary_en", "opened_on"):
        assert sum(bool(getattr(one, name)) for one in services) >= 15, name
    assert all(one.languages for one in services)
    assert len({language for one in services for language in one.languages}) >= 6
    assert {one.status for one in services} == {"published", "paused"}
    ages = sorted(one.days_since_checked for one in services if one.stale)
    assert len(set(ages)) >= 3
    assert sum(one.stale for one in services) < len(services) / 5
    [closing] = [one for one in services if one.closes_on]
    assert closing.closes_on.year == 2027
    assert closing.closing_note
    sites = ServiceSite.public.filter(service__in=services)
    assert sites.filter(exceptions__reason="Коледа").exists()


def test_nothing_invented_is_given_for_verified(demo):
    for municipality in Municipality.objects.filter(is_active=True):
        with municipality_scope(municipality):
            assert not Service.objects.exclude(legal_act="").exclude(legal_act__contains="пример")
            for service in Service.objects.all():
                assert not service.fees.filter(kind="fixed", verified=True).exists()


def test_work_that_waits_in_the_demo(demo):
    with municipality_scope(Municipality.objects.get(slug="sliven")):
        assert ErrorReport.objects.filter(state="open").count() == 2
        [proposal] = ChangeProposal.objects.filter(state="waiting")
        now = proposal.service
        for name, before in proposal.before.items():
            assert getattr(now, name) == before != proposal.after[name]


def test_every_check_of_the_demo_has_its_confirmation(demo):
    for municipality in Municipality.objects.filter(is_active=True):
        with municipality_scope(municipality):
            here = set(Membership.objects.current().values_list("user", flat=True))
            for service in Service.objects.all():
                newest = Confirmation.objects.filter(service=service).first()
                assert (newest.at.date(), newest.side) == (service.checked_on, service.checked_by)
                assert service.owner_id in here
