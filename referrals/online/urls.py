"""Addresses of the online application. A token is as ``referrals.secrets.new_token`` makes it."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from referrals import views
from referrals.online import views_draft, views_files


class Token:
    """The token of a draft's link; nothing else under /zayavlenie/ has 43 characters."""

    regex = "[A-Za-z0-9_-]{43}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Token, "draft_token")

urlpatterns: list[URLPattern] = [
    path("zapochni/", views.start, name="apply_start"),
    path("<draft_token:token>/", views_draft.resume, name="apply_resume"),
    path("<draft_token:token>/zapazeno/", views_draft.later, name="apply_later"),
    path("<draft_token:token>/proverka/", views_draft.check, name="apply_check"),
    path("<draft_token:token>/izprateno/", views_draft.sent, name="apply_sent"),
    path("<draft_token:token>/fayl/<int:pk>/", views_files.file, name="apply_file"),
    path(
        "<draft_token:token>/fayl/<int:pk>/mahni/",
        views_files.remove,
        name="apply_file_remove",
    ),
    path("<draft_token:token>/<slug:step>/", views_draft.step, name="apply_step"),
]
