"""What was changed in a row, before and after, in place of Django's list of messages.

The history is that of the database's own triggers (``municipalities.trails``): whoever changed the
row and from wherever, it is there. Parts that the row's page shows as inlines have theirs too.
"""

from __future__ import annotations

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms.models import _get_foreign_key
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from municipalities.audit import AccessEvent, record_access
from municipalities.trails import Trail, steps_of, steps_of_parts, trail_of

PART = "chast"
PAGE = "stranitsa"


class WithHistory:
    """Mix into an admin class before its base; a model without a trail keeps Django's page."""

    def history_view(self, request: HttpRequest, object_id, extra_context=None):
        trail = trail_of(self.opts.label_lower)
        if trail is None:
            return super().history_view(request, object_id, extra_context)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        parts = self._parts_with_history()
        chosen = request.GET.get(PART, "")
        page = request.GET.get(PAGE)
        if chosen in parts:
            trail, column = parts[chosen]
            shown, steps = steps_of_parts(trail, column, row.pk, page)
        else:
            chosen = ""
            shown, steps = steps_of(trail, row.pk, page)
        if trail.is_personal and steps:
            words = _("история на промените")
            record_access(request, AccessEvent.Action.VIEWED, row, reason=words)
        tabs = [("", _("Самият запис"))] if parts else []
        tabs += [
            (kind, str(capfirst(part.model._meta.verbose_name_plural)))
            for kind, (part, _column) in parts.items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": _("История"),
            "tabs": tabs,
            "chosen": chosen,
            "shown": shown,
            "steps": steps,
        }
        return TemplateResponse(request, "admin/history.html", context)

    def _parts_with_history(self) -> dict[str, tuple[Trail, str]]:
        """Return by kind the trails of what the inlines show, with the column that points here."""
        found = {}
        for inline in self.inlines:
            part: type[models.Model] = inline.model
            if trail := trail_of(part._meta.label_lower):
                key = _get_foreign_key(self.model, part, fk_name=inline.fk_name)
                found[trail.kind] = (trail, key.attname)
        return found
