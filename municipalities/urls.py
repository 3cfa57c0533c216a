"""Addresses about municipalities and one's own account."""

from django.urls import path

from municipalities.views import account, public

urlpatterns = [
    path("obshtini/", public.municipality_list, name="municipalities"),
    path("obshtini/<slug:slug>/", public.municipality_detail, name="municipality"),
    path("dostapnost/", public.accessibility, name="accessibility"),
    path("lichni-danni/", public.privacy, name="privacy"),
    path("vhod/", account.landing, name="landing"),
    path("profil/", account.profile, name="profile"),
]
