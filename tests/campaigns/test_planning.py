"""A campaign planned, run through its settlements and told: where it was, what it came to."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns.models import (
    Audience,
    CampaignEvent,
    CampaignExpense,
    CampaignSettlement,
    Clipping,
    Handout,
    MaterialDownload,
)
from campaigns.planning import changing, cost
from campaigns.planning.due import DUE, NOT_YET, PLANNED, REACHED, due_counts, reach_of
from campaigns.planning.settlements import BY_WAY, Series, events_of, in_order, make_events
from municipalities.models import Settlement
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from tests.campaigns.planning import count_people, held, page, plan, sheet
from tests.factories import SettlementFactory
from tests.factories_campaigns import (
    MaterialFactory,
    MaterialFileFactory,
    RegistrationFactory,
)
from tests.factories_projects import (
    CampaignFactory,
    EventFactory,
    ExpenseFactory,
)
from tests.projects.test_admin import errors, filled
from tests.support.people import rows_of
from tests.support.uploads import pdf

NOON = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)
SERIES = {
    "title": "Среща с хората",
    "kind": "meeting",
    "first_day": "4.12.2026",
    "starts": "10:00",
    "ends": "12:00",
    "step": "1",
    "per_day": "2",
    "gap": "30",
    "how": "ime",
    "skips_days_off": "on",
    "is_public": "on",
}


# Settlements


def test_every_municipality_begins_with_groups_and_keeps_what_it_renames(sliven):
    with municipality_scope(sliven):
        Audience.objects.all().delete()
    assert begin(sliven) >= 7
    with municipality_scope(sliven):
        Audience.objects.filter(code="medii").update(name="журналисти")
        begin(sliven)
        assert Audience.objects.count() == 7
        assert Audience.objects.get(code="medii").name == "журналисти"


def test_a_settlement_is_reached_announced_due_again_or_waits(campaign, sliven):
    with time_machine.travel(NOON, tick=False):
        now = timezone.now()
        spring, lately = now - dt.timedelta(days=250), now - dt.timedelta(days=30)
        old, new, next_one, never, called_off = (
            SettlementFactory(municipality=sliven, kind="с.", name=name, population_2013=people)
            for name, people in (
                ("Старо", 1), ("Ново", 2), ("Скоро", 3), ("Никога", 4), ("Отпаднало", 9),
            )
        )  # fmt: skip
        plan(campaign, old, new, next_one, never, called_off)
        held(campaign, old, spring)
        held(campaign, new, spring)
        last = held(campaign, new, lately)
        held(campaign, next_one, spring)
        EventFactory(municipality=sliven, campaign=campaign, settlement=next_one)
        held(campaign, called_off, lately, cancelled_at=now)
        count_people(last, 12)
        with municipality_scope(sliven):
            reach = reach_of(campaign)
            assert [(place.settlement, place.state) for place in reach.places] == [
                (old, DUE),
                (called_off, NOT_YET),
                (never, NOT_YET),
                (next_one, PLANNED),
                (new, REACHED),
            ]
            assert (reach.planned, reach.reached) == (5, 3)
            place = reach.places[-1]
            assert (place.last, place.times, place.people) == (last, 2, 12)
            assert place.due_on == dt.date(2027, 4, 21)
            assert due_counts(timezone.localdate()) == [(campaign, 3)]


def test_all_of_the_municipality_with_one_button_and_by_typing(manager, campaign, sliven, elena):
    with municipality_scope(sliven):
        everything = set(
            Settlement.objects.filter(municipality=sliven).values_list("pk", flat=True)
        )
    one = SettlementFactory(municipality=sliven, name="Гавраилово")
    other = SettlementFactory(municipality=sliven, name="Тополчане")
    foreign = SettlementFactory(municipality=elena)
    url = page(campaign, "choosing")
    manager.post(url, {"what": "all"})
    everything |= {one.pk, other.pk}
    assert {row.settlement_id for row in rows_of(sliven, CampaignSettlement)} == everything
    manager.post(url, {"what": "none"})
    text = manager.get(f"{url}?q=гавра").content.decode()
    assert "Гавраилово" in text
    assert "Тополчане" not in text
    manager.post(url, {"shown": f"{other.pk}", "place": [other.pk]})
    sent = {"shown": f"{one.pk},{foreign.pk}", "place": [one.pk, foreign.pk, "x", "\x00"]}
    manager.post(f"{url}?q=гавра", sent)
    assert {row.settlement for row in rows_of(sliven, CampaignSettlement)} == {one, other}
    manager.post(url, {"shown": f"{one.pk}"})
    assert [row.settlement for row in rows_of(sliven, CampaignSettlement)] == [other]


def test_the_map_and_the_table_say_the_same_and_lead_to_events(manager, campaign, sliven):
    north = SettlementFactory(
        municipality=sliven, kind="с.", name="Горно", latitude="42.80", longitude="26.30"
    )
    lost = SettlementFactory(municipality=sliven, kind="с.", name="Без точка")
    plan(campaign, north, lost)
    held(campaign, north, timezone.now() - dt.timedelta(days=2))
    text = manager.get(page(campaign, "settlements")).content.decode()
    assert "<title>с. Горно: достигнато</title>" in text
    assert "Без точка на картата: с. Без точка" in text
    assert "още не: 1" in text
    only = manager.get(page(campaign, "settlements") + "?sastoyanie=not_yet").content.decode()
    assert f'value="{lost.pk}"' in only
    assert f'value="{north.pk}"' not in only
    rows = sheet(manager.get(page(campaign, "settlements_xlsx")))
    assert [row[0] for row in rows[1:]] == ["с. Без точка", "с. Горно"]
    assert manager.get(page(campaign, "settlements") + "?sastoyanie=%00").status_code == 200


# Events


def test_a_series_skips_days_off_and_shares_a_day(campaign, sliven):
    places = [SettlementFactory(municipality=sliven) for _ in range(5)]
    series = Series(
        "Среща", "meeting", dt.date(2026, 12, 4), dt.time(10), dt.time(11), per_day=2, gap=30
    )
    found = [timezone.localtime(event.starts_at) for event in events_of(campaign, places, series)]
    assert [f"{moment:%d.%m %H:%M}" for moment in found] == [
        "04.12 10:00", "04.12 11:30", "07.12 10:00", "07.12 11:30", "08.12 10:00",
    ]  # fmt: skip


def test_a_series_is_shown_first_and_made_once_however_often_it_is_sent(manager, campaign, sliven):
    places = [SettlementFactory(municipality=sliven, name=name) for name in ("Бяла", "Ада")]
    query = {**SERIES, "mesto": [place.pk for place in places]}
    url = page(campaign, "series")
    shown = manager.get(url, query)
    assert [event.settlement.name for event in shown.context["events"]] == ["Ада", "Бяла"]
    assert rows_of(sliven, CampaignEvent) == []
    address = shown.wsgi_request.get_full_path()
    for _ in range(2):
        assert manager.post(address).status_code == 302
    events = rows_of(sliven, CampaignEvent)
    assert sorted(event.settlement.name for event in events) == ["Ада", "Бяла"]
    assert {row.settlement for row in rows_of(sliven, CampaignSettlement)} == set(places)
    wrong = manager.get(url, {**query, "ends": "09:00", "per_day": "99"})
    assert wrong.status_code == 422
    assert "Краят трябва да е след началото." in wrong.content.decode()
    assert "Напишете число от 1 до 6." in wrong.content.decode()


def test_by_way_the_nearest_comes_next(sliven, campaign):
    a, b, c = (
        SettlementFactory(municipality=sliven, name=name, latitude="42.7", longitude=east)
        for name, east in (("А", "26.00"), ("Б", "26.90"), ("В", "26.10"))
    )
    assert in_order([a, b, c], BY_WAY, a.ekatte) == [a, c, b]
    assert in_order([c, b, a], "ime", a.ekatte) == [a, b, c]


@pytest.fixture
def mailed(django_capture_on_commit_callbacks):
    """Do something and return the subjects of what it mailed, to whom."""

    def of(verb) -> list[tuple[str, str]]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            response = verb()
        assert response.status_code == 302, errors(response)
        return sorted((one.to[0], one.subject.split("] ")[-1]) for one in mail.outbox)

    return of


def test_who_registered_hears_of_what_a_calendar_shows(manager, sliven, campaign, mailed):
    tomorrow = timezone.localtime().replace(microsecond=0, second=0) + dt.timedelta(days=1)
    event = EventFactory(
        municipality=sliven, campaign=campaign, starts_at=tomorrow, takes_registration=True,
        capacity=1, place="залата",
    )  # fmt: skip
    RegistrationFactory(municipality=sliven, event=event, email="ima@example.bg")
    RegistrationFactory(municipality=sliven, event=event, email="chaka@example.bg", state="waiting")
    both = ["chaka@example.bg", "ima@example.bg"]
    url = reverse("admin:campaigns_campaignevent_change", args=[event.pk])

    def sequence() -> int:
        return rows_of(sliven, CampaignEvent)[0].sequence

    def change(**facts):
        return lambda: manager.post(url, filled(manager, url, **facts))

    assert mailed(change(contact="0888")) == []
    assert sequence() == 0
    assert mailed(change(place="читалището")) == [(who, "Промяна на събитие") for who in both]
    assert sequence() == 1
    assert mailed(change(capacity=2)) == [("chaka@example.bg", "Има място за вас")]
    off = reverse("admin:campaigns_campaignevent_cancelling", args=[event.pk])
    assert manager.post(off, {"why": ""}).status_code == 422
    assert mailed(lambda: manager.post(off, {"why": "Сняг по пътя"})) == [
        (who, "Събитието се отменя") for who in both
    ]
    (row,) = rows_of(sliven, CampaignEvent)
    assert (row.cancelled_why, row.sequence) == ("Сняг по пътя", 2)
    assert mailed(lambda: manager.post(off, {"why": "пак"})) == []
    assert len(mailed(lambda: manager.post(off, {"restore": "1"}))) == 2
    assert rows_of(sliven, CampaignEvent)[0].cancelled_at is None


def test_a_past_event_is_not_called_off(sliven, campaign):
    event = held(campaign, None, timezone.now() - dt.timedelta(days=1))
    with municipality_scope(sliven), pytest.raises(changing.EventRefused, match="минало"):
        changing.cancel(event=event, why="защо")


def test_an_event_is_of_a_campaign_and_in_a_settlement_of_the_municipality(manager, sliven, elena):
    add = reverse("admin:campaigns_campaignevent_add")
    foreign = SettlementFactory(municipality=elena)
    sent = filled(manager, add, title="Среща") | {"settlement": foreign.pk}
    said = errors(manager.post(add, sent))
    assert "Попълнете това поле." in said
    assert "в друга община" in said


def test_registration_closes_before_the_end(manager, sliven, campaign):
    event = EventFactory(municipality=sliven, campaign=campaign)
    url = reverse("admin:campaigns_campaignevent_change", args=[event.pk])
    later = timezone.localtime(event.ends_at) + dt.timedelta(days=2)
    sent = filled(
        manager,
        url,
        registration_until_0=f"{later:%d.%m.%Y}",
        registration_until_1="10:00",
    )
    assert "след края на събитието" in errors(manager.post(url, sent))


# What it left behind


def test_a_clipping_keeps_its_copy(manager, sliven, campaign, django_capture_on_commit_callbacks):
    add = reverse("admin:campaigns_clipping_add")
    told = {"campaign": campaign.pk, "title": "Приемна в Дружба", "outlet": "Новини"}
    data = filled(manager, add, **told, medium="site", day="2.3.2026", reach=1200)
    response = manager.post(add, {**data, "file": SimpleUploadedFile("novina.pdf", pdf())})
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, Clipping)
    given = manager.get(reverse("admin:campaigns_clipping_file", args=[row.pk]))
    assert given["Content-Type"] == "application/pdf"
    assert given.getvalue().startswith(b"%PDF")


def test_a_handout_of_an_event_is_where_the_event_was(manager, sliven, elena, campaign):
    place = SettlementFactory(municipality=sliven)
    event = held(campaign, place, timezone.now(), place="читалището")
    other = EventFactory(municipality=sliven)
    add = reverse("admin:campaigns_handout_add")
    data = {"campaign": campaign.pk, "what": "листовки", "copies": 40, "day": "2.3.2026"}
    wrong = manager.post(add, filled(manager, add, **data) | {"event": other.pk, **data})
    assert "друга кампания" in errors(wrong)
    away = {"event": event.pk, "settlement": SettlementFactory(municipality=elena).pk}
    assert "в друга община" in errors(manager.post(add, filled(manager, add) | data | away))
    response = manager.post(add, filled(manager, add, **data) | {"event": event.pk, **data})
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, Handout)
    assert (row.settlement, row.place, row.copies) == (place, "читалището", 40)


def test_reach_and_cost(manager, told, sliven):
    with municipality_scope(sliven):
        outcome = cost.outcome_of(told)
    assert (outcome.held, outcome.cancelled, outcome.settlements) == (2, 1, 1)
    assert outcome.groups == [("възрастни хора", 19), ("без група", 5)]
    assert (outcome.people, outcome.copies, outcome.media_reach) == (24, 310, 900)
    assert f"{outcome.cost_per_person}" == "4.17"  # 100 / 24
    text = manager.get(page(told, "outcome")).content.decode()
    assert "4,17\xa0€" in text
    totals = dict(sheet(manager.get(page(told, "outcome_xlsx")))[1:])
    assert totals["Дошли хора"] == 24
    assert totals["Разходи в евро"] == 100


def test_an_expense_is_of_one_campaign_of_its_project(manager, told, sliven):
    (tied,) = rows_of(sliven, CampaignExpense)
    free = ExpenseFactory(municipality=sliven, project=told.project)
    foreign = ExpenseFactory(municipality=sliven)
    other = CampaignFactory(municipality=sliven, project=told.project)
    sent = [tied.expense_id, free.pk, foreign.pk]
    manager.post(
        page(other, "outcome"), {"shown": ",".join(str(pk) for pk in sent), "expense": sent}
    )
    rows = {(row.campaign_id, row.expense_id) for row in rows_of(sliven, CampaignExpense)}
    assert rows == {(told.pk, tied.expense_id), (other.pk, free.pk)}
    manager.post(page(told, "outcome"), {"shown": str(tied.expense_id)})
    assert [row.campaign_id for row in rows_of(sliven, CampaignExpense)] == [other.pk]


# Pages of others


def test_downloads_are_of_the_campaigns_materials(campaign, sliven):
    mine = MaterialFileFactory(
        municipality=sliven, material=MaterialFactory(municipality=sliven, campaign=campaign)
    )
    for file in (mine, MaterialFileFactory(municipality=sliven)):
        with municipality_scope(sliven):
            MaterialDownload.objects.create(
                municipality=sliven, file=file, month="2026-03-01", count=7
            )
    with municipality_scope(sliven):
        assert cost.outcome_of(campaign).downloads == 7


def test_what_waits_is_said_on_the_first_page(manager, campaign, sliven):
    plan(campaign, SettlementFactory(municipality=sliven))
    EventFactory(municipality=sliven, campaign=campaign, place="")
    text = manager.get("/admin/").content.decode()
    assert "1\xa0населено място е на ред: По селата" in text
    assert "1\xa0събитие до 14 дни е без място" in text


def test_the_pages_of_a_campaign_are_not_for_other_municipalities(elena_manager, campaign):
    for name in ("settlements", "choosing", "series", "outcome", "outcome_xlsx"):
        assert elena_manager.get(page(campaign, name)).status_code == 404
    assert elena_manager.post(page(campaign, "choosing"), {"what": "all"}).status_code == 404


def test_settlements_cost_the_same_for_any_number(manager, queries, campaign, sliven):
    def make(n):
        for _ in range(n):
            place = SettlementFactory(municipality=sliven, latitude="42.7", longitude="26.3")
            plan(campaign, place)
            held(campaign, place, timezone.now())

    queries.assert_same(
        manager,
        page(campaign, "settlements"),
        make,
        name="admin: where a campaign goes",
        at_most=16,
    )


def test_two_series_at_once_do_not_make_an_event_twice(campaign, sliven):
    place = SettlementFactory(municipality=sliven)
    series = Series("Среща", "meeting", dt.date(2026, 12, 4), dt.time(10), dt.time(11))
    with municipality_scope(sliven):
        assert make_events(campaign=campaign, settlements=[place], series=series) == (1, 0)
        assert make_events(campaign=campaign, settlements=[place], series=series) == (0, 1)


@pytest.mark.parametrize("bad", ["%00", "9" * 40, "%ED%A0%80", "-1", "<b>", "31.12.9999"])
def test_whatever_is_sent_is_answered(manager, campaign, sliven, bad):
    place = SettlementFactory(municipality=sliven)
    asked = "&".join(f"{name}={bad}" for name in (*SERIES, "mesto", "koi", "q", "page"))
    for name in ("settlements", "choosing", "series", "outcome"):
        for query in (f"sastoyanie={bad}&{asked}", f"mesto={place.pk}&{asked}"):
            address = f"{page(campaign, name)}?{query}"
            assert manager.get(address).status_code in {200, 422}
            sent = {"shown": bad, "place": bad, "expense": bad, "what": bad}
            assert manager.post(address, sent).status_code in {200, 302}
    assert rows_of(sliven, CampaignEvent) == []


@pytest.mark.parametrize(("is_public", "leads"), [(True, True), (False, False)])
def test_the_form_leads_to_the_page_of_citizens_where_they_see_it(
    manager, sliven, is_public, leads
):
    campaign = CampaignFactory(municipality=sliven, is_public=is_public)
    event = EventFactory(municipality=sliven, campaign=campaign)
    for row, kind in ((campaign, "campaign"), (event, "campaignevent")):
        page = manager.get(reverse(f"admin:campaigns_{kind}_change", args=[row.pk]))
        assert (f'href="{row.get_absolute_url()}"' in page.content.decode()) is leads
