"""How every page of one consultation begins: it is found, and if with a person, the look kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from frontoffice.consultations import find_consultation
from frontoffice.dossier.reasons import ask_or_look


def opens_consultation(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give ``view`` the consultation of the address in place of ``pk``; raises Http404.

    Where it is with a person and policy asks for a reason, the page that asks comes first. The look
    at the person is kept.
    """

    @wraps(view)
    def opened(request: HttpRequest, pk: int, **kwargs) -> HttpResponse:
        consultation = find_consultation(pk)
        person = consultation.person
        asking = ask_or_look(request, person) if person else None
        return asking or view(request, consultation, **kwargs)

    return opened
