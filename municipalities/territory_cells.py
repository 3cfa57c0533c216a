"""What each column of a territory file may hold: one small rule a column.

A rule takes the cell and its cleaned text and returns the value for the database; it raises
``BadCell`` with a sentence in Bulgarian, or leaves a remark where the text can still be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from municipalities.models import Municipality, Province, Settlement
from municipalities.territory_file import Note, show, show_or_empty

SETTLEMENT_KINDS = ("гр.", "с.", "ман.")
# Degrees; Bulgaria's extreme points are 22°21′–28°37′ E and 41°14′–44°13′ N.
LONGITUDES = (Decimal("22.3"), Decimal("28.7"))
LATITUDES = (Decimal("41.2"), Decimal("44.3"))
MAX_POPULATION = 10_000_000  # more than the country ever had
UNKNOWN_POSTCODES = {"липсва", "няма", "xxxx", "хххх", "-", "–"}

CYRILLIC_NAME = re.compile(r"[А-Яа-я][А-Яа-яѝA-Za-z0-9 .,()'’„“\"-]*")
LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 .,()'’\"-]*")
MODELS: dict[str, type[Any]] = {
    "provinces": Province,
    "municipalities": Municipality,
    "settlements": Settlement,
}


class BadCell(ValueError):
    """The value cannot be taken; the message says why, in Bulgarian."""


@dataclass(frozen=True)
class Cell:
    """Where a value stands, and what its rule needs to know."""

    column: str
    row: int
    kind: str
    parents: Mapping[str, Any]
    remarks: list[Note]

    def remark(self, text: str) -> None:
        self.remarks.append(Note(text, self.row, self.column))

    def clean(self, raw: str) -> str:
        """Return the text composed and without outer spaces; refuse what nobody typed."""
        text = unicodedata.normalize("NFC", raw.replace("\xa0", " ")).strip()
        if not text.isprintable():
            strange = next(character for character in text if not character.isprintable())
            raise BadCell(f"недопустим знак U+{ord(strange):04X} в {show(text)}.")
        return re.sub(" +", " ", text)

    @property
    def max_length(self) -> int:
        return MODELS[self.kind]._meta.get_field(self.column).max_length


def _fits(cell: Cell, text: str) -> str:
    if len(text) > cell.max_length:
        raise BadCell(
            f"{len(text)} знака са твърде много, най-много {cell.max_length}: {show(text)}."
        )
    return text


def ekatte(cell: Cell, text: str) -> str:
    """Five digits; Excel likes to drop the zeros in front."""
    if re.fullmatch(r"[0-9]{5}", text):
        return text
    hint = " Вероятно Excel е махнал водещите нули." if re.fullmatch(r"[0-9]{1,4}", text) else ""
    raise BadCell(f"ЕКАТТЕ е пет цифри, а тук е {show_or_empty(text)}.{hint}")


def province_code(cell: Cell, text: str) -> str:
    """Three Latin capitals."""
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise BadCell(
            f"кодът на област е три главни латински букви, а тук е {show_or_empty(text)}."
        )
    return text


def municipality_code(cell: Cell, text: str) -> str:
    """The province's code and two digits."""
    if not re.fullmatch(r"[A-Z]{3}[0-9]{2}", text):
        raise BadCell(
            "кодът на община е три главни латински букви и две цифри, "
            f"а тук е {show_or_empty(text)}."
        )
    return text


def known_province(cell: Cell, text: str) -> str:
    """The code of a province in the database."""
    if province_code(cell, text) not in cell.parents:
        raise BadCell(f"няма област с код {show(text)}.")
    return text


def known_municipality(cell: Cell, text: str) -> str:
    """The code of a municipality in the database."""
    if municipality_code(cell, text) not in cell.parents:
        raise BadCell(f"няма община с код {show(text)}.")
    return text


def settlement_kind(cell: Cell, text: str) -> str:
    """град, село or манастир, shortened; places merged into a town are listed without one."""
    if not text:
        cell.remark("видът на населеното място не е даден.")
    elif text not in SETTLEMENT_KINDS:
        raise BadCell(f"видът е {', '.join(SETTLEMENT_KINDS)}, а тук е {show(text)}.")
    return text


def name(cell: Cell, text: str) -> str:
    """A name in Bulgarian."""
    if not text:
        raise BadCell("името е празно.")
    if not CYRILLIC_NAME.fullmatch(_fits(cell, text)):
        raise BadCell(f"името се пише с български букви, а тук е {show(text)}.")
    if latin := re.search(r"[A-Za-z]", text):
        cell.remark(f"в {show(text)} знакът „{latin[0]}“ е латинска буква.")
    return text


def latin_name(cell: Cell, text: str) -> str:
    """A name in Latin letters."""
    if not text:
        raise BadCell("името на латиница е празно.")
    return latin_name_or_none(cell, text)


def latin_name_or_none(cell: Cell, text: str) -> str:
    """A name in Latin letters, or nothing: the classification lacks some."""
    if text and not LATIN_NAME.fullmatch(_fits(cell, text)):
        raise BadCell(f"името се пише с латински букви, а тук е {show(text)}.")
    return text


def nuts2(cell: Cell, text: str) -> str:
    """BG and two digits."""
    if not re.fullmatch(r"BG[0-9]{2}", text):
        raise BadCell(f"районът по NUTS 2 е BG и две цифри, а тук е {show_or_empty(text)}.")
    return text


def postcode(cell: Cell, text: str) -> str:
    """Four digits or nothing; the national list has words in a few places."""
    if not text or re.fullmatch(r"[0-9]{4}", text):
        return text
    if text.lower() in UNKNOWN_POSTCODES:
        cell.remark(f"{show(text)} е прочетено като „не е известен“.")
        return ""
    if with_text := re.fullmatch(r"([0-9]{4})[.,;]? *[А-Яа-я(].*", text):
        cell.remark(f"от {show(text)} е взето само „{with_text[1]}“.")
        return with_text[1]
    raise BadCell(f"пощенският код е четири цифри, а тук е {show(text)}.")


def longitude(cell: Cell, text: str) -> Decimal | None:
    """Degrees east."""
    return _degrees(text, LONGITUDES, LATITUDES)


def latitude(cell: Cell, text: str) -> Decimal | None:
    """Degrees north."""
    return _degrees(text, LATITUDES, LONGITUDES)


def _degrees(text: str, inside, other) -> Decimal | None:
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,3}([.,][0-9]{1,15})?", text):
        raise BadCell(f"очакват се градуси като 42.681667, а тук е {show(text)}.")
    degrees = Decimal(text.replace(",", "."))
    if not inside[0] <= degrees <= inside[1]:
        swapped = other[0] <= degrees <= other[1]
        hint = " Изглежда дължината и ширината са разменени." if swapped else ""
        raise BadCell(f"{show(text)} е извън България ({inside[0]}–{inside[1]}).{hint}")
    return degrees.quantize(Decimal("0.000001"))


def population(cell: Cell, text: str) -> int | None:
    """People counted, or nothing where not known."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise BadCell(f"очаква се цяло число, нула или повече, а тук е {show(text)}.")
    if int(text) > MAX_POPULATION:
        raise BadCell(f"{text} жители са твърде много.")
    return int(text)


Rule = Callable[[Cell, str], Any]
RULES: dict[str, dict[str, Rule]] = {
    "provinces": {
        "code": province_code,
        "name": name,
        "name_en": latin_name,
        "nuts2": nuts2,
        "centre_ekatte": ekatte,
    },
    "municipalities": {
        "code": municipality_code,
        "name": name,
        "name_en": latin_name,
        "province": known_province,
        "centre_ekatte": ekatte,
        "population_2013": population,
    },
    "settlements": {
        "ekatte": ekatte,
        "kind": settlement_kind,
        "name": name,
        "name_en": latin_name_or_none,
        "municipality": known_municipality,
        "postcode": postcode,
        "longitude": longitude,
        "latitude": latitude,
        "population_2013": population,
    },
}
