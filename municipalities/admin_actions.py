"""Bulk actions of the admin that are confirmed on a page of their own.

::

    class ObligationAdmin(ManagedAdmin):
        actions = ("mark_done",)

        @bulk_action(_("Отбележи като изпълнени"), ask=_("Изпълнени ли са тези задължения?"),
                     button=_("Да, изпълнени са"), form=DoneForm)
        def mark_done(self, request, queryset, facts):
            …
            return _("Отбелязани: %(count)s.") % {…}

The method runs after the confirmation, in one transaction, and returns what to say. ``facts`` is
the cleaned data of ``form`` (empty without one). A ``ValidationError`` is shown on the page and
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.contrib.admin import action
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

MOST_NAMED = 30  # rows listed by name on the page; the rest are counted


def bulk_action(
    words: str, *, ask: str, button: str, form: type[forms.Form] | None = None
) -> Callable:
    """Make a method of an admin class a bulk action with a page that asks first.

    ``ask`` is the question on the page, ``button`` what confirms it, ``form`` what else to fill.
    Only those who may change the rows have it.
    """

    def decorate(method: Callable) -> Callable:
        @action(description=words, permissions=["change"])
        @wraps(method)
        def run(self, request: HttpRequest, queryset) -> HttpResponse | None:
            count = queryset.count()
            sent = "confirmed" in request.POST
            filled = form(request.POST if sent else None) if form else None
            if sent and (filled is None or filled.is_valid()):
                errors = _changed_meanwhile(request, count)
                if not errors:
                    facts = filled.cleaned_data if filled else {}
                    try:
                        with transaction.atomic():
                            said = method(self, request, queryset, facts)
                        self.message_user(request, said, messages.SUCCESS)
                        return None
                    except ValidationError as error:
                        errors = error.messages
            else:
                errors = []
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": words,
                "ask": ask,
                "button": button,
                "form": filled,
                "errors": errors,
                "rows": list(queryset[:MOST_NAMED]),
                "count": count,
                "more": max(count - MOST_NAMED, 0),
                "action_name": method.__name__,
                "across": request.POST.get("select_across") == "1",
                "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            status = 422 if errors or (filled is not None and filled.errors) else 200
            return TemplateResponse(request, "admin/bulk_action.html", context, status=status)

        return run

    return decorate


def _changed_meanwhile(request: HttpRequest, count: int) -> list[str]:
    """Say that the rows are no more those that were shown, where all of a list were chosen."""
    if request.POST.get("counted", str(count)) == str(count):
        return []
    return [_("Междувременно редовете в списъка се промениха. Проверете и потвърдете отново.")]
