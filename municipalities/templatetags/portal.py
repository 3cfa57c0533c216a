"""Template filters that every page has without loading them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

CURRENCY_SIGNS = {"BGN": "лв.", "EUR": "€"}
NBSP = "\xa0"


@register.filter
def money(amount, currency: str = "EUR") -> str:
    """Write an amount as money: ``1 234,56 €`` with non-breaking spaces; nothing for None."""
    if amount is None or amount == "":
        return ""
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return ""
    written = number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{written}{NBSP}{CURRENCY_SIGNS.get(currency, currency)}"


def plural(count: int, one: str, many: str) -> str:
    """Return the counted form: in Bulgarian only 1 takes the singular."""
    return one if count == 1 else many


@register.filter
def counted(count: int, forms: str) -> str:
    """Write a number with its noun: ``{{ 3|counted:"услуга,услуги" }}`` is „3 услуги“."""
    one, many = forms.split(",")
    number = number_format(count, force_grouping=True)
    return f"{number}{NBSP}{plural(count, one, many)}"


@register.filter
def hours_and_minutes(minutes: int) -> str:
    """Write a duration: 205 is „3 ч 25 мин“."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{number_format(hours, force_grouping=True)}{NBSP}ч"] if hours else []
    if rest or not hours:
        parts.append(f"{rest}{NBSP}мин")
    return " ".join(parts)


def ago_words(days: int) -> str:
    """Say how long ago a day was: „днес“, „вчера“, „преди 3 дни“, „преди 7 месеца“."""
    if days <= 0:
        return "днес"
    if days == 1:
        return "вчера"
    if days < 60:
        return f"преди {days} дни"
    if days < 730:
        months = round(days / 30.4375)
        return f"преди {months} месеца"
    return f"преди {days // 365} години"


@register.filter
def long_date(day: dt.date | dt.datetime | None, year: bool = True) -> str:
    """Write „понеделник, 30 ноември 2026 г.“; Django's Bulgarian months begin with a capital."""
    if not day:
        return ""
    if isinstance(day, dt.datetime):
        day = timezone.localtime(day)
    words = date_format(day, "l, j F Y" if year else "l, j F").lower()
    return f"{words} г." if year else words


@register.filter
def since_words(day: dt.date | None) -> str:
    """Write how long it is since ``day``: „7 месеца“."""
    if not day:
        return ""
    return ago_words(max((timezone.localdate() - day).days, 2)).removeprefix("преди ")


@register.simple_tag(takes_context=True)
def querystring_without(context, name: str) -> str:
    """Return the page's query string without the parameter ``name`` and without the page number."""
    params = context["request"].GET.copy()
    params.pop(name, None)
    params.pop("page", None)
    return f"?{params.urlencode()}" if params else ""


@register.filter
def ago(moment: dt.date | dt.datetime | None) -> SafeString | str:
    """Write a moment in the past as „преди 3 дни (18.11.2026)“, marked up with its exact time."""
    if not moment:
        return ""
    if isinstance(moment, dt.datetime):
        moment = timezone.localtime(moment)
    day = moment.date() if isinstance(moment, dt.datetime) else moment
    words = ago_words((timezone.localdate() - day).days)
    return format_html(
        '<time datetime="{}">{} ({})</time>', moment.isoformat(), words, f"{day:%d.%m.%Y}"
    )


@register.filter
def phone_link(phone: str) -> SafeString | str:
    """Write a phone number as a link that calls it."""
    if not phone:
        return ""
    dialled = "".join(c for c in phone if c.isdigit() or c == "+")
    return format_html('<a href="tel:{}">{}</a>', dialled, phone.replace(" ", NBSP))
