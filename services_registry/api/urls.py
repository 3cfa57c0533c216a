"""Where the API stands. Every address answers with and without a slash at its end."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path

from services_registry.api import delivery
from services_registry.api.endpoints import api
from services_registry.api.page import for_people_and_programs

app_name = "hsds"


def _unknown(request: HttpRequest) -> HttpResponse:
    return delivery.problem(404, delivery.NO_ADDRESS)


def _both_ways(pattern: URLPattern) -> list[URLPattern]:
    route, view = str(pattern.pattern), delivery.open_to_all(pattern.callback)
    if not route:
        return [path("", for_people_and_programs(view), name=pattern.name)]
    return [path(route, view, name=pattern.name), path(f"{route}/", view)]


urlpatterns = [
    *(way for pattern in api.urls[0] for way in _both_ways(pattern)),
    re_path(r"^", delivery.open_to_all(_unknown)),
]
