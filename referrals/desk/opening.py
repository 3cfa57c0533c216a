"""How every page of one application begins: it is found, who may, and the look kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from frontoffice.dossier.reasons import ask_or_look
from frontoffice.looks import record_look
from referrals.applications.models import Application


def find_application(pk: int) -> Application:
    """Return the application of the scope; a foreign one is missing like one that never was."""
    rows = Application.objects.for_listing().select_related(
        "registered_by", "confirmed_by", "consultation", "from_alert", "notice"
    )
    return get_object_or_404(rows, pk=pk)


def asked_why(request: HttpRequest, application: Application) -> HttpResponse | None:
    """Return the page that asks why, where policy wants it before anything of the application.

    None where there is nothing to ask; then the look at the person it is tied to is kept. Also for
    what hangs on an application and has an address of its own: its files, its letters.
    """
    if application.person is None:
        return None
    is_own = application.owner_id == request.user.pk
    return ask_or_look(request, application.person, is_own=is_own)


def opens_application(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give ``view`` the application of the address in place of ``pk``; raises Http404.

    Where it is tied to a person and policy asks for a reason, the page that asks comes first,
    except for whoever has the application: that is the reason. Both looks are kept.
    """

    @wraps(view)
    def opened(request: HttpRequest, pk: int, **kwargs) -> HttpResponse:
        application = find_application(pk)
        if asking := asked_why(request, application):
            return asking
        record_look(request, application)
        return view(request, application, **kwargs)

    return opened
