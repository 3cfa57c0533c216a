"""What HTTP wants around every answer of the API: openness, caching, errors as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel

from services_registry.api.schemas import Fault, Problem

SECONDS_FRESH = 60
METHODS = "GET, HEAD, OPTIONS"
JSON = "application/json"

NOT_FOUND = "Няма такъв запис сред публикуваните."
NO_ADDRESS = "Няма такъв адрес. Описанието на адресите е в /api/hsds/."
READ_ONLY = "Отворените данни само се четат: позволени са GET, HEAD и OPTIONS."
WRONG = "Заявката не е разбрана: проверете параметрите."
NUL = "В адреса има нулев знак (%00), а той не е част от никой текст."

View = Callable[..., HttpResponse]


def answer(body: BaseModel, *, status: int = 200) -> HttpResponse:
    """Return ``body`` as JSON, without what is not known."""
    content = body.model_dump_json(exclude_none=True)
    return HttpResponse(content, status=status, content_type=f"{JSON}; charset=utf-8")


def problem(status: int, message: str, errors: list[Fault] | None = None) -> HttpResponse:
    """Return an error with words for people."""
    return answer(Problem(message=message, errors=errors), status=status)


def _answered(request: HttpRequest, view: View, args, kwargs) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Allow"] = response["Access-Control-Allow-Methods"] = METHODS
        response["Access-Control-Allow-Headers"] = "If-None-Match"
        response["Access-Control-Max-Age"] = "86400"
        return response
    if request.method not in {"GET", "HEAD"}:
        response = problem(405, READ_ONLY)
        response["Allow"] = METHODS
        return response
    given = [request.path, *request.GET, *(v for vs in request.GET.lists() for v in vs[1])]
    if any("\0" in text for text in given):
        return problem(422, NUL)
    request.method, asked = "GET", request.method  # ninja knows no HEAD
    try:
        return view(request, *args, **kwargs)
    finally:
        request.method = asked


def _with_cache_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code != 200:
        response.setdefault("Cache-Control", "no-store")
        return response
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    response["ETag"] = f'"{digest}"'
    response["Cache-Control"] = f"public, max-age={SECONDS_FRESH}"
    fresh = get_conditional_response(request, etag=response["ETag"], response=response)
    return fresh or response


def open_to_all(view: View) -> View:
    """Make a view of open data: for everybody, from every site, always in Bulgarian."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def opened(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        with translation.override("bg"):
            response = _answered(request, view, args, kwargs)
        if request.method in {"GET", "HEAD"}:
            response = _with_cache_headers(request, response)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return opened
