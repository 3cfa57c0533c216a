"""What became of the invented wishes of the demo after they were received, case by case.

Everything in them is invented and says so, as in ``demo_stories``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from referrals.applications.models import Channel
from referrals.assessments.models import Conclusion, Participation
from referrals.demo_stories import Story
from referrals.outcomes.models import OutcomeQuestion
from referrals.placing.models import ChosenBy, DeclineReason, EndReason

Reached, Helped = OutcomeQuestion.Reached, OutcomeQuestion.Helped
CARE, LINE, OTHER = "asistentska-podkrepa", "domashen-sotsialen-patronazh", ""
# To which the rows say „уточнява се“ who refers; another one in each municipality.
STATE_PAID = {
    "sliven": "dneven-tsentar-dementsia",
    "dolni-chiflik": "tsentar-za-obshtestvena-podkrepa",
    "aytos": "rehabilitatsia-detsa",
    "svoge": "tsnst-dementsia",
    "elena": "tsentar-sotsialna-rehabilitatsia",
}


@dataclass(frozen=True)
class Move:
    """A verb, so many days ago; ``demo_referring`` knows how each is called and by whom."""

    days: int
    verb: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A wish of somebody and what became of it."""

    key: str
    days: int
    name: tuple[str, str, str]
    born: int
    need: str
    moves: tuple[Move, ...]
    wishes: str = "Иска да остане у дома си."
    summary: str = ""
    channel: str = Channel.ORAL
    is_only_in_full: bool = False
    takes_care: int = 0  # places of CARE that are lent to it, so that none are fewer after it

    def story(self, person: int) -> Story:
        """Return the wish as ``demo`` registers it, of the ``person``-th of its people."""
        return Story("wish", self.channel, self.days, self.need, person=person, case=self.key)


def _referred(day: int, service: str, **choice: Any) -> tuple[Move, ...]:
    """Return the moves of an assessment that refers: talked with, concluded, chosen, finished."""
    return (
        Move(day, "fill", {"outcome": Conclusion.REFERRED, "service": service}),
        Move(day, "choose", {"service": service, "chosen_by": ChosenBy.PERSON, **choice}),
        Move(day, "finish"),
    )


# In the order in which they came. „away“ stands for the authority to which somebody is redirected.
CASES = (
    Case(
        "started", 74, ("Примерка", "Пробова", "Започнала"), 1948,
        "Не може сама да се облича и да излиза след счупване на крака.",
        (
            Move(72, "begin"), *_referred(66, CARE), Move(64, "accept"),
            Move(57, "dates", {"provider_assessment_on": 58, "support_plan_on": 57}),
            Move(55, "dates", {"contract_on": 55}), Move(54, "start", {"on": 54}),
            Move(24, "ask"), Move(22, "answer", {"reached": Reached.YES, "helped": Helped.YES,
                "note": "Момичето идва всяка сутрин и вече излизам до пазара.",
                "by_phone": True}),
        ),
        summary="Помощ сутрин с обличането и закуската и излизане навън три пъти седмично.",
        takes_care=1,
    ),
    Case(
        "ended", 69, ("Образец", "Примеров", "Приключилов"), 1955,
        "След операция има нужда някой да му помага вкъщи, докато се възстанови.",
        (
            Move(68, "begin"), *_referred(62, CARE), Move(60, "accept"),
            Move(53, "dates", {"provider_assessment_on": 54, "support_plan_on": 54,
                               "contract_on": 53}),
            Move(52, "start", {"on": 52}),
            Move(9, "end", {"on": 9, "reason": EndReason.GOAL, "note": "Вече се справя сам."}),
            Move(1, "ask"), Move(0, "answer", {"reached": Reached.PARTLY, "helped": Helped.NO,
                "note": "Идваха по-рядко, отколкото се разбрахме.", "by_phone": True}),
        ),
        summary="Временна помощ у дома до възстановяване: пазаруване, готвене, придружаване.",
        is_only_in_full=True,
    ),
    Case(
        "declined", 46, ("Проба", "Пробова", "Отхвърлена"), 1961,
        "Търси място, на което да прекарва деня с други хора и със специалисти.",
        (
            Move(45, "begin"), *_referred(38, OTHER),
            Move(35, "decline", {"reason": DeclineReason.NOT_TARGET,
                                 "note": "Услугата е за друга група. Предлагаме дневен център."}),
        ),
        wishes="Иска да не е сама през деня.",
        summary="Дневни занимания и разговор; придвижва се сама.",
        is_only_in_full=True,
    ),
    Case(
        "offered", 39, ("Проба", "Мострова", "Предложена"), 1939,
        "Вече не може да готви и да пазарува, а децата са в друг град.",
        (Move(37, "begin"), *_referred(30, LINE), Move(27, "line"), Move(2, "free")),
        summary="Топъл обяд и пазаруване два пъти седмично.",
    ),
    Case(
        "waiting", 34, ("Образка", "Примерова", "Чакаща"), 1943,
        "Живее сама на втория етаж без асансьор и трудно слиза за храна.",
        (Move(33, "begin"), *_referred(28, LINE), Move(26, "line", {"note": "Няма място."})),
        summary="Топъл обяд всеки ден и лекарства веднъж месечно.",
    ),
    Case(
        "accepted", 32, ("Мостра", "Пробова", "Приета"), 1950,
        "Съпругът ѝ се грижеше за нея, но вече и той има нужда от помощ.",
        (
            Move(31, "begin"), *_referred(25, CARE), Move(23, "accept"),
            Move(3, "say", {"text": "Не успяваме да се уговорим за посещение. Опитваме пак."}),
        ),
        summary="Помощ при къпане и обличане сутрин.",
        takes_care=1, is_only_in_full=True,
    ),
    Case(
        "directorate", 31, ("Пробка", "Примерова", "Пренасочена"), 1987,
        "Пита за настаняване на сина си с двигателно увреждане в резидентна грижа.",
        (
            Move(30, "begin"),
            Move(21, "fill", {"outcome": Conclusion.DIRECTORATE, "authority": "away"}),
            Move(21, "submit"), Move(20, "finish"), Move(19, "letter"),
        ),
        wishes="Иска синът ѝ да е близо и да го вижда всяка седмица.",
    ),
    Case(
        "refused", 28, ("Образец", "Мостров", "Отказанов"), 1972,
        "Моли за помощ в домакинството, защото работи на смени.",
        (
            Move(27, "begin"), Move(16, "fill", {"outcome": Conclusion.NO_NEED}),
            Move(16, "submit"), Move(15, "give_back", {
                "reason": "Допишете защо близките могат да помагат."}),
            Move(14, "fill", {"outcome": Conclusion.NO_NEED}), Move(14, "submit"),
            Move(13, "finish"),
        ),
        wishes="Иска някой да чисти вкъщи веднъж седмично.",
    ),
    Case(
        "draft", 26, ("Примерчо", "Образцов", "Започнатов"), 1946,
        "Пита каква помощ може да получи. Живее със сестра си на село.",
        (Move(24, "begin"), Move(24, "pause", {"reason": "В болница е до края на седмицата."}),
         Move(22, "resume"), Move(20, "half")),
    ),
    Case(
        "in_line", 23, ("Пробен", "Образцов", "Чакалов"), 1941,
        "Съпругата му почина и не може да се справя сам с домакинството.",
        (Move(22, "begin"), *_referred(17, LINE), Move(15, "line")),
        summary="Топъл обяд и помощ с домакинството веднъж седмично.",
    ),
    Case(
        "sent", 20, ("Мостър", "Примеров", "Изпратенов"), 1957,
        "След инсулт му е трудно да говори и да се храни сам.",
        (Move(19, "begin"), *_referred(11, CARE)),
        summary="Помощ при хранене и упражнения за говора. Разбира всичко.",
    ),
    Case(
        "review", 13, ("Мостра", "Образцова", "Прегледова"), 1990,
        "Иска помощ за уроците на децата, докато е на работа.",
        (
            Move(12, "begin"), Move(1, "fill", {"outcome": Conclusion.NO_NEED}),
            Move(1, "submit"),
        ),
        wishes="Иска децата да не са сами след училище.",
        is_only_in_full=True,
    ),
    Case(
        "urgent", 3, ("Примера", "Мострова", "Спешна"), 1936,
        "Прибраха я от болницата, лежи и няма кой да ѝ подава вода и лекарства.",
        (
            Move(3, "begin"),
            Move(3, "urgent", {"reason": "Лежи сама вкъщи, няма близки.", "until": 14}),
            Move(3, "choose", {"service": CARE, "chosen_by": ChosenBy.HELPED}),
            Move(3, "send"), Move(2, "accept"), Move(1, "start", {"on": 1}),
        ),
        summary="Спешно: вода, храна и лекарства три пъти на ден, хигиена в леглото.",
        takes_care=1,
    ),
)  # fmt: skip
# The answers of everybody, by the code of the question.
ANSWERS: dict[str, Any] = {
    "self_care": "с помощ всеки ден",
    "moving": "с помощно средство",
    "help_with": ["готвене, чистене, пазаруване", "излизане навън"],
    "lives_with": "сам",
    "who_helps": "Съседка носи хляб два пъти седмично.",
    "carer": "още за кратко",
    "home": "собствено жилище",
    "home_lacks": ["стълби или праг пречат"],
    "occupation": "пенсионер",
    "income_from": ["пенсия"],
    "makes_ends": "трудно",
    "sees_people": "рядко",
    "danger_now": "no",
    "risks": ["самота и изолация", "падане или нараняване"],
    "uses": ["нищо"],
    "where": "у дома",
}
PARTICIPATION = Participation.PERSONAL
PARTICIPATION_NOTE = "Разговорът беше у дома. Отговаряше сам човекът."
RISKS = "Може да падне, докато е без помощ. Съседите имат ключ и телефона на офиса."
NEEDS = {
    Conclusion.REFERRED: "Всекидневна помощ у дома, за да живее самостоятелно.",
    Conclusion.NO_NEED: "Справя се с ежедневието. Нужна е помощ в домакинството.",
    Conclusion.DIRECTORATE: "Грижа денем и нощем, която близките не могат да дават.",
}
WHY = {
    Conclusion.REFERRED: "Услугата отговаря на желанието на човека и се дава там, където живее.",
    Conclusion.NO_NEED: "Няма трудности в самообслужването и има близки, които помагат. "
    "Обяснено е къде се търси домашна помощница и какви помощи дава ДСП.",
    Conclusion.DIRECTORATE: "За резидентна грижа, която се издържа от държавата, насочва ДСП. "
    "Обяснени са редът и документите.",
}
