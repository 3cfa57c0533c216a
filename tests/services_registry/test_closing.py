"""Services that close by themselves, and the daily work done by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command

from municipalities.tenancy import municipality_scope
from services_registry.models import Service, ServiceHistory
from services_registry.upkeep import tasks
from tests.services_registry.reminding import MORNING, at, kept, reread, to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


# Closing


def test_past_its_last_day_staff_are_led_to_the_registry_not_to_a_missing_page(
    sliven, client, head
):
    service = kept(sliven, "2026-08-01", closes_on=dt.date(2026, 9, 30))
    record = f"/registar/uslugi/{service.pk}/"
    with at("2026-09-30T12:00:00+03:00"):
        page = client.get(service.get_absolute_url()).content.decode()
        assert page.count("30.09.2026") == 1
    with at("2026-10-01T00:10:00+03:00"):  # before the work of the morning
        assert reread(service).status == Service.Status.PUBLISHED
        assert client.get(service.get_absolute_url()).status_code == 404
        assert service.get_absolute_url() not in head.get(record).content.decode()
        assert "Сега е „закрита“" in head.get(f"{record}izgled/").content.decode()


def test_a_service_closes_after_its_last_day_and_the_history_says_so(sliven, deliver):
    service = kept(sliven, "2026-08-01", closes_on=dt.date(2026, 9, 30))
    deliver("2026-09-30")
    assert reread(service).status == Service.Status.PUBLISHED
    deliver("2026-10-01")
    assert reread(service).status == Service.Status.CLOSED
    with municipality_scope(sliven):
        events = ServiceHistory.objects.filter(pgh_obj_id=service.pk).order_by("pk")
        assert [event.status for event in events] == ["published", "closed"]
        assert events.last().pgh_context.metadata == {"job": "services_registry.close_ended"}


def test_the_office_is_told_once_a_month_before(sliven, deliver, head_of_office):
    kept(
        sliven,
        "2026-08-01",
        name="Дневен център",
        closes_on=dt.date(2026, 9, 30),
        closing_note="Обърнете се към центъра в квартал „Младост“.",
    )
    assert deliver("2026-08-30") == []
    (message,) = deliver("2026-08-31")
    assert message.to == [head_of_office.email]
    assert "30.09.2026" in message.body
    assert "квартал „Младост“" in message.body
    assert "/pregled/" not in message.body
    assert deliver("2026-09-01") == []
    assert deliver("2026-10-01") == []


def test_a_last_day_that_is_moved_is_told_of_again(sliven, deliver, head_of_office):
    service = kept(sliven, "2026-08-01", closes_on=dt.date(2026, 9, 30))
    deliver("2026-09-01")
    with municipality_scope(sliven):
        Service.objects.filter(pk=service.pk).update(closes_on=dt.date(2026, 10, 20))
    assert deliver("2026-09-02") == []
    assert len(deliver("2026-09-20")) == 1


def test_telling_of_the_last_day_does_not_stand_for_asking(sliven, deliver, head_of_office):
    """Due on 15.09, closes on 20.09: the provider, the closing, and the office, each once."""
    kept(sliven, closes_on=dt.date(2026, 9, 20))
    got = {day: sorted(to(deliver(day))) for day in ("2026-09-01", "2026-09-02", "2026-09-15")}
    assert got == {
        "2026-09-01": sorted(["dostavchik@example.bg", head_of_office.email]),
        "2026-09-02": [],
        "2026-09-15": [head_of_office.email],
    }


def test_a_service_that_closes_before_it_is_due_is_not_asked_about(sliven, deliver):
    kept(sliven, closes_on=dt.date(2026, 9, 15))
    assert deliver("2026-09-05") == []


# By hand


def test_the_command_does_the_work_of_the_day_and_says_it(
    sliven, elena, capsys, django_capture_on_commit_callbacks
):
    kept(sliven)
    kept(elena, "2026-08-01", closes_on=dt.date(2026, 8, 31))
    with at(f"2026-09-01{MORNING}"):
        for expected in ("Сливен: закрити 0, напомняния 1", "Сливен: закрити 0, напомняния 0"):
            with django_capture_on_commit_callbacks(execute=True):
                call_command("registry_daily", municipality="sliven")
            said = capsys.readouterr().out
            assert expected in said
            assert "Елена" not in said
        call_command("registry_daily")
        assert "Елена: закрити 1, напомняния 0" in capsys.readouterr().out
    assert len(mail.outbox) == 1
    with pytest.raises(CommandError):
        call_command("registry_daily", municipality="nyama")


def test_one_municipality_that_fails_does_not_stop_the_others(sliven, elena, deliver, monkeypatch):
    kept(sliven)
    kept(elena)
    real = tasks.look_after

    def fails_in_elena(municipality):
        if municipality == elena:
            raise RuntimeError
        return real(municipality)

    monkeypatch.setattr(tasks, "look_after", fails_in_elena)
    (message,) = deliver("2026-09-10")
    assert "община Сливен" in message.body
