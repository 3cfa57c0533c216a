"""What participants thought of a training: one link for all of them, nobody's name.

The link is made of the portal's key and the training, so that it can be shown again and nothing
that opens it is kept; its hash finds the training. It opens until its day. A form is taken once,
and no more forms than there are people.
"""

from __future__ import annotations

import datetime as dt
import uuid
from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from municipalities import drawing, mails, signed_links
from municipalities.invitations import hash_of
from municipalities.numbers import plain
from municipalities.tasks import later
from trainings.enrolling import TAKES_PLACE, lock
from trainings.errors import TrainingRefused
from trainings.models import Evaluation, Training, TrainingParticipant
from trainings.people import HAS_MAIL

PURPOSE = "trainings.evaluation"  # of the link
LEAST_FOR_WORDS = 5  # answers; of fewer, words would tell who wrote them
MARKS = (1, 2, 3, 4, 5)
QUESTIONS = {
    "content": "Съдържание",
    "trainer": "Обучител",
    "use": "Полза за работата",
    "organisation": "Организация",
}


@dataclass(frozen=True)
class Question:
    """A question of the form: its average to a tenth, and how many gave each mark."""

    name: str
    average: Decimal
    marks: list[int]


@dataclass(frozen=True)
class Results:
    """Everything that was answered of a training; ``words`` are empty under five answers."""

    answers: int
    people: int
    questions: list[Question]
    words: list[str]

    @property
    def share(self) -> int:
        """Return how much of the people answered, in percent."""
        return round(100 * self.answers / self.people) if self.people else 0

    @property
    def hides_words(self) -> bool:
        return 0 < self.answers < LEAST_FOR_WORDS


def link_of(training: Training) -> str:
    """Return the whole address of the form of ``training``; always the same."""
    return mails.whole(
        reverse("training_evaluation", args=[training.municipality.slug, _token_of(training)])
    )


def _token_of(training: Training) -> str:
    made = salted_hmac(PURPOSE, str(training.pk), algorithm="sha256").digest()
    body = urlsafe_b64encode(made).decode().rstrip("=")
    return signed_links.token_of(training.municipality, PURPOSE, body)


@transaction.atomic
def ask(*, training: Training, until: dt.date, is_mailed: bool = False) -> Training:
    """Open the form until the end of the day ``until``; asked again it moves the day.

    ``is_mailed`` mails the link to everybody with an address. Raises TrainingRefused for a day that
    has passed and for a training that was called off.
    """
    from trainings import tasks  # which read what these verbs wrote

    locked = lock(training)
    if locked.state == Training.State.CANCELLED:
        raise TrainingRefused("Обучението е отменено.")
    if until < timezone.localdate():
        raise TrainingRefused("Изберете ден от днес нататък.")
    locked.evaluation_token_hash = hash_of(_token_of(locked))
    locked.evaluation_until = until
    locked.save(update_fields=["evaluation_token_hash", "evaluation_until"])
    if is_mailed:
        for pk in _asked(locked).filter(HAS_MAIL).values_list("pk", flat=True):
            later(tasks.send_evaluation_link, municipality=locked.municipality_id, participant=pk)
    return locked


@transaction.atomic
def close(*, training: Training) -> Training:
    """Take no more answers; those that were given stay."""
    locked = lock(training)
    locked.evaluation_token_hash = ""
    locked.save(update_fields=["evaluation_token_hash"])
    return locked


def is_open(training: Training) -> bool:
    """Say whether the link of ``training`` still opens the form."""
    until = training.evaluation_until
    return bool(training.evaluation_token_hash and until and until >= timezone.localdate())


def find_open(token: str) -> Training | None:
    """Return the training of the link, in the open scope, None where it opens nothing."""
    row = Training.objects.filter(evaluation_token_hash=hash_of(token)).first()
    if row is None or row.state == Training.State.CANCELLED or not is_open(row):
        return None
    return row


@transaction.atomic
def answer(
    *, training: Training, form_key: uuid.UUID, marks: dict[str, int], words: str = ""
) -> Evaluation:
    """Keep one form; the same ``form_key`` again finds the first one.

    Raises TrainingRefused once there are as many answers as people, and after the last day.
    """
    locked = lock(training)  # answers take turns, so that they can be counted
    if there := Evaluation.objects.filter(form_key=form_key).first():
        return there
    if not is_open(locked):
        raise TrainingRefused("Срокът за оценка е изтекъл.")
    if Evaluation.objects.filter(training=locked).count() >= _asked(locked).count():
        raise TrainingRefused("Отговорите вече са колкото участниците.")
    try:
        with transaction.atomic():
            return Evaluation.objects.create(
                municipality_id=locked.municipality_id,
                training=locked,
                form_key=form_key,
                words=words,
                **marks,
            )
    except IntegrityError:  # of another training: a form that somebody made up
        raise TrainingRefused("Формулярът е от друга страница. Отворете връзката отново.") from None


def _asked(training: Training):
    return TrainingParticipant.objects.filter(training=training, state__in=TAKES_PLACE)


def results_of(training: Training) -> Results:
    """Count what was answered; two queries. Words come by alphabet, not as they were given."""
    rows = list(Evaluation.objects.filter(training=training).order_by("pk"))
    questions = []
    for name, words in QUESTIONS.items():
        given = Counter(getattr(row, name) for row in rows)
        total = sum(mark * count for mark, count in given.items())
        average = Decimal(total) / len(rows) if rows else Decimal()
        rounded = average.quantize(Decimal("0.1"), ROUND_HALF_UP)
        questions.append(Question(words, rounded, [given[mark] for mark in MARKS]))
    said = sorted(row.words for row in rows if row.words.strip())
    return Results(
        answers=len(rows),
        people=_asked(training).count(),
        questions=questions,
        words=said if len(rows) >= LEAST_FOR_WORDS else [],
    )


def chart_of(results: Results) -> dict:
    """Return the averages drawn to five, for components/chart.html."""
    return drawing.bar_chart(
        "Средна оценка от 1 до 5",
        [
            drawing.Bar(question.name, question.average, plain(question.average))
            for question in results.questions
        ],
        label_heading="Въпрос",
        value_heading="Оценка",
        maximum=5,
    )
