"""Events of campaigns as entries of a calendar."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.models import CampaignEvent
from municipalities.calendars import Entry, calendar, uid_of
from municipalities.mails import whole

MOST_ENTRIES = 1000


def entry_of(event: CampaignEvent) -> Entry:
    """Return what a calendar keeps of ``event``; it comes with settlement and municipality.

    What is cancelled stays in the calendar and says so: programs that took it once would otherwise
    keep showing it.
    """
    place = ", ".join(part for part in (str(event.settlement or ""), event.place) if part)
    said = [_("Отменено: %(why)s") % {"why": event.cancelled_why}] if event.cancelled_why else []
    said += [event.about_shown]
    if event.access_note:
        said.append(_("Достъпност: %(words)s") % {"words": event.access_note})
    if event.takes_registration and not event.cancelled_at:
        said.append(_until(event))
    if event.contact:
        said.append(_("За въпроси: %(words)s") % {"words": event.contact})
    return Entry(
        uid=uid_of("event", event.pk),
        changed=event.updated_at,
        sequence=event.sequence,
        begins=event.starts_at,
        ends=event.ends_at,
        summary=event.title_shown,
        description="\n".join(part for part in said if part),
        location=f"{place}, {_('община')} {event.municipality.name}" if place else "",
        url=whole(event.get_absolute_url()),
        categories=(str(event.get_kind_display()),),
        is_cancelled=event.cancelled_at is not None,
    )


def calendar_of(events, name: str) -> bytes:
    """Return a calendar of ``events`` (a queryset), the first thousand of them."""
    shown = events.select_related("settlement", "municipality")[:MOST_ENTRIES]
    return calendar(name=name, product="Events", entries=map(entry_of, shown))


def _until(event: CampaignEvent) -> str:
    if event.registration_until is None:
        return _("Записва се предварително.")
    moment = date_format(timezone.localtime(event.registration_until), "d.m.Y G:i")
    return _("Записва се предварително, до %(moment)s ч.") % {"moment": moment}
