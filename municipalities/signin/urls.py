"""Addresses of signing in that allauth's own do not have."""

from django.urls import path

from municipalities.signin import identity, views

urlpatterns = [
    path("vhod/sesiya/", views.session_state, name="session_state"),
    path("vhod/ostani/", views.session_stay, name="session_stay"),
    path("vhod/pak/", views.sign_in_again, name="sign_in_again"),
    path("vhod/vashiyat-formulyar/", views.session_again, name="session_again"),
    path("profil/sesii/", views.session_end_all, name="session_end_all"),
    path("profil/sesii/<int:pk>/", views.session_end, name="session_end"),
    # allauth looks these up by their names.
    path("vhod/s/<slug:provider_id>/", identity.identity_login, name="openid_connect_login"),
    path(
        "vhod/s/<slug:provider_id>/obratno/",
        identity.identity_callback,
        name="openid_connect_callback",
    ),
    path("vhod/otkazan/", identity.identity_cancelled, name="socialaccount_login_cancelled"),
]
