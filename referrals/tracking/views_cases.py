"""The citizen's answer to an offered place, and the document of their assessment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.unlocking import is_unlocked
from municipalities.uploads import serve_own_attachment
from referrals.applications.models import Application
from referrals.letters.writing import PDF
from referrals.placing import waiting
from referrals.placing.models import Referral, ReferralState, WithdrawReason
from referrals.placing.models_waiting import Offer
from referrals.tracking.telling_cases import documents_for_citizen, referrals_for_citizen
from referrals.tracking.views import unlocked
from referrals.workflow.machine import CITIZEN, StepRefused
from referrals.workflow.referral import REFERRAL


@dataclass(frozen=True)
class Answer:
    """One of the answers to an offer: its page, its button, and what is said when it was given."""

    title: Promise
    button: Promise
    done: Promise
    effects: tuple[Promise, ...]
    is_grave: bool = False


ANSWERS: dict[str, Answer] = {
    "priemam": Answer(
        gettext_lazy("Приемате ли мястото?"),
        gettext_lazy("Приемам мястото"),
        gettext_lazy("Приехте мястото. Доставчикът ще се свърже с вас."),
        (
            gettext_lazy("Мястото е ваше и излизате от листата на чакащите."),
            gettext_lazy(
                "Казваме на доставчика. Той ще се свърже с вас за своя "
                "оценка, план за подкрепа и договор."
            ),
            gettext_lazy("Ако услугата е с такса, доставчикът ще ви каже колко е преди договора."),
        ),
    ),
    "chakam": Answer(
        gettext_lazy("Ще чакате ли друго място?"),
        gettext_lazy("Ще чакам друго"),
        gettext_lazy("Оставате в листата на чакащите. Това място се предлага на следващия."),
        (
            gettext_lazy("Предлагаме това място на следващия в листата."),
            gettext_lazy("Оставате в листата, след хората, които не са пропускали предложение."),
            gettext_lazy("Когато се освободи друго място и дойде редът ви, пак ще ви съобщим."),
        ),
    ),
    "otkazvam": Answer(
        gettext_lazy("Отказвате ли се от услугата?"),
        gettext_lazy("Не искам услугата"),
        gettext_lazy("Отказахте се от услугата."),
        (
            gettext_lazy("Насочването към тази услуга се оттегля и не чакате повече за нея."),
            gettext_lazy("Другите услуги, към които сте насочени или ползвате, не се променят."),
            gettext_lazy(
                "Ако размислите, може да заявите услугата отново. Тогава ще сте нови в листата."
            ),
        ),
        is_grave=True,
    ),
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unlocked
def track_offer(
    request: HttpRequest, application: Application, pk: int, answer: str
) -> HttpResponse:
    """Say what an answer does, and give it; refusing the service needs no offer.

    The page carries the offer it was made from: an answer to one that has ended is none to another.
    """
    said = ANSWERS.get(answer)
    if said is None:
        raise Http404
    referral = get_object_or_404(referrals_for_citizen(application), pk=pk)
    offer = referral.offers.filter(state=Offer.State.OPEN).first()
    if not _is_possible(referral, offer, answer):
        messages.info(request, _("Този отговор вече не е нужен. Докъде е стигнало, пише по-долу."))
        return _back(application)
    if request.method != "POST":
        context = {
            "application": application,
            "municipality": application.municipality,
            "referral": referral,
            "offer": offer,
            "said": said,
            "answer": answer,
        }
        return render(request, "referrals/tracking/offer.html", context)
    try:
        _give(referral, answer, request.POST.get("predlozhenie", ""))
    except StepRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, str(said.done))
    return _back(application)


def _is_possible(referral: Referral, offer: Offer | None, answer: str) -> bool:
    if answer == "otkazvam":
        return REFERRAL.may(referral, "withdraw", CITIZEN)
    return offer is not None and referral.state == ReferralState.OFFERED


def _give(referral: Referral, answer: str, seen: str) -> None:
    """Give the answer to the offer that was on the page; raises StepRefused."""
    from referrals.placing.referring import withdraw  # the desk's verbs

    verbs: dict[str, Callable[..., Referral]] = {
        "priemam": waiting.take_offer,
        "chakam": waiting.pass_offer,
        "otkazvam": waiting.refuse_offer,
    }
    if answer == "otkazvam" and not seen:
        if referral.state == ReferralState.OFFERED:
            raise StepRefused(_("Междувременно ви предложихме място. Прочетете го и отговорете."))
        withdraw(referral=referral, actor=CITIZEN, reason=WithdrawReason.WISH)
        return
    is_number = seen.isascii() and seen.isdigit() and len(seen) < 19
    verbs[answer](referral=referral, actor=CITIZEN, offer=int(seen) if is_number else 0)


def _back(application: Application) -> HttpResponse:
    return redirect("track_application", application.municipality.slug, application.public_id)


@login_not_required
@never_cache
@require_safe
@unlocked
def track_assessment(request: HttpRequest, application: Application, pk: int) -> HttpResponseBase:
    """The document of the assessment, as a download."""
    found = get_object_or_404(documents_for_citizen(application), pk=pk)
    return serve_own_attachment(
        request,
        found.path,
        name=f"{found.assessment.number}.pdf",
        content_type=PDF,
        subject=application,
        rule=is_unlocked,
    )
