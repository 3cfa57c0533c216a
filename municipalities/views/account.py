"""Where people arrive after signing in, and what they may do here."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from municipalities import permissions
from municipalities.landing import landing_urls
from municipalities.middleware import MEMBERSHIP_KEY
from municipalities.sessions import own_sessions
from municipalities.signin.factors import has_second_factor, must_set_up


class MembershipForm(forms.Form):
    """Which of one's municipalities to work for now."""

    membership = forms.TypedChoiceField(label=_("Работя за"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args, memberships, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].choices = [
            (m.pk, f"{m.municipality}: {m.get_role_display()}") for m in memberships
        ]


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Send a signed-in person to the page of their work."""
    if permissions.can_use_desk(request):
        return redirect("desk")
    if permissions.can_manage_projects(request):
        return redirect("admin:index")
    for rule, name in landing_urls():
        if rule(request):
            return redirect(name)
    return redirect("profile")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I can do today, and which municipality I work for."""
    current = request.membership
    form = MembershipForm(
        request.POST if request.method == "POST" else None,
        memberships=request.memberships,
        initial={"membership": current.pk if current else None},
    )
    if request.method == "POST" and form.is_valid():
        request.session[MEMBERSHIP_KEY] = form.cleaned_data["membership"]
        return redirect(reverse("landing"))
    return render(
        request,
        "municipalities/profile.html",
        {
            "form": form,
            "may_keep_registry": permissions.can_manage_registry(request),
            "other_work": next((name for rule, name in landing_urls() if rule(request)), ""),
            "sessions": own_sessions(request),
            "has_second_factor": has_second_factor(request.user),
            "must_set_up": must_set_up(request),
        },
    )
