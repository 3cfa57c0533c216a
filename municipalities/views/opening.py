"""Asking for number and second secret, the same for whatever they open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from django.http import HttpRequest, HttpResponse

from municipalities.forms_secret import SecretForm
from municipalities.guessing import TooManyGuesses
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from municipalities.unlocking import Record, unlock

Found = TypeVar("Found", bound=Record)


class Finds(Protocol[Found]):
    """Returns the row of a number if the secret is its own, else None; counts wrong guesses."""

    def __call__(
        self, request: HttpRequest, *, municipality: Municipality, number: str, secret: str
    ) -> Found | None: ...


def open_by_secret(
    request: HttpRequest,
    form_class: type[SecretForm],
    *,
    find: Finds[Found],
    page: Callable[..., HttpResponse],
    opened: Callable[[Municipality, Found], HttpResponse],
) -> HttpResponse:
    """Ask for municipality, number and secret; every wrong answer is the same.

    ``page`` draws the form (``status``, and ``wait`` after too many guesses); ``opened`` answers
    whoever was let in.
    """
    if request.method != "POST":
        return page(request, form_class(initial={"obshtina": request.GET.get("obshtina")}))
    form = form_class(request.POST)
    form.is_valid()
    # Where none was chosen the work is done all the same, and finds nothing.
    municipality = form.municipality or next(iter(form.there.values()), None)
    if municipality is not None:
        number, secret = form.cleaned_data["nomer"], form.cleaned_data["kod"]
        with municipality_scope(municipality):
            try:
                found = find(
                    request,
                    municipality=municipality,
                    number=number if form.municipality else "",
                    secret=secret,
                )
            except TooManyGuesses:
                return page(request, form, status=429, wait=True)
            if found is not None:
                unlock(request, found)
                return opened(municipality, found)
    form.add_error(None, form.not_found)
    return page(request, form, status=422)
