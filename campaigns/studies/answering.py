"""Filling a questionnaire: once for each form, of nobody; by everybody or by a link.

Of an answer are kept the day and whether it came on paper; no name, address, hour or device. The
link of a questionnaire that is not for everybody is made of the portal's key and the study, so
that it can be shown again and nothing that opens it is kept; its hash finds the study.
"""

from __future__ import annotations

import datetime as dt
import uuid
from base64 import urlsafe_b64encode

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.studies.errors import StudyRefused
from campaigns.studies.models import Study, StudyAnswer, StudyResponse
from campaigns.studies.questions import Given
from municipalities import mails, signed_links
from municipalities.invitations import hash_of

PURPOSE = "campaigns.questionnaire"  # of the link
TOLD = gettext_noop(
    "Гражданите вече виждат отговорите: ако се добави един, ще личи какво е отговорил."
    " Първо махнете „Показва и отговорите“ в данните и въведете поне няколко наведнъж."
)


def lock(study: Study) -> Study:
    """Return the study with its row locked: answers and changes of questions take turns."""
    return Study.objects.select_for_update(of=("self",)).get(pk=study.pk)


# The link


def token_of(study: Study) -> str:
    """Return the token of the link of ``study``; always the same."""
    made = salted_hmac(PURPOSE, str(study.pk), algorithm="sha256").digest()
    body = urlsafe_b64encode(made).decode().rstrip("=")
    return signed_links.token_of(study.municipality, PURPOSE, body)


def link_of(study: Study) -> str:
    """Return the whole address of the questionnaire, with the token where it needs one."""
    where = [study.municipality.slug, study.slug]
    return mails.whole(
        reverse("questionnaire", args=[*where, token_of(study)] if study.token_hash else where)
    )


def find_by_token(slug: str, token: str) -> Study | None:
    """Return the study of the link, in the open scope; None where it opens nothing."""
    return Study.objects.filter(slug=slug, token_hash=hash_of(token)).first()


# Open and closed


@transaction.atomic
def open_until(*, study: Study, until: dt.date, by_link: bool) -> Study:
    """Take answers from today on (or as was planned) until the end of the day ``until``.

    ``by_link`` lets in only those who have the link, though the study may not be shown to citizens;
    without it the study has to be. Raises StudyRefused.
    """
    today = timezone.localdate()
    locked = lock(study)
    if until < today:
        raise StudyRefused(_("Изберете ден от днес нататък."))
    if not locked.questions.exists():
        raise StudyRefused(_("Анкетата още няма въпроси."))
    if not by_link and not locked.is_public:
        raise StudyRefused(
            _("Проучването не се показва на гражданите: пуснете анкетата само с връзка.")
        )
    began = locked.opens_on
    # A beginning that was planned stays; one of a time that is over begins anew.
    is_over = locked.closes_on is not None and locked.closes_on < today
    locked.opens_on = today if began is None or is_over else min(began, until)
    locked.closes_on = until
    locked.token_hash = hash_of(token_of(locked)) if by_link else ""
    locked.save(update_fields=["opens_on", "closes_on", "token_hash", "updated_at"])
    return locked


@transaction.atomic
def close(*, study: Study) -> Study:
    """Take no more answers from now on; those that were given stay."""
    locked = lock(study)
    yesterday = timezone.localdate() - dt.timedelta(1)
    if locked.opens_on and locked.opens_on <= yesterday:
        locked.closes_on = yesterday
    else:  # opened today: there is no day on which it was open and is no more
        locked.opens_on = locked.closes_on = None
    locked.save(update_fields=["opens_on", "closes_on", "updated_at"])
    return locked


# Answers


@transaction.atomic
def answer(
    *, study: Study, form_key: uuid.UUID, given: list[Given], is_from_paper: bool = False
) -> StudyResponse:
    """Keep a filled questionnaire; the same ``form_key`` again finds the first one.

    Raises StudyRefused when the questionnaire is closed (paper is taken after that too, until its
    answers are shown to citizens), where nothing was answered, and for a form of another study.
    """
    locked = lock(study)
    if there := StudyResponse.objects.filter(form_key=form_key).first():
        if there.study_id != locked.pk:
            raise StudyRefused(_("Формулярът е от друга анкета. Отворете връзката отново."))
        return there
    if not is_from_paper and not locked.is_open:
        raise StudyRefused(_("Анкетата вече е затворена."))
    if is_from_paper and is_told(locked):
        raise StudyRefused(_(TOLD))
    if not given:
        raise StudyRefused(_("Отговорете поне на един въпрос."))
    if any(one.question.study_id != locked.pk for one in given):
        raise StudyRefused(_("Формулярът е от друга анкета. Отворете връзката отново."))
    try:
        with transaction.atomic():
            response = StudyResponse.objects.create(
                municipality_id=locked.municipality_id,
                study=locked,
                form_key=form_key,
                is_from_paper=is_from_paper,
            )
    except IntegrityError:  # sent to two studies at the same moment: a form that somebody made up
        raise StudyRefused(_("Формулярът е от друга анкета. Отворете връзката отново.")) from None
    StudyAnswer.objects.bulk_create(
        StudyAnswer(
            municipality_id=locked.municipality_id,
            response=response,
            question=one.question,
            chosen=list(one.chosen),
            number=one.number,
            words=one.words,
        )
        for one in given
    )
    return response


def is_told(study: Study) -> bool:
    """Say whether citizens see the answers of ``study``: one more would show what it says."""
    return study.is_public and study.shows_results and not study.is_open


@transaction.atomic
def take_back(*, study: Study, response: int) -> bool:
    """Delete a paper that was typed in wrongly; False where there is no such paper."""
    lock(study)
    papers = StudyResponse.objects.filter(study=study, is_from_paper=True, pk=response)
    return bool(papers.delete()[0])


@transaction.atomic
def copy_of(*, study: Study) -> Study:
    """Return a new study with the facts and questions of ``study``: closed, hidden, unanswered."""
    copied = Study(
        **{
            name: getattr(study, name)
            for name in (
                "municipality_id", "kind", "project_id", "campaign_id", "aim", "made_by",
                "contract_id", "method", "sample", "opening", "smallest",
            )
        },
        title=f"{study.title[:240]} (копие)",
    )  # fmt: skip
    copied.save()
    for question in study.questions.all():
        question.pk, question._state.adding, question.study = None, True, copied
        question.save()
    return copied
