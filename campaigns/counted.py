"""What campaigns let the indicators of their project count."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import (
    CampaignEvent,
    Clipping,
    DoorCount,
    HandbookEdition,
    Handout,
    Registration,
    Study,
)
from municipalities.hours import within_days
from municipalities.templatetags.portal import counted
from projects.indicators.sources import EvidenceLine, Source, on_days, register_source
from projects.models import Project

PIECES, PEOPLE = _("бр."), _("лица")
Day = dt.date | None


def people_who_came():
    """Return how many came to an event, for the rows of a queryset of events.

    Counted at the door and marked by name, as ``attended.attended`` does for events in hand.
    """
    door = DoorCount.objects.filter(event=OuterRef("pk")).order_by().values("event")
    named = Registration.objects.filter(event=OuterRef("pk"), came_at__isnull=False)
    sums = (
        Subquery(door.annotate(n=Sum("change")).values("n"), output_field=IntegerField()),
        Subquery(
            named.order_by().values("event").annotate(n=Count("pk")).values("n"),
            output_field=IntegerField(),
        ),
    )
    return Greatest(Coalesce(sums[0], 0) + Coalesce(sums[1], 0), 0)


def held_of(project: Project) -> QuerySet[CampaignEvent]:
    """Return the events of the project's campaigns that are over and were not called off."""
    return CampaignEvent.objects.filter(
        campaign__project=project, ends_at__lte=timezone.now(), cancelled_at__isnull=True
    )


def events_held(project: Project, since: Day, upto: Day, **only):
    """Events of the project's campaigns that are over."""
    return (
        held_of(project)
        .filter(within_days("ends_at", since, upto), **only)
        .select_related("settlement")
        .order_by("ends_at", "pk")
    )


def conferences_held(project: Project, since: Day, upto: Day):
    """Conferences among them."""
    return events_held(project, since, upto, kind=CampaignEvent.Kind.CONFERENCE)


def people_reached(project: Project, since: Day, upto: Day):
    """The events to which anybody came, with how many (``came``); one that runs counts already."""
    begun = CampaignEvent.objects.filter(
        campaign__project=project, starts_at__lte=timezone.now(), cancelled_at__isnull=True
    )
    return (
        begun.filter(within_days("starts_at", since, upto))
        .annotate(came=people_who_came())
        .filter(came__gt=0)
        .select_related("settlement")
        .order_by("starts_at", "pk")
    )


def settlements_reached(project: Project, since: Day, upto: Day):
    """The first event of the project in each settlement."""
    before = Q(ends_at__lt=OuterRef("ends_at")) | Q(
        ends_at=OuterRef("ends_at"), pk__lt=OuterRef("pk")
    )
    earlier = held_of(project).filter(before, settlement=OuterRef("settlement"))
    return events_held(project, since, upto).filter(~Exists(earlier), settlement__isnull=False)


def handouts(project: Project, since: Day, upto: Day):
    """What the project's campaigns handed out, with how many copies."""
    rows = Handout.objects.filter(on_days("day", since, upto), campaign__project=project)
    return rows.select_related("material", "settlement").order_by("day", "pk")


def publications(project: Project, since: Day, upto: Day):
    """What the media said of the project's campaigns."""
    rows = Clipping.objects.filter(on_days("day", since, upto), campaign__project=project)
    return rows.order_by("day", "pk")


def people_from_abroad(project: Project, since: Day, upto: Day):
    """People from other countries who registered for an event of the project and came."""
    return (
        Registration.objects.filter(event__in=held_of(project), came_at__isnull=False)
        .exclude(country="")
        .filter(within_days("came_at", since, upto))
        .select_related("event")
        .order_by("came_at", "pk")
    )


def studies(project: Project, since: Day, upto: Day):
    """Studies and analyses of the project that were published."""
    rows = Study.objects.filter(project=project, is_public=True, published_on__isnull=False)
    return rows.filter(on_days("published_on", since, upto)).order_by("published_on", "pk")


def needs_analyses(project: Project, since: Day, upto: Day):
    """Analyses of needs among them."""
    return studies(project, since, upto).filter(kind=Study.Kind.NEEDS)


def handbooks(project: Project, since: Day, upto: Day):
    """The first published edition of each handbook of the project."""
    published = HandbookEdition.objects.filter(
        handbook__project=project, handbook__is_public=True, published_on__isnull=False
    )
    earlier = published.filter(handbook=OuterRef("handbook"), number__lt=OuterRef("number"))
    return (
        published.filter(~Exists(earlier))
        .filter(on_days("published_on", since, upto))
        .select_related("handbook")
        .order_by("published_on", "pk")
    )


def _day(row: CampaignEvent) -> dt.date:
    return timezone.localtime(row.ends_at).date()


def _url(row: CampaignEvent) -> str:
    return reverse("admin:campaigns_campaignevent_change", args=[row.pk])


def _where(row) -> str:
    return ", ".join(filter(None, (str(row.settlement or ""), row.place)))


def _event(row: CampaignEvent) -> EvidenceLine:
    return EvidenceLine(row.title, _day(row), _url(row), _where(row))


def _settlement(row: CampaignEvent) -> EvidenceLine:
    return EvidenceLine(str(row.settlement), _day(row), _url(row), row.title)


def _people(row) -> EvidenceLine:
    told = ", ".join(filter(None, (counted(row.came, "човек,души"), _where(row))))
    return EvidenceLine(row.title, timezone.localdate(row.starts_at), _url(row), told)


def _handout(row: Handout) -> EvidenceLine:
    url = reverse("admin:campaigns_handout_change", args=[row.pk])
    told = ", ".join(filter(None, (counted(row.copies, "брой,броя"), _where(row))))
    return EvidenceLine(str(row.material or row.what), row.day, url, told)


def _publication(row: Clipping) -> EvidenceLine:
    url = reverse("admin:campaigns_clipping_change", args=[row.pk])
    return EvidenceLine(row.title, row.day, url, f"{row.outlet}, {row.get_medium_display()}")


def _from_abroad(row: Registration) -> EvidenceLine:
    """Tell where somebody came from, not who they are: the names are forgotten after the event."""
    url = reverse("admin:campaigns_campaignevent_change", args=[row.event_id])
    day = timezone.localdate(row.came_at)
    return EvidenceLine(f"{row.country}: № {row.number}", day, url, row.event.title)


def _study(row: Study) -> EvidenceLine:
    url = reverse("admin:campaigns_study_change", args=[row.pk])
    return EvidenceLine(row.title, row.published_on, url, str(row.get_kind_display()))


def _handbook(row: HandbookEdition) -> EvidenceLine:
    url = reverse("admin:campaigns_handbook_change", args=[row.handbook_id])
    return EvidenceLine(row.handbook.title, row.published_on, url, f"издание № {row.number}")


SOURCES = (
    Source("events-held", _("проведени събития от кампании"), PIECES, events_held, _event),
    Source(
        "settlements-reached",
        _("населени места, достигнати със събития"),
        PIECES,
        settlements_reached,
        _settlement,
    ),
    Source(
        "people-reached",
        _("посещения на събития: хора, преброени на входа"),
        PEOPLE,
        people_reached,
        _people,
        weight="came",
    ),
    Source(
        "materials-handed-out",
        _("раздадени материали от кампании"),
        PIECES,
        handouts,
        _handout,
        weight="copies",
    ),
    Source(
        "publications", _("публикации в медиите за кампании"), PIECES, publications, _publication
    ),
    Source("conferences-held", _("проведени конференции"), PIECES, conferences_held, _event),
    Source(
        "people-from-abroad",
        _("участници от други държави в събития"),
        PEOPLE,
        people_from_abroad,
        _from_abroad,
        is_personal=True,
    ),
    Source("studies", _("публикувани проучвания и анализи"), PIECES, studies, _study),
    Source(
        "needs-analyses", _("публикувани анализи на потребностите"), PIECES, needs_analyses, _study
    ),
    Source("handbooks", _("издадени наръчници"), PIECES, handbooks, _handbook),
)


def register() -> None:
    """Let the indicators of projects count what campaigns did and what was published."""
    for source in SOURCES:
        register_source(source)
