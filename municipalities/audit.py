"""Each look at a person leaves a row that nobody can change or delete.

Changes are kept by django-pghistory's triggers; this is for reading, exporting and printing.
"""

from __future__ import annotations

import pghistory
import pghistory.models
import pgtrigger
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.tenancy import MunicipalModel

AS_PROVIDER = "provider"  # the role on record of those who work for a provider


class TenantEvent(pghistory.models.Event):
    """Base of history tables whose rows belong to a municipality, as the tracked rows do."""

    objects = ScopedManager(municipality="municipality")

    class Meta:
        abstract = True


def tracked(model_name: str, *, exclude: tuple[str, ...] = ()):
    """Decorate a tenant model: every insert, update and delete is kept in ``model_name``'s table.

    The history table needs a ``TenantPolicy`` in the migration that makes it.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        base_model=TenantEvent,
        model_name=model_name,
        exclude=list(exclude) or None,
    )


class AccessEvent(MunicipalModel):
    """Who looked at whose data, when, from which page and why. Holds identifiers, never names."""

    class Action(models.TextChoices):
        VIEWED = "viewed", _("преглед")
        FOUND = "found", _("отворено от търсене")
        REVEALED = "revealed", _("показан идентификатор")
        EXPORTED = "exported", _("изнасяне")
        PRINTED = "printed", _("печат")

    at = models.DateTimeField(_("кога"), default=timezone.now, db_index=True)
    user = models.ForeignKey(
        "municipalities.User",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("кой"),
    )
    role = models.CharField(_("като"), max_length=30, blank=True)
    action = models.CharField(_("действие"), max_length=10, choices=Action.choices)
    subject_kind = models.CharField(_("вид запис"), max_length=60)
    subject_id = models.BigIntegerField(_("номер на записа"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("брой записи"), default=1)
    path = models.CharField(_("страница"), max_length=300)
    reason = models.CharField(_("причина"), max_length=300, blank=True)
    request_id = models.CharField(_("справка"), max_length=16, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("достъп до данни")
        verbose_name_plural = _("достъпи до данни")
        indexes = [
            models.Index(
                fields=["municipality", "subject_kind", "subject_id", "-at"], name="access_subject"
            ),
            models.Index(fields=["municipality", "-at", "-id"], name="access_time"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}, {timezone.localtime(self.at):%d.%m.%Y %H:%M}"


def record_access(
    request: HttpRequest,
    action: str,
    subject: models.Model | type[models.Model],
    *,
    reason: str = "",
    rows: int = 1,
    municipality: models.Model | None = None,
    role: str = "",
) -> AccessEvent:
    """Keep that the signed-in person of ``request`` saw ``subject``; return the row.

    ``subject`` is an instance, or a model class for an export of many rows. The path is kept
    without its query string, which may hold what was searched for. ``municipality`` and ``role``
    are said of those who do not work for the municipality, as a provider's people.
    """
    return AccessEvent.objects.create(
        municipality=municipality or request.municipality,
        user=request.user,
        role=role or (request.membership.role if request.membership else ""),
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk if isinstance(subject, models.Model) else None,
        rows=rows,
        path=request.path[:300],
        reason=reason[:300],
        request_id=getattr(request, "request_id", ""),
    )
