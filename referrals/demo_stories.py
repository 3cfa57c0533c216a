"""What the invented applications of the demo say, and what became of each.

Everything in them is invented and says so; nobody is named as a living person could be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from referrals.applications.handling import TalkedHow, Via
from referrals.applications.models import Application, Channel, Outcome
from referrals.kinds.models import OnBehalf


@dataclass(frozen=True)
class Step:
    """A verb of ``handling``, so many days ago; ``by`` is "specialist", "head" or "citizen"."""

    days: int
    verb: str
    facts: dict[str, Any] = field(default_factory=dict)
    by: str = "specialist"


@dataclass(frozen=True)
class Story:
    """One application. ``name`` is a stranger's; ``person`` is the number of one of the demo's."""

    kind: str
    channel: str
    days: int
    need: str
    name: tuple[str, str, str] = ("", "", "")
    person: int | None = None
    service: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    is_confirmed: bool = True
    steps: tuple[Step, ...] = ()
    case: str = ""  # of demo_cases, which tells how it goes on


HARD, LIVES, HELP = "С какво е най-трудно?", "С кого живее човекът?", "Каква помощ ползва сега?"
PAPER = "Решение на ТЕЛК или НЕЛК"

# In the order in which they came, so that numbers follow the days. Where a municipality takes
# nothing through the portal, what is marked as online came as a mail.
STORIES = (
    Story(
        "wish", Channel.ORAL, 48, "Иска някой да ѝ помага сутрин с обличането и закуската.",
        person=0, service="asistentska-podkrepa",
        answers={HARD: "хранене, обличане, къпане", LIVES: "сам"},
        steps=(
            Step(47, "note", {"text": "Дъщеря ѝ ще дойде с нея на оценката."}),
            Step(33, "close", {"outcome": Outcome.ASSESSMENT, "note": "Взет е час за посещение.",
                               "answer": "Ще ви посетим у дома, за да говорим какво ви трябва."}),
        ),
    ),
    Story(
        "wish", Channel.ONLINE, 41, "Търся логопед за сина си, който е на пет години.",
        name=("Малък", "Примеров", "Измислен"), is_confirmed=False,
        facts={"on_behalf": OnBehalf.CHILD, "applicant_name": "Майка Примерова Измислена",
               "applicant_right": "акт за раждане"},
        steps=(
            Step(39, "take"),
            Step(38, "confirm", {"how": TalkedHow.PHONE}),
            Step(36, "close", {"outcome": Outcome.ANSWERED,
                               "answer": "Логопед приема без заявление. Казахме ви адрес."}),
        ),
    ),
    Story(
        "wish", Channel.POST, 27, "Живея сам на село и ми е трудно да си готвя и да чистя.",
        name=("Образец", "Пробов", "Селски"), service="domashen-sotsialen-patronazh",
        answers={HARD: "готвене, чистене, пазаруване", LIVES: "сам"}, is_confirmed=False,
        facts={"signature": Application.Signature.HAND, "address": "ул. „Пробна“ 3"},
        steps=(Step(26, "take"),),
    ),
    Story(
        "wish", Channel.ONLINE, 22, "Искам да ходя в дневен център, за да не съм сам по цял ден.",
        name=("Пробен", "", "Оттеглов"), answers={HARD: "разговор и общуване"},
        is_confirmed=False,
        steps=(Step(20, "take"), Step(17, "withdraw", {"reason": "Отива да живее при сина си."},
                                      by="citizen")),
    ),
    Story(
        "wish", Channel.ONLINE, 18, "След болницата не мога сама да се къпя и да излизам.",
        name=("Примерка", "", "Проследима"), service="asistentska-podkrepa",
        answers={HARD: "движение вкъщи или навън", LIVES: "сам", HELP: "топъл обяд"},
        is_confirmed=False,
        steps=(
            Step(17, "take"),
            Step(16, "confirm", {"how": TalkedHow.PHONE, "note": "Чува трудно."}),
            Step(15, "ask_papers", {"papers": [PAPER], "note": "Може и снимка с телефона."}),
            Step(9, "paper_arrived", {"papers": PAPER}, by="citizen"),
            Step(8, "resume"),
            Step(2, "message", {"text": "Звъняхме на вратата, но не ви намерихме. Ще дойдем пак "
                                "в четвъртък преди обяд.", "via": Via.PAGE}),
        ),
    ),
    Story(
        "wish", Channel.SSEV, 12, "Моля да бъда насочен към защитено жилище.",
        name=("Образец", "", "Пренасочен"),
        facts={"signature": Application.Signature.SSEV, "ssev_reference": "ПРИМЕР-0000-1"},
        steps=(Step(10, "close", {"outcome": Outcome.FORWARDED, "note": "Към ДСП."},
                    by="head"),),
    ),
    Story(
        "alert", Channel.PHONE, 9, "Съседка чува детски плач до късно, а възрастни не вижда.",
        facts={"on_behalf": OnBehalf.OTHER, "reporter": Application.Reporter.NEIGHBOUR,
               "applicant_name": "Съседка Примерна", "is_child_at_risk": True,
               "notified": Application.Notified.DSP},
        steps=(Step(8, "note", {"text": "Отдел „Закрила на детето“ ще посети семейството."}),),
    ),
    Story(
        "personal-assistance", Channel.PAPER, 7, "",
        name=("Проба", "", "Асистирана"),
        answers={"Номер на направлението": "ПРИМЕР-0", "Колко часа на месец са определени?": "84"},
        facts={"signature": Application.Signature.HAND},
    ),
    Story(
        "wish", Channel.ORAL, 6, "Пита за място в дневен център, има нужда и от превоз.",
        person=1, answers={HARD: "движение вкъщи или навън", LIVES: "със семейство или близки"},
        steps=(Step(5, "ask_papers", {"papers": [PAPER, "Епикриза от последното лечение"],
                                      "note": "Епикризата – ако имате."}),
               Step(0, "letter")),
    ),
    Story(
        "wish", Channel.PHONE, 4, "Иска някой да идва да говори с нея и да пазарува.",
        person=3, service="domashen-sotsialen-patronazh",
        answers={HARD: "готвене, чистене, пазаруване"}, facts={"owner": "head"},
        steps=(Step(3, "assign", {"note": "Ти познаваш семейството."}, by="head"),),
    ),
    Story(
        "wish", Channel.ONLINE, 2, "Майка ми е на 84 години и вече не може сама вкъщи.",
        name=("Мостра", "", "Подалова"), service="asistentska-podkrepa", is_confirmed=False,
        answers={HARD: "хранене, обличане, къпане"},
        facts={"on_behalf": OnBehalf.AUTHORISED, "applicant_name": "Дъщеря Подалова",
               "applicant_right": "пълномощно № 0 от 01.03.2026", "reply_by": "email",
               "email": "podalova@example.bg"},
    ),
    Story(
        "wish", Channel.ONLINE, 1, "Останах без работа и не знам към кого да се обърна.",
        name=("Примерен", "", "Заявителев"), answers={HARD: "учене, работа или доходи"},
        is_confirmed=False,
    ),
)  # fmt: skip
