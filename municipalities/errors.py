"""Pages of errors in the portal's clothes, each with the number under which the log has it."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template import Context, engines
from django.views.decorators.csrf import requires_csrf_token

from municipalities.requestid import request_id_var

log = logging.getLogger("frontoffice.errors")
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@login_not_required
@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 where the request was too large for the portal."""
    if isinstance(exception, TOO_MUCH):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


@login_not_required
@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without asking the database or a context processor for anything."""
    template = engines["django"].engine.get_template("500.html")
    page = template.render(Context({"request_id": request_id_var.get()}))
    return HttpResponse(page, status=500)


class NotAllowedMiddleware:
    """Gives a 405, which Django leaves empty, its page; other kinds of answer stay as they are."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response
