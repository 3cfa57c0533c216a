"""What stands in the form that corrects an application, and what differs from what is saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from frontoffice.changes import Difference, compared
from frontoffice.names import written_phone
from referrals.applications.models import Application
from referrals.intake.forms import CorrectionForm
from referrals.intake.forms_alert import AlertCorrectionForm, initial_of_alert
from referrals.intake.papers import ticked_in
from referrals.intake.taking import signature_of
from referrals.kinds.reading import initial_from

Signature = Application.Signature
PLAIN = (
    "on_behalf", "given_name", "middle_name", "family_name", "birth_date", "applicant_name",
    "applicant_right", "service", "need", "phones", "email", "settlement", "address", "reply_by",
    "ssev_reference",
)  # fmt: skip
LABELS = {
    "reporter": "Кой сигнализира",
    "on_behalf": "Кой заявява",
    "given_name": "Име",
    "middle_name": "Бащино име",
    "family_name": "Фамилно име",
    "birth_date": "Рождена дата",
    "applicant_name": "Име на заявителя",
    "applicant_right": "На какво основание",
    "service": "Услуга",
    "need": "От какво има нужда",
    "answers": "Отговори",
    "phones": "Телефони",
    "email": "Е-поща",
    "settlement": "Населено място",
    "address": "Адрес",
    "reply_by": "Как иска отговор",
    "signature": "Подпис",
    "ssev_reference": "Номер на съобщението в ССЕВ",
    "is_child_at_risk": "Дете в риск",
    "notified": "Кой е уведомен",
    "notified_on": "Уведомен на",
}


def form_for(application: Application) -> type[CorrectionForm] | type[AlertCorrectionForm]:
    """Return the form that corrects ``application``."""
    return AlertCorrectionForm if application.is_alert else CorrectionForm


def initial_of(application: Application) -> dict[str, Any]:
    """Return the form's values for ``application``."""
    answers = initial_from(application.answers)
    if application.is_alert:
        return {**initial_of_alert(application), **answers}
    own = {name: getattr(application, name) for name in PLAIN}
    return {
        **own,
        "service": application.service_id,
        "settlement": application.settlement_id,
        "phones": ", ".join(application.phone_list),
        "is_signed": application.signature != Signature.NONE,
        "papers": ticked_in(application.answers),
        "version": application.version,
        **answers,
    }


def facts_of(form: CorrectionForm | AlertCorrectionForm) -> dict[str, Any]:
    """Return what a valid form says, as fields of the application.

    Answers to questions that the form does not ask (asked only of citizens, or no longer) stay.
    """
    application = form.application
    if isinstance(form, AlertCorrectionForm):
        facts = form.facts()
        return facts | {"answers": _merged(application, form, facts["answers"])}
    facts = {name: form.cleaned_data[name] for name in PLAIN if name in form.cleaned_data}
    if "is_signed" in form.fields:
        facts["signature"] = _signature(application, form.cleaned_data["is_signed"])
    return facts | {"answers": _merged(application, form, form.answers())}


def _signature(application: Application, is_signed: bool) -> str:
    if is_signed == (application.signature != Signature.NONE):
        return application.signature
    return signature_of(application.channel, is_signed=is_signed)


def _merged(application: Application, form: Any, answers: list[dict]) -> list[dict[str, Any]]:
    questions = {question.pk for question in form.questions}
    papers = {paper.pk for paper in form.kind_papers}
    kept = [
        answer
        for answer in application.answers
        if answer.get("question") not in questions and answer.get("paper") not in papers
    ]
    of_questions = [answer for answer in answers if not answer.get("paper")]
    of_papers = [answer for answer in answers if answer.get("paper")]
    return [*of_questions, *kept, *of_papers]


def newly_brought(application: Application, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of papers that were not ticked before."""
    before = set(ticked_in(application.answers))
    return [
        answer
        for answer in facts["answers"]
        if answer.get("paper") and str(answer["paper"]) not in before
    ]


def differences(saved: Application, facts: dict[str, Any]) -> list[Difference]:
    """Return the fields in which ``facts`` (``facts_of``) are not what is saved."""
    after = Application(kind=saved.kind, nature=saved.nature, **facts)
    return compared(
        {name: label for name, label in LABELS.items() if name in facts},
        saved=lambda name: _written(saved, name),
        typed=lambda name: _written(after, name),
    )


def _written(application: Application, name: str) -> str:
    value = getattr(application, name)
    if name == "answers":
        return "\n".join(sorted(f"{one.get('label', '')}: {one.get('value', '')}" for one in value))
    if name == "phones":
        return ", ".join(written_phone(digits) for digits in value.split())
    if isinstance(value, bool):
        return "да" if value else "не"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    shown = getattr(application, f"get_{name}_display", None)
    if shown:
        return str(shown() or "")
    return str(value or "").replace("\r\n", "\n")
