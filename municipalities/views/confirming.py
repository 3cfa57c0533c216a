"""The page that asks before something that cannot be taken back, of whatever part of the portal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def confirm(request: HttpRequest, *, title: str, text: str, button: str, back: str) -> HttpResponse:
    """Ask before something that cannot be taken back; ``back`` is the address of „Отказ“."""
    words = {"title": title, "text": text, "button": button, "back": back}
    return render(request, "municipalities/team/confirm.html", words)
