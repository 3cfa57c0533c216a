"""The steps that a provider makes with an account: for each its page, its form, its verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from referrals.placing.models import Referral
from referrals.provider import answering, forms
from referrals.workflow.referral import REFERRAL


@dataclass(frozen=True)
class Step:
    """``step`` is that of the workflow, ``words`` its link, ``lead`` says what it will do."""

    step: str
    words: str
    title: str
    button: str
    form: type[forms.AnswerForm]
    verb: Callable[..., Referral]
    done: str
    lead: str = ""
    is_grave: bool = False


STEPS: dict[str, Step] = {
    "accept": Step(
        "accept", "Приеми", "Приемане на човека", "Приемаме човека",
        forms.AcceptForm, answering.accept,
        "Приехте човека. Потърсете го за индивидуална оценка и договор.",
        lead="Взема се едно свободно място и човекът вижда, че го приемате.",
    ),
    "line": Step(
        "put_in_line", "В листата на чакащите", "В листата на чакащите", "Запиши в листата",
        forms.LineForm, answering.put_in_line, "Човекът е в листата на чакащите.",
        lead="Когато се освободи място, то се предлага на първия по ред. Човекът вижда, че чака.",
    ),
    "dates": Step(
        "dates", "Запиши дати", "Оценка, план и договор", "Запиши датите",
        forms.DatesForm, answering.dates, "Датите са записани.",
        lead="Само дните. Самите документи остават при вас.",
    ),
    "start": Step(
        "start", "Започна услугата", "Начало на услугата", "Запиши началото",
        forms.StartForm, answering.start, "Началото е записано.",
    ),
    "end": Step(
        "end", "Приключи услугата", "Край на услугата", "Приключи",
        forms.EndForm, answering.end, "Услугата е приключена и мястото е свободно.",
        lead="Мястото се освобождава и се предлага на следващия. Човекът вижда, че е приключило.",
        is_grave=True,
    ),
    "say": Step(
        "say", "Пиши на общината", "Съобщение до общината", "Изпрати",
        forms.SayForm, answering.say, "Съобщението е при общината.",
        lead="Чете го служителят, който насочи човека. Човекът не го вижда.",
    ),
    "decline": Step(
        "decline", "Откажи", "Отказ", "Откажи",
        forms.DeclineForm, answering.decline, "Отказът е записан. Общината ще потърси човека.",
        lead="Човекът вижда, че не може да го приемете, и причината с общи думи. Вашите думи чете "
        "само общината. След отказа данните му вече не се показват тук.",
        is_grave=True,
    ),
}  # fmt: skip


def ways_of(referral: Referral) -> list[tuple[str, Step]]:
    """Return the steps that can be made now, by their word in the address."""
    return [(slug, step) for slug, step in STEPS.items() if REFERRAL.may(referral, step.step)]
