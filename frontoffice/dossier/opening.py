"""How every page of one person begins: who it is, whether it may be opened, the look kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from frontoffice.dossier.reasons import ask_first, ask_or_look, held_reason
from frontoffice.drafts.page import WORD
from frontoffice.kept import kept_of
from frontoffice.looks import find_person
from frontoffice.models_people import Person


def opens_person(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give ``view`` the person of the address in place of ``pk``; raises Http404.

    A record that was merged leads to the one that was kept; what is sent to it is written there,
    so that nothing typed is lost. Where policy asks for a reason, the page that asks comes first.
    The look is kept.
    """

    @wraps(view)
    def opened(request: HttpRequest, pk: int, **kwargs) -> HttpResponse:
        named = find_person(pk)
        person = kept_of(named)
        # What was being typed about the old record, kept as a draft, opens for the kept one.
        if person != named and request.method != "POST" and WORD not in request.GET:
            return to_kept(request, person)
        return ask_or_look(request, person) or view(request, person, **kwargs)

    return opened


def asks_why(parameter: str) -> Callable:
    """Ask why first, where a page's address brings a person along as ``parameter``.

    A record that was merged gives its place to the kept one. What is no person is left to the view.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            number = request.GET.get(parameter, "")
            is_number = number.isascii() and number.isdigit() and len(number) <= 40
            if request.method == "POST" or not is_number:
                return view(request, *args, **kwargs)
            person = Person.objects.filter(pk=int(number)).first()
            if person is None:
                return view(request, *args, **kwargs)
            kept = kept_of(person)
            if kept != person:
                query = request.GET.copy()
                query[parameter] = str(kept.pk)
                return redirect(f"{request.path}?{query.urlencode()}")
            if held_reason(request, person)[0]:
                return ask_first(request, person)
            return view(request, *args, **kwargs)

        return asked

    return decorator


def to_kept(request: HttpRequest, person: Person) -> HttpResponse:
    """Lead from a record that was merged to ``person``, the one that was kept."""
    messages.info(request, "Записът, който отворихте, е обединен с този. Всичко от него стои тук.")
    return redirect("person", person.pk)
