"""What is late and why; referring in numbers."""

import datetime as dt

import pytest
from django.utils import timezone

from frontoffice.models import Person
from municipalities import periods
from municipalities.tenancy import municipality_scope
from referrals.measures.counting import measure
from referrals.models import AssessmentEvent, NeedsAssessment, OutcomeQuestion, ReferralEvent
from tests.factories import ServiceFactory, SettlementFactory
from tests.factories_applications import ApplicationFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.referrals.test_desk_list import words_of
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

LATE = "/rabotno-myasto/nasochvaniya/zakasneli/"
NUMBERS = "/rabotno-myasto/nasochvaniya/chisla/"
DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 9, 1), dt.date(2026, 9, 30)
PERIOD = periods.own(FIRST, LAST)


def at(day: int, month: int = 9) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, month, day, 10))


def case(sliven, *, service, days: int = 0, month: int = 9, **facts):
    """A case that went the whole way in September; ``days`` more until the provider answered."""
    person = PersonFactory(municipality=sliven)
    application = ApplicationFactory(
        municipality=sliven, person=person, nature="wish", confirmed_at=at(1, month),
        received_on=dt.date(2026, month, 1), registered_at=at(2, month),
    )  # fmt: skip
    assessment = AssessmentFactory(
        municipality=sliven, application=application, person=person, done=True
    )
    started_on = dt.date(2026, month, 12 + days)
    referral = ReferralFactory(
        municipality=sliven, assessment=assessment, service=service, state="started",
        requested_on=dt.date(2026, month, 1), started_on=started_on, contract_on=started_on,
        **facts,
    )  # fmt: skip
    steps = [(AssessmentEvent, "assessment", assessment, *one) for one in (
        ("begun", "", "draft", 3), ("done", "draft", "done", 6), ("reissued", "done", "done", 9),
    )]  # fmt: skip
    steps += [(ReferralEvent, "referral", referral, *one) for one in (
        ("chosen", "", "chosen", 6), ("sent", "chosen", "sent", 6),
        ("accepted", "sent", "accepted", 8 + days), ("dates", "accepted", "accepted", 9 + days),
        ("started", "accepted", "started", 13 + days),
    )]  # fmt: skip
    for model, parent, row, kind, source, target, day in steps:
        model.objects.create(
            municipality=sliven, **{parent: row}, kind=kind, who="head", source=source,
            target=target, at=at(day, month),
        )  # fmt: skip
    return referral


def counted(sliven, smallest: int = 5):
    with municipality_scope(sliven):
        return measure(PERIOD, smallest=smallest)


@pytest.fixture
def service(sliven):
    return ServiceFactory(municipality=sliven, name="Асистентска подкрепа", status="published")


@pytest.fixture
def five(sliven, service):
    place = SettlementFactory(municipality=sliven, kind="с.", name="Измислено")
    with municipality_scope(sliven):
        made = [case(sliven, service=service, days=days) for days in (0, 1, 2, 3, 4)]
        Person.objects.update(settlement=place)
    return made


def test_each_step_is_counted_from_its_own_events(sliven, five):
    steps = {step.key: step for step in counted(sliven).steps}
    assert {key: step.count for key, step in steps.items()} == dict.fromkeys(steps, 5)
    assert {key: step.median for key, step in steps.items()} == {
        "registered": 1, "begun": 1, "done": 3, "sent": 0, "answered": 4, "started": 4, "whole": 13,
    }  # fmt: skip
    measures = counted(sliven)
    assert [(one.label, one.median) for one in measures.by_settlement] == [("с. Измислено", 13)]
    assert table(measures, "by_settlement") == {"с. Измислено": 5}
    answered = steps["answered"]
    assert (answered.first, answered.median, answered.third) == (3, 4, 5)


def test_a_step_belongs_to_the_period_in_which_it_ended(sliven, service):
    with municipality_scope(sliven):
        for _n in range(5):
            case(sliven, service=service, month=8)
            case(sliven, service=service, month=7)
    whole = counted(sliven).step("whole")
    assert (whole.count, whole.median) == (0, None)
    assert whole.median_before == 11  # of August only


def test_few_cases_have_no_median_and_no_number(sliven, service, head):
    with municipality_scope(sliven):
        for _n in range(4):
            case(sliven, service=service)
    measures = counted(sliven)
    assert {step.median for step in measures.steps} == {None}
    assert measures.by_service == []
    page = head.get(NUMBERS, {"ot": "01.09.2026", "do": "30.09.2026"}).content.decode()
    assert "под 5" in page
    assert "Насочвания по услуга" in page, "named as withheld"
    assert "Асистентска подкрепа" not in page


def test_an_urgent_case_sent_before_its_assessment_does_not_shorten_that_step(sliven, service):
    with municipality_scope(sliven):
        for referral in [case(sliven, service=service) for _n in range(5)]:
            ReferralEvent.objects.create(
                municipality=sliven,
                referral=ReferralFactory(
                    municipality=sliven, assessment=referral.assessment, state="sent"
                ),
                kind="sent", source="chosen", target="sent", who="head", at=at(4),
            )  # fmt: skip
    measures = counted(sliven)
    assert measures.step("sent").count == 5
    assert sum(cell.count or 0 for cell in measures.sent.rows) == 10


def table(measures, key: str) -> dict[str, int | None]:
    return next({cell.label: cell.count for cell in one.rows} for one in measures.tables
                if one.key == key)  # fmt: skip


def test_nothing_hidden_follows_from_the_rest_of_a_table(sliven, five, service):
    """Five and one make six: the one is hidden, so the five have to be."""
    with municipality_scope(sliven):
        other = ServiceFactory(municipality=sliven, name="Друга", status="published")
        case(sliven, service=other)
        both = table(measure(PERIOD, smallest=5), "by_service")
        assert both == {"Асистентска подкрепа": None, "Друга": None}
        for name, many in (("Трета", 9), ("Четвърта", 2)):
            third = ServiceFactory(municipality=sliven, name=name, status="published")
            for _n in range(many):
                case(sliven, service=third)
        shown = table(measure(PERIOD, smallest=5), "by_service")
    assert shown["Трета"] == 9
    assert shown["Друга"] is None
    assert shown["Четвърта"] is None


def test_refusals_and_outcomes_are_counted_by_what_was_said(sliven, service):
    with municipality_scope(sliven):
        for number in range(12):
            reason = "no_place" if number < 7 else "papers"
            row = ReferralFactory(
                municipality=sliven, service=service, state="declined", decline_reason=reason
            )
            ReferralEvent.objects.create(
                municipality=sliven, referral=row, kind="declined", who="provider",
                source="sent", target="declined", at=at(5),
            )  # fmt: skip
            OutcomeQuestion.objects.create(
                municipality=sliven, referral=row, due_on=FIRST, state="answered",
                reached="yes" if number < 6 else "no", helped="early" if number < 6 else "",
                answered_at=at(20),
            )  # fmt: skip
    measures = counted(sliven)
    assert table(measures, "declined") == {"няма свободно място": 7, "липсват документи": 5}
    assert table(measures, "reached") == {"да": 6, "не": 6}
    assert table(measures, "helped") == {"рано е да се каже": 6}


def test_who_waits_now_and_how_long(sliven, service):
    with municipality_scope(sliven):
        for days in (2, 4, 6, 8, 10):
            ReferralFactory(
                municipality=sliven, service=service, state="waiting",
                waiting_since=timezone.now() - days * DAY,
            )  # fmt: skip
    measures = counted(sliven)
    assert measures.waiting == 5
    assert [(one.label, one.median) for one in measures.longest] == [("Асистентска подкрепа", 6)]


def test_the_page_and_the_spreadsheet_tell_the_same(five, specialist, elena_specialist):
    asked = {"ot": "01.09.2026", "do": "30.09.2026"}
    page = specialist.get(NUMBERS, asked).content.decode()
    assert "Асистентска подкрепа" in page
    assert "12 – 14" in page  # the middle half of the whole way
    words = words_of(specialist.get(f"{NUMBERS}iznos/", asked))
    assert "Асистентска подкрепа" in words
    assert "от желанието до услугата" in words
    assert "Асистентска подкрепа" not in elena_specialist.get(NUMBERS, asked).content.decode()


@pytest.mark.parametrize(
    "params",
    [{"period": "x"}, {"ot": "\x00"}, {"ot": "01.01.0001", "do": "31.12.9999"}, {"do": "9" * 40},
     {"ot": "2.2.2026", "do": "1.1.2026"}, {"period": "godina"}],
)  # fmt: skip
def test_any_period_is_answered(specialist, params):
    assert specialist.get(NUMBERS, params).status_code == 200
    assert specialist.get(f"{NUMBERS}iznos/", params).status_code == 200


def test_the_numbers_take_a_fixed_number_of_queries(sliven, specialist, queries):
    def make(count):
        with municipality_scope(sliven):
            for _n in range(count):
                service = ServiceFactory(municipality=sliven, status="published")
                case(sliven, service=service, month=timezone.localdate().month)

    url = f"{NUMBERS}?period=godina"
    queries.assert_same(specialist, url, make, name="referring/numbers", at_most=45)


# What is late


@pytest.fixture
def late(sliven, specialist, colleague, service):
    today = timezone.localdate()
    norm = {
        "code": "preliminary-assessment", "value": 7, "unit": "working_days",
        "legal_basis": "чл. 73 от пробния закон", "is_verified": False,
    }  # fmt: skip
    with municipality_scope(sliven):
        draft = AssessmentFactory(
            municipality=sliven, owner=specialist.user, norm=norm,
            clock_from=today - 20 * DAY, due_on=today - 9 * DAY, paused_days=2,
            pause_reason="чака решение на ТЕЛК",
        )  # fmt: skip
        sent = ReferralFactory(
            municipality=sliven, service=service, state="sent", owner=colleague.user,
            due_on=today - 3 * DAY,
        )  # fmt: skip
        ReferralEvent.objects.create(
            municipality=sliven, referral=sent, kind="sent", source="chosen", target="sent",
            who="specialist",
        )  # fmt: skip
        # In time, standing, done.
        AssessmentFactory(municipality=sliven, due_on=today)
        ReferralFactory(
            municipality=sliven, state="sent", due_on=today - DAY, paused_on=today - 2 * DAY
        )
        ReferralFactory(municipality=sliven, state="ended", due_on=today - DAY)
    return draft, sent


def test_the_head_reads_what_is_late_whom_it_waits_for_and_why(late, head):
    draft, sent = late
    answer = head.get(LATE)
    page = answer.content.decode()
    assert [why.case.row.pk for why in answer.context["rows"]] == [draft.pk, sent.pk]
    for words in ("закъснява с 9 дни", "7 работни дни от", "чл. 73 от пробния закон",
                  "непотвърдена норма", "спиран за 2 дни", "чака решение на ТЕЛК",
                  "закъснява с 3 дни", "Доставчикът не е отговорил", sent.provider.name,
                  "Изпратено на доставчика"):  # fmt: skip
        assert words in page, words
    assert draft.person.full_name not in page, "whose it is is not what the page is about"
    only = head.get(LATE, {"stapka": "sent"})
    assert [why.case.row.pk for why in only.context["rows"]] == [sent.pk]


def test_the_head_hands_over_several_at_once(late, head, colleague, specialist):
    draft, sent = late
    hand = f"{LATE}predavane/"
    chosen = [f"o{draft.pk}", f"n{sent.pk}", "n987654", "x1", "o", "\x00", "n" + "9" * 30]
    assert head.get(hand, {"z": chosen}).status_code == 200
    answer = head.post(hand, {"z": chosen, "to": colleague.user.pk, "note": "поеми ги"})
    assert answer.status_code == 302
    assert len(head.get(answer["Location"]).context["cases"]) == 2
    owners = {row.owner_id for row in rows_of(draft.municipality, NeedsAssessment)
              if row.pk == draft.pk}  # fmt: skip
    assert owners == {colleague.user.pk}
    step = rows_of(draft.municipality, AssessmentEvent)[-1]
    assert (step.kind, "поеми ги" in step.words) == ("handed", True)
    assert specialist.get(LATE).status_code == specialist.post(hand, {"z": chosen}).status_code
    assert specialist.get(LATE).status_code == 403


def test_cases_of_another_municipality_are_not_handed_over(late, head, elena, colleague):
    theirs = AssessmentFactory(municipality=elena)
    answer = head.post(f"{LATE}predavane/", {"z": [f"o{theirs.pk}"], "to": colleague.user.pk})
    assert answer["Location"] == LATE


def test_what_is_late_takes_a_fixed_number_of_queries(sliven, head, queries):
    def make(count):
        with municipality_scope(sliven):
            for _n in range(count):
                facts = {"owner": head.user, "due_on": timezone.localdate() - DAY}
                AssessmentFactory(municipality=sliven, **facts)
                ReferralFactory(municipality=sliven, state="sent", **facts)

    queries.assert_same(head, LATE, make, name="referring/late")
