"""A training from plan to held: places and waiting, attendance by session, the steps."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from tests.factories import (
    MembershipFactory,
    ProviderFactory,
    ProviderMembershipFactory,
    UserFactory,
)
from tests.factories_projects import ParticipantFactory, TraineeFactory, TrainingFactory
from trainings import attending, choosing, enrolling, running
from trainings.errors import TrainingRefused
from trainings.models import Trainee, Training, TrainingSession
from trainings.people import trainee_of, trainees_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope(sliven):
    with municipality_scope(sliven):
        yield


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def training(sliven) -> Training:
    """Two sessions of four hours, two places."""
    row = TrainingFactory(municipality=sliven, capacity=2, title="Работа с хора")
    for day in (2, 3):
        TrainingSession.objects.create(
            municipality=sliven, training=row, day=dt.date(2026, 3, day), academic_hours=4
        )
    return row


def people(sliven, *names: str) -> list[Trainee]:
    return [TraineeFactory(municipality=sliven, name=name) for name in names]


def states(training) -> dict[str, str]:
    return {row.trainee.name: row.state for row in training.participants.all()}


def of(training, name: str):
    return training.participants.select_related("training", "trainee").get(trainee__name=name)


# One row a person


def test_a_user_is_one_person_whatever_their_roles(sliven):
    role = MembershipFactory(municipality=sliven, role=Role.SPECIALIST, job_title="специалист")
    MembershipFactory(municipality=sliven, role=Role.HEAD, user=role.user)
    ProviderMembershipFactory(municipality=sliven, user=role.user)
    first = trainee_of(role.user, sliven)
    assert trainees_of([role.user, role.user], sliven) == [first, first]
    assert (first.name, first.organisation, first.provider) == (
        role.user.name, f"община {sliven.name}", None,
    )  # fmt: skip
    assert Trainee.objects.count() == 1


def test_whoever_was_written_down_before_they_had_an_account_gets_it(sliven):
    known = TraineeFactory(municipality=sliven, name="Вяра", email="Vyara@example.bg")
    user = UserFactory(email="vyara@example.bg")
    assert trainee_of(user, sliven) == known
    known.refresh_from_db()
    assert known.user == user
    # Two rows with one address are not told apart: the account gets a row of its own.
    TraineeFactory.create_batch(2, municipality=sliven, email="obsht@example.bg")
    other = UserFactory(email="obsht@example.bg")
    assert trainee_of(other, sliven).user == other
    assert Trainee.objects.count() == 4


def test_a_person_of_a_provider_is_the_providers(sliven):
    member = ProviderMembershipFactory(municipality=sliven)
    row = trainee_of(member.user, sliven)
    assert (row.provider, row.organisation) == (member.provider, member.provider.name)


# Places


def test_the_first_get_the_places_and_the_others_wait_in_turn(sliven, training):
    ani, boyan, vyara, galya = people(sliven, "Ани", "Боян", "Вяра", "Галя")
    made = enrolling.enrol(training=training, trainees=[boyan, ani, vyara])
    assert [str(row) for row in made.waiting] == ["Вяра"]
    assert enrolling.enrol(training=training, trainees=[ani, galya]).there == 1
    moved = enrolling.cancel(participant=of(training, "Боян"))
    assert [str(row.trainee) for row in moved] == ["Вяра"]
    assert enrolling.cancel(participant=of(training, "Боян")) == [], "twice frees one place"
    # Back again they are the last in the queue, not the first.
    enrolling.enrol(training=training, trainees=[boyan])
    enrolling.cancel(participant=of(training, "Ани"))
    assert states(training) == {
        "Ани": "cancelled", "Боян": "waiting", "Вяра": "enrolled", "Галя": "enrolled",
    }  # fmt: skip


def test_more_places_are_given_to_those_who_wait(sliven, training):
    enrolling.enrol(training=training, trainees=people(sliven, "Ани", "Боян", "Вяра", "Галя"))
    Training.objects.update(capacity=3)
    late = enrolling.enrol(training=training, trainees=people(sliven, "Деян"))
    assert [row.state for row in late.waiting] == ["waiting"], "not before those who wait"
    assert states(training)["Вяра"] == "enrolled"
    Training.objects.update(capacity=None)
    enrolling.settle(training)
    assert set(states(training).values()) == {"enrolled"}


def test_whoever_came_cannot_be_let_out(sliven, training):
    row = ParticipantFactory(municipality=sliven, training=training)
    with pytest.raises(TrainingRefused, match="отбелязано присъствие"):
        enrolling.cancel(participant=row)


def test_mails_go_to_one_person_each_and_only_where_there_is_a_place(sliven, training, run):
    invited = TraineeFactory(municipality=sliven, name="Ани", email="ani@example.bg")
    others = [
        *people(sliven, "Боян"),
        TraineeFactory(municipality=sliven, name="Вяра", email="vyara@example.bg"),
    ]
    with run():
        enrolling.enrol(training=training, trainees=[invited, *others], is_invited=True)
    assert [message.to for message in mail.outbox] == [["ani@example.bg"]]
    assert "02.03.2026 г." in mail.outbox[0].body
    assert "Ани" not in mail.outbox[0].subject
    with run():
        enrolling.cancel(participant=of(training, "Боян"))
    assert mail.outbox[1].to == ["vyara@example.bg"]
    assert "Освободи се място" in mail.outbox[1].body


def test_whoever_has_an_account_alone_is_written_to_there(sliven, training, run):
    member = MembershipFactory(municipality=sliven, role=Role.SPECIALIST)
    gone = UserFactory(is_active=False)
    trainees = [
        TraineeFactory(municipality=sliven, user=member.user),
        TraineeFactory(municipality=sliven, user=gone),
    ]
    enrolling.enrol(training=training, trainees=trainees)
    with run():
        assert enrolling.invite_all(training) == 1
    assert [message.to for message in mail.outbox] == [[member.user.email]]


# Whom to choose from


def names(training, **where) -> list[str]:
    return [one.name for one in choosing.candidates(training, **where)]


def test_candidates_of_the_office_of_a_provider_and_of_an_earlier_training(sliven, elena, training):
    office_user = MembershipFactory(
        municipality=sliven, role=Role.SPECIALIST, user=UserFactory(name="Ани Офис")
    ).user
    provider = ProviderFactory(municipality=sliven)
    ProviderMembershipFactory(
        municipality=sliven, provider=provider, user=UserFactory(name="Боян Доставчик")
    )
    TraineeFactory(municipality=sliven, name="Вяра Хартиена", provider=provider)
    earlier = ParticipantFactory(
        municipality=sliven, trainee=TraineeFactory(municipality=sliven, name="Галя")
    ).training
    with municipality_scope(elena):
        foreign = ParticipantFactory(municipality=elena).training
        MembershipFactory(
            municipality=elena, role=Role.HEAD, user=UserFactory(name="Чужда Колежка")
        )
    everybody = ["Ани Офис", "Боян Доставчик", "Вяра Хартиена", "Галя"]
    assert names(training) == everybody
    assert names(training, source="staff") == ["Ани Офис"]
    assert names(training, source=f"provider-{provider.pk}") == everybody[1:3]
    assert names(training, source=f"training-{earlier.pk}") == ["Галя"]
    assert names(training, words="доставчик бо") == ["Боян Доставчик"]
    for wrong in (f"training-{foreign.pk}", "training-x", "office-" + "9" * 15, "никъде", "office"):
        assert names(training, source=wrong) == []
    keys = [one.key for one in choosing.candidates(training, source="staff")]
    chosen = choosing.chosen([*keys, "x1", "u", f"u{UserFactory().pk}", "t99999"], sliven)
    assert [row.user for row in chosen] == [office_user], "no account of a stranger"
    enrolling.enrol(training=training, trainees=chosen)
    assert "Ани Офис" not in names(training)


# Attendance


def marks(training, *pairs) -> set[tuple[int, int]]:
    sessions = list(training.sessions.all())
    return {(of(training, name).pk, sessions[number].pk) for name, number in pairs}


def mark(training, *pairs, **more):
    return attending.mark(
        training=training,
        people=[row.pk for row in training.participants.all()],
        sessions=[row.pk for row in training.sessions.all()],
        marks=marks(training, *pairs) | more.get("foreign", set()),
    )


def test_hours_follow_attendance(sliven, training):
    enrolling.enrol(training=training, trainees=people(sliven, "Ани", "Боян"))
    assert mark(training, ("Ани", 0), ("Ани", 1), ("Боян", 1)) == 2
    came = {one.participant.trainee.name: one for one in attending.came_to(training)}
    assert (came["Ани"].hours, came["Ани"].percent, came["Ани"].is_enough) == (8, 100, True)
    assert (came["Боян"].hours, came["Боян"].percent, came["Боян"].is_enough) == (4, 50, False)
    assert of(training, "Боян").academic_hours == 4
    assert mark(training, ("Ани", 0), ("Ани", 1)) == 1
    assert (of(training, "Боян").state, of(training, "Боян").academic_hours) == ("enrolled", None)


def test_a_mark_of_another_training_is_not_kept(sliven, training):
    other = ParticipantFactory(municipality=sliven, state="enrolled")
    enrolling.enrol(training=training, trainees=people(sliven, "Ани"))
    session = training.sessions.first()
    assert mark(training, foreign={(other.pk, session.pk), (10**14, session.pk)}) == 0
    assert not attending.Attendance.objects.exists()


def test_people_and_sessions_that_a_page_did_not_show_stay(sliven, training):
    enrolling.enrol(training=training, trainees=people(sliven, "Ани", "Боян"))
    mark(training, ("Ани", 0), ("Ани", 1), ("Боян", 0))
    first = training.sessions.first()
    attending.mark(
        training=training, people=[of(training, "Ани").pk], sessions=[first.pk], marks=set()
    )
    assert of(training, "Ани").academic_hours == 4
    assert of(training, "Боян").academic_hours == 4


# Steps


def test_a_training_is_held_only_when_its_plan_agrees_and_somebody_came(sliven, training):
    enrolling.enrol(training=training, trainees=people(sliven, "Ани", "Боян"))
    with pytest.raises(TrainingRefused, match="Няма отбелязано присъствие"):
        running.mark_done(training=training)
    mark(training, ("Ани", 0))
    session = training.sessions.last()
    TrainingSession.objects.filter(pk=session.pk).update(academic_hours=Decimal("2.5"))
    with pytest.raises(TrainingRefused, match="общо 6,5 учебни часа, с 1,5 по-малко"):
        running.mark_done(training=training)
    assert running.warnings_of(training)[0].startswith("Занятията са общо 6,5 учебни часа")
    TrainingSession.objects.filter(pk=session.pk).update(
        academic_hours=4, day=timezone.localdate() + dt.timedelta(1)
    )
    with pytest.raises(TrainingRefused, match="Още не е проведено"):
        running.mark_done(training=training)
    TrainingSession.objects.filter(pk=session.pk).update(day=dt.date(2026, 3, 3))
    running.mark_done(training=training)
    assert states(training) == {"Ани": "attended", "Боян": "absent"}
    with pytest.raises(TrainingRefused, match="проведено"):
        mark(training, ("Боян", 0))
    running.reopen(training=training)
    assert states(training) == {"Ани": "attended", "Боян": "enrolled"}


def test_a_training_that_is_called_off_tells_those_who_were_to_come(sliven, training, run):
    come = TraineeFactory(municipality=sliven, email="ani@example.bg")
    enrolling.enrol(training=training, trainees=[come, *people(sliven, "Боян")])
    with run():
        running.call_off(training=training)
    assert [message.to for message in mail.outbox] == [["ani@example.bg"]]
    with pytest.raises(TrainingRefused, match="отменено"):
        enrolling.enrol(training=training, trainees=people(sliven, "Вяра"))
