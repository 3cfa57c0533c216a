"""Cells of the admin's lists with the names of their columns, for screens without room for them."""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()


@register.filter
def labelled(cells, headers) -> list[SafeString]:
    """Return the cells of a row, each ``<td>`` with its column in ``data-label``.

    ``cells`` are the pieces of HTML that Django makes of a row, ``headers`` its columns.
    """
    told = []
    for number, cell in enumerate(cells):
        html = conditional_escape(cell)
        header = headers[number]["text"] if number < len(headers) else ""
        # The column of the boxes has a box for a name.
        if header and not isinstance(header, SafeString) and html.startswith("<td"):
            label = escape(capfirst(str(header)))
            html = mark_safe(f'<td data-label="{label}"{html[3:]}')  # noqa: S308  both are escaped
        told.append(html)
    return told
