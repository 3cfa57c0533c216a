"""What staff and citizens do with an application, step by step."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from frontoffice.followups.following import NotAColleague
from municipalities.tenancy import municipality_scope
from referrals.applications import handling
from referrals.models import Application, PaperRequest
from referrals.workflow import ApplicationChanged, StepRefused
from tests.factories import UserFactory
from tests.factories_applications import ApplicationFactory, ApplicationKindFactory
from tests.factories_people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        yield


@pytest.fixture
def application(sliven, scope) -> Application:
    return ApplicationFactory(municipality=sliven, email="penka@example.bg")


@pytest.fixture
def alert(sliven, scope) -> Application:
    kind = ApplicationKindFactory(municipality=sliven, nature="alert")
    return ApplicationFactory(
        municipality=sliven, kind=kind, secret_hash="", email="sased@example.bg"
    )


def last(application):
    return application.events.latest("pk")


def told(application) -> list[str]:
    return [step.told for step in application.events.all() if step.told]


def test_who_takes_it_has_it_and_the_citizen_reads_that_somebody_looks(application, specialist):
    taken = handling.take(application=application, by=specialist.user)
    assert (taken.state, taken.owner) == ("in_work", specialist.user)
    assert last(taken).kind == "taken"
    assert "разглежда" in last(taken).told


def test_taken_twice_it_is_refused_the_second_time(application, specialist):
    handling.take(application=application, by=specialist.user)
    with pytest.raises(StepRefused):
        handling.take(application=application, by=specialist.user)
    assert application.events.count() == 1


def test_taken_over_from_a_colleague_says_who_had_it(application, specialist, head):
    handling.take(application=application, by=specialist.user)
    taken = handling.take(application=application, by=head.user)
    assert taken.owner == head.user
    assert specialist.user.name in last(taken).words
    assert not last(taken).told


def test_given_to_a_colleague_with_a_word(application, specialist, colleague, office):
    given = handling.assign(
        application=application, by=specialist.user, to=colleague.user, note="обажда се в петък"
    )
    assert (given.owner, given.office, given.state) == (colleague.user, office, "received")
    assert "обажда се в петък" in last(given).words
    assert not last(given).told


def test_given_to_nobody_who_is_not_a_colleague(application, specialist, elena_specialist):
    for stranger in (UserFactory(), elena_specialist.user):
        with pytest.raises(NotAColleague):
            handling.assign(application=application, by=specialist.user, to=stranger)
    assert not application.events.exists()


def test_given_again_to_the_same_one_leaves_nothing(application, specialist, colleague):
    for _n in range(2):
        handling.assign(application=application, by=specialist.user, to=colleague.user)
    assert application.events.count() == 1


def test_many_change_hands_and_closed_ones_stay(sliven, scope, head, specialist):
    rows = [ApplicationFactory(municipality=sliven) for _n in range(3)]
    handling.withdraw(application=rows[2], by=head.user)
    moved = handling.assign_many(applications=rows, by=head.user, to=specialist.user)
    assert moved == 2
    assert Application.objects.of(specialist.user).count() == 2


@pytest.mark.parametrize("is_taken", [False, True])
def test_confirmed_before_or_after_it_was_taken(application, specialist, is_taken):
    if is_taken:
        handling.take(application=application, by=specialist.user)
    at = timezone.now() - dt.timedelta(hours=2)
    now = handling.confirm(application=application, by=specialist.user, how="phone", at=at)
    assert (now.state, now.owner, now.confirmed_by) == (
        "in_work", specialist.user, specialist.user,
    )  # fmt: skip
    assert now.confirmed_at == at
    assert "по телефона" in last(now).told
    with pytest.raises(StepRefused):
        handling.confirm(application=application, by=specialist.user, how="phone")


def test_confirmed_while_papers_are_waited_for_the_clock_still_stands(application, specialist):
    handling.ask_papers(application=application, by=specialist.user, papers=["Решение"])
    now = handling.confirm(application=application, by=specialist.user, how="office")
    assert (now.state, now.paused_on) == ("waiting", timezone.localdate())


def test_an_alert_is_not_confirmed_nor_written_of(alert, specialist):
    with pytest.raises(StepRefused):
        handling.confirm(application=alert, by=specialist.user, how="phone")
    with pytest.raises(StepRefused):
        handling.message(application=alert, by=specialist.user, text="Проверяваме.", via="page")


def test_of_an_alert_nothing_is_told(alert, specialist, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        handling.take(application=alert, by=specialist.user)
        handling.ask_papers(application=alert, by=specialist.user, papers=["Адрес"])
        handling.close(application=alert, by=specialist.user, outcome="forwarded", answer="Тайна")
    assert told(alert) == []
    assert not mail.outbox


def test_tied_to_a_person_and_to_the_kept_one_of_two(application, specialist, sliven):
    kept = PersonFactory(municipality=sliven)
    merged = PersonFactory(municipality=sliven, merged_into=kept)
    now = handling.tie(application=application, by=specialist.user, person=merged)
    assert now.person == kept
    assert kept.family_name not in last(now).words
    handling.tie(application=application, by=specialist.user, person=kept)
    assert application.events.count() == 1


def test_asked_papers_stop_the_clock_and_the_mail_does_not_name_them(
    application, specialist, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        now = handling.ask_papers(
            application=application, by=specialist.user,
            papers=["Решение на ТЕЛК", " ", "Решение на ТЕЛК"], note="Само копие.",
            until=timezone.localdate() + dt.timedelta(days=14),
        )  # fmt: skip
    assert (now.state, now.paused_on) == ("waiting", timezone.localdate())
    assert PaperRequest.objects.get(application=now).papers == ["Решение на ТЕЛК"]
    assert "Решение на ТЕЛК" in told(now)[-1]
    (sent,) = mail.outbox
    assert sent.to == ["penka@example.bg"]
    assert now.number in sent.body
    assert "ТЕЛК" not in sent.body + sent.subject
    assert now.number not in sent.subject


def test_nothing_asked_is_no_question(application, specialist):
    with pytest.raises(StepRefused):
        handling.ask_papers(application=application, by=specialist.user, papers=["", "  "])
    application.refresh_from_db()
    assert application.state == "received"


def test_the_deadline_moves_by_the_days_the_clock_stood(sliven, scope, specialist):
    kind = ApplicationKindFactory(municipality=sliven)
    today = timezone.localdate()
    due = today + dt.timedelta(days=30)
    row = ApplicationFactory(
        municipality=sliven, kind=kind, state="waiting", due_on=due, clock_from=today,
        paused_on=today - dt.timedelta(days=7),
    )  # fmt: skip
    now = handling.resume(
        application=row, by=specialist.user, on=today - dt.timedelta(days=2), note="Донесе ги."
    )
    assert (now.state, now.paused_on, now.paused_days) == ("in_work", None, 5)
    assert now.due_on >= due + dt.timedelta(days=5)


@pytest.mark.parametrize("days", [-8, 1])
def test_the_clock_goes_on_neither_before_it_stopped_nor_in_the_future(
    sliven, scope, specialist, days
):
    today = timezone.localdate()
    row = ApplicationFactory(
        municipality=sliven, state="waiting", paused_on=today - dt.timedelta(days=7)
    )
    with pytest.raises(StepRefused):
        handling.resume(application=row, by=specialist.user, on=today + dt.timedelta(days=days))


def test_a_paper_at_the_desk_without_a_file_lets_the_clock_go_on(application, specialist):
    handling.ask_papers(application=application, by=specialist.user, papers=["Акт"])
    now = handling.paper_arrived(
        application=application, by=specialist.user, papers="Акт", is_complete=True
    )
    assert (now.state, now.paused_on) == ("in_work", None)
    request = PaperRequest.objects.get(application=now)
    assert (request.is_received, request.closed_on) == (True, timezone.localdate())
    assert [step.kind for step in now.events.all()] == ["asked", "paper", "resumed"]


def test_a_paper_of_the_citizen_waits_to_be_looked_at(application, specialist):
    handling.ask_papers(application=application, by=specialist.user, papers=["Акт"])
    now = handling.paper_arrived(application=application, by=None, papers="Акт")
    assert now.state == "waiting"
    assert last(now).user is None
    assert last(now).told == "Добавихте: Акт."


def test_going_on_without_the_papers_says_so(application, specialist):
    handling.ask_papers(application=application, by=specialist.user, papers=["Акт"])
    now = handling.resume(application=application, by=specialist.user, is_received=False)
    assert "без исканите документи" in told(now)[-1]
    assert not PaperRequest.objects.get(application=now).is_received


def test_a_note_is_for_staff_and_twice_the_same_is_once(application, specialist):
    for _n in range(2):
        handling.note(application=application, by=specialist.user, text="Не вдига.")
    assert [step.words for step in application.events.all()] == ["Не вдига."]
    assert told(application) == []


def test_a_message_goes_out_once_with_number_and_address(
    application, specialist, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        for _n in range(2):
            handling.message(
                application=application, by=specialist.user, text="Елате в офиса.", via="mail"
            )
    (sent,) = mail.outbox
    assert "Елате в офиса." in sent.body
    assert application.number in sent.body
    assert str(application.public_id) in sent.body
    assert "Пенка" not in sent.subject
    assert told(application) == ["Елате в офиса."]


def test_without_an_address_nothing_is_mailed_but_it_may_have_been_said(sliven, scope, specialist):
    row = ApplicationFactory(municipality=sliven)
    with pytest.raises(StepRefused):
        handling.message(application=row, by=specialist.user, text="Елате.", via="mail")
    handling.message(application=row, by=specialist.user, text="Елате.", via="phone")
    assert "по телефона" in last(row).words


def test_withdrawn_by_the_citizen_while_papers_are_waited_for(application, specialist):
    handling.ask_papers(application=application, by=specialist.user, papers=["Акт"])
    now = handling.withdraw(application=application, by=None)
    assert (now.state, now.paused_on) == ("withdrawn", None)
    assert now.closed_at
    assert last(now).told == "Оттеглихте заявлението."
    assert PaperRequest.objects.get(application=now).closed_on
    with pytest.raises(StepRefused):
        handling.withdraw(application=application, by=None)


def test_closed_with_an_answer_the_citizen_reads_and_a_note_they_do_not(
    application, specialist, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        now = handling.close(
            application=application, by=specialist.user, outcome="answered",
            note="Колежката се съгласи.", answer="Центърът ще ви приеме.",
        )  # fmt: skip
    assert (now.state, now.outcome) == ("closed", "answered")
    assert "Центърът" in last(now).told
    assert "Колежката" not in last(now).told
    (sent,) = mail.outbox
    assert "Центърът" not in sent.body


def test_no_assessment_without_the_persons_will_nor_without_the_person(
    application, specialist, sliven
):
    close = {"by": specialist.user, "outcome": "assessment"}
    with pytest.raises(StepRefused, match="потвърдете"):
        handling.close(application=application, **close)
    handling.confirm(application=application, by=specialist.user, how="home")
    with pytest.raises(StepRefused, match="лице"):
        handling.close(application=application, **close)
    person = PersonFactory(municipality=sliven)
    handling.tie(application=application, by=specialist.user, person=person)
    assert handling.close(application=application, **close).outcome == "assessment"


def test_an_alert_never_ends_in_an_assessment(alert, specialist):
    assert "assessment" not in dict(handling.outcomes_for(alert))
    with pytest.raises(StepRefused):
        handling.close(application=alert, by=specialist.user, outcome="assessment")


def test_reopened_it_has_no_outcome_and_the_old_one_stays_among_the_steps(application, specialist):
    handling.close(application=application, by=specialist.user, outcome="answered", note="Готово")
    now = handling.reopen(application=application, by=specialist.user, reason="Обади се пак.")
    assert (now.state, now.outcome, now.outcome_note, now.closed_at) == ("in_work", "", "", None)
    assert [step.kind for step in now.events.all()] == ["closed", "reopened"]


def test_a_colleagues_change_is_not_covered(application, specialist, colleague):
    version = application.version
    handling.take(application=application, by=colleague.user)
    with pytest.raises(ApplicationChanged) as changed:
        handling.withdraw(application=application, by=specialist.user, version=version)
    assert changed.value.current.owner == colleague.user
    application.refresh_from_db()
    assert application.state == "in_work"


def test_a_form_sent_twice_is_known(application, specialist, colleague):
    handling.ask_papers(application=application, by=specialist.user, papers=["Акт"])
    handling.paper_arrived(
        application=application, by=specialist.user, papers="Акт", is_complete=True
    )
    assert handling.was_made_just_now(application, "paper", specialist.user)
    assert not handling.was_made_just_now(application, "asked", specialist.user)
    assert not handling.was_made_just_now(application, "paper", colleague.user)
