"""The form one signs in with."""

from __future__ import annotations

from allauth.account.forms import LoginForm
from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from municipalities.signin import carried


class SignInForm(LoginForm):
    """E-mail and password, and a late form carried through (``signin.carried``)."""

    carried = forms.CharField(
        required=False, widget=forms.HiddenInput, max_length=carried.LARGEST_TOKEN
    )

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in; whoever brought a late form of their own is shown it first."""
        token = self.cleaned_data.get("carried")
        if token and carried.keep(request, token, self.user):
            redirect_url = reverse("session_again")
        return super().login(request, redirect_url)
