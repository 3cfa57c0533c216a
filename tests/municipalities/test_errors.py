"""Pages of errors: in the portal's clothes, with the number under which the log has them."""

import logging
import re

import pytest
from django.test import override_settings
from django.urls import path

from config import urls
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db


def broken(request):
    raise RuntimeError("planted")


broken.login_required = False


class Urls:
    urlpatterns = [path("schupena/", broken), *urls.urlpatterns]
    handler400, handler500 = urls.handler400, urls.handler500


def test_a_wrong_method_gets_a_page_and_says_which_are_right(client):
    answer = client.post("/uslugi/")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert "Това действие не е възможно тук" in answer.content.decode()


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_too_large_a_request_gets_a_page_of_its_own(client):
    answer = client.post("/accounts/login/", {"login": "x" * 500, "password": "y"})
    assert answer.status_code == 413
    assert "Изпратеното е твърде голямо" in answer.content.decode()


@override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=3)
def test_too_many_fields_are_too_much_as_well(client):
    answer = client.post("/accounts/login/", {f"f{n}": "x" for n in range(9)})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [("/nyama/", 404, "Не намерихме"), ("/uslugi/sliven/nyama/", 404, "Не намерихме")],
)
def test_a_missing_page_tells_the_number_that_the_answer_carries(client, address, status, words):
    answer = client.get(address)
    assert answer.status_code == status
    assert answer["X-Request-ID"] in answer.content.decode()


def test_an_error_of_ours_shows_the_number_under_which_the_log_has_it(caplog):
    client = StrictClient(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=Urls), caplog.at_level(logging.ERROR):
        answer = client.get("/schupena/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Възникна грешка при нас" in page
    shown = re.search(r'class="code">([0-9a-f]{8})<', page)
    assert shown
    assert shown[1] == answer["X-Request-ID"]
    assert "planted" not in page
    assert any(record.exc_info for record in caplog.records)
