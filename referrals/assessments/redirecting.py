"""The letter by which a wish is redirected to ДСП, with the assessment. Needs the scope."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from municipalities.models import User
from referrals.assessments.models import AssessmentState, Conclusion, NeedsAssessment
from referrals.letters import writing
from referrals.letters.models import Letter
from referrals.letters.texts import address_of, day
from referrals.routing.models import SocialAssistanceDirectorate
from referrals.workflow.assessment import ASSESSMENT
from referrals.workflow.machine import Actor, StepRefused

UNNAMED = "Дирекция „Социално подпомагане“"
NOT_REDIRECTED = (
    "Писмо до ДСП се пише по изготвена оценка, с която желанието се пренасочва към ДСП."
)
KIND = Letter.Kind.DIRECTORATE


def check_redirected(assessment: NeedsAssessment) -> None:
    """Raise StepRefused where ``assessment`` does not end with a redirection to ДСП."""
    is_done = assessment.state == AssessmentState.DONE
    if not is_done or assessment.outcome != Conclusion.DIRECTORATE:
        raise StepRefused(NOT_REDIRECTED)


@sensitive_variables()
def begin_letter(
    assessment: NeedsAssessment, directorate: SocialAssistanceDirectorate | None
) -> dict[str, str]:
    """Return the fields of the letter as its form opens."""
    to = (directorate.name, directorate.address) if directorate else (assessment.authority, "")
    return {
        "recipient": to[0] or UNNAMED,
        "recipient_address": to[1],
        "subject": f"Пренасочване по предварителна оценка № {assessment.number}",
        "body": _body(assessment),
    }


@transaction.atomic
@sensitive_variables()
def redirect_letter(
    *,
    assessment: NeedsAssessment,
    directorate: SocialAssistanceDirectorate | None,
    actor: Actor,
    form_key: uuid.UUID,
    said: dict[str, str] | None = None,
) -> Letter:
    """Make the numbered letter to ``directorate``; ``said`` are its texts where staff edited them.

    The same ``form_key`` again finds the first letter. Raises StepRefused where the assessment is
    not done or does not redirect to ДСП, or for anybody who is not of the desk.
    """
    if existing := Letter.objects.filter(form_key=form_key).first():
        return existing
    user = _user(actor)
    check_redirected(assessment)
    letter = writing.write(
        application=assessment.application, kind=KIND, by=user, form_key=form_key,
        **(said or begin_letter(assessment, directorate)),
    )  # fmt: skip
    words = f"Изготвено изх. № {letter.number}: {letter.get_kind_display()}"
    # The same form sent twice at once: the other one has written it.
    if not assessment.events.filter(words=words).exists():
        ASSESSMENT.make(assessment, "note", by=actor, words=words)
    return letter


def letters_of(assessment: NeedsAssessment) -> list[Letter]:
    """Return the letters to ДСП about the wish of ``assessment``, the latest first."""
    return list(Letter.objects.filter(application_id=assessment.application_id, kind=KIND))


def _user(actor: Actor) -> User:
    if actor.user is None:
        raise StepRefused("Само служители на фронт-офиса правят това.")
    return actor.user


def _body(assessment: NeedsAssessment) -> str:
    application, person = assessment.application, assessment.person
    who = [f"– За кого: {person.full_name}"]
    if person.birth_date:
        who.append(f"– Рождена дата: {day(person.birth_date)}")
    if address := address_of(application).replace("\n", ", "):
        who.append(f"– Адрес: {address}")
    if application.applicant_name:
        who.append(f"– Желанието е заявено от: {application.applicant_name}")
    if application.phone_list:
        who.append(f"– Телефон: {', '.join(application.phone_list)}")
    kinds = ", ".join(kind.name for kind in assessment.kinds.all())
    if kinds:
        who.append(f"– Нужда от услуга от вида: {kinds}")
    issued = f"№ {assessment.number} от {day(assessment.issued_on)}" if assessment.issued_on else ""
    return "\n\n".join(
        [
            "Уважаеми госпожи и господа,",
            f"Със заявление № {application.number} от {day(application.received_on)} в общината "
            "е заявено желание за ползване на социална услуга. Изготвихме предварителна оценка "
            f"{issued} и според нея за нужната услуга насочвате вие. Затова ви пренасочваме "
            "желанието заедно с оценката.",
            "\n".join(who),
            "Човекът е уведомен за пренасочването. Молим да ни съобщите какво сте предприели.",
            f"Приложение:\n– предварителна оценка {issued}",
        ]
    )
