"""What the document of an assessment says, as data for ``templates/typst/assessment.typ``.

It is the person's, who shows it to the provider: the first part says who was assessed, what they
need and where they are referred. What was answered stands in an appendix that begins on a page of
its own, so that it need not be shown. No ЕГН or ЛНЧ, no reason of an urgent case and no risk is in
it: somebody at home may read it. A legal basis is there only once it is verified.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from referrals.assessments import contents
from referrals.assessments.appeal import appeal_note, is_refusal
from referrals.assessments.models import Conclusion, NeedsAssessment, Participation
from referrals.letters.documents import Rows, frame, maker, office_of, signer_of
from referrals.letters.texts import blocks, day
from referrals.placing.models import Referral, ReferralState
from referrals.policy import policy_of
from referrals.workflow.assessment import going_on
from services_registry.models import Service, ServiceSite

UNTOLD_PLACE = "адресът не се съобщава"
CERTIFIES = (
    "Тази предварителна оценка удостоверява насочването към изброените услуги. Покажете я на "
    "доставчика. Друго направление не е нужно."
)
LISTED = "Насочване към услугите, изброени по-долу"
SAID = {
    Conclusion.REFERRED: "Насочване към социална услуга",
    Conclusion.NO_NEED: "Не се установява потребност от специализирана социална услуга",
    Conclusion.WITHDRAWN: "Човекът оттегли желанието си и не се насочва към услуга",
}


@sensitive_variables()
def assessment_data(
    assessment: NeedsAssessment, *, edition: int = 1, reason: str = "", is_draft: bool = False
) -> dict[str, Any]:
    """Return the document of ``assessment`` as it stands in memory. Needs its scope."""
    today = timezone.localdate()
    municipality = assessment.municipality
    shown = f"Предварителна оценка № {assessment.number}" if assessment.number else "Проект"
    held = contents.read(assessment)
    refused = is_refusal(assessment.outcome)
    services = _services(assessment)
    return {
        **frame(
            assessment.application, on=assessment.issued_on or today, title=shown,
            footer=f"{shown} · Община {municipality.name}",
        ),
        "is_draft": is_draft,
        "number": assessment.number,
        "date": day(assessment.issued_on) if assessment.issued_on else "",
        "edition": _edition(edition, reason, today),
        "who": _who(assessment),
        "participation": blocks(held.participation_note),
        "wishes": blocks(held.wishes),
        "need": blocks(held.need),
        "outcome": LISTED if services else _outcome(assessment),
        "conclusion": blocks(held.conclusion),
        "found": _found(assessment),
        "services": services,
        "certifies": CERTIFIES,
        "basis": _basis(assessment),
        "appeal": blocks(appeal_note(policy_of(municipality), today)) if refused else [],
        "areas": _areas(assessment, held),
        "signer": signer_of(municipality),
        "made_by": _makers(assessment),
    }  # fmt: skip


def _edition(edition: int, reason: str, today: dt.date) -> str:
    if edition == 1:
        return ""
    why = f": {reason}" if reason else ""
    return f"Екземпляр {edition} от {day(today)}{why}"


def _who(assessment: NeedsAssessment) -> Rows:
    person, application = assessment.person, assessment.application
    rows: Rows = [["Име", person.full_name]]
    if person.birth_date:
        rows.append(["Рождена дата", day(person.birth_date)])
    elif person.birth_year:
        rows.append(["Година на раждане", str(person.birth_year)])
    if application.applicant_name:
        right = f" ({application.applicant_right})" if application.applicant_right else ""
        rows.append(["Желанието е заявено от", f"{application.applicant_name}{right}"])
    rows.append(["Заявление", f"{application.number} от {day(application.received_on)}"])
    before = assessment.replaces
    if before and before.issued_on:
        rows.append(
            ["Заменя", f"предварителна оценка № {before.number} от {day(before.issued_on)}"]
        )
    if assessment.held_on:
        rows.append(["Разговор", day(assessment.held_on)])
    if assessment.participation:
        rows.append(["Участие", str(Participation(assessment.participation).label)])
    return rows


def _outcome(assessment: NeedsAssessment) -> str:
    if assessment.outcome in (Conclusion.DIRECTORATE, Conclusion.OTHER):
        return f"Пренасочване към: {assessment.authority or '…'}"
    return SAID.get(Conclusion(assessment.outcome), "") if assessment.outcome else ""


def _found(assessment: NeedsAssessment) -> Rows:
    """Return the kinds of service, intensity and term, as far as they were found."""
    kinds = [kind.name for kind in assessment.kinds.all()]
    rows: Rows = []
    if kinds:
        rows.append(["Видове социални услуги", "\n".join(kinds)])
    if assessment.intensity:
        rows.append(["Интензитет", assessment.get_intensity_display()])
    if assessment.term:
        rows.append(["Срок", assessment.get_term_display()])
    if assessment.is_complex:
        rows.append(["Съчетаване", "услугите се ползват заедно, като комплекс"])
    if assessment.is_urgent:
        rows.append(["Спешен случай", "да"])
    return rows


def _services(assessment: NeedsAssessment) -> list[dict[str, Any]]:
    if assessment.outcome != Conclusion.REFERRED or assessment.pk is None:
        return []
    sites = ServiceSite.objects.select_related("settlement").order_by("pk")
    # What goes on by an earlier assessment stands here as well, under the number it was given.
    referrals = (
        (assessment.referrals.open() | going_on(assessment))
        .select_related("assessment", "service", "provider")
        .prefetch_related(Prefetch("service__sites", queryset=sites))
        .defer("service__search_vector")
        .order_by("assessment_id", "ordinal")
    )
    return [_service(assessment, referral) for referral in referrals]


def _service(assessment: NeedsAssessment, referral: Referral) -> dict[str, Any]:
    intensity = referral.intensity
    # The row of this one may not have its number yet, while its document is made.
    own = referral.assessment_id == assessment.pk
    number = assessment.number if own else referral.assessment.number
    return {
        "number": f"{number or '…'}/{referral.ordinal}",
        "name": referral.service.name,
        "provider": referral.provider.name,
        "places": _places(referral),
        "stands": _stands(referral),
        "intensity": str(Service.Intensity(intensity).label) if intensity else "",
    }


def _places(referral: Referral) -> list[str]:
    """Return where the service is and how it is reached; never the address of a secret place."""
    lines: list[str] = []
    phones: list[str] = []
    for site in referral.service.sites.all():
        where = UNTOLD_PLACE
        if not site.address_is_secret:
            where = ", ".join(filter(None, (str(site.settlement), site.address)))
        if where not in lines:
            lines.append(where)
        if site.phone and site.phone not in phones:
            phones.append(site.phone)
    if not phones and referral.provider.phone:
        phones = [referral.provider.phone]
    return lines + [f"тел. {phone}" for phone in phones]


def _stands(referral: Referral) -> str:
    if referral.state == ReferralState.WAITING and referral.waiting_since:
        return f"в листата на чакащите от {day(referral.waiting_since)}"
    if referral.state == ReferralState.STARTED and referral.started_on:
        return f"ползва услугата от {day(referral.started_on)}"
    if referral.state in (ReferralState.OFFERED, ReferralState.ACCEPTED):
        return str(ReferralState(referral.state).label)
    return "доставчикът ще отговори"


def _basis(assessment: NeedsAssessment) -> list[str]:
    """Return the legal bases that somebody has compared with the law, each once."""
    form = assessment.form
    found = [form.legal_basis] if form.is_verified else []
    if assessment.outcome == Conclusion.REFERRED and assessment.pk:
        found += [
            kept.get("legal_basis", "")
            for kept in assessment.referrals.open().values_list("routing", flat=True)
            if kept and kept.get("is_verified")
        ]
    return [basis for basis in dict.fromkeys(found) if basis]


def _areas(assessment: NeedsAssessment, held: contents.Contents) -> list[dict[str, Any]]:
    """Return the areas of life with what was answered; what was not is left out."""
    areas = []
    for area, questions in contents.answered(assessment, held):
        rows = [[question.label, words] for question, words in questions if words]
        if rows:
            areas.append({"name": area.name, "rows": rows})
    return areas


def _makers(assessment: NeedsAssessment) -> list[str]:
    lines = [maker(assessment.prepared_by, office_of(assessment.application))]
    if assessment.reviewed_by:
        lines.append(f"Прегледал: {assessment.reviewed_by.name}")
    return lines
