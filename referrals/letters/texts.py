"""What letters say before staff edit them, and how typed text becomes paragraphs and lists."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone

from municipalities.norms.deadlines import norm_on
from referrals.applications.models import Application
from referrals.applications.models_parts import PaperRequest
from referrals.letters.models import Letter

Kind = Letter.Kind
OPENING = "Уважаема госпожо, уважаеми господине,"
BLANK = "[…]"  # what staff still have to fill in; no letter is made with one in it
_BULLET = re.compile(r"^\s*[-–—•]\s+")
# The norms on which letters rest; the rows are the municipality's (municipalities/norms).
NORMS = {
    Kind.PAPERS: "wait-for-papers",
    Kind.ANSWER: "answer",
    Kind.FORWARD: "forward",
    Kind.CHILD: "child-at-risk",
    Kind.DIRECTORATE: "forward",
}
SUBJECTS = {
    Kind.PAPERS: "Липсващи документи към {what} № {number}",
    Kind.ANSWER: "Отговор на {what} № {number}",
    Kind.FORWARD: "Препращане по компетентност на {what} № {number}",
    Kind.CHILD: "Уведомяване за дете в риск",
}
APPEAL = (
    f"Отговорът може да се обжалва пред {BLANK} в срок от {BLANK} дни от деня, в който го получите."
    " Жалбата се подава чрез общината."
)


@dataclass(frozen=True)
class Basis:
    """On what a letter rests. What is not verified is for staff only and never printed."""

    words: str
    is_verified: bool


def basis_of(application: Application, kind: str, day: dt.date | None = None) -> Basis:
    """Return the legal basis of a letter: the norm of its kind, else the application's kind."""
    norm = norm_on(NORMS[Kind(kind)], day or timezone.localdate())
    if norm and norm.legal_basis:
        return Basis(norm.legal_basis, norm.is_verified)
    if kind in (Kind.PAPERS, Kind.ANSWER):
        return Basis(application.kind.legal_basis, application.kind.is_verified)
    return Basis("", is_verified=False)


def blocks(text: str) -> list[dict[str, Any]]:
    """Return typed ``text`` as paragraphs and lists: an empty line parts, „– “ begins an item."""
    made: list[dict[str, Any]] = []
    for part in re.split(r"\n\s*\n", "\n".join(text.splitlines()).strip()):
        for is_list, lines in groupby(part.split("\n"), key=lambda line: bool(_BULLET.match(line))):
            if is_list:
                made.append({"kind": "list", "items": [_BULLET.sub("", line) for line in lines]})
            else:
                made.append({"kind": "p", "text": "\n".join(lines).strip()})
    return [block for block in made if block.get("items") or block.get("text")]


def what_it_is(application: Application) -> str:
    """Return „заявление“ or „сигнал“."""
    return "сигнал" if application.is_alert else "заявление"


def begin(application: Application, kind: str) -> dict[str, str]:
    """Return the fields of a letter as its form opens: recipient, address, subject and body."""
    to_citizen = kind in (Kind.PAPERS, Kind.ANSWER)
    return {
        "recipient": (application.contact_name if to_citizen else _authority(application, kind))[
            :200
        ],
        "recipient_address": address_of(application) if to_citizen else "",
        "subject": SUBJECTS[Kind(kind)].format(
            what=what_it_is(application), number=application.number
        ),
        "body": _BODIES[Kind(kind)](application),
    }


def address_of(application: Application) -> str:
    """Return the address of whoever applies, as far as it was stated."""
    settlement = application.settlement
    parts = [application.address]
    if settlement:
        parts.append(" ".join(filter(None, (settlement.postcode, str(settlement)))))
    return "\n".join(filter(None, parts))


def day(of: dt.date | dt.datetime) -> str:
    """Write a day as documents do: „22.11.2026 г.“."""
    local = timezone.localtime(of) if isinstance(of, dt.datetime) else of
    return f"{local:%d.%m.%Y} г."


def _authority(application: Application, kind: str) -> str:
    if kind == Kind.CHILD:
        named = {
            "dsp": "Дирекция „Социално подпомагане“, отдел „Закрила на детето“",
            "dazd": "Държавна агенция за закрила на детето",
            "mvr": "Министерство на вътрешните работи",
        }
        return named.get(application.notified or "dsp", "")
    return "Дирекция „Социално подпомагане“"


def _papers(application: Application) -> str:
    asked = PaperRequest.objects.filter(application=application).order_by("-pk").first()
    papers = asked.papers if asked else [BLANK]
    until = day(asked.until) if asked and asked.until else BLANK
    note = [asked.note] if asked and asked.note else []
    return "\n\n".join(
        [
            OPENING,
            f"Получихме {_with_day(application)}. За да го разгледаме, са нужни още:",
            "\n".join(f"– {paper}" for paper in papers),
            *note,
            f"Молим да ги представите до {until}. Докато ги чакаме, срокът за отговор не тече; "
            "той продължава в деня, в който ги получим.",
            "Можете да донесете документите в офиса, да ги изпратите по пощата или да ги добавите "
            "на страницата за проследяване в портала с номера и кода на заявлението.",
            "Ако нещо не е ясно или ви е трудно да се сдобиете с някой документ, обадете се в "
            "офиса. Ще ви помогнем.",
        ]
    )


def _answer(application: Application) -> str:
    return "\n\n".join([OPENING, f"По {_with_day(application)} ви съобщаваме следното:", BLANK])


def _forward(application: Application) -> str:
    return "\n\n".join(
        [
            "Уважаеми госпожи и господа,",
            f"В общината постъпи {_with_day(application)}. То е за въпрос, по който решавате вие, "
            "затова ви го препращаме по компетентност заедно с приложените документи.",
            "Подателят е уведомен за препращането.",
            "Приложение:\n– копие от преписката",
        ]
    )


def _child(application: Application) -> str:
    return "\n\n".join(
        [
            "Уважаеми госпожи и господа,",
            f"Уведомяваме ви за дете, за което има данни, че е в риск. Узнахме за него на "
            f"{day(application.received_on)} ({application.get_channel_display()}).",
            "\n".join(
                [
                    f"– Дете: {application.full_name or BLANK}",
                    f"– Къде се намира: {address_of(application).replace(chr(10), ', ') or BLANK}",
                    f"– Какво знаем: {application.need.strip() or BLANK}".replace("\n", " "),
                    f"– Кой сигнализира: {application.get_reporter_display() or BLANK}",
                ]
            ),
            "Молим да направите проверка и да ни съобщите какво сте предприели.",
        ]
    )


def _with_day(application: Application) -> str:
    """Return „заявление № … от …“."""
    return f"{what_it_is(application)} № {application.number} от {day(application.received_on)}"


_BODIES = {Kind.PAPERS: _papers, Kind.ANSWER: _answer, Kind.FORWARD: _forward, Kind.CHILD: _child}
