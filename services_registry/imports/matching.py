"""Which column of a spreadsheet is which field of a service: by name, by habit, by the hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from municipalities.spreadsheets import Rows, data_rows, heading_place
from services_registry.imports.models import ColumnMatch, ImportRun

SAMPLES = 3
LONGEST_HEADING = 200


@dataclass(frozen=True)
class Field:
    """What a column may be: our code, the heading in the sample file, other names people use."""

    code: str
    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    hint: str = ""
    example: str = ""


FIELDS = (
    Field(
        "name",
        "Наименование",
        ("име", "услуга", "наименование на услугата", "име на услугата", "социална услуга"),
        required=True,
        example="Дневен център за възрастни хора",
    ),
    Field(
        "provider",
        "Доставчик",
        ("доставчик на услугата", "организация", "наименование на доставчика", "предоставя се от"),
        required=True,
        hint="Името, с което доставчикът е в регистъра. Непознат доставчик се създава.",
        example="Община Сливен",
    ),
    Field(
        "provider_kind",
        "Вид на доставчика",
        ("вид доставчик", "правна форма"),
        hint="Нужен е само за доставчик, който още не е в регистъра.",
        example="община",
    ),
    Field(
        "scope",
        "Обхват",
        ("обхват по чл 12", "обхват чл 12", "общодостъпна или специализирана", "вид обхват"),
        required=True,
        example="специализирана",
    ),
    Field(
        "summary",
        "Накратко",
        ("кратко описание", "резюме"),
        example="Грижа през деня, храна и занимания за възрастни хора.",
    ),
    Field("description", "Описание", ("подробно описание", "описание на услугата")),
    Field("for_whom", "За кого е", ("за кого", "потребители"), example="За хора над 65 години."),
    Field("not_for", "За кого не е", ("за кого не",)),
    Field("eligibility", "Условия", ("кога имате право", "условия за ползване", "критерии")),
    Field(
        "kinds",
        "Видове по чл. 15",
        ("вид", "видове", "вид услуга", "вид на услугата", "вид по чл 15", "основна дейност"),
        hint="Номер или име; няколко – с точка и запетая.",
        example="7; 1",
    ),
    Field(
        "target_groups",
        "Целеви групи",
        ("целева група", "група", "групи"),
        example="Самотни възрастни хора",
    ),
    Field("life_situations", "Житейски ситуации", ("житейска ситуация",)),
    Field("settings", "Среда", ("място на предоставяне", "среда на предоставяне")),
    Field("functions", "Функция", ("функции",)),
    Field("terms", "Срок на ползване", ("срок", "срок на предоставяне")),
    Field("intensities", "Продължителност през деня", ("интензивност", "продължителност")),
    Field("financing", "Финансиране", ("източник на финансиране",)),
    Field("referred_by", "Насочване", ("насочва", "кой насочва", "ред за насочване")),
    Field(
        "settlement",
        "Населено място",
        ("град", "село", "град село", "екатте", "населено място екатте"),
        hint="Име или ЕКАТТЕ.",
        example="Сливен",
    ),
    Field("address", "Адрес", ("адрес на услугата",), example="ул. „Примерна“ 1"),
    Field(
        "address_is_secret",
        "Адресът е таен",
        ("таен адрес", "адресът не се показва"),
        hint="„да“ за убежище: тогава адрес не се пише.",
    ),
    Field("phone", "Телефон", ("тел", "телефони", "телефон за връзка"), example="044 000 100"),
    Field("email", "Е-поща", ("имейл", "email", "e mail", "ел поща", "електронна поща")),
    Field("places", "Капацитет", ("места", "брой места", "капацитет места"), example="30"),
    Field("free", "Свободни места", ("свободни", "свободен капацитет"), example="4"),
    Field("waiting", "Чакащи", ("списък на чакащите", "брой чакащи")),
    Field("capacity_on", "Места към дата", ("към дата", "данни към"), hint="Ден като 21.11.2026."),
    Field("fee_kind", "Такса", ("вид такса", "цена", "заплащане"), example="безплатно"),
    Field(
        "fee_amount",
        "Размер на таксата в евро",
        ("размер на таксата", "сума", "такса сума", "такса в евро"),
    ),
    Field("fee_per", "Таксата е за", ("такса за", "период на таксата")),
    Field("fee_act", "Основание за таксата", ("наредба", "правно основание на таксата")),
    Field(
        "steps",
        "Стъпки за кандидатстване",
        ("стъпки", "как се кандидатства", "кандидатстване", "ред за кандидатстване"),
        hint="Всяка стъпка на нов ред или след точка и запетая.",
        example="Подайте заявление; Изчакайте обаждане",
    ),
    Field(
        "papers",
        "Документи",
        ("нужни документи", "необходими документи"),
        example="Лична карта; Заявление",
    ),
    Field("languages", "Езици", ("език", "говорими езици"), example="български; турски"),
    Field("own_words", "Как го търсят хората", ("ключови думи", "думи за търсене")),
    Field("easy_read", "Лесно за четене", ("текст лесен за четене",)),
    Field("summary_en", "Накратко на английски", ("summary", "на английски", "english summary")),
    Field("legal_act", "Създадена с акт", ("акт за създаване", "решение", "заповед")),
    Field("legal_act_on", "Дата на акта", ("дата на решението",)),
    Field("opened_on", "Работи от", ("дата на откриване", "открита на")),
    Field(
        "in_national_map",
        "В Националната карта",
        ("национална карта", "включена в националната карта"),
    ),
    Field("review_every", "Преглед на месеци", ("преглежда се на месеци", "срок за преглед")),
    Field("checked_on", "Проверена на", ("дата на проверка", "последна проверка")),
    Field("status", "Състояние", ("статус",), hint="Без него всяка услуга е чернова."),
    Field("paused_reason", "Защо е спряна", ("причина за спиране",)),
)
BY_CODE: Mapping[str, Field] = {field.code: field for field in FIELDS}
REQUIRED = tuple(field.code for field in FIELDS if field.required)


@dataclass(frozen=True)
class Column:
    """A column of the file: its number from 1, its letters, its heading and a few values."""

    number: int
    heading: str
    samples: tuple[str, ...]

    @property
    def letters(self) -> str:
        return letters_of(self.number)

    @property
    def shown(self) -> str:
        """The heading, or the letters of a column that has none."""
        return self.heading or f"без заглавие ({self.letters})"


def letters_of(number: int) -> str:
    """Return the letters by which a spreadsheet calls a column: 1 is A, 28 is AB."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def key_of(heading: str) -> str:
    """Return a heading as it is compared and remembered: small letters, no signs, no remarks."""
    text = re.sub(r"\(по желание\)|\*", " ", heading.casefold())
    text = text.replace("ѝ", "и")
    return re.sub(r"[\W_]+", " ", text).strip()[:LONGEST_HEADING]


def columns_of(rows: Rows) -> list[Column]:
    """Return the columns that have a heading or any value."""
    if not rows:
        return []
    heading = rows[heading_place(rows)]
    samples: dict[int, list[str]] = {}
    width = len(heading)
    for _number, cells in data_rows(rows):
        width = max(width, len(cells))
        for place, cell in enumerate(cells):
            found = samples.setdefault(place, [])
            if cell and len(found) < SAMPLES and cell not in found:
                found.append(cell)
    titles = [*heading, *[""] * (width - len(heading))]
    return [
        Column(place + 1, title, tuple(samples.get(place, ())))
        for place, title in enumerate(titles)
        if title or samples.get(place)
    ]


def remembered() -> dict[str, str]:
    """Return {key of a heading: field} as confirmed in the municipality's earlier imports."""
    return dict(ColumnMatch.objects.order_by("pk").values_list("heading", "field"))


def guess(columns: Iterable[Column], memory: Mapping[str, str]) -> dict[int, str]:
    """Return {number of a column: code of a field, or ""}, each field at most once.

    What was confirmed before wins, then the exact title, then the other names.
    """
    columns = list(columns)
    found = {column.number: "" for column in columns}
    taken: set[str] = set()
    known = {key_of(field.title): field.code for field in FIELDS}
    other = {key_of(name): field.code for field in FIELDS for name in field.synonyms}
    settled: set[int] = set()
    for names in (memory, known, other):
        for column in columns:
            key = key_of(column.heading)
            if column.number in settled or not key or key not in names:
                continue
            code = names[key]
            if names is memory and not code:
                settled.add(column.number)  # was left out on purpose
            elif code in BY_CODE and code not in taken:
                found[column.number] = code
                taken.add(code)
                settled.add(column.number)
    return found


def faults_of(chosen: Mapping[int, str]) -> list[str]:
    """Say what is wrong with a choice of columns: a required field without one, a field twice."""
    counted = Counter(code for code in chosen.values() if code)
    missing = [
        f"Посочете в коя колона е „{BY_CODE[code].title}“. Ако няма такава, добавете я във файла "
        "и го качете отново."
        for code in REQUIRED
        if not counted[code]
    ]
    twice = [
        f"„{BY_CODE[code].title}“ е избрано за {times} колони. Оставете една."
        for code, times in counted.items()
        if times > 1
    ]
    return missing + twice


def remember(run: ImportRun, columns: Iterable[Column], chosen: Mapping[int, str]) -> None:
    """Keep the confirmed choice on ``run`` and for the municipality's next imports."""
    run.columns = {str(number): code for number, code in chosen.items() if code}
    run.save(update_fields=["columns"])
    matches = {}
    for column in columns:
        key = key_of(column.heading)
        code = chosen.get(column.number, "")
        if key and (code or key not in matches):  # of two columns called alike, the one chosen
            matches[key] = code
    ColumnMatch.objects.bulk_create(
        [
            ColumnMatch(municipality_id=run.municipality_id, heading=key, field=code)
            for key, code in matches.items()
        ],
        update_conflicts=True,
        unique_fields=["municipality", "heading"],
        update_fields=["field"],
    )


def chosen_of(run: ImportRun) -> dict[str, int]:
    """Return {code of a field: number of its column} as confirmed on ``run``."""
    return {
        code: int(number)
        for number, code in run.columns.items()
        if code in BY_CODE and str(number).isdigit()
    }
