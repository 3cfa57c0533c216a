"""The notice about personal data as citizens read it."""

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.starting import begin
from referrals.models import PrivacyNotice
from tests.factories import MunicipalityFactory
from tests.factories_applications import PrivacyNoticeFactory

pytestmark = pytest.mark.django_db


def test_the_privacy_page_leads_to_the_notice_in_force(client, sliven):
    begin(sliven)
    assert 'href="/lichni-danni/sliven/"' in client.get("/lichni-danni/").content.decode()
    page = client.get("/lichni-danni/sliven/").content.decode()
    assert f"Данните в заявление до община {sliven.name}" in page
    assert "Кой отговаря за данните ви</h2>" in page
    assert "Версия 1, в сила от" in page


def test_a_version_to_come_is_not_shown_yet(client, sliven):
    PrivacyNoticeFactory(municipality=sliven, version=1, text="Сегашен текст.")
    later = timezone.localdate() + dt.timedelta(days=1)
    PrivacyNoticeFactory(municipality=sliven, version=2, text="Утрешен текст.", valid_from=later)
    page = client.get("/lichni-danni/sliven/").content.decode()
    assert "Сегашен текст." in page
    assert "Утрешен текст." not in page


def test_words_of_a_notice_are_text_and_not_html(client, sliven):
    PrivacyNoticeFactory(municipality=sliven, text="<b>Заглавие</b>\n\nТекст <i>и още</i>.")
    page = client.get("/lichni-danni/sliven/").content.decode()
    assert "&lt;b&gt;Заглавие&lt;/b&gt;</h2>" in page
    assert "<p>Текст &lt;i&gt;и още&lt;/i&gt;.</p>" in page


def test_without_a_notice_or_a_municipality_there_is_no_page(client, sliven):
    quiet = MunicipalityFactory(slug="tiha", is_active=False)
    PrivacyNoticeFactory(municipality=quiet)
    for slug in ("sliven", "tiha", "nyama", "a" * 3000):
        assert client.get(f"/lichni-danni/{slug}/").status_code == 404


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("  \n\n ", []),
        ("Заглавие\r\n\r\nТекст.", [(True, "Заглавие"), (False, "Текст.")]),
        ("Ред\nвтори ред", [(False, "Ред\nвтори ред")]),
        ("а" * 71, [(False, "а" * 71)]),
        ("Питайте:", [(False, "Питайте:")]),
    ],
)
def test_short_lines_without_an_end_are_headings(text, parts):
    assert PrivacyNotice(text=text).parts() == parts
