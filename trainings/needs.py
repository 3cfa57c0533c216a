"""What waits of the trainings, over the first page of the admin."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.admin_needs import Need
from municipalities.templatetags.portal import counted
from trainings.models import Training

SOON = dt.timedelta(days=7)
MOST_NAMED = 5


def needs_of_trainings(request: HttpRequest) -> list[Need]:
    """Return the trainings that are over and not marked as held, and those that begin soon."""
    day = timezone.localdate()
    planned = Training.objects.filter(state=Training.State.PLANNED)
    over = planned.filter(Q(ends_on__lt=day) | Q(ends_on=None, starts_on__lt=day)).count()
    found = []
    if over:
        one = "минало обучение не е отбелязано като проведено"
        words = counted(over, f"{one},минали обучения не са отбелязани като проведени")
        url = reverse("admin:trainings_training_changelist")
        asked = f"?state__exact={Training.State.PLANNED}&starts_on__lt={day}"
        found.append(Need(words, url + asked, "late"))
    soon = planned.filter(starts_on__range=(day, day + SOON)).order_by("starts_on", "pk")
    for training in soon[:MOST_NAMED]:
        words = _("Обучение на %(day)s: %(title)s") % {
            "day": f"{training.starts_on:%d.%m.%Y}",
            "title": training.title,
        }
        url = reverse("admin:trainings_training_change", args=[training.pk])
        found.append(Need(words, url, "due"))
    return found
