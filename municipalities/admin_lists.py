"""What every list of the admin can do beside Django's: sums under it, and itself as XLSX.

::

    class ExpenseAdmin(ManagedAdmin):
        list_totals = {"amount_eur": _("общо в евро")}   # of the whole list as it is filtered
        list_export = {"request": _("искане")}           # columns of the XLSX after those shown

The workbook has the columns of ``list_display`` with their words, numbers and dates as numbers and
dates. Of lists of people (``list_is_personal``, or a trail that is personal) each workbook is
recorded as an access.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from municipalities.audit import AccessEvent, record_access
from municipalities.exports import Column, xlsx_response
from municipalities.numbers import plain
from municipalities.templatetags.portal import money
from municipalities.trails import trail_of

MOST_EXPORTED = 50_000
PAGE = "p"
# Columns that say what an amount is, where the list shows it in words only.
BESIDE_AMOUNTS = {"currency": "валута", "amount_eur": "в евро"}
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


def in_words(value: Any) -> str:
    """Return what a cell of a list shows, without its markup."""
    text = re.sub(r"<br\s*/?>", "\n", str(value))
    return html.unescape(strip_tags(text)).replace("\xa0", " ").strip()


class WithLists:
    """Mix into an admin class before its base."""

    opts: Any
    model: Any
    admin_site: Any

    list_totals: Mapping[str, Any] = {}
    list_export: Mapping[str, Any] = {}
    list_is_personal: bool | None = None

    # Sums

    def totals_of(self, queryset: models.QuerySet) -> list[tuple[str, str]]:
        """Return (words, sum) of ``list_totals`` over the rows of ``queryset``, in one query."""
        if not self.list_totals:
            return []
        # Under other names than the columns', which an aggregate may not take.
        sums = queryset.order_by().aggregate(
            **{f"sum_of_{name}": models.Sum(name) for name in self.list_totals}
        )
        return [
            (str(words), self.written_total(name, sums[f"sum_of_{name}"] or Decimal(0)))
            for name, words in self.list_totals.items()
        ]

    def written_total(self, name: str, total: Decimal) -> str:
        """Write a sum: of a column in euro as money, of others as a number."""
        return money(total, "EUR") if name.endswith("_eur") else plain(Decimal(total))

    def changelist_view(self, request: HttpRequest, extra_context=None):
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if shown_list := shown.get("cl"):
            shown_list.totals = self.totals_of(shown_list.queryset)
            if not shown_list.is_popup:
                shown_list.export_url = reverse(
                    f"admin:{self._export_name}"
                ) + shown_list.get_query_string(remove=[PAGE, "_facets"])
        return response

    # XLSX

    @property
    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_xlsx"

    def get_urls(self):
        view = self.admin_site.admin_view(self.export_view)
        return [path("xlsx/", view, name=self._export_name), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the list, with the filters, search and order of the address, as a workbook."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        try:
            shown = self._whole_list(request)
        except IncorrectLookupParameters:
            return redirect(f"{back}?e=1")
        if shown.result_count > MOST_EXPORTED:
            words = _("Редовете са повече от 50 000. Стеснете списъка с филтър и опитайте пак.")
            self.message_user(request, words, messages.ERROR)
            return redirect(back + shown.get_query_string(remove=[PAGE]))
        rows = list(shown.result_list)
        if self.is_of_people():
            record_access(request, AccessEvent.Action.EXPORTED, self.model, rows=len(rows))
        title = str(capfirst(self.opts.verbose_name_plural))
        day = f"{timezone.localdate():%Y-%m-%d}"
        return xlsx_response(
            f"{title}-{day}",
            _NOT_IN_SHEET_NAMES.sub(" ", title),
            self.export_columns(shown.list_display),
            rows,
        )

    def _whole_list(self, request: HttpRequest):
        """Return the list as ``get_changelist_instance`` does, all of it on one page."""
        names = self.get_list_display(request)
        # The order of the address counts the column of the boxes as well.
        boxes = ["action_checkbox"] if self.get_actions(request) else []
        return self.get_changelist(request)(
            request,
            self.model,
            [*boxes, *names],
            self.get_list_display_links(request, names),
            self.get_list_filter(request),
            self.date_hierarchy,
            self.get_search_fields(request),
            self.get_list_select_related(request),
            MOST_EXPORTED,
            MOST_EXPORTED,
            (),
            self,
            self.get_sortable_by(request),
            self.search_help_text,
        )

    def is_of_people(self) -> bool:
        """Say whether the list names people, so that carrying it away is recorded."""
        if self.list_is_personal is not None:
            return self.list_is_personal
        trail = trail_of(self.opts.label_lower)
        return bool(trail and trail.is_personal)

    def export_columns(self, names) -> list[Column]:
        """Return the columns of the workbook: ``names`` of the list and those beside them."""
        shown = [name for name in names if name != "action_checkbox"]
        columns = [
            self._column(name, label_for_field(name, self.model, _admin(self))) for name in shown
        ]
        beside = {
            name: words
            for name, words in BESIDE_AMOUNTS.items()
            if name not in shown and hasattr(self.model, name)
        }
        return columns + [
            self._column(name, words) for name, words in {**beside, **self.list_export}.items()
        ]

    def _column(self, name, heading) -> Column:
        heading = str(capfirst(str(heading)))
        return Column(heading, self._cell(name), 40 if name in ("__str__", "name") else 18)

    def _cell(self, name) -> Callable[[Any], Any]:
        def cell(row):
            try:
                field, attr, value = lookup_field(name, row, _admin(self))
            except ObjectDoesNotExist:
                return None
            if field is not None and field.is_relation:
                return None if value is None else str(value)
            if field is not None and field.flatchoices:
                return str(dict(field.flatchoices).get(value, value))
            if field is not None or isinstance(value, bool | int | Decimal | dt.date | None):
                return value
            words = in_words(value)
            number = _number_behind(attr, row)
            return words if number is None or not _says(words, number) else number

        return cell


def _number_behind(attr, row) -> Decimal | None:
    """Return the number that a column shown in words is ordered by, if it is one."""
    order = getattr(attr, "admin_order_field", None)
    number = getattr(row, order.lstrip("-"), None) if isinstance(order, str) else None
    return number if isinstance(number, Decimal) else None


def _says(words: str, number: Decimal) -> bool:
    """Say whether ``words`` are that number written out, and not something made of it."""
    digits = re.sub(r"\s", "", words).replace(",", ".")
    return digits.startswith((f"{number:.2f}", _plain_digits(number)))


def _plain_digits(number: Decimal) -> str:
    """Return a number without spaces and without decimals it does not need."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _admin(page: Any) -> Any:
    """Return the admin class that the mixin is a part of."""
    return page
