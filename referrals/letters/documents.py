"""What the documents of an application say, as data for their Typst templates.

No ЕГН or ЛНЧ goes into any of them but masked, and into the citizen's copy not at all.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.apps import apps
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from municipalities.models import Municipality, Office, User
from municipalities.typeset import EMBLEM, statement_fonts
from projects.visibility import project_behind
from referrals.applications.models import Application, Channel
from referrals.applications.models_parts import Attachment
from referrals.kinds.models import KindPaper, OnBehalf
from referrals.letters.models import Letterhead
from referrals.letters.texts import address_of, day

NOT_STATED = "не е посочено"
Rows = list[list[str]]


def frame(application: Application, *, on: dt.date, title: str, footer: str) -> dict[str, Any]:
    """Return what every document has: its title, the head, the Union's emblem, the foot."""
    municipality = application.municipality
    return {
        "title": title,
        "footer": footer,
        "is_draft": False,
        "head": _head(municipality, office_of(application)),
        "eu": _union(municipality, on),
    }


def with_emblem(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` with the picture of the emblem and the fonts, which are not kept with it."""
    if data["eu"] is None:
        return data
    drawn = {"emblem": EMBLEM.read_text(encoding="utf-8"), "fonts": statement_fonts()}
    return {**data, "eu": {**data["eu"], **drawn}}


def office_of(application: Application) -> Office | None:
    """Return the office that has the application, else the first one of the municipality."""
    if application.office:
        return application.office
    if application.kind.office:
        return application.kind.office
    return Office.objects.filter(is_public=True).order_by("pk").first()


def signer_of(municipality: Municipality) -> dict[str, str]:
    """Return who signs: as the municipality's letterhead says, else simply its mayor."""
    head = Letterhead.objects.first()
    if head:
        return {"title": head.signer_title, "name": head.signer_name}
    return {"title": f"Кмет на община {municipality.name}", "name": ""}


def _head(municipality: Municipality, office: Office | None) -> dict[str, Any]:
    head = Letterhead.objects.first()
    address, phone, email = (head.address, head.phone, head.email) if head else ("", "", "")
    if office:
        address = address or f"{office.settlement}, {office.address}"
        phone, email = phone or office.phone, email or office.email
    reach = " · ".join(filter(None, (f"тел. {phone}" if phone else "", email)))
    return {
        "municipality": f"Община {municipality.name}",
        "office": office.name if office else "",
        "lines": list(filter(None, (address, reach))),
    }


def _union(municipality: Municipality, on: dt.date) -> dict[str, Any] | None:
    project = project_behind(municipality, on)
    if project is None:
        return None
    return {"statement": project.get_eu_statement_display(), "programme": str(project.programme)}


def kind_then(application: Application) -> tuple[str, str]:
    """Return the name and the statement of the kind as they stood when it was registered."""
    history = apps.get_model("referrals", "ApplicationKindHistory")
    then = (
        history.objects.filter(
            pgh_obj_id=application.kind_id, pgh_created_at__lte=application.registered_at
        )
        .order_by("-pgh_created_at", "-pgh_id")
        .first()
    )
    kind = then or application.kind
    return kind.name, kind.statement


# The citizen's copy


def copy_data(application: Application) -> dict[str, Any]:
    """Return the citizen's copy: all that was stated, as it was stated."""
    number = f"вх. № {application.number}"
    name, statement = kind_then(application)
    return {
        **frame(
            application,
            on=timezone.localdate(application.registered_at),
            title=f"Копие на {number}",
            footer=f"Копие на {number} · Община {application.municipality.name}",
        ),
        "heading": name,
        "confirm": application.is_unconfirmed,
        "registration": _registration(application),
        "statement": statement,
        "who": _who(application),
        "need": _text(application.need),
        "answers": _answers(application),
        "papers": _brought(application),
        "files": _files(application),
    }


def _registration(application: Application) -> Rows:
    rows: Rows = [
        ["Номер", application.number],
        ["Регистрирано", _moment(application.registered_at)],
        ["Как постъпи", str(Channel(application.channel).label)],
    ]
    if application.received_on != timezone.localdate(application.registered_at):
        rows.append(["Постъпило на", day(application.received_on)])
    if application.signature != Application.Signature.NONE:
        rows.append(["Подпис", application.get_signature_display()])
    if application.ssev_reference:
        rows.append(["Съобщение в ССЕВ", application.ssev_reference])
    if application.service:
        rows.append(["Услуга", application.service.name])
    if application.notice:
        rows.append(["Прочетено съобщение за личните данни", str(application.notice)])
    return _worded(rows)


def _who(application: Application) -> Rows:
    rows: Rows = [
        ["За кого", str(OnBehalf(application.on_behalf).label)],
        ["Име", application.full_name],
    ]
    if application.birth_date:
        rows.append(["Рождена дата", day(application.birth_date)])
    if application.applicant_name:
        rows.append(["Кой заявява", application.applicant_name])
    if application.applicant_right:
        rows.append(["На какво основание", application.applicant_right])
    rows += [
        ["Адрес", address_of(application)],
        ["Телефони", ", ".join(application.phone_list)],
        ["Е-поща", application.email],
        ["Отговор", application.get_reply_by_display()],
    ]
    return _worded(rows)


def _kept(application: Application) -> list[dict[str, Any]]:
    """Return what is kept as answers, whatever shape it has."""
    rows = application.answers if isinstance(application.answers, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _answers(application: Application) -> Rows:
    """Return the answers in the words in which they were asked."""
    rows = [row for row in _kept(application) if not row.get("paper")]
    return _worded([[str(row.get("label") or ""), _words(row.get("value"))] for row in rows])


def _brought(application: Application) -> Rows:
    """Return the papers that were shown or taken at the desk (``intake.papers``)."""
    rows = [row for row in _kept(application) if row.get("paper")]
    return [
        [str(row.get("label") or "").removeprefix("Документ: "), _words(row.get("value"))]
        for row in rows
    ]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _files(application: Application) -> Rows:
    found = Attachment.objects.filter(application=application).select_related("paper")
    return [
        [
            f"{file.name}{f' ({file.paper.name})' if file.paper else ''}",
            f"{filesizeformat(file.size)}{', подписан с КЕП' if file.is_signed else ''}",
        ]
        for file in found
    ]


def _worded(rows: Rows) -> Rows:
    return [[label, _text(str(value)) or NOT_STATED] for label, value in rows]


def _text(typed: str) -> str:
    """Return what was typed with at most one empty line between paragraphs."""
    return re.sub(r"\n\s*\n", "\n\n", "\n".join(typed.splitlines()).strip())


def _moment(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y г., %H:%M} ч."


# The protocol of an oral wish


def protocol_data(application: Application) -> dict[str, Any]:
    """Return the protocol of what somebody said, for them and for who heard it to sign."""
    number = f"вх. № {application.number}"
    person = application.person
    taken_by = application.registered_by
    who = _who(application)
    if person and person.written_identifier:
        who.insert(2, ["Идентификатор", person.written_identifier])
    return {
        **frame(
            application,
            on=timezone.localdate(application.registered_at),
            title=f"Протокол за {number}",
            footer=f"Протокол за {number} · Община {application.municipality.name}",
        ),
        "heading": "Протокол за устно заявено желание"
        if application.nature == "wish"
        else "Протокол за устно заявление",
        "number": application.number,
        "at": _moment(application.registered_at),
        "how": Channel(application.channel).label,
        "taken_by": taken_by.name if taken_by else NOT_STATED,
        "who": who,
        "service": application.service.name if application.service else "",
        "statement": kind_then(application)[1],
        "need": _text(application.need),
        "answers": _answers(application),
        "papers": _papers_shown(application),
        "signer": application.contact_name,
        "notice": str(application.notice) if application.notice else "",
    }


def _papers_shown(application: Application) -> list[dict[str, Any]]:
    """Return the papers that were brought, ticked, and those of the kind to be ticked by hand."""
    brought = [{"name": f"{name}: {how}", "is_there": True} for name, how in _brought(application)]
    ticked = {row["paper"] for row in _kept(application) if row.get("paper")}
    papers = KindPaper.objects.filter(kind=application.kind).order_by("order", "pk")
    rest = [
        {
            "name": paper.name + (" (само за справка)" if paper.is_for_reference else ""),
            "is_there": False,
        }
        for paper in papers
        if paper.is_for(application.on_behalf) and paper.pk not in ticked
    ]
    return brought + rest


def maker(user: User, office: Office | None) -> str:
    """Return the line of who wrote a letter."""
    phone = f", тел. {office.phone}" if office and office.phone else ""
    return f"Изготвил: {user.name}{phone}"
