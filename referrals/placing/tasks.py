"""Offers of places by the clock: those that run out, those that can be made, and telling of them.

Arguments are ids. A mail names neither the person nor the service: it leads to the tracking page.
"""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality
from municipalities.norms.deadlines import changes_from, next_working
from municipalities.tasks import RETRY, later
from municipalities.tenancy import municipality_scope
from referrals.applications.models import Application
from referrals.placing import waiting
from referrals.placing.calling import call_task, is_mailed, phones_of
from referrals.placing.models import Referral, ReferralState
from referrals.placing.models_waiting import Offer
from services_registry.models import Capacity, Service

SUBJECT = "Очакваме отговора ви по заявлението ви"
NEWS = "Има новина по заявлението ви"
MOST_AT_ONCE = 200  # offers of one service by one task


@app.periodic(cron="23 * * * *")
@app.task(name="referrals.keep_lines", queueing_lock="referrals.keep_lines")
def keep_lines(timestamp: int | None = None) -> None:
    """Every hour: have the offers that ran out ended, and the places that stand free offered.

    Each is a task of its own, so that one that fails keeps none of the others back.
    """
    for owner in Municipality.objects.active().order_by("pk"):
        with municipality_scope(owner):
            past = Offer.objects.filter(state=Offer.State.OPEN, until__lt=timezone.localdate())
            for offer in past.order_by("pk").values_list("pk", flat=True):
                later(lapse_offer, municipality=owner.pk, offer=offer)
            newest = Capacity.objects.filter(service=OuterRef("service")).order_by("-as_of", "-pk")
            waited = Referral.objects.filter(state=ReferralState.WAITING)
            waited = waited.annotate(free=Subquery(newest.values("free")[:1])).filter(free__gt=0)
            for service in sorted(set(waited.values_list("service_id", flat=True))):
                later(offer_places, municipality=owner.pk, service=service, is_new=False)


@app.task(name="referrals.lapse_offer", retry=RETRY)
def lapse_offer(*, municipality: int, offer: int) -> None:
    """End one offer whose day has passed; the place goes to the next."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        found = Offer.objects.select_related("referral").filter(pk=offer).first()
        if found:
            waiting.lapse(found)


@app.task(name="referrals.offer_places", retry=RETRY)
def offer_places(*, municipality: int, service: int, is_new: bool = True) -> None:
    """Offer the free places of a service to those who wait, as long as there are both."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        found = Service.objects.filter(pk=service).first()
        if found is None:
            return
        for _n in range(MOST_AT_ONCE):
            if waiting.offer_next(found, is_new=is_new) is None:
                break


@app.task(name="referrals.tell_offer", retry=RETRY)
def tell_offer(*, municipality: int, offer: int) -> None:
    """Mail the person that a place is offered, or leave the desk a call where there is no address.

    Nothing happens where the offer was answered or ended meanwhile.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        found = (
            Offer.objects.filter(pk=offer, state=Offer.State.OPEN)
            .select_related("referral__assessment__application__office", "referral__person")
            .first()
        )
        if found is None:
            return
        referral = found.referral
        application = referral.assessment.application
        if not is_mailed(referral):
            _leave_call(found)
            return
        text = _text(application, owner, offer=found)
    # Not in the transaction above: nobody waits for the mail server with rows held.
    mails.send(SUBJECT, text, [application.email])


@app.task(name="referrals.tell_news", retry=RETRY)
def tell_news(*, municipality: int, application: int) -> None:
    """Mail the person that something stands on the tracking page, without saying what."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        rows = Application.objects.select_related("office")
        found = rows.filter(pk=application).first()
        if found is None or not found.email or found.is_alert:
            return
        text = _text(found, owner)
    mails.send(NEWS, text, [found.email])


def _text(application: Application, owner: Municipality, offer: Offer | None = None) -> str:
    from referrals.tasks import tracking_address  # which registers the tasks of this module

    return render_to_string(
        "referrals/placing/mail/news.txt",
        {
            "offer": offer,
            "application": application,
            "municipality": owner,
            "link": tracking_address(application, owner),
        },
    )


def _leave_call(offer: Offer) -> None:
    referral = offer.referral
    today = timezone.localdate()
    call_task(
        referral=referral,
        about=f"offer {offer.pk}",
        title=f"Обадете се за предложено място, отговор до {offer.until:%d.%m.%Y} г.",
        note=(
            f"Насочване {referral.written}. Телефон: {phones_of(referral)}. Човекът няма е-поща. "
            "Запишете отговора му на страницата на насочването: приема, чака друго, не желае."
        ),
        due_on=min(offer.until, next_working(today, changes_from(today))),
    )
