"""The frame of the pages: contrast, how forms are drawn, pages of errors, the sign-in pages."""

from __future__ import annotations

import math
import re

import pytest
from django import forms
from django.core import mail
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.urls import reverse

from municipalities.models import Role
from tests import factories
from tests.support import people
from tests.support.house import ROOT
from tests.support.html import faults_of_page

STYLES = ROOT / "static" / "css"
TOKEN = re.compile(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)")
ADMIN_NAMES = {"accent": "deep", "accent-deep": "deeper", "accent-ink": "deep-ink"}
ADMIN_NAMES |= {"accent-wash": "wash"}


# Colours


def tokens(stylesheet: str) -> dict[str, tuple[str, str]]:
    """Return the colours of a stylesheet by name, each as (light, dark)."""
    text = (STYLES / stylesheet).read_text(encoding="utf-8")
    return {name: (light, dark) for name, light, dark in TOKEN.findall(text)}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT = [(ink, paper) for ink in ("ink", "ink-soft", "accent", "accent-deep", "late", "due")
        for paper in ("paper", "sheet")]  # fmt: skip
TEXT += [("accent", "accent-wash"), ("accent-deep", "accent-wash"), ("late", "late-wash")]
TEXT += [("due", "due-wash"), ("ink", "due-wash"), ("ink", "late-wash"), ("ink", "accent-wash")]
TEXT += [("accent-ink", "accent"), ("accent-ink", "accent-deep")]
EDGES = [("edge", "paper"), ("edge", "sheet"), ("ink-soft", "paper"), ("accent", "sheet")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"), [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in EDGES]
)
def test_colours_stand_out_enough(front, back, least, scheme):
    colours = tokens("portal.css")
    assert contrast(colours[front][scheme], colours[back][scheme]) >= least


def test_contrast_is_measured_as_the_standard_says():
    assert math.isclose(contrast("#000000", "#ffffff"), 21)
    assert math.isclose(contrast("#777777", "#ffffff"), 4.48, abs_tol=0.01)


def test_the_admin_wears_the_same_colours():
    portal, admin = tokens("portal.css"), tokens("admin.css")
    shared = {name: ADMIN_NAMES.get(name, name) for name in portal}
    assert {n: admin[o] for n, o in shared.items() if o in admin} == portal


# Forms


class AskForm(forms.Form):
    name = forms.CharField(label="Име", help_text="Както е в личната карта.")
    phone = forms.CharField(
        label="Телефон", required=False, widget=forms.TextInput({"placeholder": "0888"})
    )
    channel = forms.ChoiceField(
        label="Канал", choices=[("a", "На място"), ("b", "Телефон")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="Съгласен съм")

    def clean(self):
        raise forms.ValidationError("Двете не вървят заедно.")


def test_a_field_has_a_label_a_hint_and_no_placeholder():
    html = str(AskForm())
    assert '<label for="id_name">Име</label>' in html
    assert '<div class="hint" id="id_name_helptext">Както е в личната карта.</div>' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert "placeholder" not in html
    assert faults_of_page(html, whole=False) == []


def test_optional_fields_are_marked_and_required_ones_are_not():
    html = str(AskForm())
    assert re.search(r'for="id_phone">Телефон <span class="soft">\(по желание\)</span>', html)
    assert html.count("(по желание)") == 1

    class SearchForm(AskForm):
        mark_optional = False

    assert "(по желание)" not in str(SearchForm())


def test_choices_are_a_group_with_a_legend():
    html = str(AskForm())
    assert re.search(r"<fieldset[^>]*>\s*<legend>Канал</legend>", html)
    assert html.count('type="radio"') == 2
    assert re.search(r'<label class="choice" for="id_agree">.*Съгласен съм', html)


def test_errors_are_in_the_field_and_in_a_summary_that_leads_to_it():
    html = str(AskForm({"name": "", "phone": "1"}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "<li>Двете не вървят заедно.</li>" in html
    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["id_name", "id_channel_0", "id_agree"]
    assert all(f'id="{target}"' in html for target in targets)


def test_pages_are_numbered_links_that_keep_the_question(rf):
    request = rf.get("/uslugi/", {"q": "храна", "page": "7"})
    page = Paginator(range(300), 10).page(7)
    html = render_to_string("components/pagination.html", {"page_obj": page}, request)
    pages = re.findall(r'href="/uslugi/\?([^"]*)"', html)
    assert all("q=%D1%85" in query for query in pages)
    assert [re.search(r"page=(\d+)", query or "") for query in pages].count(None) == 1
    assert (
        '<span aria-current="page"><span class="visually-hidden">Страница </span>7</span>' in html
    )
    assert render_to_string(
        "components/pagination.html", {"page_obj": Paginator([1], 10).page(1)}, request
    ).strip() == ""  # fmt: skip


# Errors


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "405", "413", "429", "500"])
def test_a_page_of_an_error_needs_nothing_and_says_what_to_do(code):
    html = render_to_string(f"{code}.html")
    assert faults_of_page(html) == []
    assert "Какво да направите" in html
    assert "кажете този номер" not in html
    assert "a1b2c3d4" in render_to_string(f"{code}.html", {"request_id": "a1b2c3d4"})


# Signing in


@pytest.mark.parametrize(
    "address",
    [
        "account_login",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_email_verification_sent",
    ],
)
@pytest.mark.django_db
def test_pages_for_strangers_are_ours_and_bulgarian(client, address):
    html = client.get(reverse(address)).content.decode()
    assert english_in(html) == []
    assert "Фронт-офис</title>" in html


@pytest.mark.parametrize(
    "address",
    ["account_logout", "account_change_password", "account_email", "account_reauthenticate"],
)
@pytest.mark.django_db
def test_pages_of_ones_account_are_ours_and_bulgarian(address):
    client = people.member(people.municipality(people.SLIVEN), Role.SPECIALIST)
    client.user.set_password("една-дълга-парола")
    client.user.save()
    client.force_login(client.user)
    html = client.get(reverse(address)).content.decode()
    assert english_in(html.replace(client.user.email, "")) == []


def english_in(html: str) -> list[str]:
    """Return the words in Latin letters that a reader of the page would see."""
    body = html[html.index("<main") : html.index("</main>")]
    text = re.sub(r"<code>.*?</code>|<[^>]*>|&\w+;", " ", body)
    return re.findall(r"[A-Za-z]{3,}", text)


@pytest.mark.django_db
def test_wrong_sign_in_says_one_thing_for_all_reasons(client):
    user = factories.UserFactory()
    for email in (user.email, "nyama@example.bg"):
        html = client.post(
            reverse("account_login"), {"login": email, "password": "не е тази"}
        ).content.decode()
        assert "Няма профил с такава е-поща и парола." in html
        assert "<title>Грешка: Вход за служители" in html


@pytest.mark.django_db
def test_the_letter_for_a_new_password_leads_to_a_page_that_takes_it(client):
    user = factories.UserFactory()
    user.set_password("една-дълга-парола")
    user.save()
    client.post(reverse("account_reset_password"), {"email": user.email})
    letter = mail.outbox[-1]
    assert "Нова парола" in letter.subject
    link = re.search(r"https?://[^/]+(/\S+)", letter.body)[1]
    html = client.get(link, follow=True).content.decode()
    assert "Нова парола" in html
    assert english_in(html) == []
    assert "Връзката вече не важи" in client.get(
        reverse("account_reset_password_from_key", args=["1", "x-y"])
    ).content.decode()  # fmt: skip


@pytest.mark.django_db
def test_a_stranger_who_asks_for_a_password_is_not_invited_to_register(client):
    client.post(reverse("account_reset_password"), {"email": "nyama@example.bg"})
    assert "/signup/" not in mail.outbox[-1].body
    assert "Такъв профил няма" in mail.outbox[-1].body
